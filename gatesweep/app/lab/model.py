"""The Lab's models: the rows, the path that training took on them, and what any weights are worth. No screen here."""

import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from gatesweep import theory
from gatesweep.app.code import nearest_sweep
from gatesweep.app.known import Known
from gatesweep.app.lab.own_rows import OwnRows
from gatesweep.app.lab.state import SCIKIT_LEARN
from gatesweep.engine.solvers.protocol import Status
from gatesweep.errors import InputError
from gatesweep.experiment import Experiment
from gatesweep.features import expand
from gatesweep.grids.model import ModelPath, Rows, RowScores, stored_models
from gatesweep.models import Model, model_of
from gatesweep.plots.geometry import probability
from gatesweep.sweep import sweep

__all__ = [
    "N_SEEDS",
    "LossGrid",
    "Population",
    "Run",
    "Shown",
    "first_step",
    "known_population",
    "others",
    "population",
    "rows_of",
    "scikit_learn",
    "stored",
    "train",
]

N_SEEDS = 200


@dataclass(frozen=True)
class Shown:
    """The one model on show on its rows: a trained one at some epoch, or one set by hand."""

    model: Model
    rows: Rows | OwnRows
    threshold: float = 0.5

    @property
    def is_finite(self) -> bool:
        return bool(np.isfinite(self.model.params).all())

    @cached_property
    def logit(self) -> np.ndarray:
        """Logit of each row, (n,)."""
        return self.model.logit(self.rows.X)

    @cached_property
    def probability(self) -> np.ndarray:
        """Probability of class 1 of each row, (n,)."""
        return probability(self.logit)

    @cached_property
    def loss(self) -> np.ndarray:
        """Log loss of each row in nats, (n,)."""
        return np.logaddexp(0, np.where(self.rows.y == 1, -self.logit, self.logit))

    @cached_property
    def predicted(self) -> np.ndarray:
        return (self.probability >= self.threshold).astype(int)

    @cached_property
    def wrong(self) -> np.ndarray:
        return self.predicted != self.rows.y

    @cached_property
    def scores(self) -> RowScores:
        return self.rows.scores(self.model)

    @cached_property
    def exact_accuracy(self) -> float:
        """Accuracy on the true distribution, of the rule p >= 0.5."""
        return float(self.model.exact_accuracy(self.rows.gate, self.rows.noise_level))

    @cached_property
    def exact_log_loss(self) -> float:
        """Mean log loss on the true distribution, in nats."""
        return float(self.model.exact_log_loss(self.rows.gate, self.rows.noise_level))

    @cached_property
    def confusion(self) -> np.ndarray:
        """Test rows by true class (first index) and predicted class, int of shape (2, 2)."""
        rows = self.rows.test
        return np.bincount(2 * self.rows.y[rows] + self.predicted[rows], minlength=4).reshape(2, 2)


@dataclass(frozen=True, eq=False)
class Run:
    """One trained model: its rows, and its path from the first values (index 0) to the result (the last one).

    Where `is_whole` is false only the result is at hand: of a sweep that did not record its steps.
    """

    rows: Rows | OwnRows
    path: ModelPath
    is_whole: bool = True
    is_under_way: bool = False
    """Whether this is but the first step of a training that is still to be done."""

    @property
    def models(self) -> Model:
        """The model at every epoch."""
        return self.path.model

    @property
    def model(self) -> Model:
        """The trained one."""
        return self.path.model[-1]

    @property
    def status(self) -> str:
        """How the training ended, by the name of its `Status`."""
        return self.path.status.name

    @property
    def n_iter(self) -> int:
        return self.path.n_iter

    @property
    def last_epoch(self) -> int:
        return self.path.last_step

    @cached_property
    def history(self) -> RowScores:
        """Scores at every epoch, each field of shape (epoch,)."""
        return self.rows.scores(self.models)

    @cached_property
    def bayes_accuracy(self) -> float:
        return float(theory.bayes_accuracy(self.rows.gate, self.rows.noise_level))

    @cached_property
    def best_linear_accuracy(self) -> float:
        return float(theory.best_linear_accuracy(self.rows.gate, self.rows.noise_level))


def train(
    settings: Mapping[str, Any], start: np.ndarray | None = None, check: Callable[[], None] = lambda: None
) -> Run:
    """Train one model as `gatesweep.sweep` does, and keep its whole path.

    Args:
        settings: LabState's. newton starts at 0 unless told otherwise, not at the population's
            optimum as a sweep does: the way is worth seeing, and it ends in the same model wherever there is
            one (on separable rows without penalty there is none, only where it stops).
        start: with init=hand, the weights and intercept to start from, (feature + 1,).
        check: called between steps; may raise.

    Raises:
        InputError: bad settings, or scikit-learn on rows of one class.
    """
    rows = Rows.of(nearest_sweep(settings))
    if settings["solver"] == SCIKIT_LEARN:
        X, y = expand(rows.X[rows.train], rows.features), rows.y[rows.train]
        return Run(rows, scikit_learn(X, y, rows.experiment.grid["C"][0], str(rows.gate)))
    return Run(rows, rows.fit(rows.origin if start is None and settings["init"] == "auto" else start, check))


