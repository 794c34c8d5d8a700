"""From a cell of the picture to one model: the settings with which the Lab trains that very one."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from gatesweep.experiment import SWEPT, Experiment
from gatesweep.results.measures import axes
from gatesweep.results.statistics import run_seed

__all__ = ["model_at", "one_model"]

OPENED = ("solver", "epochs", "batch_size", "init", "split", "train_seed", "max_iter", "dtype")
"""Settings beside the swept ones that a model is opened with."""


def model_at(
    dataset: xr.Dataset,
    experiment: Experiment,
    cell: Mapping[str, Any],
    measure: str,
    run: str,
    epoch: int | None = None,
) -> dict[str, Any]:
    """Settings of the median, best or worst run of a cell, judged at an epoch (none: the last one).

    Args:
        cell: values of swept parameters; what it leaves out has the sweep's first value.
    """
    dims = axes(dataset, measure)
    full = {d: dataset[d].values[0] for d in dims if d in dataset.dims and d not in ("seed", "epoch")}
    full |= dict(cell) | ({} if epoch is None else {"epoch": epoch})
    full = {d: v.item() if isinstance(v, np.generic) else v for d, v in full.items()}
    settings = {name: experiment.fixed[name] for name in OPENED}
    settings |= {name: values[0] for name, values in experiment.grid.items() if name not in experiment.swept}
    settings |= {name: value for name, value in full.items() if name in (*SWEPT, "epoch")}
    return settings if "seed" in settings else settings | {"seed": run_seed(dataset, measure, run, **full)}


def one_model(dataset: xr.Dataset, settings: Mapping[str, Any]) -> xr.Dataset:
    """The model of a sweep that has these settings, by itself."""
    return dataset.sel({name: settings[name] for name in dataset["status"].dims})
