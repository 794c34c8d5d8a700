"""`gs.fit` on any data: scikit-learn's optimum, batches of all shapes, truthful status, bad input."""

import dataclasses
import itertools

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from torch.utils._python_dispatch import TorchDispatchMode

import gatesweep as gs
from gatesweep.engine.design import DenseDesign
from gatesweep.engine.loop import run
from gatesweep.engine.solvers.newton import Newton
from gatesweep.engine.solvers.protocol import Status

PARITY = {"float64": 1e-5, "float32": 1e-3}


def table(n=120, d=3, seed=0):
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, d))
    return X, (X.sum(1) + random.logistic(size=n) > 0).astype(int)


def optimum(X, y, sample_weight=None, C=1.0):
    """Weight and intercept that scikit-learn finds."""
    model = LogisticRegression(C=C, tol=1e-12, max_iter=100_000).fit(X, y, sample_weight)
    return np.append(model.coef_[0], model.intercept_)


def params(fit):
    return np.concatenate([fit.weight.numpy(), fit.intercept.numpy()[..., None]], -1)


# --- the optimum ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", PARITY)
@pytest.mark.parametrize("C", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("d, n", [(1, 50), (3, 120), (16, 200), (60, 300)])
def test_optimum_is_scikit_learns(d, n, C, dtype):
    X, y = table(n, d)
    fit = gs.fit(X, y, C=C, dtype=dtype)
    np.testing.assert_allclose(params(fit), optimum(X, y, C=C), rtol=PARITY[dtype], atol=PARITY[dtype])
    assert int(fit.status) == Status.converged
    probability = fit.predict_proba(X).double().numpy()
    np.testing.assert_allclose(float(fit.train_loss), log_loss(y, probability), rtol=1e-5)
    assert float(fit.train_accuracy) == pytest.approx((fit.predict(X).numpy() == y).mean())


def test_scaled_columns_reach_the_optimum():
    X, y = make_classification(300, 40, n_informative=10, random_state=0)
    X = X * np.logspace(-2, 2, 40)
    fit = gs.fit(X, y, dtype="float64")
    reference = LogisticRegression(solver="newton-cholesky", tol=1e-12).fit(X, y).coef_[0]
    np.testing.assert_allclose(fit.weight.numpy(), reference, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("spread", [1, 100, 10_000])
@pytest.mark.parametrize("C", [0.01, 1.0, 1000.0])
@pytest.mark.parametrize("gate, noise_level", [("AND", 0.05), ("XOR", 0.3), ("OR", 1.0)])
def test_newton_converges_from_any_start(gate, noise_level, C, spread, dtype):
    X, y = gs.generate_data_with_noise(200, gate, noise_level, 1)
    design = DenseDesign(torch.tensor(np.c_[X, np.ones(len(X))], dtype=dtype), torch.tensor(1 - 2 * y, dtype=dtype))
    starts = spread * torch.randn(50, 3, dtype=dtype, generator=torch.Generator().manual_seed(0))
    outcome = run(design, Newton(torch.tensor(C, dtype=dtype)), starts)
    assert (outcome.status == Status.converged).all()
    assert int(outcome.n_iter.max()) <= 30
    tolerance = PARITY[str(dtype).removeprefix("torch.")]
    expected = np.broadcast_to(optimum(X, y, C=C), (50, 3))
    np.testing.assert_allclose(outcome.params.numpy(), expected, rtol=tolerance, atol=tolerance)


def test_history_ends_at_the_result():
    X, y = table()
    fit = gs.fit(X, y, record="epoch")
    assert fit.history.weight.shape == (int(fit.n_iter) + 1, 3)
    assert torch.equal(fit.history.weight[-1], fit.weight)
    assert float(fit.history.weight[0].abs().max()) == 0
    assert float(fit.history.train_loss[0]) == pytest.approx(np.log(2), rel=1e-6)
    assert float(fit.history.train_loss[-1]) == pytest.approx(float(fit.train_loss), rel=1e-6)


@pytest.mark.parametrize("C", [1.0, np.inf])
def test_what_is_found_may_be_changed_and_differentiated(C):
    X, y = table()
    fit = gs.fit(X, y, C=C, dtype="float64", record="epoch", device="cpu")
    found = [getattr(held, field.name) for held in (fit, fit.history) for field in dataclasses.fields(held)]
    for tensor in (value for value in found if isinstance(value, torch.Tensor)):
        tensor *= 1
    weight = fit.weight.requires_grad_()
    (torch.tensor(X) @ weight).sum().backward()
    np.testing.assert_allclose(weight.grad, X.sum(0))


# --- batches -------------------------------------------------------------------------------------


def test_bootstrap_counts_refit_one_table():
    X, y = table()
    counts = np.random.default_rng(1).multinomial(120, np.full(120, 1 / 120), size=6)
    fit = gs.fit(X, y, counts, dtype="float64")
    repeated = [optimum(np.repeat(X, c, 0), np.repeat(y, c)) for c in counts]
    np.testing.assert_allclose(params(fit), repeated, rtol=1e-5, atol=1e-5)


class LargestTensor(TorchDispatchMode):
    """Notes the elements of the largest storage that any operation made."""

    elements = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        for made in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(made, torch.Tensor):
                self.elements = max(self.elements, made.untyped_storage().nbytes() // made.element_size())
        return result


@pytest.mark.parametrize("own_labels", [False, True])
def test_a_shared_table_is_not_copied(own_labels):
    X, y = table(n=100, d=6)
    models = 400
    if own_labels:
        y = np.random.default_rng(0).permuted(np.tile(y, (models, 1)), axis=1)
    with LargestTensor() as largest:
        gs.fit(X, y, np.random.default_rng(1).integers(0, 3, (models, 100)))
    assert 100 * models <= largest.elements < 2 * 100 * models


@pytest.mark.parametrize("junk", [0.0, 7.0, 1e30, np.inf, np.nan])
def test_padding_changes_nothing(junk):
    sizes = [30, 120, 75]
    tables = [table(n, 3, seed=n) for n in sizes]
    X, y, weight = np.full((3, 120, 3), junk), np.ones((3, 120)), np.zeros((3, 120))
    for i, (rows, labels) in enumerate(tables):
        X[i, : sizes[i]], y[i, : sizes[i]], weight[i, : sizes[i]] = rows, labels, 1
    fit = gs.fit(X, y, weight, dtype="float64")
    apart = [gs.fit(*one, dtype="float64") for one in tables]
    for name in ("weight", "intercept", "train_loss", "train_accuracy"):
        expected = torch.stack([getattr(one, name) for one in apart])
        torch.testing.assert_close(getattr(fit, name), expected, rtol=1e-9, atol=1e-10)
    assert fit.status.tolist() == [Status.converged] * 3


def test_padding_alone_in_a_mini_batch_moves_nothing():
    X, y = table(n=40)
    weight = np.zeros((2, 40))
    weight[0, :4], weight[1] = 1, 1
    fit = gs.fit(X, y, weight, solver="sgd", batch_size=8, epochs=3)
    assert torch.isfinite(fit.weight).all() and Status.diverged not in fit.status.tolist()
    torch.testing.assert_close(fit.weight[1], gs.fit(X, y, solver="sgd", batch_size=8, epochs=3).weight)


def test_groups_are_the_separate_fits():
    X, y = table(n=200)
    names = np.random.default_rng(2).choice(["north", "south", "east"], 200, p=[0.2, 0.5, 0.3])
    weight = np.random.default_rng(3).integers(1, 4, 200)
    fit = gs.fit(X, y, weight, groups=names, dtype="float64")
    assert fit.groups.tolist() == ["east", "north", "south"]
    for i, name in enumerate(fit.groups):
        at = names == name
        np.testing.assert_allclose(params(fit)[i], optimum(X[at], y[at], weight[at]), rtol=1e-5, atol=1e-5)


def test_strengths_are_dimensions_too():
    X, y = table()
    C = np.array([[0.1], [10.0]])
    fit = gs.fit(X, np.stack([y, 1 - y, y]), C=C, dtype="float64")
    assert fit.weight.shape == (2, 3, 3)
    np.testing.assert_allclose(params(fit)[1, 0], optimum(X, y, C=10.0), rtol=1e-5)
    np.testing.assert_allclose(params(fit)[0, 1], -optimum(X, y, C=0.1), rtol=1e-5)


# --- status, and neighbours ----------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["newton", "sgd", "adam"])
@pytest.mark.parametrize("trouble", ["infinite row", "separable", "one class", "huge"])
def test_trouble_stays_at_home(solver, trouble):
    X, y = (np.stack(parts) for parts in zip(*(table(seed=s) for s in range(3)), strict=True))
    options = {"solver": solver, "C": [1.0, np.inf, 1.0], "learning_rate": [0.5, 0.1, 0.5]}
    healthy = gs.fit(X, y, **options)
    if trouble == "infinite row":
        X[1, 5, 0] = np.inf
    elif trouble == "huge":
        X[1] *= 1e25
    else:
        y[1] = 1 if trouble == "one class" else X[1, :, 0] > 0
    fit = gs.fit(X, y, **options)
    for name in ("weight", "intercept", "status", "n_iter", "train_loss", "train_accuracy"):
        assert torch.equal(getattr(fit, name)[[0, 2]], getattr(healthy, name)[[0, 2]]), name
    if trouble == "infinite row":
        assert int(fit.status[1]) == Status.diverged
        assert torch.isfinite(fit.weight[1]).all()
    elif trouble != "huge" and solver == "newton":
        assert int(fit.status[1]) == Status.separable


def test_an_infinite_row_of_a_shared_table_hurts_only_those_who_count_it():
    X, y = table()
    X[5] = np.inf
    weight = np.ones((2, 120))
    weight[0, 5] = 0
    fit = gs.fit(X, y, weight, dtype="float64")
    assert fit.status.tolist() == [Status.converged, Status.diverged]
    others = np.arange(120) != 5
    np.testing.assert_allclose(params(fit)[0], optimum(X[others], y[others]), rtol=1e-5)


def test_a_learning_rate_far_too_large_is_called_diverged():
    X, y = table()
    fit = gs.fit(X, y, solver="sgd", learning_rate=[0.1, 1e6])
    assert fit.status.tolist()[1] == Status.diverged and fit.status.tolist()[0] != Status.diverged
    assert torch.isfinite(fit.weight).all()
    torch.testing.assert_close(fit.weight[0], gs.fit(X, y, solver="sgd", learning_rate=0.1).weight)


def test_the_budget_of_steps_is_reported():
    X, y = table()
    fit = gs.fit(X, y, max_iter=2)
    assert int(fit.status) == Status.max_iter and int(fit.n_iter) == 2


# --- prediction ----------------------------------------------------------------------------------


def forms(X):
    """The same rows, as people hold them."""
    frame = pd.DataFrame(X, columns=[f"column {i}" for i in range(X.shape[1])])
    fixed = X.copy()
    fixed.setflags(write=False)
    return {
        "backwards": X[::-1].copy()[::-1],  # its strides are negative
        "by columns": np.asfortranarray(X),
        "objects": X.astype(object),
        "read-only": fixed,
        "lists": X.tolist(),
        "tensor": torch.as_tensor(X),
        "frame": frame,
        "frame of objects": frame.astype(object),
    }


@pytest.mark.parametrize("form", forms(np.zeros((2, 2))))
def test_prediction_takes_what_fit_takes(form):
    X, y = table()
    given = forms(X)[form]
    fit = gs.fit(given, y, dtype="float64")
    wanted = 1 / (1 + np.exp(-(X @ fit.weight.numpy() + float(fit.intercept))))
    np.testing.assert_allclose(fit.predict_proba(given).numpy(), wanted, rtol=1e-12)
    assert fit.predict(given).tolist() == (wanted >= 0.5).astype(int).tolist()


@pytest.mark.parametrize("X", [np.zeros((5, 2)), np.zeros(3), np.zeros((2, 5, 4))])
def test_prediction_of_other_columns_is_refused(X):
    with pytest.raises(gs.InputError, match=r"X must have the shape \(\*batch, n, 3\)"):
        gs.fit(*table()).predict_proba(X)


def test_gradients_are_not_tracked():
    X, y = table()
    fit = gs.fit(torch.tensor(X, requires_grad=True), torch.tensor(y), C=torch.tensor(2.0, requires_grad=True))
    assert not any(getattr(fit, name).requires_grad for name in ("weight", "intercept", "train_loss", "params"))
    assert not fit.logits(torch.tensor(X, requires_grad=True)).requires_grad


def test_a_row_of_weight_zero_may_have_no_label():
    X, y = table()
    weight, labels = np.ones(120), y.astype(float)
    weight[3], labels[3] = 0, np.nan
    others = np.arange(120) != 3
    found = params(gs.fit(X, labels, weight, dtype="float64"))
    np.testing.assert_allclose(found, optimum(X[others], y[others]), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dtype", PARITY)
@pytest.mark.parametrize("C", [2e-39, 1e-300])
def test_the_strongest_penalty_leaves_the_intercept(C, dtype):
    X, y = table()
    fit = gs.fit(X, y, C=C, dtype=dtype)
    share = y.mean()
    assert fit.status == Status.converged and float(fit.weight.abs().max()) < 1e-25
    np.testing.assert_allclose(float(fit.intercept), np.log(share / (1 - share)), rtol=1e-4)


# --- bad input -----------------------------------------------------------------------------------

X_GOOD, Y_GOOD = [[0.0], [1.0], [2.0]], [0, 1, 0]
BAD = {
    "X must have the shape": {"X": [0.0, 1.0]},
    "X must have the shape .*none of them 0": {"X": np.zeros((0, 2))},
    "agree in n": {"y": [0, 1]},
    "agree in n,": {"sample_weight": [1, 1]},
    r"agree in \*batch": {"X": np.zeros((2, 3, 1)), "y": np.zeros((4, 3))},
    r"agree in \*batch, got .*\(5,\)": {"X": np.zeros((2, 3, 1)), "C": np.ones(5)},
    "X must not hold NaN": {"X": [[np.nan], [1.0], [2.0]]},
    "X must hold numbers": {"X": [["a"], ["b"], ["c"]]},
    "X must hold numbers, in a regular shape": {"X": [[1.0], [1.0, 2.0]]},
    "labels must be 0 and 1": {"y": [0, 1, 2]},
    "labels must be 0 and 1, got .*0.5": {"y": [0, 1, 0.5]},
    "labels must be 0 and 1, got .*nan": {"y": [0, 1, np.nan]},
    "not all 0 for a model": {"sample_weight": [[1, 1, 1], [0, 0, 0]]},
    "sample_weight must be finite, 0 or more": {"sample_weight": [1, 1, -1]},
    "sample_weight must be finite": {"sample_weight": [1, 1, np.nan]},
    "sample_weight must be finite,": {"sample_weight": [1, 1, np.inf]},
    "device must be one that torch finds": {"device": "abacus"},
    "C must be a number, more than 0": {"C": 0.0},
    "C must be .*got nan": {"C": [1.0, np.nan]},
    "learning_rate must be .*more than 0": {"learning_rate": -0.5},
    "epochs must be a whole number, 1 or more": {"epochs": 0},
    "batch_size must be a whole number": {"batch_size": 0},
    "max_iter must be": {"max_iter": 0},
    "solver must be one of newton": {"solver": "lbfgs"},
    "dtype must be one of float32": {"dtype": "float16"},
    "needs a gate": {"init": "population"},
    "with groups, X must be one table": {"groups": ["a", "b"]},
    "groups must give each row a label": {"groups": ["a", None, "b"]},
    "X must hold numbers.*none of them complex": {"X": np.ones((3, 1)) * 1j},
    "y must hold numbers.*none of them complex": {"y": torch.ones(3, dtype=torch.complex64)},
}


@pytest.mark.parametrize("message", BAD)
def test_bad_input_is_refused_with_its_rule(message):
    given = {"X": X_GOOD, "y": Y_GOOD} | BAD[message]
    with pytest.raises(gs.InputError, match=message):
        gs.fit(given.pop("X"), given.pop("y"), **given)


@pytest.mark.parametrize("C", [0.01, 1.0, 1e6, np.inf])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_one_model_is_spared_changes_no_bit(dtype, C, monkeypatch):
    """One model alone takes steps of fewer operations, where no guard of a batch's has anything to do."""
    taken, plain = [], Newton._plain_step

    def noted(*args):
        step = plain(*args)
        taken.append(step is not None)
        return step

    def path(seed, label):
        X, y = table(seed=seed)
        X, y = X * [1, 30, 0.1], y if label == "noisy" else (X[:, 0] > 0).astype(int)
        return gs.fit(X, y, C=C, dtype=dtype, record="epoch", device="cpu")

    tables = list(itertools.product(range(5), ("noisy", "separable")))
    monkeypatch.setattr(Newton, "_plain_step", noted)
    spared = [path(*one) for one in tables]
    assert sum(taken) > len(tables) and (C <= 1 or not all(taken))
    monkeypatch.setattr(Newton, "_plain_step", lambda *args: None)
    for one, found in zip(tables, spared, strict=True):
        full = path(*one)
        assert (found.status, found.n_iter) == (full.status, full.n_iter)
        assert torch.equal(found.history.weight, full.history.weight) and torch.equal(found.params, full.params)
