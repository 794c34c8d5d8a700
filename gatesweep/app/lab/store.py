"""The Lab's models: runs the engine and keeps, unchanged, what came out. No screen here."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from gatesweep import theory
from gatesweep.app.lab.state import SCIKIT_LEARN, in_sweep
from gatesweep.engine.design import DenseDesign
from gatesweep.engine.loop import run
from gatesweep.engine.solvers.protocol import Status
from gatesweep.errors import InputError
from gatesweep.experiment import Experiment
from gatesweep.features import expand
from gatesweep.lecture import Stream, gate_data
from gatesweep.plots.geometry import probability
from gatesweep.settings import Settings
from gatesweep.sweep import sweep

__all__ = ["N_SEEDS", "Data", "Population", "Run", "Scores", "Shown", "Valley", "population", "train"]

N_SEEDS = 200


@dataclass(frozen=True)
class Data:
    """One draw of rows: inputs X (n, 2), labels y (n,), and which rows are the test part."""

    X: np.ndarray
    y: np.ndarray
    train: np.ndarray
    test: np.ndarray
    gate: str
    noise_level: float
    features: str

    @cached_property
    def inputs(self) -> np.ndarray:
        """The features of all rows, (n, p)."""
        return expand(self.X, self.features)

    @cached_property
    def is_test(self) -> np.ndarray:
        mask = np.zeros(len(self.y), dtype=bool)
        mask[self.test] = True
        return mask


@dataclass(frozen=True)
class Scores:
    """What models do on a data set; every field has the models' shape."""

    train_loss: np.ndarray
    test_loss: np.ndarray
    train_accuracy: np.ndarray
    test_accuracy: np.ndarray

    @classmethod
    def of(cls, weight: np.ndarray, intercept: np.ndarray, data: Data) -> "Scores":
        """Scores of models with weight (..., p) and intercept (...)."""
        with np.errstate(over="ignore", invalid="ignore"):
            logit = weight @ data.inputs.T + np.asarray(intercept)[..., None]
            loss = np.logaddexp(0, np.where(data.y == 1, -logit, logit))
        right = (logit >= 0) == (data.y == 1)
        return cls(
            *(loss[..., rows].mean(-1) for rows in (data.train, data.test)),
            *(right[..., rows].mean(-1) for rows in (data.train, data.test)),
        )


@dataclass(frozen=True)
class Shown:
    """The one model on show: a trained one at some epoch, or a line set by hand."""

    weight: np.ndarray
    intercept: float
    data: Data
    threshold: float = 0.5

    @cached_property
    def probability(self) -> np.ndarray:
        """Probability of class 1 of each row, (n,)."""
        return probability(self.data.inputs @ self.weight + self.intercept)

    @cached_property
    def predicted(self) -> np.ndarray:
        return (self.probability >= self.threshold).astype(int)

    @cached_property
    def wrong(self) -> np.ndarray:
        return self.predicted != self.data.y

    @cached_property
    def scores(self) -> Scores:
        return Scores.of(self.weight, self.intercept, self.data)

    @cached_property
    def exact_accuracy(self) -> float:
        """Accuracy on the true distribution, of the rule p >= 0.5."""
        return float(theory.exact_accuracy(*self._where))

    @cached_property
    def exact_log_loss(self) -> float:
        """Mean log loss on the true distribution, in nats."""
        return float(theory.exact_log_loss(*self._where))

    @property
    def _where(self) -> tuple:
        return self.weight, self.intercept, self.data.gate, self.data.noise_level, self.data.features

    @cached_property
    def confusion(self) -> np.ndarray:
        """Test rows by true class (first index) and predicted class, int of shape (2, 2)."""
        rows = self.data.test
        return np.bincount(2 * self.data.y[rows] + self.predicted[rows], minlength=4).reshape(2, 2)


@dataclass(frozen=True)
class Run:
    """One training run with its whole path: index 0 holds the initial values, the last one the result."""

    data: Data
    weight_path: np.ndarray
    """(epoch, feature)"""
    intercept_path: np.ndarray
    status: str
    """converged, max_iter, separable or diverged."""
    n_iter: int
    bayes_accuracy: float
    best_linear_accuracy: float

    @property
    def weight(self) -> np.ndarray:
        """The trained weights, (feature,)."""
        return self.weight_path[-1]

    @property
    def intercept(self) -> float:
        return float(self.intercept_path[-1])

    @property
    def last_epoch(self) -> int:
        return len(self.intercept_path) - 1

    @cached_property
    def history(self) -> Scores:
        """Scores at every epoch, each field of shape (epoch,)."""
        return Scores.of(self.weight_path, self.intercept_path, self.data)


def train(settings: Mapping[str, Any], start: np.ndarray | None = None) -> Run:
    """Train one model as `gatesweep.sweep` does, and keep its whole path.

    Args:
        settings: LabState's. newton starts at 0 unless told otherwise, not at the population's
            optimum as a sweep does: the way is worth seeing, and it ends in the same model wherever there is
            one (on separable rows without penalty there is none, only where it stops).
        start: with init=hand, the weights and intercept to start from, (feature + 1,).

    Raises:
        InputError: bad settings, or scikit-learn on rows of one class.
    """
    chosen = {name: settings[name] for name in Settings.param if name in settings and name != "name"}
    experiment = Experiment.of(**_as_sweep(chosen))
    gate, noise_level = experiment.grid["gate"][0], experiment.grid["noise_level"][0]
    rows = gate_data(gate, noise_level, chosen["seed"], chosen["num_samples"], experiment.split, chosen["train_seed"])
    data = Data(*rows, gate, noise_level, chosen["features"])
    path, status, n_iter = (_scikit_learn if settings["solver"] == SCIKIT_LEARN else _engine)(experiment, data, start)
    limits = theory.bayes_accuracy(gate, noise_level), theory.best_linear_accuracy(gate, noise_level)
    return Run(data, path[:, :-1], path[:, -1], status, n_iter, *map(float, limits))


