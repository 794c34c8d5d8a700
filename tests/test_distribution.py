"""What is handed out: a wheel that works where there is no checkout, and an sdist that can be tested."""

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from packaging.metadata import Metadata

from gatesweep.cli.main import COMMANDS
from tests.test_project import ROOT, committed

NOT_HANDED_OUT = {".ci/run", ".gitignore"}
"""What serves a checkout only."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both files; built from the sources here, with the build's own requirements as installed."""
    folder = tmp_path_factory.mktemp("dist")
    said(sys.executable, "-m", "hatchling", "build", "--directory", folder, folder=ROOT)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder beside which the wheel alone lies unpacked, to be found before any other gatesweep."""
    site = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(next(built.glob("*.whl"))).extractall(site)
    return site


def said(*command: object, folder: Path, **variables: str) -> str:
    """What a command prints; its failure is ours."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"} | variables
    done = subprocess.run(list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_sdist_holds_every_file_of_the_project(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        held = {name.partition("/")[2] for name in sdist.getnames()}
    files = {str(path.relative_to(ROOT)) for path in committed()} - NOT_HANDED_OUT
    assert files - held == set()
    assert held - files - {".gitignore", "PKG-INFO"} == set()


def test_the_sdist_is_tested_without_git(built: Path, tmp_path: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        sdist.extractall(tmp_path, filter="data")
    folder = next(tmp_path.iterdir())
    tests = ["tests/test_project.py", "-k", "committed or places or order or version"]
    told = said(sys.executable, "-m", "pytest", "-q", *tests, folder=folder, PYTHONPATH=str(folder))
    assert " passed" in told and "failed" not in told


def test_the_package_page_links_to_nothing_that_it_does_not_have(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith("/METADATA"))
        metadata = Metadata.from_email(wheel.read(name), validate=True)
    page = metadata.description or ""
    assert len(page) > 5000 and metadata.description_content_type == "text/markdown"
    assert [link for link in re.findall(r"\]\(([^)]*)\)", page) if not link.startswith(("http", "#"))] == []
    assert "![" not in page


def test_the_wheel_alone_runs_every_command_and_makes_the_page(installed: Path, tmp_path: Path) -> None:
    def run(*command: object) -> str:
        return said(sys.executable, *command, folder=tmp_path, PYTHONPATH=str(installed))

    assert Path(run("-c", "import gatesweep; print(gatesweep.__file__)").strip()).is_relative_to(installed)
    command = ("-c", "from gatesweep.cli import main; main()")
    for name in COMMANDS:
        assert "Usage: " in run(*command, name, "--help")
    run(*command, "sweep", "--noise-level", "0.1", "--seed", "0:2", "--out", "a.zarr", "--quiet")
    assert "Sound and complete." in run(*command, "verify", "a.zarr")
    assert "XOR" in run(*command, "show", "a.zarr")
    run(*command, "export", "page.html")
    assert 500_000 < (tmp_path / "page.html").stat().st_size < 1_500_000
    views = "import gatesweep as gs; print(len(gs.Lab().__panel__().select()), len(gs.Explorer().__panel__().select()))"
    assert all(int(count) > 20 for count in run("-c", views).split())
