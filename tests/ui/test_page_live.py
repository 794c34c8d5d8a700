"""The page that trains, in Chromium, from disk and offline: its engine, its controls, its population."""

import html
import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

import gatesweep as gs
from gatesweep.app.address import read_query, to_query
from gatesweep.app.explorer.state import LINKED, SLICES, ExplorerState, slice_of
from gatesweep.app.lab.own import Own
from gatesweep.app.lab.state import SETTINGS, VIEW
from gatesweep.experiment import Experiment
from gatesweep.grids.model import Rows
from gatesweep.lessons import COMPARISONS, LESSONS
from gatesweep.page.export import render
from gatesweep.tables.labelled import BUILT_IN, built_in
from tests.page_cases import ENGINE, model_cases, swept
from tests.test_app_lab_network import NET
from tests.test_app_lab_plain import run
from tests.ui.axe import barriers
from tests.ui.export_oracle import assert_same_boundary
from tests.ui.page_probe import accuracy, drawn, opened, slide, summary

MAX_BYTES = 1_500_000
STRICT = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("live") / "lecture.html"
    path.write_text(render([]), encoding="utf-8")
    return path


@pytest.fixture
def live(page: Callable[..., Page], file: Path) -> Callable[..., Page]:
    """Opens the page from disk with the network off; a worker made of its own text is all it may ask for."""
    asked = []

    def open_page(link: str = "", **options) -> Page:
        visited = page(None, offline=True, **options)
        visited.on("request", lambda request: asked.append(request.url.split("#")[0].split("?")[0]))
        visited.goto(file.as_uri() + link)
        return opened(visited)

    yield open_page
    assert {url for url in asked if not url.startswith("blob:")} == {file.as_uri()}


def test_size(file: Path) -> None:
    assert file.stat().st_size <= MAX_BYTES


def test_chromium_s_engine_is_the_big_one_s(page: Callable[..., Page]) -> None:
    opened, cases = page("about:blank"), model_cases(300)
    found = json.loads(opened.evaluate(f"(cases) => {{ {ENGINE} return JSON.stringify(cases.map(modelOf)); }}", cases))
    for case, one in zip(cases, found, strict=True):
        model = swept(json.dumps(case))
        if one["status"] == "separable" and case["solver"] == "newton":
            continue
        params = [*model.weight.values.ravel(), float(model.intercept)]
        tolerance = 1e-8 if case["solver"] == "newton" else 1e-5
        np.testing.assert_allclose(one["params"], params, rtol=tolerance, atol=tolerance, err_msg=str(case))


def test_every_control_trains_the_model_of_the_engine(live) -> None:
    page = live()
    rows = Rows.of(Experiment.of(gate="AND", noise_level=0.05, seed=42, dtype="float64"))
    last = len(rows.fit(rows.origin).model.params) - 1
    told = f"AND gate, noise level 0.05, 500 rows, step {last} of {last}. 0 rows misclassified."
    expect(summary(page)).to_contain_text(told)
    page.get_by_role("combobox", name="Gate").select_option("OR")
    page.get_by_role("button", name="1 0 → 1").click()
    expect(page.get_by_role("combobox", name="Gate")).to_have_value("X2")
    page.get_by_role("combobox", name="Gate").select_option("IMPLY")
    slide(page, "noise_level", 37)
    seed = page.get_by_role("spinbutton", name="Seed", exact=True)
    seed.fill("6")
    seed.press("Enter")
    page.get_by_role("button", name="New draw").click()
    page.get_by_text("Training", exact=True).first.click()
    slide(page, "C", 8)
    settings = {"gate": "IMPLY", "noise_level": 0.37, "seed": 7, "C": 10.0}
    model = gs.sweep(**settings, dtype="float64").squeeze()
    assert_same_boundary(drawn(page, "boundary", "boundary"), model.weight.values, float(model.intercept))
    for part in ("train", "test", "exact"):
        assert accuracy(page, part) == pytest.approx(100 * float(model[f"{part}_accuracy"]), abs=0.0501)

    page.get_by_role("combobox", name="Solver").select_option(label="Adam")
    page.get_by_role("radio", name="x₁, x₂, x₁x₂").check(force=True)
    slide(page, "epochs", 3)
    page.get_by_role("combobox", name="First weights").select_option(label="B: nn.Linear")
    settings |= {"solver": "adam", "features": "interaction", "epochs": 10, "init": "linear"}
    model = gs.sweep(**settings, dtype="float64", record="epoch").squeeze()
    expect(page.get_by_role("slider", name="Epoch", exact=True)).to_have_value("10")
    np.testing.assert_allclose(drawn(page, "loss", "train")["train"], model.train_loss_history, rtol=1e-6)
    page.get_by_role("slider", name="Epoch", exact=True).fill("4")
    weight = model.weight_history.sel(epoch=4).transpose("feature").values
    assert_same_boundary(drawn(page, "boundary", "boundary"), weight, float(model.intercept_history.sel(epoch=4)))


def test_two_hundred_seeds_their_lines_and_the_worst_of_them(live) -> None:
    page = live("#gate=XOR&noise_level=0.2&cloud=true")
    expect(page.get_by_role("checkbox", name="200 seeds")).to_be_checked()
    sweep = gs.sweep(gate="XOR", noise_level=0.2, seed=range(200), dtype="float64").squeeze()
    expected = np.histogram(sweep.exact_accuracy, np.linspace(0, 1, 41))[0]
    page.wait_for_function("() => document.querySelector('html[data-ready]')")
    found = eventually(lambda: drawn(page, "seeds", "seeds")["top"], sum)
    np.testing.assert_array_equal(found, expected)
    assert len(drawn(page, "boundary", "others")["xs"]) == 200
    page.get_by_role("button", name="Worst").click()
    worst = float(sweep.exact_accuracy.min())
    expect(page.locator("#scores tr.exact td").last).to_have_text(f"{worst:.1%}")


