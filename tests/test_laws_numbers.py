"""Laws of numbers: what a fit finds does not depend on the unit or the origin of the columns, on any data."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

import gatesweep as gs
from gatesweep.engine import compensated
from gatesweep.engine.solvers.protocol import Status

CLOSE = {"float64": {"rtol": 1e-5, "atol": 1e-6}, "float32": {"rtol": 2e-3, "atol": 2e-3}}
FARTHEST = {"float64": 9, "float32": 6}
strengths = st.sampled_from([1e-6, 1e-3, 1.0, 1e3, 1e6, np.inf])
dtypes = st.sampled_from(["float32", "float64"])


def table(seed, n=150, d=3):
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, d))
    return X, (X.sum(1) + 2 * random.logistic(size=n) > 0).astype(int)


def oracle(X, y, C=np.inf):
    """The logits of the optimum: by damped Newton steps in centred, scaled columns."""
    unit = X.std(0)
    Z = np.c_[(X - X.mean(0)) / unit, np.ones(len(X))]
    shrink = np.append(1 / (C * unit**2), 0)
    w = np.zeros(Z.shape[1])
    for _ in range(200):
        p = 1 / (1 + np.exp(-Z @ w))
        gradient = Z.T @ (p - y) + shrink * w
        step = np.linalg.solve((Z.T * (p * (1 - p))) @ Z + np.diag(shrink), gradient)
        w = w - step / max(1, np.abs(Z @ step).max() / 2)
    assert np.abs(step).max() < 1e-8
    return Z @ w


@given(st.integers(0, 10**6), st.floats(-8, 8), st.floats(0, 1), strengths, dtypes)
@example(7, 0.0, 0.5, np.inf, "float32")
def test_no_unit_and_no_origin_moves_a_logit(seed, power, distance, C, dtype):
    X, y = table(seed)
    unit = 10.0**power
    moved = (X + 10.0 ** (FARTHEST[dtype] * distance)) * unit
    with np.errstate(over="ignore"):
        one, other = gs.fit(X, y, C=C, dtype=dtype), gs.fit(moved, y, C=C / unit**2, dtype=dtype)
    assert one.status == other.status == Status.converged
    np.testing.assert_allclose(other.logits(moved), one.logits(X), **CLOSE[dtype])
    np.testing.assert_allclose(one.logits(X), oracle(X, y, C), **CLOSE[dtype])


NAMED = {
    "small units": (np.array([-3.0, -2, -1, 1, 2, 3]) * 1e7, [0, 0, 1, 0, 1, 1], 0.73248753e-7),
    "years": (np.repeat([2023.0, 2024.0], 100), np.repeat([1, 0, 1, 0], [30, 70, 80, 20]), 2.2335922),
}


@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("name", NAMED)
def test_known_slopes(name, dtype):
    x, y, slope = NAMED[name]
    fit = gs.fit(x[:, None], y, C=np.inf, dtype=dtype)
    assert fit.status == Status.converged
    np.testing.assert_allclose(float(fit.weight), slope, rtol=1e-5)


@given(st.integers(0, 10**6), dtypes, st.sampled_from([1e6, np.inf]))
def test_redundant_columns_are_the_limit_of_the_weakest_penalty(seed, dtype, C):
    X, y = table(seed, d=2)
    fit = gs.fit(np.c_[X, X[:, :1], np.full(len(X), 5.0)], y, C=C, dtype=dtype)
    alone = gs.fit(X, y, dtype="float64", C=np.inf)
    assert fit.status == (Status.redundant if C == np.inf else Status.converged)
    expected = [float(alone.weight[0]) / 2, float(alone.weight[1]), float(alone.weight[0]) / 2, 0]
    np.testing.assert_allclose(fit.weight, expected, rtol=1e-3, atol=1e-4)


@given(st.integers(0, 10**6), st.integers(0, 3), st.floats(-1e6, 1e6), strengths, dtypes)
def test_an_idle_column_changes_nothing_and_has_no_weight(seed, place, constant, C, dtype):
    X, y = table(seed)
    with_idle = gs.fit(np.insert(X, place, constant, axis=1), y, C=C, dtype=dtype)
    without = gs.fit(X, y, C=C, dtype=dtype)
    assert with_idle.status == (Status.redundant if C == np.inf else Status.converged)
    assert float(with_idle.weight[place]) == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(np.delete(with_idle.weight.numpy(), place), without.weight, **CLOSE[dtype])
    np.testing.assert_allclose(with_idle.intercept, without.intercept, **CLOSE[dtype])


@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(0, 14))
def test_logits_that_cancel_keep_their_digits(seed, d, power):
    random = np.random.default_rng(seed)
    inputs, params = random.normal(size=(5, d)) + 10.0**power, random.normal(size=d + 1)
    params[-1] = -(inputs[0] @ params[:-1])
    found = compensated.logits(torch.from_numpy(inputs), torch.from_numpy(params)).numpy()
    weight, intercept = [Fraction(w) for w in params[:-1]], Fraction(params[-1])
    exact = [sum((Fraction(x) * w for x, w in zip(row, weight, strict=True)), intercept) for row in inputs]
    np.testing.assert_allclose(found, np.array(exact, float), rtol=1e-12, atol=1e-28 * 10.0**power)


@given(st.integers(0, 10**6), st.floats(0, 12), st.floats(-5, 0), st.booleans())
def test_predictions_keep_the_digits_that_the_weights_have(seed, power, likeness, is_shared):
    random = np.random.default_rng(seed)
    X = random.normal(size=(12, 2)) + 10.0**power
    X[:, 1] = X[:, 0] + 10.0**likeness * random.normal(size=12)
    found = gs.fit(X, np.arange(12) % 2, C=[1.0, np.inf], dtype="float64")
    logits = found.logits(X if is_shared else np.stack([X, X])).numpy()
    for params, of_one in zip(found.params.tolist(), logits, strict=True):
        weight, intercept = [Fraction(w) for w in params[:-1]], Fraction(params[-1])
        exact = [float(sum((Fraction(x) * w for x, w in zip(row, weight, strict=True)), intercept)) for row in X]
        np.testing.assert_allclose(of_one, exact, rtol=2e-9, atol=2e-9)


@pytest.mark.parametrize("dtype", CLOSE)
def test_one_hot_with_all_levels(dtype):
    X = np.eye(3)[np.repeat([0, 1, 2], 10)]
    y = np.concatenate([np.arange(10) < k for k in (2, 5, 8)])
    fit = gs.fit(X, y, C=np.inf, dtype=dtype)
    assert fit.status == Status.redundant
    np.testing.assert_allclose(float(fit.train_loss), 0.5646507, rtol=1e-6)
    np.testing.assert_allclose(fit.weight, [-np.log(4), 0, np.log(4)], atol=1e-6)


def real_tables():
    random = np.random.default_rng(3)
    n = 400
    everyday = np.c_[
        random.integers(1980, 2025, n),
        random.uniform(1.6e9, 1.7e9, n),
        np.round(random.lognormal(10.5, 0.6, n)),
        random.integers(10_000, 99_999, n),
        random.normal(293, 6, n),
    ]
    wine, diabetes, iris = load_wine(), load_diabetes(scaled=False), load_iris()
    cancer = load_breast_cancer(return_X_y=True)
    return {
        "breast cancer": cancer,
        "wine": (wine.data, wine.target == 1),
        "diabetes": (diabetes.data, diabetes.target > 140),
        "iris": (iris.data[50:], iris.target[50:] == 2),
        "everyday": (everyday, (everyday[:, 4] - 293) / 6 + random.logistic(size=n) > 0),
    }


@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("name", ["breast cancer", "wine", "diabetes", "iris", "everyday"])
def test_real_tables_raw_and_unscaled(name, dtype):
    X, y = real_tables()[name]
    fit = gs.fit(X, y, dtype=dtype)
    assert fit.status == Status.converged
    np.testing.assert_allclose(fit.logits(X), oracle(X, y, 1.0), rtol=1e-3, atol=1e-4 if dtype == "float64" else 1e-2)
