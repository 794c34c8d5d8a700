"""From a cell to its model in a real browser: finished sweeps, the live grid, Back, and what the pointer is on."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from PIL import Image
from playwright.sync_api import Page, expect

import gatesweep as gs
from benchmarks.served import served
from gatesweep.store import open_store
from tests.ui.explorer_pages import (
    FIND,
    SOON,
    cells,
    choose,
    click_cell,
    control,
    go,
    lab_shows,
    place,
    point_at,
    query_of,
    shows,
    until,
)

LINK = "?view=explorer&noise_level=0.1,0.9&noise_count=5&seed_count=7&num_samples=60"
BASE = {
    "gate": ("AND", "OR", "XOR"),
    "noise_level": (0.1, 0.3, 0.5, 0.7, 0.9),
    "seed": range(7),
    "num_samples": 60,
}
ACCENT = (0xD5, 0x5E, 0x00)
"""The colour around what the pointer is on."""


def seed_of(runs: xr.DataArray, pick: np.ufunc = np.median) -> int:
    """The first seed of the median, highest or lowest of an odd number of runs."""
    values = runs.values.astype(float)
    return int(runs["seed"].values[np.flatnonzero(values == pick(values))[0]])


# Finished sweeps


@contextmanager
def opening(page: Callable[[str], Page], file: Path) -> Iterator[Page]:
    """A page of `gatesweep serve FILE`; it is left before the server goes."""
    with served(file) as (url, _):
        opened = page(url)
        try:
            yield opened
        finally:
            opened.goto("about:blank")


def test_a_finished_sweep_of_a_million_models(tmp_path_factory, page):
    path = tmp_path_factory.mktemp("million") / "sweep.zarr"
    gs.sweep(noise_level=np.linspace(0, 1, 101), seed=range(3301), num_samples=50, out=path)
    dataset = open_store(path)
    assert dataset["status"].size == 1_000_203 and (dataset["status"] >= 0).all()
    with opening(page, path) as opened:
        expect(opened.get_by_text("1,000,203 models of a finished sweep")).to_be_visible(timeout=SOON)
        opened.wait_for_function(f"() => ({FIND})('cells').data.number.length === 303", timeout=SOON)
        shows(opened, dataset["exact_accuracy"].astype(float).median("seed"))
        index = 2 * 101 + 37
        assert cells(opened)["where"][index] == "XOR, noise level 0.37"
        click_cell(opened, index)
        opened.wait_for_url(re.compile(r"gate=XOR"), timeout=SOON)
        cell = dataset.isel(gate=2, noise_level=37)
        seed = seed_of(cell["exact_accuracy"])
        asked = query_of(opened)
        assert (asked["noise_level"], int(asked["seed"]), asked["num_samples"]) == ("0.37", seed, "50")
        lab_shows(opened, cell["weight"].sel(seed=seed))
        opened.go_back()
        expect(opened.get_by_text("1,000,203 models of a finished sweep")).to_be_visible(timeout=SOON)
        shows(opened, dataset["exact_accuracy"].astype(float).median("seed"))


def test_a_netcdf_file_opens_too(tmp_path, page):
    path = tmp_path / "sweep.nc"
    grid = {"gate": ("XNOR", "NAND"), "noise_level": (0.15, 0.45), "seed": (3, 11, 12), "C": (0.2, 3.0, 50.0)}
    gs.sweep(**grid, num_samples=120, features="interaction", out=path)
    with opening(page, path) as opened, xr.open_dataset(path) as stored:
        dataset = stored.load()
        expect(opened.get_by_text("36 models of a finished sweep")).to_be_visible(timeout=SOON)
        opened.wait_for_function(f"() => ({FIND})('cells').data.number.length === 12", timeout=SOON)
        shows(opened, dataset["exact_accuracy"].astype(float).median("seed").transpose("gate", "C", "noise_level"))
        click_cell(opened, index=1 * 6 + 2 * 2 + 1)
        opened.wait_for_url(re.compile(r"gate=NAND"), timeout=SOON)
        cell = dataset.sel(gate="NAND", C=50, noise_level=0.45)
        seed, asked = seed_of(cell["exact_accuracy"]), query_of(opened)
        assert (asked["C"], asked["noise_level"], int(asked["seed"])) == ("50.0", "0.45", seed)
        lab_shows(opened, cell["weight"].sel(seed=seed))


# The live grid


OPENED = {
    "median": ("", {}, "exact_accuracy", "median run", np.median),
    "best": ("&solver=adam&epochs=5&features=interaction", {"solver": "adam", "epochs": 5, "features": "interaction"},
             "exact_accuracy", "best run", np.max),
    "best of a loss": ("&C=0.3", {"C": 0.3}, "test_loss", "best run", np.min),
    "worst": ("&solver=sgd&learning_rate=0.2", {"solver": "sgd", "learning_rate": 0.2}, "test_accuracy", "worst run",
              np.min),
    "of a link": ("&train_seed=7&split=stratified&C=30.0", {"train_seed": 7, "split": "stratified", "C": 30.0},
                  "exact_accuracy", "median run", np.median),
}  # fmt: skip
"""A link, its grid, a measure, the run on the screen, and what picks it."""


@pytest.mark.parametrize("name", OPENED)
def test_a_click_opens_that_very_model_and_back_returns(explorer, name):
    link, grid, measure, run, pick = OPENED[name]
    page, gate, level = explorer, 1 if name == "best" else 2, 3
    go(page, f"{LINK}{link}&measure={measure}&x=gate&y=noise_level")
    dataset = gs.sweep(**(BASE | grid))
    expected = dataset[measure].astype(float).median("seed").transpose("noise_level", "gate")
    shows(page, expected)
    choose(page, "Run", run)
    page.wait_for_timeout(1000)  # until the address line has followed: Back shall not lead to before
    before, where = query_of(page), cells(page)["where"]
    assert f"{before.get('run', 'median')} run" == run
    assert where[level * 3 + gate] == f"noise level 0.7, {('AND', 'OR', 'XOR')[gate]}"
    click_cell(page, level * 3 + gate)
    page.wait_for_url(lambda url: "view=explorer" not in url, timeout=SOON)
    cell, asked = dataset.isel(gate=gate, noise_level=level), query_of(page)
    seed = seed_of(cell[measure], pick)
    assert (asked["gate"], asked["noise_level"], int(asked["seed"])) == (cell["gate"].item(), "0.7", seed)
    alone = gs.sweep(gate=asked["gate"], noise_level=0.7, seed=seed, num_samples=60, **grid)
    lab_shows(page, alone["weight"].squeeze())
    np.testing.assert_allclose(alone["weight"].squeeze(), cell["weight"].sel(seed=seed), rtol=2e-3, atol=2e-3)

    page.go_back()
    page.wait_for_url(lambda url: "view=explorer" in url, timeout=SOON)
    expect(control(page, "combobox", "Across")).to_have_text("gate", timeout=SOON)
    expect(control(page, "combobox", "Down")).to_have_text("noise level")
    expect(control(page, "combobox", "Run")).to_have_text(run)
    shows(page, expected)
    assert query_of(page) == before and cells(page)["where"] == where


def test_a_model_is_opened_by_its_menus_and_the_button(explorer):
    page = explorer
    go(page, LINK + "&compare=C&compare_values=0.1,10&y=C&panel=gate")
    dataset = gs.sweep(**(BASE | {"C": (0.1, 10)}))
    shows(page, dataset["exact_accuracy"].astype(float).median("seed").transpose("gate", "C", "noise_level"))
    expect(control(page, "combobox", "C")).to_be_visible()
    for name, option in (("gate", "OR"), ("C", "10"), ("noise level", "0.5"), ("Run", "worst run")):
        choose(page, name, option)
    page.get_by_role("button", name="Open this model").click()
    page.wait_for_url(re.compile("gate=OR"), timeout=SOON)
    cell = dataset.sel(gate="OR", C=10, noise_level=0.5)
    seed = seed_of(cell["exact_accuracy"], np.min)
    assert (query_of(page)["C"], int(query_of(page)["seed"])) == ("10.0", seed)
    lab_shows(page, cell["weight"].sel(seed=seed))


def test_a_click_on_a_point_of_the_curves_opens_that_one_and_not_its_neighbour(explorer):
    page = explorer
    go(page, LINK + "&compare=C&compare_values=0.1,10&y=C&panel=gate&measure=test_loss")
    dataset = gs.sweep(**(BASE | {"C": (0.1, 10)}))
    shows(page, dataset["test_loss"].astype(float).median("seed").transpose("gate", "C", "noise_level"))
    for gate, level in np.ndindex(3, 5):
        first, second = (place(page, "curves", gate * 10 + row * 5 + level) for row in range(2))
        if 4 < abs(first[1] - second[1]) < 9:
            break
    else:
        raise AssertionError("no two points are near each other")
    index = gate * 10 + 5 + level
    point_at(page, index, "curves")
    until(page, lambda: index in page.evaluate(f"Array.from(({FIND})('cells').inspected.indices)"))
    page.mouse.click(*place(page, "curves", index))
    page.wait_for_url(lambda url: "view=explorer" not in url, timeout=SOON)
    opened = query_of(page)
    assert (opened.get("gate", "AND"), opened["C"]) == (dataset["gate"].values[gate], "10.0")


# What the pointer is on


def accents(page: Page, x: float, y: float) -> int:
    """Pixels around a place that have the colour of what the pointer is on."""
    shot = page.screenshot(clip={"x": x - 40, "y": y - 40, "width": 80, "height": 80})
    pixels = np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)
    return int((np.abs(pixels - ACCENT).max(-1) < 12).sum())


@pytest.mark.parametrize(("here", "there"), [("heatmap", "curves"), ("curves", "heatmap")])
def test_the_pointer_shows_one_cell_in_both_pictures(explorer, here, there):
    page = explorer
    go(page, LINK)
    shows(page, gs.sweep(**BASE)["exact_accuracy"].astype(float).median("seed"))
    shown = cells(page)
    for index in (1, 5 + 3):
        page.mouse.move(700, 25)
        until(page, lambda: not page.evaluate(f"({FIND})('cells').inspected.indices.length"))
        x, y = place(page, there, index)
        before = accents(page, x, y)
        point_at(page, index, here)
        until(page, lambda index=index: page.evaluate(f"Array.from(({FIND})('cells').inspected.indices)") == [index])
        expect(page.get_by_text(shown["where"][index], exact=True)).to_be_visible()
        expect(page.get_by_text(f"{shown['number'][index]:.3f}", exact=True)).to_be_visible()
        expect(page.get_by_text(f"{shown['low'][index]:.3f} to {shown['high'][index]:.3f}")).to_be_visible()
        until(page, lambda x=x, y=y, before=before: accents(page, x, y) > before + 20)