def eventually(look: Callable[[], Any], is_there: Callable[[Any], object]) -> Any:
    """What `look` gives once it is there: each look waits for frames of the browser, 2,000 of them at most."""
    for _ in range(500):
        if is_there(found := look()):
            return found
    raise AssertionError("it never came")


def test_the_worst_of_the_others_is_offered_when_all_are_trained(live) -> None:
    page = live("#gate=XOR&hidden_units=8&solver=adam&epochs=100")
    worst = page.get_by_role("button", name="Worst")
    expect(worst).to_be_disabled()
    expect(worst).to_have_attribute("title", "When the 200 seeds are trained")
    page.goto(page.url.split("#")[0] + "#gate=XOR&hidden_units=0&solver=newton&noise_level=0.3")
    expect(worst).to_be_enabled()
    expect(worst).to_have_attribute("title", "")


def test_what_is_not_in_view_is_drawn_when_the_page_rests(live) -> None:
    page = live("#solver=sgd&epochs=200&epoch=0", width=390, height=844)
    loss, epoch = page.locator("#loss"), page.get_by_role("slider", name="Epoch", exact=True)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.getElementById('epoch').value >= 3 && document.getElementById('loss').ariaBusy")
    page.get_by_role("button", name="Pause").click()
    for chart in loss, page.locator("#seeds"):
        expect(chart).not_to_have_attribute("aria-busy", "true")
        expect(chart).not_to_be_in_viewport()
    assert drawn(page, "loss", "epoch shown")["x"] == [int(epoch.input_value())]
    assert sum(drawn(page, "seeds", "seeds")["top"]) == 200


def test_by_hand_scores_follow_the_weights_and_training_starts_there(live) -> None:
    page = live("?by_hand=true&gate=XOR&noise_level=0.2&w1=1&w2=1&intercept=-0.5")
    expect(page.get_by_role("checkbox", name="Set the weights by hand")).to_be_checked()
    assert_same_boundary(drawn(page, "boundary", "boundary"), np.array([1.0, 1.0]), -0.5)
    assert len(drawn(page, "boundary", "grips")["x1"]) == 2
    expected = float(gs.theory.exact_accuracy([1, 1], -0.5, "XOR", 0.2))
    expect(page.locator("#scores tr.exact td").last).to_have_text(f"{expected:.1%}")
    page.get_by_role("slider", name="intercept").fill("-1.5")
    assert_same_boundary(drawn(page, "boundary", "boundary"), np.array([1.0, 1.0]), -1.5)
    page.get_by_role("button", name="Let it learn from here").click()
    expect(page.get_by_role("checkbox", name="Set the weights by hand")).not_to_be_checked()
    page.keyboard.press("Home")
    assert_same_boundary(drawn(page, "boundary", "boundary"), np.array([1.0, 1.0]), -1.5)
    page.keyboard.press("End")
    model = gs.sweep(gate="XOR", noise_level=0.2, seed=42, dtype="float64").squeeze()
    assert_same_boundary(drawn(page, "boundary", "boundary"), model.weight.values, float(model.intercept))


def places(page: Page) -> Callable[[float, float], tuple[float, float]]:
    """Where on the screen a point of the plane is."""
    frame = page.evaluate(
        "() => { const {left, top, width, height} = Object.values(Bokeh.index).map((view) => view)"
        ".find((view) => view.el.closest('#boundary')).frame.bbox; return {left, top, width, height}; }"
    )
    box = page.locator("#boundary").bounding_box()

    def place(x1: float, x2: float) -> tuple[float, float]:
        x = box["x"] + frame["left"] + (x1 + 1) / 3 * frame["width"]
        return x, box["y"] + frame["top"] + (2 - x2) / 3 * frame["height"]

    return place


def test_a_grip_that_is_dragged_turns_the_line(live) -> None:
    page = live("#by_hand=true&w1=4&w2=4&intercept=-4")
    place = places(page)
    grips = drawn(page, "boundary", "grips")
    page.mouse.move(*place(grips["x1"][0], grips["x2"][0]))
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(*place(grips["x1"][0], grips["x2"][0] - 0.1 * step))
    page.mouse.up()
    line = drawn(page, "boundary", "boundary")
    moved = np.array([grips["x1"][0], grips["x2"][0] - 0.5])
    ends = np.array([line["x1"], line["x2"]]).T
    along = ends[1] - ends[0]
    off = moved - ends[0]
    assert abs(along[0] * off[1] - along[1] * off[0]) / np.hypot(*along) < 0.05


def test_the_threshold_moves_the_boundary_and_the_confusion_matrix(live) -> None:
    page = live("#gate=OR&noise_level=0.5")
    page.get_by_role("radio", name="Errors").check(force=True)

    def counts() -> list[int]:
        return [int(page.locator(f"#confusion-{label}{answer}").inner_text()) for label in (0, 1) for answer in (0, 1)]

    model = gs.sweep(gate="OR", noise_level=0.5, seed=42, dtype="float64").squeeze()
    assert sum(counts()) == 100
    assert (counts()[0] + counts()[3]) / 100 == pytest.approx(float(model.test_accuracy))
    page.get_by_role("slider", name="Threshold").fill("0.9")
    assert counts()[0] + counts()[2] > 50
    shift = float(model.intercept) - np.log(0.9 / 0.1)
    assert_same_boundary(drawn(page, "boundary", "boundary"), model.weight.values, shift)


