"""Files that are not what they say are refused before anything of them is loaded."""

import json
import os
import shutil
import warnings

import h5py
import numpy as np
import pytest
import xarray as xr
import zarr

import gatesweep as gs
from gatesweep import store

EXPERIMENT = gs.Experiment.of(gate=("AND", "XOR"), noise_level=(0.0, 0.3), seed=range(3))


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    store.write(EXPERIMENT, folder / "sweep.zarr")
    store.write(EXPERIMENT, folder / "sweep.nc")
    return folder


@pytest.fixture
def path(sound, tmp_path):
    return shutil.copytree(sound / "sweep.zarr", tmp_path / "sweep.zarr")


@pytest.fixture
def netcdf(sound, tmp_path):
    return shutil.copy(sound / "sweep.nc", tmp_path / "sweep.nc")


def edit(path, name, change):
    """Change an array's metadata in both places where a store keeps it."""
    root = json.loads((path / "zarr.json").read_text())
    metadata = root["consolidated_metadata"]["metadata"][name]
    change(metadata)
    (path / "zarr.json").write_text(json.dumps(root))
    (path / name / "zarr.json").write_text(json.dumps(metadata))


def edit_attrs(path, **attrs):
    root = json.loads((path / "zarr.json").read_text())
    root["attributes"] |= attrs
    (path / "zarr.json").write_text(json.dumps(root))


@pytest.fixture
def loads_nothing(monkeypatch):
    """xarray is what loads; it must not even be asked."""
    monkeypatch.setattr("gatesweep.store.reading.xr", None)


METADATA = {
    "absurd shape": lambda m: m.update(shape=[10**6, 10**6, 10**3]),
    "one seed more": lambda m: m.update(shape=[2, 2, 4]),
    "object type": lambda m: m.update(data_type="object"),
    "other type": lambda m: m.update(data_type="complex128"),
    "other dimensions": lambda m: m.update(dimension_names=["gate", "seed", "noise_level"]),
    "absurd chunks": lambda m: m["chunk_grid"]["configuration"].update(chunk_shape=[2, 2, 10**12]),
    "chunks of nothing": lambda m: m["chunk_grid"]["configuration"].update(chunk_shape=[2, 2, 0]),
    "pickle codec": lambda m: m["codecs"].append({"name": "numcodecs.pickle", "configuration": {}}),
    "no codecs": lambda m: m.pop("codecs"),
    "storage transformer": lambda m: m.update(storage_transformers=[{"name": "x"}]),
    "a group": lambda m: m.update(node_type="group"),
}


@pytest.mark.parametrize("change", METADATA.values(), ids=METADATA)
def test_metadata_that_is_not_ours_is_refused(path, loads_nothing, change):
    edit(path, "status", change)
    with pytest.raises(gs.InputError, match="one that gatesweep wrote"):
        store.open_store(path)


def test_bomb_that_agrees_with_itself_is_refused(path, loads_nothing):
    """Every shape is enlarged alike, so that only the list of seeds shows the lie."""
    for name in ("status", "seed"):
        edit(path, name, lambda m: m["shape"].__setitem__(-1, 10**11))
    with pytest.raises(gs.InputError, match="of another shape"):
        store.open_store(path)


ATTRIBUTES = {
    "no experiment": {"experiment": None},
    "not JSON": {"experiment": "{"},
    "deep JSON": {"experiment": "[" * 100_000},
    "a list": {"experiment": "[1]"},
    "too many models": {"experiment": json.dumps({"seed": {"start": 0}})},
    "unknown parameter": {"experiment": json.dumps({"evil": 1})},
    "out of bounds": {"experiment": json.dumps(EXPERIMENT.to_dict() | {"epochs": 10**12})},
    "another version": {"store_version": 2},
    "no version": {"store_version": None},
}


