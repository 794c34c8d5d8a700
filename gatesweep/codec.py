"""The one way from text to a parameter's value and back: command line, links, menus and stored experiments.

`read(declared, write(value)) == value` for every value that the declaration allows.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import param

from gatesweep.errors import InputError
from gatesweep.settings import describe

__all__ = [
    "MAX_VALUES",
    "even_levels",
    "from_json",
    "is_run",
    "read",
    "read_several",
    "to_json",
    "write",
    "write_several",
]

MAX_VALUES = 1_000_000_000
"""Values of one parameter at most."""


def read(declared: param.Parameter, text: str) -> Any:
    """The one value that `text` says for a declared parameter; whether it is in bounds is for `Settings.check`.

    Numbers as Python writes them, `inf` among them, whole ones also as 1e3; `none`; `true` and `false`; a list
    with commas; what has a text of its own (`from_text`, `text`). All else is the text itself. InputError if it is not
    of the declared kind.
    """
    if declared.allow_None and text.lower() == "none":
        return None
    if isinstance(declared, param.Boolean):
        if text not in ("true", "false"):
            raise InputError(
                f"{declared.name} must be true or false", text, f"The default is {write(declared.default)}"
            )
        return text == "true"
    if isinstance(declared, param.ClassSelector) and hasattr(declared.class_, "from_text"):
        return declared.class_.from_text(text)
    if isinstance(declared, param.Range):
        return tuple(_number(declared, item) for item in _items(text))
    if isinstance(declared, param.List | param.ListSelector):
        items = _items(text)
        return [_number(declared, item) for item in items] if getattr(declared, "item_type", None) is float else items
    if isinstance(declared, param.Selector):
        return {write(choice): choice for choice in declared.objects}.get(text, text)
    return _number(declared, text) if isinstance(declared, param.Number) else text


def read_several(declared: param.Parameter, text: str) -> Any:
    """What `text` says for a parameter that may be swept: a list where it holds a comma or a range, else one value.

    A range is start:stop:count of numbers, both ends in (0:1:101), or start:stop:log:count for even ratios
    (0.01:100:log:5), and start:stop or start:stop:step of whole numbers, stop left out (0:100).
    """
    values = [value for item in _items(text) for value in _expanded(declared, item)]
    return values[0] if len(values) == 1 and not set(text) & set(",:") else values


def write(value: Any) -> str:
    """The shortest text that `read` turns into this value."""
    if isinstance(value, list | tuple):
        return ",".join(map(write, value))
    if hasattr(value, "from_text"):
        return value.text
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return repr(value) if isinstance(value, float) else str(value)


def write_several(values: Sequence) -> str:
    """The text that `read_several` turns into these values of one parameter; whole numbers in a row as a range."""
    if is_run(values):
        return f"{values[0]}:{values[-1] + 1}"
    # One value alone would be no dimension; the comma makes it one.
    return write(tuple(values)) + ("," if len(values) == 1 else "")


def is_run(values: Sequence) -> bool:
    """Whether the values are whole numbers, each one more than the one before."""
    whole = len(values) and all(isinstance(value, int) for value in values)
    return bool(whole) and tuple(values) == tuple(range(values[0], values[0] + len(values)))


def even_levels(start: float, stop: float, count: int) -> list[float]:
    """`count` even steps, both ends in, with the decimals that a person would write.

    0.35, where linspace gives 0.35000000000000003: so every way to ask for a grid makes one experiment.
    """
    return _as_written(np.linspace(start, stop, count))


def _as_written(values: np.ndarray) -> list[float]:
    return [float(f"{value:.12g}") for value in values]


def to_json(value: Any) -> Any:
    """A value as JSON has it: infinity, which it has not, by its name."""
    return "inf" if value == np.inf else value


def from_json(value: Any) -> Any:
    """The value that `to_json` wrote."""
    return np.inf if value == "inf" else value


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _number(declared: param.Parameter, text: str) -> int | float:
    whole = isinstance(declared, param.Integer)
    try:
        if whole and re.fullmatch(r"[+-]?\d{1,20}", text):
            return int(text)
        value = float(text)
        if whole and not value.is_integer():
            raise ValueError(text)
    except (ValueError, OverflowError) as error:
        rule = f"{declared.name} must be {describe(declared)}"
        raise InputError(rule, text, f"The default is {declared.default}") from error
    return int(value) if whole else value


def _expanded(declared: param.Parameter, item: str) -> list:
    if ":" not in item or not isinstance(declared, param.Number):
        return [read(declared, item)]
    expand = _whole_range if isinstance(declared, param.Integer) else _even_range
    return expand(declared.name, item)


def _whole_range(name: str, item: str) -> list[int]:
    try:
        values = range(*map(int, item.split(":")))
    except (TypeError, ValueError) as error:
        raise InputError(f"a range of {name} must be start:stop or start:stop:step", item, "Try 0:100") from error
    _bounded(name, item, len(values))
    return list(values)


def _even_range(name: str, item: str) -> list[float]:
    try:
        start, stop, *kind, count = item.split(":")
        bounds, n, is_log = (float(start), float(stop)), int(count), kind == ["log"]
        if n < 1 or not np.isfinite(bounds).all() or (kind and not is_log) or (is_log and min(bounds) <= 0):
            raise ValueError(item)
    except ValueError as error:
        rule = f"a range of {name} must be start:stop:count, or start:stop:log:count of numbers above 0"
        raise InputError(rule, item, "Try 0:1:101, both ends in") from error
    _bounded(name, item, n)
    return _as_written(np.geomspace(*bounds, n)) if is_log else even_levels(*bounds, n)


def _bounded(name: str, item: str, count: int) -> None:
    if count > MAX_VALUES:
        raise InputError(f"{name} must have at most {MAX_VALUES:,} values", item, "Take fewer values")
