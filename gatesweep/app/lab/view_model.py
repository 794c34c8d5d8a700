"""What the Lab's pictures and words are of: derived from its state, and drawn where it differs from the last one."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gatesweep.app.lab.model import Population, Run, Shown
from gatesweep.app.lab.own_model import Resampled
from gatesweep.app.lab.own_rows import OwnRows
from gatesweep.app.theme import Palette
from gatesweep.models import model_of, n_params
from gatesweep.plots.hidden import Pair, pair_of

__all__ = ["ViewModel"]


@dataclass(frozen=True)
class ViewModel:
    """Two of them that are equal look the same."""

    picture: str
    """Which of the large pictures is on show."""
    run: Run
    epoch: int
    hand: tuple[float, ...] | None
    """The numbers of the model set by hand; None where the trained one is on show."""
    threshold: float
    corner: str
    """The inputs that the neuron is shown."""
    row: int
    """The own row that it is shown, from 1."""
    units: tuple[int, int]
    """The hidden neurons that the hidden space spans, counted from 1; 0 for what weighs most."""
    labels: bool
    """Whether the plane is coloured by labels, not by probabilities."""
    solver: str
    population: Population | Resampled | None
    over: str
    """What the population differs in: "seed" or "init_seed"."""
    cloud: bool
    """Whether the boundaries of the population are drawn."""
    limits: bool
    """Whether the best line and the best boundary are drawn."""
    pin: tuple[tuple[float, ...], int, str]
    """The numbers of the model to compare with (none is empty), its hidden neurons, and their activation."""
    span: tuple[int, int] | None
    """The two parameters that the loss surface spans, counted w1, w2, (w3,) intercept; None while it is hidden."""
    palette: Palette

    @cached_property
    def shown(self) -> Shown:
        """The model on show."""
        trained = self.run.models
        model = trained[self.epoch] if self.hand is None else trained.like(np.array(self.hand))
        return Shown(model, self.run.rows, self.threshold)

    @property
    def is_own(self) -> bool:
        return isinstance(self.run.rows, OwnRows)

    @property
    def chance(self) -> float:
        """Where the model on show stands among those that chance gives: its exact accuracy, of own rows its test's."""
        return float(self.shown.scores.test_accuracy) if self.is_own else self.shown.exact_accuracy

    @property
    def resampled(self) -> Resampled | None:
        """What the own rows on show say of models; None of a gate, and until it is known."""
        known = self.population
        return known if isinstance(known, Resampled) and known.rows is self.run.rows else None

    @cached_property
    def pair(self) -> Pair:
        """The hidden neurons that the hidden space spans. What matters most is asked of the end of the training, so
        that the axes stay while the epochs play."""
        model = self.run.model if self.hand is None else self.shown.model
        return pair_of(model, self.run.rows.X, self.units)

    @cached_property
    def pinned(self) -> Shown | None:
        """The model to compare with, on the rows of the one on show; None where none is pinned."""
        numbers, units, activation = self.pin
        # A link may hold any numbers.
        if len(numbers) not in (n_params(units, "linear"), n_params(units, "interaction")):
            return None
        return Shown(model_of(np.array(numbers), units, activation), self.run.rows, self.threshold)
