"""BatchedLogisticRegression: scikit-learn's own suite, its optimum, and batches against single fits."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import gatesweep as gs
from gatesweep.engine.solvers.protocol import Status

ATTRIBUTES = ("predict_proba", "predict_log_proba", "decision_function")


@parametrize_with_checks([gs.BatchedLogisticRegression()])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def table(n=200, d=4, seed=0):
    X, y = make_classification(n, d, n_informative=3, n_redundant=0, flip_y=0.2, random_state=seed)
    return X, np.array(["no", "yes"])[y]


def reference(C=1.0):
    return LogisticRegression(C=C, tol=1e-12, max_iter=100_000)


@pytest.mark.parametrize("C", [0.01, 1.0, 1e4])
@pytest.mark.parametrize("weighted", [False, True])
def test_one_data_set_equals_logistic_regression(C, weighted):
    X, y = table()
    weight = np.random.default_rng(0).integers(0, 4, len(X)) if weighted else None
    own, theirs = gs.BatchedLogisticRegression(C=C).fit(X, y, weight), reference(C).fit(X, y, weight)
    assert own.classes_.tolist() == theirs.classes_.tolist()
    np.testing.assert_allclose(own.coef_, theirs.coef_, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(own.intercept_, theirs.intercept_, rtol=1e-5, atol=1e-5)
    for name in ATTRIBUTES:
        np.testing.assert_allclose(getattr(own, name)(X), getattr(theirs, name)(X), rtol=1e-5, atol=1e-5)
    assert own.predict(X).tolist() == theirs.predict(X).tolist()
    assert own.score(X, y, weight) == pytest.approx(theirs.score(X, y, weight))
    assert own.n_iter_.shape == (1,) and own.status_.tolist() == [Status.converged]


def test_a_batch_equals_its_single_fits():
    tables = [table(seed=s) for s in range(6)]
    X, y = (np.stack(parts).reshape(2, 3, *parts[0].shape) for parts in zip(*tables, strict=True))
    batch = gs.BatchedLogisticRegression(C=[0.1, 1.0, 10.0]).fit(X, y)
    assert batch.coef_.shape == (2, 3, 4) and batch.batch_shape_ == batch.intercept_.shape == (2, 3)
    for i, j in np.ndindex(2, 3):
        theirs = reference([0.1, 1.0, 10.0][j]).fit(X[i, j], y[i, j])
        np.testing.assert_allclose(batch.coef_[i, j], theirs.coef_[0], rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(batch.intercept_[i, j], theirs.intercept_[0], rtol=1e-5, atol=1e-5)
        for name in ATTRIBUTES:
            np.testing.assert_allclose(getattr(batch, name)(X)[i, j], getattr(theirs, name)(X[i, j]), rtol=1e-4)
        # One table for all models is held against every one of them.
        np.testing.assert_allclose(batch.predict_proba(X[0, 0])[i, j], theirs.predict_proba(X[0, 0]), rtol=1e-4)
        assert batch.score(X, y)[i, j] == pytest.approx(theirs.score(X[i, j], y[i, j]))


@pytest.mark.parametrize(
    "class_weight", ["balanced", {"yes": 7.0}, {"no": 0.2, "yes": 3}, {"no": 1, "yes": 2, "else": 3}]
)
@pytest.mark.parametrize("weighted", [False, True])
def test_class_weights_are_those_of_logistic_regression(class_weight, weighted):
    X, y = table()
    y = np.where(np.arange(len(y)) % 3 == 0, y, "no")
    weight = np.random.default_rng(0).integers(0, 4, len(X)) if weighted else None
    own = gs.BatchedLogisticRegression(class_weight=class_weight).fit(X, y, weight)
    theirs = reference().set_params(class_weight=class_weight).fit(X, y, weight)
    np.testing.assert_allclose(own.coef_, theirs.coef_, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(own.intercept_, theirs.intercept_, rtol=1e-5, atol=1e-6)


def test_classes_are_balanced_model_by_model():
    X, y = table()
    labels = np.stack([y, np.where(np.arange(len(y)) % 3 == 0, y, "no")])
    counts = np.random.default_rng(1).multinomial(200, np.full(200, 1 / 200), size=2)
    for y_given, weight in ((labels, None), (labels, counts), (y, counts), (labels, counts[0])):
        batch = gs.BatchedLogisticRegression(class_weight="balanced").fit(np.stack([X, X]), y_given, weight)
        each = np.broadcast_to(np.ones(200) if weight is None else weight, (2, 200))
        for found, own, rows in zip(batch.coef_, np.broadcast_to(y_given, (2, 200)), each, strict=True):
            theirs = reference().set_params(class_weight="balanced").fit(X, own, rows)
            np.testing.assert_allclose(found, theirs.coef_[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("class_weight", [{"maybe": 2.0}, "equal", 3.0, {"no": -1.0}])
def test_class_weights_that_fit_no_class_are_refused(class_weight):
    with pytest.raises(gs.InputError, match="weight must"):
        gs.BatchedLogisticRegression(class_weight=class_weight).fit(*table())


@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.coo_array])
def test_sparse_rows_are_refused_with_a_remedy(form):
    X, y = table()
    with pytest.raises(TypeError, match=r"Sparse data was passed.*toarray\(\)"):
        gs.BatchedLogisticRegression().fit(form(X), y)
    with pytest.raises(gs.InputError, match=r"X must be dense.*toarray\(\)"):
        gs.fit(form(X), y == "yes")


def test_a_batch_of_one_keeps_its_dimension():
    X, y = table()
    batch = gs.BatchedLogisticRegression().fit(X[None], y[None])
    assert batch.coef_.shape == (1, 4) and batch.predict(X).shape == (1, len(X)) and batch.score(X, y).shape == (1,)


def test_bootstrap_weights_refit_one_table():
    X, y = table()
    counts = np.random.default_rng(1).multinomial(200, np.full(200, 1 / 200), size=3)
    batch = gs.BatchedLogisticRegression().fit(X, y, counts)
    assert batch.coef_.shape == (3, 4)
    theirs = [reference().fit(np.repeat(X, c, 0), np.repeat(y, c)).coef_[0] for c in counts]
    np.testing.assert_allclose(batch.coef_, theirs, rtol=1e-5, atol=1e-5)
    scores = [np.average(batch.predict(X)[i] == y, weights=c) for i, c in enumerate(counts)]
    np.testing.assert_allclose(batch.score(X, y, counts), scores)


def test_pipeline_and_grid_search():
    X, y = table()
    grid = {"batchedlogisticregression__C": [1e-4, 1.0, 100.0]}
    own = GridSearchCV(make_pipeline(StandardScaler(), gs.BatchedLogisticRegression()), grid, cv=4).fit(X, y)
    grid = {"logisticregression__C": [1e-4, 1.0, 100.0]}
    theirs = GridSearchCV(make_pipeline(StandardScaler(), reference()), grid, cv=4).fit(X, y)
    np.testing.assert_allclose(own.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"])
    assert own.best_index_ == theirs.best_index_


def test_names_of_columns_are_kept_and_held():
    X, y = table()
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    own = gs.BatchedLogisticRegression().fit(frame, y)
    assert own.feature_names_in_.tolist() == ["a", "b", "c", "d"] and own.n_features_in_ == 4
    with pytest.raises(ValueError, match="feature names should match"):
        own.predict(frame.rename(columns={"a": "z"}))


def test_prediction_takes_what_fit_takes():
    X, y = table()
    for given in (
        X[::-1].copy()[::-1],
        np.asfortranarray(X),
        X.astype(object),
        X.tolist(),
        pd.DataFrame(X, dtype=object),
    ):
        own, theirs = gs.BatchedLogisticRegression().fit(given, y), reference().fit(X, y)
        for name in ATTRIBUTES:
            np.testing.assert_allclose(getattr(own, name)(given), getattr(theirs, name)(X), rtol=1e-5, atol=1e-5)


def test_parameters_survive_clone_and_are_checked_only_by_fit():
    own = gs.BatchedLogisticRegression(C=-1.0, solver="sgd", epochs=3)
    copy = clone(own).set_params(learning_rate=0.1)
    assert copy.get_params() == own.get_params() | {"learning_rate": 0.1}
    with pytest.raises(gs.InputError, match="C must be a number, more than 0"):
        copy.fit(*table())


def test_sgd_is_the_engines_sgd():
    X, y = table()
    own = gs.BatchedLogisticRegression(solver="sgd", epochs=3, dtype="float32").fit(X, y)
    engine = gs.fit(X, y == "yes", solver="sgd", epochs=3)
    np.testing.assert_array_equal(own.coef_[0], engine.weight.numpy())


def test_log_probability_stays_finite():
    own = gs.BatchedLogisticRegression(C=1e6).fit([[-1.0], [1.0]], [0, 1])
    logit = own.decision_function([[1e4]])[0]
    assert logit > 1000
    np.testing.assert_allclose(own.predict_log_proba([[1e4]])[0], [-logit, 0], atol=1e-12)


def test_a_missing_optimum_is_announced():
    X, y = table()
    with pytest.warns(ConvergenceWarning, match="1 of 1 models did not converge"):
        gs.BatchedLogisticRegression(max_iter=1).fit(X, y)
    X = np.stack([X, X])
    X[1, 0, 0] = np.inf
    with pytest.warns(ConvergenceWarning, match="1 of 2 models"):
        batch = gs.BatchedLogisticRegression().fit(X, np.stack([y, y]))
    assert batch.status_.tolist() == [Status.converged, Status.diverged]


def test_bad_input():
    X, y = table()
    with pytest.raises(gs.InputError, match="Only binary classification is supported.*1 class'"):
        gs.BatchedLogisticRegression().fit(X, np.ones(len(X)))
    with pytest.raises(gs.InputError, match="The type of the target is multiclass.*3 classes"):
        gs.BatchedLogisticRegression().fit(X, np.arange(len(X)) % 3)
    with pytest.raises(gs.InputError, match="agree in n"):
        gs.BatchedLogisticRegression().fit(X[None], y[None, :-1])
    fitted = gs.BatchedLogisticRegression().fit(X[None], y[None])
    with pytest.raises(gs.InputError, match="X must have 4 features, got 3"):
        fitted.predict(X[None, :, :3])
    with pytest.raises(ValueError, match="contains NaN"):
        fitted.predict(X[None] * np.nan)
    with pytest.raises(NotFittedError):
        gs.BatchedLogisticRegression().predict(X)


def test_dependent_columns_are_announced_with_a_remedy():
    X, y = table()
    with pytest.warns(ConvergenceWarning, match="1 of 1 models have linearly dependent columns.*drop a column"):
        own = gs.BatchedLogisticRegression(C=np.inf).fit(np.c_[X, X[:, 0]], y)
    alone = gs.BatchedLogisticRegression(C=np.inf).fit(X, y)
    assert own.status_.tolist() == [Status.redundant]
    np.testing.assert_allclose(own.predict_proba(np.c_[X, X[:, 0]]), alone.predict_proba(X), atol=1e-8)
