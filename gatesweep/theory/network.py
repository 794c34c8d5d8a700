"""Exact accuracy and log loss of a network with one hidden layer: by quadrature that refines itself.

Given all inputs but one, a network is a function of that one alone. Along it the accuracy is told from where the
logit changes its sign; over the other one (of two inputs) Gauss and Kronrod's pair of rules is applied to ever
smaller parts, until both agree. What neither order nor sign of the units changes, they do not change here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from gatesweep.errors import InputError
from gatesweep.gates import Gate, GateLike, as_gate
from gatesweep.theory.quadrature import NODES, Array, noise_levels, normal_points

__all__ = ["Network", "network_accuracy", "network_log_loss"]

REACH = 5.0
"""Standard deviations of noise that count: all but 6e-7."""
STEPS = 40
"""Of the last input's range, in which a change of sign is looked for."""
REFINEMENTS = 8
"""Steps that bring a change of sign from a step's width to 1e-6."""
LOSS_PARTS, LOSS_NODES = 20, 8
"""Of the last input's range, each with so many Gauss-Legendre nodes."""
TOLERANCE = 1e-5
"""What the two rules may differ by in a part; the better one is far closer."""
NARROWEST = REACH / 2**13
ELEMENTS = 1 << 21
"""Outputs of hidden units held at once; bounds memory to about 50 MB."""
LINES_AT_ONCE = ELEMENTS // (LOSS_PARTS * LOSS_NODES)

KRONROD = np.array(
    [
        [0.991455371120812639206854697526329, 0.022935322010529224963732008058970, 0.0],
        [0.949107912342758524526189684047851, 0.063092092629978553290700663189204, 0.129484966168869693270611432679082],
        [0.864864423359769072789712788640926, 0.104790010322250183839876322541518, 0.0],
        [0.741531185599394439863864773280788, 0.140653259715525918745189590510238, 0.279705391489276667901467771423780],
        [0.586087235467691130294144691693013, 0.169004726639267902826583426598550, 0.0],
        [0.405845151377397166906606412076961, 0.190350578064785409913256402421014, 0.381830050505118944950369775488975],
        [0.207784955007898467600689403773245, 0.204432940075298892414161999234649, 0.0],
        [0.000000000000000000000000000000000, 0.209482141084727828012999174891714, 0.417959183673469387755102040816327],
    ]
)
"""Nodes from the outer one to the middle, and both rules' weights (QUADPACK, Piessens et al. 1983, qk15)."""
PLACES = np.concatenate([-KRONROD[:, 0], KRONROD[-2::-1, 0]])
FINE, COARSE = (np.concatenate([KRONROD[:, i], KRONROD[-2::-1, i]]) for i in (1, 2))


def _sigmoid(values: Array) -> Array:
    np.exp(np.negative(values, out=values), out=values)
    values += 1
    return np.divide(1, values, out=values)


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "sigmoid": _sigmoid,
    "tanh": lambda values: np.tanh(values, out=values),
    "relu": lambda values: np.maximum(values, 0, out=values),
}
"""Each overwrites its argument."""


@dataclass(frozen=True)
class Network:
    """A batch of networks by the names of the dataset's variables; a unit that is NaN altogether is none."""

    hidden_weight: ArrayLike
    """(*batch, unit, feature)"""
    hidden_intercept: ArrayLike
    """(*batch, unit)"""
    output_weight: ArrayLike
    """(*batch, unit)"""
    intercept: ArrayLike
    """(*batch)"""
    activation: str = "sigmoid"


def network_accuracy(network: Network, gate: GateLike, noise_level: ArrayLike, features: str = "linear") -> Array:
    """The probability that networks answer with the gate's output at the row's corner.

    Absolute error below 1e-4 for up to 2 inputs, 1e-3 for 3 and 4: verified numerically. NaN where the network is.

    Args:
        network: the batch.
        gate: a name, a bit string or a truth table.
        noise_level: standard deviation of the inputs' noise, finite and >= 0; broadcasts against batch.
        features: "linear" or "interaction", as for `exact_accuracy`.

    Returns:
        Fractions in [0, 1], float64, of the broadcast batch shape.

    >>> or_less_and = Network([[20, 20], [20, 20]], [-10, -30], [20, -20], -10)
    >>> network_accuracy(or_less_and, "XOR", 0.1).round(3).item()
    1.0
    """
    return np.clip(_over_corners(_Models.right, network, gate, noise_level, features), 0, 1)


def network_log_loss(network: Network, gate: GateLike, noise_level: ArrayLike, features: str = "linear") -> Array:
    """The mean log loss in nats of networks on the true distribution; arguments as for `network_accuracy`.

    Error below 1e-4 (1 + loss) for up to 2 inputs, 1e-3 for 3 and 4: verified numerically.

    >>> or_less_and = Network([[20, 20], [20, 20]], [-10, -30], [20, -20], -10)
    >>> network_log_loss(or_less_and, "XOR", 0.1).round(4).item()
    0.0011
    """
    return _over_corners(_Models.loss, network, gate, noise_level, features)


