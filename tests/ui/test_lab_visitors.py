"""Who comes to the Lab: several at once, by a link, with a screen reader, on a phone or before a projector."""

import contextlib
import io
import re
import shlex
import subprocess
import sys

import numpy as np
import pytest
import torch
import xarray as xr
from playwright.sync_api import expect

from tests.ui.lab_page import (
    IDLE,
    NAMED,
    accuracies,
    by_sklearn,
    by_torch,
    choose,
    control,
    model,
    optimum,
    press,
    rows,
    set_slider,
    show,
    shows,
    unfold,
    value,
    wait,
)

ADAM = "?gate=OR&noise_level=0.3&seed=7&solver=adam&epochs=7&batch_size=32"
BY_ADAM = {"epochs": 7, "batch_size": 32, "kind": torch.optim.Adam}
SHARED = {
    ADAM: lambda: by_torch(rows("OR", 0.3, 7), **BY_ADAM)[-1],
    "?gate=NAND&noise_level=0.4&num_samples=300&C=0.1": lambda: optimum(rows("NAND", 0.4, 42, 300), C=0.1),
    "?gate=XOR&noise_level=0.2&features=interaction&solver=scikit-learn": lambda: by_sklearn(rows("XOR", 0.2), True),
}
"""Links, and the models that the lecture's code gives for them."""
CONTROLS = [
    "button",
    "checkbox",
    "combobox",
    "link",
    "radio",
    "searchbox",
    "slider",
    "spinbutton",
    "switch",
    "tab",
    "textbox",
]
HEADER = ["Lab", "Explorer", "Share", "Toggle theme"]
SIDEWAYS = """() => {
  const found = [], walk = (root) => {
    for (const el of root.querySelectorAll("*")) {
      const scrolls = ["auto", "scroll"].includes(getComputedStyle(el).overflowX)
      if (scrolls && el.clientWidth && el.scrollWidth > el.clientWidth) {
        found.push(`${el.localName}.${el.className}: ${el.scrollWidth} in ${el.clientWidth}`)
      }
      if (el.shadowRoot) walk(el.shadowRoot)
    }
  }
  walk(document)
  const page = document.documentElement
  return page.scrollWidth > innerWidth ? [`page: ${page.scrollWidth} in ${innerWidth}`, ...found] : found
}"""

SET_IN = """(font) => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`* { font-family: ${font} !important }`)
  const walk = (root) => {
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
    for (const el of root.querySelectorAll("*")) if (el.shadowRoot) walk(el.shadowRoot)
  }
  walk(document)
}"""
"""JavaScript: the whole page in another font."""


def summary(page):
    """What a screen reader is told of the picture."""
    return page.get_by_role("status").filter(has_text="misclassified")


# Several visitors, and links


def test_two_visitors_do_not_see_each_other(lab, open_lab):
    show(lab)
    other = open_lab(ADAM)
    shows(other, by_torch(rows("OR", 0.3, 7), **BY_ADAM)[-1])
    choose(lab, "Gate", "XOR")
    other.keyboard.press("d")
    shows(lab, optimum(rows("XOR")))
    expect(other.locator("main")).to_have_css("background-color", "rgb(10, 14, 19)")
    other.keyboard.press("ArrowLeft")
    shows(other, by_torch(rows("OR", 0.3, 7), **BY_ADAM)[-2])
    shows(lab, optimum(rows("XOR")))
    expect(lab.locator("main")).to_have_css("background-color", "rgb(242, 244, 248)")
    other.wait_for_url("**epoch=6**")
    other.reload()
    other.wait_for_function(IDLE, timeout=40_000)
    shows(other, by_torch(rows("OR", 0.3, 7), **BY_ADAM)[-2])


def test_what_was_moved_is_in_the_address_and_survives_a_reload(open_lab):
    page = open_lab()
    choose(page, "Gate", "OR")
    set_slider(page, "Noise level", "ArrowRight", 15)
    press(page, "New draw")
    control(page, "switch", "200 seeds").click()
    before = shows(page, optimum(rows("OR", 0.2, 43)), "x1", "x2", "image")
    page.wait_for_url(lambda url: {"gate=OR", "noise_level=0.2", "seed=43", "cloud=true"} <= set(re.split("[?&]", url)))
    page.reload()
    page.wait_for_function(IDLE, timeout=40_000)
    after = wait(page, "s.cloud == 200", "x1", "x2", "image")
    for name in ("w", "b", "x1", "x2", "values", "image"):
        assert after[name] == before[name]
    expect(control(page, "switch", "200 seeds")).to_be_checked()


