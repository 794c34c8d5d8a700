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
from gatesweep.models import Model, Network, Neuron, model_of

__all__ = ["ModelPath", "RowScores", "Rows", "stored_models", "stored_path"]

WHOLE = Block(slice(0, 1), slice(0, 1))


@dataclass(frozen=True)
class ModelPath:
    """A model at every step of its training, the first values first; or at the last step alone."""

    model: Model
    """Along the steps, float64."""
    status: Status
    n_iter: int

    @property
    def last_step(self) -> int:
        return len(self.model.params) - 1


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
    >>> rows.scores(path.model).test_loss.shape  # 20 epochs and the first values
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
    def origin(self) -> np.ndarray | None:
        """Where the solver starts that knows nothing of the gate: every weight and the intercept at one value.

        None with hidden units, which would stay alike for ever: they start as in a sweep, as torch's layers do.
        """
        chunk = self.batch.models.chunk
        return None if chunk.hidden_units else np.full(self.batch.designs[0].n_params, self.experiment.solver.origin)

    def model_of(self, params: np.ndarray) -> Model:
        """Models of this experiment's kind from their numbers, (*batch, p)."""
        chunk = self.batch.models.chunk
        return model_of(params, chunk.hidden_units, chunk.activation)

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
        return ModelPath(self.model_of(params), Status(status), n_iter)

    def scores(self, model: Model) -> RowScores:
        """Scores of models of the experiment's kind on these rows."""
        params = model.params
        tensor = self.batch.models.place.tensor(params.reshape(1, 1, -1, params.shape[-1]))
        with one_thread():
            train, test = (evaluate(design, tensor) for design in self.batch.designs)
        found = (train.loss, test.loss, train.accuracy, test.accuracy)
        losses_and_shares = [to_host(values).reshape(params.shape[:-1]).astype(float) for values in found]
        for shares, rows in zip(losses_and_shares[2:], (self.train, self.test), strict=True):
            # A number of rows of a number of rows, to the last bit: half a digit decides what the screen says.
            shares[...] = np.rint(shares * len(rows)) / len(rows)
        return RowScores(*losses_and_shares)


def stored_models(
    dataset: xr.Dataset, along: str = "", hidden_units: int = 0, activation: str = "sigmoid", suffix: str = ""
) -> Model:
    """The one model that a dataset was selected down to, or those along a dimension of it.

    Args:
        hidden_units, activation: of these models; a dataset may have room for more units.
        suffix: "_history" for the models at each recorded step.
    """

    def array(name: str, *dims: str) -> np.ndarray:
        values = dataset[name + suffix].transpose(*([along] if along else []), *dims)
        return values.isel(unit=slice(hidden_units), missing_dims="ignore").values.astype(float)

    if not hidden_units:
        return Neuron(array("weight", "feature"), array("intercept"))
    lines = array("hidden_weight", "unit", "feature"), array("hidden_intercept", "unit")
    return Network(*lines, array("output_weight", "unit"), array("intercept"), activation)


def stored_path(one: xr.Dataset, hidden_units: int = 0, activation: str = "sigmoid") -> ModelPath:
    """The path of the one model that a dataset was selected down to: every recorded step, or the last one.

    What a sweep has trained is shown as it is, without training it again.
    """
    recorded, n_iter = "intercept_history" in one, int(one["n_iter"])
    steps = one if recorded else one.expand_dims("epoch")
    models = stored_models(steps, "epoch", hidden_units, activation, "_history" if recorded else "")
    return ModelPath(models[: 1 + n_iter] if recorded else models, Status(int(one["status"])), n_iter)
