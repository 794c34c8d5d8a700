"""The state as a link, as Python and as a command: the same names everywhere, only what differs from the default."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import param

from gatesweep.errors import InputError
from gatesweep.experiment import GRID
from gatesweep.settings import Settings

__all__ = ["as_command", "as_python", "read_query", "to_query"]

MAX_QUERY = 4000


def _write(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(_write, value))
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return repr(value) if isinstance(value, float) else str(value)


def to_query(values: Mapping[str, Any], usual: Mapping[str, Any]) -> str:
    """`?name=value&...` with the values that differ from the `usual` ones; empty if none does."""
    query = urlencode({name: _write(v) for name, v in values.items() if v != usual.get(name)}, safe=",*")
    return f"?{query}" if query else ""


def read_query(
    state: param.Parameterized, names: Iterable[str], query: str, ignore: Iterable[str] = ()
) -> tuple[dict[str, Any], list[str]]:
    """What a query asks for, checked against the declarations of `state`: values, and complaints.

    Nothing in a query is trusted: a value that breaks its declaration is left out with a complaint.
    """
    if len(query) > MAX_QUERY:
        return {}, [f"The link is too long ({len(query):,} characters) and was not read."]
    names, values, complaints = set(names), {}, []
    for name, text in parse_qsl(query.lstrip("?"), keep_blank_values=True):
        if name in ignore:
            continue
        if name not in names:
            complaints.append(f"The link has {_plain(name)}, which means nothing here.")
            continue
        try:
            values[name] = _read(state, name, text)
        except (InputError, ValueError, TypeError, OverflowError) as error:
            complaints.append(f"The {name} of the link was not used: {_plain(str(error), 200)}")
    return values, complaints


def _plain(text: str, length: int = 40) -> str:
    """Text from a link, without anything that a page could take for markup."""
    return re.sub(r"[<>&\"'`]", "", text)[:length]


def _read(state: param.Parameterized, name: str, text: str) -> Any:
    declared = state.param[name]
    if isinstance(declared, param.Boolean):
        if text not in ("true", "false"):
            raise InputError(f"{name} must be true or false", text, f"The default is {declared.default}")
        return text == "true"
    if text == "none" and declared.allow_None:
        return None
    if isinstance(declared, param.List | param.ListSelector | param.Range):
        items = text.split(",") if text else []
        value: Any = tuple(map(float, items)) if isinstance(declared, param.Range) else items
        declared._validate(value)
        return value
    if isinstance(declared, param.Number):
        value = int(text) if re.fullmatch(r"[+-]?\d{1,20}", text) else float(text)
    else:
        value = text
    value = type(state).check(name, value)
    declared._validate(value)
    return value


def _settings(state: param.Parameterized) -> dict[str, Any]:
    """The model's settings; what no sweep has (scikit-learn, a start by hand) stays at the sweep's default."""
    names = [name for name in Settings.param if name not in ("name", "record")]
    usual = {name: Settings.param[name].default for name in names if name not in GRID}
    chosen = {name: getattr(state, name) for name in names if name in GRID or getattr(state, name) != usual[name]}
    menus = {name: Settings.param[name].objects for name in chosen if isinstance(Settings.param[name], param.Selector)}
    return {name: value for name, value in chosen.items() if name not in menus or value in menus[name]}


def as_python(state: param.Parameterized) -> str:
    """A script that fits the model on show."""
    arguments = ", ".join(f"{name}={_literal(value)}" for name, value in _settings(state).items())
    return f"import gatesweep as gs\n\nds = gs.sweep({arguments})\nprint(ds)\n"


def _literal(value: Any) -> str:
    return "float('inf')" if value == float("inf") else repr(value)


def as_command(state: param.Parameterized) -> str:
    """The same model on the command line."""
    options: Mapping[str, Any] = _settings(state)
    return "gatesweep sweep " + " ".join(
        f"--{name.replace('_', '-')} {_write(value)}" for name, value in options.items()
    )
