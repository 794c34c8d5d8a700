"""The best lines: largest margin for the corners themselves, highest accuracy under noise."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import ndtr

from gatesweep.gates import Gate, GateLike, as_gate, corners
from gatesweep.theory.quadrature import Array, noise_levels

__all__ = ["best_line", "margin", "max_margin_line", "threshold_functions"]

STARTS = 8
"""Lines from which `best_line` climbs where it has no closed form."""


LARGEST_WEIGHT = 3
"""Whole weights up to this size give every threshold function of up to 4 inputs, at its largest margin."""


@lru_cache
def threshold_functions(n_inputs: int) -> tuple[Array, Array]:
    """All threshold functions: outputs (functions, corners), largest-margin lines (functions, n_inputs + 1).

    A line is its weight, then its intercept, scaled as in `max_margin_line`. There are 4, 14, 104 and
    1882 functions (OEIS A000609); that whole weights reach the largest margin is verified numerically.
    """
    weights = np.array(list(np.ndindex(*[2 * LARGEST_WEIGHT + 1] * n_inputs))) - LARGEST_WEIGHT
    sums = weights @ corners(n_inputs).T
    true = sums[:, None] >= sums[:, :, None]
    below = np.where(true, -np.inf, sums[:, None]).max(-1)
    model, cut = np.nonzero(np.isfinite(below))
    top, bottom = sums[model, cut], below[model, cut]
    lines = np.column_stack([2 * weights[model], -(top + bottom)]) / (top - bottom)[:, None]
    constant = np.eye(n_inputs + 1)[-1]
    lines = np.vstack([-constant, constant, lines])
    truth = np.vstack([np.zeros(2**n_inputs), np.ones(2**n_inputs), true[model, cut]]).astype(int)
    widest = np.argsort((lines[:, :-1] ** 2).sum(1), kind="stable")
    truth, first = np.unique(truth[widest], axis=0, return_index=True)
    return truth, lines[widest][first]


def max_margin_line(gate: GateLike) -> tuple[Array, float] | None:
    """The line farthest from the nearest corner: weight (n_inputs,) and intercept, None if no line separates.

    Scaled so that the nearest corner has logit +-1 (the hard-margin support vector machine); for a
    constant gate the weight is 0 and the intercept +-1.
    """
    table = as_gate(gate)
    truth, lines = threshold_functions(table.n_inputs)
    for line in lines[(truth == table.truth).all(1)]:
        return line[:-1].copy(), float(line[-1])
    return None


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


@lru_cache(maxsize=4096)
def _climbed(gate: Gate, sigma: float) -> Array:
    """A best line for three or four inputs: weight of norm 1 (0 if a constant answer is best), then intercept."""
    truth, lines = threshold_functions(gate.n_inputs)
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
