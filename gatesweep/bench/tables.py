"""Rows of the bench for tables: bootstraps, groups and cross-validation beside loops of scikit-learn, one model
beside scikit-learn and statsmodels."""

import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pandas as pd
import torch
import xarray as xr
from joblib import Parallel, delayed
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.preprocessing import StandardScaler

from gatesweep.bench.job import Bench, Row
from gatesweep.bench.memory import peak
from gatesweep.bench.timing import interleaved
from gatesweep.fit import fit
from gatesweep.tables.fit_table import fit_table
from gatesweep.tables.resampling import bootstrap_counts

__all__ = ["bootstraps", "cross_validation", "groups", "one_table", "streamed"]


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
    drawn = [np.repeat(np.arange(len(y)), counts) for counts in bootstrap_counts(0, "", len(y), 0, 8 * loop)]
    text = f"{count:,} bootstraps of 569 x 30"
    yield from _beside_loops(
        bench,
        ("bootstraps", text, count, 40, 20),
        lambda: fit_table(frame, target="y", bootstrap=count, device="cpu"),
        "replicate_estimate",
        [(X[rows], y[rows]) for rows in drawn],
    )


def groups(bench: Bench) -> Iterator[Row]:
    """Many small groups."""
    random, count = np.random.default_rng(0), 200 * bench.size.repeats**2
    X = random.normal(size=(count, 50, 5))
    y = (X[..., 0] + random.logistic(size=(count, 50)) > 0).astype(int)
    frame = pd.DataFrame(X.reshape(-1, 5)).add_prefix("x").assign(y=y.ravel(), site=np.repeat(np.arange(count), 50))
    yield from _beside_loops(
        bench,
        ("groups", f"{count:,} groups of 50 x 5", count, 100, 50),
        lambda: fit_table(frame, target="y", group_by="site", device="cpu"),
        "estimate",
        list(zip(X, y, strict=True))[: 8 * bench.size.loop],
    )


def _beside_loops(
    bench: Bench,
    row: tuple[str, str, int, float, float],
    fit_all: Callable[[], xr.Dataset],
    estimate: str,
    data: list[tuple[np.ndarray, np.ndarray]],
) -> Iterator[Row]:
    """The fits of many tables, those of `data` the first, beside scikit-learn in a loop and in processes.

    Args:
        row: name, what is fitted, how many, and the targets of the two rows.
    """
    (name, text, count, *targets), loop, workers = row, bench.size.loop, torch.get_num_threads()
    ours, *theirs = interleaved(
        bench.size.repeats,
        fit_all,
        lambda: [_fit(*one) for one in data[:loop]],
        lambda: Parallel(n_jobs=workers)(delayed(_fit)(*one) for one in data),
    )
    error = _error(ours.result[estimate].values, data[:loop])
    for suffix, how, timed, models, target in zip(
        ("", "_joblib"), ("in a loop", f"joblib on {workers} cores"), theirs, (loop, len(data)), targets, strict=True
    ):
        seconds = timed.seconds * count / models
        against, ratio = f"{text}: LogisticRegression().fit {how}", seconds / ours.seconds
        yield Row(name + suffix, against, ratio, "x", target, ours=ours.seconds, theirs=seconds, error=error)


def _fit(X: np.ndarray, y: np.ndarray) -> LogisticRegression:
    return LogisticRegression().fit(X, y)


def one_table(bench: Bench) -> Iterator[Row]:
    """One small model: what it costs to have it at all, with a penalty and, where statsmodels is installed, without."""
    X, y, _ = _tumours()
    X = X[:, :3]
    peers: list[tuple[str, str, float, Callable[[], object]]] = [
        ("one", "LogisticRegression().fit", 1.0, partial(_fit, X, y))
    ]
    if find_spec("statsmodels"):
        from statsmodels.discrete.discrete_model import Logit

        ones = np.column_stack([X, np.ones(len(X))])
        peers.append(("logit", "statsmodels' Logit, without a penalty", np.inf, lambda: Logit(y, ones).fit(disp=False)))
    for name, text, C, peer in peers:
        ours, theirs = interleaved(3 * bench.size.repeats, partial(fit, X, y, C=C, device="cpu", dtype="float64"), peer)
        found = np.append(ours.result.weight.numpy(), ours.result.intercept.numpy())
        against, ratio = f"one table of 569 x 3: {text}", theirs.seconds / ours.seconds
        error = _error(found[None], [(X, y)], C)
        yield Row(name, against, ratio, "x", 1, ours=ours.seconds, theirs=theirs.seconds, error=error)


def streamed(bench: Bench) -> Iterator[Row]:
    """Where pyarrow is installed: a long file, from Parquet to Parquet.

    In a process of its own, since a peak of memory never falls again.
    """
    if not find_spec("pyarrow"):
        return
    count = 3 * bench.size.million[0] * bench.size.million[1]
    command = [sys.executable, "-m", "gatesweep.bench.tables", str(count)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    text = f"{count:,} groups of 20 x 3, from Parquet to Parquet"
    note = f"{found['peak_bytes'] / 1e9:.1f} GB at most, libraries included"
    yield Row("streamed", text, found["seconds"], "s", 120, False, ours=found["seconds"], note=note)


def _stream(count: int) -> dict[str, float]:
    import pyarrow
    import pyarrow.parquet

    random, part = np.random.default_rng(0), 20_000
    with TemporaryDirectory() as folder:
        path, writer = Path(folder) / "rows.parquet", None
        for first in range(0, count, part):
            groups = min(part, count - first)
            X = random.normal(size=(3, 20 * groups)).astype(np.float32)
            y = (X[0] + random.logistic(size=20 * groups) > 0).astype(np.int8)
            site = np.repeat(np.arange(first, first + groups), 20)
            table = pyarrow.table({"a": X[0], "b": X[1], "c": X[2], "y": y, "site": site})
            writer = writer or pyarrow.parquet.ParquetWriter(path, table.schema)
            writer.write_table(table)
        assert writer is not None
        writer.close()
        started = perf_counter()
        fit_table(path, target="y", group_by="site", device="cpu", out=Path(folder) / "coefficients.parquet")
        return {"seconds": perf_counter() - started, "peak_bytes": peak()}


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


if __name__ == "__main__":
    print(json.dumps(_stream(int(sys.argv[1]))))
