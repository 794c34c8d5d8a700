"""What a fitted batch gives the dataset: its variables, at the last step and at every one."""

import numpy as np
import xarray as xr

from gatesweep import theory
from gatesweep.engine.device import to_host
from gatesweep.engine.path import Path, evaluate
from gatesweep.experiment import SWEPT, Experiment
from gatesweep.grids.batch import Batch
from gatesweep.grids.plan import COLUMNS
from gatesweep.results import schema

__all__ = ["absent", "arrange", "exact", "table"]


def table(batch: Batch, path: Path, record: bool) -> dict[str, np.ndarray]:
    """Arrays of shape (seeds, gates, columns, ...) by variable; with `record` those of every step too."""
    _, test = batch.designs
    params, tested = to_host(path.params), evaluate(test, path.params)
    found = weights(batch, params) | {
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
    found = {f"{name}_history": values for name, values in weights(batch, params).items()} | {
        "train_loss_history": to_host(train.loss),
        "test_loss_history": to_host(test.loss),
        "train_accuracy_history": to_host(train.accuracy),
        "test_accuracy_history": to_host(test.accuracy),
        "exact_accuracy_history": found_exact,
    }
    # A path that ended early goes on with its last step.
    steps = np.minimum(np.arange(1 + batch.models.experiment.n_steps), params.shape[3] - 1)
    return {name: values.take(steps, 3) for name, values in found.items()}


def weights(batch: Batch, params: np.ndarray) -> dict[str, np.ndarray]:
    """Parameters of shape (..., p) by the names of their variables."""
    n_units = batch.models.chunk.hidden_units
    if not n_units:
        return {"weight": params[..., :-1], "intercept": params[..., -1]}
    lines = params[..., : -n_units - 1].reshape(*params.shape[:-1], n_units, -1)
    output = params[..., -n_units - 1 : -1]
    hidden = {"hidden_weight": lines[..., :-1], "hidden_intercept": lines[..., -1], "output_weight": output}
    return hidden | {"intercept": params[..., -1]}


def exact(batch: Batch, params: np.ndarray) -> np.ndarray:
    """Exact accuracy of params of shape (seeds, gates, columns, p)."""
    chunk, each = batch.models.chunk, []
    for g, gate in enumerate(batch.models.experiment.gates):
        found = weights(batch, params[:, g].astype(np.float64))
        if chunk.hidden_units:
            network = theory.Network(**found, activation=chunk.activation)
            each.append(theory.network_accuracy(network, gate, batch.noise_level, chunk.features))
        else:
            each.append(
                theory.exact_accuracy(**found, gate=gate, noise_level=batch.noise_level, features=chunk.features)
            )
    return np.stack(each, 1).astype(params.dtype)


def arrange(experiment: Experiment, name: str, array: np.ndarray) -> np.ndarray:
    """A chunk's array (seed, gate, column, ...) in the dimensions of the schema.

    Dimensions that are not swept go; features and hidden units that this chunk does not have are padded.
    """
    wanted = schema.variables(experiment)[name].dims
    lengths = [len(experiment.grid[dim]) for dim in COLUMNS]
    dims = ("seed", "gate", *COLUMNS, *(dim for dim in wanted if dim not in SWEPT))
    found = xr.Variable(dims, array.reshape(*array.shape[:2], *lengths, *array.shape[3:]))
    found = found.isel({dim: 0 for dim in dims if dim not in wanted}).set_dims(wanted)
    whole, size = schema.sizes(experiment), dict(found.sizes)
    lengths = [whole[dim] if dim in ("feature", "unit") else size[dim] for dim in wanted]
    return np.ascontiguousarray(schema.padded(found.values, wanted, lengths))


def absent(experiment: Experiment, name: str, region: dict[str, slice]) -> np.ndarray:
    """What models have of a variable that is none of theirs, such as a line's of hidden units: NaN."""
    whole, variable = schema.sizes(experiment), schema.variables(experiment)[name]
    shape = [len(range(whole[dim])[region.get(dim, slice(None))]) for dim in variable.dims]
    return np.full(shape, np.nan, variable.dtype)
