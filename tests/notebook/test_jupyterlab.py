"""Lab and Explorer in a JupyterLab of its own, in a real browser: from the page to the kernel and back."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import watch

SOON = 60_000
IMPORT = "import threading\nimport gatesweep as gs"
# What a cell gives back is a value, nothing printed: while an event is handled, Panel's comm takes what is printed.
LAB = [
    IMPORT,
    "lab, heard_on = gs.Lab(), set()\n"
    "watcher = lab.param.watch(lambda event: heard_on.add(threading.current_thread()), 'noise_level')\n"
    "lab",
    "round(lab.noise_level, 3), lab.gate, heard_on == {threading.main_thread()}",
    "lab.gate = 'NOR'",
]
EXPLORER = [
    IMPORT,
    "explorer = gs.Explorer(seed_count=4, noise_count=5)\nexplorer",
    "explorer.seed_count, explorer.dataset.sizes['seed']",
    "explorer.gate = ['AND', 'XOR']",
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
def page(browser: Browser) -> Iterator[Page]:
    """One page; the test fails at its end on any trouble but one that is known and does no harm.

    Panel puts its style sheets into a notebook, and names their public address again when a pane changes.
    """
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": 1700, "height": 1300})
    opened = context.new_page()
    watch(opened, troubles)
    yield opened
    context.close()
    troubles = [t for t in troubles if not ("//cdn.holoviz.org/panel/" in t and ".css" in t)]
    assert not troubles, "\n".join(["The page had trouble:", *troubles])


@pytest.fixture
def visit(page: Page, jupyter: str, folder: Path) -> Callable[..., Page]:
    """Opens a notebook of these cells and runs the first two: the imports, and the viewer."""

    def visit(name: str, cells: list[str]) -> Page:
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells], metadata=kernel)
        nbformat.write(notebook, folder / "work" / f"{name}.ipynb")
        page.goto(f"{jupyter}/lab/tree/{name}.ipynb?reset")
        page.locator(".jp-CodeCell").first.wait_for(timeout=SOON)
        idle = page.get_by_text("Python 3 (ipykernel) | Idle")
        idle.wait_for(timeout=SOON)
        for _ in range(12):
            # JupyterLab drops a command that comes while its kernel is still being connected.
            # The imports may be run twice; the viewer must not.
            page.locator(".jp-CodeCell .cm-content").first.click()
            page.keyboard.press("Control+Enter")
            page.wait_for_timeout(2500)
            if prompt(page, 0).inner_text() != "[ ]:":
                break
        expect(prompt(page, 0)).to_have_text(re.compile(r"\[\d+\]:"), timeout=SOON)
        idle.wait_for(timeout=SOON)
        run_cell(page, 1)
        return page

    return visit


def prompt(page: Page, index: int) -> Locator:
    return page.locator(".jp-CodeCell").nth(index).locator(".jp-InputPrompt")


def run_cell(page: Page, index: int) -> None:
    """Run one cell to its end."""
    before = prompt(page, index).inner_text()
    page.locator(".jp-CodeCell").nth(index).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(prompt(page, index)).not_to_have_text(before, timeout=SOON)
    expect(prompt(page, index)).not_to_have_text("[*]:", timeout=SOON)


def gives(page: Page, index: int, result: str) -> None:
    """Run one cell until it has this result: what the page has to say comes to the kernel beside the cells."""
    output = page.locator(".jp-CodeCell").nth(index).locator(".jp-OutputArea-output")
    for _ in range(15):
        run_cell(page, index)
        page.wait_for_timeout(1000)
        if output.inner_text().strip() == result:
            return
    expect(output).to_have_text(result)


def press(page: Page, name: str, key: str, times: int) -> None:
    slider = page.get_by_role("slider", name=name, exact=True).first
    slider.wait_for(timeout=SOON)
    slider.focus()
    for _ in range(times):
        slider.press(key)


def test_the_lab_answers_kernel_and_page(visit: Callable[..., Page]) -> None:
    page = visit("lab", LAB)
    press(page, "Noise level", "ArrowRight", 3)
    gives(page, 2, "(0.08, 'AND', True)")
    page.wait_for_function(f"({FIGURE})('scores') && ({FIGURE})('boundary').inner_width > 100", timeout=SOON)
    truth = f"() => ({FIGURE})('model').data.w[0]"
    before = page.evaluate(truth)
    run_cell(page, 3)
    expect(page.get_by_role("combobox", name="Gate", exact=True)).to_have_text("NOR", timeout=SOON)
    page.wait_for_function(f"({truth})() !== {before} && ({truth})() < -3", timeout=SOON)
    # The seeds are trained after the cell has ended and reach the page too.
    seeds = f"({FIGURE})('seeds').renderers.find((r) => r.glyph.type === 'Quad').data_source.data.count"
    page.wait_for_function(f"Array.from({seeds} ?? []).reduce((a, b) => a + b, 0) === 200", timeout=SOON)
    # Faster than any model is trained and drawn: the kernel does not run behind.
    press(page, "Noise level", "ArrowRight", 40)
    gives(page, 2, "(0.48, 'NOR', True)")


def test_the_explorer_answers_kernel_and_page(visit: Callable[..., Page]) -> None:
    page = visit("explorer", EXPLORER)
    cells = f"Array.from(({FIGURE})('cells')?.data.number ?? [])"
    page.wait_for_function(f"() => ({cells}).length === 15", timeout=SOON)
    press(page, "Seeds", "ArrowRight", 2)
    gives(page, 2, "(6, 6)")
    run_cell(page, 3)
    page.wait_for_function(f"() => ({cells}).length === 10", timeout=SOON)
