"""The model that infinitely many rows would give: the minimiser of the expected log loss."""

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from gatesweep.errors import InputError
from gatesweep.gates import Gate, GateLike, as_gate
from gatesweep.theory.lines import max_margin_line
from gatesweep.theory.quadrature import Array, noise_levels, sigmoid_moments

__all__ = ["population_optima", "population_optimum"]

CERTAIN = -float(np.log(np.finfo(np.float64).eps))
"""A logit of 36: its log loss is the rounding error of 1. It stands for an optimum at infinity."""
MAX_STEPS = 100
HERMITE_NODES = {1: 24, 2: 12, 3: 8, 4: 6}
HERMITE_RIDGE = 1e-8
"""Smallest penalty on the Gauss-Hermite grid, whose finitely many rows may be separable."""

Derivatives = Callable[[Array, Array], tuple[Array, Array]]
"""(params (m, p), which problems (m,)) -> gradient (m, p), Hessian (m, p, p)."""


def population_optimum(
    gate: GateLike, noise_level: ArrayLike, C: ArrayLike = np.inf, n: int = 1, features: str = "linear"
) -> tuple[Array, Array]:
    """The minimiser of mean log loss + |w|^2 / (2 C n) over the true distribution: see `population_optima`.

    Returns:
        weight (*batch, n_features) and intercept (*batch); batch is noise_level broadcast against C.

    Example:
        >>> weight, intercept = population_optimum("X1", 0.5)  # 1 / sigma^2 and -1 / (2 sigma^2)
        >>> weight.round(6), float(intercept.round(6))
        (array([4., 0.]), -2.0)
    """
    weight, intercept = population_optima([gate], noise_level, C, n, features)
    return weight[0], intercept[0]


def population_optima(
    gates: Sequence[GateLike] | Array,
    noise_level: ArrayLike,
    C: ArrayLike = np.inf,
    n: int = 1,
    features: str = "linear",
    tolerance: float = 1e-10,
) -> tuple[Array, Array]:
    """`population_optimum` of many gates at once, all of the same number of inputs.

    With n training rows it is what scikit-learn's C * sum(log loss) + |w|^2 / 2 tends to. By Newton
    steps; the integrals need the one dimension along w (Stein: E[eps f(z)] = sigma w E[f'(z)]). Known
    values: 0 for XOR; w = 1 / sigma^2, b = -1 / (2 sigma^2) for a gate that copies one input.

    Optima at infinity are replaced by finite ones: at noise level 0 with C = inf, by the one with
    C n = 2^52 (nearest corner at a logit of about 36, in the direction of the largest margin); for a
    constant gate, whose intercept is free, by weight 0 and intercept +-36. Where sigma is so small that
    the overlap of the classes underflows (below about 0.01), C = inf gives the leading term for small
    sigma, the largest-margin line with slope 2 margin / sigma^2.

    Args:
        gates: G gates, or an array of truth tables (G, corners).
        noise_level, C: broadcast against each other to batch; C > 0, inf for no penalty
            (below 1e-150 it counts as that).
        n: number of training rows, >= 1: the penalty's weight relative to the mean loss is 1 / (C n).
        features: "linear", or "interaction": the optimum on a tensor Gauss-Hermite grid, which is near the true
            one for 2 inputs (slopes of the loss below 3e-4 are left) and only a start for a fit for 3 and 4.
        tolerance: relative size of the last Newton step; 1e-3 already gives six digits.

    Returns:
        weight (G, *batch, n_features) and intercept (G, *batch), float64 and finite.

    Example:
        >>> weight, intercept = population_optima(["AND", "OR"], [0.2, 0.4])
        >>> weight.shape, intercept.shape
        ((2, 2, 2), (2, 2))
    """
    tables = [as_gate(gate) for gate in gates]
    if len({table.n_inputs for table in tables}) != 1:
        raise InputError("gates must be one or more of the same number of inputs", gates, "Ask for each number alone")
    if features not in ("linear", "interaction"):
        raise InputError("features must be linear or interaction", features, "Choose one of the two")
    strength = np.asarray(C, dtype=np.float64)
    if not (np.all(strength > 0) and n >= 1):
        raise InputError("C must be above 0 and n at least 1", (C, n), "Give C=1.0, n=400, say")
    sigma, penalty = np.broadcast_arrays(noise_levels(noise_level), 1 / np.maximum(strength, 1e-150) / n)
    shape = (len(tables), *sigma.shape)
    solve = _linear if features == "linear" else _interaction
    params = solve(tables, sigma.ravel(), penalty.ravel(), tolerance).reshape(*shape, -1)
    return params[..., :-1], params[..., -1]


