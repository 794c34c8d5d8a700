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
from urllib.parse import urlsplit

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import watch

SOON = 60_000
LECTURE = Path(__file__).parents[2] / "apps" / "lecture.ipynb"
PICTURES = 7 + 4 + 2
"""Figures in the lecture: of gs.plots, in the Lab, in the Explorer."""
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
PAINTED = """() => {
  const inside = (node) => [...node.children].flatMap((child) =>
    [child, ...inside(child), ...(child.shadowRoot ? inside(child.shadowRoot) : [])])
  const isPainted = (canvas) => {
    if (canvas.width < 50 || canvas.height < 50) return false
    const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data
    return pixels && new Set(new Uint32Array(pixels.buffer)).size > 2
  }
  return inside(document.body).filter((element) => element.localName === "canvas" && isPainted(element)).length
}"""
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
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """One page that reaches this machine alone; the test fails at its end on any trouble, or request of another host.

    A test parametrized with `asks_cdn` may ask: its user does.
    """
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": 1700, "height": 1300})
    context.route(lambda url: urlsplit(url).hostname not in ("127.0.0.1", None, ""), lambda route: route.abort())
    opened = context.new_page()
    watch(opened, troubles)
    yield opened
    context.close()
    if getattr(request.node, "callspec", None) and request.node.callspec.params.get("asks_cdn"):
        troubles = [t for t in troubles if not ("//cdn." in t or "ERR_FAILED" in t)]
    troubles = [t for t in troubles if "GL Driver Message" not in t]
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


@pytest.fixture
def run_all(page: Page, jupyter: str, folder: Path) -> Callable[..., Path]:
    """Runs a notebook from top to bottom, in a window in which all of it is drawn, and saves it; returns the file."""

    def run_all(notebook: nbformat.NotebookNode, name: str) -> Path:
        file = folder / "work" / f"{name}.ipynb"
        nbformat.write(notebook, file)
        page.set_viewport_size({"width": 1700, "height": 9000})
        page.goto(f"{jupyter}/lab/tree/{name}.ipynb?reset")
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=SOON)
        last = page.locator(".jp-CodeCell .jp-InputPrompt").last
        for _ in range(12):
            # JupyterLab drops a command that comes while its kernel is still being connected.
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
            page.wait_for_timeout(2500)
            if last.inner_text() != "[ ]:":
                break
        expect(last).to_have_text(re.compile(r"\[\d+\]:"), timeout=3 * SOON)
        before = file.stat().st_size
        page.locator(".jp-CodeCell .jp-InputPrompt").last.click()
        page.keyboard.press("Control+s")
        for _ in range(120):
            if file.stat().st_size > before:
                break
            page.wait_for_timeout(250)
        assert file.stat().st_size > before, "not saved"
        return file

    return run_all


def painted(page: Page, count: int) -> None:
    """Wait until so many figures have pixels of at least three colours."""
    page.wait_for_function(f"() => ({PAINTED})() >= {count}", timeout=SOON)


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


@pytest.mark.parametrize(
    ("first", "asks_cdn"),
    [
        ("import panel as pn\npn.extension()", True),
        ("import holoviews as hv\nhv.extension('bokeh', logo=False)", True),
        ("None", False),
    ],
    ids=["panel", "holoviews", "plots"],
)
def test_whatever_was_loaded_before_pictures_are_shown(page: Page, run_all, first: str, asks_cdn: bool) -> None:
    cells = [first, "import gatesweep as gs", "gs.plots.surface([1, 1], -1.5)", "gs.Lab()"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    file = run_all(notebook, f"after_{len(first)}")
    painted(page, 5)
    assert file.stat().st_size < 5_000_000


def test_the_lecture_shows_every_picture_and_again_when_it_is_opened(page: Page, run_all, jupyter: str) -> None:
    file = run_all(nbformat.read(LECTURE, as_version=4), "lecture")
    painted(page, PICTURES)
    explorer = page.locator(".jp-CodeCell", has=page.get_by_text("explorer = gs.Explorer()")).first
    for text in ("1,260 models", "Exact accuracy, median of 20 seeds", "Bayes limit", "10 to 90 % of seeds"):
        expect(explorer.get_by_text(text).first).to_be_visible()
    for name, value in (("Measure", "exact accuracy"), ("Across", "noise level"), ("Down", "gate")):
        expect(explorer.get_by_role("combobox", name=name).first).to_have_text(value)
    assert page.evaluate(f"Array.from(({FIGURE})('cells').data.number).every(Number.isFinite)")
    assert file.stat().st_size < 10_000_000
    # What was saved, with a new kernel that has run nothing.
    page.goto(f"{jupyter}/lab/tree/lecture.ipynb?reset")
    painted(page, PICTURES)