def test_the_threshold_stands_beside_the_s_curve_too(live) -> None:
    page = live("#gate=OR&noise_level=0.5&picture=s_curve")
    page.get_by_role("slider", name="Threshold").fill("0.9")
    expect(summary(page)).to_contain_text("at threshold 0.9")
    page.get_by_role("radio", name="Plane").check(force=True)
    expect(page.get_by_role("slider", name="Threshold")).to_be_hidden()


def test_reset_leads_back_to_the_lesson_or_the_comparison(live) -> None:
    page = live("#lesson=3")
    reset, noise = page.get_by_role("button", name="Reset"), page.locator("#value-noise_level")
    expect(page.locator("#question")).to_have_text(LESSONS[2].question)
    expect(reset).to_be_hidden()
    before = noise.input_value()
    slide(page, "noise_level", 77)
    page.keyboard.press("a")
    reset.click()
    expect(noise).to_have_value(before)
    expect(reset).to_be_hidden()
    page.keyboard.press("v")
    expect(reset).to_be_hidden()
    page.get_by_role("combobox", name="Measure").select_option("test_accuracy")
    reset.click()
    expect(page.get_by_role("combobox", name="Measure")).to_have_value("exact_accuracy")


def test_the_loss_surface_has_the_path_of_training(live) -> None:
    page = live("#gate=AND&noise_level=0.2&solver=sgd")
    page.get_by_role("radio", name="Loss surface").check(force=True)
    model = gs.sweep(gate="AND", noise_level=0.2, seed=42, solver="sgd", dtype="float64", record="epoch").squeeze()
    page.get_by_role("combobox", name="Parameters").select_option(label="w₁, intercept")
    path = drawn(page, "valley", "path")
    np.testing.assert_allclose(path["x"], model.weight_history.isel(feature=0), rtol=1e-5)
    np.testing.assert_allclose(path["y"], model.intercept_history, rtol=1e-5)
    here = drawn(page, "valley", "here")
    assert here["x"][0] == pytest.approx(float(model.weight_history.isel(feature=0, epoch=-1)), rel=1e-5)


@pytest.mark.parametrize("preset", ["three_gates", "interaction"])
def test_a_comparison_s_map_is_the_sweep_s(live, preset: str) -> None:
    page = live(f"#view=explorer&preset={preset}")
    expect(page.locator("#question")).to_have_text(COMPARISONS[preset].question)
    expect(page.locator("#about")).to_contain_text("models trained in", timeout=90_000)
    levels, grid = [round(0.05 * i, 2) for i in range(21)], {"seed": range(20), "dtype": "float64"}
    if preset == "interaction":
        sweep = gs.sweep(gate=("AND", "XOR"), noise_level=levels, features=("linear", "interaction"), **grid)
        expected = sweep.exact_accuracy.median("seed").transpose("gate", "features", "noise_level")
    else:
        expected = gs.sweep(noise_level=levels, **grid).exact_accuracy.median("seed").transpose("gate", "noise_level")
    cells = drawn(page, "heatmap", "cells")["value"]
    np.testing.assert_allclose(np.reshape(cells, expected.shape), expected, atol=1e-5)


def test_hidden_units_are_a_map_s_rows(live) -> None:
    page = live(
        "#view=explorer&gate=XOR&solver=adam&learning_rate=0.1&epochs=5&compare=hidden_units&compare_values=2,4"
        "&y=hidden_units&noise_count=3&seed_count=3&measure=train_loss"
    )
    expect(page.locator("#about")).to_contain_text("18 models trained in", timeout=90_000)
    grid = {"noise_level": [0, 0.5, 1], "seed": range(3), "hidden_units": (2, 4), "dtype": "float64"}
    sweep = gs.sweep(gate="XOR", solver="adam", learning_rate=0.1, epochs=5, **grid)
    expected = sweep.train_loss.median("seed").squeeze("gate").transpose("hidden_units", "noise_level")
    cells = drawn(page, "heatmap", "cells")["value"]
    np.testing.assert_allclose(np.reshape(cells, expected.shape), expected, atol=1e-4)
    page.get_by_role("button", name="Open this model").click()
    expect(page.get_by_role("slider", name="Hidden neurons")).to_have_value("2")


def test_a_network_its_pictures_and_its_other_starts(live) -> None:
    page = live(
        "#gate=XOR&noise_level=0.1&hidden_units=2&solver=adam&learning_rate=0.1&epochs=5&others=init_seed&init_seed=3"
    )
    sweep = gs.sweep(
        gate="XOR", noise_level=0.1, seed=42, hidden_units=2, solver="adam", learning_rate=0.1, epochs=5,
        init_seed=range(200), dtype="float64",
    ).squeeze()  # fmt: skip
    lines = drawn(page, "boundary", "neurons")
    assert len(lines["xs"]) == 2
    for unit, (x1, x2) in enumerate(zip(lines["xs"], lines["ys"], strict=True)):
        own = sweep.sel(init_seed=3).isel(unit=unit)
        sums = own.hidden_weight.values @ np.array([x1[:2], x2[:2]], dtype=float) + float(own.hidden_intercept)
        np.testing.assert_allclose(sums, 0, atol=1e-4)
    expected = np.histogram(sweep.exact_accuracy, np.linspace(0, 1, 41))[0]
    found = eventually(lambda: drawn(page, "seeds", "seeds")["top"], sum)
    # Accuracies that agree to 1e-5 may still part at the edge of a bar.
    assert np.abs(np.array(found) - expected).sum() <= 4
    for name, figure in (("Neuron", "neuron"), ("S-curve", "s_curve"), ("Hidden", "hidden")):
        page.get_by_role("radio", name=name, exact=True).check(force=True)
        page.wait_for_function(
            "name => Bokeh.documents.some((one) => one.roots().some((root) => root.name === name))", arg=figure
        )
        expect(page.locator(f"#{figure}")).to_be_visible()
    assert len(drawn(page, "hidden", "rows")["a"]) == 500
    assert drawn(page, "neuron", "working")["text"][0].count("·") == 2
    page.get_by_role("combobox", name="Solver").select_option(label="Newton")
    expect(page.get_by_role("slider", name="Hidden neurons")).to_have_value("0")
    page.get_by_role("slider", name="Hidden neurons").fill("3")
    expect(page.get_by_role("combobox", name="Solver")).to_have_value("2")


