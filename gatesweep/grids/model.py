"""One model by itself: the same training and the same scores as in a sweep, with every step at hand."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
import xarray as xr

from gatesweep.engine.device import Place, to_host
from gatesweep.engine.path import evaluate
from gatesweep.engine.solvers.protocol import Status
from gatesweep.engine.threads import one_thread
from gatesweep.errors import InputError
from gatesweep.experiment import Experiment
from gatesweep.gates import Gate
from gatesweep.grids.batch import Batch, Models
from gatesweep.grids.plan import Block, plan

__all__ = ["ModelPath", "RowScores", "Rows", "stored_path"]

WHOLE = Block(slice(0, 1), slice(0, 1))


@dataclass(frozen=True)
class ModelPath:
    """A model at every step of its training, the first values first; or at the last step alone."""

    weight: np.ndarray
    """(step, feature), float64"""
    intercept: np.ndarray
    """(step,)"""
    status: Status
    n_iter: int


@dataclass(frozen=True)
class RowScores:
    """What models do on the rows of one model; each field has the models' shape."""

    train_loss: np.ndarray
    test_loss: np.ndarray
    train_accuracy: np.ndarray
    test_accuracy: np.ndarray


@dataclass(frozen=True)
class Rows:
    """The rows of an experiment's one model: what they are, how it is trained on them, how any weights do on them.

    >>> rows = Rows.of(Experiment.of(gate="XOR", noise_level=0.3, seed=1, solver="sgd"))
    >>> path = rows.fit()
    >>> rows.scores(path.weight, path.intercept).test_loss.shape  # 20 epochs and the first values
    (21,)
    """

    experiment: Experiment
    batch: Batch

    @classmethod
    def of(cls, experiment: Experiment, device: str | torch.device = "cpu") -> "Rows":
        """The rows of an experiment of one model; InputError if it has more."""
        if experiment.n_models != 1:
            raise InputError("one model's rows need one value of each parameter", experiment.n_models, "Select one")
        place = Place.of(experiment.fixed["dtype"], device)
        return cls(experiment, Batch(Models(experiment, plan(experiment)[0], place), WHOLE))

    @cached_property
    def X(self) -> np.ndarray:
        """Inputs, float64 of shape (n, n_inputs)."""
        return self.batch.draws[0].rows(self.experiment.grid["noise_level"][0])

    @cached_property
    def y(self) -> np.ndarray:
        """Labels, int64 of shape (n,)."""
        return self.batch.draws[0].labels(self.experiment.gates[0])

    @property
    def gate(self) -> Gate:
        return self.experiment.gates[0]

    @property
    def noise_level(self) -> float:
        return self.experiment.grid["noise_level"][0]

    @property
    def features(self) -> str:
        return self.batch.models.chunk.features

    @property
    def train(self) -> np.ndarray:
        """Row numbers of the training part, in the lecture's order."""
        return self.batch.rows[0][0]

    @property
    def test(self) -> np.ndarray:
        """Row numbers of the test part."""
        return self.batch.rows[1][0]

    @cached_property
    def is_test(self) -> np.ndarray:
        """Whether each row is of the test part, bool of shape (n,)."""
        found = np.zeros(len(self.y), dtype=bool)
        found[self.test] = True
        return found

    @property
    def origin(self) -> np.ndarray:
        """Where the solver starts that knows nothing of the gate: every weight and the intercept at one value."""
        return np.full(self.batch.designs[0].n_params, self.experiment.solver.origin)

    def fit(self, first: np.ndarray | None = None, check: Callable[[], None] = lambda: None) -> ModelPath:
        """Train the model and keep every step.

        Args:
            first: weights and intercept to start from, (feature + 1,); else the start of the sweep.
            check: called between steps; may raise.
        """
        with one_thread():
            path = self.batch.fit(first, record=True, check=check)
        params = to_host(path.stacked())[0, 0, 0].astype(float)
        status, n_iter = (int(to_host(values)[0, 0, 0]) for values in (path.status, path.n_iter))
        return ModelPath(params[:, :-1], params[:, -1], Status(status), n_iter)

    def scores(self, weight: np.ndarray, intercept: np.ndarray | float) -> RowScores:
        """Scores of any models with weight (..., feature) and intercept (...) on these rows."""
        params = np.concatenate([weight, np.asarray(intercept)[..., None]], -1)
        tensor = self.batch.models.place.tensor(params.reshape(1, 1, -1, params.shape[-1]))
        with one_thread():
            train, test = (evaluate(design, tensor) for design in self.batch.designs)
        found = (train.loss, test.loss, train.accuracy, test.accuracy)
        losses_and_shares = [to_host(values).reshape(params.shape[:-1]).astype(float) for values in found]
        for shares, rows in zip(losses_and_shares[2:], (self.train, self.test), strict=True):
            # A number of rows of a number of rows, to the last bit: half a digit decides what the screen says.
            shares[...] = np.rint(shares * len(rows)) / len(rows)
        return RowScores(*losses_and_shares)


def stored_path(one: xr.Dataset) -> ModelPath:
    """The path of the one model that a dataset was selected down to: every recorded step, or the last one.

    What a sweep has trained is shown as it is, without training it again.
    """
    recorded = "weight_history" in one
    weight, intercept = (one[f"{name}_history" if recorded else name] for name in ("weight", "intercept"))
    if recorded:
        weight, intercept = weight.transpose("epoch", "feature"), intercept.transpose("epoch")
    steps = slice(0, 1 + int(one["n_iter"])) if recorded else slice(None)
    values = np.atleast_2d(weight.values.astype(float)), np.atleast_1d(intercept.values.astype(float))
    return ModelPath(values[0][steps], values[1][steps], Status(int(one["status"])), int(one["n_iter"]))
