"""Exact accuracy and log loss of a model on the true distribution, and the best that a line can reach."""

from functools import partial
from itertools import combinations
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from gatesweep.errors import InputError
from gatesweep.gates import Gate, GateLike, as_gate
from gatesweep.theory.lines import best_line
from gatesweep.theory.quadrature import NODES, Array, class_one, mean_over_noise, mean_softplus, noise_levels
from gatesweep.theory.symmetry import representative

__all__ = ["best_linear_accuracy", "exact_accuracy", "exact_log_loss", "majority_accuracy"]

CHUNK = 1 << 16
"""Logits evaluated in one step; bounds memory to about 100 MB."""


class Leaf(Protocol):
    """E[f(z)] of the corner's output `truth` for a logit z ~ N(mean, scale^2)."""

    def __call__(self, mean: Array, scale: Array, truth: int) -> Array: ...


def majority_accuracy(gate: GateLike) -> float:
    """The accuracy of always answering with the gate's more frequent output.

    Example:
        >>> majority_accuracy("AND"), majority_accuracy("XOR")
        (0.75, 0.5)
    """
    truth = as_gate(gate).truth
    return max(sum(truth), len(truth) - sum(truth)) / len(truth)


def exact_accuracy(
    weight: ArrayLike, intercept: ArrayLike, gate: GateLike, noise_level: ArrayLike, features: str = "linear"
) -> Array:
    """The probability that a model answers with the gate's output at the row's corner.

    Linear: mean over corners c, labels s = +-1, of Phi(s (w.c + b) / (sigma |w|)). Interaction: with
    all inputs but one fixed the logit is linear in that one, so the same formula is averaged over the
    other inputs: by quadrature, or with 3 and 4 inputs over scrambled Sobol points, the same in every call.
    Absolute error below 1e-14 (linear) and 1e-6 (interaction of 2 inputs, also for nearly degenerate models);
    below 4e-4 (of 3) and 1.5e-3 (of 4) for the gate that a model is worst at, with a root mean square over gates
    and models of 5e-5 and 1.5e-4: verified numerically for fitted, random and degenerate models.
    NaN where the model is NaN.

    Args:
        weight: shape (*batch, n_features). Features are the inputs, then for "interaction" their products
            of two, of three, ... in the order of `itertools.combinations`.
        intercept: shape (*batch).
        gate: a name, a bit string or a truth table.
        noise_level: standard deviation of the inputs' noise, finite and >= 0; broadcasts against batch.
        features: "linear" or "interaction".

    Returns:
        Fractions in [0, 1], float64, of the broadcast batch shape.

    Example:
        >>> exact_accuracy([1.0, 1.0], -1.5, "AND", [0.0, 0.2]).round(3)  # the line x1 + x2 = 1.5
        array([1.   , 0.971])
    """
    return _over_corners(_accuracy, weight, intercept, gate, noise_level, features)


def exact_log_loss(
    weight: ArrayLike, intercept: ArrayLike, gate: GateLike, noise_level: ArrayLike, features: str = "linear"
) -> Array:
    """The mean log loss in nats of a model on the true distribution; arguments as for `exact_accuracy`.

    Linear: mean over corners of E[softplus(-s z)], z ~ N(w.c + b, sigma^2 |w|^2), to 13 digits at any
    scale (see `gatesweep.theory.quadrature`). Interaction: the same, averaged over all inputs but one:
    relative error below 1e-6 (2 inputs); below 2e-3 of the loss plus 1e-6 nats (3 and 4), verified
    numerically for losses up to 1 nat.

    Example:
        >>> exact_log_loss([0.0, 0.0], 0.0, "XOR", 0.3).round(4)  # a coin: ln 2
        np.float64(0.6931)
    """
    return _over_corners(_log_loss, weight, intercept, gate, noise_level, features)


