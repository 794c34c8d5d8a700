"""The Bayes limit: the accuracy of the best of all classifiers."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erf

from gatesweep.gates import Gate, GateLike, as_gate
from gatesweep.theory.accuracy import best_linear_accuracy
from gatesweep.theory.quadrature import REACH, Array, noise_levels
from gatesweep.theory.symmetry import representative

__all__ = ["bayes_accuracy", "bayes_boundary"]

CHUNK = 1 << 16
"""Posteriors evaluated in one step; bounds memory to about 100 MB."""
BAYES_NODES = {1: 1, 2: 40, 3: 48, 4: 20}
"""Quadrature nodes on either side of 1/2, by number of inputs."""
SHARPEST = 1e-3
"""Noise below this looks like none."""


def bayes_accuracy(gate: GateLike, noise_level: ArrayLike) -> Array:
    """The accuracy of the best of all classifiers, (1 + E|2 P(class 1 | x) - 1|) / 2: shape of noise_level.

    Given all inputs but one, the posterior is monotone in the last, so the best rule is a threshold and
    its accuracy closed; the others are averaged by quadrature, split at 1/2 where single inputs change
    the answer. For XOR this gives q^2 + (1-q)^2, q = Phi(1 / (2 sigma)). Absolute error below 1e-10
    up to 2 inputs, 5e-6 for 3 and 5e-5 for 4 (verified numerically); never below `best_linear_accuracy`.

    Example:
        >>> bayes_accuracy("XOR", [0.0, 0.3, 1.0]).round(3)
        array([1.   , 0.909, 0.573])
    """
    table, sigma = representative(as_gate(gate)).gate, noise_levels(noise_level)
    size = max(1, CHUNK // (2 * BAYES_NODES[table.n_inputs]) ** (table.n_inputs - 1))
    levels, result = sigma.ravel(), np.empty(sigma.size)
    for start in range(0, sigma.size, size):
        part = slice(start, start + size)
        result[part] = _bayes(table, tuple(levels[part].tolist()))
    # In much noise the best line comes closer to the limit than the quadrature does.
    return np.maximum(result.reshape(sigma.shape), best_linear_accuracy(table, sigma))


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
    """Quadrature over one input: 2 P(its corner is 1 | x) - 1 = tanh((x - 1/2) / (2 sigma^2)), and weights.

    The two halves x < 1/2 and x > 1/2 mirror each other. Nodes lie q standard deviations from the
    corner of their half, gathered at x = 1/2 by q + distance = t^3. Shapes (levels, 2 * count).
    """
    t, gauss = np.polynomial.legendre.leggauss(count)
    t, gauss = (t + 1) / 2, gauss / 2
    middle = 0.5 / sigma[:, None]
    low = np.maximum(-middle, -REACH)
    q = low + (REACH - low) * t**3
    weights = gauss * t**2 * (np.exp(-0.5 * q**2) + np.exp(-0.5 * (q + 2 * middle) ** 2))
    weights /= 2 * weights.sum(1, keepdims=True)
    lean = np.tanh((middle + q) / (2 * sigma[:, None]))
    return np.concatenate([-lean, lean], 1), np.concatenate([weights, weights], 1)


def _certainty(low: Array, high: Array, sigma: Array) -> Array:
    """E|low (1 - q) + high q| over the last input, q its posterior; a threshold where the signs differ."""
    shift = sigma * np.log(np.abs(low / high))
    below, above = (erf((0.5 / sigma + step) / np.sqrt(2)) for step in (shift, -shift))
    turned = np.abs(low) * below + np.abs(high) * above
    return np.where(low * high < 0, turned, np.abs(low + high)) / 2


def bayes_boundary(gate: GateLike, noise_level: float, reach: float = 8.0, count: int = 401) -> tuple[Array, Array]:
    """Where the best of all classifiers is undecided, for two inputs: points (x1, x2), NaN between its parts.

    With s the corners' labels as +-1, both classes are equally likely where
    sum_c s_c exp((x . c - |c|^2 / 2) / sigma^2) = 0; given one input this is linear in the exponential of the other:
    x2 = 1/2 + sigma^2 log(-(s00 + s10 e^t) / (s01 + s11 e^t)), t = (x1 - 1/2) / sigma^2. It is drawn over x1 and
    over x2, since it may stand upright. Without noise the nearest corner decides.

    Args:
        reach: how far from the middle of the corners it is drawn.
    """
    sign = 2.0 * np.array(as_gate(gate).truth).reshape(2, 2) - 1
    over = np.linspace(-reach, reach, count)
    spread = max(float(noise_level), SHARPEST) ** 2

    def across(signs: Array) -> Array:
        """The second input, less 1/2, where the first one is 1/2 + `over`."""
        t = over / spread
        parts = np.exp(-np.clip(-t, 0, None)), np.exp(-np.clip(t, 0, None))
        low, high = (parts[1] * signs[0, i] + parts[0] * signs[1, i] for i in (0, 1))
        with np.errstate(divide="ignore", invalid="ignore"):
            found = spread * np.log(-low / high)
        return np.where(np.isfinite(found) & (np.abs(found) <= reach), found, np.nan)

    gap = np.array([np.nan])
    x1 = np.concatenate([over, gap, across(sign.T)])
    x2 = np.concatenate([across(sign), gap, over])
    return x1 + 0.5, x2 + 0.5
