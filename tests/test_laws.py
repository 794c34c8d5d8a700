"""Laws of isolation: a model's result knows nothing of its neighbours, its chunk, its block or its place."""

import numpy as np
import pytest
import xarray as xr

import gatesweep as gs
from gatesweep.engine.solvers.protocol import Status
from gatesweep.grids import plan
from tests.tolerances import TOLERANCE

SOLVERS = ("newton", "sgd", "adam")
GRID = {"gate": ("AND", "XOR"), "noise_level": (0.1, 0.35, 0.8), "seed": (3, 1, 4, 15), "num_samples": 203, "epochs": 4}


def sweep(solver, **changes):
    return gs.sweep(**{**GRID, "solver": solver, "device": "cpu", **changes})


def values(dataset):
    """What fitting found, without the limits of theory."""
    return {name: dataset[name] for name in dataset.data_vars if "seed" in dataset[name].dims}


def assert_same_bits(one, other):
    for name, found in values(one).items():
        assert found.to_numpy().tobytes() == other[name].to_numpy().tobytes(), name


def assert_close(one, other, dtype="float32"):
    for name, found in values(one).items():
        expected = other[name].transpose(*found.dims)
        if name == "status":
            assert (found == expected).all()
        elif name == "n_iter":
            assert np.abs(found - expected).max() <= 1
        elif "accuracy" in name and "exact" not in name:
            # An accuracy counts rows: a row on the line itself may fall to either side by rounding.
            assert (found == expected).mean() > 0.98 and np.abs(found - expected).max() < 0.02
        else:
            np.testing.assert_allclose(found, expected, **TOLERANCE[dtype], err_msg=name)


@pytest.mark.parametrize("record", ["none", "epoch"])
@pytest.mark.parametrize("solver", SOLVERS)
def test_the_same_experiment_gives_the_same_bits(solver, record):
    assert_same_bits(sweep(solver, record=record, max_iter=9), sweep(solver, record=record, max_iter=9))


NEIGHBOURS = {
    "a gate of one class": ({"gate": ("AND", "XOR")}, {"gate": ("AND", "TRUE")}, {"gate": "AND"}),
    "no noise": ({"noise_level": (0.2, 0.5)}, {"noise_level": (0.2, 0.0)}, {"noise_level": 0.2}),
    "huge noise": ({"noise_level": (0.2, 0.5)}, {"noise_level": (0.2, 1e6)}, {"noise_level": 0.2}),
    "another seed": ({"seed": (7, 8)}, {"seed": (7, 2**32 - 1)}, {"seed": 7}),
    "no penalty": ({"C": (0.7, 3.0)}, {"C": (0.7, np.inf)}, {"C": 0.7}),
    "hardly a penalty": ({"C": (0.7, 3.0)}, {"C": (0.7, 1e30)}, {"C": 0.7}),
    "a rate of 1e6": ({"learning_rate": (0.5, 0.4)}, {"learning_rate": (0.5, 1e6)}, {"learning_rate": 0.5}),
    "a rate that overflows": ({"learning_rate": (0.5, 0.4)}, {"learning_rate": (0.5, 1e12)}, {"learning_rate": 0.5}),
}


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_a_troubled_neighbour_changes_no_bit_and_no_counter(neighbour, solver):
    beside_healthy, beside_troubled, healthy = NEIGHBOURS[neighbour]
    one, other = sweep(solver, **beside_healthy), sweep(solver, **beside_troubled)
    assert_same_bits(one.sel(healthy), other.sel(healthy))
    troubled = {name: [v for v in given if v != healthy[name]] for name, given in beside_troubled.items()}
    assert not other.weight.sel(troubled).equals(one.weight.isel({name: [1] for name in troubled}))


def test_neighbours_that_go_on_or_are_done_sooner_change_no_bit():
    """Among so many, those that are done are left out of the steps."""
    levels = np.linspace(0.1, 0.9, 40)
    one, other = (sweep("newton", noise_level=levels, C=(C, 30.0)) for C in (0.7, np.inf))
    assert (other.n_iter.max() > 2 + other.n_iter.sel(C=30.0).min()) and (one.n_iter.max() < other.n_iter.max())
    assert_same_bits(one.sel(C=30.0), other.sel(C=30.0))


