"""The Lab's models of own rows, and what can be said of them without a true distribution."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from gatesweep.app.lab.model import Run, scikit_learn
from gatesweep.app.lab.own import Own
from gatesweep.app.lab.own_rows import OwnRows
from gatesweep.app.lab.state import SCIKIT_LEARN
from gatesweep.engine.device import Place, to_host
from gatesweep.engine.loop import run
from gatesweep.engine.solvers import solver_class
from gatesweep.engine.solvers.protocol import Status
from gatesweep.engine.threads import one_thread
from gatesweep.features import expand
from gatesweep.fit import dense_design
from gatesweep.models import Model, n_params
from gatesweep.sweep import Cancelled
from gatesweep.tables.resampling import bootstrap_counts, stratified_folds
from gatesweep.theory.sample import Frame, SampleLine, best_line_on_rows

__all__ = ["FOLDS", "N_REFITS", "Resampled", "first_step", "resampled", "train"]

FOLDS, N_REFITS = 5, 200


def train(
    own: Own,
    standardize: bool,
    settings: Mapping[str, Any],
    start: np.ndarray | None = None,
    check: Callable[[], None] = lambda: None,
) -> Run:
    """Train one model on own rows; arguments as those of `model.train`.

    Raises:
        InputError: bad settings, or scikit-learn on rows of one class.
    """
    rows = OwnRows(own, settings, standardize)
    if settings["solver"] == SCIKIT_LEARN and len(rows.train):
        X, y = expand(rows.X[rows.train], rows.features), rows.y[rows.train]
        return Run(rows, scikit_learn(X, y, settings["C"], "own rows"))
    return Run(rows, rows.fit(start, check))


def first_step(own: Own, standardize: bool, settings: Mapping[str, Any], start: np.ndarray | None = None) -> Run:
    """One step of a training, while the rest of it is under way."""
    quick = {**settings, "epochs": 1, "batch_size": max(len(own), 1)}
    return replace(train(own, standardize, quick, start), is_under_way=True)


@dataclass(frozen=True, eq=False)
class Resampled:
    """What own rows say about a model of these settings, in the place of a true distribution."""

    rows: OwnRows
    models: Model
    """The bootstrap refits."""
    accuracy: np.ndarray
    """Of each refit on the training rows that it did not draw; NaN where it drew all of them."""
    cross_validated: float
    """Mean accuracy on the held-out fifths; NaN where a class has too few rows for that."""
    best: SampleLine | None
    """The best line on all the rows; None of no rows."""
    majority: float
    """Share of the more frequent class."""
    is_separable: bool | None
    """Whether a line parts the classes, rows on the line itself left out, proven either way; None where neither was."""


def resampled(rows: OwnRows, cancel: threading.Event | None = None) -> Resampled:
    """Refit on bootstraps of the training rows and on four fifths of all, and look at every line. Slow: see Worker."""

    def check() -> None:
        if cancel is not None and cancel.is_set():
            raise Cancelled("the rows changed")

    y = rows.y
    if not len(y):
        nobody = np.empty((0, n_params(rows.hidden_units, rows.features)))
        return Resampled(rows, rows.model_of(nobody), nobody[:, 0], np.nan, None, np.nan, None)
    with one_thread():
        models, accuracy = _refits(rows, check)
        validated = _cross_validated(rows, check)
    check()
    best = best_line_on_rows(rows.X, y)
    check()
    majority = max(float(y.mean()), 1 - float(y.mean()))
    return Resampled(rows, models, accuracy, validated, best, majority, _is_separable(rows))


def _refits(rows: OwnRows, check: Callable[[], None]) -> tuple[Model, np.ndarray]:
    part = rows.train
    counts = bootstrap_counts(0, "", len(part), 0, N_REFITS)
    models = _models(rows, part, counts, check)
    right = _right(rows, part, models)
    left_out = counts == 0
    with np.errstate(invalid="ignore"):
        accuracy = (right & left_out).sum(-1) / left_out.sum(-1)
    return models, accuracy


def _cross_validated(rows: OwnRows, check: Callable[[], None]) -> float:
    y = rows.y
    if np.bincount(y, minlength=2).min() < FOLDS:
        return np.nan
    held_out = stratified_folds(y, np.array([len(y)]), FOLDS) == np.arange(FOLDS)[:, None]
    everyone = np.arange(len(y))
    right = _right(rows, everyone, _models(rows, everyone, ~held_out, check))
    return float(((right & held_out).sum(-1) / held_out.sum(-1)).mean())


def _models(rows: OwnRows, part: np.ndarray, weight: np.ndarray, check: Callable[[], None]) -> Model:
    path, _ = rows.path(part, weight.astype(float), check=check)
    return rows.model_of(to_host(path.params).astype(float))


def _right(rows: OwnRows, part: np.ndarray, models: Model) -> np.ndarray:
    return (models.logit(rows.X[part]) >= 0) == (rows.y[part] == 1)


def _is_separable(rows: OwnRows) -> bool | None:
    """By the engine's own proof: without a penalty there is an optimum if and only if no line parts the rows.

    It is about the numbers as they are written, as the best line is: 0.1, 0.3 and 0.5 are evenly spaced.
    """
    method, place = solver_class("newton"), Place.of("float64", "cpu")
    with one_thread():
        design, _ = dense_design(Frame(rows.X).units, rows.y, None, method.any_coordinates, place)
        settings = {"C": torch.tensor(np.inf, dtype=place.dtype), "max_iter": 100}
        path = run(design, method.of(settings, lambda epochs, size: ()), torch.zeros(3, dtype=place.dtype))
    status = Status(int(path.status))
    known = {Status.separable: True, Status.converged: False, Status.redundant: False, Status.max_iter: None}
    return known.get(status)
