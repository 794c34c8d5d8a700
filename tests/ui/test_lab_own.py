"""Own rows under the real mouse, finger and keyboard; and what reload and Back leave of them."""

import re

import pytest
from playwright.sync_api import expect

from tests.ui.lab_page import IDLE, control, pixel, press, show, wait

FOUR = "?source=own&own=0,0,0_0.2,0.6,0_1,1,1_1.2,0.3,1"


@pytest.fixture
def own(lab):
    """The module's Lab with four points of its own."""
    show(lab, FOUR)
    wait(lab, "s.n === 4")
    return lab


def click(page, x1, x2):
    page.mouse.click(*pixel(page, x1, x2))


def test_a_mouse_adds_moves_and_erases(own):
    press(own, "Point")
    press(own, "1")
    click(own, 1.5, 1.5)
    wait(own, "s.n === 5 && Math.abs(s.x1[4] - 1.5) < 0.02 && s.label[4] === 1")
    start, end = pixel(own, 1.5, 1.5), pixel(own, -0.5, 1.0)
    own.mouse.move(*start)
    own.mouse.down()
    own.mouse.move(*[(a + b) / 2 for a, b in zip(start, end, strict=True)], steps=4)
    own.mouse.move(*end, steps=4)
    own.mouse.up()
    wait(own, "s.n === 5 && Math.abs(s.x1[4] + 0.5) < 0.02 && Math.abs(s.x2[4] - 1) < 0.02")
    press(own, "Erase")
    click(own, 0, 0)
    wait(own, "s.n === 4 && s.x1[0] === 0.2")
    press(own, "Undo")
    press(own, "Undo")
    wait(own, "s.n === 5 && s.x1[0] === 0 && Math.abs(s.x1[4] - 1.5) < 0.02")
    expect(own.locator(".losses").first).to_be_visible()


TAP = """async ([tool, x, y]) => {
  tool.click()
  await new Promise(requestAnimationFrame)
  const top = (root) => {
    const found = root.elementFromPoint(x, y)
    return found?.shadowRoot && found.shadowRoot !== root ? top(found.shadowRoot) : found
  }
  // A pointer that a script makes up cannot be captured.
  const {setPointerCapture} = Element.prototype
  Element.prototype.setPointerCapture = () => {}
  for (const kind of ["pointerdown", "pointerup"]) top(document).dispatchEvent(new PointerEvent(kind, {
    clientX: x, clientY: y, isPrimary: true, button: 0, bubbles: true, composed: true}))
  Object.assign(Element.prototype, {setPointerCapture})
}"""
"""JavaScript: press a tool and tap a point in the next frame, before the page has had an answer."""


def test_a_tap_right_after_a_tool_is_that_tool_s(own):
    press(own, "Point")
    own.evaluate(TAP, [control(own, "button", "Erase").element_handle(), *pixel(own, 0, 0)])
    wait(own, "s.n === 3 && s.x1[0] === 0.2")
    own.evaluate(TAP, [control(own, "button", "Point").element_handle(), *pixel(own, 0, 0)])
    wait(own, "s.n === 4 && s.x1[3] < 0.02")


def test_keys_add_and_take_away(own):
    press(own, "Point")
    board = control(own, "button", "Draw with keys")
    board.focus()
    for _ in range(6):
        board.press("ArrowRight")
    board.press("Enter")
    wait(own, "s.n === 5 && Math.abs(s.x1[4] - 0.8) < 0.02")
    board.press("Delete")
    wait(own, "s.n === 4")
    board.press("Tab")
    own.keyboard.press("z")
    wait(own, "s.n === 5")


def test_reload_and_back_keep_the_points(own):
    press(own, "Point")
    click(own, 0.5, 1.5)
    wait(own, "s.n === 5")
    expect(own).to_have_url(re.compile(r"own=.*_0\.5\d*,1\.[45]\d*,"))
    own.reload()
    own.wait_for_function(IDLE, timeout=60_000)
    wait(own, "s.n === 5")
    click(own, 0.5, -0.5)
    wait(own, "s.n === 6")
    expect(own).to_have_url(re.compile(r",-0\.[45]\d*,"))
    own.go_back()
    wait(own, "s.n === 5")


def test_a_finger_adds_a_point(open_lab):
    page = open_lab(FOUR, width=390, height=844, has_touch=True)
    wait(page, "s.n === 4")
    page.touchscreen.tap(*pixel(page, 1.5, 1.2))
    wait(page, "s.n === 5 && Math.abs(s.x1[4] - 1.5) < 0.05")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_file_becomes_rows_and_a_wrong_one_an_error(own):
    press(own, "Table")
    rows = "Höhe;Breite;Art\n1,5;2,25;a\n2,5;3;b\n3,0;2;b\n".encode()
    chooser = own.locator("input[type=file]")
    chooser.set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": rows})
    wait(own, "s.n === 3 && s.x1[0] === 1.5 && s.x2[0] === 2.25")
    chooser.set_input_files({"name": "b.csv", "mimeType": "text/csv", "buffer": b"\0\0"})
    expect(own.get_by_role("alert")).to_contain_text("without NUL bytes")
