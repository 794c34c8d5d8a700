"""Everybody's way in: what axe finds on every view, in both schemes, and a tour by the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from benchmarks.served import IDLE
from gatesweep.lessons import COMPARISONS, LESSONS
from tests.ui.axe import barriers
from tests.ui.conftest import served_sites, visitor
from tests.ui.explorer_pages import SOON, go, query_of
from tests.ui.lab_page import control, press, unfold, value


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """Address of a server with all three views: the third one shows the models of a table."""
    with served_sites(tmp_path_factory.mktemp("access"), 6) as address:
        yield address


def plane(page):
    expect(control(page, "button", "Pin")).to_be_visible(timeout=SOON)
    for name in ("Loss surface", "Errors"):
        press(page, name)
        expect(control(page, "button", name)).to_have_attribute("aria-pressed", "true")


def folds(page):
    expect(control(page, "slider", "Threshold").first).to_be_visible(timeout=SOON)
    unfold(page, "Training")
    expect(control(page, "combobox", "First weights")).to_be_visible()
    unfold(page, "By hand")


def neuron(page):
    expect(page.get_by_text("speaks for 1")).to_be_visible(timeout=SOON)


def hidden(page):
    expect(control(page, "combobox", "Across")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("training …")).to_have_count(0, timeout=SOON)


def own(page):
    expect(control(page, "button", "Erase")).to_be_visible(timeout=SOON)
    # Not the button that leads to the third view, which has no fold.
    page.get_by_role("button", name="Table", exact=True, expanded=False).click()
    expect(page.locator("input[type=file]")).to_be_attached()


def by_hand(page):
    expect(page.get_by_role("heading", name=LESSONS[3].question)).to_be_visible(timeout=SOON)
    expect(control(page, "slider", "w₁")).to_be_visible(timeout=SOON)
    page.keyboard.press("a")
    expect(page.get_by_text(LESSONS[3].answer)).to_be_visible()


def keys(page):
    expect(page.get_by_role("heading", name=LESSONS[0].question)).to_be_visible(timeout=SOON)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def shared(page):
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    # The nets that other views asked for may still be trained.
    expect(page.get_by_text("1,260 models trained in")).to_be_visible(timeout=3 * SOON)
    page.get_by_role("button", name="Share").click()
    page.get_by_role("menuitem", name="QR code").click()
    expect(page.get_by_role("dialog", name="QR code")).to_be_visible()


def comparison(page):
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", name=COMPARISONS["penalty"].question)).to_be_visible(timeout=SOON)
    page.keyboard.press("a")
    expect(page.get_by_text(COMPARISONS["penalty"].answer)).to_be_visible()
    expect(page.get_by_text("4,620 models trained in")).to_be_visible(timeout=SOON)


def table(page):
    expect(page.get_by_text("6 groups of site")).to_be_visible(timeout=SOON)


VIEWS = {
    "?noise_level=0.3&limits=true&cloud=true": plane,
    "?picture=s_curve&noise_level=0.3": folds,
    "?picture=neuron": neuron,
    "?gate=XOR&noise_level=0.1&hidden_units=2&picture=hidden&pin=1,2,3": hidden,
    "?source=own&own=0,0,0_0.2,0.6,0_1,1,1_1.2,0.3,1": own,
    "?lesson=4": by_hand,
    "?lesson=1": keys,
    "?view=explorer": shared,
    "?view=explorer&preset=penalty": comparison,
    "?view=table": table,
}
"""Links, and what is opened there and waited for."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_that_axe_finds(browser, url, scheme):
    with visitor(browser, f"{url}?lesson=2", IDLE, color_scheme=scheme) as (page, troubles):
        faults = []
        for link, wait in VIEWS.items():
            go(page, link)
            wait(page)
            faults += [f"{link}: {barrier}" for barrier in barriers(page)]
        assert not faults, "\n".join(faults)
        assert not troubles


# The keyboard alone


def has_focus(target):
    return target.count() == 1 and target.evaluate("(part) => part.getRootNode().activeElement === part")


def tab_to(page, role, name, key="Tab"):
    """Go on from one control to the next until this one has the focus, and is seen to have it."""
    target = page.get_by_role(role, name=name, exact=isinstance(name, str))
    for _ in range(90):
        if has_focus(target):
            assert target.evaluate("(part) => part.matches(':focus-visible')")
            return target
        page.keyboard.press(key)
    raise AssertionError(f"Tab never comes to the {role} {name}")


def test_a_tour_by_the_keyboard_alone(browser, url):
    last = list(COMPARISONS)[-1]
    with visitor(browser, f"{url}?gate=XOR&noise_level=0.1", IDLE) as (page, troubles):
        press = page.keyboard.press
        # The Lab: a gate, more noise, a fold, another picture, the epochs.
        tab_to(page, "combobox", "Gate")
        press("Enter")
        expect(page.locator("[role=menuitem]:focus")).to_have_count(1)
        press("ArrowDown")
        press("Enter")
        page.wait_for_url(lambda address: "gate=XOR" not in address)
        before = value(page, "Noise level")
        tab_to(page, "slider", "Noise level")
        press("ArrowRight")
        expect(control(page, "slider", "Noise level")).to_have_attribute("aria-valuenow", f"{before + 0.01:g}")
        tab_to(page, "button", "Training")
        press("Enter")
        tab_to(page, "slider", "C (inverse penalty)")
        # Of a group of buttons one is on the way; arrows lead to its neighbours.
        tab_to(page, "button", "Plane")
        press("ArrowRight")
        press("ArrowRight")
        assert has_focus(control(page, "button", "S-curve"))
        press("Enter")
        page.wait_for_url(re.compile("picture=s_curve"))
        tab_to(page, "button", "Back")
        press("Enter")
        page.wait_for_url(re.compile(r"epoch=\d"))
        # Lessons, hint and answer have keys of their own.
        press(".")
        expect(page.get_by_role("heading", name=LESSONS[0].question)).to_be_visible(timeout=SOON)
        press(",")
        press(",")
        expect(page.get_by_role("heading", name=LESSONS[-1].question)).to_be_visible(timeout=SOON)
        press("h")
        expect(page.get_by_text(LESSONS[-1].hint)).to_be_visible()
        # The Explorer: the comparisons one by one, the last one too; a cell of it is opened.
        press("v")
        expect(page.get_by_text("1,260 models trained in")).to_be_visible(timeout=SOON)
        press(",")
        expect(page.get_by_role("heading", name=COMPARISONS[last].question)).to_be_visible(timeout=SOON)
        expect(page.get_by_text("200 models trained in")).to_be_visible(timeout=SOON)
        tab_to(page, "combobox", "Gates")
        tab_to(page, "button", "Open this model")
        press("Enter")
        page.wait_for_url(lambda address: "view=explorer" not in address and "solver=adam" in address, timeout=SOON)
        assert query_of(page)["gate"] == "XOR"
        assert not troubles
