"""Opening result files, which may come from anyone: everything is checked before anything is loaded.

A file is opened only if its metadata is what gatesweep itself would write for the experiment that it
names: the same variables, dimensions, lengths, types and codecs. So a small file cannot announce
more models than it lists seeds, and no other decoder than the few below ever runs.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from gatesweep.errors import InputError
from gatesweep.experiment import Experiment
from gatesweep.paths import local_path
from gatesweep.results import schema
from gatesweep.store.layout import STORE_VERSION, Store

__all__ = [
    "TYPES",
    "array_problem",
    "check",
    "check_folder",
    "listing",
    "metadata_of",
    "open_for_writing",
    "open_store",
    "refusal",
    "with_words",
]

MAX_METADATA_BYTES = 256_000_000
MAX_LABEL_BYTES = 1_000
LETTERS = re.compile(r"string\d+")
"""The dimension along the letters of words that are saved as characters, as xarray names it."""
TYPES = {"float32", "float64", "int8", "int16", "int32", "int64", "bool", "string"}
CODECS = {"bytes", "vlen-utf8", "zstd", "crc32c"}


def open_store(path: str | Path) -> xr.Dataset:
    """The dataset of a finished or running sweep (.zarr) or of a NetCDF file (.nc), read lazily.

    Models that a running sweep has not reached have `status` -1.

    Raises:
        InputError: nothing is there, or not a result of gatesweep, or one of another version, or
            one that is not what it says.
    """
    path = local_path(path)
    if not path.exists():
        raise InputError("a result file must be there", str(path), "Check the path, or make it with gatesweep sweep")
    if path.is_dir():
        check(path)
        dataset = xr.open_zarr(path, chunks=None, consolidated=True)
    else:
        _check_netcdf(path)
        dataset = xr.open_dataset(path, engine="h5netcdf")
    return with_words(dataset)


def with_words(dataset: xr.Dataset) -> xr.Dataset:
    """The dataset with labels that stay whole whatever they are joined to and saved in."""
    return dataset.assign_coords({n: _text(label) for n, label in dataset.coords.items() if label.dtype.kind in "TOU"})


def _text(label: xr.DataArray) -> xr.DataArray:
    """Words as NumPy's text, to be saved at any width: the file's own would cut longer ones that are joined to them."""
    words = label.copy(data=np.array(label.values.tolist()))
    words.encoding = dict(schema.TEXT_ENCODING)
    return words


def open_for_writing(folder: Path) -> Store:
    """The store in a folder that `check` has passed; InputError if xarray wrote it and not a run."""
    attrs = metadata_of(folder / "zarr.json")["attributes"]
    if "store_version" not in attrs:
        raise refusal(folder, "was saved by xarray and keeps no journal")
    return Store(folder, _experiment(attrs, folder))


def check_folder(folder: Path) -> None:
    """Raise InputError unless a folder holds a Zarr v3 store, and all of it."""
    if not (folder / "zarr.json").is_file():
        raise refusal(folder, "is not a Zarr v3 store")
    _refuse_links(folder)


def check(folder: Path) -> None:
    """Raise InputError unless a folder is a store of gatesweep, all of it inside this folder."""
    check_folder(folder)
    root = metadata_of(folder / "zarr.json")
    expected = _expected(_experiment(root["attributes"], folder))
    listed = listing(root)
    if set(listed) != set(expected) or root.get("zarr_format") != 3:
        raise refusal(folder, "does not hold the variables of its experiment")
    for name, metadata in listed.items():
        problem = array_problem(metadata, *expected[name])
        if problem or metadata != metadata_of(folder / name / "zarr.json"):
            raise refusal(folder, problem or "contradicts itself", name)


def listing(root: dict[str, Any]) -> dict[str, Any]:
    """The metadata of all arrays, as a store's own metadata repeats it: what xarray goes by."""
    consolidated = root.get("consolidated_metadata")
    listed = consolidated.get("metadata") if isinstance(consolidated, dict) else None
    return listed if isinstance(listed, dict) else {}


def refusal(path: Path, problem: str, name: str = "") -> InputError:
    """The error of a file with a problem, in one of its arrays."""
    of = f" ({name})" if name else ""
    return InputError(
        "a result file must be one that gatesweep wrote",
        str(path),
        f"This one {problem}{of}: write it again with gatesweep",
    )


def _refuse_links(folder: Path) -> None:
    pending = [folder]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_symlink():
                    raise refusal(folder, "holds a link", entry.name)
                if entry.is_dir():
                    pending.append(Path(entry.path))


