"""Own rows without a screen: the numbers that are said of them, against scikit-learn and brute force."""

import numpy as np
import pytest
from scipy.optimize import linprog
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.preprocessing import StandardScaler

from gatesweep.app.lab import own_model
from gatesweep.app.lab.own import MAX_IN_LINK, Own
from gatesweep.app.lab.own_rows import OwnRows
from gatesweep.app.lab.state import SETTINGS, LabState
from gatesweep.errors import InputError
from gatesweep.models import Network
from gatesweep.plots.window import Window
from gatesweep.tables.resampling import bootstrap_counts
from gatesweep.theory.sample import best_line_on_rows

TABLES = {
    "breast cancer": (load_breast_cancer, [1, 3], (0, 1)),
    "iris": (load_iris, [2, 3], (1, 2)),
    "wine": (load_wine, [0, 12], (0, 1)),
}


def settings(**values):
    state = LabState()
    return {name: getattr(state, name) for name in SETTINGS} | values


def table(name):
    load, columns, classes = TABLES[name]
    X, y = load(return_X_y=True)
    kept = np.isin(y, classes)
    return X[kept][:, columns], (y[kept] == classes[1]).astype(int)


def sklearn(C=1.0):
    return LogisticRegression(C=C, solver="newton-cholesky", tol=1e-12, max_iter=1000)


def held_out(n):
    """What is tested on: every fifth row."""
    return np.arange(n) % 5 == 4


# --- the best line -------------------------------------------------------------------------------


def most_right(X, y):
    """By trying all labellings with a linear program: is there a line that gives it?"""
    best = 0
    for bits in range(2 ** len(X)):
        labels = np.array([bits >> i & 1 for i in range(len(X))])
        if (labels == y).sum() > best:
            sides = (1 - 2 * labels)[:, None] * np.column_stack([X, np.ones(len(X))])
            found = linprog(np.zeros(3), A_ub=sides, b_ub=-np.ones(len(X)), bounds=[(None, None)] * 3)
            best = (labels == y).sum() if found.status == 0 else best
    return best


@pytest.mark.parametrize("seed", range(40))
def test_the_best_line_is_that_of_all_labellings(seed):
    stream = np.random.RandomState(seed)
    n = stream.randint(1, 9)
    # In general position; with many rows on one line and at one place; and with decimals, which floats only approach.
    X = [stream.normal(size=(n, 2)), stream.randint(0, 3, (n, 2)), stream.randint(0, 5, (n, 2)) / 10][seed % 3]
    y = stream.randint(0, 2, n)
    found = best_line_on_rows(X, y)
    assert found.is_exact and found.n_right == most_right(np.round(X * 10) if seed % 3 == 2 else X, y)
    assert found.n_right == ((X @ found.weight + found.intercept >= 0) == (y == 1)).sum()


@pytest.mark.parametrize("name", TABLES)
def test_no_line_through_two_rows_beats_the_best_one(name):
    X, y = table(name)
    best = best_line_on_rows(X, y).n_right
    stream = np.random.RandomState(0)
    for _ in range(300):
        a, b = X[stream.choice(len(X), 2, replace=False)]
        normal = np.array([a[1] - b[1], b[0] - a[0]])
        logit = (X - a) @ normal
        for tie in (-1e-9, 1e-9):
            right = ((logit + tie * np.abs(logit).max() >= 0) == (y == 1)).sum()
            assert max(right, len(y) - right) <= best
    for C in (0.01, 1.0, 1e6):
        assert round(sklearn(C).fit(X, y).score(X, y) * len(y)) <= best


def test_of_very_many_rows_the_best_line_is_said_to_be_a_bound():
    stream = np.random.RandomState(0)
    X = stream.normal(size=(300, 2))
    y = (X[:, 0] + stream.normal(size=300) > 0).astype(int)
    exact, bound = best_line_on_rows(X, y), best_line_on_rows(X, y, exact_rows=60)
    assert exact.is_exact and not bound.is_exact
    assert 0.5 * len(X) < bound.n_right <= exact.n_right