def _linear(tables: list[Gate], sigma: Array, penalty: Array, tolerance: float) -> Array:
    penalty = np.where(sigma > 0, penalty, np.maximum(penalty, np.finfo(np.float64).eps))
    start = np.concatenate([_start(table, sigma, penalty) for table in tables])
    truth = np.repeat([table.truth for table in tables], len(sigma), axis=0)
    sigma, penalty = np.tile(sigma, len(tables)), np.tile(penalty, len(tables))
    points = np.column_stack([tables[0].corners, np.ones(len(truth[0]))])

    def derivatives(params: Array, chosen: Array) -> tuple[Array, Array]:
        return _linear_derivatives(params, points, truth[chosen], sigma[chosen], penalty[chosen])

    varying = np.ptp(truth, axis=1) > 0
    return _newton(derivatives, start, varying, tolerance)


def _start(gate: Gate, sigma: Array, penalty: Array) -> Array:
    """Near the optimum where one line separates the corners; 0 and the log odds where none does."""
    line, share = max_margin_line(gate), np.mean(gate.truth)
    if line is None:
        return np.tile([0.0] * gate.n_inputs + [np.log(share / (1 - share))], (len(sigma), 1))
    if not line[0].any():
        return np.tile([*line[0], CERTAIN * line[1]], (len(sigma), 1))
    squared = 1 / (line[0] @ line[0])
    with np.errstate(divide="ignore"):
        scale = np.minimum(2 * squared / sigma**2, np.log1p(squared / penalty))
    return scale[:, None] * np.append(*line)


def _linear_derivatives(
    params: Array, points: Array, truth: Array, sigma: Array, penalty: Array
) -> tuple[Array, Array]:
    """Gradient and Hessian of the penalised mean loss in (w, b); points are corners with a 1 (corners, p)."""
    side = 1 - 2 * truth
    weight = params * np.append(np.ones(params.shape[1] - 1), 0)
    variance = (sigma**2)[:, None]
    mean = side * (params @ points.T)
    wrong, slope, curve, third = sigmoid_moments(mean, np.sqrt(variance * (weight**2).sum(1, keepdims=True)) + 0 * mean)
    share = 1 / len(points)
    level = variance * slope.mean(1, keepdims=True) + penalty[:, None]
    gradient = share * (side * wrong) @ points + level * weight
    cross = share * variance * ((side * curve) @ points)
    hessian = share * (slope[:, :, None] * points).swapaxes(1, 2) @ points
    hessian += cross[:, :, None] * weight[:, None] + weight[:, :, None] * cross[:, None]
    hessian += (variance**2 * third.mean(1, keepdims=True))[..., None] * weight[:, :, None] * weight[:, None]
    inputs = np.arange(params.shape[1] - 1)
    hessian[:, inputs, inputs] += level
    return gradient, hessian


