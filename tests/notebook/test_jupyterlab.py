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

SOON = 120_000
LECTURE = Path(__file__).parents[2] / "apps" / "lecture.ipynb"
PICTURES = 5 + 4 + 2
"""Figures in the lecture: of gs.plots, in the Lab, in the Explorer."""
WHOLE = {"width": 1700, "height": 9000}
"""A window in which a whole notebook is drawn: JupyterLab leaves out what is out of sight."""
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
FIRST = {
    "panel": "import panel as pn\npn.extension()",
    "holoviews": "import holoviews as hv\nhv.extension('bokeh', logo=False)",
}
"""What a user may have loaded before, which asks a CDN; the lecture loads nothing."""
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
CONNECTED = """async () => {
  const session = window.jupyterapp?.shell.currentWidget?.context?.sessionContext
  await session?.ready
  return Boolean(await session?.session?.kernel?.info)
}"""
FIGURE = """(name) => Bokeh.documents.flatMap((d) => [...d._all_models.values()]).find((m) => m.name === name)"""


TOO_EARLY = """(() => {
  const installed = setInterval(() => {
    if (!window.Bokeh?.Models) return
    let manager = null
    try { manager = Bokeh.Models("panel.models.comm_manager.CommManager").prototype } catch { return }
    clearInterval(installed)
    const handle = manager.msg_handler
    manager.msg_handler = function (message) {
      const {length} = message.content.data
      if (length && !(this.plot_id in Bokeh.index)) console.error("a message came before its page, which drops it")
      return handle.call(this, message)
    }
  }, 5)
})()"""
"""JavaScript: make it an error of the page to be sent what it cannot take in yet."""


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
    options += ["--LabApp.expose_app_in_browser=True"]
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
    latest = time.monotonic() + SOON / 1000
    while True:
        assert process.poll() is None and time.monotonic() < latest, log.read_text()
        try:
            urllib.request.urlopen(f"{url}/api").close()
            break
        except OSError:
            time.sleep(0.25)
    yield url


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """One page that reaches this machine alone; the test fails at its end on any trouble, or request of another host.

    Where something was `loaded` before, that may ask its CDN.
    """
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": 1700, "height": 1300})
    context.route(lambda url: urlsplit(url).hostname not in ("127.0.0.1", None, ""), lambda route: route.abort())
    opened = context.new_page()
    opened.add_init_script(TOO_EARLY)
    watch(opened, troubles)
    yield opened
    context.close()
    if "loaded" in request.fixturenames:
        troubles = [t for t in troubles if not ("//cdn." in t or "ERR_FAILED" in t)]
    troubles = [t for t in troubles if "GL Driver Message" not in t]
    assert not troubles, "\n".join(["The page had trouble:", *troubles])


@pytest.fixture
def visit(page: Page, jupyter: str, folder: Path) -> Callable[..., Path]:
    """Opens a notebook, waits until its kernel has answered, and returns its file."""

    def visit(name: str, notebook: nbformat.NotebookNode) -> Path:
        file = folder / "work" / f"{name}.ipynb"
        nbformat.write(notebook, file)
        page.goto(f"{jupyter}/lab/tree/{name}.ipynb?reset")
        page.locator(".jp-CodeCell").first.wait_for(timeout=SOON)
        # JupyterLab drops a command that comes while its kernel is still being connected.
        page.wait_for_function(CONNECTED, timeout=SOON)
        return file

    return visit


def of(*cells: str) -> nbformat.NotebookNode:
    """A notebook of these cells."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata=kernel)


def run_all(page: Page) -> None:
    """Run the notebook from top to bottom, and save it."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    expect(page.locator(".jp-CodeCell .jp-InputPrompt").last).to_have_text(re.compile(r"\[\d+\]:"), timeout=2 * SOON)
    page.evaluate("jupyterapp.shell.currentWidget.context.save()")


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
    latest = time.monotonic() + SOON / 1000
    while True:
        run_cell(page, index)
        if output.inner_text().strip() == result:
            return
        assert time.monotonic() < latest, f"{output.inner_text()} is not {result}"