def _as_sweep(settings: dict[str, Any]) -> dict[str, Any]:
    """The nearest settings that a sweep knows: no scikit-learn, no start by hand."""
    return (
        settings
        | {"solver": in_sweep(settings["solver"])}
        | ({"init": "auto"} if settings.get("init") == "hand" else {})
    )


def _scikit_learn(experiment: Experiment, data: Data, start: np.ndarray | None) -> tuple[np.ndarray, str, int]:
    """The lecture's own call. It keeps no path: only where it starts and where it ends."""
    y = data.y[data.train]
    if len(np.unique(y)) < 2:
        raise InputError("scikit-learn needs training rows of both classes", str(data.gate), "Use the solver newton")
    C = experiment.grid["C"][0]
    model = LogisticRegression(C=C).fit(expand(data.X[data.train], data.features), y)
    found = np.append(model.coef_[0], model.intercept_)
    done = model.n_iter_[0] < model.max_iter
    return np.stack([np.zeros_like(found), found]), "converged" if done else "max_iter", int(model.n_iter_[0])


def _engine(experiment: Experiment, data: Data, start: np.ndarray | None) -> tuple[np.ndarray, str, int]:
    fixed, d = experiment.fixed, 3 if data.features == "interaction" else 2
    place = {"dtype": getattr(torch, fixed["dtype"]), "device": torch.device("cpu")}
    linear = experiment.init == "linear"
    stream = Stream(len(data.y), len(data.train), d, fixed["train_seed"], linear, experiment.grid["init_seed"][0])
    batched = {name: torch.as_tensor([experiment.grid[name][0]], **place) for name in ("C", "learning_rate")}
    solver = experiment.solver.of(fixed | batched, stream.batches)
    if start is None:
        start = _start(experiment, data, stream)
    rows = np.column_stack([expand(data.X[data.train], data.features), np.ones(len(data.train))])
    sign = 1 - 2 * data.y[data.train]
    design = DenseDesign(*(torch.as_tensor(array, **place)[None] for array in (rows, sign)))
    with _one_thread():
        outcome = run(design, solver, torch.as_tensor(start, **place)[None], record=True)
    path = outcome.stacked()[0].double().numpy()
    return path, Status(int(outcome.status[0])).name, int(outcome.n_iter[0])


def _start(experiment: Experiment, data: Data, stream: Stream) -> np.ndarray:
    """Weights and intercept before the first step, (feature + 1,)."""
    if experiment.fixed["init"] == "auto":
        return np.full(stream.n_features + 1, experiment.solver.origin)
    if experiment.init == "population":
        where = data.gate, data.noise_level, experiment.grid["C"][0], len(data.train), data.features
        return np.append(*theory.population_optimum(*where))
    return stream.first() if experiment.init == "linear" else np.ones(stream.n_features + 1)


@dataclass(frozen=True)
class Valley:
    """Mean log loss of the training rows over two parameters of a model, at the trained values of the others."""

    places: tuple[int, int]
    """Which two, counted w1, w2, (w3,) intercept."""
    path: np.ndarray
    """Where training was at each epoch, (epoch, 2)."""
    spans: tuple[tuple[float, float], ...]
    loss: np.ndarray
    """float32 (second parameter, first parameter)"""

    @classmethod
    def of(cls, run: Run, shown: Shown, places: tuple[int, int] = (0, 1), pixels: int = 48) -> "Valley":
        """Around the whole path of a run and the model on show, with a margin."""
        values = np.column_stack([run.weight_path, run.intercept_path])
        path = values[:, list(places)]
        here = np.append(shown.weight, shown.intercept)[list(places)]
        known = np.vstack([path, here])
        known = known[np.isfinite(known).all(-1)]
        low, high = known.min(0), known.max(0)
        pad = 0.35 * max(float((high - low).max()), 1.0)
        spans = tuple((float(a - pad), float(b + pad)) for a, b in zip(low, high, strict=True))
        axes = [a + (np.arange(pixels) + 0.5) * (b - a) / pixels for a, b in spans]
        grid = np.tile(np.nan_to_num(values[-1]), (pixels, pixels, 1))
        grid[..., list(places)] = np.stack(np.meshgrid(*axes), -1)
        loss = Scores.of(grid[..., :-1], grid[..., -1], run.data).train_loss
        return cls(places, path, spans, loss.astype(np.float32))


@contextmanager
def _one_thread() -> Iterator[None]:
    """For one model's tiny tensors, waking torch's other threads takes longer than the work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@dataclass(frozen=True)
class Population:
    """The same settings under other seeds."""

    seed: np.ndarray
    weight: np.ndarray
    """(seed, feature)"""
    intercept: np.ndarray
    exact_accuracy: np.ndarray


def population(settings: Mapping[str, Any], cancel: threading.Event | None = None) -> Population:
    """The models of the seeds 0 to 199 under these settings; each starts as in a sweep."""
    chosen = {name: settings[name] for name in Settings.param if name in settings and name not in ("name", "record")}
    seeds = np.arange(N_SEEDS)
    found = sweep(**(_as_sweep(chosen) | {"seed": seeds}), device="cpu", cancel=cancel)
    one = found.isel(gate=0, noise_level=0)
    return Population(seeds, *(one[name].values.astype(float) for name in ("weight", "intercept", "exact_accuracy")))
