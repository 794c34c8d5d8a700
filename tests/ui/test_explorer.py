"""The Explorer in a real browser: what is drawn is read from the data behind it, not from pixels."""

import re
import socket
from collections.abc import Iterator

import numpy as np
import panel as pn
import panel_material_ui as pmui
import pytest
from playwright.sync_api import Browser, Page, expect

from gatesweep.app.explorer.explorer import Explorer
from gatesweep.app.theme import THEME_CONFIG
from gatesweep.lessons import COMPARISONS, EXPLANATIONS
from tests.conftest import watch
from tests.ui.explorer_pages import SOON, cells, choose, control, place, rests, until


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, list[Explorer], list[dict]]]:
    """Address of the Explorer, its sessions and the models that were opened."""
    sessions: list[Explorer] = []
    opened: list[dict] = []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def page() -> pmui.Page:
        sessions.append(Explorer(on_open=lambda **settings: opened.append(settings)))
        return pmui.Page(title="gatesweep", main=[sessions[-1]], theme_config=THEME_CONFIG)

    options = {"port": port, "address": "127.0.0.1", "show": False, "threaded": True, "verbose": False}
    server = pn.serve(page, **options)
    yield f"http://127.0.0.1:{port}/", sessions, opened
    server.stop()
    for session in sessions:
        session.close()


@pytest.fixture(scope="module")
def visit(browser: Browser, served) -> Iterator[tuple[Page, Explorer, list[str]]]:
    """One visitor for all tests: loading the page takes longer than most of them. And the page's troubles."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page, troubles = context.new_page(), []
    watch(page, troubles)
    page.goto(served[0], timeout=120_000)
    page.get_by_text("trained in").wait_for(timeout=SOON)
    yield page, served[1][-1], troubles
    context.close()


@pytest.fixture
def explorer(visit) -> Iterator[tuple[Page, Explorer]]:
    """The page with three gates on it; fails at its end on any trouble of the page."""
    page, session, troubles = visit
    before = session.picture

    def go_back() -> None:
        if session.preset == "three_gates":
            session.apply_preset("three_gates")
        else:
            session.preset = "three_gates"

    session._session.carry(go_back)
    settle(page, session, before)
    yield page, session
    assert not troubles, "\n".join(["The page had trouble:", *troubles])


def agree(page: Page, explorer: Explorer) -> None:
    """Wait until the browser shows the numbers of the session's picture."""
    page.wait_for_function(
        """([count, first, last]) => {
          const models = Bokeh.documents.flatMap((document) => [...document._all_models.values()])
          const shown = models.find((model) => model.name === "cells").data.number
          const near = (a, b) => Math.abs(a - b) < 1e-9 || (b === null && Number.isNaN(a))
          return shown.length === count && near(shown[0], first) && near(shown[count - 1], last)
        }""",
        arg=[explorer.picture.value[..., -1].size, *_ends(explorer)],
        timeout=SOON,
    )


def _ends(explorer: Explorer) -> list[float | None]:
    shown = explorer.picture.value[..., min(explorer.epoch, explorer.picture.value.shape[-1] - 1)].ravel()
    return [float(v) if np.isfinite(v) else None for v in shown[[0, -1]]]


def settle(page: Page, explorer: Explorer, before: object) -> None:
    for _ in range(600):
        if explorer.picture is not before and explorer.trainer.current is None:
            break
        page.wait_for_timeout(100)
    assert explorer.picture is not before
    agree(page, explorer)


def test_first_view_is_three_gates_and_fits_the_screen(explorer):
    page, session = explorer
    agree(page, session)
    shown = cells(page)
    expected = np.median(session.dataset["exact_accuracy"], axis=-1)
    np.testing.assert_allclose(shown["number"], expected.ravel(), rtol=1e-6)
    assert shown["where"][21 * 2 + 7] == "XOR, noise level 0.35"
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


@pytest.mark.parametrize("name", [n for n in COMPARISONS if n != "three_gates"])
def test_each_preset_shows_its_numbers(explorer, name):
    page, session = explorer
    before = session.picture
    page.get_by_role("button", name=COMPARISONS[name].title, exact=True).click()
    expect(page.get_by_text(COMPARISONS[name].question)).to_be_visible(timeout=SOON)
    settle(page, session, before)
    assert session.picture.measure == session.measure
    assert (session.picture.x.name, session.picture.y.name) == (session.x, session.y)


def test_the_player_plays_pauses_steps_and_scrubs(explorer):
    page, session = explorer
    before = session.picture
    page.get_by_role("button", name=COMPARISONS["live"].title, exact=True).click()
    settle(page, session, before)
    session._session.carry(lambda: session.param.update(speed=1))  # so that it is still playing when Pause is pressed
    page.get_by_role("button", name="Play", exact=True).click(timeout=SOON)
    until(page, lambda: session.epoch >= 3)
    page.get_by_role("button", name="Pause", exact=True).click()
    paused = rests(page, lambda: session.epoch)
    page.get_by_role("button", name="Step", exact=True).click()
    until(page, lambda: session.epoch == paused + 1)
    page.get_by_role("slider", name="Epoch", exact=True).press("End")
    until(page, lambda: session.epoch == 20)
    agree(page, session)
    expected = session.dataset["exact_accuracy_history"].isel(epoch=20).mean("seed")
    np.testing.assert_allclose(cells(page)["number"], expected.values.ravel(), rtol=1e-6)


def test_a_slider_trains_the_whole_grid_again(explorer):
    page, session = explorer
    before, dataset = session.picture, session.dataset
    slider = page.get_by_role("slider", name="Rows").first
    slider.focus()
    slider.press("ArrowLeft")
    settle(page, session, before)
    assert session.num_samples == 480 and session.dataset is not dataset
    assert cells(page)["number"][30] == pytest.approx(float(session.picture.value.ravel()[30]))