def press(page: Page, name: str, key: str, times: int) -> None:
    slider = page.get_by_role("slider", name=name, exact=True).first
    slider.wait_for(timeout=SOON)
    slider.focus()
    for _ in range(times):
        slider.press(key)


def test_the_lab_answers_kernel_and_page(page: Page, visit: Callable[..., Path]) -> None:
    visit("lab", of(*LAB))
    run_cell(page, 0)
    run_cell(page, 1)
    press(page, "Noise level", "ArrowRight", 3)
    gives(page, 2, "(0.08, 'AND', True)")
    page.wait_for_function(f"({FIGURE})('scores') && ({FIGURE})('boundary').inner_width > 100", timeout=SOON)
    truth = f"() => ({FIGURE})('model').data.w[0]"
    before = page.evaluate(truth)
    run_cell(page, 3)
    expect(page.get_by_role("combobox", name="Gate", exact=True)).to_have_text("NOR", timeout=SOON)
    page.wait_for_function(f"({truth})() !== {before} && ({truth})() < -3", timeout=SOON)
    # The seeds are trained after the cell has ended and reach the page too.
    seeds = f"({FIGURE})('seeds').renderers.find((r) => r.glyph.type === 'Quad').data_source.data.top"
    page.wait_for_function(f"Array.from({seeds} ?? []).reduce((a, b) => a + b, 0) === 200", timeout=SOON)
    # Faster than any model is trained and drawn: the kernel does not run behind.
    press(page, "Noise level", "ArrowRight", 40)
    gives(page, 2, "(0.48, 'NOR', True)")


def test_the_explorer_answers_kernel_and_page(page: Page, visit: Callable[..., Path]) -> None:
    visit("explorer", of(*EXPLORER))
    run_cell(page, 0)
    run_cell(page, 1)
    cells = f"Array.from(({FIGURE})('cells')?.data.number ?? [])"
    page.wait_for_function(f"() => ({cells}).length === 15", timeout=SOON)
    press(page, "Seeds", "ArrowRight", 2)
    gives(page, 2, "(6, 6)")
    run_cell(page, 3)
    page.wait_for_function(f"() => ({cells}).length === 10", timeout=SOON)


@pytest.mark.parametrize("loaded", FIRST)
def test_whatever_was_loaded_before_pictures_are_shown(page: Page, visit: Callable[..., Path], loaded: str) -> None:
    page.set_viewport_size(WHOLE)
    cells = FIRST[loaded], "import gatesweep as gs", "gs.plots.surface([1, 1], -1.5)", "gs.Lab()"
    file = visit(f"after_{loaded}", of(*cells))
    run_all(page)
    painted(page, 5)
    assert 1_000_000 < file.stat().st_size < 5_000_000


def test_the_lecture_shows_every_picture_and_again_when_it_is_opened(
    page: Page, visit: Callable[..., Path], jupyter: str
) -> None:
    page.set_viewport_size(WHOLE)
    file = visit("lecture", nbformat.read(LECTURE, as_version=4))
    run_all(page)
    painted(page, PICTURES)
    explorer = page.locator(".jp-CodeCell", has=page.get_by_text("explorer = gs.Explorer()")).first
    for text in ("1,260 models", "Exact accuracy, median of 20 seeds", "Bayes limit", "10 to 90% of seeds"):
        expect(explorer.get_by_text(text).first).to_be_visible()
    for name, value in (("Measure", "exact accuracy"), ("Across", "noise level"), ("Down", "gate")):
        expect(explorer.get_by_role("combobox", name=name).first).to_have_text(value)
    assert page.evaluate(f"Array.from(({FIGURE})('cells').data.number).every(Number.isFinite)")
    assert 1_000_000 < file.stat().st_size < 10_000_000
    # What was saved, with a new kernel that has run nothing.
    page.goto(f"{jupyter}/lab/tree/lecture.ipynb?reset")
    painted(page, PICTURES)
