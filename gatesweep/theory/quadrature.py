"""Expectations over normal noise: of a logit's loss and probability, and of rules that bend.

A logit that is linear in the noise is itself normal, N(mean, scale^2), so its expected loss and
probability need one dimension. With x = exp(-|z|),

    softplus(z) = max(z, 0) + log1p(x),    sigmoid(z) = [z > 0] - sign(z) x / (1 + x),

and the functions of x are polynomials to 13 digits (their only singularity, x = -1, is far from
[0, 1]). The mean of exp(-k |z|) is known in closed form, so nothing here depends on the scale:
Gauss-Hermite rules fail where scale is large, this does not. Verified numerically.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfcx, ndtr, ndtri
from scipy.stats import qmc

from gatesweep.errors import InputError

__all__ = [
    "NODES",
    "REACH",
    "Array",
    "class_one",
    "mean_over_noise",
    "mean_softplus",
    "noise_levels",
    "normal_points",
    "sigmoid_moments",
]

Array = np.ndarray

DEGREE = 16
REACH = 6.5
"""Standard deviations of noise that count: all but 8e-11."""
SPLIT_NODES = 40
"""Gauss-Legendre nodes on either side of a split."""
NODES = {1: 1, 2: 2 * SPLIT_NODES, 3: 4096, 4: 2048}
"""Points at which `mean_over_noise` evaluates a logit, by number of variables."""


def noise_levels(noise_level: ArrayLike) -> Array:
    """Noise levels as a float64 array; InputError unless all are finite and >= 0."""
    levels = np.asarray(noise_level, dtype=np.float64)
    if not np.all(np.isfinite(levels) & (levels >= 0)):
        raise InputError("noise_level must be finite standard deviations, 0 or more", noise_level, "Give 0.05, say")
    return levels + 0.0  # -0.0 becomes 0.0: a scale of -0.0 would turn ties and signs over.


def _series(function: Callable[[Array], Array]) -> Array:
    """Coefficients a_1 .. a_DEGREE of sum_k a_k x^k, close to function(x) on [0, 1] in relative error."""
    chebyshev = np.polynomial.Chebyshev.interpolate(lambda x: function(x) / x, DEGREE - 1, domain=[0, 1])
    return chebyshev.convert(kind=np.polynomial.Polynomial, domain=[0, 1], window=[0, 1]).coef


POWERS = np.arange(1.0, DEGREE + 1)
SOFTPLUS = _series(np.log1p)
SIGMOID = np.stack(
    [
        _series(lambda x: x / (1 + x)),
        _series(lambda x: x / (1 + x) ** 2),
        _series(lambda x: x * (1 - x) / (1 + x) ** 3),
        _series(lambda x: x * (1 - 4 * x + x * x) / (1 + x) ** 4),
    ]
)
"""The sigmoid and its first three derivatives at z = log(x) < 0."""


def class_one(mean: Array, scale: Array) -> Array:
    """P(z >= 0) for z ~ N(mean, scale^2); at scale 0 it is 1 where mean >= 0, so a tie is class 1."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.asarray(mean / scale)
    ratio[(mean == 0) & (scale == 0)] = np.inf
    return ndtr(ratio)


def _decay(mean: Array, scale: Array) -> tuple[Array, Array]:
    """E[exp(-k |z|)] over z > 0 and over z < 0, for each k of POWERS: two arrays of shape (DEGREE, *batch)."""
    k = POWERS.reshape(-1, *[1] * mean.ndim)
    size, scale = np.abs(mean), np.maximum(scale, 1e-300)
    with np.errstate(over="ignore", under="ignore"):
        distance = size / scale
        density = np.exp(-0.5 * distance**2) / 2
        near, far = k * scale - distance, k * scale + distance
        own = np.copysign(density * erfcx(np.abs(near) / np.sqrt(2)), near)
        own += np.where(near < 0, np.exp(k * np.minimum(k * scale**2 / 2 - size, 0)), 0)
        other = density * erfcx(far / np.sqrt(2))
    positive = mean >= 0
    return np.where(positive, own, other), np.where(positive, other, own)


