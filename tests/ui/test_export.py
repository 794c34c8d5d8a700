"""The static page in Chromium, from disk and offline: what it draws against the engine, and every control."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from playwright.sync_api import Page, expect

import gatesweep as gs
from gatesweep.app.theme import LIGHT
from gatesweep.page.export import MAX_BYTES, render
from tests.lecture import generate_data_with_noise
from tests.ui.export_oracle import assert_same_boundary, logit, random_settings

SOURCE = """async name => {
  // Charts of the population follow the model one frame later.
  for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  for (const document of Bokeh.documents) for (const root of document.roots()) for (const model of root.references()) {
    if (model.name !== name) continue;
    const entries = model.data instanceof Map ? [...model.data] : Object.entries(model.data);
    const plain = values => Array.from(values, value => value.length ? Array.from(value) : value);
    return Object.fromEntries(entries.map(([column, values]) => [column, plain(values)]));
  }
}"""
SET = """values => {
  const change = (control, value, event) => {
    control.value = value;
    control.dispatchEvent(new Event(event, {bubbles: true}));
  };
  change(document.getElementById("run"), values.run, "change");
  document.querySelector(`input[name=value-gate][value=${values.gate}]`).click();
  for (const [name, index] of Object.entries(values.sliders)) change(document.getElementById(name), index, "input");
}"""


@pytest.fixture(scope="module")
def runs() -> list[xr.Dataset]:
    """The lecture's whole grid by Newton for 20 seeds, by SGD for its own seed, and with the product feature."""
    grid = {"gate": ("AND", "OR", "XOR"), "noise_level": [round(0.01 * i, 2) for i in range(101)]}
    sizes = range(100, 1001, 100)
    return [
        gs.sweep(**grid, seed=range(30, 50), num_samples=sizes),
        gs.sweep(**grid, seed=(42,), num_samples=sizes, solver="sgd", record="epoch"),
        gs.sweep(**grid, seed=range(30, 50), features="interaction"),
    ]