def test_back_and_forward_and_the_address(lab):
    show(lab, "?noise_level=0.1")
    choose(lab, "Gate", "XOR")
    lab.wait_for_url(re.compile(r"\?gate=XOR&noise_level=0.1$"))
    lab.go_back()
    shows(lab, optimum(rows("AND", 0.1)))
    expect(control(lab, "combobox", "Gate")).to_have_text("AND")
    lab.go_forward()
    shows(lab, optimum(rows("XOR", 0.1)))


def test_a_bad_link_gives_a_notice_and_a_sane_page(open_lab):
    page = open_lab("?gate=<img src=x onerror=alert(1)>&noise_level=nan&epochs=3&solver=sgd")
    expect(page.get_by_text("was not used").first).to_be_visible()
    shows(page, by_torch(rows(), epochs=3)[-1])


def test_a_model_of_the_explorer_opens_in_the_lab(lab):
    show(lab, "?gate=OR&solver=sgd")
    lab.keyboard.press("v")
    lab.wait_for_url("**view=explorer**")
    press(lab, "Open this model")
    lab.wait_for_url(lambda url: "view=explorer" not in url)
    noise_level = value(lab, "Noise level")
    gate, seed = (control(lab, *of) for of in (("combobox", "Gate"), ("textbox", "Seed")))
    expect(control(lab, "combobox", "Solver")).to_have_text("newton")
    shows(lab, optimum(rows(gate.inner_text(), noise_level, int(seed.input_value()))))


# Share


def copied(page, what):
    """What the Share menu puts on the clipboard."""
    page.evaluate("navigator.clipboard.writeText('')")
    page.get_by_role("button", name="Share").click()
    page.get_by_role("menuitem", name=what).click()
    for _ in range(100):
        if text := page.evaluate("navigator.clipboard.readText()"):
            return text
        page.wait_for_timeout(100)
    raise AssertionError("nothing was copied")


@pytest.mark.parametrize("link", SHARED)
def test_the_copied_python_trains_the_model_on_show(lab, link):
    show(lab, link)
    shown = shows(lab, SHARED[link]())
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(copied(lab, "Copy as Python"), names)
    dataset = names["ds"].squeeze()
    weight = dataset.weight.values
    np.testing.assert_allclose([*weight, float(dataset.intercept)], [*shown["w"][: len(weight)], shown["b"]], rtol=2e-3)
    np.testing.assert_allclose(float(dataset.test_accuracy), shown["values"][1], atol=1e-6)


def test_the_copied_command_trains_the_model_on_show(lab, tmp_path):
    show(lab, ADAM)
    shown = shows(lab, SHARED[ADAM]())
    program, *arguments = shlex.split(copied(lab, "Copy as command"))
    assert program == "gatesweep"
    run = [
        sys.executable,
        "-c",
        "from gatesweep.cli import main; main()",
        *arguments,
        "--out",
        str(tmp_path / "one.nc"),
    ]
    subprocess.run(run, check=True, capture_output=True, timeout=300)
    dataset = xr.load_dataset(tmp_path / "one.nc", engine="h5netcdf").squeeze()
    np.testing.assert_allclose([*dataset.weight.values, float(dataset.intercept)], model(shown), rtol=1e-4)


def test_the_copied_link_opens_the_model_on_show(lab, open_lab, app_url):
    show(lab, "?gate=NAND&noise_level=0.3&solver=sgd&epochs=9")
    lab.keyboard.press("ArrowLeft")
    shows(lab, by_torch(rows("NAND", 0.3), epochs=9)[8])
    link = copied(lab, "Copy link")
    assert link.startswith(app_url + "?")
    other = open_lab(link.removeprefix(app_url))
    shows(other, by_torch(rows("NAND", 0.3), epochs=9)[8])


# Without seeing it