def test_a_click_on_a_cell_opens_its_model_and_hover_shows_in_both(explorer, served):
    page, session = explorer
    agree(page, session)
    box = page.locator(".bk-Figure").first.bounding_box()
    inner, _ = session.pictures.figures
    x = box["x"] + box["width"] - inner.inner_width * 0.5 - 50
    y = box["y"] + inner.inner_height * 5 / 6
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    inspected = """() => Bokeh.documents.flatMap((d) => [...d._all_models.values()])
      .find((model) => model.name === "cells").inspected.indices"""
    page.wait_for_function(f"({inspected})().length === 1")
    (index,) = page.evaluate(inspected)
    count = len(served[2])
    page.mouse.click(x, y)
    for _ in range(100):
        if len(served[2]) > count:
            break
        page.wait_for_timeout(50)
    settings = served[2][-1]
    where = cells(page)["where"][index]
    assert where == f"{settings['gate']}, noise level {settings['noise_level']:g}" and settings["gate"] == "XOR"
    runs = session.dataset["exact_accuracy"].sel(gate="XOR", noise_level=settings["noise_level"])
    assert runs.sel(seed=settings["seed"]).item() == np.sort(runs)[(len(runs) - 1) // 2]


def test_a_model_opens_by_button_too(explorer, served):
    page, session = explorer
    count = len(served[2])
    page.get_by_role("button", name="Open this model").press("Enter")
    for _ in range(100):
        if len(served[2]) > count:
            break
        page.wait_for_timeout(50)
    assert (served[2][-1]["gate"], served[2][-1]["noise_level"]) == ("AND", 0.0)


def test_a_long_run_shows_progress_and_stops_at_once(explorer):
    page, session = explorer
    session._session.carry(lambda: session.param.update(seed_count=20_000))
    page.get_by_role("button", name="Train", exact=True).click(timeout=SOON)
    page.get_by_role("button", name="Cancel").click(timeout=SOON)
    page.get_by_text("Cancelled").wait_for(timeout=SOON)
    assert session.picture.n_models < 20_000 and session.trainer.current is None


@pytest.mark.parametrize(("width", "height"), [(390, 844), (3840, 2160)])
def test_phone_and_wall_never_scroll_sideways(page, served, width, height):
    opened = page(served[0], width=width, height=height)
    opened.get_by_text("trained in").wait_for(timeout=SOON)
    opened.wait_for_timeout(1000)
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    opened.goto("about:blank")


def test_a_phone_has_the_comparisons_as_a_menu(page, served):
    opened = page(served[0], width=390, height=844)
    opened.get_by_text("1,260 models").wait_for(timeout=SOON)
    choose(opened, "Comparison", COMPARISONS["samples"].title)
    opened.get_by_text(COMPARISONS["samples"].question).wait_for(timeout=SOON)
    opened.get_by_text("4,620 models").wait_for(timeout=SOON)
    expect(opened.get_by_role("combobox", name="Comparison")).to_have_text(COMPARISONS["samples"].title, timeout=SOON)
    opened.goto("about:blank")


def test_a_finger_reads_a_cell_by_its_first_tap_and_opens_it_by_the_second(page, served):
    opened = page(served[0], width=390, height=844, has_touch=True, is_mobile=True)
    opened.get_by_text("tap to read, tap again to open").wait_for(timeout=SOON)
    session, count = served[1][-1], len(served[2])
    agree(opened, session)
    index = 21 + 9
    opened.touchscreen.tap(*place(opened, "heatmap", index))
    expect(opened.get_by_text(cells(opened)["where"][index], exact=True)).to_be_visible(timeout=SOON)
    expect(control(opened, "combobox", "gate")).to_have_text("OR", timeout=SOON)
    assert len(served[2]) == count
    opened.touchscreen.tap(*place(opened, "heatmap", index))
    until(opened, lambda: len(served[2]) > count)
    assert (served[2][-1]["gate"], served[2][-1]["noise_level"]) == ("OR", 0.45)
    opened.goto("about:blank")


def test_two_quick_taps_read_a_cell_and_open_it(page, served):
    opened = page(served[0], width=390, height=844, has_touch=True, is_mobile=True)
    opened.get_by_text("tap to read, tap again to open").wait_for(timeout=SOON)
    count, cell = len(served[2]), place(opened, "heatmap", 21 + 12)
    for _ in range(2):
        opened.touchscreen.tap(*cell)
    until(opened, lambda: len(served[2]) > count)
    assert (served[2][-1]["gate"], served[2][-1]["noise_level"]) == ("OR", 0.6)
    opened.goto("about:blank")


def test_what_something_means_is_said_by_pointer_keyboard_and_finger(explorer, page, served):
    wide, _ = explorer
    tip = wide.get_by_role("tooltip")
    wide.get_by_text("Bayes limit").first.hover()
    expect(tip).to_have_text(EXPLANATIONS["bayes_accuracy"].sentence)
    control(wide, "slider", "Rows").hover()
    expect(tip).to_have_text(re.compile("^Rows drawn for a model"))
    wide.get_by_text("Bayes limit").first.focus()
    wide.keyboard.press("Tab")
    expect(tip).to_have_text(EXPLANATIONS["best_linear_accuracy"].sentence)
    wide.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    phone = page(served[0], width=390, height=844, has_touch=True, is_mobile=True)
    phone.get_by_text("Bayes limit").first.tap(timeout=SOON)
    expect(phone.get_by_role("tooltip")).to_have_text(EXPLANATIONS["bayes_accuracy"].sentence)
    phone.goto("about:blank")
