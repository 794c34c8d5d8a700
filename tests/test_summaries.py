"""Statistics over seeds against loops of NumPy's own functions, and the run behind a cell against its definition."""

import numpy as np
import pytest
import xarray as xr

from gatesweep import theory
from gatesweep.engine.solvers.protocol import Status
from gatesweep.errors import InputError
from gatesweep.plots.picture import Picture
from gatesweep.results.statistics import run_of, run_seed, summary
from gatesweep.sweep import sweep

NOISE = (0.0, 0.3, 0.8)


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    return sweep(gate=("AND", "XOR"), noise_level=NOISE, seed=range(7), num_samples=60)


@pytest.mark.parametrize(
    ("statistic", "oracle"),
    [
        ("median", np.nanmedian),
        ("mean", np.nanmean),
        ("low", lambda v: np.nanquantile(v, 0.1)),
        ("high", lambda v: np.nanquantile(v, 0.9)),
        ("worst", np.nanmin),
        ("best", np.nanmax),
        ("spread", lambda v: np.nanquantile(v, 0.9) - np.nanquantile(v, 0.1)),
    ],
)
def test_statistic_of_each_cell(dataset, statistic, oracle):
    broken = dataset.copy(deep=True)
    broken["test_accuracy"][1, 2, [0, 3]] = np.nan
    frame = summary(broken, "test_accuracy", statistic)
    for gate in ("AND", "XOR"):
        for noise in NOISE:
            runs = broken["test_accuracy"].sel(gate=gate, noise_level=noise).values.astype(float)
            assert frame["value"].sel(gate=gate, noise_level=noise).item() == pytest.approx(oracle(runs), abs=1e-12)


def test_a_cell_without_any_finite_run_is_nan(dataset):
    broken = dataset.copy(deep=True)
    broken["test_loss"][0, 1] = np.nan
    for statistic in ("mean", "median", "spread"):
        frame = summary(broken, "test_loss", statistic)
        assert np.isnan(frame["value"][0, 1]) and np.isfinite(frame["value"][1, 1])


def test_band_is_of_the_measure_itself(dataset):
    frame = summary(dataset, "weight_norm", "mean")
    norms = np.linalg.norm(dataset["weight"].sel(gate="AND", noise_level=0.3).values, axis=-1)
    cell = frame.sel(gate="AND", noise_level=0.3)
    expected = [np.quantile(norms, q) for q in (0.1, 0.5, 0.9)]
    np.testing.assert_allclose([cell["low"], cell["median"], cell["high"]], expected, rtol=1e-6)


def test_limits_beside_the_numbers_are_theory(dataset):
    frame = summary(dataset)
    for gate in ("AND", "XOR"):
        np.testing.assert_allclose(frame["bayes_accuracy"].sel(gate=gate), theory.bayes_accuracy(gate, np.array(NOISE)))
        assert frame["majority_accuracy"].sel(gate=gate).values.tolist() == [theory.majority_accuracy(gate)] * 3
    assert "bayes_accuracy" not in summary(dataset, "test_loss")


@pytest.mark.parametrize("measure", ["gap_to_best_line", "gap_to_bayes", "separability_index"])
def test_a_limit_on_another_scale_has_another_name(dataset, measure):
    frame = summary(dataset, measure)
    assert not [name for name in frame if "accuracy" in name]
    bayes, best = (theory.bayes_accuracy("XOR", np.array(NOISE)), theory.best_linear_accuracy("XOR", np.array(NOISE)))
    at_best = {"gap_to_best_line": bayes - best, "gap_to_bayes": 0 * bayes, "separability_index": 1 + 0 * bayes}
    np.testing.assert_allclose(frame[f"bayes_{measure}"].sel(gate="XOR"), at_best[measure], atol=1e-12)
    assert {f"best_linear_{measure}", f"population_{measure}", f"majority_{measure}"} < set(frame)


def test_axes_may_be_exchanged_and_seeds_shown(dataset):
    frame = summary(dataset, "exact_accuracy", x="seed", y="noise_level", panel="gate")
    assert frame["value"].dims == ("gate", "noise_level", "seed")
    np.testing.assert_array_equal(frame["value"], dataset["exact_accuracy"].transpose("gate", "noise_level", "seed"))


def test_dimension_not_shown_is_taken_at_its_value():
    swept = sweep(gate="AND", noise_level=(0.1, 0.2), seed=range(3), C=(0.01, 10.0), num_samples=40)
    for C in (0.01, 10.0):
        frame = summary(swept, "weight_norm", "mean", at={"C": C})
        norms = np.linalg.norm(swept["weight"].sel(gate="AND", C=C).values, axis=-1)
        np.testing.assert_allclose(frame["value"][0], norms.mean(-1), rtol=1e-6)


