"""What cannot be shown is said beside the field that asked for it, each time; picture and address stay."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from gatesweep.page.export import render
from tests.ui.conftest import FILLED
from tests.ui.explorer_pages import SOON, cells, choose, slide, until
from tests.ui.lab_page import choose as choose_in_lab
from tests.ui.lab_page import control, press, read, set_slider, show, unfold
from tests.ui.page_probe import drawn, opened

OWN = "?source=own&own=0,0,0_0.2,0.6,0_1,1,1_1.2,0.3,1"
B = "?solver=sgd&init=linear"
EXPLORER = "?view=explorer&noise_level=0.2,0.8&noise_count=4&seed_count=3&num_samples=60"
BY_C = f"{EXPLORER}&compare=C&compare_values=0.1,1&y=C&panel=gate"
BY_BOTH = f"{BY_C}&also=num_samples&also_values=20,60"
BESIDE = 40
"""Pixels between a field and what is said of it, at most."""


def field(page: Page, name: str, nth: int = 0) -> Locator:
    return page.get_by_role("textbox", name=name, exact=True).nth(nth)


def type_into(page: Page, name: str, text: str, nth: int = 0) -> None:
    field(page, name, nth).fill(text)
    field(page, name, nth).press("Enter")


def is_beside(page: Page, part: Locator) -> None:
    """Wait until the one alert stands right below it."""

    def is_so() -> bool:
        alerts, asked = page.get_by_role("alert").all(), part.bounding_box()
        said = alerts[0].bounding_box() if len(alerts) == 1 else None
        if said is None or asked is None:
            return False
        is_below = 0 <= said["y"] - (asked["y"] + asked["height"]) < BESIDE
        return is_below and said["x"] < asked["x"] + asked["width"] and asked["x"] < said["x"] + said["width"]

    until(page, is_so, "the alert never came to stand there")


@pytest.mark.parametrize(
    ("link", "name", "highest"),
    [("", "Seed", "4,294,967,295"), (B, "Init seed", "4,294,967,295"), (OWN, "Row", "4")],
)
def test_a_number_that_the_lab_has_not_is_said_beside_its_field_each_time(lab, link, name, highest):
    show(lab, link)
    if name == "Init seed":
        unfold(lab, "Training")
    elif name == "Row":
        press(lab, "Neuron")
    before, kept = read(lab)["w"], field(lab, name).input_value()
    for text in ("99999999999", "99999999999", "-5", "many", "many"):
        type_into(lab, name, text)
        lowest = 1 if name == "Row" else 0
        rule = f"{name} must be a whole number from {lowest} to {highest}, got {text}. The last good model is still on"
        expect(lab.get_by_role("alert")).to_contain_text(rule)
        expect(field(lab, name)).to_have_value(kept)
        expect(field(lab, name)).to_have_attribute("aria-invalid", "true")
        is_beside(lab, field(lab, name))
    assert read(lab)["w"] == before
    type_into(lab, name, "3")
    expect(lab.get_by_role("alert")).to_have_count(0)
    expect(field(lab, name)).to_have_value("3")
    field(lab, name).press("ArrowUp")
    expect(field(lab, name)).to_have_value("4")
    steps = lab.evaluate("history.length")
    expect(lab).to_have_url(re.compile("seed=4|row=4"))
    assert lab.evaluate("history.length") == steps + 1, "the address never had what was refused"


def test_a_training_that_takes_too_long_is_said_beside_the_slider_that_asked_for_it(lab):
    show(lab, "?solver=sgd&epochs=150&batch_size=100")
    unfold(lab, "Training")
    before = read(lab)
    for _ in range(2):
        set_slider(lab, "Batch size", "Home")
        expect(lab.get_by_role("alert")).to_contain_text("at most 20,000 steps")
        expect(control(lab, "slider", "Batch size")).to_have_attribute("aria-valuenow", "100")
        is_beside(lab, control(lab, "slider", "Batch size"))
    assert read(lab) == before and "batch_size=100" in lab.url


def test_a_solver_that_cannot_fit_these_rows_is_said_beside_its_menu(lab):
    show(lab, "?gate=TRUE")
    for _ in range(2):
        choose_in_lab(lab, "Solver", "scikit-learn")
        expect(lab.get_by_role("alert")).to_contain_text("both classes")
        is_beside(lab, control(lab, "combobox", "Solver"))
    set_slider(lab, "Noise level", "ArrowRight")
    expect(lab.get_by_role("alert")).to_have_count(0)


WRONG: dict[str, tuple[str, Callable[[Page], None], str, int, str]] = {
    "values": (BY_C, lambda p: type_into(p, "Values", "0.01, many"), "Values", 0, "C must be a number, more than 0"),
    "more values": (BY_BOTH, lambda p: type_into(p, "Values", "20, 1.5", 1), "Values", 1, "Rows must be a whole numb"),
    "no values": (BY_C, lambda p: type_into(p, "Values", ""), "Values", 0, "C must"),
    "the same again": (BY_C, lambda p: choose(p, "And", "C"), "And", 0, "must differ"),
    "no gates": (f"{EXPLORER}&gate=AND", lambda p: choose(p, "Gates", "AND"), "Gates", 0, "at least one gate"),
}
"""Links, what is asked for there, and the field and the rule by which it is refused."""


@pytest.mark.parametrize("name", WRONG)
def test_a_grid_that_cannot_be_is_said_beside_the_field_that_asks_for_it(page, app_url, name):
    link, ask, label, nth, rule = WRONG[name]
    visited = page(app_url + link)
    visited.wait_for_function(FILLED, timeout=SOON)
    before = cells(visited)
    ask(visited)
    asked = visited.get_by_role("textbox" if label == "Values" else "combobox", name=label).nth(nth)
    alert = visited.get_by_role("alert")
    expect(alert).to_contain_text(rule, timeout=SOON)
    expect(alert).to_contain_text("The last picture stays")
    is_beside(visited, asked)
    slide(visited, "Seeds", "ArrowRight")  # It is still about that field.
    expect(control(visited, "slider", "Seeds")).to_have_attribute("aria-valuenow", "4")
    expect(alert).to_contain_text(rule)
    is_beside(visited, asked)
    assert cells(visited) == before
    expect(visited.get_by_text("The last good picture")).to_be_visible()


def test_the_page_says_beside_its_field_what_it_refuses(page, tmp_path):
    file = tmp_path / "page.html"
    file.write_text(render([]), encoding="utf-8")
    visited = page(None)
    visited.goto(file.as_uri())
    opened(visited)
    seed = visited.get_by_role("spinbutton", name="Seed", exact=True)
    seed.fill("5000")
    seed.press("Enter")
    before = drawn(visited, "boundary", "boundary")
    for text in ("-5", "-5", "1.5", ""):
        seed.fill(text)
        seed.press("Enter")
        expect(visited.get_by_role("alert")).to_contain_text("Seed must be a whole number from 0 to 4,294,967,295, got")
        expect(seed).to_have_value("5000")
        is_beside(visited, seed)
    assert drawn(visited, "boundary", "boundary") == before and visited.url.endswith("#seed=5000")
    visited.get_by_role("combobox", name="Gate").select_option("OR")
    expect(visited.get_by_role("alert")).to_have_count(0)
