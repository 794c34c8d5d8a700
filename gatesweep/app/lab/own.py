"""A visitor's own rows: points with two classes, drawn or from a table; how they are edited, and what a link says."""

from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import quote, unquote

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from gatesweep.errors import InputError
from gatesweep.plots.geometry import PLANE
from gatesweep.plots.window import UNIT, Window
from gatesweep.tables.labelled import BUILT_IN, LabelledTable, Selection, built_in

__all__ = ["MAX_IN_LINK", "MAX_ROWS", "History", "Own"]

MAX_ROWS = 5000
MAX_IN_LINK = 100
"""Points that a link carries."""
LONGEST_TEXT = 3000
"""Characters of them; a whole link is read up to 4,000."""
MAX_NAME = 40
LARGEST = 1e15
"""What no coordinate exceeds: its square, and that of a difference, must be numbers."""
FINEST = 1e-6
"""A span of a column must be at least this share of its values, or its rows cannot be told apart on a screen."""


@dataclass(frozen=True, eq=False)
class Own:
    """Rows of two columns and a class, which never change: every edit gives other ones.

    Example:
        >>> own = Own.of([[0.0, 1.0], [1.0, 1.5]], [0, 1]).added([[0.5, 0.5]], 1)
        >>> own.text, Own.from_text(own.text) == own
        ('0,1,0_1,1.5,1_0.5,0.5,1', True)
    """

    X: np.ndarray
    """float64 (n, 2)"""
    y: np.ndarray
    """0 or 1, int64 (n,)"""
    names: tuple[str, str] = ("x1", "x2")
    """Of the two columns."""
    classes: tuple[str, str] = ("0", "1")
    """What 0 and 1 stand for."""
    window: Window = UNIT
    """The part of the plane that is drawn. Edits leave it as it is."""
    table: str = ""
    """What a link calls the table that the rows are, where it is one of those that are built in."""

    @classmethod
    def of(
        cls,
        X: ArrayLike,
        y: ArrayLike,
        names: tuple[str, str] = ("x1", "x2"),
        classes: tuple[str, str] = ("0", "1"),
        table: str = "",
    ) -> Self:
        """Rows that are checked; InputError if they cannot be drawn."""
        try:
            rows, labels = np.array(X, dtype=float).reshape(-1, 2), np.array(y, dtype=float).reshape(-1)
        except (TypeError, ValueError) as error:
            raise InputError("own rows must be numbers, two a row", type(X).__name__, "Check the columns") from error
        if len(rows) != len(labels):
            raise InputError("each own row must have a label", (len(rows), len(labels)), "Check both")
        if len(rows) > MAX_ROWS:
            raise InputError(f"the Lab shows {MAX_ROWS:,} own rows at most", f"{len(rows):,}", "Take fewer rows")
        if not (np.abs(rows) <= LARGEST).all():
            raise InputError(f"own rows must be numbers up to {LARGEST:g}", "others", "Leave those rows out")
        if not np.isin(labels, (0, 1)).all():
            raise InputError("labels of own rows must be 0 and 1", np.unique(labels)[:5].tolist(), "Name the classes")
        for name, column in zip(names, rows.T, strict=True):
            if len(column) and 0 < np.ptp(column) < FINEST * np.abs(column).max():
                rule = f"a column must span at least {FINEST:g} of its values"
                raise InputError(rule, name, "Subtract what all of them have in common")
        x1, x2, zero, one = (str(name)[:MAX_NAME] for name in (*names, *classes))
        return cls(rows, labels.astype(int), (x1, x2), (zero, one), _around(rows), table)

    def __len__(self) -> int:
        return len(self.y)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Own)
            and (self.names, self.classes, self.table) == (other.names, other.classes, other.table)
            and np.array_equal(self.X, other.X)
            and np.array_equal(self.y, other.y)
        )

    __hash__ = None  # type: ignore[assignment]

    # As a frame

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Self:
        """Of a frame with two columns of numbers, then one of labels 0 and 1, as `frame` gives it."""
        if not isinstance(frame, pd.DataFrame) or frame.shape[1] != 3:
            given = frame.shape if isinstance(frame, pd.DataFrame) else type(frame).__name__
            raise InputError("own data must be a DataFrame of two columns and a label", given, "Select three columns")
        x1, x2, _ = map(str, frame.columns)
        return cls.of(frame.iloc[:, :2], frame.iloc[:, 2], (x1, x2))

    @property
    def frame(self) -> pd.DataFrame:
        """The rows as a frame: the two columns by their names, then the label."""
        first, second = self.names
        label = next(name for name in ("y", "class", "label") if name not in self.names)
        return pd.DataFrame({first: self.X[:, 0], second: self.X[:, 1], label: self.y})

    # As text

    @property
    def is_linkable(self) -> bool:
        """Whether a link can carry them."""
        return bool(self.table) or (len(self) <= MAX_IN_LINK and len(self.text) <= LONGEST_TEXT)

    @property
    def text(self) -> str:
        """What `from_text` turns into the same rows; for a link."""
        if self.table:
            return self.table
        named = (*self.names, *self.classes)
        head = [] if named == ("x1", "x2", "0", "1") else [",".join(map(_quoted, named))]
        points = (f"{_short(a)},{_short(b)},{c}" for (a, b), c in zip(self.X.tolist(), self.y.tolist(), strict=True))
        return "_".join([*head, *points])

    @classmethod
    def of_table(cls, table: LabelledTable, chosen: Selection) -> tuple[Self, str]:
        """Two columns and two classes of a table, and in words what of it was skipped."""
        rows = table.select(chosen, MAX_ROWS)
        if not len(rows.y):
            rule = "a table must have rows with both numbers and one of the two classes"
            raise InputError(rule, f"{chosen.x1}, {chosen.x2}", "Choose other columns or classes")
        own = cls.of(rows.X, rows.y, (chosen.x1, chosen.x2), chosen.classes)
        if table.name in BUILT_IN and built_in(table.name) is table:
            numbers = [table.numeric.index(chosen.x1), table.numeric.index(chosen.x2)]
            numbers += [table.classes[chosen.label].index(name) for name in chosen.classes]
            own = replace(own, table=".".join([table.name, *map(str, numbers)]))
        return own, rows.skipped

    @classmethod
    def _of_built_in(cls, text: str) -> Self:
        name, *numbers = text.split(".")
        table = built_in(name)
        try:
            x1, x2, zero, one = (int(number) for number in numbers if number.isdigit())
            label = BUILT_IN[name][2].label
            pair, classes = (table.numeric[x1], table.numeric[x2]), table.classes[label]
            chosen = Selection(*pair, label, (classes[zero], classes[one]))
        except (IndexError, ValueError) as error:
            rule = "a built-in table in a link is its name, two columns and two classes by their numbers"
            raise InputError(rule, text[:40], f"Try {name}.0.1.0.1") from error
        return cls.of_table(table, chosen)[0]

    @classmethod
    def from_text(cls, text: str) -> Self:
        """InputError if this text is none that `text` gives."""
        if not text.isascii():
            raise InputError("own points in a link must be ASCII", text[:40], "Draw them again")
        if text.partition(".")[0] in BUILT_IN:
            return cls._of_built_in(text)
        points = [item.split(",") for item in text.split("_")] if text else []
        named = [unquote(name) for name in points.pop(0)] if points and len(points[0]) == 4 else ["x1", "x2", "0", "1"]
        if len(points) > MAX_IN_LINK:
            raise InputError(f"a link carries {MAX_IN_LINK} own points at most", f"{len(points):,}", "Bring a CSV file")
        try:
            values = [(float(x1), float(x2), ("0", "1").index(label)) for x1, x2, label in points]
        except ValueError as error:
            raise InputError("a point of a link must be x1,x2,class", text[:40], "Draw it again") from error
        table = np.array(values, dtype=float).reshape(-1, 3)
        x1, x2, zero, one = named
        return cls.of(table[:, :2], table[:, 2], (x1, x2), (zero, one))

    # Edits: each gives other rows

    def added(self, points: ArrayLike, label: int) -> Self:
        """With more points (m, 2) of one class; as many as there is room for."""
        room = MAX_ROWS - len(self)
        X = self._rounded(points)[:room]
        return self._with(np.vstack([self.X, X]), np.append(self.y, np.full(len(X), label)))

    def moved(self, row: int, point: ArrayLike) -> Self:
        """With one of its points elsewhere."""
        X = self.X.copy()
        X[row] = self._rounded(point)[0]
        return self._with(X, self.y)

    def without(self, row: int) -> Self:
        """Without one of its points."""
        return self._with(np.delete(self.X, row, 0), np.delete(self.y, row))

    def cleared(self) -> Self:
        """Without any."""
        return self._with(self.X[:0], self.y[:0])

    def _with(self, X: np.ndarray, y: np.ndarray) -> Self:
        return replace(self, X=X, y=y, table="")

    def _rounded(self, points: ArrayLike) -> np.ndarray:
        """Points within the window, rounded to what a hand can aim at: a thousandth of what is seen, or finer."""
        low, high = self.window.ends
        found = np.clip(np.array(points, dtype=float).reshape(-1, 2), low, high)
        digits = np.ceil(-np.log10((high - low) / 3000)).astype(int)
        return np.column_stack([np.round(column, n) + 0.0 for column, n in zip(found.T, digits, strict=True)])