@pytest.fixture(scope="module")
def lecture(runs: list[xr.Dataset], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "lecture.html"
    path.write_text(render(runs), encoding="utf-8")
    return path


@pytest.fixture
def static(page: Callable[..., Page], lecture: Path) -> Callable[..., Page]:
    """Opens the page from disk with the network off; it may ask for nothing but itself."""
    asked = []

    def open_page(fragment: str = "", **options) -> Page:
        opened = page(None, offline=True, **options)
        opened.on("request", lambda request: asked.append(request.url.split("#")[0]))
        opened.goto(lecture.as_uri() + fragment)
        expect(opened.locator("html")).to_have_attribute("data-ready", "true")
        return opened

    yield open_page
    assert set(asked) == {lecture.as_uri()}


def drawn(page: Page, name: str) -> dict:
    return page.evaluate(SOURCE, name)


def test_fifty_random_settings_are_the_engine_s(static, runs: list[xr.Dataset]) -> None:
    page = static()
    for run, gate, place in random_settings(runs, 50):
        sliders = {"epoch" if dim == "epoch" else f"value-{dim}": index for dim, index in place.items()}
        page.evaluate(SET, {"run": run, "gate": gate, "sliders": sliders})
        model = runs[run].sel(gate=gate).isel(place).squeeze()
        suffix = "_history" if "epoch" in place else ""
        weight, intercept = (model[f"{name}{suffix}"].values.astype(float) for name in ("weight", "intercept"))
        assert_same_boundary(drawn(page, "contour50"), weight, float(intercept))

        n = int(model.num_samples) if "num_samples" in model.coords else 500
        parts = {"train": round(0.8 * n), "test": round(0.2 * n)}
        wrong = {part: rows - round(float(model[f"{part}_accuracy{suffix}"]) * rows) for part, rows in parts.items()}
        expect(page.locator("#summary")).to_contain_text(
            f"It gets {wrong['train']} of {parts['train']} training rows "
            f"and {wrong['test']} of {parts['test']} test rows wrong"
        )
        for part in ("train", "test", "exact"):
            shown = float(page.locator(f"#scores tr.{part} td").last.inner_text().split("\u00a0")[0])
            assert shown == pytest.approx(100 * float(model[f"{part}_accuracy{suffix}"]), abs=0.0501)

        np.random.seed(int(model.seed))
        X, y = generate_data_with_noise(n, gate, float(model.noise_level))
        for label in (0, 1):
            rows = [drawn(page, f"{part}{label}") for part in parts]
            points = [point for columns in rows for point in zip(columns["x1"], columns["x2"], strict=True)]
            assert sorted(points) == sorted(map(tuple, X[y == label]))


def test_surface_is_the_model_s_probability(static, runs: list[xr.Dataset]) -> None:
    page = static("#gate=AND&noise_level=0.3&probabilities=1")
    model = runs[0].sel(gate="AND", noise_level=0.3, seed=42, num_samples=500)
    centres = -1 + (np.arange(120) + 0.5) * 3 / 120
    z = logit(model.weight.values.astype(float), float(model.intercept), *np.meshgrid(centres, centres))
    colours = np.array([int(c[5:7] + c[3:5] + c[1:3], 16) | 0xFF000000 for c in LIGHT.surface])
    image = np.array(drawn(page, "surface")["image"][0]).reshape(120, 120)
    steps = np.searchsorted(np.arange(256) / 255, 1 / (1 + np.exp(-z)), side="right") - 1
    assert np.mean(image == colours[steps]) > 0.999
    page.get_by_role("checkbox", name="Show probabilities").uncheck()
    image = np.array(drawn(page, "surface")["image"][0]).reshape(120, 120)
    assert set(image[z >= 0]) == {image[-1, -1]} and set(image[z < 0]) == {image[0, 0]}


def test_size(lecture: Path) -> None:
    assert lecture.stat().st_size <= MAX_BYTES


def title(page: Page):
    return page.get_by_role("heading", name="Predictions for")


def test_first_view_is_the_lecture_s(static) -> None:
    page = static()
    expect(title(page)).to_have_text("Predictions for AND gate with noise level 0.05 (Train: 1.00, Test: 1.00)")


def test_gate_samples_noise_and_seed(static) -> None:
    page = static()
    page.get_by_role("radio", name="XOR").check(force=True)
    expect(title(page)).to_contain_text("XOR gate")
    for name, text in (("Noise level", "0.06"), ("Seed", "43"), ("Samples", "600")):
        slider = page.get_by_role("slider", name=name, exact=True)
        slider.press("ArrowRight")
        expect(page.locator("label.row", has=slider).locator("output")).to_have_text(text)
        assert slider.evaluate("s => s.ariaValueText") == text
    expect(title(page)).to_contain_text("noise level 0.06")
    assert sum(len(drawn(page, f"{part}{label}")["x1"]) for part in ("train", "test") for label in (0, 1)) == 600
    expect(page.locator("#seeds-text")).to_contain_text("seed 43, the ring")


def test_probabilities_and_best_line(static) -> None:
    page = static()
    assert drawn(page, "contour25")["x0"] == drawn(page, "bestline")["x0"] == []
    page.get_by_role("checkbox", name="Show probabilities").check()
    assert len(drawn(page, "contour25")["x0"]) == len(drawn(page, "contour75")["x0"]) == 1
    page.keyboard.press("p")
    expect(page.get_by_role("checkbox", name="Show probabilities")).not_to_be_checked()
    page.get_by_role("checkbox", name="Show the best line").check()
    weight, intercept = gs.theory.best_line("AND", 0.05)
    assert_same_boundary(drawn(page, "bestline"), np.asarray(weight), float(intercept))


def test_epochs_scrub_and_play(static, runs: list[xr.Dataset]) -> None:
    page = static("#gate=AND&noise_level=0.2")
    expect(page.get_by_role("button", name="Play")).to_be_hidden()
    page.get_by_role("combobox", name="Model").select_option(label="SGD, epoch by epoch")
    epoch = page.get_by_role("slider", name="Epoch")
    expect(epoch).to_have_value("20")
    epoch.fill("3")
    expect(page.locator("#epoch-value")).to_have_text("epoch 3 of 20")
    history = runs[1].sel(gate="AND", noise_level=0.2, seed=42, num_samples=500)
    for part in ("train", "test"):
        shown, expected = drawn(page, f"{part}-loss")["loss"], history[f"{part}_loss_history"]
        np.testing.assert_allclose(shown, expected, rtol=1e-5)
    epoch.fill("17")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(epoch).to_have_value("20")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    epoch.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_heatmap_holds_means_over_seeds_and_a_click_opens_the_model(static, runs: list[xr.Dataset]) -> None:
    page = static("#gate=AND&noise_level=0.05")
    means = runs[0].sel(num_samples=500).mean("seed")
    for measure, name in (("Test accuracy", "test"), ("Train accuracy", "train"), ("Exact accuracy", "exact")):
        page.get_by_role("combobox", name="Measure").select_option(label=measure)
        cells = drawn(page, "cells")["value"]
        np.testing.assert_allclose(np.reshape(cells, (3, 101)), means[f"{name}_accuracy"], atol=2e-6)
    page.get_by_role("combobox", name="Measure").select_option(label="Gap to the best line")
    gap = means.best_linear_accuracy - means.exact_accuracy
    np.testing.assert_allclose(np.reshape(drawn(page, "cells")["value"], (3, 101)), gap, atol=2e-6)
    page.locator("#heatmap-plot canvas").first.scroll_into_view_if_needed()
    frame = page.evaluate(
        "() => { const view = [...Object.values(Bokeh.index)].find(v => v.el.closest('#heatmap-plot')) ;"
        "const b = view.frame.bbox; return {x: b.left, y: b.top, width: b.width, height: b.height}; }"
    )
    box = page.locator("#heatmap-plot").bounding_box()
    across, down = (0.3 + 0.005) / 1.01, 2.5 / 3
    page.mouse.click(box["x"] + frame["x"] + across * frame["width"], box["y"] + frame["y"] + down * frame["height"])
    expect(title(page)).to_contain_text("XOR gate with noise level 0.3")
    expect(page.get_by_role("radio", name="XOR")).to_be_checked()
    expect(page.locator("#value-noise_level-text")).to_have_text("0.3")


def test_curves_show_the_limits(static, runs: list[xr.Dataset]) -> None:
    page = static("#gate=XOR")
    np.testing.assert_allclose(drawn(page, "bayes")["value"], runs[0].bayes_accuracy.sel(gate="XOR"), rtol=1e-12)
    np.testing.assert_allclose(drawn(page, "best")["value"], runs[0].best_linear_accuracy.sel(gate="XOR"), rtol=1e-12)
    half = drawn(page, "bayes")["value"][50]
    q = 0.5 + 0.5 * math.erf(1 / (2 * 0.5) / math.sqrt(2))
    assert half == pytest.approx(q * q + (1 - q) ** 2, abs=1e-9)


def test_every_lesson_opens_and_folds(static) -> None:
    page = static()
    pick = page.get_by_role("combobox", name="Lesson", exact=True)
    count = pick.locator("option").count() - 1
    assert count >= 8
    for index in range(count):
        page.get_by_role("button", name="Next lesson").click()
        expect(pick).to_have_value(str(index))
        expect(page.locator("#lesson-question")).to_be_visible()
        for fold in ("Hint", "Answer"):
            text = page.locator(f"#lesson-{fold.lower()}")
            expect(text).to_be_hidden()
            page.locator("summary", has_text=fold).click()
            expect(text).not_to_be_empty()
            expect(text).to_be_visible()
    page.get_by_role("button", name="Previous lesson").click()
    expect(pick).to_have_value(str(count - 2))


def test_a_link_restores_the_view(static) -> None:
    page = static()
    page.get_by_role("radio", name="OR", exact=True).check(force=True)
    page.get_by_role("slider", name="Noise level").fill("33")
    page.get_by_role("checkbox", name="Show probabilities").check()
    page.wait_for_url("**probabilities=1*")
    fragment = "#" + page.url.split("#")[1]
    text = title(page).inner_text()
    assert "OR gate with noise level 0.33" in text
    again = static(fragment)
    expect(title(again)).to_have_text(text)
    expect(again.get_by_role("checkbox", name="Show probabilities")).to_be_checked()


@pytest.mark.parametrize(
    "fragment",
    [
        "#gate=<script>alert(1)</script>",
        "#noise_level=NaN&seed=-1&num_samples=1e99",
        "#model=99&epoch=-3",
        "#model=constructor&measure=constructor",
        "#%%%",
    ],
)
def test_hostile_links_show_the_first_view(static, fragment: str) -> None:
    expect(title(static(fragment))).to_contain_text("AND gate with noise level 0.05")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_colours_follow_the_system_and_the_button(static, mode: str) -> None:
    page = static(color_scheme=mode)
    other = {"light": "dark", "dark": "light"}[mode]
    expect(page.locator("html")).to_have_attribute("data-theme", mode)
    before = drawn(page, "surface")["image"][0][0]
    page.get_by_role("button", name=f"Switch to {other} colours").click()
    expect(page.locator("html")).to_have_attribute("data-theme", other)
    assert drawn(page, "surface")["image"][0][0] != before


def test_a_phone_sees_the_plot_first_and_never_scrolls_sideways(static) -> None:
    page = static(width=390, height=844, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    order = [page.locator(f"#{name}").bounding_box()["y"] for name in ("view", "controls", "numbers", "explorer")]
    assert order == sorted(order)
    for control in page.locator("input, select, button").all():
        if control.is_visible():
            box = control.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 390


def test_every_control_has_a_name(static) -> None:
    page = static("#model=1")
    for role in ("slider", "combobox", "button", "checkbox", "radio"):
        for control in page.get_by_role(role).all():
            name = control.evaluate("c => c.ariaLabel || c.labels?.[0]?.textContent || c.textContent")
            assert name and name.strip(), control


def test_a_finished_sweep_s_grid_becomes_the_controls(page: Callable[..., Page], tmp_path: Path) -> None:
    gates = ("NAND", "XNOR", "IMPLY", "X1", "NOR")
    dataset = gs.sweep(gate=gates, noise_level=(0.1, 0.4), seed=(1, 2), C=(0.1, 1, np.inf))
    opened = page(gs.export(tmp_path / "sweep.html", dataset).as_uri(), offline=True)
    expect(opened.get_by_role("combobox", name="Model")).to_be_hidden()
    opened.get_by_role("combobox", name="Gate").select_option("IMPLY")
    opened.get_by_role("slider", name="C", exact=True).fill("2")
    expect(opened.locator("#value-C-text")).to_have_text("∞")
    expect(title(opened)).to_contain_text("IMPLY gate with noise level 0.1")
    model = dataset.sel(gate="IMPLY", noise_level=0.1, seed=2, C=np.inf)
    assert_same_boundary(drawn(opened, "contour50"), model.weight.values.astype(float), float(model.intercept))
