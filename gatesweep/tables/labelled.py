"""A small table as a whole, of which two columns of numbers and two of its classes become rows to look at.

It is read in memory: nothing of it is written anywhere.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Self, cast

import numpy as np
import pandas as pd
from sklearn import datasets

from gatesweep.errors import InputError
from gatesweep.tables.sources import CsvFile

__all__ = ["BUILT_IN", "MAX_BYTES", "LabelledTable", "Selected", "Selection", "built_in"]

MAX_BYTES = 2_000_000
"""Of a CSV file that is read as a whole."""
MAX_CLASSES = 50
"""Different values of a column that may be a label."""
MAX_TEXT = 60
"""Characters of a name or a class that are shown."""


@dataclass(frozen=True)
class Selection:
    """Which two columns and which two classes of a label."""

    x1: str
    x2: str
    label: str
    classes: tuple[str, str]


@dataclass(frozen=True)
class Selected:
    """The rows of a selection, and what of the table is none of them."""

    X: np.ndarray
    """float64 (n, 2)"""
    y: np.ndarray
    """0 or 1, (n,)"""
    skipped: str
    """In words; empty if nothing was."""


@dataclass(frozen=True, eq=False)
class LabelledTable:
    """A table with two columns of numbers or more, and one or more that can be a label."""

    name: str
    frame: pd.DataFrame

    @classmethod
    def from_csv(cls, content: bytes, name: str = "the table") -> Self:
        """Of the bytes of a CSV file, whatever its signs; InputError if it is none, or has not the columns."""
        if len(content) > MAX_BYTES:
            rule = f"a table for the Lab must have {MAX_BYTES / 1e6:g} MB at most"
            raise InputError(
                rule, f"{len(content) / 1e6:.1f} MB", "Leave out columns or rows; gatesweep fit takes more"
            )
        file = CsvFile.of(cast(Any, _InMemory(name[:MAX_TEXT] or "the table", content)))
        parts = list(file.frames(file.columns, [], len(content) + 1))
        table = cls(name[:MAX_TEXT], pd.concat(parts) if parts else pd.DataFrame(columns=file.columns))
        if len(table.numeric) < 2 or not table.labels:
            rule = "a table for the Lab needs two columns of numbers and one of classes"
            raise InputError(rule, ", ".join(map(_cut, file.columns[:6])), "Check its header and its decimals")
        if table.start is None:
            rule = "a table for the Lab needs two columns of numbers beside its classes"
            raise InputError(rule, ", ".join(map(_cut, file.columns[:6])), "Add a column")
        return table

    @cached_property
    def numeric(self) -> list[str]:
        """Columns of numbers."""
        return [name for name in self.frame if self.frame[name].dtype.kind in "iuf" and self.frame[name].notna().any()]

    @cached_property
    def classes(self) -> dict[str, list[str]]:
        """The values of each column that can be a label, in their order."""
        found = {}
        for name in self.frame:
            values = self.frame[name].dropna().unique()
            if 2 <= len(values) <= MAX_CLASSES:
                texts = {_class(value): value for value in values}
                order = sorted(
                    texts, key=lambda text: (0, texts[text], "") if _is_number(texts[text]) else (1, 0, text)
                )
                found[name] = order
        return found

    @property
    def labels(self) -> list[str]:
        """Columns that can be a label."""
        return list(self.classes)

    @cached_property
    def start(self) -> Selection | None:
        """What is shown first: the last column of text for a label, else the one with the fewest classes."""
        texts = [name for name in self.labels if name not in self.numeric]
        fewest = sorted(self.labels, key=lambda name: len(self.classes[name]))
        for label in (*reversed(texts), *fewest):
            x = [name for name in self.numeric if name != label]
            if len(x) > 1:
                zero, one = self.classes[label][:2]
                return Selection(x[0], x[1], label, (zero, one))
        return None

    def select(self, chosen: Selection, most: int) -> Selected:
        """Rows of two columns and two classes, `most` of them, the first ones."""
        known = {*self.frame.columns}
        if not {chosen.x1, chosen.x2} <= {*self.numeric} or chosen.label not in self.classes or not known:
            raise InputError("a selection must name two columns of numbers and a label", chosen.label, "Choose others")
        if not {*chosen.classes} <= {*self.classes[chosen.label]} or chosen.classes[0] == chosen.classes[1]:
            raise InputError("two different classes must be chosen", chosen.classes, "Choose another one")
        X = self.frame[[chosen.x1, chosen.x2]].to_numpy(dtype=float)
        text = self.frame[chosen.label].map(_class, na_action="ignore")
        is_class = text.isin(chosen.classes).to_numpy()
        is_whole = np.isfinite(X).all(1)
        kept = np.flatnonzero(is_class & is_whole)
        skips = (
            (int((text.notna().to_numpy() & ~is_class).sum()), "of other classes"),
            (int(text.isna().sum()), "without a class"),
            (int((is_class & ~is_whole).sum()), "with a missing number"),
            (max(len(kept) - most, 0), f"beyond the first {most:,}"),
        )
        said = [f"{count:,} {what}" for count, what in skips if count]
        kept = kept[:most]
        y = (text.to_numpy()[kept] == chosen.classes[1]).astype(int)
        return Selected(X[kept], y, f"Skipped: {', '.join(said)}." if said else "")


class _InMemory:
    """What `CsvFile` asks of a path, for bytes."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name, self._content = name, content

    def open(self, mode: str = "r", encoding: str | None = None, newline: str | None = None) -> Any:
        raw = io.BytesIO(self._content)
        return raw if mode == "rb" else io.TextIOWrapper(raw, encoding=encoding, newline=newline)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number)


def _class(value: Any) -> str:
    """A value of a label as text: 1.0 as 1, since a column with a gap holds no whole numbers."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return _cut(str(value))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


BUILT_IN: dict[str, tuple[str, Callable[..., Any], Selection]] = {
    "iris": (
        "Iris",
        datasets.load_iris,
        Selection("petal length (cm)", "petal width (cm)", "target", ("versicolor", "virginica")),
    ),
    "breast_cancer": (
        "Breast cancer",
        datasets.load_breast_cancer,
        Selection("mean texture", "mean area", "target", ("benign", "malignant")),
    ),
    "wine": ("Wine", datasets.load_wine, Selection("alcohol", "flavanoids", "target", ("class_0", "class_1"))),
}
"""Tables of scikit-learn's by name: what the menu calls them, what loads them, and what is shown first."""


@cache
def built_in(name: str) -> LabelledTable:
    """One of scikit-learn's tables, its classes by their names."""
    _, load, _ = BUILT_IN[name]
    bunch = load(as_frame=True)
    frame = bunch.data.assign(target=np.asarray(bunch.target_names)[bunch.target])
    return LabelledTable(name, frame)
