"""A visitor's own rows as a model's: what is held out, how the engine trains on them, how any weights do on them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch

from gatesweep.app.lab.own import Own
from gatesweep.app.lab.state import in_sweep
from gatesweep.engine.device import Place, to_host
from gatesweep.engine.loop import run
from gatesweep.engine.network import NetworkDesign
from gatesweep.engine.path import Path, evaluate
from gatesweep.engine.solvers import solver_class
from gatesweep.engine.solvers.protocol import Solver, Status
from gatesweep.engine.threads import one_thread
from gatesweep.errors import InputError
from gatesweep.features import expand
from gatesweep.fit import dense_design
from gatesweep.grids.model import ModelPath, RowScores
from gatesweep.lecture import Stream, split_rows
from gatesweep.models import Model, model_of, n_params
from gatesweep.plots.window import Window

__all__ = ["HELD_OUT_FROM", "OwnRows"]

EVERY = 5
"""Which row of these is held out for the test: drawing one more leaves the others where they are."""
HELD_OUT_FROM = 10
"""Rows from which any are held out."""


@dataclass(frozen=True, eq=False)
class OwnRows:
    """Own rows with the settings of a model: what `grids.model.Rows` is for the rows of a gate."""

    own: Own
    settings: Mapping[str, Any]
    standardize: bool = False

    gate: Any = None
    noise_level: Any = None
    """They are of no gate."""

    @cached_property
    def X(self) -> np.ndarray:
        """Inputs as they are trained on, (n, 2): standardised, if asked for."""
        return (self.own.X - self.centre) / self.unit

    @property
    def y(self) -> np.ndarray:
        return self.own.y

    @cached_property
    def centre(self) -> np.ndarray:
        """What is taken from each column: the mean of the training rows, or nothing."""
        return self.own.X[self.train].mean(0) if self._is_scaled else np.zeros(2)

    @cached_property
    def unit(self) -> np.ndarray:
        """What each column is divided by: the standard deviation of the training rows, or 1."""
        spread = self.own.X[self.train].std(0) if self._is_scaled else np.ones(2)
        return np.where(spread > 0, spread, 1.0)

    @property
    def _is_scaled(self) -> bool:
        return self.standardize and len(self.train) > 0

    @cached_property
    def window(self) -> Window:
        """The part of the plane to draw, in units of `X`."""
        return self.own.window.scaled(self.centre, self.unit) if self._is_scaled else self.own.window

    @property
    def names(self) -> tuple[str, str]:
        """What the axes say; drawn points have the names of a gate's inputs."""
        named = tuple("₁₂"[i] if name == f"x{i + 1}" else name for i, name in enumerate(self.own.names))
        x1, x2 = (f"x{name}" if name in "₁₂" else name for name in named)
        suffix = ", standardised" if self._is_scaled else ""
        return f"{x1}{suffix}", f"{x2}{suffix}"

    @property
    def features(self) -> str:
        return self.settings["features"]

    @cached_property
    def _parts(self) -> tuple[np.ndarray, np.ndarray]:
        split, n = self.settings["split"], len(self.y)
        if n < HELD_OUT_FROM:
            return np.arange(n), np.arange(0)
        if split == "auto":
            held = np.arange(n) % EVERY == EVERY - 1
            return np.flatnonzero(~held), np.flatnonzero(held)
        return split_rows(self.y, split, self.settings["train_seed"])

    @property
    def train(self) -> np.ndarray:
        """Row numbers of the training part: four rows of five in their order, unless `split` is set."""
        return self._parts[0]

    @property
    def test(self) -> np.ndarray:
        """Row numbers of the test part; of few rows, none."""
        return self._parts[1]

    @cached_property
    def is_test(self) -> np.ndarray:
        return np.isin(np.arange(len(self.y)), self.test)

    @property
    def solver(self) -> type[Solver[Any, Any]]:
        return solver_class(in_sweep(self.settings["solver"]))

    @property
    def n_features(self) -> int:
        return 3 if self.features == "interaction" else 2

    @property
    def hidden_units(self) -> int:
        return self.settings["hidden_units"]

    def model_of(self, params: np.ndarray) -> Model:
        """Models of these settings' kind from their numbers, (*batch, p)."""
        return model_of(params, self.hidden_units, self.settings["activation"])

    def fit(self, first: np.ndarray | None = None, check: Callable[[], None] = lambda: None) -> ModelPath:
        """Train the model and keep every step; arguments as those of `grids.model.Rows.fit`."""
        if not len(self.train):
            nothing = np.zeros((1, n_params(self.hidden_units, self.features)))
            return ModelPath(self.model_of(nothing), Status.converged, 0)
        with one_thread():
            path, design = self.path(self.train, None, first, check, record=True)
        params = to_host(design.original(path.stacked())).astype(float)
        params[-1] = to_host(path.params)  # A solver may have settled on more than its last step.
        return ModelPath(self.model_of(params), Status(int(path.status)), int(path.n_iter))

    def path(
        self,
        rows: np.ndarray,
        weight: np.ndarray | None,
        first: np.ndarray | None = None,
        check: Callable[[], None] = lambda: None,
        record: bool = False,
    ) -> tuple[Path, Any]:
        """The engine's path of one model on these rows, or of one for each of the weights (models, rows)."""
        settings, place = self.settings, Place.of(self.settings["dtype"], "cpu")
        method, X = self.solver, expand(self.X[rows], self.features)
        if self.hidden_units and method.needs_convex_loss:
            remedy = "Choose sgd or adam, or no hidden neurons"
            raise InputError(f"{settings['solver']} trains models without hidden neurons", self.hidden_units, remedy)
        dense, batch = dense_design(X, self.y[rows], weight, method.any_coordinates, place)
        units = self.hidden_units, settings["activation"]
        design: Any = NetworkDesign(dense, *units) if self.hidden_units else dense
        # Hidden units that start alike would stay alike for ever.
        is_linear = settings["init"] == "linear" or (settings["init"] == "auto" and self.hidden_units > 0)
        stream = Stream(
            n_total=len(self.y) if weight is None else len(rows),
            n_train=len(rows),
            n_features=self.n_features,
            train_seed=settings["train_seed"],
            linear=is_linear,
            init_seed=settings["init_seed"],
            hidden_units=self.hidden_units,
        )
        if first is None:
            same = 1.0 if settings["init"] == "ones" else method.origin
            first = stream.first() if is_linear else np.full(design.n_params, same)
        wide = torch.as_tensor(np.asarray(first, dtype=float)).to(dense.given).expand(*batch, len(first))
        batched = {name: torch.tensor(settings[name], dtype=place.dtype) for name in ("C", "learning_rate")}
        solver = method.of(dict(settings) | batched, stream.batches)
        return run(design, solver, place.tensor(design.own(wide)), record, check), design

    def scores(self, model: Model) -> RowScores:
        """Scores of any models here; NaN of no rows."""
        params = model.params
        shape = params.shape[:-1]
        tensor = torch.as_tensor(params.reshape(-1, params.shape[-1]))
        found = []
        for rows in (self.train, self.test):
            if not len(rows):
                found.append((np.full(shape, np.nan), np.full(shape, np.nan)))
                continue
            with one_thread():
                # In float64 whatever the training has: with columns far from 0 a logit is a small difference.
                X, place = expand(self.X[rows], model.features), Place.of("float64", "cpu")
                dense, _ = dense_design(X, self.y[rows], None, False, place)
                units = model.hidden_units, model.activation
                scores = evaluate(NetworkDesign(dense, *units) if model.hidden_units else dense, tensor)
            loss, share = (to_host(values).reshape(shape) for values in scores)
            found.append((loss, np.rint(share * len(rows)) / len(rows)))
        (train_loss, train_accuracy), (test_loss, test_accuracy) = found
        return RowScores(train_loss, test_loss, train_accuracy, test_accuracy)
