"""Chunks: every model in one of them, the same everywhere, and smaller blocks where memory runs out."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import gatesweep as gs
from gatesweep.engine.threads import _within_memory
from gatesweep.grids import plan, training
from gatesweep.grids.batch import Batch
from gatesweep.results import schema

GRID = {"gate": ("AND", "XOR"), "noise_level": (0.1, 0.4, 0.8), "seed": (9, 2, 5, 7, 1), "num_samples": 100}


@given(
    n_gates=st.integers(1, 4),
    n_noise=st.integers(1, 5),
    n_seeds=st.integers(1, 9),
    samples=st.lists(st.integers(4, 50), min_size=1, max_size=3, unique=True),
    features=st.sampled_from(["linear", ["linear", "interaction"]]),
    size=st.integers(1, 60),
)
@settings(max_examples=40)
def test_every_model_is_in_one_chunk(n_gates, n_noise, n_seeds, samples, features, size):
    gates = ["AND", "OR", "XOR", "X1"][:n_gates]
    experiment = gs.Experiment.of(
        gate=gates, noise_level=range(n_noise), seed=range(n_seeds), num_samples=samples, features=features, C=[1, 2]
    )
    whole = plan.CHUNK_MODELS
    plan.CHUNK_MODELS = size
    try:
        planned = plan.plan(experiment)
    finally:
        plan.CHUNK_MODELS = whole
    times = np.zeros(experiment.shape, int)
    for i, chunk in enumerate(planned):
        assert chunk.index == i
        times[tuple(chunk.region[name] for name in experiment.swept)] += 1
        assert chunk.seeds == experiment.grid["seed"][chunk.region["seed"]]
        assert len(chunk.seeds) == 1 or len(chunk.seeds) * n_gates * n_noise * 2 <= size
        place = chunk.region["num_samples"].start
        assert chunk.num_samples == samples[place]
    assert (times == 1).all()


def test_a_chunk_alone_is_its_region_of_the_sweep(monkeypatch):
    monkeypatch.setattr(plan, "CHUNK_MODELS", 24)
    parameters = {**GRID, "num_samples": (60, 100), "features": ("interaction", "linear"), "C": (0.3, 3.0)}
    experiment = gs.Experiment.of(**parameters)
    whole = gs.sweep(experiment, device="cpu")
    planned = plan.plan(experiment)
    assert len(planned) == 3 * 2 * 2
    for chunk in reversed(planned):
        found = training.compute(experiment, chunk, "cpu")
        assert found.keys() == schema.variables(experiment).keys()
        for name, part in found.items():
            assert whole[name].to_numpy()[schema.place(experiment, name, chunk.region)].tobytes() == part.tobytes()


@given(
    n_seeds=st.integers(1, 40),
    n_columns=st.integers(1, 40),
    elements=st.integers(1, 30_000),
    solver=st.sampled_from(["newton", "sgd"]),
)
def test_blocks_cover_a_chunk_once_within_their_bound(n_seeds, n_columns, elements, solver):
    experiment = gs.Experiment.of(
        gate=["AND", "OR"], noise_level=range(n_columns), seed=range(n_seeds), num_samples=100, solver=solver
    )
    (chunk,) = plan.plan(experiment)
    whole = plan.BLOCK_ELEMENTS
    plan.BLOCK_ELEMENTS = elements
    try:
        blocks = list(plan.blocks(experiment, chunk, torch.device("cpu")))
    finally:
        plan.BLOCK_ELEMENTS = whole
    times = np.zeros((n_seeds, n_columns), int)
    for block in blocks:
        times[block.seeds, block.columns] += 1
        models = (block.seeds.stop - block.seeds.start) * (block.columns.stop - block.columns.start) * 2
        assert models == 2 or models * (100 if solver == "newton" else 64) <= elements
    assert (times == 1).all()


@pytest.mark.parametrize(
    ("block", "halves"),
    [
        ((slice(0, 5), slice(3, 9)), [(slice(0, 2), slice(3, 9)), (slice(2, 5), slice(3, 9))]),
        ((slice(4, 5), slice(3, 9)), [(slice(4, 5), slice(3, 6)), (slice(4, 5), slice(6, 9))]),
        ((slice(4, 5), slice(3, 4)), [(slice(4, 5), slice(3, 4))]),
    ],
)
def test_a_block_is_halved_by_seeds_and_then_by_columns(block, halves):
    assert plan.Block(*block).halves() == [plan.Block(*half) for half in halves]


@pytest.fixture
def small_device(monkeypatch):
    """The CPU in the part of a GPU that holds so many models at once: more raise what a full GPU raises."""

    def of_size(models):
        fitted = Batch.fit
        sizes = []

        def fit(batch, *args, **options):
            seeds, columns = batch.block.seeds, batch.block.columns
            sizes.append((seeds.stop - seeds.start) * (columns.stop - columns.start) * len(batch.models.truth))
            if sizes[-1] > models:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
            return fitted(batch, *args, **options)

        monkeypatch.setattr(Batch, "fit", fit)
        monkeypatch.setattr(
            training, "ordered_map", lambda function, tasks, device, halves: _within_memory(function, tasks, halves)
        )
        return sizes

    return of_size


@pytest.mark.parametrize("models", [2, 7, 12])
def test_where_the_device_is_full_smaller_blocks_give_the_same(models, small_device):
    whole = gs.sweep(**GRID, device="cpu", dtype="float64")
    sizes = small_device(models)
    counted = []
    with pytest.warns(UserWarning, match="device's memory ran out: going on with half as many models at once"):
        found = gs.sweep(**GRID, device="cpu", dtype="float64", progress=lambda done, total: counted.append(done))
    assert max(sizes) == 30 and counted[-1] == 30 and len(counted) > 2
    for name in ("weight", "intercept", "train_loss", "test_loss", "exact_accuracy"):
        np.testing.assert_allclose(found[name], whole[name], rtol=1e-7, atol=1e-9)
    assert (found.status == whole.status).all()


def test_a_device_too_small_for_one_column_is_an_error_of_one_sentence(small_device):
    small_device(1)
    with (
        pytest.warns(UserWarning, match="memory ran out"),
        pytest.raises(gs.InputError, match="CUDA out of memory.*Use"),
    ):
        gs.sweep(**GRID, device="cpu")


def test_a_full_device_is_not_asked_for_the_same_again(small_device):
    sizes = small_device(15)
    with pytest.warns(UserWarning, match="memory ran out") as said:
        gs.sweep(**GRID, device="cpu")
    assert sizes == [30, 12, 18, 6, 12] and len(said) == 2
