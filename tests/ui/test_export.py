"""The static page in Chromium, from disk and offline: what it draws against the engine, and every control."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from playwright.sync_api import Page, expect

import gatesweep as gs
from gatesweep.page.export import MAX_BYTES, render
from tests.lecture import generate_data_with_noise
from tests.ui.export_oracle import assert_same_boundary, logit, random_settings
from tests.ui.page_probe import accuracy, drawn, opened, summary, until_drawn

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
        visited = page(None, offline=True, **options)
        visited.on("request", lambda request: asked.append(request.url.split("#")[0]))
        visited.goto(lecture.as_uri() + fragment)
        return opened(visited)

    yield open_page
    assert set(asked) == {lecture.as_uri()}


def test_fifty_random_settings_are_the_engine_s(static, runs: list[xr.Dataset]) -> None:
    page = static()
    for run, gate, place in random_settings(runs, 50):
        sliders = {"epoch" if dim == "epoch" else f"value-{dim}": index for dim, index in place.items()}
        page.evaluate(SET, {"run": run, "gate": gate, "sliders": sliders})
        model = runs[run].sel(gate=gate).isel(place).squeeze()
        suffix = "_history" if "epoch" in place else ""
        weight, intercept = (model[f"{name}{suffix}"].values.astype(float) for name in ("weight", "intercept"))
        assert_same_boundary(drawn(page, "boundary", "boundary"), weight, float(intercept))

        n = int(model.num_samples) if "num_samples" in model.coords else 500
        parts = {"train": round(0.8 * n), "test": round(0.2 * n)}
        wrong = sum(rows - round(float(model[f"{part}_accuracy{suffix}"]) * rows) for part, rows in parts.items())
        expect(summary(page)).to_contain_text(f" {n} rows, {'epoch' if 'epoch' in place else 'step'}")
        expect(summary(page)).to_contain_text(f" {wrong} rows misclassified.")
        for part in ("train", "test", "exact"):
            assert accuracy(page, part) == pytest.approx(100 * float(model[f"{part}_accuracy{suffix}"]), abs=0.0501)

        np.random.seed(int(model.seed))
        X, y = generate_data_with_noise(n, gate, float(model.noise_level))
        rows = drawn(page, "boundary", "rows")
        found = sorted(zip(rows["x1"], rows["x2"], rows["label"], strict=True))
        assert found == sorted((*point, label) for point, label in zip(X.tolist(), y.tolist(), strict=True))
        assert sum(part == "test" for part in rows["part"]) == parts["test"]


def test_surface_is_the_model_s_probability(static, runs: list[xr.Dataset]) -> None:
    page = static("#gate=AND&noise_level=0.3")
    model = runs[0].sel(gate="AND", noise_level=0.3, seed=42, num_samples=500)
    centres = -1 + (np.arange(120) + 0.5) * 3 / 120
    z = logit(model.weight.values.astype(float), float(model.intercept), *np.meshgrid(centres, centres))
    image = np.array(drawn(page, "boundary", "surface")["image"][0]).reshape(120, 120)
    assert np.abs(image - 255 / (1 + np.exp(-z))).max() < 0.51
    page.get_by_role("radio", name="Label").check(force=True)
    image = np.array(drawn(page, "boundary", "surface")["image"][0]).reshape(120, 120)
    np.testing.assert_array_equal(image, 255 * (z >= 0))


def test_size(lecture: Path) -> None:
    assert lecture.stat().st_size <= MAX_BYTES


def test_first_view_is_the_lecture_s(static) -> None:
    expect(summary(static())).to_contain_text("AND gate, noise level 0.05, 500 rows")


def test_gate_samples_noise_and_seed(static) -> None:
    page = static()
    page.get_by_role("radio", name="XOR").check(force=True)
    for name, text in (("Noise level", "0.06"), ("Seed", "43"), ("Rows", "600")):
        slider = page.get_by_role("slider", name=name, exact=True)
        slider.press("ArrowRight")
        expect(page.locator("label.row", has=slider).locator("output")).to_have_text(text)
        assert slider.evaluate("s => s.ariaValueText") == text
    expect(summary(page)).to_contain_text("XOR gate, noise level 0.06, 600 rows")
    assert len(drawn(page, "boundary", "rows")["x1"]) == 600


def test_epochs_scrub_and_play(static, runs: list[xr.Dataset]) -> None:
    page = static("#gate=AND&noise_level=0.2")
    page.get_by_role("combobox", name="Solver").select_option(label="SGD, epoch by epoch")
    epoch = page.get_by_role("slider", name="Epoch", exact=True)
    expect(epoch).to_have_value("20")
    epoch.fill("3")
    expect(page.locator("#epoch-value")).to_have_text("3 of 20")
    history = runs[1].sel(gate="AND", noise_level=0.2, seed=42, num_samples=500)
    for part in ("train", "test"):
        shown, expected = drawn(page, "loss", part)[part], history[f"{part}_loss_history"]
        np.testing.assert_allclose(shown, expected, rtol=1e-5)
    epoch.fill("17")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(epoch).to_have_value("20")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(epoch).to_have_value("19")
    page.keyboard.press("End")
    expect(epoch).to_have_value("20")


def test_the_explorer_holds_the_sweep_and_opens_its_models(static, runs: list[xr.Dataset]) -> None:
    page = static("#view=explorer")
    page.get_by_role("combobox", name="Of the seeds").select_option(label="mean")
    means = runs[0].sel(num_samples=500).mean("seed")
    for measure in ("test accuracy", "train accuracy", "exact accuracy"):
        page.get_by_role("combobox", name="Measure", exact=True).select_option(label=measure)
        expect(page.locator("#heatmap-title")).to_have_text(f"{measure.capitalize()}, mean of 20 seeds")
        cells = np.reshape(drawn(page, "heatmap", "cells")["value"], (3, 101))
        np.testing.assert_allclose(cells, means[measure.replace(" ", "_")], atol=2e-6)
    page.locator("#heatmap").click(position={"x": 600, "y": 40})
    expect(page.locator("#cell")).to_contain_text("gate AND, noise level")
    page.get_by_role("button", name="Open this model").click()
    expect(summary(page)).to_contain_text("AND gate, noise level")


def test_the_curves_show_the_limits(static, runs: list[xr.Dataset]) -> None:
    page = static("#view=explorer")
    for layer, limit in (("bayes", "bayes_accuracy"), ("best", "best_linear_accuracy")):
        until_drawn(page, "curves", layer)
        np.testing.assert_allclose(drawn(page, "curves", layer)["value"], runs[0][limit].sel(gate="AND"), rtol=1e-12)


def test_the_lessons_that_a_sweep_has_open_and_fold(static) -> None:
    page = static()
    pick = page.get_by_role("combobox", name="Lesson", exact=True)
    numbers = pick.locator("option").evaluate_all("options => options.map(({value}) => value)")
    assert numbers[0] == "0" and len(numbers) >= 7
    for number in numbers[1:]:
        page.get_by_role("button", name="Next").click()
        expect(pick).to_have_value(number)
        for part in ("Hint", "Answer"):
            page.get_by_role("button", name=part).click()
            expect(page.locator("#more")).to_be_visible()
            expect(page.locator("#more")).not_to_be_empty()
    page.get_by_role("button", name="Next").click()
    expect(pick).to_have_value("0")
    expect(page.locator("#more")).to_be_hidden()


def test_a_link_restores_the_view(static) -> None:
    page = static()
    page.get_by_role("radio", name="OR", exact=True).check(force=True)
    page.get_by_role("slider", name="Noise level").fill("33")
    page.get_by_role("radio", name="Label").check(force=True)
    page.wait_for_url("**surface=label*")
    again = static("#" + page.url.split("#")[1])
    expect(summary(again)).to_have_text(summary(page).inner_text())
    expect(again.get_by_role("radio", name="Label")).to_be_checked()


@pytest.mark.parametrize(
    "fragment", ["#gate=<script>alert(1)</script>", "#model=99&epoch=-3", "#model=constructor", "#%%%"]
)
def test_hostile_links_show_the_first_view(static, fragment: str) -> None:
    expect(summary(static(fragment))).to_contain_text("AND gate, noise level 0.05")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_colours_follow_the_system_and_the_button(static, mode: str) -> None:
    page = static(color_scheme=mode)
    other = {"light": "dark", "dark": "light"}[mode]
    expect(page.locator("html")).to_have_attribute("data-theme", mode)
    before = drawn(page, "boundary", "rows")["fill_color"][0]
    page.get_by_role("button", name=f"Switch to {other} colours").click()
    expect(page.locator("html")).to_have_attribute("data-theme", other)
    assert drawn(page, "boundary", "rows")["fill_color"][0] != before


def test_every_control_has_a_name(static) -> None:
    page = static("#model=1")
    for role in ("slider", "combobox", "button", "checkbox", "radio"):
        for control in page.get_by_role(role).all():
            name = control.evaluate("c => c.ariaLabel || c.labels?.[0]?.textContent || c.textContent")
            assert name and name.strip(), control


def test_a_finished_sweep_s_grid_becomes_the_controls(page: Callable[..., Page], tmp_path: Path) -> None:
    gates = ("NAND", "XNOR", "IMPLY", "X1", "NOR")
    dataset = gs.sweep(gate=gates, noise_level=(0.1, 0.4), seed=(1, 2), C=(0.1, 1, np.inf))
    visited = opened(page(gs.export(tmp_path / "sweep.html", dataset).as_uri(), offline=True))
    expect(visited.get_by_role("combobox", name="Solver")).to_be_hidden()
    expect(visited.get_by_role("checkbox", name="2 seeds")).to_be_visible()
    expect(visited.get_by_role("radio", name="2 seeds")).to_be_checked()
    visited.get_by_role("combobox", name="Gate").select_option("IMPLY")
    visited.get_by_text("Training", exact=True).first.click()
    visited.get_by_role("slider", name="C (inverse penalty)").fill("2")
    expect(visited.locator("#value-C-text")).to_have_text("∞")
    expect(summary(visited)).to_contain_text("IMPLY gate, noise level 0.1")
    model = dataset.sel(gate="IMPLY", noise_level=0.1, seed=2, C=np.inf)
    weight = model.weight.values.astype(float)
    assert_same_boundary(drawn(visited, "boundary", "boundary"), weight, float(model.intercept))
