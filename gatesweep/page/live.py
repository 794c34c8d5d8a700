"""What the page may train: a solver each, with the values that its controls offer."""

from typing import Any

from gatesweep.engine.solvers import solver_class
from gatesweep.engine.solvers.protocol import Solver
from gatesweep.experiment import DEFAULT_GRID
from gatesweep.gates import GATE_NAMES
from gatesweep.page.pack import dimension
from gatesweep.settings import Settings

__all__ = ["live_entries", "usual_values"]

LECTURE_GATES = ("AND", "OR", "XOR")
FINEST_LEVELS = tuple(round(0.01 * i, 2) for i in range(101))
SIZES = (20, 40, 60, 80, *range(100, 1001, 100))
STRENGTHS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 10000.0, "inf")
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0, 1000.0)
EPOCHS = (1, 2, 5, 10, 20, 50, 100, 200)
BATCH_SIZES = (1, 4, 16, 32, 64, 128, 256, 1000)

DATA = {
    "gate": (*LECTURE_GATES, *(name for name in GATE_NAMES if name not in LECTURE_GATES)),
    "noise_level": FINEST_LEVELS,
    "num_samples": SIZES,
    "seed": tuple(range(1000)),
    "features": ("linear", "interaction"),
}
DESCENT = {"learning_rate": RATES, "epochs": EPOCHS, "batch_size": BATCH_SIZES, "init": ("ones", "linear")}
TRAINING: dict[str, dict[str, tuple]] = {"newton": {"C": STRENGTHS}, "sgd": DESCENT, "adam": DESCENT}
"""The solvers that the page's engine has, with the settings of each."""


def live_entries() -> list[dict[str, Any]]:
    """One entry for each solver: its label, its controls and the grid of its map."""
    return [
        {
            "label": _label(solver_class(solver)),
            "dims": [dimension(name, values) for name, values in (DATA | training).items()],
            "constants": {"solver": solver},
            "epochs": int("epochs" in training),
            "grid": {
                "gates": LECTURE_GATES,
                "levels": [DEFAULT_GRID["noise_level"], FINEST_LEVELS],
                "seeds": DEFAULT_GRID["seed"],
            },
        }
        for solver, training in TRAINING.items()
    ]


def _label(solver: type[Solver[Any, Any]]) -> str:
    return f"{solver.label}, epoch by epoch" if solver.unit == "epoch" else solver.label


def usual_values() -> dict[str, Any]:
    """What the controls say before anybody has touched them: the lecture's values."""
    names = (*DATA, *DESCENT, "C")
    return {name: Settings.param[name].default for name in names} | {"init": "ones"}
