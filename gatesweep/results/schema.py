"""The dataset's schema: which variables, in which dimensions, with which labels and provenance."""

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
import xarray as xr

from gatesweep import theory
from gatesweep.engine.device import as_device
from gatesweep.engine.solvers.protocol import Status
from gatesweep.experiment import Experiment
from gatesweep.features import feature_names
from gatesweep.lecture import TEST_FRACTION, n_rows
from gatesweep.settings import Settings

__all__ = [
    "Variable",
    "attributes",
    "coordinates",
    "limits",
    "padded",
    "place",
    "provenance",
    "sizes",
    "to_dataset",
    "variables",
]

LONG_NAMES = {
    "weight": "weight of each feature",
    "hidden_weight": "weight of each feature in each hidden unit",
    "hidden_intercept": "intercept of each hidden unit",
    "output_weight": "weight of each hidden unit in the output",
    "intercept": "intercept",
    "train_accuracy": "accuracy on the training rows",
    "test_accuracy": "accuracy on the test rows",
    "exact_accuracy": "exact accuracy of the trained line",
    "train_loss": "log loss on the training rows",
    "test_loss": "log loss on the test rows",
    "n_iter": "newton steps or epochs",
    "status": "how the fit ended",
}
WEIGHTS = {"weight": ("feature",), "hidden_weight": ("unit", "feature"), "hidden_intercept": ("unit",)}
WEIGHTS |= {"output_weight": ("unit",)}
"""Dimensions beside the grid."""
LIMITS: dict[str, tuple[Callable[..., Any], str]] = {
    "bayes_accuracy": (theory.bayes_accuracy, "accuracy of the best classifier"),
    "best_linear_accuracy": (theory.best_linear_accuracy, "accuracy of the best line"),
    "majority_accuracy": (lambda gate, noise_level: theory.majority_accuracy(gate), "accuracy of the larger class"),
}
COORDINATES = {
    "gate": ("gate", ""),
    "noise_level": ("noise level", "standard deviation of the inputs"),
    "seed": ("seed", ""),
    "C": ("C, inverse penalty strength", "1"),
    "learning_rate": ("learning rate", "1"),
    "num_samples": ("samples", "rows"),
    "features": ("features", ""),
    "hidden_units": ("hidden units", "1"),
    "activation": ("activation", ""),
    "init_seed": ("init seed", ""),
    "feature": ("feature", ""),
    "unit": ("hidden unit", ""),
}
TEXT_ENCODING = {"dtype": np.dtype(object)}
"""How text is saved: at any width, in the type that Zarr v3 specifies."""


@dataclass(frozen=True)
class Variable:
    """One variable of the dataset."""

    dims: tuple[str, ...]
    dtype: np.dtype
    attrs: dict[str, Any] = field(default_factory=dict)


def n_train(experiment: Experiment, num_samples: int) -> int:
    """Training rows that num_samples leaves: train_test_split rounds the test part up, random_split down."""
    n = n_rows(num_samples, experiment.n_inputs)
    test = TEST_FRACTION * n
    return n - int(np.floor(test) if experiment.split == "torch" else np.ceil(test))


def coordinates(experiment: Experiment) -> dict[str, np.ndarray]:
    """Values of every dimension, in the dataset's order."""
    values = {name: np.array(experiment.grid[name]) for name in experiment.swept}
    richest = "interaction" if "interaction" in experiment.grid["features"] else "linear"
    values["feature"] = np.array(feature_names(experiment.n_inputs, richest))
    if most := max(experiment.grid["hidden_units"]):
        values["unit"] = np.array([f"h{i + 1}" for i in range(most)])
    if experiment.records:
        values["epoch"] = np.arange(1 + experiment.n_steps)
    return values


def sizes(experiment: Experiment) -> dict[str, int]:
    """Length of every dimension, in the dataset's order."""
    return {name: len(values) for name, values in coordinates(experiment).items()}