def _around(rows: np.ndarray) -> Window:
    """The plane of the gates where all rows lie in it, else what holds them."""
    if not len(rows) or ((rows >= PLANE[0]) & (rows <= PLANE[1])).all():
        return UNIT
    return Window.around(rows)


def _short(value: float) -> str:
    return repr(value).removesuffix(".0")


def _quoted(name: str) -> str:
    return quote(name, safe="").replace("_", "%5F")


class History:
    """Own rows as they were: what undo and redo go through."""

    LONGEST = 200

    def __init__(self) -> None:
        self._past: list[Own] = []
        self._future: list[Own] = []
        self._gesture: Any = None

    def note(self, before: Own, gesture: Any = None) -> None:
        """The rows before an edit. All edits of one gesture, a drag, are undone together."""
        if gesture is None or gesture != self._gesture:
            self._past = [*self._past, before][-self.LONGEST :]
        self._gesture = gesture
        self._future = []

    def undo(self, now: Own) -> Own:
        """The rows before the last edit; those of now, if there is none."""
        return self._step(self._past, self._future, now)

    def redo(self, now: Own) -> Own:
        """The rows before the last undo."""
        return self._step(self._future, self._past, now)

    def _step(self, source: list[Own], target: list[Own], now: Own) -> Own:
        self._gesture = None
        if not source:
            return now
        target.append(now)
        return source.pop()

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)
