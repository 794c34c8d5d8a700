"""Damage of every kind is found, named, and repaired by computing just the chunks concerned."""

import random
import shutil

import numpy as np
import pytest
import xarray as xr

import gatesweep as gs
from gatesweep import store
from tests.store_process import GRID

EXPERIMENT = gs.Experiment.of(**GRID)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "sweep.zarr"
    store.write(EXPERIMENT, path)
    return path


@pytest.fixture
def path(sound, tmp_path):
    return shutil.copytree(sound, tmp_path / "sweep.zarr")


def bytes_of(path):
    return {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in path.rglob("*")
        if file.is_file() and file.parent != path
    }


def test_every_flipped_bit_of_a_data_file_is_found_and_placed(path):
    rng = random.Random(27)
    files = sorted(file for file in path.rglob("c/**/*") if file.is_file())
    assert len(files) > 6 * 9
    for file in files:
        whole = file.read_bytes()
        place = rng.randrange(len(whole))
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << rng.randrange(8)]) + whole[place + 1 :])
        (finding,) = store.verify(path)
        name, _, *key = file.relative_to(path).parts
        assert finding.problem == "damaged"
        if len(key) >= 4:
            assert (finding.chunk, finding.names) == (int(key[3]), (name,))
        else:
            assert finding.place == file.relative_to(path).as_posix()
        file.write_bytes(whole)
    assert store.verify(path) == []


def test_missing_and_shortened_files_are_named(path):
    (path / "weight/c/0/0/0/2/0").unlink()
    file = path / "status/c/0/0/0/4"
    file.write_bytes(file.read_bytes()[:-1])
    shutil.rmtree(path / "seed/c")
    found = {(finding.place, finding.problem, finding.names) for finding in store.verify(path)}
    assert found == {
        ("seed/c/0", "missing", ()),
        ("chunk 2 (seeds 0 to 3)", "missing", ("weight",)),
        ("chunk 4 (seeds 0 to 3)", "damaged", ("status",)),
    }


def test_swapped_chunks_are_found(path):
    """Both files are sound in themselves, and in each other's place."""
    one, two = path / "intercept/c/0/0/0/0", path / "intercept/c/0/0/0/1"
    a, b = one.read_bytes(), two.read_bytes()
    one.write_bytes(b), two.write_bytes(a)
    assert [finding.chunk for finding in store.verify(path)] == [0, 1]


def test_repair_computes_just_the_damaged_chunks(path, monkeypatch):
    before, fitted = bytes_of(path), []
    (path / "weight/c/0/0/0/2/0").unlink()
    (path / "test_loss/c/0/0/0/4").write_bytes(b"nonsense")
    (path / "noise_level/c/0").write_bytes(b"nonsense")
    (path / "weight/zarr.json").unlink()
    (path / "zarr.json").write_text("{}")
    compute = store.fitting.compute

    def counted(experiment, chunk, *args, **options):
        fitted.append(chunk.index)
        return compute(experiment, chunk, *args, **options)

    monkeypatch.setattr("gatesweep.store.fitting.compute", counted)
    assert store.repair(path, device="cpu") == 2
    assert fitted == [2, 4]
    assert store.verify(path) == []
    assert bytes_of(path) == before, "the same bits as before"
    with xr.open_zarr(path, chunks=None) as stored:
        np.testing.assert_array_equal(stored["test_loss"].values, gs.sweep(EXPERIMENT)["test_loss"].values)


def test_resume_computes_a_damaged_chunk_again(path):
    (path / "weight/c/0/0/0/2/0").write_bytes(b"nonsense")
    reports = []
    store.write(EXPERIMENT, path, progress=lambda done, total: reports.append(done))
    assert reports[0] == 5 * 24
    assert store.verify(path) == []


def test_store_without_journal_is_refused(path):
    (path / "journal.jsonl").unlink()
    with pytest.raises(gs.InputError, match="must have its journal"):
        store.verify(path)


def test_pending_chunks_are_told_from_damage(tmp_path):
    path = tmp_path / "sweep.zarr"
    store.write(EXPERIMENT, path, shard=(1, 2))
    assert [(f.chunk, f.problem) for f in store.verify(path)] == [(i, "pending") for i in (1, 3, 5)]
    assert store.repair(path) == 0
