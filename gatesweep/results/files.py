"""Numbers over all seeds of a sweep, read block by block: a store may be larger than the memory."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from gatesweep.errors import InputError
from gatesweep.paths import local_path, parquet_for

__all__ = ["over_seeds", "save", "status_counts", "summary_table", "write_netcdf"]

BLOCK_VALUES = 4_000_000
"""Values held in memory at once where the dataset names no chunks of its own."""


def over_seeds(variable: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Mean and standard deviation (over n, not n - 1) along `seed` of the finite values; NaN where none is."""
    axis = variable.get_axis_num("seed")
    rest = [dim for dim in variable.dims if dim != "seed"]
    count, mean, square = (np.zeros([variable.sizes[dim] for dim in rest]) for _ in range(3))
    for block in _blocks(variable):
        finite = np.isfinite(block)
        values = np.where(finite, block, 0).astype(np.float64)
        n = finite.sum(axis)
        block_mean = values.sum(axis) / np.maximum(n, 1)
        shift, total = block_mean - mean, np.maximum(count + n, 1)
        # Chan, Golub and LeVeque (1979): sums of squares of two blocks, without cancellation.
        square += (finite * (values - np.expand_dims(block_mean, axis)) ** 2).sum(axis) + shift**2 * count * n / total
        mean += shift * n / total
        count += n
    coords = {dim: variable[dim] for dim in rest if dim in variable.coords}
    found = [np.where(count > 0, numbers, np.nan) for numbers in (mean, np.sqrt(square / np.maximum(count, 1)))]
    return xr.DataArray(found[0], coords, rest), xr.DataArray(found[1], coords, rest)


def status_counts(dataset: xr.Dataset) -> dict[str, int]:
    """How many models have each status; models that a running sweep has not reached are left out."""
    status = dataset["status"]
    counts = np.zeros(256, dtype=np.int64)
    for block in _blocks(status):
        counts += np.bincount(block.astype(np.int8).view(np.uint8).ravel(), minlength=256)
    names = str(status.attrs.get("flag_meanings", "")).split()
    return {name: int(n) for name, n in zip(names, counts, strict=False) if n}


def _blocks(variable: xr.DataArray) -> Iterator[np.ndarray]:
    """The variable's values, a block of seeds at a time."""
    n_seeds = variable.sizes["seed"]
    chunks = variable.encoding.get("preferred_chunks", {})
    step = chunks.get("seed") or max(1, BLOCK_VALUES * n_seeds // max(1, variable.size))
    for first in range(0, n_seeds, step):
        yield variable.isel(seed=slice(first, first + step)).values


def summary_table(dataset: xr.Dataset) -> pd.DataFrame:
    """One row for each gate, noise level and other dimension: mean and deviation over seeds, and the limits."""
    columns = {}
    for name, variable in dataset.data_vars.items():
        if "seed" not in variable.dims:
            columns[str(name)] = variable
        elif variable.dims == dataset["status"].dims and variable.dtype.kind == "f":
            columns[f"{name}_mean"], columns[f"{name}_std"] = over_seeds(variable)
    means = next(column for name, column in columns.items() if name.endswith("_mean"))
    frame = xr.Dataset(columns).to_dataframe(dim_order=list(means.dims))
    return frame.reset_index()


def write_netcdf(dataset: xr.Dataset, path: Path) -> None:
    """Write a dataset as NetCDF, words as characters.

    Written as strings, they would come back from `xr.open_dataset` bound to the width of the longest one, and a
    dataset joined to it and saved again would lose the ends of longer words without a sign.
    """
    words = [name for name, variable in dataset.variables.items() if variable.dtype.kind in "TOU"]
    dataset.to_netcdf(path, engine="h5netcdf", encoding={name: {"dtype": "S1"} for name in words})


def save(dataset: xr.Dataset, path: str | Path, *, overwrite: bool = False) -> None:
    """Write `summary_table` as .csv or .parquet, or the whole dataset as .nc.

    Raises:
        InputError: something is there and `overwrite` is not set, or the path cannot be written.
    """
    path = local_path(path)
    if path.exists() and not overwrite:
        remedy = "Ask for it (overwrite=True, --overwrite), or write to another path"
        raise InputError("an export must not replace a file unasked", str(path), remedy)
    writers = {
        ".nc": lambda to: write_netcdf(dataset, to),
        ".csv": lambda to: summary_table(dataset).to_csv(to, index=False),
        ".parquet": lambda to: summary_table(dataset).to_parquet(to, index=False),
    }
    if path.suffix not in writers:
        raise InputError(f"an export must end in .html, {', '.join(writers)}", str(path), "Try summary.csv")
    if path.suffix == ".parquet":
        parquet_for(path)
    building = path.with_name(f".{path.name}.building")
    try:
        writers[path.suffix](building)
        building.replace(path)
    except OSError as error:
        rule = f"the output path must be writable ({error.strerror or error})"
        raise InputError(rule, str(path), "Write to another path") from error
    finally:
        building.unlink(missing_ok=True)
