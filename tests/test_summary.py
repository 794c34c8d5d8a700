"""Numbers over seeds, tables and exports, against pandas and NumPy on the loaded dataset."""

import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner
from rich.console import Console

import gatesweep as gs
from gatesweep import store
from gatesweep.cli import main
from gatesweep.cli.tables import sparkline, tables
from gatesweep.results import files

GRID = {"gate": ("AND", "XOR"), "noise_level": (0.1, 0.4, 0.8), "seed": range(10), "num_samples": (20, 40)}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A store whose chunks hold three seeds each."""
    path = tmp_path_factory.mktemp("summary") / "sweep.zarr"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(store.fitting.plan.__globals__, "CHUNK_MODELS", 18)
        gs.sweep(**GRID, out=path)
    return path


def test_mean_and_deviation_over_seeds():
    rng = np.random.default_rng(0)
    values = 1e6 + rng.normal(size=(4, 1000, 3)).astype(np.float32)
    values[0, ::3] = np.nan
    values[1, :, 1] = np.nan
    variable = xr.DataArray(values, dims=("gate", "seed", "C"))
    mean, deviation = files.over_seeds(variable.assign_coords(gate=list("abcd")))
    with np.errstate(all="ignore"):
        frame = pd.DataFrame(values.astype(np.float64).transpose(1, 0, 2).reshape(1000, 12))
    np.testing.assert_allclose(mean.values.ravel(), frame.mean(), rtol=1e-12)
    np.testing.assert_allclose(deviation.values.ravel(), frame.std(ddof=0), rtol=1e-7)
    assert mean.dims == ("gate", "C") and list(mean.gate.values) == list("abcd")


def test_store_is_read_a_chunk_at_a_time(path, monkeypatch):
    sizes, blocks = [], files._blocks

    def measured(variable):
        for block in blocks(variable):
            sizes.append(block.shape[variable.get_axis_num("seed")])
            yield block

    monkeypatch.setattr(files, "_blocks", measured)
    with store.open_store(path) as dataset:
        mean, _ = files.over_seeds(dataset["exact_accuracy"])
        assert sizes == [3, 3, 3, 1]
        np.testing.assert_allclose(mean.values, gs.sweep(**GRID)["exact_accuracy"].mean("seed").values, rtol=1e-5)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".nc"])
def test_export(path, tmp_path, suffix):
    out = tmp_path / f"table{suffix}"
    assert CliRunner().invoke(main, ["export", str(path), str(out)]).exit_code == 0
    with store.open_store(path) as opened:
        dataset = opened.load()
    if suffix == ".nc":
        with xr.open_dataset(out) as found:
            np.testing.assert_array_equal(found["weight"].values, dataset["weight"].values)
    else:
        frame = pd.read_csv(out) if suffix == ".csv" else pd.read_parquet(out)
        assert len(frame) == 2 * 3 * 2
        cell = frame[(frame.gate == "XOR") & (frame.noise_level == 0.4) & (frame.num_samples == 40)].iloc[0]
        seeds = dataset.sel(gate="XOR", noise_level=0.4, num_samples=40)
        np.testing.assert_allclose(cell.test_loss_mean, seeds["test_loss"].values.mean(dtype=float), rtol=1e-9)
        np.testing.assert_allclose(cell.test_loss_std, seeds["test_loss"].values.std(dtype=float), rtol=1e-6)
        assert cell.bayes_accuracy == float(seeds["bayes_accuracy"])
    again = CliRunner().invoke(main, ["export", str(path), str(out)])
    assert again.exit_code == 2 and "must not replace a file unasked" in again.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize("arguments", [["a.csv"], ["{path}", "table.txt"], ["nothing.zarr", "a.csv"], ["a", "b", "c"]])
def test_export_refuses(path, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["export", *(word.format(path=path) for word in arguments)])
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_pyarrow_the_error_names_the_file_that_was_asked_for(path, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    monkeypatch.chdir(tmp_path)  # a long path would be cut in the middle of its name
    with store.open_store(path) as dataset, pytest.raises(gs.InputError, match=r"pyarrow, got '.*table\.parquet'"):
        files.save(dataset, "table.parquet")
    assert list(tmp_path.iterdir()) == []


def test_table_shows_the_means(path):
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    with store.open_store(path) as dataset, console.file:
        for part in tables(dataset, console):
            console.print(part)
        text = console.export_text()
        mean = dataset["exact_accuracy"].sel(gate="XOR", num_samples=40).mean("seed").values
        bayes = dataset["bayes_accuracy"].sel(gate="XOR").values
    assert "120 = 2 gate x 3 noise_level x 10 seed x 2 num_samples" in text
    for values in (mean, bayes):
        assert "│ " + " │ ".join(f"{v:.3f}" for v in values) + " │" in text
    assert max(map(len, text.splitlines())) <= 100


def test_status_counts_leave_out_what_is_pending(tmp_path):
    path = tmp_path / "half.zarr"
    store.write(gs.Experiment.of(**GRID), path, shard=(1, 2))
    with store.open_store(path) as dataset:
        assert sum(files.status_counts(dataset).values()) == 60
        assert np.isnan(files.over_seeds(dataset["test_loss"])[0].values).sum() == 6


def test_sparkline():
    assert sparkline(np.array([0.5, 0.75, 1.0, np.nan, 2.0]), 10) == "▁▅█ █"
    assert len(sparkline(np.linspace(0.5, 1, 1000), 20)) == 20
