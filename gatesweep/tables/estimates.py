"""The models of a table in the form of a table: one row for each group and coefficient, with its interval."""

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import ndtri

from gatesweep.errors import InputError
from gatesweep.results.statistics import quantiles
from gatesweep.tables.schema import STATUSES, is_table

__all__ = ["coefficients"]


def coefficients(dataset: xr.Dataset, level: float = 0.95) -> pd.DataFrame:
    """One row for each group, C and coefficient of what `gatesweep.fit_table` returned.

    With bootstraps `low` and `high` are percentiles of the replicates that were fitted (`replicates` says how
    many), else estimate -+ z * standard_error. Of a penalised model both describe the penalised estimate, which
    is biased towards 0. Odds ratios are exponentials: of one unit more of a column, or one deviation
    where the table was standardised.

    Columns: group, C (where there are several), coefficient, estimate, standard_error, low, high, odds_ratio,
    odds_ratio_low, odds_ratio_high, replicates (with bootstraps), n, status, train_loss, train_accuracy, and with
    folds best_C, held_out_loss, held_out_accuracy (means over the folds, at the C of the row).

    Raises:
        InputError: another dataset, or a level outside of (0, 1).

    Example:
        >>> import pandas as pd
        >>> import gatesweep as gs
        >>> table = pd.DataFrame({"dose": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "cured": [0, 0, 1, 0, 1, 1]})
        >>> shown = gs.summaries.coefficients(gs.fit_table(table, target="cured"))
        >>> list(shown.columns)[:6]
        ['coefficient', 'estimate', 'standard_error', 'low', 'high', 'odds_ratio']
    """
    if not is_table(dataset):
        raise InputError("coefficients are those of a table's models", dataset.attrs.get("title"), "Use gs.fit_table")
    if not 0 < level < 1:
        raise InputError("the level of an interval must lie between 0 and 1", level, "The default is 0.95")
    estimate = dataset["estimate"]
    tails = (1 - level) / 2, (1 + level) / 2
    found = {"estimate": estimate, "standard_error": dataset["standard_error"]}
    if "replicate" in dataset.dims:
        values = dataset["replicate_estimate"].transpose(*estimate.dims, "replicate")
        drawn = np.asarray(values.values, dtype=float)
        found |= {name: estimate.copy(data=q) for name, q in zip(("low", "high"), quantiles(drawn, tails), strict=True)}
    else:
        for name, z in zip(("low", "high"), ndtri(tails), strict=True):
            found[name] = estimate + float(z) * dataset["standard_error"]
    with np.errstate(over="ignore"):
        for name, source in (("odds_ratio", "estimate"), ("odds_ratio_low", "low"), ("odds_ratio_high", "high")):
            found[name] = np.exp(found[source])
    if "replicate" in dataset.dims:
        found["replicates"] = estimate.copy(data=(~np.isnan(drawn)).sum(-1))
    found["n"] = dataset["n"]
    found["status"] = dataset["status"]
    found |= {name: dataset[name] for name in ("train_loss", "train_accuracy", "best_C") if name in dataset}
    if "fold" in dataset.dims:
        for name in ("held_out_loss", "held_out_accuracy"):
            mean = dataset[name].mean("fold", skipna=False)
            found[name] = _at(mean, dataset["best_C"]) if "best_C" in dataset else mean
    columns = {str(dim): dataset[dim] for dim in estimate.dims} | found
    arrays = {name: column.broadcast_like(estimate).transpose(*estimate.dims) for name, column in columns.items()}
    frame = pd.DataFrame({name: array.values.ravel() for name, array in arrays.items()})
    frame["status"] = pd.Categorical.from_codes(frame["status"].to_numpy(), STATUSES)
    frame.attrs["table"] = dataset.attrs["table"]  # A Parquet file keeps it.
    return frame


def _at(values: xr.DataArray, C: xr.DataArray) -> xr.DataArray:
    """The values at each group's own C, NaN where it has none."""
    return values.where(values["C"] == C).max("C")
