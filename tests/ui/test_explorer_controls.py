"""Every control of the Explorer, moved as a visitor moves it: the numbers on the page are the sweep's."""

import numpy as np
import pytest
import xarray as xr
from playwright.sync_api import Page, expect
from scipy.stats import norm

import gatesweep as gs
from tests.ui.explorer_pages import SOON, cells, choose, close_menu, control, go, shows, slide

LINK = "?view=explorer&noise_level=0.2,0.8&noise_count=4&seed_count=5&num_samples=60"
BASE = {"gate": ("AND", "OR", "XOR"), "noise_level": (0.2, 0.4, 0.6, 0.8), "seed": range(5), "num_samples": 60}
BY_C = "&compare=C&compare_values=0.1,1&y=C&panel=gate"


@pytest.fixture
def page(explorer) -> Page:
    yield explorer
    close_menu(explorer)  # one that a failed test left open would fail all that follow


def start(page: Page, more: str = "", measure: str = "exact_accuracy", dims: tuple = ("gate", "noise_level"), **grid):
    """Open the small grid, changed so; wait until it is shown."""
    go(page, LINK + more)
    shows(page, median(measure, dims, **grid))


def median(measure: str = "exact_accuracy", dims: tuple = ("gate", "noise_level"), **grid) -> xr.DataArray:
    values = gs.sweep(**(BASE | grid))[measure].astype(float).median("seed")
    return values.transpose(*dims, ...)


CONTROLS = {
    "gates": ("", {}, lambda p: choose(p, "Gates", "NAND"), {"gate": ("AND", "OR", "XOR", "NAND")}),
    "lowest noise": (
        "", {}, lambda p: slide(p, "Noise level", "ArrowRight"), {"noise_level": np.linspace(0.25, 0.8, 4).round(12)},
    ),
    "highest noise": (
        "", {}, lambda p: slide(p, "Noise level", "ArrowLeft", nth=1),
        {"noise_level": np.linspace(0.2, 0.75, 4).round(12)},
    ),
    "noise levels": ("", {}, lambda p: slide(p, "Noise levels", "ArrowRight"),
 {"noise_level": np.linspace(0.2, 0.8, 5).round(12)}),
    "seeds": ("", {}, lambda p: slide(p, "Seeds", "ArrowRight"), {"seed": range(6)}),
    "samples": ("", {}, lambda p: slide(p, "Rows", "ArrowRight"), {"num_samples": 80}),
    "features": ("", {}, lambda p: choose(p, "Features", "x₁, x₂, x₁x₂"), {"features": "interaction"}),
    "sgd": ("", {}, lambda p: choose(p, "Solver", "sgd"), {"solver": "sgd"}),
    "adam": ("", {}, lambda p: choose(p, "Solver", "adam"), {"solver": "adam"}),
    "C": ("", {}, lambda p: slide(p, "C (inverse penalty)", *["ArrowLeft"] * 20), {"C": 0.01}),
    "learning rate": (
        "&solver=sgd", {"solver": "sgd"}, lambda p: slide(p, "Learning rate", "ArrowLeft"), {"learning_rate": 0.4},
    ),
    "epochs": ("&solver=sgd", {"solver": "sgd"}, lambda p: slide(p, "Epochs", "ArrowLeft"), {"epochs": 19}),
}  # fmt: skip
"""What each control starts from (link and grid), how it is moved, and what the grid is then."""


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_trains_the_grid_that_it_says(page, name):
    link, grid, move, changed = CONTROLS[name]
    measure = "test_loss" if name == "C" else "exact_accuracy"
    start(page, f"{link}&measure={measure}", measure, **grid)
    move(page)
    shows(page, median(measure, **(grid | changed)))


def test_a_gate_leaves_as_it_came(page):
    start(page)
    choose(page, "Gates", "OR")
    shows(page, median(gate=("AND", "XOR")))