# --- training ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("standardize", [False, True])
def test_raw_units_give_the_optimum_of_scikit_learn(name, standardize):
    X, y = table(name)
    run = own_model.train(Own.of(X, y), standardize, settings(dtype="float64", C=2.0))
    test = held_out(len(y))
    scaled = StandardScaler().fit(X[~test]).transform(X) if standardize else X
    model = sklearn(2.0).fit(scaled[~test], y[~test])
    np.testing.assert_allclose(run.model.params, [*model.coef_[0], *model.intercept_], rtol=1e-6, atol=1e-8)
    assert run.status == "converged"
    history = run.history
    assert history.test_accuracy[-1] == model.score(scaled[test], y[test])
    assert history.train_accuracy[-1] == model.score(scaled[~test], y[~test])
    assert history.test_loss[-1] == pytest.approx(log_loss(y[test], model.predict_proba(scaled[test])), rel=1e-5)


@pytest.mark.parametrize("name", TABLES)
def test_what_rows_say_of_a_model_is_what_scikit_learn_says(name):
    X, y = table(name)
    rows = own_model.train(Own.of(X, y), False, settings(dtype="float64")).rows
    known = own_model.resampled(rows)
    assert known.cross_validated == pytest.approx(cross_val_score(sklearn(), X, y, cv=StratifiedKFold(5)).mean())
    train = ~held_out(len(y))
    counts = bootstrap_counts(0, "", int(train.sum()), 0, 200)
    for i in (0, 77, 199):
        model = sklearn().fit(X[train], y[train], sample_weight=counts[i])
        np.testing.assert_allclose(known.models.params[i], [*model.coef_[0], *model.intercept_], rtol=1e-4, atol=1e-5)
        left_out = counts[i] == 0
        assert known.accuracy[i] == model.score(X[train][left_out], y[train][left_out])
    assert known.majority == max(y.mean(), 1 - y.mean())
    sides = (1 - 2 * y)[:, None] * np.column_stack([StandardScaler().fit_transform(X), np.ones(len(y))])
    found = linprog(np.zeros(3), A_ub=sides, b_ub=-np.ones(len(y)), bounds=[(None, None)] * 3)
    assert known.is_separable == (found.status == 0)
    assert (known.best.accuracy == 1) == known.is_separable


def test_separable_rows_are_proven_so():
    X = np.random.RandomState(1).normal(size=(40, 2)) * [1, 1000] + [5, 1e6]
    y = (X[:, 0] + (X[:, 1] - 1e6) / 1000 > 5).astype(int)
    known = own_model.resampled(OwnRows(Own.of(X, y), settings()))
    assert known.is_separable and known.best.n_right == 40


@pytest.mark.parametrize("solver", ["newton", "scikit-learn", "sgd", "adam"])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 9, 10, 24])
def test_few_rows_are_no_trouble(n, solver):
    stream = np.random.RandomState(n)
    own = Own.of(stream.normal(size=(n, 2)), np.arange(n) % 2)
    chosen = settings(solver=solver, batch_size=2, features="interaction")
    if solver == "scikit-learn" and n == 1:
        with pytest.raises(InputError, match="both classes"):
            own_model.train(own, False, chosen)
        return
    run = own_model.train(own, True, chosen)
    known = own_model.resampled(run.rows)
    assert np.isfinite(run.model.params).all() and np.isfinite(known.models.params).all()
    assert np.isnan(run.history.test_accuracy[-1]) == (n < 10)
    assert np.isnan(known.cross_validated) == (n < 10)
    assert (known.best is None) == (n == 0)