RINGED = """([figure, x, y]) => {
  const plot = Object.values(Bokeh.index).find((view) => view.model.name === figure);
  const rings = plot.computed_renderer_views.find(({model}) => model.name === "misclassified").model.data_source.data;
  const canvas = plot.canvas_view.primary, pen = canvas.canvas.getContext("2d"), ratio = canvas.pixel_ratio;
  const {width, height, left, top} = plot.frame.bbox, {x_range, y_range} = plot.model;
  const columns = [x, y].map((name) => rings[name] ?? rings.get(name));
  const inside = [...columns[0].keys()].map((i) => [
    left + (columns[0][i] - x_range.start) / (x_range.end - x_range.start) * width,
    top + (y_range.end - columns[1][i]) / (y_range.end - y_range.start) * height,
  ]).filter(([sx, sy]) => sx > left + 10 && sx < left + width - 10 && sy > top + 10 && sy < top + height - 10);
  // Dark on a circle of 15 pixels around each of them, as often as not: rows may lie upon it.
  const isDark = ([sx, sy], angle) => {
    const at = [sx + 7.2 * Math.cos(angle), sy + 7.2 * Math.sin(angle)].map((place) => Math.round(place * ratio));
    return pen.getImageData(...at, 1, 1).data.slice(0, 3).every((channel) => channel < 120);
  };
  const angles = Array.from({length: 24}, (_, i) => i * Math.PI / 12);
  return inside.map((place) => angles.filter((angle) => isDark(place, angle)).length / angles.length);
}"""


@pytest.mark.parametrize(
    ("figure", "axes", "link"),
    [
        ("boundary", ["x1", "x2"], "#gate=XOR&noise_level=0.3"),
        ("hidden", ["a", "b"], "#gate=XOR&noise_level=0.3&hidden_units=2&solver=adam&picture=hidden"),
    ],
)
def test_misclassified_rows_wear_a_ring_that_is_seen(live, figure, axes, link) -> None:
    page = live(link)
    page.wait_for_function(
        "name => Bokeh.documents.some((one) => one.roots().some((root) => root.name === name))", arg=figure
    )
    drawn(page, figure, "misclassified")
    found = eventually(lambda: page.evaluate(RINGED, [figure, *axes]), len)
    assert len(found) > 50
    assert np.median(found) > 0.3


def test_a_pinned_model_and_the_limits_are_drawn_on_demand(live) -> None:
    page = live("#gate=XOR&noise_level=0.2&pin=1,1,-0.5")
    assert_same_boundary(drawn(page, "boundary", "pinned"), np.array([1.0, 1.0]), -0.5)
    expected = float(gs.theory.exact_accuracy([1, 1], -0.5, "XOR", 0.2))
    expect(page.locator("#pinned")).to_have_text(f"pinned: p = σ( 1 x₁ + 1 x₂ − 0.5 ), exact {expected:.1%}")
    assert not drawn(page, "boundary", "best boundary")["x1"]
    page.get_by_role("checkbox", name="Limits").check()
    weight, intercept = gs.theory.best_line("XOR", 0.2)
    assert_same_boundary(drawn(page, "boundary", "best line"), weight, float(intercept))
    assert len(drawn(page, "boundary", "best boundary")["x1"]) > 400
    page.get_by_role("button", name="Unpin").click()
    expect(page.locator("#pinned")).to_be_empty()


def test_own_rows_are_drawn_moved_and_erased(live) -> None:
    page = live()
    page.get_by_role("radio", name="Own data").check(force=True)
    expect(page.locator("#meaning")).to_contain_text("No rows yet")
    expect(page.locator("#value-gate")).to_be_hidden()
    place = places(page)
    page.mouse.click(*place(0, 0))
    expect(summary(page)).to_contain_text("Own rows: 1, 1 of class 0")
    page.get_by_role("radio", name="1", exact=True).check(force=True)
    page.mouse.click(*place(1, 1))
    expect(summary(page)).to_contain_text("Own rows: 2, 1 of class 0, 1 of class 1. 0 rows misclassified")
    page.mouse.move(*place(1, 1))
    page.mouse.down()
    page.mouse.move(*place(0.8, 0.9), steps=4)
    page.mouse.up()
    rows = eventually(lambda: drawn(page, "boundary", "rows"), lambda rows: rows["x1"][1] < 0.85)
    np.testing.assert_allclose([rows["x1"][1], rows["x2"][1]], [0.8, 0.9], atol=0.03)
    page.locator("body").press("z")
    assert eventually(lambda: drawn(page, "boundary", "rows")["x1"], lambda x1: x1[1] > 0.95)
    page.get_by_role("radio", name="Erase").check(force=True)
    page.mouse.click(*place(0, 0))
    expect(summary(page)).to_contain_text("Own rows: 1, 0 of class 0")
    page.get_by_role("button", name="Undo").click()
    expect(summary(page)).to_contain_text("Own rows: 2")
    page.wait_for_url("**_*")
    again = live("#" + page.url.split("#")[1])
    expect(summary(again)).to_have_text(summary(page).inner_text())
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#meaning")).to_contain_text("No rows yet")
    page.get_by_role("button", name="From the gate").click()
    expect(summary(page)).to_contain_text("Own rows: 500, 375 of class 0, 125 of class 1.")
    expect(page.get_by_text("more than a link carries")).to_be_visible()


