"""A sweep killed at any moment goes on where it stopped, and ends with the same bits."""

import json
import random
import time

import numpy as np
import pytest
import torch
import xarray as xr

import gatesweep as gs
from gatesweep.store import verify, write
from tests.store_process import GRID, start

EXPERIMENT = gs.Experiment.of(**GRID)
KILLED = -9


@pytest.fixture(scope="module")
def whole():
    """The result of a sweep that nothing stopped, and never touched a disk."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield gs.sweep(EXPERIMENT, device="cpu")
    torch.set_num_threads(threads)


def assert_same_bits(path, whole):
    with xr.open_zarr(path, chunks=None) as stored:
        assert set(stored.variables) == set(whole.variables)
        for name, variable in whole.variables.items():
            np.testing.assert_array_equal(stored[name].values, variable.values, err_msg=name)


@pytest.mark.parametrize("point", ["before-data", "amid-data", "before-status", "before-journal", "half-journal"])
def test_kill_at_a_named_point_loses_nothing_that_was_finished(tmp_path, whole, point):
    path = tmp_path / "sweep.zarr"
    process = start(path, point)
    process.join(60)
    assert process.exitcode == KILLED
    assert {finding.problem for finding in verify(path)} == {"pending"}
    with xr.open_zarr(path, chunks=None) as stored:
        there = stored["status"].values >= 0
        for name in ("weight", "intercept", "test_loss", "exact_accuracy"):
            assert np.isfinite(stored[name].values[there]).all(), f"status came before {name}"
    reports = []
    write(EXPERIMENT, path, progress=lambda done, total: reports.append((done, total)))
    assert reports[0] == (2 * 24, 6 * 24), "exactly the two finished chunks count as done"
    assert verify(path) == []
    assert_same_bits(path, whole)


def test_kill_at_twenty_random_moments(tmp_path, whole):
    rng = random.Random(20261122)
    path, kills = tmp_path / "0.zarr", 0
    for attempt in range(200):
        process = start(path)
        process.join(rng.uniform(0.1, 0.8))
        kills += process.is_alive()
        process.kill()
        process.join(60)
        assert process.exitcode in (0, KILLED)
        if process.exitcode == 0:
            assert_same_bits(path, whole)
            path = tmp_path / f"{attempt + 1}.zarr"
        if kills >= 20:
            break
    assert kills >= 20
    write(EXPERIMENT, path)
    assert verify(path) == []
    assert_same_bits(path, whole)


def test_store_reads_at_any_moment_of_a_run(tmp_path):
    """Whatever `status` says is computed is there, and stays as it is."""
    path = tmp_path / "sweep.zarr"
    process = start(path, parameters=GRID | {"num_samples": tuple(range(8, 8 + 4 * 24, 4))})
    seen, before = set(), None
    while process.is_alive():
        if (path / "zarr.json").exists():
            with xr.open_zarr(path, chunks=None) as stored:
                status, loss = stored["status"].values, stored["train_loss"].values
            assert np.isfinite(loss[status >= 0]).all()
            if before is not None:
                np.testing.assert_array_equal(status[before >= 0], before[before >= 0])
            before = status
            seen.add(int((status >= 0).sum()))
        time.sleep(0.02)
    process.join()
    assert process.exitcode == 0
    assert len(seen) > 2, "the run was seen at work"


def test_torn_journal_heals_and_a_damaged_line_costs_one_chunk(tmp_path, whole):
    path = tmp_path / "sweep.zarr"
    write(EXPERIMENT, path)
    journal = path / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    damaged = lines[2].replace(b'"failed": 0', b'"failed": 9')
    assert damaged != lines[2] and json.loads(damaged)
    journal.write_bytes(b"".join([*lines[:2], damaged, *lines[3:-1], lines[-1][:30]]))
    assert [finding.chunk for finding in verify(path)] == [1, 5]
    reports = []
    write(EXPERIMENT, path, progress=lambda done, total: reports.append(done))
    assert reports[0] == 4 * 24
    assert [json.loads(line)["chunk"] for line in journal.read_bytes().splitlines()[-2:]] == [1, 5]
    assert verify(path) == []
    assert_same_bits(path, whole)
