"""Long and quick runs of the Explorer in a real browser: estimate, progress, Cancel, and stale work that is dropped."""

import re

import numpy as np
import pytest
import xarray as xr
from playwright.sync_api import Locator, Page, expect

import gatesweep as gs
from tests.ui.explorer_pages import (
    FIND,
    SOON,
    cells,
    choose,
    control,
    go,
    is_near,
    shows,
    slide,
)

GRID = "?view=explorer&noise_count=101"
LINK = f"{GRID}&seed_count=2"
LEVELS = tuple(round(0.01 * i, 2) for i in range(101))
LONG = {"solver": "sgd", "epochs": 100, "num_samples": 1000}
"""With 200 seeds: 60,600 models of which the first ones take seconds."""
RECORD = f"""() => {{
  const cells = ({FIND})("cells")
  window.painted = []
  window.recorded ??= cells.properties.data.change.connect(() => window.painted.push(Array.from(cells.data.number)))
}}"""


@pytest.fixture
def page(explorer) -> Page:
    """The Explorer, with every change of its numbers in `window.painted`."""
    explorer.evaluate(RECORD)
    return explorer


def middle(seeds: int, **grid) -> np.ndarray:
    dataset = gs.sweep(noise_level=LEVELS, seed=range(seeds), **grid)
    return dataset["exact_accuracy"].astype(float).median("seed").values


def painted(page: Page) -> list[list[float]]:
    """All numbers that the pictures have had since the last call, in order."""
    return page.evaluate("window.painted.splice(0)")


def test_of_quick_moves_only_the_last_stays(page):
    go(page, f"{GRID}&seed_count=20")
    wanted = [middle(20, num_samples=n) for n in range(500, 640, 20)]
    shows(page, wanted[0])
    painted(page)
    slide(page, "Rows", *["ArrowRight"] * 6)
    shows(page, wanted[-1])
    page.wait_for_timeout(2000)
    frames = painted(page)
    steps = [next((i for i, numbers in enumerate(wanted) if is_near(frame, numbers)), None) for frame in frames]
    assert None not in steps, "a frame shows no grid that was asked for"
    assert steps == sorted(steps) and steps[-1] == 6
    shows(page, wanted[-1])


def test_a_slow_run_that_was_overtaken_is_not_shown_any_more(page):
    go(page, f"{GRID}&seed_count=2&solver=sgd")
    shows(page, middle(2, solver="sgd"))
    painted(page)
    slide(page, "Seeds", "End", "Home")
    last = middle(1, solver="sgd")
    shows(page, last)
    page.wait_for_timeout(3000)
    # What its first seeds give may be there before the other one is asked for; never after.
    frames = [is_near(frame, last) for frame in painted(page)]
    assert any(frames) and all(frames[frames.index(True) :])
    expect(page.get_by_text("303 models trained in")).to_be_visible()


def bar(page: Page) -> Locator:
    return page.locator(".gs-controls").get_by_role("progressbar")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def prepare_long_run(page: Page) -> xr.Dataset:
    """Show one seed and ask for 200; returns what is shown."""
    go(page, f"{GRID}&seed_count=1&num_samples=1000&solver=sgd&epochs=100")
    dataset = gs.sweep(noise_level=LEVELS, seed=range(1), **LONG)
    shows(page, dataset["exact_accuracy"])
    expect(button(page, "Train")).to_be_hidden()
    slide(page, "Seeds", "End")
    return dataset


def test_a_long_run_says_its_price_and_waits(page):
    dataset = prepare_long_run(page)
    price = page.get_by_text(re.compile(r"60,600 models, ([\d.]+)\sMB, about \d"))
    expect(price).to_be_visible(timeout=SOON)
    size = sum(v.nbytes * (200 if "seed" in v.dims else 1) for v in dataset.variables.values()) / 1e6
    said = re.search(r"models, ([\d.]+)\sMB, about ([\d.]+)\s(s|min)", price.inner_text())
    assert float(said[1]) == pytest.approx(size, abs=0.1) and float(said[2]) > 0
    expect(button(page, "Train")).to_be_visible()
    expect(bar(page)).to_be_hidden()
    shows(page, dataset["exact_accuracy"])


def test_a_long_run_can_be_cancelled_from_its_start(page):
    prepare_long_run(page)
    button(page, "Train").click(timeout=SOON)
    expect(button(page, "Cancel")).to_be_visible(timeout=SOON)
    said = page.get_by_text(re.compile(r"^[\d,]+ of 60,600 models")).all_inner_texts()
    button(page, "Cancel").click()
    expect(page.get_by_text("Cancelled; the last picture stays.")).to_be_visible(timeout=SOON)
    assert not said or said[0].startswith("0 "), f"before Cancel was there: {said[0]}"


def test_a_long_run_shows_its_progress_lets_the_page_answer_and_stops(page):
    dataset = prepare_long_run(page)
    go(page, f"{GRID}&seed_count=1600&num_samples=1000&solver=sgd&epochs=100")
    button(page, "Train").click(timeout=SOON)
    running = page.get_by_text(re.compile(r"^[1-9][\d,]* of 484,800 models, [\d,]+ a second, [\d.]+\s(s|min) left$"))
    expect(running).to_be_visible(timeout=SOON)
    expect(bar(page)).to_be_visible()
    done = int(running.inner_text().split(" of ")[0].replace(",", ""))
    assert 0 < done < 484_800
    assert float(bar(page).get_attribute("aria-valuenow")) == pytest.approx(done / 4_848, abs=5)
    choose(page, "Measure", "train accuracy")
    shows(page, dataset["train_accuracy"])
    expect(button(page, "Cancel")).to_be_visible()

    before = cells(page)["number"]
    painted(page)
    button(page, "Cancel").click()
    expect(page.get_by_text("Cancelled; the last picture stays.")).to_be_visible(timeout=SOON)
    expect(bar(page)).to_be_hidden()
    expect(button(page, "Cancel")).to_be_hidden()
    page.wait_for_timeout(1500)
    expect(page.get_by_text("Cancelled; the last picture stays.")).to_be_visible()
    assert cells(page)["number"] == before and not painted(page)

    button(page, "Train").click()
    expect(running).to_be_visible(timeout=SOON)
    button(page, "Cancel").click()
    # The one worker is free at once: a small run need not wait for the minutes that the long one had left.
    slide(page, "Seeds", "Home")
    expect(page.get_by_text("303 models trained in")).to_be_visible(timeout=20_000)
    expect(control(page, "combobox", "Measure")).to_have_text("train accuracy")
    shows(page, dataset["train_accuracy"])
