"""What a solver must offer the loop in `fit.py`, and what every model's status can be."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol, TypeVar

from jaxtyping import Bool, Float, Int
from torch import Tensor

from gatesweep.engine.design import Design

__all__ = ["Solver", "State", "Status"]


class Status(IntEnum):
    """How a model's fit ended (`status` in the dataset)."""

    converged = 0
    """The gradient of the objective is zero to the number format's precision."""
    max_iter = 1
    """The budget of steps or epochs ended first."""
    separable = 2
    """A line separates the training rows (or all are of one class) and no penalty holds it: no optimum exists."""
    diverged = 3
    """Parameters left the finite numbers, or training made the loss far worse than a coin's."""


@dataclass
class State:
    """Where every model of the batch stands."""

    params: Float[Tensor, "*batch p"]
    """Weights, then the intercept."""
    n_iter: Int[Tensor, "*batch"]
    """Steps (newton) or epochs (sgd, adam) that the model took."""
    running: Bool[Tensor, "*batch"]
    """Models still changing; the others keep their parameters, whatever their neighbours do."""


StateT = TypeVar("StateT", bound=State)


class Solver(Protocol[StateT]):
    """One method. The loop calls `start`, then `step` until no model runs or `max_steps` is reached."""

    @property
    def max_steps(self) -> int:
        """Steps at most"""

    def start(self, design: Design, params: Float[Tensor, "*batch p"]) -> StateT:
        """The state before the first step."""

    def step(self, design: Design, state: StateT) -> StateT:
        """One step of every running model; no host sync, no loop over models."""

    def finish(
        self, design: Design, state: StateT, logits: Float[Tensor, "*batch n"], loss: Float[Tensor, "*batch"]
    ) -> Int[Tensor, "*batch"]:
        """Each model's `Status`, decided once at the end from logits and mean log loss of its last parameters."""