def mean_softplus(mean: Array, scale: Array) -> Array:
    """E[log(1 + exp(z))] in nats for z ~ N(mean, scale^2), arrays of one shape; error below 1e-13 (1 + |value|)."""
    above, below = _decay(mean, scale)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        ratio = np.where(scale > 0, mean / scale, np.copysign(np.inf, mean))
        spread = scale * np.exp(-0.5 * ratio**2) / np.sqrt(2 * np.pi)
    return mean * ndtr(ratio) + spread + np.tensordot(SOFTPLUS, above + below, 1)


def sigmoid_moments(mean: Array, scale: Array) -> tuple[Array, Array, Array, Array]:
    """E of sigmoid(z) and of its first three derivatives for z ~ N(mean, scale^2), arrays of one shape."""
    above, below = _decay(mean, scale)
    even, odd = above + below, below - above
    value, curve = np.tensordot(SIGMOID[::2], odd, 1)
    slope, third = np.tensordot(SIGMOID[1::2], even, 1)
    return class_one(mean, scale) + value, slope, curve, third


def _split_nodes(split: Array, count: int) -> tuple[Array, Array]:
    """Nodes and weights (sum 1) for a standard normal variable, for integrands not smooth at `split`.

    Gauss-Legendre on either side of split, its nodes gathered there by r = t^3. A split out of reach
    is none and moves to 0. Arrays of shape (*split.shape, 2 * count).
    """
    t, gauss = np.polynomial.legendre.leggauss(count)
    t, gauss = (t + 1) / 2, gauss / 2
    split = np.where(np.abs(split) < REACH, split, 0.0)[..., None]
    left, right = split + REACH, REACH - split
    nodes = np.concatenate([split - left * t**3, split + right * t**3], axis=-1)
    weights = np.concatenate([left * gauss * t**2, right * gauss * t**2], axis=-1) * np.exp(-0.5 * nodes**2)
    return nodes, weights / weights.sum(-1, keepdims=True)


@lru_cache(maxsize=32)
def normal_points(count: int, dimensions: int, stream: int) -> Array:
    """Standard normal points (count, dimensions) spread evenly: a scrambled Sobol sequence, count a power of 2.

    Streams are independent of each other, so that the errors of integrals over them cancel in part.
    """
    uniform = qmc.Sobol(dimensions, rng=np.random.default_rng([count, dimensions, stream])).random(count)
    return ndtri(np.clip(uniform, 1e-12, 1 - 1e-12))


def _steepest_last(logit: Array) -> Array:
    """Reorders the noise variables of each model so that the last moves the logit most, products included."""
    k = logit.ndim - 1
    power = [(logit.take(1, 1 + j) ** 2).reshape(len(logit), -1).sum(1) for j in range(k)]
    steepest, result = np.argmax(power, axis=0), logit.copy()
    for j in range(k - 1):
        result[steepest == j] = logit[steepest == j].swapaxes(1 + j, k)
    return result


def mean_over_noise(leaf: Callable[[Array, Array], Array], logit: Array, stream: int) -> Array:
    """E[f(z)] for z multilinear in k independent standard normal variables u: shape (models,).

    The last variable is integrated by `leaf`. Another one, if there is but one, by Gauss-Legendre,
    split where the last one's slope vanishes: there the rule z >= 0 turns over. Two or three others by
    Sobol points, which no position of that seam in the plane or in space can mislead.

    Args:
        leaf: E[f(z)] as a function of mean and scale where z is linear in the last variable.
        logit: shape (models, 2, ..., 2); entry [m, i1, .., ik] multiplies u1^i1 * .. * uk^ik.
        stream: which Sobol points: other ones for another corner.
    """
    rows = _steepest_last(logit)[:, None]
    k = logit.ndim - 1
    if k == 1:
        return leaf(rows[..., 0], np.abs(rows[..., 1]))[:, 0]
    if k == 2:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            nodes, weights = _split_nodes(-rows[:, 0, 0, 1] / rows[:, 0, 1, 1], SPLIT_NODES)
        nodes = nodes[..., None]
    else:
        nodes, weights = normal_points(NODES[k], k - 1, stream)[None], np.array(1 / NODES[k])
    for variable in range(k - 1):
        node = nodes[..., variable].reshape(*nodes.shape[:-1], *[1] * (rows.ndim - 3))
        rows = rows[:, :, 0] + node * rows[:, :, 1]
    value = leaf(rows[..., 0], np.abs(rows[..., 1]))
    # Weights sum to 1 only up to rounding: averaging what differs keeps a constant exactly what it is.
    return value[:, 0] + (weights * (value - value[:, :1])).sum(1)
