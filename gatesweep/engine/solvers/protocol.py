"""What a solver is: the steps that the loop takes, and all that the rest of gatesweep asks about it.

Nothing outside a solver's own file asks for its name. What differs between solvers is an attribute here.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any, ClassVar, Generic, Self, TypeVar

import numpy as np
from jaxtyping import Bool, Float, Int
from torch import Tensor

from gatesweep.engine.design import Design, PullBack
from gatesweep.engine.path import Path

__all__ = ["Batches", "Solver", "State", "Status", "runaway_loss"]


class Status(IntEnum):
    """How a model's fit ended (`status` in the dataset)."""

    converged = 0
    """Fitted: the objective is at its minimum, to the number format's precision.

    sgd and adam know the mean gradient alone: 1e-4 at most in any column, in that column's unit."""
    max_iter = 1
    """The budget of steps or epochs ended first."""
    separable = 2
    """A line separates the training rows (or all are of one class) and no penalty holds it: no optimum exists."""
    diverged = 3
    """Parameters left the finite numbers, or training made the loss far worse than a coin's."""
    redundant = 4
    """Fitted, but not by one set of weights alone: columns are linearly dependent, but for what their rounding may
    have made. These are the shortest."""
    undecided = 5
    """Neither fitted nor proven to have no optimum: the weights that it needs are lost in the rounding of the
    data's own coordinates, or neither a line that separates the rows nor that there is none could be proven."""


@dataclass
class State:
    """Where every model of the batch stands."""

    params: Float[Tensor, "*batch p"]
    """Weights, then the intercept."""
    n_iter: Int[Tensor, "*batch"]
    """Steps (newton) or epochs (sgd, adam) that the model took."""
    running: Bool[Tensor, "*batch"]
    """Models still changing; the others keep their parameters, whatever their neighbours do."""

    def part(self, index: Int[Tensor, " some"]) -> Self:
        """Of some places along the batch's last dimension; every tensor has the shape of the batch, or of params."""
        return replace(self, **{name: held.index_select(dim, index) for name, held, dim in self._held()})

    def with_part(self, index: Int[Tensor, " some"], part: Self) -> Self:
        """The same with other values there."""
        return replace(
            self, **{name: held.index_copy(dim, index, getattr(part, name)) for name, held, dim in self._held()}
        )

    def _held(self) -> Iterator[tuple[str, Tensor, int]]:
        """Name, value and dimension of the columns of each tensor."""
        for field in fields(self):
            if isinstance(held := getattr(self, field.name), Tensor):
                yield field.name, held, self.running.ndim - 1


def runaway_loss(first: Any) -> Any:
    """The training loss above which a model has diverged, from its loss at the start: an array of any library.

    More than twice as bad as both the start and a coin (log loss ln 2): the logistic loss keeps steps
    bounded, so a step far too large shows in the loss first.
    """
    return 2 * first.clip(min=math.log(2))


StateT = TypeVar("StateT", bound=State)
DesignT = TypeVar("DesignT", bound=Design)
"""What a solver asks of the rows: of a line alone, if it needs a convex loss."""

Batches = Callable[[int, int], Sequence[Sequence[np.ndarray]]]
"""batches(epochs, batch_size): the row numbers of each mini-batch of each epoch, drawn as the lecture draws them."""


class Solver(ABC, Generic[StateT, DesignT]):
    """One method. The loop calls `start`, then `step` until no model runs or `max_steps` is reached."""

    label: ClassVar[str]
    """Its name on the screen."""
    unit: ClassVar[str]
    """What one step is called: "step" or "epoch"."""
    uses: ClassVar[tuple[str, ...]]
    """The settings that it reads and others may not: C is a penalty, `budget` is one of them."""
    budget: ClassVar[str]
    """The setting that says how many steps it takes at most."""
    split: ClassVar[str]
    """What split=auto means: how the lecture splits the rows for it."""
    init: ClassVar[str]
    """What init=auto means in a sweep, where the gate is known."""
    origin: ClassVar[float]
    """What init=auto means where nothing is known but the rows: the first value of each parameter."""
    any_coordinates: ClassVar[bool] = False
    """Whether its result is the same in whatever unit and from whatever origin the columns are counted."""
    needs_convex_loss: ClassVar[bool] = False
    """Whether it is for models without hidden units alone."""
    seeks_optimum: ClassVar[bool]
    """Whether a model that has not converged is worth a warning; else its budget alone says when it ends."""
    remedy: ClassVar[str]
    """What to do about a model that diverged."""

    max_steps: int

    @classmethod
    @abstractmethod
    def of(cls, settings: Mapping[str, Any], batches: Batches) -> Self:
        """The solver of a batch of models.

        Args:
            settings: what it `uses`, by name; C and learning_rate are tensors that broadcast to the batch.
            batches: draws mini-batches; to be called once, or not at all.
        """

    @classmethod
    def rows_at_once(cls, n_rows: int, settings: Mapping[str, Any]) -> int:
        """Rows of a model that one operation works on: all of them, or a mini-batch."""
        return n_rows

    @classmethod
    def passes(cls, settings: Mapping[str, Any]) -> int:
        """How often a fit goes through its rows, about."""
        return int(settings[cls.budget])

    @abstractmethod
    def start(self, design: DesignT, params: Float[Tensor, "*batch p"]) -> StateT:
        """The state before the first step."""

    @abstractmethod
    def step(self, design: DesignT, state: StateT) -> StateT:
        """One step of every running model; no host sync, no loop over models."""

    def part(self, design: DesignT, state: StateT, columns: Int[Tensor, " some"]) -> tuple[DesignT, StateT] | None:
        """What it takes to go on with these places of the batch's last dimension alone; None to go on with all."""
        return None

    @abstractmethod
    def finish(
        self,
        design: DesignT,
        state: StateT,
        logits: Float[Tensor, "*batch n"],
        loss: Float[Tensor, "*batch"],
        pull_back: PullBack,
    ) -> Int[Tensor, "*batch"]:
        """Each model's `Status`, decided at the end: of its last parameters the logits, mean loss and pull-back."""

    def settle(self, design: DesignT, state: StateT, path: Path) -> Path:
        """What the steps could not do for some models, done apart."""
        return path
