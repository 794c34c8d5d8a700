"""How long a run will take, learned from those before it."""

import numpy as np

from gatesweep.errors import InputError
from gatesweep.experiment import Experiment

__all__ = ["MAX_MODELS", "Rate", "affordable"]


MAX_MODELS = 2_000_000
"""Models of one run of a visitor: half a gigabyte."""
MAX_ROW_VISITS = 1e11
"""Rows that one run of a visitor looks at, over all models and epochs: some minutes."""


def affordable(experiment: Experiment) -> None:
    """Refuse a run that would take a server's memory or time from its other visitors: InputError."""
    visits = Rate.cost(experiment)
    if experiment.n_models > MAX_MODELS or visits > MAX_ROW_VISITS:
        raise InputError(
            f"a visitor may have {MAX_MODELS:,} models and {MAX_ROW_VISITS:,.0f} row visits in one run",
            f"{experiment.n_models:,} models and {visits:,.0f} row visits",
            "Take fewer values, rows or epochs, or run it as gatesweep sweep and open the file",
        )


UNIT = 3
"""What a hidden unit costs, of what a row of a model without any does."""


class Rate:
    """Learns from finished runs how long the next one takes; a model's cost is its rows times its passes."""

    def __init__(self) -> None:
        self._per_second = 3e8

    @staticmethod
    def cost(experiment: Experiment) -> float:
        passes = experiment.solver.passes(experiment.fixed)
        rows = float(np.mean(experiment.grid["num_samples"])) + 20
        rows *= 1 + UNIT * float(np.mean(experiment.grid["hidden_units"]))
        return experiment.n_models * rows * passes * (2 if experiment.fixed["record"] == "epoch" else 1)

    def seconds(self, experiment: Experiment) -> float:
        return self.cost(experiment) / self._per_second

    def learn(self, experiment: Experiment, seconds: float) -> None:
        # Small runs are mostly overhead and would make a large one look slower than it is.
        if experiment.n_models >= 1000:
            self._per_second = 0.5 * self._per_second + 0.5 * self.cost(experiment) / max(seconds, 1e-3)