STATES = [
    {"lesson": 4},
    {"gate": "IMPLY", "noise_level": 0.55, "C": float("inf"), "features": "interaction", "epoch": 3, "limits": True},
    {"gate": "XNOR", "noise_level": 1.7, "seed": 7, "split": "stratified", "init": "ones", "threshold": 0.2},
    {"gate": "NAND", "solver": "sgd", "init": "linear", "num_samples": 123, "pin": [1.0, 2.0, -1.5]},
    {"gate": "X1", "noise_level": 0.3, "by_hand": True, "w1": -2.5, "picture": "neuron"},
    NET | {"hidden_units": 3, "picture": "hidden", "epoch": 5},
    NET | {"features": "interaction", "activation": "tanh", "picture": "neuron", "corner": "01"},
    NET | {"init": "hand", "network": [1.0, 2.0, -1.0, -2.0, 1.0, 0.5, 3.0, -1.0, 0.25], "limits": True},
    {"source": "own", "own": Own.from_text("wine.0.6.0.1"), "standardize": True, "split": "stratified"},
]
"""What a link may ask for."""
TEXTS = "parts => parts.filter((part) => part.checkVisibility()).map((part) => part.textContent).join(' ')"


def said(content: str) -> str:
    """The letters of some HTML."""
    return letters(html.unescape(re.sub(r"<[^>]*>", "", content)))


def letters(text: str) -> str:
    return "".join(text.split())


def test_a_link_of_the_app_is_the_same_model_in_the_same_words_and_back(live) -> None:
    page = live(permissions=["clipboard-read", "clipboard-write"])
    for state in STATES:
        lab = gs.Lab()
        lab.restore(state | {"dtype": "float64"})
        page.evaluate("link => { location.hash = link; }", to_query(state, {}).lstrip("?"))
        stage, numbers = lab.view.stage, lab.view.numbers
        expect(summary(page)).to_have_text(re.sub(r"<[^>]*>", "", stage.spoken.object))
        told = [page.locator(place).inner_text() for place in ("#status", "#equation", "#pinned")]
        assert letters("".join(told)) == said(stage.progress.object + stage.equation.object), state
        if lab.source == "gate":  # Of own rows the page knows by now how refits and other lines do.
            assert letters(page.locator("#meaning, #losses").evaluate_all(TEXTS)) == said(numbers.meaning.object), state
            assert letters(page.locator("#stage .key > span").evaluate_all(TEXTS)) == said(stage.legend.object), state
        shared(page, "Copy link")
        link = page.evaluate("navigator.clipboard.readText()").partition("#")[2]
        values, complaints = read_query(lab, (*SETTINGS, *VIEW), link)
        assert not complaints
        names = {*SETTINGS, *VIEW} - {"dtype", "loss_over"}
        back = lab.usual(values.get("lesson", 0)) | values
        assert {name: back[name] for name in names} == {name: getattr(lab, name) for name in names}, state


def shared(page: Page, what: str) -> None:
    """Take an entry of the menu Share."""
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name=what, exact=True).click()


def test_where_a_page_has_no_clipboard_it_copies_all_the_same_or_says_that_it_did_not(live) -> None:
    page = live("#gate=OR", permissions=["clipboard-read", "clipboard-write"])
    page.evaluate("window.kept = navigator.clipboard")
    page.evaluate("void Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    shared(page, "Copy link")
    expect(page.get_by_role("button", name="Copied", exact=True)).to_be_focused()
    assert page.evaluate("kept.readText()") == page.url
    page.evaluate("document.execCommand = () => false")
    page.get_by_role("button", name="Copied", exact=True).click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Not copied")).to_be_visible()


@pytest.mark.parametrize(
    "state",
    [
        {"gate": "XOR", "noise_level": 0.3, "features": "interaction", "C": 30.0, "num_samples": 200},
        {"gate": "OR", "noise_level": 0.5, "split": "stratified", "train_seed": 3},
        {
            "solver": "sgd",
            "noise_level": 0.2,
            "epochs": 6,
            "epoch": 4,
            "batch_size": 50,
            "init": "linear",
            "init_seed": 7,
        },
        {"solver": "adam", "init": "hand", "w1": -3.0, "w2": 2.0, "intercept": 0.5, "epochs": 3, "split": "sklearn"},
        NET | {"activation": "relu", "hidden_units": 3, "epoch": 7},
        NET | {"init": "hand", "network": [1.0, 2.0, -1.0, -2.0, 1.0, 0.5, 3.0, -1.0, 0.25]},
        {"by_hand": True, "w1": 0.1, "w2": -2.0, "intercept": 0.5},
    ],
)
def test_the_plain_script_makes_the_model_on_show(live, state: dict) -> None:
    lab = gs.Lab()
    lab.restore(state | {"dtype": "float64"})
    page = live("#" + to_query(state, {}).lstrip("?"), permissions=["clipboard-read", "clipboard-write"])
    shared(page, "Copy as plain Python")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    model = lab.shown.model
    expected = [*(model.output_weight if model.hidden_units else model.weight), model.intercept]
    found = run(page.evaluate("navigator.clipboard.readText()"))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("link", "name", "texts"),
    [
        ("#gate=OR&noise_level=0.3&limits=true", "boundary", ["OR, noise level 0.3: p = σ(", "test row", "best line"]),
        (
            "#picture=hidden&hidden_units=3&solver=adam",
            "hidden",
            ["AND, noise level 0.05: p = σ(", "digits: the four corners"],
        ),
        ("#source=own&own=iris.2.3.1.2", "boundary", ["100 own rows: p = σ(", "versicolor"]),
        ("#view=explorer", "heatmap", ["Exact accuracy, median of 20 seeds", "noise level"]),
    ],
)
def test_the_picture_is_a_file_with_its_heading_and_keys(live, link: str, name: str, texts: list[str]) -> None:
    page = live(link)
    with page.expect_download() as saving:
        shared(page, "Picture as SVG")
    assert saving.value.suggested_filename == f"{name}.svg"
    whole = " ".join(ElementTree.parse(saving.value.path()).getroot().itertext())
    for text in texts:
        assert text in whole
    with page.expect_download() as saving:
        shared(page, "Picture as PNG")
    assert saving.value.suggested_filename == f"{name}.png"
    with Image.open(saving.value.path()) as picture:
        pixels = np.asarray(picture.convert("RGBA"))
    box = page.locator(f"#{name}").bounding_box()
    assert pixels.shape[1] == pytest.approx(box["width"], abs=1)
    assert 30 <= pixels.shape[0] - box["height"] <= 80, "room for the title and the keys"
    assert (pixels[..., 3] == 255).all()
    assert len(np.unique(pixels.reshape(-1, 4), axis=0)) > 50


