"""What the user types: paths, and for a parameter single values, comma lists, start:stop:count, Python ranges."""

import os
import tomllib
from pathlib import Path
from typing import Any

import click
import param

from gatesweep.codec import read, read_several
from gatesweep.errors import InputError
from gatesweep.experiment import GRID, SWEPT
from gatesweep.gates import GATE_NAMES
from gatesweep.paths import local_path
from gatesweep.settings import Settings, describe

__all__ = ["FilePath", "given_parameters", "parameter_options", "parse"]


class FilePath(click.Path):
    """A path of this machine; `~` and file:// work also where no shell has seen to them, as in --out=~/a.zarr."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        return local_path(os.fsdecode(super().convert(value, param, ctx)))


def parse(name: str, text: str) -> Any:
    """The value of parameter `name`: a list where it may be swept and `text` holds a comma or a range."""
    return (read_several if name in SWEPT else read)(Settings.param[name], text)


def parameter_options(command: Any) -> Any:
    """Decorator: one option for each declared parameter, with its doc, rule and default."""
    for name in reversed(_names()):
        command = click.option(
            "--" + name.replace("_", "-"),
            name,
            metavar=_metavar(name),
            help=_help(name),
            default=None,
            shell_complete=lambda ctx, option, begun: _completions(option.name, begun),
        )(command)
    return command


def given_parameters(options: dict[str, str | None], config: Path | None = None) -> dict[str, Any]:
    """Values of the parameters that the user gave: in the file `config`, and before it among the options."""
    typed = {name: parse(name, text) for name in _names() if (text := options[name]) is not None}
    return (_from_file(config) if config else {}) | typed


def _from_file(path: Path) -> dict[str, Any]:
    """Parameters of a TOML file; its texts may be all that a command line takes, such as "0:1:101"."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError("a file of parameters must be readable", str(path), error.strerror or "") from error
    except ValueError as error:
        raise InputError(f"a file of parameters must be TOML ({error})", str(path), "Try: seed = '0:100'") from error
    if unknown := sorted(given.keys() - set(_names())):
        known = f"Known: {', '.join(_names())}"
        raise InputError(f"{path} must hold parameters that gatesweep knows", ", ".join(unknown), known)
    return {name: parse(name, value) if isinstance(value, str) else value for name, value in given.items()}


def _names() -> list[str]:
    return [name for name in Settings.param if name != "name"]


def _metavar(name: str) -> str:
    declared = Settings.param[name]
    if isinstance(declared, param.Selector):
        return "|".join(declared.objects)
    kinds = {param.Integer: "INT", param.Number: "NUMBER"}
    kind = kinds.get(type(declared), "GATE")
    return kind + "[,...]" if name in SWEPT else kind


def _completions(name: str, begun: str) -> list[str]:
    """What the last word of `begun`, a comma list for a swept parameter, may become."""
    declared = Settings.param[name]
    words = GATE_NAMES if name == "gate" else declared.objects if isinstance(declared, param.Selector) else ()
    before, comma, last = begun.rpartition(",") if name in SWEPT else ("", "", begun)
    return [before + comma + word for word in words if word.lower().startswith(last.lower())]


def _help(name: str) -> str:
    declared = Settings.param[name]
    default = GRID_DEFAULTS.get(name, declared.default)
    parts = [declared.doc, "One or more." if name in SWEPT else ""]
    if isinstance(declared, param.Number):
        parts.append(f"{describe(declared).capitalize()}.")
    parts.append(f"[default: {'none' if default is None else default}]")
    return " ".join(filter(None, parts))


GRID_DEFAULTS = dict(zip(GRID, ("AND,OR,XOR", "0:1:21", "0:20"), strict=True))
