"""Whether a line separates a sample: known counts, brute force in fractions, and cases at the edge."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import gatesweep as gs
from gatesweep.engine import exact
from gatesweep.engine.solvers.protocol import Status
from gatesweep.gates import corners
from tests.oracles import a_line_separates

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


# --- laws over random samples --------------------------------------------------------------------


@st.composite
def samples(draw):
    """A few rows on a coarse lattice, so that many lie on one line, seen through the troubles of real columns."""
    d, n = draw(st.integers(1, 3)), draw(st.integers(2, 8))
    lattice = st.lists(st.integers(-2, 2), min_size=d, max_size=d)
    X = np.array(draw(st.lists(lattice, min_size=n, max_size=n)), float)
    y = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    for j in range(d):
        trouble = draw(st.sampled_from(["none", "unit", "origin", "ulp", "fill", "sum", "copy", "constant"]))
        row = draw(st.integers(0, n - 1))
        if trouble == "unit":
            X[:, j] *= 10.0 ** draw(st.integers(-8, 8))
        elif trouble == "origin":
            X[:, j] += 10.0 ** draw(st.integers(0, 6))
        elif trouble == "ulp":
            X[row, j] = np.nextafter(np.float32(X[row, j]), np.float32(np.inf))
        elif trouble == "fill":
            X[row, j] = 1e20
        elif trouble == "sum":
            X[:, j] = X.sum(1)
        elif trouble == "copy":
            X[:, j] = X[:, 0]
        elif trouble == "constant":
            X[:, j] = X[row, j]
    return X.astype(np.float32).astype(float), y


LAWS = settings(max_examples=150, deadline=None)


@LAWS
@given(samples())
@example((np.array([[-2.0], [-1], [0], [np.float32(1e-9)], [1], [2]]), np.array([0, 0, 1, 0, 1, 1])))
@example((np.array([[0.0], [np.float32(1e20)]]), np.array([0, 1])))
def test_separable_is_said_of_the_rows_that_a_line_separates(sample):
    """In both dtypes, which hold these numbers alike, and by whole numbers alone."""
    X, y = sample
    wanted = a_line_separates(X, y)
    sign = 1 - 2.0 * y[:, None]
    assert exact.is_separable(np.hstack([X * sign, sign])) == wanted
    for dtype in ("float32", "float64"):
        assert is_separable(X.astype(dtype), y, dtype=dtype) == wanted, dtype


@LAWS
@given(samples(), st.integers(0, 7), st.integers(0, 1))
def test_a_row_of_weight_zero_changes_nothing(sample, place, label):
    X, y = sample
    place = place % len(y)
    more = np.insert(X, place, X[place] + 1, 0), np.insert(y, place, label)
    weight = np.insert(np.full(len(y), 2.0), place, 0)
    assert is_separable(*more, weight) == a_line_separates(X, y)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_gap_of_one_rounding_separates_and_an_overlap_of_one_does_not(dtype):
    """The width of the gap in units of the last place, far from zero."""
    for origin in (1.0, 3.0, 1e4, 1e7):
        step = np.spacing(np.asarray(origin, dtype))
        X = origin + step * np.array([-9, -5, 0, 1, 6, 9])[:, None]
        X = X.astype(dtype)
        assert is_separable(X, [0, 0, 0, 1, 1, 1], dtype=dtype)
        assert not is_separable(X, [0, 0, 1, 0, 1, 1], dtype=dtype)


def test_a_second_column_that_is_a_multiple_adds_no_line():
    z = np.arange(1.0, 41)
    y = np.random.default_rng(0).integers(0, 2, 40)
    assert not is_separable(np.c_[z, 0.1 * z], y)


def test_whole_numbers_decide_between_many_columns():
    """200 rows of both classes on one line of 12 columns span all of it; one row more is beside it, or on."""
    random = np.random.default_rng(5)
    weight = np.array([1, *random.integers(-9, 9, 11)])
    X = random.integers(-99, 99, (203, 12)).astype(float)
    X[:, 0] -= X @ weight
    y = random.integers(0, 2, 203)
    assert not is_separable(X, y)
    for least in (1.0, 1e-9):
        moved = X.copy()
        moved[0, 0] += least
        assert is_separable(moved, y)
        moved[1, 0] += least if y[1] != y[0] else -least
        assert not is_separable(moved, y)


def test_what_no_proof_is_found_for_is_called_undecided(monkeypatch):
    monkeypatch.setattr(exact, "MOST_STEPS", 0)
    fit = gs.fit([[-1.0], [0.0], [0.0], [1.0]], [0, 0, 1, 1], C=np.inf)
    assert fit.status == Status.undecided


@pytest.fixture
def asked(monkeypatch):
    """The tables that whole numbers were asked about."""
    asked, whole = [], exact.is_separable
    monkeypatch.setattr(exact, "is_separable", lambda rows: asked.append(rows) or whole(rows))
    return asked


def test_no_model_of_a_sweep_needs_whole_numbers(asked):
    sweep = gs.sweep(gate=("AND", "XOR"), noise_level=np.linspace(0, 1, 21), seed=range(20), C=np.inf)
    assert {Status.converged, Status.separable} == set(sweep.status.values.flat)
    assert not asked


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_columns_that_are_nearly_alike_need_no_whole_numbers(dtype, asked):
    """A float32's roundings of 500 rows come to more than what tells these columns apart."""
    random = np.random.default_rng(3)
    X = random.normal(size=(20, 500, 1)) + [0, 0, 1e3] + 0.05 * random.normal(size=(20, 500, 3))
    y = X[..., 0] + random.logistic(size=(20, 500)) > 0
    assert not is_separable(X, y, dtype=dtype).any()
    assert not asked
