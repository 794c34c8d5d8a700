"""Answers found in other ways than gatesweep's: by brute force, in fractions or in long doubles."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np
from scipy.linalg import qr
from scipy.optimize import linprog


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


# --- the optimum, in long doubles -----------------------------------------------------------------


@dataclass(frozen=True)
class Optimum:
    """Tables of one shape at the optimum of sum(weight * log loss) + |w|^2 / (2 C)."""

    objective: np.ndarray
    bound: np.ndarray
    """No params have an objective below this (duality); minus infinity where that could not be shown."""
    decrement: np.ndarray
    """What Newton's next step would gain, twice: gradient . Hessian^-1 gradient."""
    change: np.ndarray
    """How far that step moves a logit at most. Below 1 it proves that no line separates: the step put into
    e (1 - change), e being the rows' errors, leaves no gradient, and is positive where e is. Infinite where columns
    depend on each other to the square root of the precision: then it proves nothing."""


def optimum(X: np.ndarray, y: np.ndarray, weight: np.ndarray, C: np.ndarray, steps: int = 60) -> Optimum:
    """Newton's method with a line search on centred columns of size 1, in long doubles.

    Args:
        X: shape (tables, n, d). y, weight: shape (tables, n). C: shape (tables,).
    """
    wide = np.longdouble
    weight, share = weight.astype(wide), (weight / weight.sum(1, keepdims=True)).astype(wide)
    centred = X.astype(wide) - (share[..., None] * X.astype(wide)).sum(1, keepdims=True)
    size = np.sqrt((share[..., None] * centred**2).sum(1))
    size[(X == X[:, :1]).all(1) | (size == 0)] = np.inf
    rows = np.concatenate([centred / size[:, None], np.ones((*y.shape, 1), wide)], -1) * (1 - 2 * y)[..., None]
    penalty = np.zeros((len(X), rows.shape[-1]), wide)
    penalty[:, :-1] = (1 / C.astype(wide))[:, None] / size**2
    # The long way in doubles, the last of it in long doubles.
    near = descended(*(values.astype(float) for values in (rows, weight, penalty, np.zeros_like(penalty))), steps)
    params = descended(rows, weight, penalty, near.astype(wide), steps)
    objective = regularised_loss(rows, weight, penalty, params)
    gradient, direction, dependent = newton_step(rows, weight, penalty, params)
    change = np.abs(rows @ direction[..., None]).max((1, 2))
    dependent &= (rows != 0).any(1)
    change[dependent.any(1)] = np.inf
    rounding = np.finfo(float).eps * np.append(np.abs(X).max(1) / size, np.ones((len(X), 1)), 1)
    bound = dual_bound(rows, weight, penalty, params, direction, np.where(dependent, rounding, 0))
    return Optimum(objective, bound, -(gradient * direction).sum(1) / objective, change)


def dual_bound(rows, weight, penalty, params, direction, rounding):
    """What no objective is below, from the errors that Newton's step in `direction` would leave.

    log(1 + exp(l)) >= a l + H(a) for any a from 0 to 1, H being the entropy, so with v = params + direction and
    rest = rows^T (weight a) + penalty v any params w have an objective of at least
    sum(weight H(a)) - sum(penalty v^2) / 2 + rest . w. The step leaves no rest but rounding: this is taken at 2 |v|.
    In a column that the step leaves out, because it depends on others, the rest must be what its `rounding` can make.
    """
    error = np.exp(-np.logaddexp(0, -(rows @ params[..., None])[..., 0]))
    moved = error * (1 + (1 - error) * (rows @ direction[..., None])[..., 0])
    inside = np.clip(moved, 0, 1)
    entropy = -(xlogx(inside) + xlogx(1 - inside))
    end = params + direction
    rest = (rows.transpose(0, 2, 1) @ (weight * inside)[..., None])[..., 0] + penalty * end
    left_out = rounding > 0
    shown = (moved == inside).all(1) & (~left_out | (np.abs(rest) <= 64 * rounding * weight.sum(1)[:, None])).all(1)
    slack = np.where(left_out, 0, 2 * np.abs(rest * end)).sum(1)
    return np.where(shown, (weight * entropy).sum(1) - (penalty * end**2).sum(1) / 2 - slack, -np.inf)


def xlogx(x):
    return x * np.log(np.where(x > 0, x, 1))


