"""The page that trains, in Chromium, from disk and offline: its engine, its controls, its population."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

import gatesweep as gs
from gatesweep.page.export import render
from tests.page_cases import ENGINE, model_cases, swept
from tests.ui.export_oracle import assert_same_boundary
from tests.ui.test_export import drawn, title

MAX_BYTES = 1_500_000


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
        opened = page(None, offline=True, **options)
        opened.on("request", lambda request: asked.append(request.url.split("#")[0].split("?")[0]))
        opened.goto(file.as_uri() + link)
        expect(opened.locator("html")).to_have_attribute("data-ready", "true")
        return opened

    yield open_page
    assert {url for url in asked if not url.startswith("blob:")} == {file.as_uri()}


def slide(page: Page, name: str, index: int) -> None:
    page.locator(f"#value-{name}").fill(str(index))


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
    expect(title(page)).to_have_text("Predictions for AND gate with noise level 0.05 (Train: 1.00, Test: 1.00)")
    page.get_by_role("combobox", name="Gate").select_option("IMPLY")
    slide(page, "noise_level", 37)
    slide(page, "seed", 7)
    slide(page, "C", 8)
    settings = {"gate": "IMPLY", "noise_level": 0.37, "seed": 7, "C": 10.0}
    model = gs.sweep(**settings, dtype="float64").squeeze()
    assert_same_boundary(drawn(page, "contour50"), model.weight.values, float(model.intercept))
    for part in ("train", "test", "exact"):
        shown = float(page.locator(f"#scores tr.{part} td").last.inner_text().split("\u00a0")[0])
        assert shown == pytest.approx(100 * float(model[f"{part}_accuracy"]), abs=0.0501)

    page.get_by_role("combobox", name="Model").select_option(label="Adam, epoch by epoch")
    page.get_by_role("radio", name="interaction").check(force=True)
    slide(page, "epochs", 3)
    page.get_by_role("radio", name="linear", exact=True).last.check(force=True)
    settings |= {"solver": "adam", "features": "interaction", "epochs": 10, "init": "linear"}
    model = gs.sweep(**settings, dtype="float64", record="epoch").squeeze()
    expect(page.get_by_role("slider", name="Epoch", exact=True)).to_have_value("10")
    np.testing.assert_allclose(drawn(page, "train-loss")["loss"], model.train_loss_history, rtol=1e-6)
    page.get_by_role("slider", name="Epoch", exact=True).fill("4")
    weight = model.weight_history.sel(epoch=4).transpose("feature").values
    assert_same_boundary(drawn(page, "contour50"), weight, float(model.intercept_history.sel(epoch=4)))


def test_the_map_is_the_sweep_s_and_a_click_opens_the_model(live) -> None:
    page = live("#gate=XOR&noise_level=0.3&solver=sgd")
    expect(page.locator("#about")).to_have_text("1,260 models in the map", timeout=60_000)
    levels = [round(0.05 * i, 2) for i in range(21)]
    sweep = gs.sweep(noise_level=levels, seed=range(20), solver="sgd", dtype="float64").mean("seed")
    np.testing.assert_allclose(
        np.reshape(drawn(page, "cells")["value"], (3, 21)), sweep.test_accuracy.transpose("gate", ...), atol=2e-3
    )
    page.get_by_role("combobox", name="Measure").select_option(label="Exact accuracy")
    exact = sweep.exact_accuracy.transpose("gate", ...)
    np.testing.assert_allclose(np.reshape(drawn(page, "cells")["value"], (3, 21)), exact, atol=1e-5)


def test_two_hundred_seeds_their_lines_and_a_dot_that_opens_one(live) -> None:
    page = live("#gate=XOR&noise_level=0.2&cloud=true")
    expect(page.get_by_role("checkbox", name="Lines of 200 seeds")).to_be_checked()
    expect(page.locator("#seeds-title")).to_have_text("Test accuracy of 200 seeds")
    page.wait_for_function("() => document.getElementById('about').textContent.endsWith('in the map')")
    sweep = gs.sweep(gate="XOR", noise_level=0.2, seed=range(200), dtype="float64").squeeze()
    np.testing.assert_allclose(drawn(page, "seeds")["value"], sweep.test_accuracy, atol=1e-6)
    assert 150 < len(drawn(page, "cloud")["x0"]) <= 200


def test_by_hand_scores_follow_the_weights(live) -> None:
    page = live("?by_hand=true&gate=XOR&noise_level=0.2&w1=1&w2=1&intercept=-0.5")
    expect(page.get_by_role("checkbox", name="Weights by hand")).to_be_checked()
    assert_same_boundary(drawn(page, "contour50"), np.array([1.0, 1.0]), -0.5)
    expected = 100 * float(gs.theory.exact_accuracy([1, 1], -0.5, "XOR", 0.2))
    expect(page.locator("#scores tr.exact td").last).to_have_text(f"{expected:.1f}\u00a0%")
    page.get_by_role("slider", name="intercept").fill("-1.5")
    assert_same_boundary(drawn(page, "contour50"), np.array([1.0, 1.0]), -1.5)
    page.get_by_role("checkbox", name="Weights by hand").uncheck()
    model = gs.sweep(gate="XOR", noise_level=0.2, seed=42, dtype="float64").squeeze()
    assert_same_boundary(drawn(page, "contour50"), model.weight.values, float(model.intercept))


def test_the_confusion_matrix_counts_the_test_rows(live) -> None:
    page = live("#gate=OR&noise_level=0.5")
    counts = [int(page.locator(f"#confusion-{label}{answer}").inner_text()) for label in (0, 1) for answer in (0, 1)]
    assert sum(counts) == 100
    model = gs.sweep(gate="OR", noise_level=0.5, seed=42).squeeze()
    assert (counts[0] + counts[3]) / 100 == pytest.approx(float(model.test_accuracy))


def test_a_strict_page_that_forbids_workers_still_shows_the_population(browser: Browser, file: Path, tmp_path) -> None:
    # Not the `page` fixture: the browser's word about the policy, which it fails on, is what is wanted here.
    policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
    meta = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
    strict = tmp_path / "strict.html"
    strict.write_text(file.read_text(encoding="utf-8").replace('<meta charset="utf-8">', meta, 1), encoding="utf-8")
    opened = browser.new_page()
    opened.goto(strict.as_uri())
    expect(opened.locator("#about")).to_have_text("1,260 models in the map", timeout=60_000)
    opened.close()
