"""The public sweep: an experiment's models, fitted chunk by chunk, as one labelled dataset."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import psutil
import torch
import xarray as xr

from gatesweep.errors import InputError
from gatesweep.experiment import Experiment, Parameters
from gatesweep.grids.plan import Chunk, plan
from gatesweep.grids.training import Cancelled, compute
from gatesweep.results import schema

__all__ = ["Cancelled", "Chunk", "Progress", "compute", "plan", "sweep"]

Progress = Callable[[int, int], None]


def sweep(
    experiment: Experiment | None = None,
    *,
    out: str | Path | None = None,
    device: str | torch.device = "auto",
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    client: Any = None,
    **parameters: Unpack[Parameters],
) -> xr.Dataset:
    """Fit every model of a grid and return them as one labelled dataset.

    Args:
        experiment: the grid; or give its `parameters` by name, explained by `help(gatesweep.Settings)`:
            gate, noise_level, seed (dimensions always), C, learning_rate, init_seed, num_samples, features,
            hidden_units, activation (a dimension where a sequence is given), solver, epochs, batch_size, init,
            train_seed, split, max_iter, dtype, record. The default grid is gate ("AND", "OR", "XOR"),
            noise_level 0, 0.05, ..., 1 and seed 0, 1, ..., 19; the other defaults are the lecture's.
        out: a path that ends in .zarr: the sweep streams into this store, and goes on where an
            earlier run of the same experiment stopped. The dataset returned reads from it lazily.
            A path that ends in .nc gets a NetCDF file when all is done.
        device: auto takes CUDA, then MPS, then the CPU.
        progress: called as progress(done, total) with numbers of models, on one of the threads that train; models
            under way count by their share of the steps.
        cancel: an event that ends the sweep with `Cancelled` within a step.
        client: a `dask.distributed.Client` whose workers fit the chunks and write them to `out`.

    Raises:
        InputError: bad parameters, or a grid whose result does not fit into memory.

    Example:
        >>> import gatesweep as gs
        >>> ds = gs.sweep(gate=("AND", "XOR"), noise_level=[0.0, 0.3], seed=range(20))
        >>> dict(ds.sizes)
        {'gate': 2, 'noise_level': 2, 'seed': 20, 'feature': 2}
        >>> ds.exact_accuracy.sel(noise_level=0.3).mean("seed").values.round(2)
        array([0.92, 0.5 ], dtype=float32)
    """
    if experiment is None:
        experiment = Experiment.of(**parameters)
    elif parameters:
        raise InputError("give either an experiment or parameters", sorted(parameters), "Put all into one of them")
    if out is not None:
        from gatesweep import store

        return store.write(experiment, out, device=device, progress=progress, cancel=cancel, client=client)
    if client is not None:
        raise InputError("a sweep on a cluster needs a store to write to", "no out", "Add out='sweep.zarr'")
    _check_memory(experiment)
    length = schema.sizes(experiment)
    arrays = {
        name: np.empty([length[dim] for dim in variable.dims], variable.dtype)
        for name, variable in schema.variables(experiment).items()
    }
    done = 0
    for chunk in plan(experiment):

        def report(models: int) -> None:
            nonlocal done
            done += models
            if progress:
                progress(done, experiment.n_models)

        for name, part in compute(experiment, chunk, device, report=report, cancel=cancel).items():
            arrays[name][schema.place(experiment, name, chunk.region)] = part
    return schema.to_dataset(experiment, arrays, device)


def _check_memory(experiment: Experiment) -> None:
    needed = schema.n_bytes(experiment)
    available = psutil.virtual_memory().available
    if needed > available * 0.8:
        raise InputError(
            "the result of a sweep must fit into memory",
            f"{needed / 1e9:.1f} GB of {available / 1e9:.1f} GB available",
            "Take fewer values, or stream it to a store with out='sweep.zarr'",
        )