def descended(rows, weight, penalty, params, steps):
    """The params that Newton's steps lead to, each halved until it does not rise, until none of them falls."""
    objective = regularised_loss(rows, weight, penalty, params)
    for _ in range(steps):
        gradient, direction, _ = newton_step(rows, weight, penalty, params)
        length = np.ones_like(objective)
        for _ in range(40):
            proposed = regularised_loss(rows, weight, penalty, params + length[:, None] * direction)
            if (proposed <= objective).all():
                break
            length[~(proposed <= objective)] /= 2
        better = proposed < objective
        params = np.where(better[:, None], params + length[:, None] * direction, params)
        settled = -(gradient * direction).sum(1) < objective * np.finfo(objective.dtype).eps ** 1.5
        objective = np.where(better, proposed, objective)
        if not (better & ~settled).any():
            break
    return params


def regularised_loss(rows, weight, penalty, params):
    loss = np.logaddexp(0, (rows @ params[..., None])[..., 0])
    return (weight * loss).sum(1) + (penalty * params**2).sum(1) / 2


def newton_step(rows, weight, penalty, params):
    logits = (rows @ params[..., None])[..., 0]
    error = np.exp(-np.logaddexp(0, -logits))
    gradient = (rows.transpose(0, 2, 1) @ (weight * error)[..., None])[..., 0] + penalty * params
    curvature = weight * error * np.exp(-np.logaddexp(0, logits))
    hessian = (rows * curvature[..., None]).transpose(0, 2, 1) @ rows
    hessian += penalty[..., None] * np.eye(penalty.shape[1], dtype=penalty.dtype)
    solution, dependent = solved(hessian, gradient)
    return gradient, -solution, dependent


