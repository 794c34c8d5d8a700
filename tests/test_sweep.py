"""What a sweep reports is true: scores, histories, exact accuracy, and how each fit ended."""

import threading

import numpy as np
import pytest
from scipy.optimize import linprog

import gatesweep as gs
from gatesweep.engine.solvers.protocol import Status
from gatesweep.gates import GATE_NAMES
from gatesweep.grids import plan
from gatesweep.lecture import gate_data
from gatesweep.results import schema
from tests import recompute

SOLVERS = ("newton", "sgd", "adam")
SPLIT = {"newton": "sklearn", "sgd": "torch", "adam": "torch"}
GRID = {"gate": ("AND", "XOR", "IMPLY"), "noise_level": (0.05, 0.3, 0.9), "seed": (2, 9), "num_samples": 203}


def sweep(**parameters):
    return gs.sweep(**{**GRID, "device": "cpu", **parameters})


def models(dataset):
    """Every model of gate, noise level and seed, one by one."""
    for g in range(dataset.sizes["gate"]):
        for r in range(dataset.sizes["noise_level"]):
            for s in range(dataset.sizes["seed"]):
                yield dataset.isel(gate=g, noise_level=r, seed=s)


@pytest.mark.parametrize("features", ["linear", "interaction"])
@pytest.mark.parametrize("solver", SOLVERS)
def test_losses_and_accuracies_are_those_of_the_weights(solver, features):
    for model in models(sweep(solver=solver, features=features, dtype="float64")):
        X, y, train, test = recompute.data_of(model, 203, SPLIT[solver], features)
        for part, rows in {"train": train, "test": test}.items():
            loss, accuracy = recompute.scores(X[rows], y[rows], model.weight, model.intercept)
            assert float(model[f"{part}_loss"]) == pytest.approx(loss, rel=1e-10)
            assert float(model[f"{part}_accuracy"]) == accuracy


@pytest.mark.parametrize("solver", SOLVERS)
def test_histories_are_those_of_the_weights_at_every_epoch(solver):
    found = sweep(solver=solver, record="epoch", epochs=4, max_iter=8, dtype="float64", init="ones")
    assert found.epoch.values.tolist() == list(range(9 if solver == "newton" else 5))
    for model in models(found):
        X, y, train, test = recompute.data_of(model, 203, SPLIT[solver])
        assert model.weight_history[0].values.tolist() == [1, 1] and float(model.intercept_history[0]) == 1
        for epoch in range(found.sizes["epoch"]):
            now = model.isel(epoch=epoch)
            for part, rows in {"train": train, "test": test}.items():
                loss, accuracy = recompute.scores(X[rows], y[rows], now.weight_history, now.intercept_history)
                assert float(now[f"{part}_loss_history"]) == pytest.approx(loss, rel=1e-10)
                assert float(now[f"{part}_accuracy_history"]) == accuracy


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("solver", SOLVERS)
def test_recording_ends_at_the_result_and_changes_nothing(solver, dtype):
    plain = sweep(solver=solver, dtype=dtype, max_iter=30, epochs=5)
    recorded = sweep(solver=solver, dtype=dtype, max_iter=30, epochs=5, record="epoch")
    last = recorded.isel(epoch=-1)
    for name in plain.data_vars:
        assert plain[name].identical(recorded[name].drop_vars("epoch", errors="ignore")), name
        if f"{name}_history" in last:
            assert last[f"{name}_history"].to_numpy().tobytes() == recorded[name].to_numpy().tobytes(), name


def test_newton_steps_after_the_last_keep_its_values_and_n_iter_counts_them():
    found = sweep(record="epoch", max_iter=20)
    for model in models(found):
        steps = int(model.n_iter)
        path = model.weight_history.to_numpy()
        assert (path[steps:] == path[steps]).all() and (path[steps] != path[steps - 1]).any()


def test_newton_stops_where_the_gradient_of_scikit_learns_objective_is_zero():
    found = sweep(C=(0.01, 1.0, 100.0), dtype="float64")
    assert (found.status == Status.converged).all()
    for C in found.C.values:
        for model in models(found.sel(C=C)):
            X, y, train, _ = recompute.data_of(model, 203, "sklearn")
            gradient = recompute.objective_gradient(X[train], y[train], model.weight, model.intercept, C)
            np.testing.assert_allclose(gradient, 0, atol=1e-7 * len(train))


@pytest.mark.parametrize("gate", [*GATE_NAMES, "00010111"])
def test_exact_accuracy_is_the_closed_form_of_the_weights(gate):
    found = sweep(gate=gate, dtype="float64", num_samples=500)
    for model in models(found):
        line = recompute.exact_accuracy(model.weight, model.intercept, gs.as_gate(gate).truth, float(model.noise_level))
        assert float(model.exact_accuracy) == pytest.approx(line, abs=1e-12)


def test_exact_accuracy_of_interaction_models_is_what_fresh_rows_show():
    found = sweep(features="interaction", seed=[4])
    for model in models(found):
        gate, noise_level = str(model.gate.item()), float(model.noise_level)
        X, y, *_ = gate_data(gate, noise_level, 999, 400_000)
        fresh = recompute.scores(np.column_stack([X, X[:, 0] * X[:, 1]]), y, model.weight, model.intercept)[1]
        assert float(model.exact_accuracy) == pytest.approx(fresh, abs=4 * 0.5 / np.sqrt(400_000))


def test_without_noise_exact_accuracy_counts_corners():
    found = sweep(noise_level=0.0, gate=("AND", "OR", "XOR"))
    assert (found.exact_accuracy.sel(gate=["AND", "OR"]) == 1).all()
    assert (found.exact_accuracy.sel(gate="XOR") * 4 % 1 == 0).all()


