"""The dataset of a table's models: its variables, dimensions and labels."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import xarray as xr

from gatesweep.engine.solvers.protocol import Status
from gatesweep.results.schema import TEXT_ENCODING, provenance
from gatesweep.tables.fitting import UNVALIDATED, Found, Plan
from gatesweep.tables.layout import INTERCEPT, Layout, Rows

__all__ = ["DIMENSIONS", "STATUSES", "dimensions", "is_table", "status_counts", "to_dataset"]

DIMENSIONS = ("group", "replicate", "C", "fold", "coefficient", "feature")

STATUSES = [*(status.name for status in Status), "unvalidated"]
"""Names of the statuses; `unvalidated` is a group that cross-validation found no C for."""

LONG_NAMES = {
    "estimate": "weight of a column, or intercept",
    "standard_error": "standard error from the Hessian at the optimum",
    "status": "how the fit ended",
    "n_iter": "Newton steps",
    "train_loss": "mean log loss on the rows of the fit",
    "train_accuracy": "accuracy on the rows of the fit",
    "n": "rows of the group",
    "n_missing": "rows of the group left out for a missing value",
    "mean": "what was subtracted from the column",
    "scale": "what the column was divided by",
    "best_C": "C of the highest held-out accuracy, the first of equals",
    "held_out_loss": "mean log loss on the rows held out",
    "held_out_accuracy": "accuracy on the rows held out",
    "fold_estimate": "weight or intercept of the model that did not see the fold",
    "fold_status": "how the fit without the fold ended",
    "replicate_estimate": "weight or intercept fitted to resampled rows",
    "replicate_status": "how the fit to resampled rows ended",
}
PENALISED = (
    "With a finite C these are curvatures of the penalised objective: the posterior deviations under the normal "
    "prior that the penalty stands for. They are no basis for p-values or confidence statements."
)


def to_dataset(
    layout: Layout,
    plan: Plan,
    parts: Sequence[tuple[Rows, Found]],
    given: dict[str, Any],
    sweeps_C: bool,
    device: str | torch.device,
) -> xr.Dataset:
    """The labelled dataset of what was found for the groups of some rows.

    Args:
        parts: groups one after the other, and what `fit_rows` returned for them.
        given: the arguments of the fit, for the record.
        sweeps_C: whether C is a dimension (where several were given).
    """
    found = {name: np.concatenate([part[name] for _, part in parts]) for name in parts[0][1]}
    found["n"] = np.concatenate([rows.sizes for rows, _ in parts]).astype(np.int64)
    if layout.drop_missing:
        found["n_missing"] = np.concatenate([rows.n_missing for rows, _ in parts]).astype(np.int64)
    variables = {}
    for name, array in found.items():
        dims = dimensions(name, plan.chooses)
        if layout.group_by is None:
            array, dims = array[0], dims[1:]
        if "C" in dims and not sweeps_C:
            array, dims = array.take(0, dims.index("C")), tuple(dim for dim in dims if dim != "C")
        variables[name] = (dims, array, _attributes(name))
    labels: dict[str, Any] = {"coefficient": layout.coefficients, "C": plan.C}
    labels |= {"fold": np.arange(plan.folds or 0), "replicate": np.arange(plan.bootstrap)}
    labels |= {"feature": [name for name in layout.coefficients if name != INTERCEPT]}
    if layout.group_by is not None:
        labels["group"] = np.concatenate([rows.labels for rows, _ in parts])
    used = {dim for dims, _, _ in variables.values() for dim in dims}
    coords = {dim: _coordinate(dim, np.asarray(values), layout) for dim, values in labels.items() if dim in used}
    attrs = {"title": "gatesweep: logistic models of a table", "table": json.dumps(given)}
    return xr.Dataset(variables, coords, attrs | provenance(device))


def dimensions(name: str, chooses: bool = False) -> tuple[str, ...]:
    """The dimensions of a variable or coordinate, as far as a fit has them; none of an unknown name.

    Args:
        chooses: whether the models are those of one C for each group.
    """
    if name in DIMENSIONS:
        return (name,)
    if name not in LONG_NAMES:
        return ()
    per_C = () if chooses else ("C",)
    if name in ("n", "n_missing", "best_C"):
        return ("group",)
    if name in ("mean", "scale"):
        return ("group", "feature")
    coefficient = ("coefficient",) if name.endswith("estimate") or name == "standard_error" else ()
    if name.startswith("replicate_"):
        return ("group", "replicate", *per_C, *coefficient)
    if name.startswith(("fold_", "held_out_")):
        return ("group", "C", "fold", *coefficient)
    return ("group", *per_C, *coefficient)


def _attributes(name: str) -> dict[str, Any]:
    attrs: dict[str, Any] = {"long_name": LONG_NAMES[name]}
    if name.endswith("status"):
        return attrs | {"flag_values": list(range(UNVALIDATED + 1)), "flag_meanings": " ".join(STATUSES)}
    if name == "standard_error":
        return attrs | {"comment": PENALISED}
    return attrs | {"units": "nats" if name.endswith("loss") else "1"}


def _coordinate(dim: str, values: np.ndarray, layout: Layout) -> tuple:
    attrs = {"long_name": layout.group_by or dim} if dim == "group" else {"long_name": dim}
    return (dim, values, attrs, TEXT_ENCODING if values.dtype.kind == "U" else {})


def is_table(dataset: xr.Dataset) -> bool:
    """Whether a dataset is one of `fit_table`."""
    return "table" in dataset.attrs


def status_counts(dataset: xr.Dataset) -> dict[str, int]:
    """How many models of a table, replicates and folds not counted, have each status."""
    if "models" in dataset:
        return {str(name): int(n) for name, n in zip(dataset["status"].values, dataset["models"].values, strict=True)}
    number = np.bincount(dataset["status"].values.ravel(), minlength=len(STATUSES))
    return {name: int(n) for name, n in zip(STATUSES, number, strict=True) if n}