def test_the_troubles_above_are_troubles():
    found = sweep("newton", C=(1.0, np.inf), noise_level=(0.0, 0.1), gate=("AND", "TRUE"))
    assert (found.status.sel(gate="TRUE") == Status.separable).all()
    assert (found.status.sel(gate="AND", C=np.inf, noise_level=0.0) == Status.separable).all()
    assert (found.status.sel(gate="AND", C=1.0) == Status.converged).all()
    found = sweep("sgd", learning_rate=(0.5, 1e6))
    assert (found.status.sel(learning_rate=1e6) == Status.diverged).any()
    assert np.isfinite(found.weight).all() and (found.status.sel(learning_rate=0.5) != Status.diverged).all()


@pytest.mark.parametrize("solver", SOLVERS)
def test_other_chunks_are_the_same_within_rounding(solver, monkeypatch):
    whole = sweep(solver, C=(0.5, 2.0))
    monkeypatch.setattr(plan, "CHUNK_MODELS", 24)
    assert len(plan.plan(gs.Experiment.of(**GRID, C=(0.5, 2.0)))) == 2
    assert_close(whole, sweep(solver, C=(0.5, 2.0)))


@pytest.mark.parametrize("elements", [1, 3_000, 9_000])
@pytest.mark.parametrize("solver", SOLVERS)
def test_other_blocks_are_the_same_within_rounding(solver, elements, monkeypatch):
    whole = sweep(solver, record="epoch", max_iter=9)
    monkeypatch.setattr(plan, "BLOCK_ELEMENTS", elements)
    assert_close(whole, sweep(solver, record="epoch", max_iter=9))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("solver", SOLVERS)
def test_order_does_not_matter(solver, dtype):
    turned = {name: GRID[name][::-1] for name in ("gate", "noise_level", "seed")}
    one, other = sweep(solver, dtype=dtype), sweep(solver, dtype=dtype, **turned)
    assert_close(one, other.sel({name: list(GRID[name]) for name in turned}), dtype)


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_part_of_the_grid_and_one_model_alone_are_as_in_the_whole(solver):
    whole = sweep(solver)
    part = {"gate": ["XOR"], "noise_level": [0.8, 0.1], "seed": [15, 3]}
    assert_close(sweep(solver, **part), whole.sel(part))
    for one in (
        {"gate": ["AND"], "noise_level": [0.35], "seed": [4]},
        {"gate": ["XOR"], "noise_level": [0.8], "seed": [1]},
    ):
        assert_close(sweep(solver, **one), whole.sel(one))


@pytest.mark.parametrize("solver", SOLVERS)
def test_every_swept_parameter_gives_what_separate_sweeps_give(solver):
    axes = {
        "C": (0.1, 5.0),
        "learning_rate": (0.05, 0.7),
        "num_samples": (100, 203),
        "features": ("linear", "interaction"),
    }
    together = sweep(solver, **axes)
    assert together.weight.dims == ("gate", "noise_level", "seed", *axes, "feature")
    for chosen in ((0, 0, 0, 0), (1, 1, 1, 1), (0, 1, 0, 1), (1, 0, 1, 0)):
        place = {name: options[i] for i, (name, options) in zip(chosen, axes.items(), strict=True)}
        alone, among = sweep(solver, **place), together.sel(place)
        assert (among.weight.isel(feature=slice(alone.sizes["feature"], None)) == 0).all()
        assert_close(alone, among.sel(feature=alone.feature))


@pytest.mark.parametrize("solver", SOLVERS)
def test_float32_and_float64_agree(solver):
    narrow, wide = sweep(solver, dtype="float32"), sweep(solver, dtype="float64")
    assert narrow.weight.dtype == np.float32 and wide.weight.dtype == np.float64
    for name in ("weight", "intercept", "train_loss", "test_loss", "exact_accuracy"):
        np.testing.assert_allclose(narrow[name], wide[name], rtol=2e-3, atol=2e-4, err_msg=name)
    # One row a model, in few models, may change sides by rounding.
    assert (np.abs(narrow.train_accuracy - wide.train_accuracy) < 1e-6).mean() > 0.9


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_same_seed_draws_the_same_data_in_every_sweep(solver):
    """A seed's models change with nothing but their own parameters: adding seeds before it moves none."""
    alone = sweep(solver, seed=[42])
    assert_close(alone, sweep(solver, seed=range(40, 44)).sel(seed=[42]))


def test_combining_parts_is_the_whole():
    parts = [sweep("newton", seed=[seed]) for seed in GRID["seed"]]
    joined = xr.concat(
        parts, "seed", data_vars="minimal", coords="minimal", compat="override", join="exact", combine_attrs="override"
    )
    assert_close(sweep("newton"), joined)
