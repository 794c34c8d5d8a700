"""`gatesweep.fit_table`: a logistic model for each group of a table, as one batch."""

import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
import torch
import xarray as xr

from gatesweep.codec import to_json
from gatesweep.engine.device import Place
from gatesweep.errors import InputError
from gatesweep.settings import Settings, plain
from gatesweep.sweep import Progress
from gatesweep.tables import schema
from gatesweep.tables.estimates import coefficients
from gatesweep.tables.files import TABLES, TableWriter, out_path, save_dataset
from gatesweep.tables.fitting import Found, Plan, fit_rows
from gatesweep.tables.layout import STEP, Layout, Rows, survey
from gatesweep.tables.sources import Frame, Source, as_source

__all__ = ["fit_table"]

WHOLE = 32_000_000
"""Numbers of a file that is read as a whole, its groups in any order."""
CHUNK = 4_000_000
"""Numbers of the rows whose groups are fitted at once, and of their results."""


def fit_table(
    data: "pd.DataFrame | Mapping[str, Any] | str | Path",
    *,
    target: str,
    features: Sequence[str] | None = None,
    group_by: str | None = None,
    weights: str | None = None,
    C: float | Sequence[float] = 1.0,
    folds: int | None = None,
    bootstrap: int | None = None,
    seed: int = 0,
    standardize: bool = False,
    one_hot: bool = False,
    missing: str = "error",
    max_iter: int = 100,
    dtype: str = "float32",
    device: str | torch.device = "auto",
    out: str | Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> xr.Dataset:
    """Fit a logistic model to each group of a table, with scikit-learn's optimum.

    Args:
        data: a DataFrame, a dict of columns, or the path of a .csv or .parquet file. CSV files may have commas,
            semicolons or tabs, decimal points or commas, a header or none (then column1, column2, ...); their
            groups and targets are text.
        target: the column of the two classes; the second one, by size or alphabet, is class 1.
        features: the columns of the model; all others where it says nothing.
        group_by: the column that says which rows belong together; without it the table is one group. A file of
            more than 32 million numbers is read part by part, and must have each group's rows in a row.
        weights: a column that says how often each row counts.
        C: inverse strength of the L2 penalty, the intercept free; `inf` for none. Several make a dimension.
        folds: fit without each of so many stratified parts of a group, and score on the part. With several C
            the one of the highest mean held-out accuracy is chosen for each group, as by scikit-learn's
            LogisticRegressionCV, and the other results are those of the model at this C.
        bootstrap: so many more fits of each model to rows that are drawn with replacement within its group.
        seed: of these draws.
        standardize: count each column from its group's mean in its group's standard deviations.
        one_hot: give each category of a column of text a column, but for the first, which the others are
            compared to.
        missing: error, or drop to leave out rows that lack a value in a column that is used.
        max_iter, dtype: as in `gatesweep.Settings`.
        device: auto takes CUDA, then MPS, then the CPU.
        out: write to this path, too. A .nc or .zarr file holds the dataset; .csv and .parquet hold
            `gatesweep.summaries.coefficients`, written part by part, so that a file of any length can be fitted.
            A file is there when all of it is: what is interrupted leaves none.
        overwrite: replace what is at `out`.
        progress: called as progress(done, total) with numbers of models; an estimate where a file is
            read part by part.
        cancel: an event that ends the fit with `gatesweep.Cancelled` within a step.

    Returns:
        Dataset with `estimate`, `standard_error` (group, C, coefficient), `n` (group), `status`, `n_iter`,
        `train_loss`, `train_accuracy` (group, C); with folds `held_out_loss`, `held_out_accuracy`,
        `fold_estimate`, `fold_status` (group, C, fold) and `best_C` (group); with bootstraps
        `replicate_estimate`, `replicate_status` (group, replicate, C); standardised, `mean` and `scale`
        (group, feature). What was not asked for (one group, one C) is no dimension. A model that is neither
        converged nor redundant has no optimum that was found: its numbers are NaN. A group without
        rows to fit is left out. With `out` a .csv or .parquet file, only `models`, how many have each status.

    Raises:
        InputError: columns that are not there or not of their kind, missing values, a target without two
            classes, a file that is no table, results that do not fit into memory.

    Example:
        >>> import pandas as pd
        >>> import gatesweep as gs
        >>> dose = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
        >>> cured = [0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 1]
        >>> table = pd.DataFrame({"site": ["a"] * 6 + ["b"] * 6, "dose": dose * 2, "cured": cured})
        >>> fitted = gs.fit_table(table, target="cured", group_by="site")
        >>> dict(fitted.sizes)
        {'group': 2, 'coefficient': 2}
    """
    place = Place.of(Settings.check("dtype", dtype), device)
    sweeps_C = not np.isscalar(plain(C))
    plan = Plan(
        C=_penalties(C),
        folds=None if folds is None else _whole("folds", folds, 2, 10_000),
        bootstrap=0 if bootstrap is None else _whole("bootstrap", bootstrap, 1, 1_000_000),
        seed=_whole("seed", seed, 0, 2**32 - 1),
        standardize=bool(standardize),
        max_iter=Settings.check("max_iter", max_iter),
    )
    path = None if out is None else out_path(out, overwrite)
    source = as_source(data)
    layout = survey(source, target, features, group_by, weights, one_hot, missing)
    given = {
        **layout.record, "C": [to_json(c) for c in plan.C.tolist()], "folds": folds, "bootstrap": bootstrap,
        "seed": seed, "standardize": standardize, "one_hot": one_hot, "missing": missing, "max_iter": max_iter,
        "dtype": dtype, "source": Path(data).name if isinstance(data, str | Path) else None,
    }  # fmt: skip
    job = _Job(layout, plan, place, source.n_rows, progress, cancel)

    def dataset(parts: list[tuple[Rows, Found]]) -> xr.Dataset:
        return schema.to_dataset(layout, plan, parts, given, sweeps_C, device)

    if path is None or path.suffix.lower() not in TABLES:
        fitted = dataset(list(job.fitted(source, all_at_once=True)))
        if path is not None:
            save_dataset(fitted, path)
        return fitted
    models: dict[str, int] = {}
    with TableWriter(path) as writer:
        for part in job.fitted(source):
            found = dataset([part])
            writer.append(coefficients(found))
            for name, number in schema.status_counts(found).items():
                models[name] = models.get(name, 0) + number
    return xr.Dataset(
        {"models": ("status", list(models.values()))},
        {"status": list(models)},
        {"table": dataset([part]).attrs["table"]},
    )


def _penalties(C: float | Sequence[float]) -> np.ndarray:
    values = np.atleast_1d(np.asarray(C, dtype=object)).ravel().tolist()
    if not values:
        raise InputError("C must have a value", C, "The default is 1.0")
    checked = [Settings.check("C", value) for value in values]
    if len(set(checked)) < len(checked):
        raise InputError("the values of C must be different", checked, "Give each once")
    return np.array(checked, dtype=float)


def _whole(name: str, value: Any, low: int, high: int) -> int:
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InputError(f"{name} must be a whole number from {low} to {high}", value, f"Try {name}={max(low, 10)}")
    return value


@dataclass
class _Job:
    """Fits of the parts of a table, and how far they are."""

    layout: Layout
    plan: Plan
    place: Place
    n_rows: int
    progress: Progress | None
    cancel: threading.Event | None
    models: int = field(default=0)
    rows: int = field(default=0)

    def fitted(self, source: Source, all_at_once: bool = False) -> Iterator[tuple[Rows, Found]]:
        """The rows of some groups, and what was found for them, until the table ends."""
        any_rows, is_whole = False, _is_read_whole(source, self.layout)
        for rows in _parts(source, self.layout):
            if is_whole:
                self.n_rows = len(rows.y)
            if all_at_once:
                self._check_memory(len(rows.sizes))
            for part in _chunks(rows, self._width):
                any_rows = True
                yield part, fit_rows(part, self.plan, self.place, self._reporter(part), self.cancel)
                self.rows += len(part.y)
        if self.progress is not None:
            self.progress(self.models, self.models)
        if not any_rows:
            raise InputError("a table must have rows to fit", "none", "Look for missing values and weights of 0")

    @property
    def _width(self) -> int:
        """Numbers in the results of a group."""
        return self.plan.n_models * (len(self.layout.coefficients) + 4)

    def _check_memory(self, n_groups: int) -> None:
        needed, available = 8 * n_groups * self._width, psutil.virtual_memory().available
        if needed > 0.8 * available:
            raise InputError(
                "the models of a table must fit into memory",
                f"{needed / 1e9:.1f} GB of {available / 1e9:.1f} GB available",
                "Write them part by part with out='coefficients.parquet', or take fewer bootstraps",
            )

    def _reporter(self, part: Rows) -> Any:
        begun = self.rows + len(part.y)

        def report(models: int) -> None:
            self.models += models
            if self.progress is not None:
                rest = max(0, self.n_rows - begun) / begun
                last = self.models if begun >= self.n_rows else math.ceil(self.models * (1 + rest))
                self.progress(self.models, max(self._known, last))

        self._known = self.models + len(part.sizes) * self.plan.n_models
        return report


def _is_read_whole(source: Source, layout: Layout) -> bool:
    return layout.group_by is None or isinstance(source, Frame) or source.n_rows * len(layout.columns) <= WHOLE


def _parts(source: Source, layout: Layout) -> Iterator[Rows]:
    """The rows of whole groups: all of them, or some groups at a time of a file that is too long."""
    if not _is_read_whole(source, layout):
        yield from _streamed(source, layout)
        return
    needed, available = 40 * source.n_rows * len(layout.columns), psutil.virtual_memory().available
    if needed > 0.8 * available:
        rule, given = "a table without groups must fit into memory", f"{needed / 1e9:.1f} GB"
        raise InputError(rule, given, "Take fewer rows: a sample of them has the same coefficients, about")
    frames = list(source.frames(layout.columns, layout.as_text, STEP))
    yield layout.rows(pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0])