def nameless(page):
    """Roles of controls that a screen reader can only call by their role."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    controls = [node for node in tree if not node["ignored"] and node["role"]["value"] in CONTROLS]
    assert len(controls) > 20
    return [node["role"]["value"] for node in controls if not node["name"]["value"].strip(" \u200b\xa0")]


def test_every_control_has_a_name(lab):
    show(lab, "?solver=sgd&features=interaction&init=linear&by_hand=true")
    unfold(lab, "Training")
    press(lab, "Errors")
    expect(control(lab, "slider", "w₃")).to_be_visible()
    expect(control(lab, "textbox", "Init seed")).to_be_visible()
    assert nameless(lab) == []
    press(lab, "200 seeds")
    lab.keyboard.press("3")
    expect(control(lab, "button", "Hint")).to_be_visible()
    assert nameless(lab) == []


def test_the_summary_in_words_follows_the_model(lab):
    show(lab, "?gate=XOR&noise_level=0.2&num_samples=300")
    for act in (
        lambda: None,
        lambda: choose(lab, "Gate", "OR"),
        lambda: set_slider(lab, "Noise level", "ArrowRight", 10),
    ):
        act()
        gate = control(lab, "combobox", "Gate").inner_text()
        noise_level = value(lab, "Noise level")
        data = rows(gate, noise_level, 42, 300)
        found = shows(lab, optimum(data))
        line, (X, y) = model(found), data
        wrong = ((X @ line[:2] + line[2] >= 0) != (y == 1)).sum()
        train, test, exact = accuracies(line, data, gate, noise_level)
        expect(summary(lab)).to_contain_text(f"{gate} gate, noise level {noise_level:g}, 300 rows")
        expect(summary(lab)).to_contain_text(f"{wrong} rows misclassified. Train accuracy {train:.1%}, test {test:.1%}")
        expect(summary(lab)).to_contain_text(f"exact {exact:.1%}")


# Any screen


def header_outside(page, width):
    """Buttons of the header that stand outside the screen, and where."""
    boxes = {name: page.get_by_role("button", name=re.compile(rf"^\W*{name}$")).bounding_box() for name in HEADER}
    return {name: box for name, box in boxes.items() if not 0 <= box["x"] <= width - box["width"]}


def inner_size(page, name):
    """Width and height of the plane of a figure, in pixels."""
    return page.evaluate(f"(name) => {{ const f = ({NAMED})(name); return [f.inner_width, f.inner_height] }}", name)


@pytest.mark.parametrize("font", ["system-ui", "'Liberation Sans Narrow', 'Arial Narrow', sans-serif", "monospace"])
def test_a_phone_stacks_and_nothing_lies_aside(open_lab, font):
    page = open_lab("?solver=sgd&features=interaction", width=390, height=844)
    for name in ("Training", "By hand"):
        unfold(page, name)
    expect(control(page, "button", "Let it learn from here")).to_be_visible()
    page.evaluate(SET_IN, font)
    for colour in ("rgb(242, 244, 248)", "rgb(10, 14, 19)"):
        expect(page.locator("main")).to_have_css("background-color", colour)
        assert (page.evaluate(SIDEWAYS), header_outside(page, 390)) == ([], {})
        page.keyboard.press("d")
    width, height = inner_size(page, "boundary")
    assert width / height == pytest.approx(1, abs=0.02)
    assert width > 200


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (2560, 1440), (3840, 2160)])
def test_nothing_scrolls_on_a_screen(lab, width, height):
    show(lab, "?solver=sgd&features=interaction")
    lab.set_viewport_size({"width": width, "height": height})
    try:
        lab.wait_for_function(f"innerWidth === {width} && Bokeh.documents[0].is_idle")
        lab.wait_for_timeout(500)
        assert lab.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]") == [
            height,
            width,
        ]
        assert (lab.evaluate(SIDEWAYS), header_outside(lab, width)) == ([], {})
        sides = inner_size(lab, "boundary")
        assert sides[0] / sides[1] == pytest.approx(1, abs=0.02)
        assert sides[0] > 0.48 * height, "beside letters that grow with the page"
        assert np.prod(sides) > 2 * max(np.prod(inner_size(lab, name)) for name in ("scores", "loss", "seeds"))
    finally:
        lab.set_viewport_size({"width": 1400, "height": 900})
