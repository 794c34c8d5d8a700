"""The best lines: largest margin for the corners themselves, highest accuracy under noise."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize, nnls
from scipy.special import ndtr

from gatesweep.gates import Gate, GateLike, as_gate, corners
from gatesweep.quadrature import Array, noise_levels

__all__ = ["best_line", "margin", "max_margin_line"]

STARTS = 4
"""Lines from which `best_line` climbs where it has no closed form."""


@lru_cache(maxsize=4096)
def _max_margin(gate: Gate) -> tuple[tuple[float, ...], float] | None:
    labels = np.array(gate.truth)
    true, false = gate.corners[labels == 1], gate.corners[labels == 0]
    if not len(true) or not len(false):
        return (0.0,) * gate.n_inputs, 1.0 if len(true) else -1.0
    if not gate.is_linearly_separable:
        return None
    gaps = (true[:, None] - false[None]).reshape(-1, gate.n_inputs)
    rows = np.vstack([gaps.T, 2.0 * np.ones(len(gaps))])
    target = np.eye(len(rows))[-1]
    residual = target - rows @ nnls(rows, target)[0]
    weight = -residual[:-1] / residual[-1]
    return tuple(weight.tolist()), float(-((true @ weight).min() + (false @ weight).max()) / 2)


def max_margin_line(gate: GateLike) -> tuple[Array, float] | None:
    """The line farthest from the nearest corner: weight (n_inputs,) and intercept, None if no line separates.

    Scaled so that the nearest corner has logit +-1 (the hard-margin support vector machine); for a
    constant gate the weight is 0 and the intercept +-1. Solved exactly as the least-norm weight with
    w.(t - f) >= 2 for all true corners t and false corners f, by the non-negative least squares of
    Lawson and Hanson (Solving Least Squares Problems, 1974, chapter 23).
    """
    line = _max_margin(as_gate(gate))
    return line and (np.array(line[0]), line[1])


def margin(gate: GateLike) -> float:
    """Distance of the nearest corner to the separating line that is farthest from it.

    sqrt(2)/4 for AND, 1/2 for X1; 0 for a gate that no line separates, infinite for a constant one.
    """
    line = max_margin_line(gate)
    if line is None:
        return 0.0
    norm = float(np.linalg.norm(line[0]))
    return 1 / norm if norm else np.inf


def best_line(gate: GateLike, noise_level: ArrayLike) -> tuple[Array, Array]:
    """A line of highest accuracy among all lines: weight (*levels, n_inputs) of norm 1, intercept (*levels).

    Two inputs, closed forms. With one odd corner (AND family) the line is perpendicular to the diagonal
    through it, at t* = (sigma^2 / c0) asinh(exp(c0^2 / (2 sigma^2))) from the centre, c0 = 1/sqrt(2);
    for XOR and XNOR it cuts off one corner at t* with acosh in place of asinh. Setting the derivative
    to zero gives t*; that no other direction does better is verified numerically. A gate that copies
    or negates one input takes the line half-way; a constant one weight 0 and intercept +-1.

    Three and four inputs: the best of all threshold functions' largest-margin lines, which at noise
    level 0 is exact, improved by BFGS from the best few (verified numerically).
    """
    table, sigma = as_gate(gate), noise_levels(noise_level)
    line, constant = max_margin_line(table), len(set(table.truth)) == 1
    if table.n_inputs > 2 and not constant:
        lines = np.array([_climbed(table, level) for level in sigma.ravel().tolist()])
        lines = lines.reshape(*sigma.shape, table.n_inputs + 1)
        return lines[..., :-1], lines[..., -1]
    if line is None or sum(table.truth) % 2 and table.n_inputs == 2:
        return _cut_corner(table, sigma)
    norm = np.linalg.norm(line[0]) or 1.0
    return np.broadcast_to(line[0] / norm, (*sigma.shape, table.n_inputs)).copy(), np.full(sigma.shape, line[1] / norm)


def _cut_corner(gate: Gate, sigma: Array) -> tuple[Array, Array]:
    """Closed form for the two-input gates that are not one input or constant; stable from sigma = 0 up."""
    ones = sum(gate.truth)
    cut = 3 if ones == 2 else gate.truth.index(ones == 1)
    outward, side = (gate.corners[cut] - 0.5) * np.sqrt(2), 2 * gate.truth[cut] - 1
    with np.errstate(divide="ignore", over="ignore"):
        decay = -1 / (2 * sigma**2)
    root = np.sqrt(-np.expm1(decay) if ones == 2 else 1 + np.exp(decay))
    distance = np.sqrt(2) / 4 + np.sqrt(2) * sigma**2 * np.log1p(root)
    weight = np.broadcast_to(side * outward, (*sigma.shape, 2)).copy()
    return weight, -side * (distance + outward.sum() / 2)


@lru_cache
def _threshold_functions(n_inputs: int) -> tuple[Array, Array]:
    """Every threshold function's outputs (functions, corners) and largest-margin line (functions, n_inputs + 1).

    Up to four inputs, whole weights from -3 to 3 give all of them: 4, 14, 104, 1882 (OEIS A000609).
    """
    weights = np.array(list(np.ndindex(*[7] * n_inputs))) - 3
    sums = weights @ corners(n_inputs).T
    reach = np.arange(-sums.max(), sums.max() + 2)
    truth = np.unique((sums[:, None] >= reach[:, None]).reshape(-1, 2**n_inputs), axis=0).astype(int)
    lines = [_max_margin(Gate(tuple(outputs))) for outputs in truth.tolist()]
    return truth, np.array([[*line[0], line[1]] for line in lines if line])


@lru_cache(maxsize=4096)
def _climbed(gate: Gate, sigma: float) -> Array:
    """A best line for three or four inputs: weight of norm 1 (0 if a constant answer is best), then intercept."""
    truth, lines = _threshold_functions(gate.n_inputs)
    norm = np.linalg.norm(lines[:, :-1], axis=1)
    lines = lines / np.where(norm > 0, norm, 1)[:, None]
    agree = (truth == np.array(gate.truth)).mean(1)
    if sigma == 0:
        return lines[np.lexsort((norm == 0, norm, -agree))[0]]
    points = np.column_stack([gate.corners, np.ones(2**gate.n_inputs)])
    signs = 2 * np.array(gate.truth) - 1
    start = np.where(norm > 0, ndtr(signs * (lines @ points.T) / sigma).mean(1), agree)
    best = np.argsort(-start, kind="stable")[:STARTS]
    climbs = [minimize(_error, lines[i], (points, signs, sigma), "BFGS", jac=True) for i in best if norm[i] > 0]
    top = min(climbs, key=lambda climb: climb.fun)
    if 1 - top.fun <= start[best[0]]:
        return lines[best[0]]
    return top.x / np.linalg.norm(top.x[:-1])


def _error(line: Array, points: Array, signs: Array, sigma: float) -> tuple[float, Array]:
    """1 - accuracy of a line (weight, intercept) at noise level sigma, and its gradient."""
    weight = np.append(line[:-1], 0.0)
    norm = np.linalg.norm(weight)
    u = signs * (points @ line) / (sigma * norm)
    density = np.exp(-0.5 * u**2) / np.sqrt(2 * np.pi)
    slope = (signs * density) @ points / (sigma * norm) - (density @ u) * weight / norm**2
    return float(ndtr(-u).mean()), -slope / len(signs)
