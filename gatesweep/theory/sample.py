"""The best line on a sample: the fewest rows on the wrong side, over all lines there are."""

from dataclasses import dataclass

import numpy as np

from gatesweep.errors import InputError
from gatesweep.theory.quadrature import Array

__all__ = ["Frame", "SampleLine", "best_line_on_rows"]

EXACT_ROWS = 1000
"""Places of rows up to which every line is looked at; of more, only lines through some of them."""
PIVOTS_AT_ONCE = 128
SAME_ANGLE = 4e-15
"""Angles that differ by no more are one: on whole numbers below two million others are at least 10 times as far off."""
WHOLE = 2**21
DECIMALS = 6
"""So many decimals are looked for: numbers as people write them are whole ones in units of their last digit."""


@dataclass(frozen=True)
class SampleLine:
    """A line and how many rows it is right on; a row on the line counts as class 1."""

    weight: Array
    intercept: float
    n_right: int
    n_rows: int
    is_exact: bool
    """Whether no line is right on more rows; else this is the best of those that were looked at."""

    @property
    def accuracy(self) -> float:
        return self.n_right / self.n_rows


def best_line_on_rows(X: Array, y: Array, exact_rows: int = EXACT_ROWS) -> SampleLine:
    """The line with the highest accuracy on rows X (n, 2) with labels y (n,) of 0 and 1.

    Any way in which a line parts the rows is also that of a line that all but touches one row, at an angle at which
    it touches no other. So a line is turned around each row in turn, and the rows that it passes change sides one
    after the other: O(n^2 log n) for all of them (the 0-1 loss has no faster exact way for a plane, see Nguyen and
    Sanner 2013, "Algorithms for direct 0-1 loss optimization").

    Args:
        exact_rows: places of rows up to which the line is turned around every one of them. Of more it is turned around
            evenly chosen ones, in the same time, and the answer is a lower bound.
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    if X.ndim != 2 or X.shape[1] != 2 or len(X) != len(y) or not len(X) or not np.isfinite(X).all():
        rule = "the best line is that of rows X (n, 2), all finite, with labels y (n,), n 1 or more"
        raise InputError(rule, (X.shape, y.shape), "Check both")
    if not np.isin(y, (0, 1)).all():
        raise InputError("labels must be 0 and 1", np.unique(y)[:5].tolist(), "Map the two classes to 0 and 1")
    frame = Frame(X)
    places, place = np.unique(frame.units, axis=0, return_inverse=True)
    value = np.bincount(place.ravel(), np.where(y == 1, 1, -1), len(places)).astype(int)
    n_pivots = len(places) if len(places) <= exact_rows else max(1, exact_rows * exact_rows // len(places))
    pivots = np.unique(np.linspace(0, len(places) - 1, n_pivots).astype(int))
    weight, intercept = _best(places, value, pivots)
    weight, intercept = frame.as_given(weight, intercept)
    n_right = int(((X @ weight + intercept >= 0) == (y == 1)).sum())
    return SampleLine(weight, intercept, n_right, len(X), len(pivots) == len(places))


class Frame:
    """Rows in units in which their differences are exact, where there are such; else between -1 and 1.

    Which rows lie on one line is then decided without rounding: measured values often do, many at a time.
    """

    def __init__(self, X: Array) -> None:
        self.centre, self.unit = np.empty(2), np.empty(2)
        self.units = np.empty_like(X)
        for axis, values in enumerate(X.T):
            low, span = values.min(), np.ptp(values)
            for decimals in range(DECIMALS + 1):
                whole = np.rint(values * 10**decimals)
                if np.ptp(whole) < WHOLE and np.abs(whole).max() < 2**52 and (whole / 10**decimals == values).all():
                    self.centre[axis], self.unit[axis] = low, 10.0**-decimals
                    self.units[:, axis] = whole - whole.min()
                    break
            else:
                self.centre[axis], self.unit[axis] = low, span or 1.0
                self.units[:, axis] = (values - low) / self.unit[axis]

    def as_given(self, weight: Array, intercept: float) -> tuple[Array, float]:
        weight = weight / self.unit
        return weight, float(intercept - weight @ self.centre)


def _best(places: Array, value: Array, pivots: Array) -> tuple[Array, float]:
    """The line that has the places of the highest total value on its side of class 1."""
    total = int(value.sum())
    best, weight, intercept = max(total, 0), np.zeros(2), 1.0 if total >= 0 else -1.0
    for first in range(0, len(pivots), PIVOTS_AT_ONCE):
        chosen = pivots[first : first + PIVOTS_AT_ONCE]
        # Around each pivot: where a line turned from direction 0 to pi meets each place, and who is on its left.
        across = places[None] - places[chosen, None]
        angle = np.arctan2(across[..., 1], across[..., 0])
        upper = (angle >= 0) & (angle < np.pi)
        met = np.where(upper, angle, np.where(angle < 0, angle + np.pi, 0.0))
        own = np.arange(len(chosen)), chosen
        met[own] = np.inf  # The pivot itself is met by none: it goes to either side, as it likes.
        change = np.where(upper, -value, value)
        change[own] = 0
        start = np.where(upper, value, 0)
        start[own] = 0
        order = np.argsort(met, -1)
        met = np.take_along_axis(met, order, -1)
        left = start.sum(-1)[:, None] + np.cumsum(np.take_along_axis(change, order, -1), -1)
        # Between two places that are met at once there is no line.
        with np.errstate(invalid="ignore"):
            is_open = np.diff(met, axis=-1, append=np.inf) > SAME_ANGLE
        mine = value[chosen][:, None]
        found = np.maximum(left, total - mine - left) + np.maximum(mine, 0)
        found = np.where(is_open, found, np.iinfo(int).min)
        row, step = np.unravel_index(found.argmax(), found.shape)
        if found[row, step] > best:
            best = int(found[row, step])
            side = 1 if left[row, step] >= total - mine[row, 0] - left[row, step] else -1
            weight, intercept = _line(places, value, int(chosen[row]), met[row], int(step), side)
    return weight, intercept


def _line(places: Array, value: Array, pivot: int, met: Array, step: int, side: int) -> tuple[Array, float]:
    """The line beside `pivot`, at the middle angle after this step, with class 1 on its left (side 1) or right."""
    known = met[np.isfinite(met)]
    after = known[step + 1] if step + 1 < len(known) else known[0] + np.pi
    direction = (known[min(step, len(known) - 1)] + after) / 2
    weight = side * np.array([-np.sin(direction), np.cos(direction)])
    distance = (places - places[pivot]) @ weight
    clear = np.abs(np.delete(distance, pivot)).min() / 2
    return weight, float(-places[pivot] @ weight + (clear if value[pivot] > 0 else -clear))
