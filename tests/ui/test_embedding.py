"""In other people's apps nothing of Lab or Explorer is cut off, and they look as they do at home."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.conftest import watch
from tests.ui.lab_page import IDLE

SOON = 120_000
FONTS = "https://fonts.googleapis.com"
"""Where Panel's own templates look for theirs."""
GUESTS = Path(__file__).with_name("guests.py")
ROOT = Path(__file__).parents[2]
CUT = """() => {
  const children = (node) => [...(node.shadowRoot?.children ?? []), ...node.children]
  const parent = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host
  const parts = []
  const look = (node) => {
    for (const child of children(node)) {
      const {display, visibility, opacity, clipPath} = getComputedStyle(child)
      // What is there for those who are read to is cut off on purpose.
      if (display === "none" || visibility === "hidden" || opacity === "0" || clipPath !== "none") continue
      if (child.matches(".bk-Figure, button, input, [role=combobox], label, h1, .chip, .meaning, .equation, .title")) {
        parts.push(child)
      }
      if (!child.matches(".bk-Figure, .MuiSwitch-root")) look(child)
    }
  }
  look(document.body)
  const cut = []
  for (const part of parts) {
    const box = part.getBoundingClientRect(), scrolls = {X: false, Y: false}
    const sides = {X: ["left", "right"], Y: ["top", "bottom"]}
    for (let around = parent(part); around && around !== document.documentElement; around = parent(around)) {
      const style = getComputedStyle(around), edge = around.getBoundingClientRect()
      if (style.display === "contents") continue
      for (const [axis, [low, high]] of Object.entries(sides)) {
        const flow = style["overflow" + axis]
        // What lies outside of something that scrolls is found by scrolling.
        scrolls[axis] ||= flow === "auto" || flow === "scroll"
        const over = Math.round(Math.max(edge[low] - box[low], box[high] - edge[high]))
        if ((flow === "hidden" || flow === "clip") && !scrolls[axis] && over > 2) {
          cut.push(`${part.localName} ${part.textContent.slice(0, 30)}: ${over} px by ${around.className}`)
        }
      }
    }
  }
  const wide = document.documentElement.scrollWidth - innerWidth
  return {parts: parts.length, cut: wide > 2 ? [`page: ${wide} px`, ...cut] : cut}
}"""
"""Figures, controls and words, and which of them an element around them hides in part, where no scrolling helps."""
PAPER = "() => [...Bokeh.documents[0]._all_models.values()].find((m) => m.name === 'boundary').background_fill_color"


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """Address of a server of such apps."""
    with subprocess.Popen([sys.executable, GUESTS], stdout=subprocess.PIPE, text=True) as server:
        try:
            yield next(line for line in iter(server.stdout.readline, "") if "http://" in line).split()[-1]
        finally:
            server.terminate()


@pytest.fixture
def fastapi(tmp_path: Path) -> Iterator[str]:
    """Address of the documentation's FastAPI app, as it is written there."""
    written = (ROOT / "docs" / "howto" / "embed.md").read_text(encoding="utf-8")
    [app] = re.findall(r"```py\n(# my_app.py, for: uvicorn .*?)```", written, re.DOTALL)
    (tmp_path / "my_app.py").write_text(app, encoding="utf-8")
    command = [sys.executable, "-m", "uvicorn", "my_app:app", "--port", "0", "--no-access-log"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            yield next(found[0] for line in server.stderr if (found := re.search(r"http://[\d.:]+", line)))
        finally:
            server.terminate()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens one of the apps; the test fails at its end on any trouble of the page."""
    troubles: list[str] = []
    contexts = []

    def visit(address: str, height: int = 900) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1400, "height": height}))
        contexts[-1].route(f"{FONTS}/**", lambda route: route.fulfill(content_type="text/css", body=""))
        opened = contexts[-1].new_page()
        watch(opened, troubles)
        opened.goto(address, wait_until="commit", timeout=SOON)
        opened.wait_for_function(IDLE, timeout=SOON)
        return opened

    yield visit
    for context in contexts:
        context.close()
    assert [trouble for trouble in troubles if FONTS not in trouble] == []


def is_whole(page: Page, parts: int) -> None:
    """Wait until so many parts are there, and none is cut off."""
    try:
        page.wait_for_function(f"() => {{ const {{parts, cut}} = ({CUT})(); return parts >= {parts} && !cut.length }}")
    except PlaywrightTimeout:
        found = page.evaluate(CUT)
        assert found["parts"] >= parts and found["cut"] == []


def looks_at_home(page: Page) -> None:
    """Class 1 has the colour of its points, and words stand as they are written."""
    corner = page.get_by_role("button", name="0 1 → 1").first
    assert corner.evaluate("(button) => getComputedStyle(button).color") in ("rgb(179, 79, 0)", "rgb(255, 138, 61)")
    written = page.get_by_role("button", name="Own data").first
    assert written.evaluate("(button) => getComputedStyle(button).textTransform") == "none"


def test_in_a_template_of_panel_s_in_the_dark(visit: Callable[..., Page], host: str) -> None:
    page = visit(f"{host}/template?theme=dark")
    is_whole(page, 40)
    looks_at_home(page)
    assert page.evaluate(PAPER) == "#12181f"


def test_in_tabs_on_a_low_screen(visit: Callable[..., Page], host: str) -> None:
    page = visit(f"{host}/tabs", height=700)
    is_whole(page, 40)
    page.get_by_text("Explorer", exact=True).click()
    expect(page.get_by_text("60 models")).to_be_visible()
    is_whole(page, 40)


def test_on_a_material_page_it_turns_dark_with_it(visit: Callable[..., Page], host: str) -> None:
    page = visit(f"{host}/material")
    is_whole(page, 40)
    looks_at_home(page)
    assert page.evaluate(PAPER) == "#fff"  # as the host's page has it
    expect(page.get_by_text("dark: False")).to_be_visible()
    page.get_by_role("button", name="theme").click()
    expect(page.get_by_text("dark: True")).to_be_visible()
    page.wait_for_function(f"() => ['#121212', '#12181f'].includes(({PAPER})())")  # the host's, or its own


def test_two_stand_on_one_page_and_leave_its_address_alone(visit: Callable[..., Page], host: str) -> None:
    page = visit(f"{host}/two")
    is_whole(page, 80)
    looks_at_home(page)
    sliders = page.get_by_role("slider", name="Noise level")
    sliders.first.press("ArrowRight")
    expect(page.get_by_text("noise level: 0.06")).to_be_visible()
    expect(sliders.last).to_have_attribute("aria-valuenow", "0.05")
    heights = page.evaluate("() => [innerHeight, document.documentElement.scrollHeight]")
    assert heights[1] > heights[0] and page.evaluate("location.search") == ""


def test_in_a_fastapi_app(visit: Callable[..., Page], fastapi: str) -> None:
    page = visit(f"{fastapi}/lab")
    is_whole(page, 40)
    looks_at_home(page)
    equation = page.locator(".equation").first
    before = equation.inner_text()
    page.get_by_role("slider", name="Noise level").press("ArrowRight")
    expect(equation).not_to_have_text(before)
