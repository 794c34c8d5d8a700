"""What theory says is possible: exact accuracy and loss of a model, and the limits to compare it with.

Rows are x = corner + noise_level * eps with all 2**k corners equally likely and eps standard normal;
a model says class 1 where its logit is >= 0, as the lecture's p >= 0.5 does. Every function is defined
at noise level 0 and at weight 0, takes NumPy arrays that broadcast, and works in float64.
"""

from functools import lru_cache, partial
from itertools import combinations
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erf

from gatesweep.errors import InputError
from gatesweep.gates import Gate, GateLike, as_gate
from gatesweep.lines import best_line, margin
from gatesweep.population import population_optima, population_optimum
from gatesweep.quadrature import Array, class_one, mean_over_noise, mean_softplus, noise_levels, split_nodes

__all__ = [
    "bayes_accuracy",
    "best_line",
    "best_linear_accuracy",
    "exact_accuracy",
    "exact_log_loss",
    "majority_accuracy",
    "margin",
    "population_optima",
    "population_optimum",
]

CHUNK = 1 << 16
"""Logits evaluated in one step; bounds memory to about 100 MB."""
NODES = {1: 1, 2: 40, 3: 20, 4: 8}
"""Quadrature nodes on either side of a split, by number of inputs, for each model."""
BAYES_NODES = {1: 1, 2: 40, 3: 24, 4: 10}
"""The same for the Bayes limit, which is needed only once for a gate and noise level."""


class Leaf(Protocol):
    """E[f(z)] of the corner's output `truth` for a logit z ~ N(mean, scale^2)."""

    def __call__(self, mean: Array, scale: Array, truth: int) -> Array: ...


def majority_accuracy(gate: GateLike) -> float:
    """The accuracy of always answering with the gate's more frequent output."""
    truth = as_gate(gate).truth
    return max(sum(truth), len(truth) - sum(truth)) / len(truth)


def exact_accuracy(
    weight: ArrayLike, intercept: ArrayLike, gate: GateLike, noise_level: ArrayLike, features: str = "linear"
) -> Array:
    """The probability that a model answers with the gate's output at the row's corner.

    Linear: mean over corners c, labels s = +-1, of Phi(s (w.c + b) / (sigma |w|)). Interaction: with
    all inputs but one fixed the logit is linear in that one, so the same formula is averaged over the
    other inputs by quadrature. Absolute error below 1e-14 (linear) and 1e-6 (interaction of 2 inputs), also
    for nearly degenerate models; interaction of 3 and 4 inputs typically 1e-5 and 1e-3, at worst 5e-3
    (verified numerically). NaN where the model is NaN.

    Args:
        weight: shape (*batch, n_features). Features are the inputs, then for "interaction" their products
            of two, of three, ... in the order of `itertools.combinations`.
        intercept: shape (*batch).
        gate: a name, a bit string or a truth table.
        noise_level: standard deviation of the inputs' noise, finite and >= 0; broadcasts against batch.
        features: "linear" or "interaction".

    Returns:
        Fractions in [0, 1], float64, of the broadcast batch shape.
    """
    return _over_corners(_accuracy, weight, intercept, gate, noise_level, features)


def exact_log_loss(
    weight: ArrayLike, intercept: ArrayLike, gate: GateLike, noise_level: ArrayLike, features: str = "linear"
) -> Array:
    """The mean log loss in nats of a model on the true distribution; arguments as for `exact_accuracy`.

    Linear: mean over corners of E[softplus(-s z)], z ~ N(w.c + b, sigma^2 |w|^2), to 13 digits at any
    scale (see `gatesweep.quadrature`). Interaction: the same, averaged by quadrature over all inputs
    but one: relative error below 1e-6 (2 inputs), 5e-3 (3 and 4), verified numerically.
    """
    return _over_corners(_log_loss, weight, intercept, gate, noise_level, features)


