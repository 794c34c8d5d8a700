"""The Lab's keys and lessons: each key does its one thing, and none is taken from a field that is typed in."""

import re

import pytest
import torch
from playwright.sync_api import expect

from gatesweep.lessons import LESSONS
from tests.ui.lab_page import (
    IDLE,
    by_torch,
    choose,
    control,
    leave,
    optimum,
    press,
    read,
    rows,
    show,
    shows,
    unfold,
    value,
    wait,
)

SHORTCUTS = [" ", "Home", "End", "ArrowLeft", "ArrowRight", "n", "d", "v", "h", "a", "?", *"0123456789"]
LIGHT, DARK = "rgb(242, 244, 248)", "rgb(10, 14, 19)"
STEPS = "?solver=sgd&epochs=5"


def keys(page, *names):
    for name in names:
        page.keyboard.press(name)


def background(page):
    return page.locator("main").evaluate("(main) => getComputedStyle(main).backgroundColor")


def lesson(page):
    return page.get_by_role("combobox", name=re.compile("^Lesson"))


# The epochs


def test_arrows_home_and_end_walk_the_epochs(lab):
    show(lab, STEPS)
    path = by_torch(rows(), epochs=5)
    for key, epoch in (
        ("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 5), ("ArrowLeft", 4), ("Home", 0),
    ):  # fmt: skip
        keys(lab, key)
        shows(lab, path[epoch])
        expect(control(lab, "slider", "Epoch")).to_have_attribute("aria-valuenow", str(epoch))


def test_at_the_ends_the_arrows_stay(lab):
    show(lab, STEPS)
    path = by_torch(rows(), epochs=5)
    keys(lab, "ArrowRight", "ArrowRight", "ArrowLeft")
    shows(lab, path[4])
    keys(lab, "Home", "ArrowLeft", "ArrowLeft", "ArrowRight")
    shows(lab, path[1])


def test_newton_is_walked_step_by_step(lab):
    show(lab, "?gate=OR&noise_level=0.3")
    last = shows(lab, optimum(rows("OR", 0.3)))
    keys(lab, "Home")
    shows(lab, [0, 0, 0], close=1e-9)
    keys(lab, *["ArrowRight"] * len(last["losses"]))
    shows(lab, optimum(rows("OR", 0.3)))


def test_space_plays_and_pauses(lab):
    show(lab, "?solver=adam&epochs=60")
    path = by_torch(rows(), epochs=60, kind=torch.optim.Adam)
    choose(lab, "Speed", "10 / s")
    leave(lab)
    keys(lab, "Home")
    shows(lab, path[0])
    keys(lab, " ")
    wait(lab, "s.w[0] !== 1")
    expect(control(lab, "button", "Pause")).to_be_visible()
    keys(lab, " ")
    expect(control(lab, "button", "Play")).to_be_visible()
    lab.wait_for_timeout(300)
    held = int(value(lab, "Epoch"))
    assert 0 < held < 60
    lab.wait_for_timeout(500)
    shows(lab, path[held])
    keys(lab, "ArrowRight")
    shows(lab, path[held + 1])


# Draws, looks, views


def test_n_draws_anew(lab):
    show(lab, "?seed=998")
    keys(lab, "n")
    shows(lab, optimum(rows(seed=999)))
    expect(control(lab, "textbox", "Seed")).to_have_value("999")
    keys(lab, "n")
    shows(lab, optimum(rows(seed=0)))
    keys(lab, "n", "n", "n")
    shows(lab, optimum(rows(seed=3)))


def test_d_and_the_toggle_turn_the_page_dark_and_light(lab):
    show(lab, "?gate=XOR")
    paper = read(lab, "paper")["paper"]
    assert background(lab) == LIGHT
    model = read(lab)["w"]
    for act in (lambda: keys(lab, "d"), lambda: press(lab, "Toggle theme")):
        act()
        expect(lab.locator("main")).to_have_css("background-color", DARK)
        wait(lab, f"s.paper !== '{paper}'")
        act()
        expect(lab.locator("main")).to_have_css("background-color", LIGHT)
        wait(lab, f"s.paper === '{paper}'")
    assert read(lab)["w"] == model


CONTRAST = """(control) => {
  const lightness = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0.05)
  let behind = control
  const paper = () => getComputedStyle(behind).backgroundColor
  while (/, 0\\)$/.test(paper())) behind = behind.assignedSlot ?? behind.parentNode.host ?? behind.parentNode
  const [low, high] = [getComputedStyle(control).color, paper()].map(lightness).sort((a, b) => a - b)
  return high / low
}"""
"""WCAG's contrast of an element's words with what is behind them."""


def test_a_device_that_is_set_to_dark_gets_a_dark_page_from_the_start(page, app_url):
    page = page(app_url + "?gate=XOR", color_scheme="dark")
    expect(page.locator("html")).to_have_css("background-color", DARK)
    gate = control(page, "combobox", "Gate")
    gate.wait_for()
    assert gate.evaluate(CONTRAST) > 7
    expect(page.locator("main")).to_have_css("background-color", DARK)
    page.wait_for_function(IDLE)
    wait(page, "s.paper === '#12181f'")
    keys(page, "d")
    expect(page.locator("main")).to_have_css("background-color", LIGHT)
    expect(gate).to_have_css("color", "rgb(21, 32, 43)")


def test_v_goes_to_the_explorer_and_back(lab):
    show(lab, "?gate=OR&seed=5")
    keys(lab, "v")
    expect(control(lab, "button", "Explorer")).to_have_attribute("aria-pressed", "true")
    expect(control(lab, "combobox", "Gate")).to_be_hidden()
    leave_explorer = control(lab, "button", "Lab")
    expect(leave_explorer).to_have_attribute("aria-pressed", "false")
    keys(lab, "v")
    expect(control(lab, "combobox", "Gate")).to_have_text("OR")
    shows(lab, optimum(rows("OR", seed=5)))


def test_the_question_mark_lists_every_key(lab):
    show(lab)
    keys(lab, "?")
    dialog = lab.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for name in ("?", "d", "space", "←", "→", "Home", "End", "0", "n"):
        expect(dialog.locator("kbd").get_by_text(name, exact=True)).to_be_visible()
    keys(lab, "Escape")
    expect(dialog).to_be_hidden()
    keys(lab, "n")
    shows(lab, optimum(rows(seed=43)))


# Keys that belong to somebody else


def test_what_is_typed_into_a_field_is_no_shortcut(lab):
    show(lab, STEPS)
    field = control(lab, "textbox", "Seed")
    field.click()
    keys(lab, *SHORTCUTS)
    leave(lab)
    show_nothing_happened(lab)
    show(lab, STEPS)
    control(lab, "textbox", "Seed").fill("7")
    keys(lab, "Enter")
    leave(lab)
    keys(lab, "ArrowLeft")
    shows(lab, by_torch(rows(seed=7), epochs=5)[4])


def test_a_slider_keeps_its_own_keys_and_leaves_the_others_to_the_page(lab):
    show(lab, STEPS)
    control(lab, "slider", "Noise level").focus()
    keys(lab, "ArrowRight", "ArrowLeft", "End", "Home", "ArrowRight", "ArrowRight", "ArrowRight")
    shows(lab, by_torch(rows(noise_level=0.03), epochs=5)[5])
    show_nothing_happened(lab)
    keys(lab, "n")
    path = by_torch(rows(noise_level=0.03, seed=43), epochs=5)
    shows(lab, path[5])
    leave(lab)
    keys(lab, "ArrowLeft")
    shows(lab, path[4])


def test_a_menu_that_was_used_leaves_the_keys_to_the_page(lab):
    show(lab, STEPS)
    choose(lab, "Gate", "OR")
    keys(lab, "ArrowLeft")
    shows(lab, by_torch(rows("OR"), epochs=5)[4])
    keys(lab, "n")
    shows(lab, by_torch(rows("OR", seed=43), epochs=5)[5])


def test_a_chord_is_no_shortcut(lab):
    show(lab, STEPS)
    keys(lab, "Control+d", "Alt+d", "Control+1", "Alt+Home", "Control+ArrowLeft")
    show_nothing_happened(lab)


def show_nothing_happened(page):
    """Nothing but perhaps the noise level or the seed changed: no other epoch, draw, lesson, look, view or dialog."""
    page.wait_for_timeout(300)
    found = read(page)
    assert background(page) == LIGHT
    assert value(page, "Epoch") == 5 == len(found["losses"]) - 1
    expect(lesson(page)).to_have_text("Free play")
    expect(control(page, "button", "Play")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert "seed=43" not in page.url


def test_space_on_a_button_presses_that_button_only(lab):
    show(lab, STEPS)
    control(lab, "button", "New draw").focus()
    keys(lab, " ")
    path = by_torch(rows(seed=43), epochs=5)
    shows(lab, path[5])
    leave(lab)
    keys(lab, "ArrowLeft")
    shows(lab, path[4])


# Lessons


def is_on_show(page, number):
    chosen = LESSONS[number - 1]
    expect(lesson(page)).to_have_text(f"{number} {chosen.title}")
    expect(page.get_by_text(chosen.question)).to_be_visible()
    for name, hidden in (("Training", "training"), ("By hand", "hand")):
        expect(page.get_by_role("heading", name=name, exact=True)).to_have_count(0 if hidden in chosen.hide else 1)


@pytest.mark.parametrize("number", range(1, 10))
def test_a_digit_opens_a_lesson_with_its_hint_and_answer(lab, number):
    leave(lab)  # from whatever the last test left behind: a lesson sets everything
    keys(lab, str(number))
    is_on_show(lab, number)
    chosen = LESSONS[number - 1]
    settings = {"gate": "AND", "noise_level": 0.05} | dict(chosen.settings)
    expect(control(lab, "combobox", "Gate")).to_have_text(settings["gate"])
    found = wait(lab, f"Math.abs(s.x1[0] - {rows(settings['gate'], settings['noise_level'])[0][0, 0]}) < 1e-6", "n")
    if chosen.settings.get("by_hand"):
        shows(lab, [settings[name] for name in ("w1", "w2", "intercept")])
    elif "solver" not in settings:
        product = settings.get("features") == "interaction"
        data = rows(settings["gate"], settings["noise_level"])
        shows(lab, optimum(data, product, C=settings.get("C", 1.0)), close=1e-2)
    assert found["n"] == 500
    for name, text in (("Hint", chosen.hint), ("Answer", chosen.answer)):
        expect(lab.get_by_text(text)).to_have_count(0)
        press(lab, name)
        expect(lab.get_by_text(text)).to_be_visible()
    press(lab, "Answer")
    expect(lab.get_by_text(chosen.answer)).to_have_count(0)


def test_0_closes_the_lesson_and_keeps_its_model(lab):
    show(lab)
    keys(lab, "3")
    is_on_show(lab, 3)
    keys(lab, "0")
    expect(lesson(lab)).to_have_text("Free play")
    for name in ("Hint", "Answer"):
        expect(control(lab, "button", name)).to_have_count(0)
    for name in ("Training", "By hand"):
        expect(lab.get_by_role("heading", name=name, exact=True)).to_have_count(1)
    shows(lab, optimum(rows("XOR", 0.1)))


def test_next_previous_and_the_menu_walk_the_lessons(lab):
    show(lab)
    press(lab, "Next")
    is_on_show(lab, 1)
    press(lab, "Next")
    is_on_show(lab, 2)
    press(lab, "Previous")
    is_on_show(lab, 1)
    press(lab, "Previous")
    expect(lesson(lab)).to_have_text("Free play")
    press(lab, "Previous")
    is_on_show(lab, len(LESSONS))
    press(lab, "Next")
    expect(lesson(lab)).to_have_text("Free play")
    lesson(lab).click()
    lab.get_by_role("menuitem", name="XOR with a product").click()
    is_on_show(lab, 5)
    lab.wait_for_url("**lesson=5**")
    lesson(lab).click()
    lab.get_by_role("menuitem", name="Free play").click()
    expect(lesson(lab)).to_have_text("Free play")
    unfold(lab, "Training")
