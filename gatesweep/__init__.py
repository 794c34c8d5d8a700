"""gatesweep: thousands of logistic models on noisy logic gates, trained at once, beside exact theory."""

from importlib import import_module
from importlib.metadata import version
from typing import Any

from gatesweep import theory
from gatesweep.errors import InputError
from gatesweep.experiment import Experiment
from gatesweep.fit import Fit, fit
from gatesweep.gates import Gate, as_gate
from gatesweep.lecture import generate_data_with_noise
from gatesweep.settings import Settings
from gatesweep.sweep import Cancelled, sweep

__all__ = [
    "BatchedLogisticRegression",
    "Cancelled",
    "Experiment",
    "Explorer",
    "Fit",
    "Gate",
    "InputError",
    "Lab",
    "Settings",
    "as_gate",
    "export",
    "fit",
    "generate_data_with_noise",
    "plots",
    "sweep",
    "theory",
]

__version__ = version("gatesweep")

# What draws is loaded on first use: a batch script never pays for Panel and HoloViews.
_LAZY = {
    "BatchedLogisticRegression": "gatesweep.estimator",
    "Explorer": "gatesweep.app.explorer.explorer",
    "Lab": "gatesweep.app.lab.lab",
    "export": "gatesweep.page.export",
    "plots": None,
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'gatesweep' has no attribute {name!r}")
    module = _LAZY[name]
    return import_module(f"gatesweep.{name}") if module is None else getattr(import_module(module), name)