def bayes_accuracy(gate: GateLike, noise_level: ArrayLike) -> Array:
    """The accuracy of the best of all classifiers, (1 + E|2 P(class 1 | x) - 1|) / 2: shape of noise_level.

    Given all inputs but one, the posterior is monotone in the last, so the best rule is a threshold and
    its accuracy closed; the others are averaged by quadrature, split at 1/2 where single inputs change
    the answer. For XOR this gives q^2 + (1-q)^2, q = Phi(1 / (2 sigma)). Absolute error below 1e-10
    up to 2 inputs, 5e-5 for 3 and 5e-4 for 4 (verified numerically).
    """
    table, sigma = as_gate(gate), noise_levels(noise_level)
    size = max(1, CHUNK // (4 * BAYES_NODES[table.n_inputs]) ** (table.n_inputs - 1))
    levels, result = sigma.ravel(), np.empty(sigma.size)
    for start in range(0, sigma.size, size):
        part = slice(start, start + size)
        result[part] = _bayes(table, tuple(levels[part].tolist()))
    return result.reshape(sigma.shape)


@lru_cache(maxsize=1024)
def _bayes(gate: Gate, levels: tuple[float, ...]) -> Array:
    k, sigma = gate.n_inputs, np.array(levels)
    posterior = (2.0 * np.array(gate.truth) - 1).reshape(1, 1, *[2] * k)
    weights = np.ones((len(sigma), 1))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        lean, lean_weights = _evidence(sigma, BAYES_NODES[k])
        for _ in range(k - 1):
            low, high = posterior[:, :, 0, None], posterior[:, :, 1, None]
            tilt = lean.reshape(len(sigma), 1, -1, *[1] * (low.ndim - 3))
            weights = (weights[:, :, None] * lean_weights[:, None]).reshape(len(sigma), -1)
            posterior = ((low + high + tilt * (high - low)) / 2).reshape(*weights.shape, *low.shape[3:])
        certainty = _certainty(posterior[..., 0], posterior[..., 1], sigma[:, None])
    return (1 + (weights * certainty).sum(1)) / 2


def _evidence(sigma: Array, count: int) -> tuple[Array, Array]:
    """Quadrature over one input: 2 P(its corner is 1 | x) - 1 = tanh((x - 1/2) / (2 sigma^2)), and weights."""
    from_middle = np.array([-0.5, 0.5])
    nodes, weights = split_nodes(-from_middle / sigma[:, None], count)
    tilt = (from_middle / sigma[:, None])[..., None] + nodes
    lean = np.tanh(tilt / (2 * sigma[:, None, None]))
    return lean.reshape(len(sigma), -1), weights.reshape(len(sigma), -1) / 2


def _certainty(low: Array, high: Array, sigma: Array) -> Array:
    """E|low (1 - q) + high q| over the last input, q its posterior; a threshold where the signs differ."""
    shift = sigma * np.log(np.abs(low / high))
    below, above = (erf((0.5 / sigma + step) / np.sqrt(2)) for step in (shift, -shift))
    turned = np.abs(low) * below + np.abs(high) * above
    return np.where(low * high < 0, turned, np.abs(low + high)) / 2


def best_linear_accuracy(gate: GateLike, noise_level: ArrayLike) -> Array:
    """The accuracy of `best_line`: the best that any line can reach, shape of noise_level."""
    return exact_accuracy(*best_line(gate, noise_level), gate, noise_level)


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
    average, size = (_linear, CHUNK) if linear else (_interaction, max(1, CHUNK // (2 * NODES[k]) ** (k - 1)))
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
    for corner, truth in zip(table.corners, table.truth, strict=True):
        local = logit
        for axis, value in enumerate(corner, start=1):
            constant, slope = local.take(0, axis), local.take(1, axis)
            local = np.stack([constant + value * slope, sigma * slope], axis)
        total += mean_over_noise(partial(leaf, truth=truth), local, NODES[k])
    return total / len(table.truth)