# --- how a fit ended -----------------------------------------------------------------------------


def separates(X, y):
    """Whether a line keeps all rows on their sides, not all of them on the line itself: a linear program."""
    rows = np.where(y == 1, 1.0, -1.0)[:, None] * np.column_stack([X, np.ones(len(X))])
    found = linprog(-rows.sum(0), A_ub=-rows, b_ub=np.zeros(len(X)), bounds=(-1, 1), method="highs-ds")
    return -found.fun > 1e-7


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_without_a_penalty_separable_is_exactly_what_a_line_separates(dtype):
    grid = {"gate": ("AND", "XOR", "X1"), "noise_level": (0.0, 0.3, 0.6), "seed": range(25), "num_samples": 16}
    found = sweep(C=np.inf, dtype=dtype, **grid)
    truly = [
        separates(X[train], y[train]) for X, y, train, _ in (recompute.data_of(m, 16, "sklearn") for m in models(found))
    ]
    said = [int(model.status) == Status.separable for model in models(found)]
    assert said == truly and 50 < sum(truly) < 175
    assert (found.status != Status.diverged).all() and np.isfinite(found.weight).all()
    assert (found.train_accuracy.where(found.status == Status.separable, 1) >= 0.5).all()


def test_with_a_penalty_separable_rows_converge():
    assert (sweep(noise_level=0.0, gate="AND", C=1e6).status == Status.converged).all()


@pytest.mark.parametrize("features", ["linear", "interaction"])
@pytest.mark.parametrize("solver", SOLVERS)
def test_a_gate_of_one_class_is_separable_finite_and_right_everywhere(solver, features):
    found = sweep(gate=("FALSE", "TRUE"), noise_level=(0.0, 0.2), solver=solver, epochs=60, features=features)
    assert (found.status == Status.separable).all()
    assert np.isfinite(found.weight).all() and np.isfinite(found.train_loss).all()
    for name in ("train_accuracy", "test_accuracy"):
        assert (found[name] == 1).all()
    assert (found.majority_accuracy == 1).all() and (found.exact_accuracy > 0.98).all()


def test_a_budget_that_ends_is_max_iter():
    found = sweep(max_iter=1, init="ones")
    assert (found.status == Status.max_iter).all() and (found.n_iter == 1).all()
    found = sweep(solver="sgd", epochs=2)
    assert (found.n_iter == 2).all() and (found.status == Status.max_iter).any()


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_a_rate_far_too_large_is_diverged_with_finite_parameters(solver):
    found = sweep(solver=solver, learning_rate=(0.5, 1e6), gate="XOR", dtype="float32")
    assert (found.status.sel(learning_rate=1e6) == Status.diverged).all()
    assert (found.status.sel(learning_rate=0.5) != Status.diverged).all()
    assert np.isfinite(found.weight).all() and np.isfinite(found.intercept).all()


@pytest.mark.parametrize("init", ["ones", "linear"])
def test_newton_finds_the_same_optimum_from_every_start(init):
    near, far = sweep(dtype="float64"), sweep(dtype="float64", init=init, init_seed=3)
    np.testing.assert_allclose(far.weight, near.weight, rtol=1e-7, atol=1e-9)
    assert (far.n_iter >= near.n_iter).mean() > 0.7


# --- progress, cancelling, arguments -------------------------------------------------------------


def test_progress_counts_every_model_once():
    said = []
    sweep(seed=range(30), progress=lambda done, total: said.append((done, total)))
    assert said[-1] == (270, 270) and [done for done, _ in said] == sorted({done for done, _ in said})


def test_progress_goes_on_within_a_block_by_its_share_of_the_epochs():
    said = []
    sweep(gate="AND", noise_level=0.2, seed=range(30), solver="sgd", epochs=3, progress=lambda *done: said.append(done))
    assert said == [(10, 30), (20, 30), (30, 30)]


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_cancelled_sweep_ends_with_cancelled_and_the_next_one_works(solver, monkeypatch):
    monkeypatch.setattr(plan, "CHUNK_MODELS", 27)
    cancel, said = threading.Event(), []

    def stop(done, total):
        said.append(done)
        cancel.set()

    with pytest.raises(gs.Cancelled):
        sweep(solver=solver, seed=range(60), progress=stop, cancel=cancel)
    assert 0 < said[-1] < 540
    assert sweep(solver=solver, cancel=threading.Event()).sizes["gate"] == 3


class AfterFiveLooks(threading.Event):
    looks = 0

    def is_set(self):
        self.looks += 1
        return self.looks > 5


def test_a_sweep_is_cancelled_between_two_steps():
    cancel = AfterFiveLooks()
    with pytest.raises(gs.Cancelled):
        sweep(solver="sgd", gate="AND", noise_level=0.1, seed=1, num_samples=100, epochs=200, cancel=cancel)
    assert cancel.looks == 6


def test_an_experiment_and_its_parameters_are_one():
    assert sweep().identical(gs.sweep(gs.Experiment.of(**GRID), device="cpu"))
    with pytest.raises(gs.InputError, match="give either an experiment or parameters, got .*'gate'"):
        gs.sweep(gs.Experiment.of(), gate="AND")


def test_a_result_beyond_memory_is_refused_before_it_begins(monkeypatch):
    monkeypatch.setattr(schema, "n_bytes", lambda experiment: 10**15)
    with pytest.raises(
        gs.InputError, match=r"result of a sweep must fit into memory, got '1000000.0 GB of .*stream it"
    ):
        sweep()