@pytest.mark.parametrize("attrs", ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_attributes_that_are_not_ours_are_refused(path, loads_nothing, attrs):
    edit_attrs(path, **attrs)
    with pytest.raises(gs.InputError):
        store.open_store(path)


@pytest.mark.parametrize("link", ["weight", "status/c/0/0/0", "gate/zarr.json"])
def test_links_out_of_the_folder_are_refused(path, tmp_path, loads_nothing, link):
    target = tmp_path / "elsewhere"
    shutil.move(path / link, target)
    (path / link).symlink_to(target)
    for use in (store.open_store, store.verify, store.repair):
        with pytest.raises(gs.InputError, match="holds a link"):
            use(path)


def test_array_and_group_that_contradict_each_other_are_refused(path, loads_nothing):
    metadata = json.loads((path / "status" / "zarr.json").read_text())
    (path / "status" / "zarr.json").write_text(json.dumps(metadata | {"fill_value": 0}))
    with pytest.raises(gs.InputError, match="contradicts itself"):
        store.open_store(path)


def test_zarr_v2_with_a_pickle_filter_is_refused(tmp_path, loads_nothing):
    """An array of version 2 may name a pickle as its filter: reading it would run it."""
    path = tmp_path / "sweep.zarr"
    array = zarr.create_array(path, shape=(3,), dtype="i8", zarr_format=2)
    metadata = json.loads((path / ".zarray").read_text())
    (path / ".zarray").write_text(json.dumps(metadata | {"dtype": "|O", "filters": [{"id": "pickle", "protocol": 5}]}))
    del array
    with pytest.raises(gs.InputError, match="not a Zarr v3 store"):
        store.open_store(path)


@pytest.mark.parametrize("content", [b"", b"\x89HDF\r\n\x1a\n", b"<html>"])
def test_file_that_is_no_netcdf_is_refused(tmp_path, content):
    (tmp_path / "sweep.nc").write_bytes(content)
    with pytest.raises(gs.InputError, match="not a NetCDF 4 file"):
        store.open_store(tmp_path / "sweep.nc")


def test_what_is_not_there_or_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.nc")
    for name in ("nothing.zarr", "pipe.nc"):
        with pytest.raises(gs.InputError):
            store.open_store(tmp_path / name)


def _external(file):
    del file["status"]
    file.create_dataset("status", (2, 2, 3), "i1", external=[("/etc/hostname", 0, 12)])


def _linked(file):
    del file["status"]
    file["status"] = h5py.ExternalLink("/etc/other.nc", "status")


def _absurd(file):
    del file["seed"]
    file.create_dataset("seed", (10**12,), "i8", chunks=(10**6,))


def _objects(file):
    del file["weight"]
    file.create_dataset("weight", (2, 2, 3, 2), h5py.string_dtype())


def _more(file):
    file.create_dataset("more", (10**9,), "i8", chunks=(10**6,))


@pytest.mark.parametrize("change", [_external, _linked, _absurd, _objects, _more])
def test_netcdf_that_is_not_ours_is_refused(netcdf, loads_nothing, change):
    with h5py.File(netcdf, "a") as file:
        change(file)
    with pytest.raises(gs.InputError, match="one that gatesweep wrote"):
        store.open_store(netcdf)


def test_file_that_xarray_wrote_of_a_sweep_opens(tmp_path):
    """A user may save the dataset with xarray's own methods."""
    dataset = gs.sweep(EXPERIMENT)
    dataset.to_netcdf(tmp_path / "mine.nc", engine="h5netcdf")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The data type .FixedLengthUTF32|Consolidated metadata")
        dataset.to_zarr(tmp_path / "mine.zarr", zarr_format=3)
    for name in ("mine.nc", "mine.zarr"):
        with store.open_store(tmp_path / name) as opened:
            np.testing.assert_array_equal(opened["weight"].values, dataset["weight"].values)
    with pytest.raises(gs.InputError, match="saved by xarray"):
        store.write(EXPERIMENT, tmp_path / "mine.zarr")


def test_opening_loads_no_chunk(path):
    """A store opens without its data: what is lazy is read when it is asked for."""
    shutil.rmtree(path / "weight" / "c")
    with store.open_store(path) as dataset:
        assert dataset["weight"].shape == (2, 2, 3, 2)
        assert not dataset["status"].variable._in_memory
        assert np.isnan(dataset["weight"].isel(seed=0).values).all()
        assert isinstance(dataset, xr.Dataset)