def best_linear_accuracy(gate: GateLike, noise_level: ArrayLike) -> Array:
    """The accuracy of `best_line`: the best that any line can reach, shape of noise_level; mirror images share it.

    Example:
        >>> best_linear_accuracy("XOR", [0.0, 0.3, 1.0]).round(3)
        array([0.75 , 0.668, 0.528])
    """
    table = representative(as_gate(gate)).gate
    return exact_accuracy(*best_line(table, noise_level), table, noise_level)


def _accuracy(mean: Array, scale: Array, truth: int) -> Array:
    ones = class_one(mean, scale)
    return ones if truth else 1 - ones


def _log_loss(mean: Array, scale: Array, truth: int) -> Array:
    return mean_softplus(-mean if truth else mean, scale)


def _over_corners(
    leaf: Leaf, weight: ArrayLike, intercept: ArrayLike, gate: GateLike, noise_level: ArrayLike, features: str
) -> Array:
    """The mean of leaf(mean, scale, truth) over corners and noise, for every model of the batch."""
    table = as_gate(gate)
    if features not in ("linear", "interaction"):
        raise InputError("features must be linear or interaction", features, "Choose one of the two")
    linear, k = features == "linear", table.n_inputs
    shape, columns, bias, sigma = _flat(weight, intercept, noise_level, k if linear else 2**k - 1)
    average, size = (_linear, CHUNK) if linear else (_interaction, max(1, CHUNK // NODES[k]))
    result = np.empty(len(bias))
    for start in range(0, len(bias), size):
        part = slice(start, start + size)
        with np.errstate(invalid="ignore", over="ignore"):
            result[part] = average(leaf, table, columns[part], bias[part], sigma[part])
    return result.reshape(shape)


def _flat(
    weight: ArrayLike, intercept: ArrayLike, noise_level: ArrayLike, n_features: int
) -> tuple[tuple[int, ...], Array, Array, Array]:
    """The batch shape, and weight, intercept and noise level broadcast to it and flattened."""
    columns, bias, sigma = np.asarray(weight, np.float64), np.asarray(intercept, np.float64), noise_levels(noise_level)
    if columns.ndim == 0 or columns.shape[-1] != n_features:
        raise InputError(
            f"weight must have {n_features} values (one a feature) in its last dimension",
            columns.shape,
            "Check that gate and features are those of the model",
        )
    shapes = columns.shape[:-1], bias.shape, sigma.shape
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise InputError(
            "the batches of weight, intercept and noise_level must broadcast", shapes, "Make their shapes fit"
        ) from error
    bias, sigma = (np.broadcast_to(array, shape).ravel() for array in (bias, sigma))
    return shape, np.broadcast_to(columns, (*shape, n_features)).reshape(-1, n_features), bias, sigma


def _linear(leaf: Leaf, table: Gate, weight: Array, intercept: Array, sigma: Array) -> Array:
    scale, total = sigma * np.hypot.reduce(weight, axis=-1), np.zeros(len(weight))
    for corner, truth in zip(table.corners, table.truth, strict=True):
        total += leaf(weight @ corner + intercept, scale, truth)
    return total / len(table.truth)


def _interaction(leaf: Leaf, table: Gate, weight: Array, intercept: Array, sigma: Array) -> Array:
    k = table.n_inputs
    logit = np.empty((len(weight), *[2] * k))
    products = [chosen for size in range(k + 1) for chosen in combinations(range(k), size)]
    for chosen, column in zip(products, [intercept, *weight.T], strict=True):
        exponents: tuple[slice | int, ...] = (slice(None), *(int(j in chosen) for j in range(k)))
        logit[exponents] = column
    sigma = sigma.reshape(-1, *[1] * (k - 1))
    total = np.zeros(len(weight))
    for place, (corner, truth) in enumerate(zip(table.corners, table.truth, strict=True)):
        local = logit
        for axis, value in enumerate(corner, start=1):
            constant, slope = local.take(0, axis), local.take(1, axis)
            local = np.stack([constant + value * slope, sigma * slope], axis)
        total += mean_over_noise(partial(leaf, truth=truth), local, place)
    return total / len(table.truth)