def metadata_of(path: Path) -> dict[str, Any]:
    """What a zarr.json says; InputError if it says nothing that can be read."""
    try:
        if path.stat().st_size > MAX_METADATA_BYTES:
            raise ValueError("too large")
        metadata = json.loads(path.read_bytes())
        if not isinstance(metadata["attributes"], dict):
            raise ValueError("no attributes")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise refusal(path, "has no readable metadata") from error
    return metadata


def _experiment(attrs: dict[str, Any], path: Path) -> Experiment:
    version = attrs.get("store_version", STORE_VERSION)
    if version != STORE_VERSION:
        raise InputError(
            f"a result file must be of version {STORE_VERSION}", version, "Open it with the gatesweep that wrote it"
        )
    try:
        return Experiment.from_json(attrs["experiment"])
    except (InputError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise refusal(path, "names no experiment") from error


def _expected(experiment: Experiment) -> dict[str, tuple[tuple[str, ...], tuple[int, ...], str]]:
    """Dimensions, shape and type of everything that a file of this experiment holds."""
    labels = schema.coordinates(experiment)
    described: dict[str, tuple[tuple[str, ...], np.dtype]] = {n: ((n,), values.dtype) for n, values in labels.items()}
    described |= {name: (("gate", "noise_level"), np.dtype("float64")) for name in schema.LIMITS}
    described |= {name: (variable.dims, variable.dtype) for name, variable in schema.variables(experiment).items()}
    return {
        name: (dims, tuple(len(labels[dim]) for dim in dims), _type_name(dtype))
        for name, (dims, dtype) in described.items()
    }


def _type_name(dtype: Any) -> str:
    return "string" if dtype.kind in "UOT" else dtype.name


def array_problem(metadata: Any, dims: tuple[str, ...], shape: tuple[int, ...], type_name: str) -> str:
    """Why an array's metadata is not what it must be; empty if it is."""
    try:
        chunks = metadata["chunk_grid"]["configuration"]["chunk_shape"]
        codecs = {codec["name"] for codec in metadata["codecs"]}
        found = metadata["data_type"]
        if isinstance(found, dict) and found["name"] == "fixed_length_utf32":
            found = "string" if found["configuration"]["length_bytes"] <= MAX_LABEL_BYTES else ""
        if found != type_name or type_name not in TYPES:
            return "has an array of another type"
        if metadata["shape"] != list(shape) or list(metadata.get("dimension_names", ())) != list(dims):
            return "has an array of another shape"
        if len(chunks) != len(shape) or not all(0 < c <= max(1, n) for c, n in zip(chunks, shape, strict=True)):
            return "has an array of absurd chunks"
        if not codecs <= CODECS or metadata["storage_transformers"] or metadata["node_type"] != "array":
            return "has an array of an unknown encoding"
    except (KeyError, TypeError, AttributeError):
        return "has an array without metadata"
    return ""


def _check_netcdf(path: Path) -> None:
    import h5py

    if not path.is_file():
        raise refusal(path, "is not a file")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise refusal(path, "is not a NetCDF 4 file") from error
    with file:
        attrs = {name: file.attrs[name] for name in ("store_version", "experiment") if name in file.attrs}
        attrs = {name: value.item() if isinstance(value, np.generic) else value for name, value in attrs.items()}
        expected = _expected(_experiment(attrs, path))
        dimensions = {dim for dims, _, _ in expected.values() for dim in dims}
        dimensions |= {name for name in file if LETTERS.fullmatch(name)}
        if not set(expected) <= set(file) <= set(expected) | dimensions:
            raise refusal(path, "does not hold the variables of its experiment")
        for name in file:
            link = file.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink) or not isinstance(file[name], h5py.Dataset):
                raise refusal(path, "holds a link", name)
            _check_variable(path, name, file[name], expected)


def _check_variable(path: Path, name: str, variable: Any, expected: dict) -> None:
    if variable.external or variable.is_virtual:
        raise refusal(path, "refers to other files", name)
    if name not in expected:
        # A dimension without coordinate: netCDF keeps an empty array of its length.
        if variable.size > max(MAX_LABEL_BYTES, *(max(shape, default=0) for _, shape, _ in expected.values())):
            raise refusal(path, "has an array of another shape", name)
        return
    _, shape, type_name = expected[name]
    found = "string" if variable.dtype.kind in "OS" else variable.dtype.name
    given = variable.shape
    if variable.dtype == "S1" and given and given[-1] <= MAX_LABEL_BYTES:
        given = given[:-1]
    if given != shape or found != type_name:
        raise refusal(path, "has an array of another shape or type", name)