@pytest.mark.parametrize(("words", "over"), SLICES.items())
def test_the_lab_s_model_is_marked_among_many(live, words: str, over: str) -> None:
    settings = {"gate": "NAND", "noise_level": 0.1, "seed": 7, "solver": "sgd", "epochs": 3}
    page = live("#" + to_query(settings, {}).lstrip("?"), permissions=["clipboard-read", "clipboard-write"])
    shared(page, f"This model, {words}")
    expect(page.locator("#about")).to_contain_text("models trained in", timeout=90_000)
    shared(page, "Copy link")
    link = page.evaluate("navigator.clipboard.readText()").partition("#")[2]
    state = ExplorerState()
    values, complaints = read_query(state, LINKED, link, ignore=("view",))
    expected = state.usual("three_gates") | slice_of(settings, over)
    assert not complaints
    assert state.usual("three_gates") | values == expected
    mark = drawn(page, "heatmap", "mark")
    row = len(expected["gate"]) - 1 - expected["gate"].index("NAND") if over != "noise_level" else 19
    assert (mark["left"], mark["bottom"]) == ([0 if over == "seed" else 2], [row])
    expect(page.get_by_text("the model from the Lab")).to_be_visible()


def test_it_fills_the_screen_and_leaves_it_again(live) -> None:
    page = live()
    for is_full in (True, False):
        shared(page, "Full screen")
        page.wait_for_function("wanted => Boolean(document.fullscreenElement) === wanted", arg=is_full)


@pytest.mark.parametrize(
    ("link", "settings"),
    [
        ("#gate=OR&noise_level=0.3", {"gate": "OR", "noise_level": 0.3}),
        ("#source=own&own=wine.0.6.0.1&standardize=true", {"source": "own", "standardize": True}),
    ],
)
def test_the_rows_on_show_are_a_file(live, link: str, settings: dict) -> None:
    page = live(link)
    with page.expect_download() as saving:
        shared(page, "Rows as CSV")
    assert saving.value.suggested_filename == "gatesweep.csv"
    lab = gs.Lab()
    own = {"own": Own.from_text("wine.0.6.0.1")} if "own=" in link else {}
    lab.restore(settings | own | {"dtype": "float64"})
    found, expected = (StringIO(text) for text in (Path(saving.value.path()).read_text(), lab.rows_csv))
    pd.testing.assert_frame_equal(pd.read_csv(found), pd.read_csv(expected), rtol=1e-6)


def test_own_rows_are_drawn_with_keys(live) -> None:
    page = live("#source=own&own=0,0,0_1,1,1")
    board = page.get_by_role("button", name="Draw with keys")
    board.focus()
    page.keyboard.press("ArrowRight")
    np.testing.assert_allclose(list(drawn(page, "boundary", "cross").values()), [[0.55], [0.5]])
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    expect(summary(page)).to_contain_text("Own rows: 3, 1 of class 0, 2 of class 1")
    page.keyboard.press("m")
    page.keyboard.press("Shift+ArrowUp")
    rows = drawn(page, "boundary", "rows")
    np.testing.assert_allclose([rows["x1"][2], rows["x2"][2]], [0.8, 0.505])
    page.keyboard.press("Delete")
    expect(summary(page)).to_contain_text("Own rows: 2, 1 of class 0, 1 of class 1")
    page.keyboard.press("Tab")
    assert not drawn(page, "boundary", "cross")["x1"]
    page.keyboard.press("z")
    expect(summary(page)).to_contain_text("Own rows: 3")


TRANSFER = """([text, name]) => {
  const carried = new DataTransfer();
  if (name) carried.items.add(new File([text], name));
  else carried.setData("text/plain", text);
  return carried;
}"""


