"""Beside other people's tools: what users put around a sweep or an estimator works as with anyone else's."""

import warnings

import holoviews as hv
import hvplot.xarray  # noqa: F401 (gives datasets a plot of that name)
import matplotlib
import numpy as np
import optuna
import pandas as pd
import pytest
import seaborn as sns
import xarray as xr
from joblib import Parallel, delayed, parallel_config
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.datasets import make_classification
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import gatesweep as gs
from gatesweep.engine.solvers.protocol import Status

matplotlib.use("agg")
GRID = {"gate": ("AND", "XOR"), "noise_level": (0.1, 0.4), "seed": range(4), "num_samples": 60}


@pytest.fixture(scope="module")
def dataset():
    return gs.sweep(**GRID)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("interop") / "sweep.zarr"
    gs.sweep(**GRID, out=path).close()
    return path


def test_xarray_opens_a_store_by_itself(store, dataset):
    with xr.open_zarr(store, chunks=None) as stored:
        xr.testing.assert_allclose(stored, dataset)
        assert stored.sel(gate="XOR", noise_level=0.4).weight.dims == ("seed", "feature")


def test_pandas_holds_a_sweep(dataset):
    frame = dataset[["test_accuracy", "bayes_accuracy", "status"]].to_dataframe().reset_index()
    assert len(frame) == 16 and set(frame.gate) == {"AND", "XOR"} and (frame.status == Status.converged).all()
    means = frame.groupby(["gate", "noise_level"]).test_accuracy.mean()
    np.testing.assert_allclose(means["XOR"], dataset.test_accuracy.sel(gate="XOR").mean("seed"), rtol=1e-6)


def weight_of(seed):
    return gs.sweep(gate="AND", noise_level=0.2, seed=seed, num_samples=60).weight.values.ravel()


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_joblib_runs_sweeps_side_by_side(backend):
    found = Parallel(n_jobs=2, backend=backend)(delayed(weight_of)(seed) for seed in range(4))
    np.testing.assert_allclose(found, [weight_of(seed) for seed in range(4)], rtol=1e-5)


def table():
    X, y = make_classification(240, 4, n_informative=3, n_redundant=0, flip_y=0.2, random_state=0)
    return X, np.array(["no", "yes"])[y]


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_scikit_learn_scores_side_by_side(backend):
    X, y = table()
    with parallel_config(backend=backend, n_jobs=2):
        found = cross_val_score(gs.BatchedLogisticRegression(), X, y, cv=4)
    np.testing.assert_allclose(found, cross_val_score(LogisticRegression(tol=1e-10), X, y, cv=4))


def test_columns_of_words_and_numbers_are_transformed_before_it():
    X, y = table()
    frame = pd.DataFrame(X, columns=list("abcd")).assign(town=np.where(X[:, 0] > 0, "Graz", "Linz"))
    columns = make_column_transformer(
        (OneHotEncoder(drop="first", sparse_output=False), ["town"]), (StandardScaler(), list("abcd"))
    )
    own = make_pipeline(columns, gs.BatchedLogisticRegression()).fit(frame, y)
    theirs = make_pipeline(columns, LogisticRegression(tol=1e-10, max_iter=1000)).fit(frame, y)
    np.testing.assert_allclose(own.predict_proba(frame), theirs.predict_proba(frame), atol=1e-5)


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_its_probabilities_are_calibrated(method):
    X, y = table()
    own = CalibratedClassifierCV(gs.BatchedLogisticRegression(), method=method, cv=3).fit(X, y)
    theirs = CalibratedClassifierCV(LogisticRegression(tol=1e-10), method=method, cv=3).fit(X, y)
    np.testing.assert_allclose(own.predict_proba(X), theirs.predict_proba(X), atol=1e-4)


def test_its_boundary_is_drawn_by_scikit_learn():
    X, y = table()
    own, theirs = (
        DecisionBoundaryDisplay.from_estimator(model.fit(X[:, :2], y), X[:, :2], response_method="predict_proba")
        for model in (gs.BatchedLogisticRegression(), LogisticRegression(tol=1e-10))
    )
    np.testing.assert_allclose(own.response, theirs.response, atol=1e-5)


def test_optuna_tries_penalties_side_by_side():
    strengths = [1e-4, 1e-2, 1.0]

    def accuracy(C):
        return gs.sweep(gate="OR", noise_level=0.4, seed=range(3), num_samples=60, C=C).exact_accuracy.mean().item()

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.GridSampler({"C": strengths}))
    study.optimize(lambda trial: accuracy(trial.suggest_categorical("C", strengths)), n_jobs=2)
    found = {trial.params["C"]: trial.value for trial in study.trials}
    assert found == pytest.approx({C: accuracy(C) for C in strengths})
    assert study.best_value == max(found.values()) > min(found.values())


def test_hvplot_draws_a_sweep(dataset):
    means = dataset.exact_accuracy.mean("seed")
    lines = means.hvplot.line(x="noise_level", by="gate")
    for gate, line in lines.items():
        np.testing.assert_array_equal(line.dimension_values("exact_accuracy"), means.sel(gate=gate))
    assert hv.render(lines, backend="bokeh").renderers


def test_seaborn_draws_a_sweep(dataset):
    frame = dataset.exact_accuracy.to_dataframe().reset_index()
    axes = sns.lineplot(frame, x="noise_level", y="exact_accuracy", hue="gate", errorbar=None)
    drawn = [line.get_ydata() for line in axes.lines[:2]]
    np.testing.assert_allclose(drawn, dataset.exact_accuracy.mean("seed"), rtol=1e-6)


def test_arviz_describes_the_seeds(dataset):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # once a day it tells of its next version
        import arviz
    draws = dataset[["exact_accuracy"]].rename(seed="draw").expand_dims("chain")
    told = arviz.summary(draws, kind="stats", round_to="none")
    np.testing.assert_allclose(told["mean"], dataset.exact_accuracy.mean("seed").values.ravel())