def test_only_what_the_solver_reads_is_there_to_set(page):
    start(page)
    by_newton, by_steps = ["C (inverse penalty)"], ["Learning rate", "Epochs"]
    for solver, there, gone in (("sgd", by_steps, by_newton), ("newton", by_newton, by_steps)):
        choose(page, "Solver", solver)
        for name in there:
            expect(control(page, "slider", name)).to_be_visible(timeout=SOON)
        for name in gone:
            expect(control(page, "slider", name)).to_have_count(0)


def test_the_record_switch_brings_the_epochs_and_takes_them_away(page):
    grid = {"solver": "sgd", "epochs": 3}
    start(page, "&solver=sgd&epochs=3", **grid)
    page.get_by_role("switch", name="Record every epoch").click()
    history = median("exact_accuracy_history", record="epoch", **grid)
    shows(page, history.isel(epoch=0))
    slide(page, "Epoch", "End")
    shows(page, history.isel(epoch=3))
    page.get_by_role("switch", name="Record every epoch").click()
    expect(page.get_by_role("slider", name="Epoch", exact=True)).to_have_count(0, timeout=SOON)
    shows(page, median(**grid))


@pytest.mark.parametrize(
    ("option", "name", "values", "more"),
    [
        ("C", "C", (0.001, 0.01, 0.1, 1, 10, 100, 1000), ""),
        ("rows", "num_samples", (20, 50, 100, 200, 500, 1000, 2000), ""),
        ("features", "features", ("linear", "interaction"), ""),
        ("learning rate", "learning_rate", (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30), "&solver=sgd"),
    ],
)
def test_one_more_parameter_is_compared(page, option, name, values, more):
    solver = {"solver": "sgd"} if more else {}
    start(page, more, **solver)
    choose(page, "Compare also", option)
    shows(page, median(dims=("gate", name, "noise_level"), **(solver | {name: values})))
    assert cells(page)["where"][4].endswith(f"{option} {values[1]}, noise level 0.2")
    choose(page, "Compare also", "nothing else")
    shows(page, median(**solver))


def test_a_second_parameter_is_compared_and_what_the_picture_hides_is_chosen(page):
    start(page, BY_C, dims=("gate", "C", "noise_level"), C=(0.1, 1))
    choose(page, "And", "rows")
    type_values(page, 1, "20, 200")
    dims = ("noise_level", "gate", "C", "num_samples")
    expected = median(dims=dims, C=(0.1, 1), num_samples=(20, 200))
    shows(page, expected[0])
    choose(page, "noise level", "0.6")
    shows(page, expected[2])
    choose(page, "And", "nothing else")
    shows(page, median(dims=("gate", "C", "noise_level"), C=(0.1, 1)))


def type_values(page: Page, nth: int, text: str) -> None:
    field = page.get_by_role("textbox", name="Values").nth(nth)
    field.fill(text)
    field.press("Enter")


def test_the_values_that_are_compared_can_be_typed(page):
    dims = ("gate", "C", "noise_level")
    start(page, BY_C + "&measure=test_loss", "test_loss", dims, C=(0.1, 1))
    type_values(page, 0, "0.01, 5, 50")
    shows(page, median("test_loss", dims, C=(0.01, 5, 50)))


def exact_accuracy(dataset: xr.Dataset, noise_level: float) -> np.ndarray:
    """Accuracy of every line for AND, OR and XOR (its first axis) on rows of this noise level, by the normal law."""
    weight, intercept = (dataset[name].values.astype(float) for name in ("weight", "intercept"))
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    sign = np.array([[-1, -1, -1, 1], [-1, 1, 1, 1], [-1, 1, 1, -1]]).reshape(3, *[1] * (intercept.ndim - 1), 4)
    distance = (weight @ corners.T + intercept[..., None]) / np.linalg.norm(weight, axis=-1)[..., None]
    return norm.cdf(sign * distance / noise_level).mean(-1)