def test_a_table_is_dropped_or_pasted(live) -> None:
    page = live("#source=own")
    page.get_by_text("Table", exact=True).click()
    said = page.locator("#table-said")
    file = page.evaluate_handle(TRANSFER, ["a,b,kind\n1,2,u\n3,1,v\n2,2,v\n", "dropped.csv"])
    page.dispatch_event("#drop", "drop", {"dataTransfer": file})
    expect(said).to_have_text("3 rows of dropped.csv.")
    expect(summary(page)).to_contain_text("Own rows: 3, 1 of class u, 2 of class v")
    page.get_by_label("Paste a table").focus()
    cells = page.evaluate_handle(TRANSFER, ["a\tb\tkind\n1,5\t2\tu\n3\t1\tv\n", ""])
    page.evaluate(
        """(clipboardData) => document.activeElement.dispatchEvent(
          new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}))""",
        cells,
    )
    expect(said).to_have_text("2 rows of what was pasted.")
    assert drawn(page, "boundary", "rows")["x1"] == [1.5, 3]
    page.dispatch_event("#drop", "drop", {"dataTransfer": page.evaluate_handle(TRANSFER, ["no numbers", "words.csv"])})
    expect(said).to_have_class("note problem")
    assert drawn(page, "boundary", "rows")["x1"] == [1.5, 3]


def test_a_table_s_rows_are_shown_with_refits_folds_and_the_best_line(live) -> None:
    page = live("#source=own&cloud=true&limits=true")
    page.get_by_text("Table", exact=True).click()
    own, _ = Own.of_table(built_in("iris"), BUILT_IN["iris"][2])
    content = "length;width;kind\n" + "".join(
        f"{x1:g};{x2:g};{own.classes[label]}\n".replace(".", ",")
        for (x1, x2), label in zip(own.X.tolist(), own.y.tolist(), strict=True)
    )
    file = {"name": "flowers.csv", "mimeType": "text/csv", "buffer": (content + "1,5;;virginica\n").encode("utf-8-sig")}
    page.get_by_label("CSV file").set_input_files(file)
    expect(page.locator("#table-said")).to_have_text("100 rows of flowers.csv. Skipped: 1 with a missing number.")
    expect(page.locator("#meaning")).to_contain_text("the best line is right on 97 of them. Cross-validated in 5 parts")
    assert len(drawn(page, "boundary", "rows")["x1"]) == 100
    lines = eventually(lambda: drawn(page, "boundary", "others")["xs"], len)
    assert len(lines) == 200
    assert len(drawn(page, "boundary", "best line")["x1"]) == 2
    assert sum(eventually(lambda: drawn(page, "seeds", "seeds")["top"], sum)) == 200
    page.get_by_role("combobox", name="Class 1").select_option("versicolor")
    expect(page.get_by_role("combobox", name="Class 0")).to_have_value("virginica")
    page.get_by_role("checkbox", name="Standardise").check()
    expect(page.locator("#meaning")).to_contain_text("rows")
    scaled = eventually(lambda: drawn(page, "boundary", "rows")["x1"], lambda x1: min(x1) < 0)
    assert abs(np.mean(scaled)) < 0.2
    page.get_by_role("combobox", name="Built-in table").select_option("Wine")
    page.wait_for_url("**own=wine.**")
    again = live("#" + page.url.split("#")[1])
    expect(summary(again)).to_have_text(summary(page).inner_text())


def test_a_great_map_can_be_cancelled(live) -> None:
    page = live("#view=explorer&noise_count=101&seed_count=100")
    expect(page.locator("#value-grid-noise_count-text")).to_have_text("101")
    expect(page.locator("#about")).to_contain_text("of 30,300 models")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#about")).to_have_text("Cancelled; the last picture stays.")
    page.keyboard.press("1")
    expect(page.locator("#about")).to_contain_text("1,260 models trained in", timeout=90_000)


def test_every_control_of_the_grid_trains_the_sweep_s_models(live) -> None:
    page = live("#view=explorer")
    page.get_by_text("Gates: AND, OR, XOR").click()
    for gate in ("AND", "OR", "NAND"):
        page.get_by_role("checkbox", name=gate, exact=True).click()
    page.get_by_role("slider", name="Noise level, highest").fill("0.5")
    slide(page, "grid-noise_count", 1)
    slide(page, "grid-seed_count", 3)
    slide(page, "grid-num_samples", 4)
    page.get_by_role("radio", name="Adam").check(force=True)
    slide(page, "grid-learning_rate", 4)
    slide(page, "grid-epochs", 1)
    page.get_by_role("checkbox", name="Record every epoch").check()
    page.get_by_role("combobox", name="Compare also").select_option("features")
    page.get_by_role("combobox", name="And").select_option("init_seed")
    values = page.get_by_role("textbox", name="Values of also")
    values.fill("3, 4")
    values.press("Enter")
    expect(page.locator("#about")).to_contain_text("96 models trained in", timeout=90_000)
    page.get_by_role("combobox", name="Down").select_option("features")
    page.get_by_role("combobox", name="Side by side").select_option("seed")
    page.get_by_role("combobox", name="gate", exact=True).select_option("NAND")
    sweep = gs.sweep(
        gate=("XOR", "NAND"), noise_level=(0, 0.25, 0.5), seed=range(4), num_samples=100, solver="adam",
        learning_rate=0.1, epochs=2, features=("linear", "interaction"), init_seed=(3, 4), dtype="float64",
        record="epoch",
    )  # fmt: skip
    first = sweep.exact_accuracy_history.sel(gate="NAND", epoch=0).median("init_seed")
    expected = first.transpose("seed", "features", "noise_level")
    cells = drawn(page, "heatmap", "cells")["value"]
    np.testing.assert_allclose(np.reshape(cells, expected.shape), expected, atol=1e-5)
    values.fill("3, x")
    values.press("Enter")
    rule = "Init seed must be a whole number, 0 or more, at most 4294967295, got 'x'. The default is None."
    expect(page.locator("#about")).to_have_text(f"{rule} The last picture stays.")


