"""What a fitted batch gives the dataset: its variables, at the last step and at every one."""

import numpy as np
import xarray as xr

from gatesweep import theory
from gatesweep.engine.device import to_host
from gatesweep.engine.loop import Path, evaluate
from gatesweep.experiment import SWEPT, Experiment
from gatesweep.grids.batch import Batch
from gatesweep.grids.plan import COLUMNS
from gatesweep.results import schema

__all__ = ["arrange", "exact", "table"]


def table(batch: Batch, path: Path, record: bool) -> dict[str, np.ndarray]:
    """Arrays of shape (seeds, gates, columns, ...) by variable; with `record` those of every step too."""
    _, test = batch.designs
    params, tested = to_host(path.params), evaluate(test, path.params)
    found = {
        "weight": params[..., :-1],
        "intercept": params[..., -1],
        "train_accuracy": to_host(path.last.accuracy),
        "test_accuracy": to_host(tested.accuracy),
        "train_loss": to_host(path.last.loss),
        "test_loss": to_host(tested.loss),
        "exact_accuracy": exact(batch, params),
        "n_iter": to_host(path.n_iter),
        "status": to_host(path.status),
    }
    return found | _history(batch, path) if record else found


def _history(batch: Batch, path: Path) -> dict[str, np.ndarray]:
    train, test = (path.scores(design) for design in batch.designs)
    params = to_host(path.stacked())
    found_exact = np.stack([exact(batch, params[:, :, :, step]) for step in range(params.shape[3])], 3)
    found = {
        "weight_history": params[..., :-1],
        "intercept_history": params[..., -1],
        "train_loss_history": to_host(train.loss),
        "test_loss_history": to_host(test.loss),
        "train_accuracy_history": to_host(train.accuracy),
        "test_accuracy_history": to_host(test.accuracy),
        "exact_accuracy_history": found_exact,
    }
    # A path that ended early goes on with its last step.
    steps = np.minimum(np.arange(1 + batch.models.experiment.n_steps), params.shape[3] - 1)
    return {name: values.take(steps, 3) for name, values in found.items()}


def exact(batch: Batch, params: np.ndarray) -> np.ndarray:
    """Exact accuracy of params of shape (seeds, gates, columns, p)."""
    weight, intercept = params[..., :-1].astype(np.float64), params[..., -1].astype(np.float64)
    each = [
        theory.exact_accuracy(weight[:, g], intercept[:, g], gate, batch.noise_level, batch.models.chunk.features)
        for g, gate in enumerate(batch.models.experiment.gates)
    ]
    return np.stack(each, 1).astype(params.dtype)


def arrange(experiment: Experiment, name: str, array: np.ndarray) -> np.ndarray:
    """A chunk's array (seed, gate, column, ...) in the dimensions of the schema.

    Dimensions that are not swept go; features that this chunk does not have get weight 0.
    """
    wanted = schema.variables(experiment)[name].dims
    lengths = [len(experiment.grid[dim]) for dim in COLUMNS]
    dims = ("seed", "gate", *COLUMNS, *(dim for dim in wanted if dim not in SWEPT))
    found = xr.Variable(dims, array.reshape(*array.shape[:2], *lengths, *array.shape[3:]))
    found = found.isel({dim: 0 for dim in dims if dim not in wanted}).set_dims(wanted)
    if "feature" in wanted and (missing := schema.sizes(experiment)["feature"] - found.sizes["feature"]):
        found = found.pad(feature=(0, missing), constant_values=0)
    return np.ascontiguousarray(found.values)
