"""Rows of the bench for tables: bootstraps, groups and cross-validation beside loops of scikit-learn."""

import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.preprocessing import StandardScaler

from gatesweep.bench.job import Bench, Row
from gatesweep.bench.timing import interleaved
from gatesweep.tables.fit_table import fit_table
from gatesweep.tables.resampling import bootstrap_counts

__all__ = ["bootstraps", "cross_validation", "groups"]


def _tumours() -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    X, y = load_breast_cancer(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    return X, y, pd.DataFrame(X).add_prefix("x").assign(y=y)


def _error(found: np.ndarray, data: list[tuple[np.ndarray, np.ndarray]], C: float = 1.0) -> float:
    """How far the first models are from scikit-learn's optimum, found tightly."""
    models = [LogisticRegression(C=C, solver="newton-cholesky", tol=1e-10).fit(*one) for one in data]
    exact = np.array([np.append(model.coef_[0], model.intercept_) for model in models])
    found = found[: len(exact)]
    return float((np.abs(found - exact[: len(found)]) / (1 + np.abs(exact[: len(found)]))).max())


def bootstraps(bench: Bench) -> Iterator[Row]:
    """Resampled fits of one table."""
    X, y, frame = _tumours()
    count, loop = 50 * bench.size.repeats**2, bench.size.loop
    drawn = [np.repeat(np.arange(len(y)), counts) for counts in bootstrap_counts(0, "", len(y), 0, loop)]
    ours, theirs = interleaved(
        bench.size.repeats,
        lambda: fit_table(frame, target="y", bootstrap=count, device="cpu"),
        lambda: [LogisticRegression().fit(X[rows], y[rows]) for rows in drawn],
    )
    seconds = theirs.seconds * count / loop
    text = f"{count:,} bootstraps of 569 x 30: a loop of LogisticRegression().fit"
    error = _error(ours.result["replicate_estimate"].values, [(X[rows], y[rows]) for rows in drawn])
    yield Row("bootstraps", text, seconds / ours.seconds, "x", 40, ours=ours.seconds, theirs=seconds, error=error)


def groups(bench: Bench) -> Iterator[Row]:
    """Many small groups."""
    random, count, loop = np.random.default_rng(0), 200 * bench.size.repeats**2, bench.size.loop
    X = random.normal(size=(count, 50, 5))
    y = (X[..., 0] + random.logistic(size=(count, 50)) > 0).astype(int)
    frame = pd.DataFrame(X.reshape(-1, 5)).add_prefix("x").assign(y=y.ravel(), site=np.repeat(np.arange(count), 50))
    ours, theirs = interleaved(
        bench.size.repeats,
        lambda: fit_table(frame, target="y", group_by="site", device="cpu"),
        lambda: [LogisticRegression().fit(*data) for data in zip(X[:loop], y[:loop], strict=True)],
    )
    seconds = theirs.seconds * count / loop
    text = f"{count:,} groups of 50 x 5: a loop of LogisticRegression().fit"
    error = _error(ours.result["estimate"].values, list(zip(X[:loop], y[:loop], strict=True)))
    yield Row("groups", text, seconds / ours.seconds, "x", 100, ours=ours.seconds, theirs=seconds, error=error)


def cross_validation(bench: Bench) -> Iterator[Row]:
    """Every fold and C of one table."""
    X, y, frame = _tumours()
    count, folds = (100, 10) if bench.size.repeats > 3 else (5, 3)
    Cs = np.logspace(-4, 4, count).tolist()

    def theirs() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # It says that its defaults will change, and where it did not converge.
            LogisticRegressionCV(Cs=Cs, cv=folds).fit(X, y)

    ours, other = interleaved(
        min(3, bench.size.repeats), lambda: fit_table(frame, target="y", C=Cs, folds=folds, device="cpu"), theirs
    )
    text = f"{len(Cs)} C x {folds} folds of 569 x 30: LogisticRegressionCV"
    error = _error(ours.result["estimate"].values[None], [(X, y)], float(ours.result["best_C"]))
    ratio = other.seconds / ours.seconds
    yield Row("cv", text, ratio, "x", 20, ours=ours.seconds, theirs=other.seconds, error=error)
