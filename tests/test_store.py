"""Sweeps in stores and files: what is read back is what was fitted; resume, extend, refuse."""

import json
import multiprocessing
import resource
import threading
import warnings

import numpy as np
import pytest
import xarray as xr

import gatesweep as gs
from gatesweep import store
from gatesweep.store import extend, layout
from gatesweep.store.lock import hold
from tests.store_process import GRID

EXPERIMENT = gs.Experiment.of(**GRID)


def assert_equal(found, wanted, rtol=0.0):
    """The same variables, dimensions, labels and attributes; numbers equal, or within `rtol`."""
    assert set(found.variables) == set(wanted.variables)
    for name, variable in wanted.variables.items():
        assert found[name].dims == variable.dims
        assert {key: np.array(value).tolist() for key, value in found[name].attrs.items()} == variable.attrs
        assert found[name].dtype == variable.dtype
        if variable.dtype.kind == "f":
            np.testing.assert_allclose(found[name].values, variable.values, rtol=rtol, atol=rtol, err_msg=name)
        else:
            np.testing.assert_array_equal(found[name].values, variable.values, err_msg=name)
    ours = {"store_version"}
    assert {k: v for k, v in found.attrs.items() if k not in ours} == wanted.attrs


def reports_of(experiment, path, **options):
    reports = []
    store.write(experiment, path, progress=lambda done, total: reports.append((done, total)), **options)
    return reports


@pytest.mark.parametrize("suffix", [".zarr", ".nc"])
@pytest.mark.parametrize(
    "parameters",
    [
        GRID,
        {"gate": "0110", "noise_level": 0.2, "seed": (3,)},
        {
            "gate": "XOR",
            "noise_level": (0.1, 0.2),
            "seed": (1, 2),
            "features": ("linear", "interaction"),
            "C": (1, np.inf),
        },
        {"gate": "AND", "noise_level": 0.2, "seed": (1, 2), "solver": "sgd", "epochs": 3, "record": "epoch"},
        {"gate": "AND", "noise_level": 0.2, "seed": (1, 2), "dtype": "float64"},
    ],
)
def test_file_holds_what_sweep_returns(tmp_path, suffix, parameters):
    path = tmp_path / f"sweep{suffix}"
    returned = gs.sweep(**parameters, out=path)
    wanted = gs.sweep(**parameters)
    assert_equal(returned, wanted)
    returned.close()
    reader = xr.open_zarr if suffix == ".zarr" else xr.open_dataset
    with reader(path) as plain:
        assert set(plain.variables) == set(wanted.variables)
        for name in wanted.variables:
            np.testing.assert_array_equal(plain[name].values.astype(wanted[name].dtype), wanted[name].values)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name], "nothing else is left behind"


def test_chunks_are_blocks_of_seeds(tmp_path, monkeypatch):
    monkeypatch.setitem(store.fitting.plan.__globals__, "CHUNK_MODELS", 18)
    experiment = gs.Experiment.of(gate=("AND", "XOR"), noise_level=(0.0, 0.3, 0.7), seed=range(8))
    store.write(experiment, tmp_path / "sweep.zarr")
    files = sorted(path.name for path in (tmp_path / "sweep.zarr" / "status" / "c" / "0" / "0").iterdir())
    assert files == ["0", "1", "2"], "three, three and two seeds"
    assert_equal(store.open_store(tmp_path / "sweep.zarr"), gs.sweep(experiment), rtol=1e-5)


def test_codec_detects_a_flipped_bit_even_without_verify(tmp_path):
    path = tmp_path / "sweep.zarr"
    store.write(gs.Experiment.of(gate="AND", noise_level=0.3, seed=range(50)), path)
    file = path / "train_loss" / "c" / "0" / "0" / "0"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with xr.open_zarr(path, chunks=None) as stored, pytest.raises(Exception, match="(?i)zstd|checksum|decompress"):
        stored["train_loss"].load()


def test_cancel_keeps_what_is_finished_and_resumes(tmp_path):
    path, cancel = tmp_path / "sweep.zarr", threading.Event()
    with pytest.raises(gs.Cancelled):
        store.write(EXPERIMENT, path, cancel=cancel, progress=lambda done, total: done >= 48 and cancel.set())
    kept = int((store.open_store(path)["status"] >= 0).sum())
    assert 24 <= kept < 6 * 24
    assert reports_of(EXPERIMENT, path)[0] == (kept, 6 * 24)
    assert_equal(store.open_store(path), gs.sweep(EXPERIMENT))


def test_finished_store_is_not_computed_again(tmp_path, monkeypatch):
    path = tmp_path / "sweep.zarr"
    store.write(EXPERIMENT, path)
    monkeypatch.setattr("gatesweep.store.fitting.compute", None)
    assert reports_of(EXPERIMENT, path) == [(6 * 24, 6 * 24)]


