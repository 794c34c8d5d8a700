"""The Python and the command line that make what is on show: one writer for Lab and Explorer."""

from collections.abc import Mapping
from typing import Any

import param

from gatesweep.codec import is_run, write, write_several
from gatesweep.experiment import GRID, Experiment
from gatesweep.settings import Settings

__all__ = ["as_command", "as_python", "literal", "nearest_sweep"]


def nearest_sweep(settings: Mapping[str, Any]) -> Experiment:
    """The sweep of one model that comes nearest to the Lab's; what no sweep has (scikit-learn, a start by hand) is
    as a sweep has it by itself."""
    declared = Settings.param
    menus = {name: declared[name].objects for name in settings if isinstance(declared[name], param.Selector)}
    return Experiment.of(**{name: v for name, v in settings.items() if name not in menus or v in menus[name]})


def _arguments(experiment: Experiment) -> dict[str, Any]:
    """The grid, and every parameter given once that is not at its default, in the order of their declaration."""
    values = {name: experiment.grid[name] for name in experiment.swept}
    once = {name: given[0] for name, given in experiment.grid.items() if name not in values} | experiment.fixed
    values |= {name: value for name, value in once.items() if value != Settings.param[name].default}
    # Gate, noise level and seed are dimensions also where they are one value; of the others only a sequence is one.
    values |= {name: values[name][0] for name in GRID if isinstance(values.get(name), tuple) and len(values[name]) == 1}
    return {name: values[name] for name in Settings.param if name in values}


def literal(value: Any) -> str:
    """A value as Python."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name!r}: {literal(v)}" for name, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    return 'float("inf")' if isinstance(value, float) and value == float("inf") else repr(value)


def as_python(experiment: Experiment, then: str = "print(ds)\n", imports: str = "") -> str:
    """A script that makes a sweep, `ds`, and what it does with it."""
    given = "".join(f"    {name}={_in_python(value)},\n" for name, value in _arguments(experiment).items())
    return f"import gatesweep as gs\n{imports}\nds = gs.sweep(\n{given})\n{then}"


def _in_python(value: Any) -> str:
    return f"range({value[0]}, {value[-1] + 1})" if isinstance(value, tuple) and is_run(value) else literal(value)


def as_command(experiment: Experiment, out: str = "") -> str:
    """The command line that makes a sweep, in a file if `out` names one."""

    given = {n: write_several(v) if isinstance(v, tuple) else write(v) for n, v in _arguments(experiment).items()}
    options = [f"--{name.replace('_', '-')} {text}" for name, text in given.items()]
    return " ".join(["gatesweep sweep", *options, *([f"--out {out}"] if out else [])])
