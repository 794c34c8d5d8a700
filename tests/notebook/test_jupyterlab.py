"""Lab and Explorer in a JupyterLab of its own, in a real browser: from the page to the kernel and back."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

SOON = 60_000
LAB = ["import gatesweep as gs\nlab = gs.Lab()\nlab", "print(lab.noise_level, lab.gate)", "lab.seed"]
EXPLORER = [
    "import gatesweep as gs\nexplorer = gs.Explorer(seed_count=4, noise_count=5)\nexplorer",
    "print(explorer.seed_count, explorer.dataset.sizes['seed'])",
    "explorer.seed",
]
FIGURE = """(name) => Bokeh.documents.flatMap((d) => [...d._all_models.values()]).find((m) => m.name === name)"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jupyter")


@pytest.fixture(scope="module")
def jupyter(folder: Path) -> Iterator[str]:
    """Address of a running JupyterLab with settings of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {f"JUPYTER_{kind}_DIR": str(folder / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    work = folder / "work"
    work.mkdir()
    options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token="]
    options += ["--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={work}", "--LabApp.news_url="]
    options += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | own | {"IPYTHONDIR": str(folder / "ipython")},
        )
    try:
        yield from _once_up(process, f"http://127.0.0.1:{port}", folder / "log")
    finally:
        process.terminate()
        process.wait(timeout=30)


def _once_up(process: subprocess.Popen, url: str, log: Path) -> Iterator[str]:
    for _ in range(240):
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"{url}/api").close()
            break
        except OSError:
            time.sleep(0.25)
    yield url


@pytest.fixture
def run_all(page: Callable[..., Page], jupyter: str, folder: Path) -> Callable[..., Page]:
    """Opens a notebook of these cells and runs them all; the first one shows the viewer."""

    def visit(name: str, cells: list[str]) -> Page:
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells], metadata=kernel)
        nbformat.write(notebook, folder / "work" / f"{name}.ipynb")
        opened = page(f"{jupyter}/lab/tree/{name}.ipynb", width=1700, height=1300)
        opened.locator(".jp-CodeCell").first.wait_for(timeout=SOON)
        opened.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=SOON)
        opened.get_by_role("menuitem", name="Run", exact=True).click()
        opened.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        expect(opened.locator(".jp-CodeCell").nth(2).locator(".jp-InputPrompt")).to_have_text("[3]:", timeout=SOON)
        return opened

    return visit


def run_cell(page: Page, index: int) -> str:
    """Run one cell; what it printed."""
    cell = page.locator(".jp-CodeCell").nth(index)
    before = cell.locator(".jp-InputPrompt").inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    prompt = cell.locator(".jp-InputPrompt")
    expect(prompt).not_to_have_text(before, timeout=SOON)
    expect(prompt).not_to_have_text("[*]:", timeout=SOON)
    page.wait_for_timeout(300)
    return " ".join(cell.locator(".jp-OutputArea-output").all_inner_texts()).strip()


def press(page: Page, name: str, key: str, times: int) -> None:
    slider = page.get_by_role("slider", name=name, exact=True).first
    slider.wait_for(timeout=SOON)
    slider.focus()
    for _ in range(times):
        slider.press(key)
    page.wait_for_timeout(1500)


def test_the_lab_answers_kernel_and_page(run_all: Callable[..., Page]) -> None:
    page = run_all("lab", LAB)
    press(page, "Noise level", "ArrowRight", 3)
    assert run_cell(page, 1) == "0.08 AND"
    page.wait_for_function(f"({FIGURE})('scores') && ({FIGURE})('boundary').inner_width > 100", timeout=SOON)
    truth = f"() => ({FIGURE})('model').data.w[0]"
    before = page.evaluate(truth)
    cell = page.locator(".jp-CodeCell").nth(2).locator(".cm-content")
    cell.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("lab.gate = 'NOR'")
    run_cell(page, 2)
    expect(page.get_by_role("combobox", name="Gate", exact=True)).to_have_text("NOR", timeout=SOON)
    page.wait_for_function(f"({truth})() !== {before} && ({truth})() < -3", timeout=SOON)
    # The seeds are trained after the cell has ended and reach the page too.
    seeds = f"({FIGURE})('seeds').renderers.find((r) => r.glyph.type === 'Quad').data_source.data.count"
    page.wait_for_function(f"Array.from({seeds} ?? []).reduce((a, b) => a + b, 0) === 200", timeout=SOON)


def test_the_explorer_answers_kernel_and_page(run_all: Callable[..., Page]) -> None:
    page = run_all("explorer", EXPLORER)
    cells = f"Array.from(({FIGURE})('cells')?.data.number ?? [])"
    page.wait_for_function(f"() => ({cells}).length === 5", timeout=SOON)
    press(page, "Seeds", "ArrowRight", 2)
    assert run_cell(page, 1) == "6 6"
    cell = page.locator(".jp-CodeCell").nth(2).locator(".cm-content")
    cell.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("explorer.gate = ['AND', 'XOR']")
    run_cell(page, 2)
    page.wait_for_function(f"() => ({cells}).length === 10", timeout=SOON)
