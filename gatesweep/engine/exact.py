"""Whether a line separates one sample, decided in whole numbers: no rounding, no tolerance.

Every float is a whole multiple of a power of two, so a table of them is a table of whole numbers once
each column has a unit of its own; and a line that separates the one separates the other.
"""

from fractions import Fraction

import numpy as np
import torch
from jaxtyping import Float
from scipy.optimize import nnls

from gatesweep.engine.cancelling import rows_cancel

__all__ = ["is_separable"]

MOST_STEPS = 200
"""Rows that may enter the support. The floating-point solution is nearly always right: then none does."""


def is_separable(rows: Float[np.ndarray, "n p"]) -> bool | None:
    """Whether some params give no signed row a logit above 0, and not all of them 0. None: not decided.

    Let t be minus a sum of all rows, each with some positive factor. By Stiemke's theorem no such params
    exist if and only if t lies in the cone of the rows: then t and the sum make zero of all rows with
    positive factors. If t lies outside, what leads from the nearest point of the cone to t is such params:
    no row has a positive product with it, and t has. So both answers come with their proof.

    The nearest point is looked for with floats. Where it is t but for rounding that cannot matter, that is the
    answer; else it is looked for in whole numbers from there (Lawson and Hanson 1974, Solving Least Squares
    Problems, chapter 23: non-negative least squares, which ends after finitely many steps).

    Args:
        rows: finite signed rows (1 - 2 y) (x, 1).
    """
    sign = rows[:, -1:]
    distinct = np.unique(np.hstack([rows[:, :-1] * sign, sign]) + 0.0, axis=0)  # -0.0 + 0.0 is 0.0
    whole, approximate = _in_typical_units(distinct)
    # Rows of very different length: each counts in t about as much as if its length were one.
    size = np.frexp(np.abs(approximate).max(1))[1]
    factor = _powers_of_two(size.max() - size)
    target = -(whole * factor[:, None]).sum(0)
    rows = np.ldexp(approximate, -size[:, None])
    guess = _nearest_in_cone(rows)
    if _cancel(rows, 1 + guess):
        return False
    start = {int(i): Fraction(guess[i]) * factor[i] for i in np.flatnonzero(guess > 0)}
    return _is_outside_cone(whole, factor, target, start)