def rows_of(settings: Mapping[str, Any]) -> Rows:
    """The rows of a gate."""
    return Rows.of(nearest_sweep(settings))


def first_step(settings: Mapping[str, Any], start: np.ndarray | None = None) -> Run:
    """The rows of these settings and one step of their training, while the rest of it is under way."""
    quick = {**settings, "epochs": 1, "batch_size": settings["num_samples"]}
    return replace(train(quick, start), is_under_way=True)


def stored(settings: Mapping[str, Any], path: ModelPath) -> Run:
    """A model that a sweep has trained with these settings: shown as it is, not trained again."""
    return Run(Rows.of(nearest_sweep(settings)), path, is_whole=path.last_step > 0)


def scikit_learn(X: np.ndarray, y: np.ndarray, C: float, what: str) -> ModelPath:
    """The lecture's own call on training rows. It keeps no path: only where it starts and where it ends.

    Args:
        what: whose rows they are, for the error where they have one class.
    """
    if len(np.unique(y)) < 2:
        raise InputError("scikit-learn needs training rows of both classes", what, "Use the solver newton")
    with warnings.catch_warnings():
        # How it ended is a status here.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression(C=C).fit(X, y)
    last = np.append(model.coef_[0], model.intercept_)
    status = Status.converged if model.n_iter_[0] < model.max_iter else Status.max_iter
    return ModelPath(model_of(np.stack([np.zeros_like(last), last]), 0, ""), status, int(model.n_iter_[0]))


@dataclass(frozen=True)
class LossGrid:
    """Mean log loss of the training rows over two parameters of a model, at the trained values of the others."""

    places: tuple[int, int]
    """Which two, by their places among the model's numbers."""
    path: np.ndarray
    """Where training was at each epoch, (epoch, 2)."""
    spans: tuple[tuple[float, float], ...]
    loss: np.ndarray
    """float32 (second parameter, first parameter)"""

    @classmethod
    def of(cls, run: Run, shown: Shown, places: tuple[int, int] = (0, 1), pixels: int = 48) -> "LossGrid":
        """Around the whole path of a run and the model on show, with a margin."""
        values = run.models.params
        path = values[:, list(places)]
        here = shown.model.params[list(places)]
        known = np.vstack([path, here])
        known = known[np.isfinite(known).all(-1)]
        low, high = known.min(0), known.max(0)
        pad = 0.35 * max(float((high - low).max()), 1.0)
        spans = tuple((float(a - pad), float(b + pad)) for a, b in zip(low, high, strict=True))
        axes = [a + (np.arange(pixels) + 0.5) * (b - a) / pixels for a, b in spans]
        grid = np.tile(np.nan_to_num(values[-1]), (pixels, pixels, 1))
        grid[..., list(places)] = np.stack(np.meshgrid(*axes), -1)
        loss = run.rows.scores(run.models.like(grid)).train_loss
        return cls(places, path, spans, loss.astype(np.float32))


@dataclass(frozen=True, eq=False)
class Population:
    """The same settings but for one: other seeds, or other first weights."""

    over: str
    """What they differ in: "seed" or "init_seed"."""
    value: np.ndarray
    """The seed of each."""
    models: Model
    exact_accuracy: np.ndarray

    @property
    def accuracy(self) -> np.ndarray:
        """What the histogram is of: here the exact one."""
        return self.exact_accuracy


def others(settings: Mapping[str, Any], over: str = "seed") -> Experiment:
    """The seeds 0 to 199 under these settings."""
    return nearest_sweep({**settings, over: range(N_SEEDS)})


_known: Known[Population] = Known(64)
"""Some kilobytes each."""


def known_population(settings: Mapping[str, Any], over: str = "seed") -> Population | None:
    """The same as `population`, where somebody has asked for it; None where it is still to be trained."""
    return _known.get(_key(settings, over))


def population(settings: Mapping[str, Any], over: str = "seed", cancel: threading.Event | None = None) -> Population:
    """The models of the seeds 0 to 199 under these settings; each starts as in a sweep."""
    found = known_population(settings, over)
    if found is None:
        found = _population(settings, over, cancel)
        _known.keep(_key(settings, over), found)
    return found


def _key(settings: Mapping[str, Any], over: str) -> tuple[Any, ...]:
    return over, *sorted((name, value) for name, value in settings.items() if name != over)


def _population(settings: Mapping[str, Any], over: str, cancel: threading.Event | None) -> Population:
    experiment = others(settings, over)
    found = sweep(experiment, device="cpu", cancel=cancel)
    one = found.isel({name: 0 for name in found["status"].dims if name != over})
    models = stored_models(one, over, settings["hidden_units"], settings["activation"])
    return Population(over, np.arange(N_SEEDS), models, one["exact_accuracy"].values.astype(float))