@dataclass(frozen=True)
class _Models:
    """Networks whose inputs stand each at one corner: units (models, h, 2, ..., 2), where entry [.., i1, .., ik]
    multiplies u1^i1 * .. * uk^ik of the noise u; weights (models, h) and intercepts (models,) of the output; and the
    gate's output there, bool (models,)."""

    units: Array
    output: Array
    intercept: Array
    truth: Array
    activation: str

    def along(self, model: Array, others: Array) -> tuple[Array, Array]:
        """Constant and slope of each unit in the last input, (lines, h), given the others: (lines, k - 1)."""
        rows = self.units[model]
        for u in others.T:
            rows = rows[:, :, 0] + u.reshape(-1, *[1] * (rows.ndim - 2)) * rows[:, :, 1]
        return rows[..., 0], rows[..., 1]

    def logits(self, model: Array, constant: Array, slope: Array, t: Array) -> Array:
        """(lines, n) for the last input's noise t, (n,) or (lines, n)."""
        total = np.empty((len(model), t.shape[-1]), constant.dtype)
        total[:] = self.intercept[model, None]
        for j in range(self.output.shape[1]):
            unit = constant[:, j, None] + slope[:, j, None] * t
            total += self.output[model, j, None].astype(unit.dtype) * ACTIVATIONS[self.activation](unit)
        return total

    def right(self, model: Array, others: Array) -> Array:
        """The share of each line's noise on which the answer is the truth, (lines,)."""
        constant, slope = self.along(model, others)
        t = np.linspace(-REACH, REACH, STEPS + 1)
        # The signs at the steps need no more digits than float32 has, and are most of the work.
        short = [values.astype(np.float32) for values in (constant, slope, t)]
        positive = self.logits(model, short[0], short[1], short[2]) >= 0
        line, step = np.nonzero(positive[:, 1:] != positive[:, :-1])
        crossing = self._root(model[line], constant[line], slope[line], t[step], t[step + 1])
        rises = np.where(positive[line, step], -1.0, 1.0)
        share = positive[:, -1] - np.bincount(line, rises * ndtr(crossing), len(model))
        return np.where(self.truth[model], share, 1 - share)

    def _root(self, model: Array, constant: Array, slope: Array, low: Array, high: Array) -> Array:
        """Where the logit is 0 between low and high: regula falsi, the end that stays counting half (Illinois)."""
        at_low, at_high = (self.logits(model, constant, slope, end[:, None])[:, 0] for end in (low, high))
        for _ in range(REFINEMENTS):
            difference = at_high - at_low
            share = np.divide(-at_low, difference, where=difference != 0, out=np.full_like(low, 0.5))
            middle = low + np.clip(share, 0, 1) * (high - low)
            value = self.logits(model, constant, slope, middle[:, None])[:, 0]
            below = (value >= 0) == (at_low >= 0)
            low, high = np.where(below, middle, low), np.where(below, high, middle)
            at_low, at_high = np.where(below, value, at_low / 2), np.where(below, at_high / 2, value)
        return np.where(np.abs(at_low) < np.abs(at_high), low, high)

    def loss(self, model: Array, others: Array) -> Array:
        """The mean log loss of each line, (lines,)."""
        t, weights = _parts(LOSS_PARTS, LOSS_NODES)
        logits = self.logits(model, *self.along(model, others), t)
        return np.logaddexp(0, np.where(self.truth[model, None], -logits, logits)) @ weights


Leaf = Callable[[_Models, Array, Array], Array]