def _in_typical_units(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signed rows, every column minus its middle value and in units of its typical size: whole numbers
    (times one power of two), and the same as floats near 1.

    The intercept is free, so neither changes which lines exist. A median is not moved by one huge value.
    """
    inputs, sign = table[:, :-1], table[:, -1]
    middle = np.argsort(inputs, axis=0)[len(inputs) // 2]
    columns, sizes, floats = [], [], []
    for values, place in zip(inputs.T, middle, strict=True):
        number, unit = _whole_multiples(values)
        number = number - number[place]
        if not number.any():
            continue
        with np.errstate(over="ignore"):
            centred = values - values[place]
        typical = int(np.frexp(np.median(np.abs(centred[centred != 0])))[1])
        columns.append(number)
        sizes.append(typical - unit)
        floats.append(np.ldexp(centred, -typical))
    finest = max(sizes, default=0)
    shifted = [number * 2 ** (finest - size) for number, size in zip(columns, sizes, strict=True)]
    ones = np.full(len(table), 2**finest, object)
    whole = np.stack([*shifted, ones], 1) * sign.astype(int).astype(object)[:, None]
    return whole, np.stack([*floats, np.ones(len(table))], 1) * sign[:, None]


def _whole_multiples(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Floats as Python integers times 2**unit."""
    fraction, exponent = np.frexp(values)
    mantissa = (fraction * 2.0**53).astype(np.int64)
    trailing = np.frexp((mantissa & -mantissa).astype(float))[1] - 1
    trailing = np.where(mantissa == 0, 0, trailing)
    exponent = exponent - 53 + trailing
    unit = int(exponent.min(initial=2000, where=mantissa != 0))
    shift = np.where(mantissa == 0, 0, exponent - unit)
    return (mantissa >> trailing).astype(object) * _powers_of_two(shift), unit


def _powers_of_two(exponents: np.ndarray) -> np.ndarray:
    table = np.array([1 << exponent for exponent in range(int(exponents.max()) + 1)], object)
    return table[exponents]


def _nearest_in_cone(rows: np.ndarray) -> np.ndarray:
    """The factors of the point nearest to minus the rows' sum, in floats: a guess, zero if there is none."""
    try:
        return nnls(rows.T, -rows.sum(0))[0]
    except (RuntimeError, ValueError):  # no convergence; numbers that are not finite
        return np.zeros(len(rows))


def _cancel(rows: Float[np.ndarray, "n p"], factors: Float[np.ndarray, " n"]) -> bool:
    """Whether rows in floats, each entry rounded, prove that the exact ones cancel."""
    with np.errstate(invalid="ignore", over="ignore"):
        weighted = rows * factors[:, None]
        gradient, matrix = weighted.sum(0), weighted.T @ rows
    sums = gradient, matrix, factors.sum(), np.abs(rows).max(0)
    gradient, matrix, total, reach = (torch.as_tensor(values) for values in sums)
    return bool(rows_cancel(gradient, matrix, total, reach, len(rows)))


def _is_outside_cone(
    rows: np.ndarray, factor: np.ndarray, target: np.ndarray, coefficients: dict[int, Fraction]
) -> bool | None:
    """Whether target is not a combination of rows with coefficients of 0 or more.

    The support (the keys of `coefficients`) is a set of independent rows. In turn: move to the nearest point of
    its span, dropping the rows whose coefficient would become negative; then take in the row that leads nearer.
    """
    for _ in range(MOST_STEPS):
        support, nearest, scale = _project(rows, target, list(coefficients))
        while min(nearest, default=1) <= 0:
            goal = dict(zip(support, (Fraction(number, scale) for number in nearest), strict=True))
            step = min(coefficients[i] / (coefficients[i] - goal[i]) for i in support if goal[i] <= 0)
            moved = {i: coefficients[i] + step * (goal[i] - coefficients[i]) for i in support}
            coefficients = {i: value for i, value in moved.items() if value > 0}
            support, nearest, scale = _project(rows, target, list(coefficients))
        coefficients = {i: Fraction(number, scale) for i, number in zip(support, nearest, strict=True)}
        away = target * scale - rows[support].T @ np.array(nearest, object) if support else target
        if not away.any():
            return False
        away = away // abs(np.gcd.reduce(away))
        gain = (rows @ away) * factor
        entering = int(np.argmax(gain))
        if gain[entering] <= 0:
            return True
        coefficients[entering] = Fraction(0)
    return None


def _project(rows: np.ndarray, target: np.ndarray, support: list[int]) -> tuple[list[int], list[int], int]:
    """Least squares in whole numbers: the independent rows of the support, and their coefficients times `scale`.

    Elimination without fractions (Bareiss 1968, doi:10.1090/S0025-5718-1968-0226829-0) of the normal equations.
    """
    chosen = rows[support]
    system = np.hstack([chosen @ chosen.T, (chosen @ target)[:, None]]) if support else np.zeros((0, 1), object)
    kept = list(range(len(support)))
    k, before = 0, 1
    while k < len(kept):
        pivot = system[k, k]
        if pivot == 0:  # a combination of the rows before it
            system = np.delete(np.delete(system, k, 0), k, 1)
            del kept[k]
            continue
        below = slice(k + 1, None)
        system[below, below] = (
            system[below, below] * pivot - system[below, k, None] * system[None, k, below]
        ) // before
        before = pivot
        k += 1
    solution = [0] * k
    for i in reversed(range(k)):
        known = sum(system[i, j] * solution[j] for j in range(i + 1, k))
        solution[i] = (before * system[i, -1] - known) // system[i, i]
    return [support[i] for i in kept], solution, before
