"""The solvers by name. One more is a file beside this one and a line below; `protocol.py` says what it must offer."""

from functools import cache
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gatesweep.engine.solvers.protocol import Solver

__all__ = ["SOLVERS", "solver_class"]

SOLVERS = {
    "newton": "gatesweep.engine.solvers.newton:Newton",
    "sgd": "gatesweep.engine.solvers.descent:SGD",
    "adam": "gatesweep.engine.solvers.descent:Adam",
}
"""Where the class of each solver is. A command line is parsed with the names alone; torch comes with the class."""


def solver_class(name: str) -> "type[Solver[Any, Any]]":
    """The solver of this name: its class, with what it says of itself."""
    return _loaded(SOLVERS[name])


_loaded = cache(resolve_name)