def by_hand(dataset: xr.Dataset) -> dict[str, np.ndarray]:
    """Each measure by its name on the screen: (gate, noise level, seed)."""
    bayes, line, majority = (
        dataset[name].values[..., None] for name in ("bayes_accuracy", "best_linear_accuracy", "majority_accuracy")
    )
    exact, weight = dataset["exact_accuracy"].values.astype(float), dataset["weight"].values.astype(float)
    status = dataset["status"].values
    codes = dict(
        zip(dataset["status"].attrs["flag_meanings"].split(), dataset["status"].attrs["flag_values"], strict=True)
    )
    return {
        "test accuracy": dataset["test_accuracy"].values,
        "train accuracy": dataset["train_accuracy"].values,
        "separability index": (exact - majority) / (bayes - majority),
        "gap to the best line": exact - line,
        "gap to Bayes": exact - bayes,
        "transfer accuracy": exact_accuracy(dataset, 0.2),
        "test log loss": dataset["test_loss"].values,
        "train log loss": dataset["train_loss"].values,
        "weight norm": np.linalg.norm(weight, axis=-1),
        "iterations": dataset["n_iter"].values,
        "share separable": status == codes["separable"],
        "share diverged": status == codes["diverged"],
        "exact accuracy": exact,
    }  # fmt: skip


def test_every_measure_shows_its_own_numbers(page):
    start(page, "&C=inf&num_samples=20", C=float("inf"), num_samples=20)
    dataset = gs.sweep(**(BASE | {"C": float("inf"), "num_samples": 20}))
    for name, values in by_hand(dataset).items():
        choose(page, "Measure", name)
        expected = values.mean(-1) if name.startswith("share") else np.median(values.astype(float), -1)
        shows(page, expected)


def test_every_statistic_of_the_seeds(page):
    start(page)
    runs = gs.sweep(**BASE)["exact_accuracy"].values.astype(float)
    low, high = np.quantile(runs, 0.1, -1), np.quantile(runs, 0.9, -1)
    by_name = {
        "mean": runs.mean(-1), "10% quantile": low, "90% quantile": high, "lowest": runs.min(-1),
        "highest": runs.max(-1), "spread (10% to 90%)": high - low, "median": np.median(runs, -1),
    }  # fmt: skip
    for name, expected in by_name.items():
        choose(page, "Of the seeds", name)
        shows(page, expected)
    np.testing.assert_allclose(cells(page)["low"], low.ravel(), rtol=1e-6)
    np.testing.assert_allclose(cells(page)["high"], high.ravel(), rtol=1e-6)


def test_across_down_and_side_by_side(page):
    start(page, BY_C, dims=("gate", "C", "noise_level"), C=(0.1, 1))
    runs = gs.sweep(**(BASE | {"C": (0.1, 1)}))["exact_accuracy"].astype(float)
    middle = runs.median("seed")
    choose(page, "Side by side", "one picture")
    shows(page, middle.isel(gate=0).transpose("C", "noise_level"))
    choose(page, "Down", "gate")
    shows(page, middle.isel(C=0).transpose("gate", "noise_level"))
    choose(page, "Side by side", "C")
    shows(page, middle.transpose("C", "gate", "noise_level"))
    choose(page, "Across", "seed")
    shows(page, runs.isel(noise_level=0).transpose("C", "gate", "seed"))
    assert cells(page)["where"][7] == "C 0.1, OR, seed 2"
    choose(page, "Down", "noise level")
    shows(page, runs.isel(gate=0).transpose("C", "noise_level", "seed"))


def test_reset_leads_back_to_the_chosen_comparison(page):
    start(page)
    reset = page.get_by_role("button", name="Reset", exact=True)
    choose(page, "Measure", "train log loss")
    shows(page, median("train_loss"))
    reset.click()
    usual = gs.sweep(gate=BASE["gate"], noise_level=np.linspace(0, 1, 21).round(12), seed=range(20))
    shows(page, usual["exact_accuracy"].astype(float).median("seed"))
    expect(reset).to_have_count(0)
    page.wait_for_url("**/?view=explorer", timeout=SOON)
    slide(page, "Rows", "ArrowRight")
    expect(reset).to_be_visible(timeout=SOON)
