"""What is what in a table: target, features, groups and weights; and the rows as numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gatesweep.codec import to_json
from gatesweep.errors import InputError
from gatesweep.settings import plain
from gatesweep.tables.sources import Source

__all__ = ["INTERCEPT", "Layout", "Rows", "survey"]

INTERCEPT = "intercept"
MAX_COEFFICIENTS = 1_000
"""Of one model at most: a table at scale has many models, not many columns."""
MAX_LABEL = 1_000
"""Characters of a label at most."""
STEP = 100_000
"""Rows read at once."""


@dataclass(frozen=True)
class Rows:
    """Rows as numbers, in the order of their groups."""

    X: np.ndarray
    """(n, d), without NaN."""
    y: np.ndarray
    """(n,), 0 and 1."""
    weight: np.ndarray | None
    """(n,), more than 0."""
    labels: np.ndarray
    """One for each group, shape (groups,)."""
    sizes: np.ndarray
    """Rows of each group, shape (groups,)."""
    n_missing: np.ndarray
    """Rows of each group that a missing value took out, shape (groups,)."""

    @property
    def starts(self) -> np.ndarray:
        return np.cumsum(self.sizes) - self.sizes


@dataclass(frozen=True)
class Layout:
    """The columns of a table, by their part in the models."""

    target: str
    classes: tuple[Any, Any]
    """The two values of the target: the second one is class 1."""
    features: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]
    """The categories of each feature of text, the first one left out of the model: what the others are compared to."""
    group_by: str | None
    weights: str | None
    as_text: tuple[str, ...]
    drop_missing: bool

    @classmethod
    def recorded(cls, given: Mapping[str, Any]) -> "Layout":
        """The layout of a fit that was asked for with these arguments; rows that lack a value are left out."""
        categories = {name: tuple(values) for name, values in given["categories"].items()}
        as_text = (*categories, given["target"], *filter(None, [given.get("group_by")]))
        first, second = given["classes"]
        return cls(
            given["target"], (first, second), tuple(given["features"]), categories, given.get("group_by"),
            given.get("weights"), as_text, drop_missing=True,
        )  # fmt: skip

    @property
    def record(self) -> dict[str, Any]:
        """What `recorded` reads."""
        return {
            "target": self.target, "classes": [to_json(plain(value)) for value in self.classes],
            "features": list(self.features), "categories": self.categories, "group_by": self.group_by,
            "weights": self.weights,
        }  # fmt: skip

    @property
    def columns(self) -> list[str]:
        """What is to be read."""
        others = (self.target, self.group_by, self.weights)
        return [*self.features, *(name for name in others if name is not None)]

    @property
    def coefficients(self) -> list[str]:
        """Their names, the intercept last."""
        names = []
        for feature in self.features:
            if feature in self.categories:
                names += [f"{feature}={category}" for category in self.categories[feature][1:]]
            else:
                names.append(feature)
        return [*names, INTERCEPT]

    def rows(self, frame: pd.DataFrame) -> Rows:
        """The rows of a frame by their groups: sorted by label, within a group as they stand; no group without rows."""
        target = frame[self.target]
        y = (target == self.classes[1]).to_numpy(dtype=float)
        missing = target.isna().to_numpy()
        columns = []
        for name in self.features:
            if name in self.categories:
                values = as_labels(frame[name])
                missing = missing | values.isna().to_numpy()
                columns += [(values == category).to_numpy(dtype=float) for category in self.categories[name][1:]]
            else:
                numbers = _numbers(frame[name], "a feature")
                missing = missing | np.isnan(numbers)
                columns.append(numbers)
        weight = None if self.weights is None else _numbers(frame[self.weights], "weights")
        if weight is not None:
            missing = missing | np.isnan(weight)
            if not ((weight[~missing] >= 0) & np.isfinite(weight[~missing])).all():
                raise InputError("weights must be finite and 0 or more", self.weights, "Mend that column")
        group, labels = np.zeros(len(frame), dtype=int), np.array([""])
        if self.group_by is not None:
            group, labels = _grouped(frame[self.group_by])
            missing = missing | (group < 0)
        if missing.any() and not self.drop_missing:
            raise _missing(frame[self.columns], missing)
        order = np.argsort(group, kind="stable")
        counts = ~missing if weight is None else ~missing & (weight > 0)
        order = order[counts[order]]
        sizes = np.bincount(group[order], minlength=len(labels))
        left_out = np.bincount(group[missing & (group >= 0)], minlength=len(labels))
        kept = sizes > 0
        return Rows(
            X=np.stack(columns, 1)[order] if columns else np.empty((len(order), 0)),
            y=y[order],
            weight=None if weight is None else weight[order],
            labels=labels[kept],
            sizes=sizes[kept],
            n_missing=left_out[kept],
        )


def as_labels(values: pd.Series) -> pd.Series:
    """Values as the text that names them; a missing one stays missing."""
    return values.astype(object).map(str, na_action="ignore")


def _grouped(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The group of each row, -1 where it has none, and the sorted labels."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)  # Categories have an order of their own.
    try:
        codes, labels = pd.factorize(values, sort=True)
    except TypeError as error:
        raise InputError("the labels of groups must be of one kind", values.name, "Make them all text") from error
    labels = np.asarray(labels)
    if labels.dtype.kind not in "biufM":
        labels = np.array([str(label) for label in labels])
        if labels.dtype.itemsize > 4 * MAX_LABEL:
            raise InputError(f"a group's label must have {MAX_LABEL:,} characters at most", values.name, "Shorten it")
    return codes, labels


def _numbers(values: pd.Series, what: str) -> np.ndarray:
    try:
        if values.dtype.kind in "OSUMmc" or isinstance(values.dtype, pd.StringDtype | pd.CategoricalDtype):
            raise ValueError("not numbers")
        return values.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        given = next((value for value in values if isinstance(value, str) and not _parses(value)), values.dtype)
        rule = f"{what} must hold numbers (column {values.name!r})"
        raise InputError(rule, given, "Leave the column out, or give one_hot=True for categories") from error


def _parses(text: str) -> bool:
    return not np.isnan(pd.to_numeric(text, errors="coerce"))


def _missing(frame: pd.DataFrame, missing: np.ndarray) -> InputError:
    counts = frame.isna().sum()
    worst = ", ".join(f"{n:,} in {name!r}" for name, n in counts[counts > 0].head(3).items())
    rule = "a table must have no missing values in the columns that are used"
    return InputError(rule, f"{int(missing.sum()):,} rows ({worst})", "Fill them in, or give missing='drop'")


def survey(
    source: Source,
    target: str,
    features: Sequence[str] | None = None,
    group_by: str | None = None,
    weights: str | None = None,
    one_hot: bool = False,
    missing: str = "error",
) -> Layout:
    """Look through a table for the two classes of its target, its features and their categories.

    Raises:
        InputError: a column that is not there, a target without two classes, a feature that holds no numbers.
    """
    named = {"target": target, "group_by": group_by, "weights": weights}
    columns = source.columns
    given = [features] if isinstance(features, str) else list(features or [])
    for what, name in [*named.items(), *(("features", name) for name in given)]:
        if name is not None and name not in columns:
            known = ", ".join(columns[:8]) + (", ..." if len(columns) > 8 else "")
            raise InputError(f"{what} must be a column of the table", name, f"Columns: {known}")
    others = [name for name in named.values() if name is not None]
    if len(set(others)) < len(others) or len(set(given)) < len(given) or set(given) & set(others):
        raise InputError("each column must have one part: target, feature, group or weight", given or others, "Choose")
    if missing not in ("error", "drop"):
        raise InputError("missing must be error or drop", missing, "The default is error")
    chosen = given or [name for name in columns if name not in others]
    if not chosen or len(chosen) >= MAX_COEFFICIENTS:
        rule = f"a model must have 1 to {MAX_COEFFICIENTS - 1:,} features"
        raise InputError(rule, len(chosen), "Name those that you mean with features=")
    text = _text_columns(source, chosen)
    if text and not one_hot:
        rule = "features must hold numbers"
        raise InputError(rule, f"{text[0]!r} holds text", "Name the features, or give one_hot=True for categories")
    as_text = [*text, target, *([] if group_by is None else [group_by])]
    classes: set = set()
    categories: dict[str, set[str]] = {name: set() for name in text}
    for frame in source.frames([target, *text], as_text, STEP):
        classes |= set(frame[target].dropna().unique().tolist())
        for name, found in categories.items():
            found |= set(as_labels(frame[name]).dropna().unique().tolist())
        if len(classes) > 2 or sum(map(len, categories.values())) > MAX_COEFFICIENTS:
            break
    if len(classes) != 2:
        rule, some = f"the target must have two classes (column {target!r})", sorted(map(str, classes))[:5]
        raise InputError(rule, some, "Keep the rows of two classes, or make one class of several")
    layout = Layout(
        target,
        _ordered(classes),
        tuple(chosen),
        {name: tuple(sorted(found)) for name, found in categories.items()},
        group_by,
        weights,
        tuple(as_text),
        missing == "drop",
    )
    names = layout.coefficients
    if len(names) > MAX_COEFFICIENTS:
        rule = f"a model must have {MAX_COEFFICIENTS:,} coefficients at most, categories included"
        raise InputError(rule, f"{len(names):,} or more", "Leave out columns that name single rows")
    if len(set(names)) < len(names) or max(map(len, names)) > MAX_LABEL:
        rule = f"coefficients must have different names of {MAX_LABEL:,} characters at most, none of them {INTERCEPT!r}"
        raise InputError(rule, names, "Rename that column")
    return layout


def _text_columns(source: Source, features: Sequence[str]) -> list[str]:
    """Those features that hold text, by the first rows."""
    first: Iterator[pd.DataFrame] = source.frames(features, (), STEP)
    frame = next(first, None)
    if frame is None or not len(frame):
        raise InputError("a table must have rows", "none", "Check the file")
    kinds = frame.dtypes
    return [
        name
        for name in features
        if isinstance(kinds[name], pd.StringDtype | pd.CategoricalDtype)
        or (kinds[name].kind == "O" and not frame[name].isna().all())
    ]


def _ordered(classes: set) -> tuple[Any, Any]:
    """Class 0 and class 1: numbers by size, also where they are written as text; all else by the alphabet."""
    try:
        first, second = sorted(classes, key=float)
    except (TypeError, ValueError):
        first, second = sorted(classes, key=str)
    return first, second