LARGER = {
    "seeds": {"seed": range(7)},
    "seeds in front": {"seed": (9, 8, *range(4))},
    "noise levels": {"noise_level": (0.0, 0.1, 0.3, 0.5, 0.7)},
    "gates": {"gate": ("XOR", "OR", "AND")},
    "samples": {"num_samples": (8, 12, 16, 20, 40, 60, 100)},
    "everything": {"gate": ("OR", "AND", "XOR"), "noise_level": (0.7, 0.0, 0.2, 0.3), "seed": range(6)},
}


@pytest.mark.parametrize("more", LARGER.values(), ids=LARGER)
def test_extension_fits_only_what_is_new(tmp_path, monkeypatch, more):
    path = tmp_path / "sweep.zarr"
    store.write(EXPERIMENT, path)
    old = store.open_store(path).load()
    larger, fitted = gs.Experiment.of(**GRID | more), []
    compute = store.fitting.compute

    def counted(experiment, chunk, *args, **options):
        values = compute(experiment, chunk, *args, **options)
        fitted.append(values["status"].size)
        return values

    monkeypatch.setattr("gatesweep.store.fitting.compute", counted)
    store.write(larger, path)
    assert sum(fitted) == larger.n_models - EXPERIMENT.n_models
    found = store.open_store(path)
    assert_equal(found, gs.sweep(larger), rtol=2e-4)
    there = {dim: old[dim].values for dim in EXPERIMENT.swept}
    np.testing.assert_array_equal(found["weight"].sel(there).values, old["weight"].values)
    assert store.verify(path) == []


def test_extension_of_an_unfinished_and_damaged_store(tmp_path):
    path, cancel = tmp_path / "sweep.zarr", threading.Event()
    with pytest.raises(gs.Cancelled):
        store.write(EXPERIMENT, path, cancel=cancel, progress=lambda done, total: done >= 72 and cancel.set())
    next((path / "weight").rglob("c/*/*/*/1/0")).write_bytes(b"damaged")
    larger = gs.Experiment.of(**GRID | {"seed": range(6), "features": "linear"})
    assert reports_of(larger, path)[0][0] in (24, 48), "the sound chunks count"
    assert_equal(store.open_store(path), gs.sweep(larger), rtol=2e-4)


def test_kill_amid_the_swap_of_an_extension(tmp_path, monkeypatch):
    """Between its two renames the store has no name; the next run puts it back."""
    path = tmp_path / "sweep.zarr"
    store.write(EXPERIMENT, path)

    def half_a_swap(new, old):
        old.rename(tmp_path / ".sweep.zarr.before")
        raise KeyboardInterrupt

    monkeypatch.setattr(extend, "swap", half_a_swap)
    larger = gs.Experiment.of(**GRID | {"seed": range(5)})
    with pytest.raises(KeyboardInterrupt):
        store.write(larger, path)
    monkeypatch.undo()
    assert reports_of(larger, path)[0] == (EXPERIMENT.n_models, larger.n_models)
    assert_equal(store.open_store(path), gs.sweep(larger), rtol=2e-4)
    assert [entry.name for entry in tmp_path.iterdir()] == ["sweep.zarr"]


@pytest.mark.parametrize("seed", range(5))
def test_boxes_cover_each_missing_model_once(seed):
    rng = np.random.default_rng(seed)
    mask = rng.random((3, 4, 5)) < rng.choice([0.1, 0.5, 0.9])
    covered = np.zeros(mask.shape, int)
    for box in extend.boxes(mask):
        covered[np.ix_(*box)] += 1
    np.testing.assert_array_equal(covered, mask)


def test_a_new_band_beside_what_is_there_is_one_fit():
    mask = np.ones((3, 7, 5), bool)
    mask[:, [0, 2, 4]] = False
    assert len(list(extend.boxes(mask))) == 1


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"C": 2.0}, "its C is 1.0, not 2.0"),
        ({"seed": range(1, 9)}, "its seed also has 0"),
        ({"solver": "sgd"}, "its solver is newton, not sgd"),
        ({"C": (1.0, 2.0)}, "its dimensions are"),
        (
            {"noise_level": (0.0, 0.5), "init": "ones"},
            "its init is auto, not ones; its noise_level also has 0.3 and 1 more",
        ),
    ],
)
def test_another_experiment_is_refused_with_what_differs(tmp_path, other, named):
    path = tmp_path / "sweep.zarr"
    store.write(EXPERIMENT, path)
    with pytest.raises(gs.InputError, match="hold part of this sweep") as refused:
        store.write(gs.Experiment.of(**GRID | other), path)
    assert named in str(refused.value)
    assert store.verify(path) == []


@pytest.mark.parametrize("name", ["sweep.txt", "sweep", "there.nc", "there.zarr", "file/sweep.zarr", "file/sweep.nc"])
def test_unusable_output_paths(tmp_path, name):
    (tmp_path / "there.nc").write_text("mine")
    (tmp_path / "there.zarr").mkdir()
    (tmp_path / "there.zarr" / "note").write_text("mine")
    (tmp_path / "file").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(gs.InputError):
        store.write(EXPERIMENT, tmp_path / name)
    assert sorted(tmp_path.rglob("*")) == before, "nothing half-written"
    assert (tmp_path / "there.zarr" / "note").read_text() == "mine"