def solved(matrix: np.ndarray, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """matrix^-1 vector for symmetric matrices, by elimination, and which unknowns depend on others: they are 0."""
    scale = 1 / np.sqrt(np.maximum(np.diagonal(matrix, axis1=1, axis2=2), np.finfo(matrix.dtype).tiny))
    matrix, right = matrix * scale[:, :, None] * scale[:, None, :], vector * scale
    p = right.shape[1]
    dependent = np.zeros(right.shape, bool)
    for k in range(p):
        dependent[:, k] = idle = matrix[:, k, k] < 100 * np.finfo(matrix.dtype).eps
        matrix[idle, k, :] = matrix[idle, :, k] = right[idle, k] = 0
        matrix[idle, k, k] = 1
        factor = matrix[:, k + 1 :, k] / matrix[:, k, k, None]
        matrix[:, k + 1 :, k + 1 :] -= factor[:, :, None] * matrix[:, k, None, k + 1 :]
        right[:, k + 1 :] -= factor * right[:, k, None]
    for k in reversed(range(p)):
        right[:, k] = (right[:, k] - (matrix[:, k, k + 1 :] * right[:, k + 1 :]).sum(1)) / matrix[:, k, k]
    return right * scale, dependent


# --- a line, by a linear program that whole numbers check -----------------------------------------------


def strict_line_by_program(X: np.ndarray, y: np.ndarray) -> bool:
    """Whether a linear program finds a line that all rows are clear of, far beyond any rounding."""
    centred = (X.astype(np.longdouble) - X.mean(0)).astype(float)
    size = np.abs(centred).max(0)
    rows = np.c_[centred / np.where(size > 0, size, 1), np.ones(len(X))] * (1.0 - 2 * y)[:, None]
    p = rows.shape[1]
    found = linprog(
        [0.0] * p + [-1.0], A_ub=np.c_[rows, np.ones(len(rows))], b_ub=np.zeros(len(rows)), bounds=[(-1, 1)] * (p + 1)
    )
    return bool(found.status == 0 and (rows @ found.x[:-1]).max() < -1e-6)


def line_by_program(X: np.ndarray, y: np.ndarray) -> bool | None:
    """Whether a line separates the rows, with a proof in whole numbers; None where none came of the linear programs."""
    sign = 1 - 2 * y
    distinct, first = np.unique(np.c_[X, sign], axis=0, return_index=True)
    exact = signed_rows(X[first], sign[first])
    answer = line_of_rows(exact)
    return line_of_rows(untangled(exact)) if answer is None else answer


def line_of_rows(exact: np.ndarray) -> bool | None:
    """max s over lines of weights from -1 to 1 whose rows are on their right side, the sum of their distances being s.

    The dual solution is a combination of the rows that gives minus their sum.
    """
    rows = as_floats(exact)
    p = rows.shape[1]
    found = linprog(rows.sum(0), A_ub=rows, b_ub=np.zeros(len(rows)), bounds=[(-1, 1)] * p, method="highs-ds")
    if found.status != 0:
        return None
    if (rows @ found.x).min() < -1e-6:
        line = orthogonal_to(np.flatnonzero(np.abs(rows @ found.x) <= 1e-7), rows, exact, found.x)
        sides = exact @ line
        return True if (sides <= 0).all() and (sides < 0).any() else None
    used = np.flatnonzero(found.ineqlin.marginals < -1e-9)
    chosen = independent_rows(rows[used].T)[: len(used)]
    if len(chosen) < len(used):
        return None
    share, unit = solved_whole(exact[used][:, chosen].T, -exact.sum(0)[chosen])
    proven = unit != 0 and (share * unit >= 0).all() and (share @ exact[used] == -exact.sum(0) * unit).all()
    return False if proven else None


def signed_rows(X: np.ndarray, sign: np.ndarray) -> np.ndarray:
    """The rows (x, 1) times their sign as whole numbers, each column from its middle value."""
    columns = [np.ones(len(X), object)]
    for values in X.T:
        ratios = [v.as_integer_ratio() for v in values.tolist()]
        finest = max(below for _, below in ratios)
        whole = np.array([above * (finest // below) for above, below in ratios], object)
        columns.insert(0, whole - whole[np.argsort(values)[len(values) // 2]])
    return alike(np.stack(columns, 1) * sign.astype(object)[:, None])


def alike(exact: np.ndarray) -> np.ndarray:
    """The columns in units in which their largest entries have the same number of bits, less columns of zeros."""
    exact = exact[:, (exact != 0).any(0)]
    bits = [int(size).bit_length() for size in np.abs(exact).max(0)]
    return exact * np.array([2 ** (max(bits) - b) for b in bits], object)


def as_floats(exact: np.ndarray) -> np.ndarray:
    """Their largest entries between 1/2 and 1."""
    return (exact / 2 ** int(np.abs(exact).max()).bit_length()).astype(float)


def untangled(exact: np.ndarray) -> np.ndarray:
    """Columns that all but depend on others less their part in these, exactly: what is left in a unit of its own."""
    rows = as_floats(exact)
    _, triangle, order = qr(rows, mode="economic", pivoting=True)
    size = np.abs(np.diagonal(triangle))
    kept, rest = np.split(order, [int((size > 1e-6 * size[0]).sum())])
    share = np.linalg.lstsq(rows[:, kept], rows[:, rest])[0]
    exact = exact.copy()
    exact[:, rest] = exact[:, rest] * 2**60 - exact[:, kept] @ fixed(share)
    return alike(exact)


def fixed(values: np.ndarray) -> np.ndarray:
    """Floats in units of 2**-60."""
    return np.array([int(v) for v in np.rint(np.ldexp(values, 60)).flat], object).reshape(values.shape)


def orthogonal_to(on_it: np.ndarray, rows: np.ndarray, exact: np.ndarray, line: np.ndarray) -> np.ndarray:
    """The line that has these rows on it and else differs as little from `line`, in whole numbers."""
    line = fixed(line)
    on_it = on_it[independent_rows(rows[on_it])]
    if not len(on_it):
        return line
    bound = independent_rows(rows[on_it].T)
    free = np.setdiff1d(np.arange(len(line)), bound)
    exact = exact[on_it]
    found, unit = solved_whole(exact[:, bound], -(exact[:, free] @ line[free]))
    line = line * abs(unit)
    line[bound] = found * (1 if unit > 0 else -1)
    return line


def independent_rows(rows: np.ndarray) -> np.ndarray:
    """As many of the rows as are independent, to the precision of floats."""
    if not rows.size:
        return np.arange(0)
    _, triangle, order = qr(rows.T, mode="economic", pivoting=True)
    size = np.abs(np.diagonal(triangle))
    return order[: int((size > 1e-11 * size[0]).sum())]


def solved_whole(matrix: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, int]:
    """x and t with matrix x = t right, t the determinant: elimination that leaves no fractions (Bareiss 1968)."""
    system, before = np.c_[matrix, right], 1
    k = len(system)
    for i in range(k):
        pivots = np.flatnonzero(system[i:, i])
        if not len(pivots):
            return right, 0
        system[[i, i + pivots[0]]] = system[[i + pivots[0], i]]
        others = np.arange(k) != i
        system[others] = (system[others] * system[i, i] - system[others, i, None] * system[i]) // before
        before = system[i, i]
    return system[:, -1], before
