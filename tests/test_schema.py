"""The dataset: names, dimensions, labels and provenance, and that files bring all of it back."""

import json
from importlib.metadata import version

import numpy as np
import pytest
import xarray as xr

import gatesweep as gs
from gatesweep.engine.solvers.protocol import Status
from gatesweep.lecture import split_rows
from gatesweep.results import schema

GRID = {
    "gate": ("XOR", "AND"),
    "noise_level": (0.3, 0.1),
    "seed": (5, 2**32 - 1, 0),
    "num_samples": 40,
    "device": "cpu",
}
ALL_AXES = {
    "C": (0.5, np.inf),
    "learning_rate": (0.1, 0.2, 0.3),
    "num_samples": (40, 60),
    "features": ("interaction", "linear"),
}
SCORES = ("train_accuracy", "test_accuracy", "exact_accuracy", "train_loss", "test_loss")
LIMITS = ("bayes_accuracy", "best_linear_accuracy", "majority_accuracy")
PLAIN = {"weight", "intercept", "status", "n_iter", *SCORES, *LIMITS}


@pytest.fixture(scope="module")
def plain():
    return gs.sweep(**GRID)


@pytest.fixture(scope="module")
def full():
    return gs.sweep(**{**GRID, **ALL_AXES}, solver="adam", epochs=3, record="epoch")


def test_gate_noise_level_and_seed_are_dimensions_even_of_length_one():
    found = gs.sweep(gate="AND", noise_level=0.1, seed=1, num_samples=40, device="cpu")
    assert found.status.dims == ("gate", "noise_level", "seed") and found.status.shape == (1, 1, 1)
    assert dict(found.sizes) == {"gate": 1, "noise_level": 1, "seed": 1, "feature": 2}


def test_variables_have_the_dimensions_of_the_schema(plain, full):
    grid = ("gate", "noise_level", "seed")
    assert set(plain.data_vars) == PLAIN
    assert plain.weight.dims == (*grid, "feature")
    swept = (*grid, "C", "learning_rate", "num_samples", "features")
    histories = {f"{name}_history" for name in ("weight", "intercept", *SCORES)}
    assert set(full.data_vars) == PLAIN | histories
    assert full.weight.dims == (*swept, "feature") and full.weight_history.dims == (*swept, "epoch", "feature")
    for found, dims in ((plain, grid), (full, swept)):
        assert all(found[name].dims == ("gate", "noise_level") for name in LIMITS)
        assert all(found[name].dims == dims for name in PLAIN - {"weight", *LIMITS})
    assert all(full[name].dims == (*swept, "epoch") for name in histories - {"weight_history"})


def test_coordinates_are_what_was_asked_for_in_that_order(full):
    asked = {"gate": ["XOR", "AND"], "noise_level": [0.3, 0.1], "seed": [5, 2**32 - 1, 0], "C": [0.5, np.inf]}
    asked |= {"learning_rate": [0.1, 0.2, 0.3], "num_samples": [40, 60], "features": ["interaction", "linear"]}
    asked |= {"feature": ["x1", "x2", "x1*x2"], "epoch": [0, 1, 2, 3]}
    assert {name: found.to_numpy().tolist() for name, found in full.coords.items()} == asked


def test_numbers_have_the_formats_of_the_schema(plain):
    assert (plain.status.dtype, plain.n_iter.dtype) == (np.int8, np.int32)
    assert all(plain[name].dtype == np.float32 for name in ("weight", "intercept", *SCORES))
    assert all(plain[name].dtype == np.float64 for name in LIMITS)


def test_everything_says_what_it_is(full):
    for name, found in full.variables.items():
        assert found.attrs["long_name"], name
    unitless = {"gate", "seed", "features", "feature", "status"}
    assert {name for name, found in full.variables.items() if not found.attrs.get("units")} <= unitless
    assert full.train_loss.units == full.test_loss_history.units == "nats"
    assert full.noise_level.long_name == "noise level"


