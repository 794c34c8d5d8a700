"""Answers by brute force in fractions, for samples small enough: they share no code with gatesweep."""

from fractions import Fraction
from itertools import combinations

import numpy as np


def a_line_separates(X: np.ndarray, y: np.ndarray) -> bool:
    """Whether some line has no row on its wrong side, and not all rows on it: by trying all that could.

    In coordinates in which only the zero line has all rows on it, the lines with no row on the wrong side
    are a pointed cone: if there is one, there is an extreme one, and on it lie rows whose rank is one less than
    that of all rows. So every set of so many rows is tried.
    """
    rows = [[Fraction(float(v)) * (1 - 2 * int(t)) for v in (*x, 1.0)] for x, t in zip(X, y, strict=True)]
    rows = [list(row) for row in {tuple(row) for row in rows}]
    columns = independent_columns(rows)
    rows = [[row[j] for j in columns] for row in rows]
    for on_it in combinations(rows, len(columns) - 1):
        line = orthogonal(list(on_it), len(columns))
        if line is not None:
            sides = {(product > 0) - (product < 0) for product in (dot(row, line) for row in rows)}
            if not {1, -1} <= sides and sides != {0}:
                return True
    return False


def dot(a, b):
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def reduced(rows):
    """The reduced echelon form without its zero rows, and the columns of its leading ones."""
    rows, leading = [list(row) for row in rows], []
    for j in range(len(rows[0]) if rows else 0):
        found = next((i for i in range(len(leading), len(rows)) if rows[i][j]), None)
        if found is None:
            continue
        k = len(leading)
        rows[k], rows[found] = rows[found], rows[k]
        rows[k] = [value / rows[k][j] for value in rows[k]]
        for i in range(len(rows)):
            if i != k and rows[i][j]:
                rows[i] = [a - rows[i][j] * b for a, b in zip(rows[i], rows[k], strict=True)]
        leading.append(j)
    return rows[: len(leading)], leading


def independent_columns(rows):
    return reduced(rows)[1]


def orthogonal(rows, length):
    """The direction orthogonal to the rows, None if there is not exactly one."""
    echelon, leading = reduced(rows)
    free = [j for j in range(length) if j not in leading]
    if len(free) != 1:
        return None
    line = [Fraction(0)] * length
    line[free[0]] = Fraction(1)
    for row, j in zip(echelon, leading, strict=True):
        line[j] = -row[free[0]]
    return line