def _streamed(source: Source, layout: Layout) -> Iterator[Rows]:
    """Groups in the order of the file; those that are read together are sorted."""
    assert layout.group_by is not None
    step, width = max(1, CHUNK // len(layout.columns)), len(layout.columns)
    held: list[pd.DataFrame] = []
    seen = np.empty(0, np.uint64)
    for frame in source.frames(layout.columns, layout.as_text, min(step, STEP)):
        labels = frame[layout.group_by].astype(object).to_numpy()
        last = len(labels) - int((labels[::-1] == labels[-1]).cumprod().sum())
        begun = held[-1][layout.group_by].iloc[-1] if held else None
        if last == 0 and begun == labels[-1]:
            held.append(frame)  # All of it goes on with the group that is held.
        elif sum(map(len, held)) + last >= step:
            ready = pd.concat([*held, frame.iloc[:last]], ignore_index=True)
            rows = layout.rows(ready)
            seen = _unseen(rows, seen, layout.group_by)
            yield rows
            held = [frame.iloc[last:]]
        else:
            held.append(frame)
        if sum(map(len, held)) * width > WHOLE:
            rule = "a group of a long file must have rows that fit into memory"
            raise InputError(rule, f"more than {WHOLE // width:,} rows", "Take fewer of them")
    if held:
        rows = layout.rows(pd.concat(held, ignore_index=True))
        _unseen(rows, seen, layout.group_by)
        yield rows


def _unseen(rows: Rows, seen: np.ndarray, group_by: str) -> np.ndarray:
    """Marks of all groups so far; InputError if one of them comes again."""
    marks = pd.util.hash_array(np.asarray(rows.labels, dtype=object))
    again = np.isin(marks, seen)
    if again.any():
        rule = f"a file of more than {WHOLE:,} numbers must have each group's rows in a row"
        raise InputError(rule, f"{group_by} {rows.labels[again][0]} comes again", f"Sort the file by {group_by}")
    return np.union1d(seen, marks)


def _chunks(rows: Rows, width: int) -> Iterator[Rows]:
    """Whole groups, as many as are fitted at once."""
    cost = np.cumsum(rows.sizes * rows.X.shape[1] + width)
    number = cost // CHUNK
    for first in np.flatnonzero(np.diff(number, prepend=-1)):
        which = np.flatnonzero(number == number[first])
        groups = slice(which[0], which[-1] + 1)
        of_rows = slice(rows.starts[groups.start], rows.starts[groups.stop - 1] + rows.sizes[groups.stop - 1])
        yield Rows(
            X=rows.X[of_rows],
            y=rows.y[of_rows],
            weight=None if rows.weight is None else rows.weight[of_rows],
            labels=rows.labels[groups],
            sizes=rows.sizes[groups],
            n_missing=rows.n_missing[groups],
        )
