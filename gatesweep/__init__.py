"""gatesweep: thousands of logistic models on noisy logic gates, trained at once, beside exact theory."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

# Public names are loaded on first use: a command line or a batch script waits for no more than it needs.
# `__init__.pyi` tells editors and type checkers the same.
_HOMES = {
    "BatchedLogisticRegression": "gatesweep.estimator",
    "Cancelled": "gatesweep.sweep",
    "Experiment": "gatesweep.experiment",
    "Explorer": "gatesweep.app.explorer.explorer",
    "Fit": "gatesweep.fit",
    "Gate": "gatesweep.gates",
    "InputError": "gatesweep.errors",
    "Lab": "gatesweep.app.lab.lab",
    "Settings": "gatesweep.settings",
    "as_gate": "gatesweep.gates",
    "export": "gatesweep.page.export",
    "fit": "gatesweep.fit",
    "fit_table": "gatesweep.tables.fit_table",
    "generate_data_with_noise": "gatesweep.lecture",
    "sweep": "gatesweep.sweep",
}
_MODULES = ("plots", "summaries", "theory")

__all__ = sorted((*_HOMES, *_MODULES))


class _Package(ModuleType):
    """Keeps `gs.fit` and `gs.sweep` the functions: an import binds the modules of these names over them."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    elif name in _MODULES:
        value = import_module(f"{__name__}.{name}")
    elif name == "__version__":
        from importlib.metadata import version

        value = version(__name__)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted((*__all__, *(name for name in globals() if name.startswith("__")), "__version__"))
