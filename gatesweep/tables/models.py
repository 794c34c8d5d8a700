"""The models of a table as arrays, from a dataset or from any file that `gatesweep fit` wrote; and a group's rows.

A file may come from anyone: what it holds is checked, and small enough for the memory, before it is taken in.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import psutil
import xarray as xr

from gatesweep.errors import InputError
from gatesweep.tables import opening
from gatesweep.tables.estimates import coefficients
from gatesweep.tables.fitting import standardized
from gatesweep.tables.layout import INTERCEPT, STEP, Layout, Rows, as_labels
from gatesweep.tables.schema import STATUSES
from gatesweep.tables.sources import ParquetTable, Source, as_source

__all__ = ["NEEDED", "Models", "check_columns", "open_models"]

NUMBERS = ("estimate", "standard_error", "low", "high")
NEEDED = ("coefficient", *NUMBERS, "odds_ratio", "n", "status")
"""Columns of each table of coefficients."""
OF_A_MODEL = ("train_loss", "train_accuracy", "held_out_loss", "held_out_accuracy", "best_C")
BYTES_OF_A_ROW = 400
"""Of a table of coefficients, while it is taken in."""
RECORDED = {"target": str, "classes": list, "features": list, "categories": dict, "source": str}
"""What it takes to read the rows of a fit again, and of what kind it is."""


@dataclass(frozen=True)
class Models:
    """Every model of a table."""

    groups: np.ndarray
    """Labels as text, (g,); one empty one where the table has no groups."""
    coefficients: tuple[str, ...]
    """The names of the k coefficients, the intercept last."""
    C: np.ndarray
    """Of the models, (c,); one NaN where a C is not told apart."""
    numbers: dict[str, np.ndarray]
    """estimate, standard_error, low and high, all of them (g, c, k)."""
    scores: dict[str, np.ndarray]
    """What is known of a model, (g, c)."""
    n: np.ndarray
    """Rows of each group, (g,)."""
    status: np.ndarray
    """Places in `STATUSES`, (g, c)."""
    along_C: dict[str, np.ndarray] = field(default_factory=dict)
    """Losses and accuracies (g, values) at each of several `tried` C."""
    tried: np.ndarray = field(default_factory=lambda: np.empty(0))
    given: dict[str, Any] = field(default_factory=dict)
    """The arguments of the fit, as far as the file has them."""
    path: Path | None = None

    @classmethod
    def of(cls, dataset: xr.Dataset, path: Path | None = None) -> Self:
        """Those of a dataset of `gatesweep.fit_table`."""
        models = cls.of_frame(coefficients(dataset), _given(dataset.attrs.get("table")), path)
        if "fold" not in dataset.dims or "C" not in dataset.dims:
            return models
        dims = ("group", "C") if "group" in dataset.dims else ("C",)
        along = {
            name: np.reshape(dataset[name].mean("fold").transpose(*dims).values, (len(models.groups), -1))
            for name in ("held_out_loss", "held_out_accuracy")
        }
        return replace(models, along_C=models.along_C | along, tried=dataset["C"].values.astype(float))

    @classmethod
    def of_frame(cls, frame: pd.DataFrame, given: dict[str, Any], path: Path | None = None) -> Self:
        """Those of a table of coefficients: all of a group's models one after the other, the intercept of each last."""
        names = frame["coefficient"].astype(str).to_numpy()
        k = int(np.argmax(names == INTERCEPT)) + 1
        Cs = frame["C"].to_numpy(float)[::k] if "C" in frame else np.ones(-(-len(frame) // k))
        again = np.flatnonzero(Cs == Cs[0])[1:2]
        c = int(again[0]) if len(again) else len(Cs)
        g, rest = divmod(len(frame), c * k)
        labels = as_labels(frame["group"]).to_numpy() if "group" in frame else np.full(len(frame), "")
        status = pd.Index(STATUSES).get_indexer(frame["status"].astype(str))
        regular = names[k - 1] == INTERCEPT and len(set(names[:k])) == k and not rest and ("group" in frame or g == 1)
        regular = regular and (names.reshape(g, c, k) == names[:k]).all() and (Cs.reshape(g, c) == Cs[:c]).all()
        regular = regular and (labels.reshape(g, c * k) == labels[:: c * k, None]).all() and (status >= 0).all()
        if not regular:
            rule, remedy = "a table that is shown must be one that gatesweep fit wrote, whole", "Fit it again"
            raise InputError(rule, "another order of rows" if path is None else path.name, remedy)
        scores = {
            name: frame[name].to_numpy(float).reshape(g, c, k)[..., 0] for name in OF_A_MODEL if name in frame.columns
        }
        losses = {name: values for name, values in scores.items() if c > 1 and name != "best_C"}
        return cls(
            groups=labels[:: c * k].astype(str),
            coefficients=tuple(names[:k].tolist()),
            C=Cs[:c] if "C" in frame else np.full(1, np.nan),
            numbers={name: frame[name].to_numpy(float).reshape(g, c, k) for name in NUMBERS},
            scores=scores,
            n=frame["n"].to_numpy(float)[:: c * k],
            status=status.reshape(g, c, k)[..., 0],
            along_C=losses,
            tried=Cs[:c] if losses else np.empty(0),
            given=given,
            path=path,
        )

    @property
    def is_grouped(self) -> bool:
        return self.group_by != ""

    @property
    def group_by(self) -> str:
        """The column of the groups; empty where the table is one."""
        named = self.given.get("group_by")
        return named if isinstance(named, str) else "group" if len(self.groups) > 1 or self.groups[0] else ""

    @property
    def status_counts(self) -> dict[str, int]:
        """How many models have each status."""
        number = np.bincount(self.status.ravel(), minlength=len(STATUSES))
        return {name: int(n) for name, n in zip(STATUSES, number, strict=True) if n}

    @cached_property
    def source(self) -> Path | None:
        """The file that was fitted, where it lies beside the result or in the current folder."""
        name = self.given.get("source")
        if self.path is None or not isinstance(name, str) or not name or Path(name).name != name:
            return None
        return next((place for place in (self.path.parent / name, Path(name)) if place.is_file()), None)

    def rows(self, group: int, check: Callable[[], None] = lambda: None) -> Rows | None:
        """The rows of a group as its models saw them, read from the source again; None where that isn't at hand.

        Args:
            check: called between parts of a long file, and may raise.

        Raises:
            InputError: a source that is no longer what was fitted.
        """
        if self.source is None or not all(isinstance(self.given.get(name), kind) for name, kind in RECORDED.items()):
            return None
        layout = Layout.recorded(self.given)
        source = as_source(self.source)
        if lost := sorted(set(layout.columns) - set(source.columns)):
            rule = "the file that was fitted must be as it was"
            raise InputError(rule, f"{self.source.name} has no column {lost[0]!r}", "Fit it again")
        frames = []
        for frame in source.frames(layout.columns, layout.as_text, STEP):
            check()
            if layout.group_by is not None:
                frame = frame[(as_labels(frame[layout.group_by]) == self.groups[group]).to_numpy(bool)]
            if len(frame):
                frames.append(frame)
        if not frames:
            rule = "the file that was fitted must be as it was"
            raise InputError(rule, f"{self.source.name} has no row of this group", "Fit it again")
        rows = layout.rows(pd.concat(frames, ignore_index=True))
        return standardized(rows) if self.given.get("standardize") is True else rows


def open_models(path: Path) -> Models:
    """Those of a .nc, .zarr, .csv or .parquet file that `gatesweep fit` wrote.

    Raises:
        InputError: another file, one that is not what it says, or that does not fit into memory.
    """
    if path.suffix.lower() not in (".csv", ".parquet"):
        return Models.of(opening.open_table(path), path)
    source = as_source(path)
    check_columns(source, path)
    needed, available = BYTES_OF_A_ROW * source.n_rows, psutil.virtual_memory().available
    if needed > 0.8 * available:
        rule, given = "a result must fit into memory", f"{needed / 1e9:.1f} GB of {available / 1e9:.1f} GB available"
        raise InputError(rule, given, "Show it in the terminal (gatesweep show), or fit fewer groups at once")
    wanted = [name for name in ("group", "C", *NEEDED, *OF_A_MODEL) if name in source.columns]
    texts = [name for name in ("group", "coefficient", "status") if name in wanted]
    frames = list(source.frames(wanted, texts, STEP))
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=wanted)
    numeric = [name for name in wanted if name not in texts]
    if not len(frame) or any(frame[name].dtype.kind not in "iuf" for name in numeric):
        rule = "a table that is shown must be one that gatesweep fit wrote"
        raise InputError(rule, f"{path.name} has text for numbers, or no rows", "Fit it again")
    return Models.of_frame(frame, _given(source.record) if isinstance(source, ParquetTable) else {}, path)


def check_columns(source: Source, path: Path) -> None:
    """Raise InputError unless a table has the columns of `gatesweep fit`."""
    if missing := sorted(set(NEEDED) - set(source.columns)):
        rule = "a table that is shown must be one that gatesweep fit wrote"
        raise InputError(rule, f"no column {missing[0]!r}", f"To fit it: gatesweep fit {path.name} --target ...")


def _given(record: Any) -> dict[str, Any]:
    """The arguments of a fit from its record; nothing where it is none."""
    try:
        given = json.loads(record)
    except (TypeError, ValueError, RecursionError):
        return {}
    return given if isinstance(given, dict) else {}