def test_epochs_stay_when_they_are_not_an_axis():
    swept = sweep(gate="OR", noise_level=0.2, seed=range(4), num_samples=40, solver="sgd", epochs=3, record="epoch")
    frame = summary(swept, "train_loss", "mean")
    assert frame["value"].dims == ("gate", "noise_level", "epoch")
    np.testing.assert_allclose(frame["value"][0, 0], swept["train_loss_history"][0, 0].mean("seed"), rtol=1e-6)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("y", ["gate", "epoch"])
def test_a_fit_is_diverged_from_the_epoch_on_at_which_it_ran_away(solver, y):
    grid = {"gate": ("AND", "XOR"), "noise_level": NOISE, "seed": range(5), "num_samples": 60, "solver": solver}
    grid["learning_rate"] = 30.0
    found = summary(sweep(**grid, epochs=6, record="epoch"), y=y, at={"gate": "AND"} if y == "epoch" else {})
    ended = sweep(**grid, epochs=6).status == Status.diverged
    shares = []
    for epoch in range(1, 7):
        gone = ended & (sweep(**grid, epochs=epoch).status == Status.diverged)
        share = gone.mean("seed").sel(gate=found["gate"] if y == "gate" else "AND")
        np.testing.assert_allclose(found["diverged"].sel(epoch=epoch), share, atol=1e-12)
        shares.append(share)
    assert (found["diverged"].sel(epoch=0) == 0).all()
    assert len({float(share.sum()) for share in shares}) > 1, "not all at once"


@pytest.mark.parametrize("measure", ["exact_accuracy", "test_loss"])
def test_runs_behind_a_cell(dataset, measure):
    runs = dataset[measure].sel(gate="XOR", noise_level=0.3)
    better = max if measure == "exact_accuracy" else min
    worse = min if measure == "exact_accuracy" else max
    chosen = {
        run: runs.sel(seed=run_seed(dataset, measure, run, gate="XOR", noise_level=0.3)).item()
        for run in ("median", "best", "worst")
    }
    assert chosen["best"] == better(runs.values) and chosen["worst"] == worse(runs.values)
    assert chosen["median"] == np.median(runs.values)


def test_refusals(dataset):
    for wrong in (
        lambda: summary(dataset, "accuracy"),
        lambda: summary(dataset, statistic="mode"),
        lambda: summary(dataset, x="gate", y="gate"),
        lambda: summary(dataset, x="C"),
        lambda: run_seed(dataset, run="luckiest", gate="AND", noise_level=0.3),
        lambda: run_seed(dataset, gate="AND", noise_level=0.123),
    ):
        with pytest.raises(InputError):
            wrong()


def test_starts_count_with_the_seeds_until_they_have_a_place():
    starts = sweep(
        gate="XOR", noise_level=(0.1, 0.3), seed=range(3), init_seed=range(4), hidden_units=(1, 2), solver="adam",
        learning_rate=0.1, epochs=3, num_samples=60,
    )  # fmt: skip
    values = starts["test_loss"].sel(gate="XOR", noise_level=0.3, hidden_units=2)
    shown = summary(starts, "test_loss", y="hidden_units")["value"].sel(noise_level=0.3, hidden_units=2)
    assert shown.item() == pytest.approx(np.median(values.values), rel=1e-6)
    across = summary(starts, "test_loss", x="init_seed", y="hidden_units", at={"noise_level": 0.3})["value"]
    np.testing.assert_allclose(across.sel(hidden_units=2), values.median("seed"), rtol=1e-6)
    one = summary(starts, "test_loss", y="hidden_units", at={"init_seed": 2})["value"].sel(noise_level=0.3)
    assert one.sel(hidden_units=2).item() == pytest.approx(values.sel(init_seed=2).median().item(), rel=1e-6)
    best = run_of(starts, "test_loss", "best", gate="XOR", noise_level=0.3, hidden_units=2)
    assert values.sel(best) == values.min() and set(best) == {"seed", "init_seed"}
    picture = Picture.from_data(starts, {"y": "hidden_units", "measure": "test_loss"})
    assert picture.names[-1] == "12 nets of 2 hidden neurons, noise level 0.3"
    assert "median of 12 nets" in picture.title and "10 to 90% of nets" in picture.tooltip