def test_read_only_folder_is_one_clear_error():
    with pytest.raises(gs.InputError, match="the output path must be writable"):
        store.write(EXPERIMENT, "/proc/sweep.zarr")


WIDE = {"gate": ("AND", "OR", "XOR"), "noise_level": np.arange(30) / 30, "seed": range(70), "num_samples": (8, 12)}


def _write_with_little_space(path, n_bytes, messages):
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))
    try:
        store.write(gs.Experiment.of(**WIDE), path)
    except gs.InputError as error:
        messages.send(str(error))
    messages.send("done")


@pytest.mark.parametrize(("n_bytes", "is_begun"), [(2_000, False), (30_000, True)])
def test_full_disk_is_one_clear_error_and_resumes(tmp_path, n_bytes, is_begun):
    """The kernel refuses to let files grow, as a full disk does, while laying out or in mid-chunk."""
    path = tmp_path / "sweep.zarr"
    context = multiprocessing.get_context("forkserver")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_write_with_little_space, args=(path, n_bytes, sender))
    process.start()
    process.join(60)
    assert "the output path must be writable (File too large)" in receiver.recv()
    assert path.exists() == is_begun
    assert is_begun or not list(tmp_path.iterdir()), "nothing half-written"
    store.write(gs.Experiment.of(**WIDE), path)
    assert store.verify(path) == []


def test_two_runs_at_once_are_refused(tmp_path):
    path = tmp_path / "sweep.zarr"
    with store.start(EXPERIMENT, path), pytest.raises(gs.InputError, match="only one run .*process [0-9]+ on"):
        store.write(EXPERIMENT, path)
    assert len(reports_of(EXPERIMENT, path)) > 1


def test_shards_run_side_by_side_but_not_beside_a_whole_run(tmp_path):
    path = tmp_path / "sweep.zarr"
    with store.start(EXPERIMENT, path, shard=(1, 3)) as first, store.start(EXPERIMENT, path, shard=(2, 3)) as second:
        for busy in (None, (1, 3)):
            with pytest.raises(gs.InputError, match="only one run"):
                store.write(EXPERIMENT, path, shard=busy)
        second.execute()
        first.execute()
    with hold(path), pytest.raises(gs.InputError, match="only one run"):
        store.write(EXPERIMENT, path, shard=(3, 3))
    assert [finding.chunk for finding in store.verify(path)] == [2, 5]
    store.write(EXPERIMENT, path, shard=(3, 3))
    assert store.verify(path) == []
    assert_equal(store.open_store(path), gs.sweep(EXPERIMENT))


def test_store_of_another_version_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "sweep.zarr"
    monkeypatch.setattr("gatesweep.store.session.STORE_VERSION", layout.STORE_VERSION + 1)
    with pytest.raises(gs.InputError, match="must be of version 1, got 2"):
        store.write(EXPERIMENT, path)
    monkeypatch.undo()
    with pytest.raises(gs.InputError, match="must be of version 1, got 2"):
        store.write(EXPERIMENT, path)


def test_provenance_is_portable_and_complete(tmp_path):
    path = tmp_path / "sweep.zarr"
    attrs = store.write(EXPERIMENT, path).attrs
    assert gs.Experiment.from_dict(json.loads(attrs["experiment"])).hash == EXPERIMENT.hash == attrs["experiment_hash"]
    assert {"device", "dtype", "threads", "torch_version", "numpy_version", "gatesweep_version"} <= set(attrs)
    assert {type(value) for value in attrs.values()} <= {str, int, float}


@pytest.mark.parametrize("suffix", [".zarr", ".nc"])
def test_sweeps_that_are_joined_keep_their_labels_whole(tmp_path, suffix):
    short, long = (
        gs.sweep(**GRID | {"gate": gate}, out=tmp_path / f"{gate}{suffix}") for gate in (("OR",), ("NAND", "XNOR"))
    )
    joined = xr.concat([short, long], "gate")
    joined.to_netcdf(tmp_path / "joined.nc", engine="h5netcdf")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Consolidated metadata")
        joined.to_zarr(tmp_path / "joined.zarr", zarr_format=3)
    for found in (xr.open_dataset(tmp_path / "joined.nc"), xr.open_zarr(tmp_path / "joined.zarr")):
        assert found["gate"].values.tolist() == ["OR", "NAND", "XNOR"]
        np.testing.assert_array_equal(found["weight"].values, joined["weight"].values)
        found.close()


def test_netcdf_files_that_xarray_opens_are_joined_with_their_labels_whole(tmp_path):
    parts = []
    for gate in ("OR", "NAND"):
        gs.sweep(**GRID | {"gate": gate}, out=tmp_path / f"{gate}.nc")
        parts.append(xr.open_dataset(tmp_path / f"{gate}.nc"))
    joined = xr.concat(parts, "gate")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "String dimension naming mismatch")
        joined.to_netcdf(tmp_path / "joined.nc")
    with xr.open_dataset(tmp_path / "joined.nc") as found:
        assert found["gate"].values.tolist() == ["OR", "NAND"]
