"""What each model of a sweep is asked, and the limits to compare its answer with. xarray in, xarray out."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr

from gatesweep import theory
from gatesweep.errors import InputError
from gatesweep.gates import as_gate

__all__ = [
    "DIVERGED",
    "LIMITS",
    "MEASURES",
    "TEST_NOISE",
    "Measure",
    "axes",
    "limit_name",
    "limits",
    "measure_of",
    "per_model",
    "select",
]

SEPARABLE, DIVERGED = 2, 3
"""Codes of `status` (see `flag_meanings` of the Dataset)."""
TEST_NOISE = "test_noise_level"
"""The dimension that `transfer_accuracy` adds."""

Transform = Callable[[xr.DataArray, xr.Dataset], xr.DataArray]


def _as_it_is(values: xr.DataArray, _: xr.Dataset) -> xr.DataArray:
    return values


def _gap_to(limit: str) -> Transform:
    return lambda accuracy, dataset: accuracy - dataset[limit]


def _separability_index(accuracy: xr.DataArray, dataset: xr.Dataset) -> xr.DataArray:
    """0 at the majority rule, 1 at Bayes; NaN where no classifier can beat the majority rule."""
    room = dataset["bayes_accuracy"] - dataset["majority_accuracy"]
    return (accuracy - dataset["majority_accuracy"]) / room.where(room > 1e-9)


SOLVED = 0.02
"""A gate counts as solved where the exact accuracy is no further below Bayes."""


def _is_solved(accuracy: xr.DataArray, dataset: xr.Dataset) -> xr.DataArray:
    solved = (accuracy >= dataset["bayes_accuracy"] - SOLVED).astype("float32")
    return solved.where(accuracy.notnull())


def _weight_norm(weight: xr.DataArray, _: xr.Dataset) -> xr.DataArray:
    return np.sqrt((weight**2).sum("feature", min_count=1))


def _is_status(code: int) -> Transform:
    return lambda status, _: (status == code).astype("float32")


@dataclass(frozen=True)
class Measure:
    """One number a model: a variable of the Dataset and what is done with it."""

    label: str
    variable: str
    transform: Transform = _as_it_is
    kind: str = "positive"
    """accuracy, gap, index, share (of seeds) or positive: decides the scale and the unit."""
    doc: str = ""
    lower_is_better: bool = False

    @property
    def has_limits(self) -> bool:
        """Whether Bayes, best line and majority can be read on the same scale."""
        return self.kind in ("accuracy", "gap", "index")


MEASURES: dict[str, Measure] = {
    "exact_accuracy": Measure(
        "exact accuracy", "exact_accuracy", kind="accuracy", doc="On the true distribution: computed, not sampled."
    ),
    "test_accuracy": Measure("test accuracy", "test_accuracy", kind="accuracy", doc="On the held-out rows."),
    "train_accuracy": Measure("train accuracy", "train_accuracy", kind="accuracy", doc="On the training rows."),
    "separability_index": Measure(
        "separability index",
        "exact_accuracy",
        _separability_index,
        "index",
        "(accuracy - majority) / (Bayes - majority): 0 is no better than the majority rule, 1 is perfect.",
    ),
    "gap_to_best_line": Measure(
        "gap to the best line",
        "exact_accuracy",
        _gap_to("best_linear_accuracy"),
        "gap",
        "Exact accuracy minus the best line's.",
    ),
    "gap_to_bayes": Measure(
        "gap to Bayes", "exact_accuracy", _gap_to("bayes_accuracy"), "gap", "Exact accuracy minus the Bayes limit."
    ),
    "solved": Measure(
        "share solved",
        "exact_accuracy",
        _is_solved,
        "share",
        "Models whose exact accuracy is within 2 points of Bayes.",
    ),
    "transfer_accuracy": Measure(
        "transfer accuracy",
        "weight",
        kind="accuracy",
        doc="Exact accuracy on rows noisier or cleaner than those of the training.",
    ),
    "test_loss": Measure(
        "test log loss", "test_loss", doc="Mean log loss on the held-out rows, in nats.", lower_is_better=True
    ),
    "train_loss": Measure(
        "train log loss", "train_loss", doc="Mean log loss on the training rows, in nats.", lower_is_better=True
    ),
    "weight_norm": Measure(
        "weight norm", "weight", _weight_norm, doc="Length of the weight vector: how steep, how sure."
    ),
    "n_iter": Measure("iterations", "n_iter", doc="Newton steps, or epochs of gradient descent."),
    "separable": Measure(
        "share separable",
        "status",
        _is_status(SEPARABLE),
        "share",
        "Seeds whose training rows some line parts without error (solver newton, C = inf).",
    ),
    "converged": Measure("share converged", "status", _is_status(0), "share", "Seeds whose fit reached its optimum."),
    "diverged": Measure(
        "share diverged",
        "status",
        _is_status(DIVERGED),
        "share",
        "Seeds whose loss ended at more than twice that of the start and of a coin, or at no number.",
    ),
}
"""Measures by name."""

LIMITS = {
    "bayes_accuracy": "Bayes limit",
    "best_linear_accuracy": "best line",
    "population_accuracy": "infinitely many rows",
    "majority_accuracy": "majority rule",
}
"""Reference accuracies of a gate and noise level, by variable name."""


def axes(dataset: xr.Dataset, measure: str) -> tuple[str, ...]:
    """Dimensions that `per_model` gives this measure, the seed among them."""
    chosen = measure_of(measure)
    dataset = _with_line(dataset)
    recorded = "epoch" in dataset.dims and chosen.variable + "_history" in dataset
    dims = tuple(d for d in dataset[chosen.variable].dims if d != "feature")
    return dims + (("epoch",) if recorded else ()) + ((TEST_NOISE,) if measure == "transfer_accuracy" else ())


def per_model(dataset: xr.Dataset, measure: str, at: Mapping[str, Any] | None = None) -> xr.DataArray:
    """The measure of every model: dims of the grid, then `epoch` where the sweep recorded it.

    Args:
        dataset: what `gatesweep.sweep` returned.
        measure: a name in MEASURES.
        at: one value for each dimension that shall be dropped.

    Models that a store has not computed yet are NaN.

    Raises:
        InputError: unknown measure, dimension or value.
    """
    chosen = measure_of(measure)
    dataset = select(_with_line(dataset), at or {})
    if measure == "transfer_accuracy":
        values = _transfer(dataset, (at or {}).get(TEST_NOISE))
    else:
        history = chosen.variable + "_history"
        values = chosen.transform(dataset[history if history in dataset else chosen.variable], dataset)
    missing = dataset["status"] < 0
    return values.where(~missing) if missing.any() else values


def measure_of(name: str) -> Measure:
    """The measure of this name; InputError for an unknown one."""
    if name not in MEASURES:
        raise InputError("a measure must be one that gatesweep knows", name, f"Known: {', '.join(MEASURES)}")
    return MEASURES[name]


def _with_line(dataset: xr.Dataset) -> xr.Dataset:
    """A sweep of nets alone has no `weight`: what is asked of a line is NaN there, as beside models that have one."""
    if "weight" in dataset:
        return dataset
    suffixes = [suffix for suffix in ("", "_history") if f"intercept{suffix}" in dataset]
    none = {f"weight{s}": (dataset[f"intercept{s}"] * np.nan).expand_dims(feature=dataset["feature"]) for s in suffixes}
    return dataset.assign({name: values.transpose(..., "feature") for name, values in none.items()})


def select(dataset: xr.Dataset, at: Mapping[str, Any]) -> xr.Dataset:
    """The part of a sweep at one value of some dimensions; InputError for a value that it does not hold."""
    chosen = {name: value for name, value in at.items() if name != TEST_NOISE}
    try:
        return dataset.sel(chosen)
    except (KeyError, ValueError) as error:
        raise InputError(
            "`at` must hold values of the sweep's dimensions",
            chosen,
            f"Dimensions: {', '.join(map(str, dataset.dims))}",
        ) from error


def _transfer(dataset: xr.Dataset, test_noise: float | None) -> xr.DataArray:
    """Exact accuracy of each model on rows of another noise level: grid + (test_noise_level,)."""
    levels = np.atleast_1d(dataset["noise_level"].values if test_noise is None else test_noise).astype(float)

    def accuracy(one: xr.Dataset) -> xr.DataArray:
        gate, features = one["gate"].item(), str(_value(one, "features"))
        weight = one["weight"].transpose(..., "feature")
        if features == "linear":
            # Swept beside richer features, a linear model has a weight of 0 for each of their products.
            weight = weight.isel(feature=slice(as_gate(gate).n_inputs))
        values = theory.exact_accuracy(
            weight.values[..., None, :], one["intercept"].values[..., None], gate, levels, features
        )
        return xr.DataArray(
            values, {TEST_NOISE: levels} | dict(one["intercept"].coords), (*weight.dims[:-1], TEST_NOISE)
        )

    joined = _each(dataset, ("gate", "features"), accuracy).transpose(*dataset["intercept"].dims, TEST_NOISE)
    joined[TEST_NOISE].attrs = {"long_name": "test noise level"}
    return joined if test_noise is None else joined.isel({TEST_NOISE: 0})


def _value(dataset: xr.Dataset, name: str) -> Any:
    """The value of a parameter that this dataset does not sweep."""
    return dataset[name].item() if name in dataset.coords else json.loads(dataset.attrs["experiment"])[name]


def _each(dataset: xr.Dataset, dims: tuple[str, ...], of: Callable[[xr.Dataset], xr.DataArray]) -> xr.DataArray:
    """`of` for every value of `dims` by itself, joined again."""
    for dim in dims:
        if dim in dataset.dims:
            parts = [_each(dataset.isel({dim: i}), dims, of) for i in range(dataset.sizes[dim])]
            return xr.concat(parts, dataset[dim])
    return of(dataset)


def limits(dataset: xr.Dataset, measure: str, at: Mapping[str, Any] | None = None) -> dict[str, xr.DataArray]:
    """The reference accuracies on the measure's own scale, by name in LIMITS; none for a loss or a norm."""
    chosen = measure_of(measure)
    if not chosen.has_limits:
        return {}
    noise = TEST_NOISE if measure == "transfer_accuracy" else "noise_level"
    dataset = (
        dataset
        if noise == "noise_level"
        else dataset.drop_dims("noise_level").assign_coords({noise: dataset["noise_level"].values})
    )
    gates = np.atleast_1d(dataset["gate"].values)
    levels = np.atleast_1d(dataset[noise].values).astype(float)
    coords = {"gate": gates, noise: levels}
    table = xr.Dataset(
        {name: (tuple(coords), [_limit(name, str(gate), tuple(levels)) for gate in gates]) for name in LIMITS}, coords
    )
    table = table.sel({name: value for name, value in (at or {}).items() if name in coords})
    return {name: chosen.transform(table[name], table) for name in LIMITS}


def limit_name(limit: str, measure: str) -> str:
    """What a limit is called on the scale of a measure: bayes_accuracy, but bayes_gap_to_best_line."""
    is_accuracy = measure_of(measure).kind == "accuracy"
    return limit if is_accuracy else f"{limit.removesuffix('accuracy')}{measure}"


@lru_cache(maxsize=4096)
def _limit(name: str, gate: str, levels: tuple[float, ...]) -> np.ndarray:
    """A reference accuracy at each noise level."""
    noise = np.array(levels)
    if name == "majority_accuracy":
        return np.full(noise.shape, theory.majority_accuracy(gate))
    if name == "population_accuracy":
        return theory.exact_accuracy(*theory.population_optimum(gate, noise), gate, noise)
    return (theory.bayes_accuracy if name == "bayes_accuracy" else theory.best_linear_accuracy)(gate, noise)
