"""The command line: what is typed is what is fitted; refused input is one line and status 2."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
import types
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from click.shell_completion import ShellComplete
from click.testing import CliRunner

import gatesweep as gs
from gatesweep import store
from gatesweep.bench.job import Size
from gatesweep.cli import main
from gatesweep.cli.main import COMMANDS
from gatesweep.cli.values import GRID_DEFAULTS, parse
from gatesweep.experiment import DEFAULT_GRID
from gatesweep.settings import Settings
from tests.commands import run

SMALL = ["--gate", "AND,XOR", "--noise-level", "0:0.6:3", "--seed", "0:4", "--num-samples", "20"]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("gate", "XOR", "XOR"),
        ("gate", "AND, 0110", ["AND", "0110"]),
        ("noise_level", "0.3", 0.3),
        ("noise_level", "0:1:5", [0, 0.25, 0.5, 0.75, 1]),
        ("noise_level", "0:0.2:3,1", [0, 0.1, 0.2, 1]),
        ("noise_level", "0.5:0.5:1", [0.5]),
        ("seed", "7", 7),
        ("seed", "0:3", [0, 1, 2]),
        ("seed", "0:10:4,99", [0, 4, 8, 99]),
        ("C", "inf", np.inf),
        ("C", "1,inf", [1, np.inf]),
        ("num_samples", "100:301:100", [100, 200, 300]),
        ("features", "linear,interaction", ["linear", "interaction"]),
        ("epochs", "5", 5),
        ("init_seed", "none", None),
        ("learning_rate", "1e-13:3e-13:2", [1e-13, 3e-13]),
    ],
)
def test_values(name, text, value):
    assert parse(name, text) == value
    assert type(parse(name, text)) is type(value)


def test_ranges_are_the_decimals_that_a_person_would_write():
    levels = parse("noise_level", "0:1:101")
    assert levels == [float(f"0.{i:02}") for i in range(100)] + [1.0]
    assert levels[35] == 0.35 != np.linspace(0, 1, 101)[35]
    np.testing.assert_allclose(levels, np.linspace(0, 1, 101), rtol=1e-15)


def test_defaults_in_the_help_are_the_defaults():
    assert {name: tuple(parse(name, text)) for name, text in GRID_DEFAULTS.items()} == DEFAULT_GRID
    text = run("sweep", "--help").output
    for name in set(Settings.param) - {"name"}:
        default = GRID_DEFAULTS.get(name, Settings.param[name].default)
        words = f"{Settings.param[name].doc} default: {'none' if default is None else default}".split()
        assert f"--{name.replace('_', '-')}" in text
        assert set(words) - {"default:"} <= set(text.replace("]", " ").replace("[default:", " ").split()), name


@pytest.mark.parametrize("suffix", [".zarr", ".nc"])
def test_sweep_writes_what_python_gives(tmp_path, suffix):
    path = tmp_path / f"sweep{suffix}"
    assert "48 models in" in run("sweep", *SMALL, "--C", "1,10", "--out", path).stdout
    wanted = gs.sweep(gate=("AND", "XOR"), noise_level=(0, 0.3, 0.6), seed=range(4), num_samples=20, C=(1.0, 10.0))
    with xr.open_zarr(path) if suffix == ".zarr" else xr.open_dataset(path) as found:
        for name, variable in wanted.data_vars.items():
            np.testing.assert_array_equal(found[name].values, variable.values, err_msg=name)
        assert found["weight"].sel(gate="XOR", noise_level=0.3, seed=2, C=10).shape == (2,)


BAD = {
    "unknown gate": ["--gate", "MAYBE"],
    "short table": ["--gate", "011"],
    "negative noise": ["--noise-level", "-1"],
    "NaN noise": ["--noise-level", "nan"],
    "infinite noise": ["--noise-level", "inf"],
    "no number": ["--noise-level", "much"],
    "torn range": ["--noise-level", "0:1"],
    "empty range": ["--noise-level", "0:1:0"],
    "huge range": ["--noise-level", "0:1:10000000000"],
    "half a seed": ["--seed", "1.5"],
    "seed range": ["--seed", "0:1:2:3"],
    "step of 0": ["--seed", "0:9:0"],
    "no seed": ["--seed", "5:5"],
    "nothing": ["--seed", ""],
    "huge seeds": ["--seed", "0:4000000000"],
    "same seed twice": ["--seed", "1,1"],
    "few samples": ["--num-samples", "3"],
    "unknown solver": ["--solver", "magic"],
    "C of 0": ["--C", "0"],
    "no epochs": ["--epochs", "0"],
    "no learning rate": ["--learning-rate", "0"],
    "no batch": ["--batch-size", "0"],
    "two solvers": ["--solver", "newton,sgd"],
    "unknown device": ["--device", "abacus"],
    "shard 0": ["--shard", "0/3"],
    "shard of words": ["--shard", "a/b"],
    "out": ["--out", "sweep.txt"],
    "no folder": ["--out", "/proc/sweep.zarr"],
    "no cluster": ["--scheduler", "nonsense"],
}


@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD)
def test_bad_input_is_one_line_and_status_2_and_writes_nothing(tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    result = run("sweep", *SMALL, "--out", "sweep.zarr", *arguments, status=2)
    assert result.stdout == ""
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("Error: ")
    assert list(tmp_path.iterdir()) == []


def test_shard_without_a_store_is_refused():
    assert "must have a place to write to" in run("sweep", *SMALL, "--shard", "1/2", status=2).stderr


def test_existing_path_is_resumed_extended_or_refused(tmp_path):
    path = tmp_path / "sweep.zarr"
    run("sweep", *SMALL, "--out", path)
    assert "24 of 24 models are there already." in run("sweep", *SMALL, "--out", path).stderr
    assert "24 of 36 models are there already." in run("sweep", *SMALL, "--seed", "0:6", "--out", path).stderr
    assert (
        "its seed also has 4 and 1 more; its C is 1.0, not 2.0"
        in run("sweep", *SMALL, "--C", "2", "--out", path, status=2).stderr
    )
    run("sweep", *SMALL, "--out", tmp_path / "sweep.nc")
    assert "must be free" in run("sweep", *SMALL, "--out", tmp_path / "sweep.nc", status=2).stderr


def test_shards_make_one_store(tmp_path):
    path, grid = tmp_path / "sweep.zarr", [*SMALL, "--num-samples", "8,12,20"]
    for shard in ("1/2", "2/2"):
        run("sweep", *grid, "--out", path, "--shard", shard)
    assert "Sound and complete." in run("verify", path).output


def test_dry_run_explains_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("gatesweep.store.cost.PROBE_SECONDS", 0.02)
    text = run("sweep", *SMALL, "--seed", "0:1000000", "--out", tmp_path / "a.zarr", "--dry-run").stdout
    rows = dict(line.split(maxsplit=1) for line in text.splitlines() if line.strip())
    assert rows["models"].strip() == "6,000,000"
    assert rows["chunks"].strip() == str(-(-1_000_000 // (50_000 // 6)))
    # Nine float32 numbers, an int32 and an int8 a model.
    assert rows["size"].startswith(f"{6 * (9 * 4 - 4 + 5):.1f} MB")
    assert set(rows) == {"models", "chunks", "size", "memory", "time"}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_with_its_status_and_the_command_that_goes_on(tmp_path, number):
    path = tmp_path / "my sweep.zarr"
    gatesweep = Path(sys.executable).with_name("gatesweep")
    grid = ["--num-samples", ",".join(map(str, range(100, 3000, 10))), "--seed", "0:40"]
    process = subprocess.Popen(
        [gatesweep, "sweep", *grid, "--out", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not list(path.glob("status/c/0/0/0/*")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(number)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 128 + number
    kept, total = int((store.open_store(path)["status"] >= 0).sum()), 40 * 63 * 290
    assert kept < total / 2, "it went on for long"
    assert f"Stopped: {kept:,} of {total:,} models are kept. Go on with" in errors
    words = shlex.split(errors.strip().splitlines()[-1])
    assert words[:2] == ["gatesweep", "sweep"]
    given = dict(zip(words[2::2], words[3::2], strict=True))
    assert given == {"--seed": "0:40", "--num-samples": grid[1], "--out": str(path), "--device": "auto"}
    assert {finding.problem for finding in store.verify(path)} == {"pending"}


# --- JSON and silence ------------------------------------------------------------------------------


def test_answers_as_json(tmp_path, monkeypatch):
    monkeypatch.setattr("gatesweep.store.cost.PROBE_SECONDS", 0.02)
    path = tmp_path / "sweep.zarr"

    def answer(*arguments, status=0):
        return json.loads(run(*arguments, "--json", status=status).stdout)

    cost = answer("sweep", *SMALL, "--dry-run")
    assert cost.keys() == {"models", "chunks", "bytes", "memory", "seconds"} and cost["models"] == 24
    assert answer("sweep", *SMALL, "--out", path) == {"out": str(path), "models": 24, "kept": 0, "failed": 0}
    shown, looked = answer("show", path), answer("sweep", *SMALL)
    assert shown == looked
    dataset = gs.sweep(gate=("AND", "XOR"), noise_level=(0, 0.3, 0.6), seed=range(4), num_samples=20)
    assert shown["dimensions"] == {"gate": 2, "noise_level": 3, "seed": 4}
    assert sum(shown["status"].values()) == 24 and shown["parameters"]["num_samples"] == 20
    for row in shown["over_seeds"]:
        cell = dataset.sel(gate=row["gate"], noise_level=row["noise_level"])
        assert row["exact_accuracy_mean"] == pytest.approx(cell.exact_accuracy.values.mean(), rel=1e-6)
        assert row["bayes_accuracy"] == pytest.approx(float(cell.bayes_accuracy), rel=1e-12)
    assert answer("verify", path) == {"sound": True, "findings": [], "computed_again": 0}
    (path / "weight/c/0/0/0/0").write_bytes(b"nonsense")
    (finding,) = answer("verify", path, status=1)["findings"]
    assert (finding["chunk"], finding["problem"], finding["names"]) == (0, "damaged", ["weight"])
    assert answer("verify", path, "--repair") == {"sound": True, "findings": [], "computed_again": 1}


def test_quiet_is_silent_and_the_status_speaks(tmp_path, monkeypatch):
    monkeypatch.setattr("gatesweep.store.cost.PROBE_SECONDS", 0.02)
    path = tmp_path / "sweep.zarr"
    for command in (["sweep", *SMALL, "--out", path], ["sweep", *SMALL, "--dry-run"], ["show", path], ["verify", path]):
        assert run(*command, "--quiet").output == ""
    (path / "weight/c/0/0/0/0").write_bytes(b"nonsense")
    assert run("verify", path, "--quiet", status=1).output == ""
    assert run("show", tmp_path / "nothing.zarr", "--quiet", status=2).stderr.startswith("Error: ")


# --- a grid from a file ----------------------------------------------------------------------------


def test_a_file_says_what_options_say_and_options_go_before_it(tmp_path):
    config = tmp_path / "grid.toml"
    config.write_text(
        "gate = ['AND', 'XOR']\nnoise_level = '0:0.6:3'\nseed = '0:4'\nnum_samples = 40\nC = [1, inf]\nepochs = 7\n"
    )
    run("sweep", "--config", config, "--num-samples", "20", "--out", tmp_path / "a.zarr")
    wanted = gs.Experiment.of(
        gate=("AND", "XOR"), noise_level=(0, 0.3, 0.6), seed=range(4), num_samples=20, C=(1, np.inf), epochs=7
    )
    with store.open_store(tmp_path / "a.zarr") as found:
        assert found.attrs["experiment_hash"] == wanted.hash


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nois_level = 0.3\nsed = 1", "must hold parameters that gatesweep knows, got 'nois_level, sed'. Known: gate,"),
        ("noise_level = ", "a file of parameters must be TOML ("),
        ("noise_level = '0:1'", "a range of noise_level must be start:stop:count"),
        ("epochs = 0", "epochs must be a whole number, 1 or more"),
        ("[seed]\nfirst = 1", "seed must be a whole number"),
        (None, "a file of parameters must be readable"),
    ],
)
def test_a_file_that_is_not_understood_is_one_error(tmp_path, text, said):
    config = tmp_path / "grid.toml"
    if text is not None:
        config.write_text(text)
    (line,) = run("sweep", "--config", config, status=2).stderr.strip().splitlines()
    assert line.startswith("Error: ") and said in line


def test_an_export_replaces_a_file_only_if_asked(tmp_path):
    run("sweep", *SMALL, "--out", tmp_path / "a.zarr")
    for name in ("a.csv", "a.nc", "a.html"):
        (tmp_path / name).write_text("mine")
        assert "--overwrite" in run("export", tmp_path / "a.zarr", tmp_path / name, status=2).stderr
        assert (tmp_path / name).read_text() == "mine"
        run("export", tmp_path / "a.zarr", tmp_path / name, "--overwrite")
        assert (tmp_path / name).read_bytes() != b"mine"


def test_without_out_the_table_is_printed_and_nothing_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "XOR" in run("sweep", *SMALL).stdout
    assert list(tmp_path.iterdir()) == []


def test_verify_and_repair(tmp_path):
    path = tmp_path / "sweep.zarr"
    run("sweep", *SMALL, "--out", path)
    assert run("verify", path).output == "Sound and complete.\n"
    (path / "weight/c/0/0/0/0").write_bytes(b"nonsense")
    assert run("verify", path, status=1).output == "chunk 0 (seeds 0 to 3): damaged (weight)\n"
    assert run("verify", path, "--repair").output.splitlines()[1:] == [
        "Computed 1 chunks again.",
        "Sound and complete.",
    ]
    assert "Error: " in run("verify", tmp_path / "nothing.zarr", status=2).stderr


def test_serve_and_bench_delegate(monkeypatch, tmp_path):
    calls = []

    def serve(file, port, address, show, hosted, *others):
        calls.append((file, port, address, show, "/page" in hosted, *others))

    serving = types.SimpleNamespace(serve=serve)
    monkeypatch.setitem(sys.modules, "gatesweep.app.server", serving)
    monkeypatch.setitem(sys.modules, "gatesweep.bench", types.SimpleNamespace(main=lambda given: calls.append(given)))
    run("serve", "--no-show", "--port", "0", "--address", "localhost")
    origins = ("a.example", "b.example:8000")
    run("serve", tmp_path / "sweep.zarr", *(word for origin in origins for word in ("--allow-origin", origin)),
        "--prefix", "/lab", "--processes", "2", "--seats", "40")  # fmt: skip
    run("bench", "--models", "3")
    assert calls == [
        (None, 0, "localhost", False, True, (), "", 1, 300),
        (tmp_path / "sweep.zarr", 5006, "127.0.0.1", True, True, origins, "/lab", 2, 40),
        ["--models", "3"],
    ]


def test_version_and_help():
    assert run("--version").output == f"gatesweep, version {gs.__version__}\n"
    for command in COMMANDS:
        assert "Usage:" in run(command, "--help").output


def test_the_groups_help_has_the_first_words_of_every_command():
    listed = run("--help").output.partition("Commands:")[2].strip().splitlines()
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    for line in listed:
        name, text = line.split(maxsplit=1)
        assert text.split()[:3] == main.get_command(None, name).help.split()[:3]
    assert "No such command 'swep'" in run("swep", status=2).stderr


@pytest.mark.parametrize(
    ("option", "begun", "words"),
    [
        ("--solver", "", ["newton", "sgd", "adam"]),
        ("--solver", "a", ["adam"]),
        ("--features", "linear,", ["linear,linear", "linear,interaction"]),
        ("--gate", "AND,xo", ["AND,XOR"]),
        ("--dtype", "float6", ["float64"]),
        ("--epochs", "", []),
    ],
)
def test_the_shell_is_told_the_values_that_are_declared(option, begun, words):
    completion = ShellComplete(main, {}, "gatesweep", "_GATESWEEP_COMPLETE")
    assert [item.value for item in completion.get_completions(["sweep", option], begun)] == words


# --- output that is not UTF-8 ---------------------------------------------------------------------


ENCODINGS = ["ascii", "latin-1", "cp1252", "cp437", "cp932", "utf-8"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_table_is_written_in_the_encoding_of_the_output(tmp_path, monkeypatch, encoding):
    monkeypatch.setattr("gatesweep.store.cost.PROBE_SECONDS", 0.02)
    monkeypatch.setattr(import_module("gatesweep.bench.main"), "QUICK", Size(2, 2, 1, 2, 2, 4, (2, 2)))
    path = tmp_path / "größe Σ 大.zarr"

    def written(*arguments, status=0):
        result = CliRunner(charset=encoding).invoke(main, list(map(str, arguments)))
        assert result.exit_code == status, result.exception
        # click takes ASCII for a misconfigured UTF-8.
        return result.stdout_bytes.decode("utf-8" if encoding == "ascii" else encoding)

    looked = written("sweep", *SMALL)
    assert "24 models in" in written("sweep", *SMALL, "--out", path)
    shown = written("show", path)
    assert "Wrote" in written("export", path, path.with_suffix(".csv"))
    (path / "weight/c/0/0/0/0").write_bytes(b"nonsense")
    assert "damaged" in written("verify", path, status=1)
    written("verify", tmp_path / "大", status=2)
    assert "models" in written("sweep", *SMALL, "--dry-run")
    assert "gatesweep beside" in written("bench", "--quick", "--rows", "interactive")
    exact = f"{gs.sweep(gate='XOR', noise_level=0.3, seed=range(4), num_samples=20).exact_accuracy.mean().item():.3f}"
    for table in (looked, shown):
        assert exact in table and ("▁" in table or encoding != "utf-8")
        assert table.isascii() or encoding == "utf-8"


def test_where_python_is_told_the_encoding(tmp_path):
    gs.sweep(gate="XOR", noise_level=(0.1, 0.4), seed=(1, 2), num_samples=20, out=tmp_path / "a.zarr").close()
    command = [Path(sys.executable).with_name("gatesweep"), "show", tmp_path / "a.zarr"]
    done = subprocess.run(command, capture_output=True, env=os.environ | {"PYTHONIOENCODING": "cp1252"})
    assert done.returncode == 0, done.stderr
    assert b"XOR" in done.stdout and done.stdout.isascii()


def test_numbers_of_nets_are_whole_beside_their_long_names(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    path, parameters = tmp_path / "nets.zarr", {
        "gate": "XOR", "noise_level": "0.1", "seed": "0", "hidden_units": "1,2", "activation": "sigmoid,relu",
        "init_seed": "0:4", "solver": "adam", "epochs": "2", "num_samples": "60",
    }  # fmt: skip
    words = [word for name, text in parameters.items() for word in (f"--{name.replace('_', '-')}", text)]
    run("sweep", *words, "--out", path)
    shown = run("show", path).stdout
    for accuracy in store.open_store(path)["exact_accuracy"].mean("init_seed").values.ravel():
        assert f"{accuracy:.3f}" in shown
    assert "\N{HORIZONTAL ELLIPSIS}" not in shown