def variables(experiment: Experiment) -> dict[str, Variable]:
    """The variables that fitting fills, `status` last: the limits of theory are in `limits`."""
    grid, number = experiment.swept, np.dtype(experiment.fixed["dtype"])

    def measured(name: str, *extra: str) -> Variable:
        source = name.removesuffix("_history")
        units = "nats" if source.endswith("loss") else "1"
        return Variable((*grid, *extra), number, {"long_name": LONG_NAMES[source], "units": units})

    flags = {"flag_values": [int(s) for s in Status], "flag_meanings": " ".join(s.name for s in Status)}
    units = experiment.grid["hidden_units"]
    absent = {"status", "n_iter", *(() if 0 in units else ("weight",))}
    absent |= set() if any(units) else {name for name, dims in WEIGHTS.items() if "unit" in dims}
    numbers = [name for name in LONG_NAMES if name not in absent]
    found = {name: measured(name, *WEIGHTS.get(name, ())) for name in numbers}
    if experiment.records:
        for name in numbers:
            found[f"{name}_history"] = measured(f"{name}_history", "epoch", *WEIGHTS.get(name, ()))
    found["n_iter"] = Variable(grid, np.dtype("int32"), {"long_name": LONG_NAMES["n_iter"], "units": "1"})
    found["status"] = Variable(grid, np.dtype("int8"), {"long_name": LONG_NAMES["status"], **flags})
    return found


def padded(values: np.ndarray, dims: Sequence[str], lengths: Sequence[int]) -> np.ndarray:
    """Values of models with fewer features or hidden units than there are: a weight of 0, and NaN for no unit."""
    gaps = [(0, length - n) for n, length in zip(values.shape, lengths, strict=True)]
    of_units = [gap if dim == "unit" else (0, 0) for dim, gap in zip(dims, gaps, strict=True)]
    values = np.pad(values, [(0, 0) if dim == "unit" else gap for dim, gap in zip(dims, gaps, strict=True)])
    return np.pad(values, of_units, constant_values=np.nan) if any(map(any, of_units)) else values


def n_bytes(experiment: Experiment) -> int:
    """Bytes of the variables that fitting fills."""
    length = sizes(experiment)
    return sum(
        int(np.prod([length[dim] for dim in variable.dims], dtype=object)) * variable.dtype.itemsize
        for variable in variables(experiment).values()
    )


def limits(experiment: Experiment) -> dict[str, xr.Variable]:
    """What theory says is possible at each gate and noise level: dims (gate, noise_level)."""
    noise_level = np.array(experiment.grid["noise_level"])
    found = {}
    for name, (function, long_name) in LIMITS.items():
        rows = [np.broadcast_to(function(gate, noise_level), noise_level.shape) for gate in experiment.gates]
        found[name] = xr.Variable(("gate", "noise_level"), np.stack(rows), {"long_name": long_name, "units": "1"})
    return found


def attributes(experiment: Experiment, device: str | torch.device) -> dict[str, Any]:
    """Provenance of a sweep: str and int only, so that every file format keeps it."""
    attrs = {
        "title": "gatesweep: logistic regression on noisy logic gates",
        "experiment": experiment.to_json(),
        "experiment_hash": experiment.hash,
        "dtype": experiment.fixed["dtype"],
    }
    return attrs | provenance(device)


def provenance(device: str | torch.device) -> dict[str, Any]:
    """What computed a result: device, threads and packages."""
    used = as_device(device)
    attrs = {
        "device": torch.cuda.get_device_name(used) if used.type == "cuda" else f"{used.type} {platform.machine()}",
        "threads": torch.get_num_threads(),
    }
    packages = ("gatesweep", "torch", "numpy", "scikit-learn", "xarray")
    return attrs | {f"{name.replace('-', '_')}_version": _version(name) for name in packages}


_version = cache(version)


def place(experiment: Experiment, name: str, region: dict[str, slice]) -> tuple[slice, ...]:
    """The part of variable `name` that a chunk's region is."""
    return tuple(region.get(dim, slice(None)) for dim in variables(experiment)[name].dims)


def to_dataset(experiment: Experiment, arrays: dict[str, Any], device: str | torch.device) -> xr.Dataset:
    """The labelled dataset of arrays by variable name, with the limits of theory beside them."""
    found = {name: (v.dims, arrays[name], v.attrs) for name, v in variables(experiment).items()}
    labels = {}
    for name, values in coordinates(experiment).items():
        long_name, units = (experiment.solver.unit, "1") if name == "epoch" else COORDINATES[name]
        doc = Settings.param[name].doc if name in Settings.param else None
        attrs = {"long_name": long_name} | ({"units": units} if units else {}) | ({"description": doc} if doc else {})
        labels[name] = (name, values, attrs, TEXT_ENCODING if values.dtype.kind == "U" else {})
    return xr.Dataset(found | limits(experiment), labels, attributes(experiment, device))