def test_the_status_says_what_its_numbers_mean(plain):
    meanings = dict(zip(plain.status.flag_values, plain.status.flag_meanings.split(), strict=True))
    old = {0: "converged", 1: "max_iter", 2: "separable", 3: "diverged"}
    assert meanings == old | {4: "redundant", 5: "undecided"}
    assert meanings == {int(status): status.name for status in Status}


def test_attributes_are_text_and_numbers_only(full):
    for attrs in (full.attrs, *(found.attrs for found in full.variables.values())):
        for name, value in attrs.items():
            kinds = {type(item) for item in value} if type(value) is list else {type(value)}
            assert kinds <= {str, int, float}, name
            assert len(kinds) == 1 and (type(value) is not list or value), name


def test_attributes_tell_where_the_numbers_come_from(full):
    experiment = gs.Experiment.from_dict(json.loads(full.experiment))
    assert experiment == gs.Experiment.of(
        **{name: values for name, values in {**GRID, **ALL_AXES}.items() if name != "device"},
        solver="adam", epochs=3, record="epoch",
    )  # fmt: skip
    assert full.experiment_hash == experiment.hash and full.dtype == "float32" and full.device.startswith("cpu")
    for package in ("gatesweep", "torch", "numpy", "xarray"):
        assert full.attrs[f"{package}_version"] == version(package)


def test_an_experiment_of_a_dataset_gives_that_dataset_again(plain):
    again = gs.sweep(gs.Experiment.from_dict(json.loads(plain.experiment)), device="cpu")
    assert again.identical(plain)


def test_limits_are_those_of_theory(plain):
    for g, gate in enumerate(plain.gate.values):
        for r, noise_level in enumerate(plain.noise_level.values):
            here = plain.isel(gate=g, noise_level=r)
            assert float(here.bayes_accuracy) == gs.theory.bayes_accuracy(str(gate), noise_level)
            assert float(here.best_linear_accuracy) == gs.theory.best_linear_accuracy(str(gate), noise_level)
            assert float(here.majority_accuracy) == (0.5 if gate == "XOR" else 0.75)


@pytest.mark.parametrize("kind", ["plain", "full"])
def test_netcdf_brings_everything_back(kind, request, tmp_path):
    dataset = request.getfixturevalue(kind)
    dataset.to_netcdf(tmp_path / "sweep.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "sweep.nc", engine="h5netcdf") as again:
        assert_came_back(again.load(), dataset)


@pytest.mark.parametrize("kind", ["plain", "full"])
def test_zarr_brings_everything_back(kind, request, tmp_path):
    dataset = request.getfixturevalue(kind)
    # Text as objects is Zarr's specified string type; NumPy's own text type is written too, with a warning.
    texts = {name: found.astype(object) for name, found in dataset.coords.items() if found.dtype.kind == "U"}
    dataset.assign_coords(texts).to_zarr(tmp_path / "sweep.zarr", consolidated=False)
    assert_came_back(xr.open_zarr(tmp_path / "sweep.zarr", consolidated=False).load(), dataset)


def assert_came_back(again, dataset):
    xr.testing.assert_equal(again, dataset)
    assert {name: found.dtype.kind.replace("T", "U").replace("O", "U") for name, found in again.variables.items()} == {
        name: found.dtype.kind for name, found in dataset.variables.items()
    }
    assert again.attrs == dataset.attrs
    for name, found in dataset.variables.items():
        assert {n: np.array(v).tolist() for n, v in again[name].attrs.items()} == found.attrs, name


@pytest.mark.parametrize("solver", ["newton", "sgd"])
@pytest.mark.parametrize("num_samples", [8, 11, 101, 203, 500])
def test_the_number_of_training_rows_is_that_of_the_split(solver, num_samples):
    experiment = gs.Experiment.of(solver=solver, num_samples=num_samples)
    train, _ = split_rows(np.zeros(num_samples // 4 * 4, int), experiment.split)
    assert schema.n_train(experiment, num_samples) == len(train)


def test_the_size_in_bytes_is_what_the_arrays_take(full):
    experiment = gs.Experiment.from_dict(json.loads(full.experiment))
    assert schema.n_bytes(experiment) == sum(full[name].nbytes for name in full.data_vars if name not in LIMITS)
