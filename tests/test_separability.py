"""Whether a line separates a sample: known counts, one dimension by sorting, and cases at the edge."""

import numpy as np
import pytest

import gatesweep as gs
from gatesweep.engine.solvers.protocol import Status
from gatesweep.gates import corners

SEPARABLE_FUNCTIONS = {1: 4, 2: 14, 3: 104}
"""Linearly separable Boolean functions of k inputs: oeis.org/A000609."""


def is_separable(X, y, sample_weight=None, dtype="float64"):
    fit = gs.fit(X, y, sample_weight, C=np.inf, dtype=dtype)
    return fit.status.numpy() == Status.separable


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_inputs, count", SEPARABLE_FUNCTIONS.items())
def test_count_of_separable_functions(n_inputs, count, dtype):
    rows = 2**n_inputs
    tables = (np.arange(2**rows)[:, None] >> np.arange(rows)) & 1
    # Weak separation is enough for an optimum not to exist, so tables that a line touches count as well.
    strictly = [gs.as_gate(table).is_linearly_separable for table in tables]
    found = is_separable(corners(n_inputs), tables, dtype=dtype)
    assert sum(strictly) == count
    assert found[strictly].all()
    assert [weakly_separable(corners(n_inputs), table) for table in tables] == found.tolist()


def weakly_separable(X: np.ndarray, y: np.ndarray) -> bool:
    """By trying every line through corners, for points in general enough position: w in {-2..2}, b in halves."""
    d = X.shape[1]
    grid = np.stack(np.meshgrid(*[np.arange(-2, 3)] * d, np.arange(-4, 4.5, 0.5), indexing="ij"), -1).reshape(-1, d + 1)
    side = (X @ grid[:, :-1].T + grid[:, -1]) * (2 * y - 1)[:, None]
    return bool(((side >= 0).all(0) & (side > 0).any(0)).any())


def test_one_dimension_by_sorting():
    random = np.random.default_rng(0)
    X = np.round(random.normal(size=(300, 6, 1)) * 2) / 2
    y = (X[..., 0] + random.normal(size=(300, 6)) * 0.5 > 0).astype(int)
    low = [x[t == 0, 0].max(initial=-np.inf) <= x[t == 1, 0].min(initial=np.inf) for x, t in zip(X, y, strict=True)]
    high = [x[t == 1, 0].max(initial=-np.inf) <= x[t == 0, 0].min(initial=np.inf) for x, t in zip(X, y, strict=True)]
    # All rows at one point lie on the line itself: then nothing is separated, unless they are of one class.
    point = (X == X[:, :1]).all((1, 2)) & (y.min(1) != y.max(1))
    expected = (np.array(low) | np.array(high)) & ~point
    assert 20 < expected.sum() < 280
    np.testing.assert_array_equal(is_separable(X, y), expected)


def test_a_touching_row_still_separates_and_an_overlapping_one_does_not():
    X = np.array([[-1.0], [0.0], [0.0], [1.0]])
    assert is_separable(X, [0, 0, 1, 1])
    assert not is_separable(X + [[0], [1e-3], [0], [0]], [0, 0, 1, 1])


def test_rows_of_weight_zero_do_not_count():
    X, y = np.array([[-1.0], [1.0], [-2.0], [2.0]]), [0, 1, 1, 0]
    np.testing.assert_array_equal(is_separable(X, y, [[1, 1, 0, 0], [1, 1, 1, 1]]), [True, False])
    touching, y = np.array([[-1.0], [0.0], [0.0], [1.0], [2.0]]), [0, 0, 1, 1, 0]
    np.testing.assert_array_equal(is_separable(touching, y, [[1, 1, 1, 1, 0], [1, 1, 1, 1, 1]]), [True, False])


def test_many_features():
    random = np.random.default_rng(1)
    wide = is_separable(random.normal(size=(60, 80)), random.integers(0, 2, 60))
    assert wide, "more features than rows separate any labels"
    assert not is_separable(random.normal(size=(600, 25)), random.integers(0, 2, 600))


def test_with_a_penalty_only_one_class_has_no_optimum():
    X = np.array([[-1.0], [1.0]])
    fit = gs.fit(X, [[0, 1], [1, 1], [0, 0]], C=1.0)
    assert fit.status.tolist() == [Status.converged, Status.separable, Status.separable]
