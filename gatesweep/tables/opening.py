"""Opening the models of a table from a .nc or .zarr file, which may come from anyone.

Its metadata is checked before anything is loaded: known variables in known dimensions that agree in length, in
types and codecs that gatesweep writes, small enough for the memory.
"""

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import xarray as xr

from gatesweep.errors import InputError
from gatesweep.store.reading import TYPES, array_problem, check_folder, listing, metadata_of, refusal, with_words
from gatesweep.tables.schema import DIMENSIONS, dimensions

__all__ = ["holds_table", "open_table"]

BYTES_OF_TEXT = 64
"""Of a label, about."""


class Array(NamedTuple):
    """What a file says of one of its arrays."""

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    kind: str


def holds_table(path: Path) -> bool:
    """Whether a file holds the models of a table, as far as it says; any .csv or .parquet file is taken for one."""
    if path.suffix.lower() in (".csv", ".parquet"):
        return True
    try:
        if path.is_dir():
            return "table" in metadata_of(path / "zarr.json")["attributes"]
        import h5py

        with h5py.File(path, "r") as file:
            return "table" in file.attrs
    except (InputError, OSError):
        return False


def open_table(path: Path) -> xr.Dataset:
    """The dataset that `gatesweep.fit_table` wrote.

    Raises:
        InputError: not such a file, or one that is not what it says.
    """
    try:
        arrays, table = (_zarr if path.is_dir() else _netcdf)(path)
        _check(path, arrays, table)
        if path.is_dir():
            dataset = xr.open_zarr(path, chunks=None, consolidated=True)
        else:
            dataset = xr.open_dataset(path, engine="h5netcdf")
        with dataset:
            return with_words(dataset.load())
    except InputError:
        raise
    except Exception as error:  # Whatever the libraries make of bytes that no library wrote.
        raise refusal(path, "is damaged", type(error).__name__) from error


def _zarr(path: Path) -> tuple[dict[str, Array], Any]:
    check_folder(path)
    root, arrays = metadata_of(path / "zarr.json"), {}
    for name, found in listing(root).items():
        try:
            kind, dims, shape = found["data_type"], tuple(found.get("dimension_names", ())), tuple(found["shape"])
        except (KeyError, TypeError, AttributeError) as error:
            raise refusal(path, "has an array without metadata", str(name)) from error
        kind = kind if isinstance(kind, str) else "string"
        problem = array_problem(found, dims, shape, kind)
        if problem or "/" in name or found != metadata_of(path / name / "zarr.json"):
            raise refusal(path, problem or "contradicts itself", name)
        arrays[name] = Array(dims, shape, kind)
    return arrays, root["attributes"].get("table")


def _netcdf(path: Path) -> tuple[dict[str, Array], Any]:
    import h5py

    arrays = {}
    with h5py.File(path, "r") as file:
        for name in file:
            link = file.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink) or not isinstance(file[name], h5py.Dataset):
                raise refusal(path, "holds a link", name)
            found = file[name]
            if found.external or found.is_virtual:
                raise refusal(path, "refers to other files", name)
            dims = (name,) if name in DIMENSIONS else tuple(_scale(axis) for axis in found.dims)
            kind = "string" if found.dtype.kind in "OS" else found.dtype.name
            arrays[name] = Array(dims, tuple(found.shape), kind)
        return arrays, file.attrs.get("table")


def _scale(axis: Any) -> str:
    """The name of a dimension of a NetCDF variable."""
    return axis[0].name.removeprefix("/") if len(axis) == 1 else ""


def _check(path: Path, arrays: dict[str, Array], table: Any) -> None:
    """Raise InputError unless these are arrays of a table's models."""
    try:
        known = isinstance(json.loads(table), dict)
    except (TypeError, ValueError, RecursionError):
        known = False
    if not known or not {"estimate", "standard_error", "status", "n", "coefficient"} <= set(arrays):
        raise refusal(path, "does not hold the models of a table")
    lengths = {name: array.shape[0] for name, array in arrays.items() if name in DIMENSIONS and len(array.shape) == 1}
    needed = 0
    for name, array in arrays.items():
        if not set(array.dims) <= set(dimensions(name)) or array.kind not in TYPES:
            raise refusal(path, "has an array of another shape or type", name)
        if array.shape != tuple(lengths.get(dim, -1) for dim in array.dims):
            raise refusal(path, "has an array of another shape", name)
        needed += math.prod(array.shape) * (BYTES_OF_TEXT if array.kind == "string" else 8)
    if needed > 0.8 * psutil.virtual_memory().available:
        raise InputError(
            "a result must fit into memory", f"{needed / 1e9:.1f} GB", "Write coefficients.parquet instead"
        )