def test_a_network_is_trained_on_own_rows():
    X = np.random.RandomState(0).normal(size=(200, 2))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    chosen = settings(solver="adam", hidden_units=6, activation="tanh", learning_rate=0.1, epochs=100)
    run = own_model.train(Own.of(X, y), False, chosen)
    assert isinstance(run.model, Network)
    assert run.history.test_accuracy[-1] > 0.85 > best_line_on_rows(X, y).accuracy
    with pytest.raises(InputError, match="hidden neurons"):
        own_model.train(Own.of(X, y), False, chosen | {"solver": "newton"})


# --- windows -------------------------------------------------------------------------------------


@pytest.mark.parametrize("hidden_units", [0, 3])
@pytest.mark.parametrize("features", ["linear", "interaction"])
def test_through_a_window_a_model_says_the_same(hidden_units, features):
    stream = np.random.RandomState(3)
    window = Window((1990.0, -3e4), (2020.0, 5e5))
    rows = OwnRows(Own.of([], []), settings(hidden_units=hidden_units, features=features))
    n = 4 if features == "interaction" else 3
    model = rows.model_of(stream.normal(size=hidden_units * (n + 1) + 1 if hidden_units else n))
    points = stream.uniform(-1, 2, (50, 2))
    there = window.from_plane(points)
    np.testing.assert_allclose(window.to_plane(there), points, atol=1e-9)
    np.testing.assert_allclose(
        window.to_plane_model(model).logit(points), model.logit(there), rtol=1e-6, atol=1e-6 * np.abs(there).max()
    )
    if not hidden_units:
        back = window.line_from_plane(*window.line_to_plane(model.weight, model.intercept))
        np.testing.assert_allclose(np.append(*back), model.params, rtol=1e-6, atol=1e-6)


# --- text ----------------------------------------------------------------------------------------


def test_a_link_carries_what_was_drawn():
    own = Own.of([], []).added([[0.12345, -0.5]], 1).added([[1.5, 2.7]], 0).moved(0, [-0.0001, 0.3])
    assert own.X.tolist() == [[0.0, 0.3], [1.5, 2.0]], "rounded, and within the picture"
    assert own.text == "0,0.3,1_1.5,2,0" and Own.from_text(own.text) == own
    named = Own.of([[5.25, 1e6], [3, 2e-3]], [0, 1], ("a_b, <c>", "größe"), ("no", "yes & no"))
    assert Own.from_text(named.text) == named
    full = Own.of(np.linspace(0, 1, 2 * MAX_IN_LINK).reshape(-1, 2).round(3), np.zeros(MAX_IN_LINK))
    assert full.is_linkable and Own.from_text(full.text) == full
    assert not full.added([[0, 0]], 1).is_linkable


@pytest.mark.parametrize(
    "text",
    [
        *("1,2", "1,2,3", "x,2,1", "1,2,0_", "_", ",,", "nan,1,1", "1e400,0,1", "inf,0,0", "1,2,0;3,4,1", "<b>,1,0"),
        *("_".join(["1,2,0"] * (MAX_IN_LINK + 1)), "iris", "iris.1", "iris.0.1.0.0", "iris.0.1.0.9", "iris.-1.1.0.1"),
        *("iris.٣.1.0.1", "wine.0.1.0.1.1", "breast_cancer.a.b.c.d", "1_000,2,0", "0x1,1,1"),
    ],
)
def test_what_no_link_says_is_refused(text):
    with pytest.raises(InputError):
        Own.from_text(text)


@pytest.mark.parametrize(
    ("X", "y"),
    [
        ([[0, 1]], [2]),
        ([[0, np.nan]], [1]),
        ([[0, 1]], [0, 1]),
        (np.zeros((5001, 2)), np.zeros(5001)),
        ([["a", "b"]], [0]),
        ([[1e12, 0], [1e12 + 1, 1]], [0, 1]),
    ],
)
def test_rows_that_cannot_be_drawn_are_refused(X, y):
    with pytest.raises(InputError):
        Own.of(X, y)