def test_a_grid_that_is_too_large_has_no_models_and_no_picture_to_take_away(live) -> None:
    page = live("#view=explorer&noise_count=1001&seed_count=100000")
    too_many = "A visitor may have 2,000,000 models in one run, got 300,300,000."
    expect(page.locator("#about")).to_contain_text(too_many)
    expect(page.get_by_role("button", name="Open this model")).to_be_disabled()
    page.keyboard.press("End")
    expect(page.locator("#about")).to_contain_text(too_many)
    page.get_by_role("button", name="Share").click()
    for kind in "PNG", "SVG":
        expect(page.get_by_role("button", name=f"Picture as {kind}")).to_be_disabled()
    page.get_by_role("button", name="Close").click()
    slide(page, "grid-noise_count", 0)
    slide(page, "grid-seed_count", 0)
    expect(page.locator("#about")).to_contain_text("6 models trained in")
    expect(page.get_by_role("button", name="Open this model")).to_be_enabled()
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("button", name="Picture as PNG")).to_be_enabled()


@pytest.mark.parametrize(
    ("link", "place"),
    [
        ("#gate=OR&solver=sgd&epochs=100000", "#run-row"),
        ("#gate=OR&max_iter=100000", "#stage > #summary"),
    ],
)
def test_a_link_that_takes_too_long_is_said_beside_what_makes_it_long(live, link: str, place: str) -> None:
    page = live(link)
    expect(page.locator(f"{place} + [role=alert]")).to_contain_text("That would take too long while you wait")
    expect(page.get_by_role("combobox", name="Gate")).to_have_value("AND")


def test_the_lessons_and_comparisons_are_the_app_s(live) -> None:
    page = live()
    for number, lesson in enumerate(LESSONS, 1):
        page.get_by_role("button", name="Next").click()
        expect(page.locator("#question")).to_have_text(lesson.question)
        page.keyboard.press("a")
        expect(page.locator("#more")).to_have_text(lesson.answer)
        fits = page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]")
        assert fits == [900, 1400], number
    page.keyboard.press("v")
    for preset in COMPARISONS.values():
        expect(page.locator("#question")).to_have_text(preset.question)
        page.keyboard.press("h")
        expect(page.locator("#more")).to_have_text(preset.hint)
        page.get_by_role("button", name="Next").click()


def test_keys_do_what_they_do_in_the_app(live) -> None:
    page = live()
    page.keyboard.press("3")
    expect(page.get_by_role("combobox", name="Gate")).to_have_value("XOR")
    page.keyboard.press("n")
    expect(page.get_by_role("spinbutton", name="Seed", exact=True)).to_have_value("43")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#epoch-value")).not_to_have_text("0 of 0")
    lesson = page.get_by_role("combobox", name="Lesson", exact=True)
    page.keyboard.press(".")
    expect(lesson).to_have_value("4")
    page.keyboard.press(",")
    expect(lesson).to_have_value("3")
    page.keyboard.press("0")
    expect(lesson).to_have_value("0")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_a_phone_s_first_screen_has_picture_gate_noise_and_accuracies(live) -> None:
    page = live(width=390, height=844, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for part in ("#boundary", "#value-gate", "#value-noise_level", "#scores"):
        box = page.locator(part).bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 844, part
    for control in page.locator("input, select, button").all():
        if control.is_visible():
            box = control.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 390


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(
    "link",
    [
        "#lesson=4",
        "#view=explorer",
        "#picture=neuron&hidden_units=2&solver=adam",
        "#picture=s_curve",
        "#picture=hidden&hidden_units=2&solver=adam&pin=1,1,-0.5",
        "#source=own&own=iris.2.3.1.2&limits=true&standardize=true",
    ],
)
def test_no_barrier_that_axe_finds(live, link: str, mode: str) -> None:
    page = live(link, color_scheme=mode)
    if "own=" in link:
        page.get_by_text("Table", exact=True).click()
        page.get_by_role("combobox", name="Built-in table").select_option("Wine")
        expect(page.get_by_role("combobox", name="Class 1")).to_be_visible()
    assert not barriers(page)


def test_in_a_frame_with_a_strict_policy_it_works_all_the_same(browser: Browser, file: Path, tmp_path) -> None:
    # Not the `page` fixture: the browser's word about the policy, which it fails on, is what is wanted here.
    meta = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{STRICT}">'
    strict = file.read_text(encoding="utf-8").replace('<meta charset="utf-8">', meta, 1)
    frame = (
        f'<iframe sandbox="allow-scripts" style="width:1300px;height:800px" srcdoc="{html.escape(strict)}"></iframe>'
    )
    outside = tmp_path / "course.html"
    outside.write_text(f"<!doctype html><title>Course</title>{frame}", encoding="utf-8")
    visited = browser.new_page()
    visited.goto(outside.as_uri())
    inside = visited.frame_locator("iframe")
    expect(inside.locator("html")).to_have_attribute("data-ready", "true", timeout=30_000)
    inside.get_by_role("combobox", name="Gate").select_option("XOR")
    expect(inside.locator("#summary")).to_contain_text("XOR gate")
    inside.get_by_role("radio", name="Explorer").check(force=True)
    expect(inside.locator("#about")).to_contain_text("1,260 models trained in", timeout=90_000)
    visited.close()


def test_served_it_can_be_installed_and_opens_without_the_network(browser: Browser, app_url: str) -> None:
    context = browser.new_context()
    visited = context.new_page()
    # The server makes the page when it is first asked for.
    visited.goto(app_url + "page#gate=XOR", timeout=120_000)
    opened(visited)
    visited.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    context.set_offline(True)
    visited.reload()
    opened(visited)
    expect(summary(visited)).to_contain_text("XOR gate")
    context.close()