def _interaction(tables: list[Gate], sigma: Array, penalty: Array, tolerance: float) -> Array:
    k, points = tables[0].n_inputs, tables[0].corners
    nodes, node_weights = np.polynomial.hermite_e.hermegauss(HERMITE_NODES[k])
    eps = np.stack(np.meshgrid(*[nodes] * k), -1).reshape(-1, k)
    share = np.stack(np.meshgrid(*[node_weights] * k), -1).reshape(-1, k).prod(1)
    share = np.tile(share / share.sum(), len(points)) / len(points)
    truth = np.array([table.truth for table in tables])
    odds = [CERTAIN * (2 * m - 1) if m in (0, 1) else np.log(m / (1 - m)) for m in truth.mean(1)]
    params = np.zeros((len(tables), len(sigma), 2**k))
    params[..., -1] = np.array(odds)[:, None]
    for level in np.unique(sigma):
        here = np.flatnonzero(sigma == level)
        rows = _products((points[:, None] + level * eps).reshape(-1, k))
        weights = np.tile(np.maximum(penalty[here], HERMITE_RIDGE), len(tables))
        outputs = np.repeat(truth, len(here), axis=0).repeat(len(eps), axis=1)
        derivatives = _grid_derivatives(rows, share, outputs, weights)
        found = _newton(derivatives, params[:, here].reshape(-1, 2**k), np.ptp(outputs, axis=1) > 0, tolerance)
        params[:, here] = found.reshape(len(tables), len(here), -1)
    return params


def _products(rows: Array) -> Array:
    """Inputs, their products of two, of three, ... and a column of ones."""
    k = rows.shape[1]
    sets = [list(chosen) for size in range(1, k + 1) for chosen in combinations(range(k), size)]
    return np.stack([rows[:, chosen].prod(1) for chosen in sets] + [np.ones(len(rows))], 1)


def _grid_derivatives(rows: Array, share: Array, truth: Array, penalty: Array) -> Derivatives:
    """Of the penalised mean loss over rows (R, p) of probability share (R,), for truth (m, R), penalty (m,)."""
    free = np.append(np.ones(rows.shape[1] - 1), 0)

    def derivatives(params: Array, chosen: Array) -> tuple[Array, Array]:
        probability = expit(params @ rows.T)
        shrink = penalty[chosen][:, None] * free
        gradient = (share * (probability - truth[chosen])) @ rows + shrink * params
        curvature = share * probability * (1 - probability)
        hessian = np.stack([(rows.T * weights) @ rows for weights in curvature])
        return gradient, hessian + shrink[:, None] * np.diag(free)

    return derivatives


def _newton(derivatives: Derivatives, start: Array, chosen: Array, tolerance: float) -> Array:
    """Newton's method on convex problems, all at once; those not `chosen` keep their start.

    A step is accepted unless the loss rises so steeply at its end that it must have been far too
    long; then it is halved. Needs no values of the loss, whose rounding would end the search early.
    """
    params, open_ = start.copy(), np.flatnonzero(chosen)
    step, descent = np.zeros_like(params), np.zeros(len(params))
    for _ in range(MAX_STEPS):
        if not len(open_):
            break
        trial = params[open_] + step[open_]
        gradient, hessian = derivatives(trial, open_)
        good = (gradient * step[open_]).sum(1) <= 0.5 * descent[open_]
        taken, missed = open_[good], open_[~good]
        params[taken] = trial[good]
        step[missed] /= 2
        step[taken] = -_solved(hessian[good], gradient[good])
        descent[taken] = -(gradient[good] * step[taken]).sum(1)
        small = np.abs(step[open_]).max(1) <= tolerance * (1 + np.abs(params[open_]).max(1))
        params[open_[small]] += step[open_[small]]
        open_ = open_[~small]
    return params


def _solved(hessian: Array, gradient: Array) -> Array:
    """Newton steps; the ridge changes nothing but where the Hessian is singular or underflows."""
    p = gradient.shape[1]
    ridge = 1e-15 * np.trace(hessian, axis1=1, axis2=2) + 1e-290
    return np.linalg.solve(hessian + ridge[:, None, None] * np.eye(p), gradient[..., None])[..., 0]
