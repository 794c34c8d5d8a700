"""Paths, however they are spelled: the home folder, file:// addresses; other addresses are refused before any work."""

from importlib import import_module
from pathlib import Path, PurePosixPath

import pytest
from click.testing import CliRunner

import gatesweep as gs
from gatesweep import store
from gatesweep.cli import main
from gatesweep.paths import local_path
from gatesweep.results import files

GRID = {"gate": "AND", "noise_level": 0.1, "seed": 1, "num_samples": 20}
OPTIONS = ["--gate", "AND", "--noise-level", "0.1", "--seed", "1", "--num-samples", "20"]

ADDRESSES = [
    "s3://runs/a.zarr",
    "gs://runs/a.zarr",
    "https://example.com/a.zarr",
    "memory://a.zarr",
    "zip::file:///tmp/a.zarr",
    "file://elsewhere/a.zarr",
    Path("s3://runs/a.zarr"),
]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder, and another one to work in."""
    (tmp_path / "home").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv(
        "MPLCONFIGDIR", str(tmp_path / "matplotlib")
    )  # Made in the home folder where it is first imported.
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("a.zarr", "a.zarr"),
        (Path("runs/a.zarr"), "runs/a.zarr"),
        ("~/a.zarr", "{home}/a.zarr"),
        (Path("~/a.zarr"), "{home}/a.zarr"),
        ("runs/~/a.zarr", "runs/~/a.zarr"),
        ("file:///runs/a.zarr", "/runs/a.zarr"),
        ("FILE://localhost/runs/a.zarr", "/runs/a.zarr"),
        ("file:/runs/a.zarr", "/runs/a.zarr"),
        ("file:///my%20runs/a%23b.zarr", "/my runs/a#b.zarr"),
        ("file:///runs/a#b?c.zarr", "/runs/a#b?c.zarr"),
        ("C:/runs/a.zarr", "C:/runs/a.zarr"),
        ("noise:0.zarr", "noise:0.zarr"),
    ],
)
def test_what_a_path_names(home, given, wanted):
    assert local_path(given) == Path(wanted.format(home=home))


@pytest.mark.parametrize("given", [*ADDRESSES, "~nobody-of-this-name/a.zarr", "a\0.zarr", b"a.zarr", 3, None])
def test_what_names_no_path_of_this_machine_is_refused(given):
    with pytest.raises(gs.InputError, match="path must|home folder"):
        local_path(given)


@pytest.fixture
def nothing_is_fitted(monkeypatch):
    def fit(*_, **__):
        raise AssertionError("it was fitted before it was refused")

    for module in ("gatesweep.sweep", "gatesweep.store.fitting", "gatesweep.store.cost"):
        monkeypatch.setattr(import_module(module), "compute", fit)


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_an_address_elsewhere_is_refused_before_anything_is_fitted(home, nothing_is_fitted, address):
    calls = [
        lambda: gs.sweep(**GRID, out=address),
        lambda: gs.export(str(address).replace(".zarr", ".html")),
        lambda: store.open_store(address),
        lambda: store.verify(address),
        lambda: store.repair(address),
    ]
    for call in calls:
        with pytest.raises(gs.InputError, match="a path must lead to a folder of this machine"):
            call()
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [
        ["sweep", *OPTIONS, "--out"],
        ["sweep", *OPTIONS, "--dry-run", "--out"],
        ["show"],
        ["serve", "--no-show"],
        ["verify"],
        ["export", "a.zarr"],
    ],
    ids=" ".join,
)
def test_on_the_command_line_too(home, nothing_is_fitted, command):
    result = CliRunner().invoke(main, [*command, "s3://runs/a.zarr"])
    assert result.exit_code == 2 and result.stdout == ""
    assert result.stderr.startswith("Error: a path must lead to a folder of this machine, got 's3://runs/a.zarr'.")
    assert list(Path.cwd().iterdir()) == []


def test_home_and_file_addresses_everywhere(home):
    def run(*arguments):
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exit_code == 0, result.output

    gs.sweep(**GRID, out="~/a.zarr").close()
    gs.sweep(**GRID, out=f"file://{home}/b.nc").close()
    dataset = store.open_store("~/a.zarr")
    gs.export("~/a.html", dataset)
    files.save(dataset, "~/a.csv")
    assert store.verify("~/a.zarr") == [] and store.repair(f"file://{home}/a.zarr") == 0
    run("sweep", *OPTIONS, "--out=~/c.zarr")
    run("show", "~/c.zarr")
    run("verify", PurePosixPath("file:/") / str(home)[1:] / "c.zarr")
    run("export", "~/c.zarr", "~/c.csv")
    assert sorted(path.name for path in home.iterdir()) == ["a.csv", "a.html", "a.zarr", "b.nc", "c.csv", "c.zarr"]
    assert list(Path.cwd().iterdir()) == []
