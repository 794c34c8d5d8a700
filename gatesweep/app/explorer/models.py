"""From a finished sweep to its experiment, and from a cell of the picture to one model: settings for the Lab."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from gatesweep.errors import InputError
from gatesweep.experiment import SWEPT, Experiment
from gatesweep.results import schema
from gatesweep.results.measures import axes
from gatesweep.results.statistics import drawn, run_of

__all__ = ["experiment_of", "model_at", "one_model"]

OPENED = ("solver", "epochs", "batch_size", "init", "split", "train_seed", "max_iter", "dtype")
"""Settings beside the swept ones that a model is opened with."""


def experiment_of(dataset: xr.Dataset) -> Experiment:
    """What a finished sweep is a sweep of.

    Raises:
        InputError: the dataset is no sweep, or lacks one of its variables or dimensions.
    """
    rule, remedy = "a sweep on show must be whole, as it was made or read", "Give the whole dataset"
    try:
        experiment = Experiment.from_json(dataset.attrs["experiment"])
    except (InputError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(rule, "a dataset that names no experiment", remedy) from error
    described = {name: variable.dims for name, variable in schema.variables(experiment).items()}
    described |= {name: ("gate", "noise_level") for name in schema.LIMITS}
    for name, dims in described.items():
        if name not in dataset:
            raise InputError(rule, f"a dataset without {name}", remedy)
        if dataset[name].dims != dims or not dataset[name].size:
            given = f"{name} of {dict(dataset[name].sizes)} instead of {', '.join(dims)}"
            raise InputError(rule, given, "Keep each dimension, such as by sel(gate=['AND'])")
    return experiment


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
        cell: values of swept parameters; what it leaves out has the sweep's first value, less what is left to chance.
    """
    dims = axes(dataset, measure)
    over = drawn(dims, cell)
    full = {d: dataset[d].values[0] for d in dims if d in dataset.dims and d not in (*over, "epoch")}
    full |= dict(cell) | ({} if epoch is None else {"epoch": epoch})
    full = {d: v.item() if isinstance(v, np.generic) else v for d, v in full.items()}
    settings = {name: experiment.fixed[name] for name in OPENED}
    settings |= {name: values[0] for name, values in experiment.grid.items() if name not in experiment.swept}
    settings |= {name: value for name, value in full.items() if name in (*SWEPT, "epoch")}
    return settings | run_of(dataset, measure, run, **full) if over else settings


def one_model(dataset: xr.Dataset, settings: Mapping[str, Any]) -> xr.Dataset:
    """The model of a sweep that has these settings, by itself."""
    return dataset.sel({name: settings[name] for name in dataset["status"].dims})