@lru_cache
def _parts(count: int, nodes: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes in even parts of the noise's range, and weights by its density, of sum 1."""
    place, gauss = np.polynomial.legendre.leggauss(nodes)
    half = REACH / count
    t = ((np.arange(count) * 2 + 1)[:, None] * half - REACH + half * place).ravel()
    weights = np.tile(gauss, count) * np.exp(-(t**2) / 2)
    return t, weights / weights.sum()


def _over_corners(leaf: Leaf, network: Network, gate: GateLike, noise_level: ArrayLike, features: str) -> Array:
    """The mean of the leaf over corners and noise, for every network of the batch."""
    table = as_gate(gate)
    if network.activation not in ACTIVATIONS:
        raise InputError("activation must be sigmoid, tanh or relu", network.activation, "Choose one of them")
    shape, hidden, lines, output, intercept, sigma = _flat(network, noise_level)
    result, corners = np.empty(len(intercept)), len(table.truth)
    at_once = max(1, LINES_AT_ONCE // corners)
    for start in range(0, len(intercept), at_once):
        part = slice(start, start + at_once)
        # All corners side by side: a step costs as much for a few networks as for some hundred.
        models = _Models(
            np.concatenate(
                [_at_corner(table, i, hidden[part], lines[part], sigma[part], features) for i in range(corners)]
            ),
            np.tile(output[part], (corners, 1)),
            np.tile(intercept[part], corners),
            np.repeat(np.array(table.truth, bool), len(intercept[part])),
            network.activation,
        )
        with np.errstate(invalid="ignore", over="ignore", under="ignore"):
            result[part] = _mean(leaf, models, corners).reshape(corners, -1).mean(0)
    result[np.isnan(intercept)] = np.nan
    return result.reshape(shape)


def _flat(network: Network, noise_level: ArrayLike) -> tuple[tuple[int, ...], Array, Array, Array, Array, Array]:
    hidden, lines, output, intercept = (
        np.asarray(values, np.float64)
        for values in (network.hidden_weight, network.hidden_intercept, network.output_weight, network.intercept)
    )
    sigma, own = noise_levels(noise_level), hidden.shape[-2:]
    shape = np.broadcast_shapes(hidden.shape[:-2], lines.shape[:-1], output.shape[:-1], intercept.shape, sigma.shape)
    hidden = np.broadcast_to(hidden, (*shape, *own)).reshape(-1, *own)
    lines, output = (np.broadcast_to(values, (*shape, own[0])).reshape(-1, own[0]) for values in (lines, output))
    none = np.isnan(output) & np.isnan(lines)
    hidden, lines, output = np.where(none[..., None], 0, hidden), np.where(none, 0, lines), np.where(none, 0, output)
    intercept, sigma = (np.broadcast_to(values, shape).ravel() for values in (intercept, sigma))
    return shape, hidden, lines, output, intercept, sigma


def _at_corner(table: Gate, place: int, hidden: Array, lines: Array, sigma: Array, features: str) -> Array:
    """Units as polynomials in the noise at a corner, as `_Models` has them."""
    k = table.n_inputs
    units = np.zeros((*lines.shape, *[2] * k))
    products = [chosen for size in range(k + 1) for chosen in combinations(range(k), size)]
    if features == "linear":
        products = products[: k + 1]
    if hidden.shape[-1] != len(products) - 1:
        raise InputError(
            f"hidden_weight must have {len(products) - 1} values (one a feature) in its last dimension",
            hidden.shape,
            "Check that gate and features are those of the network",
        )
    for chosen, column in zip(products, [lines, *np.moveaxis(hidden, -1, 0)], strict=True):
        exponents: tuple[slice | int, ...] = (slice(None), slice(None), *(int(j in chosen) for j in range(k)))
        units[exponents] = column
    scale = sigma.reshape(-1, *[1] * k)
    for axis, value in enumerate(table.corners[place], start=2):
        constant, slope = units.take(0, axis), units.take(1, axis)
        units = np.stack([constant + value * slope, scale * slope], axis)
    return units


def _mean(leaf: Leaf, models: _Models, corners: int) -> Array:
    """The leaf's mean over the noise of all inputs but the last: shape (models,), of one corner after the other."""
    count, k = len(models.intercept), models.units.ndim - 2
    every = np.arange(count)
    # What differs from the corner's own value is averaged: so a constant stays exactly what it is.
    centre = leaf(models, every, np.zeros((count, k - 1)))
    if k == 1:
        return centre
    if k == 2:
        return centre + _refined(lambda model, u: leaf(models, model, u) - centre[model], models)
    total = np.zeros(count)
    for place, of_corner in enumerate(np.split(every, corners)):
        points = normal_points(NODES[k], k - 1, place)
        size = max(1, LINES_AT_ONCE // len(points))
        for start in range(0, len(of_corner), size):
            some = of_corner[start : start + size]
            model = np.repeat(some, len(points))
            values = leaf(models, model, np.tile(points, (len(some), 1))) - centre[model]
            total[some] = values.reshape(-1, len(points)).mean(1)
    return centre + total


def _refined(function: Callable[[Array, Array], Array], models: _Models) -> Array:
    """E[function(u)] for u standard normal, for each model: adaptive, all models' parts side by side."""
    count = len(models.intercept)
    total, at_once = np.zeros(count), max(1, LINES_AT_ONCE // len(PLACES))
    model = np.repeat(np.arange(count), 2)
    low, high = np.tile([-REACH, 0.0], count), np.tile([0.0, REACH], count)
    while len(model):
        parts = [slice(start, start + at_once) for start in range(0, len(model), at_once)]
        fine, gap = map(np.concatenate, zip(*(_rules(function, model[p], low[p], high[p]) for p in parts), strict=True))
        done = ~(gap > TOLERANCE) | (high - low < NARROWEST)
        total += np.bincount(model[done], fine[done], count)
        model, low, high = (values[~done] for values in (model, low, high))
        middle = (low + high) / 2
        model, low, high = np.tile(model, 2), np.concatenate([low, middle]), np.concatenate([middle, high])
    return total


def _rules(function: Callable[[Array, Array], Array], model: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """The finer rule's integral over each part by the normal density, and what the coarser one differs by."""
    half = (high - low)[:, None] / 2
    u = (low + high)[:, None] / 2 + half * PLACES
    values = function(np.repeat(model, len(PLACES)), u.reshape(-1, 1)).reshape(u.shape)
    values = half * values * np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi)
    return values @ FINE, np.abs(values @ (FINE - COARSE))
