"""The best lines: largest margin for the corners themselves, highest accuracy under noise."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from gatesweep.gates import Gate, GateLike, as_gate, corners
from gatesweep.theory.quadrature import Array, noise_levels
from gatesweep.theory.symmetry import representative

__all__ = ["best_line", "margin", "max_margin_line", "threshold_functions"]

STARTS = 12
"""Lines from which `best_line` climbs where it has no closed form; 4 already gain as much as 256."""
OFFSETS = -np.array([1.0, 2.0, 4.0, 8.0])
"""Intercepts of more first lines in standard deviations: where noise is large, the best cut off little."""
NO_GAIN = 1e-17
"""A gain on the constant answer that no accuracy shows: it is less than the rounding error of 1/2."""
MAX_STEPS = 100

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

    Example:
        >>> margin("X1"), margin("XOR")
        (0.5, 0.0)
    """
    line = max_margin_line(gate)
    if line is None:
        return 0.0
    norm = float(np.linalg.norm(line[0]))
    return 1 / norm if norm else np.inf


def best_line(gate: GateLike, noise_level: ArrayLike) -> tuple[Array, Array]:
    """A line of highest accuracy among all lines: weight (*levels, n_inputs) of norm 1, intercept (*levels).

    Mirror images share one line (`gatesweep.theory.symmetry`), whose weight is 0 at idle inputs. Closed
    forms for what two inputs can say. With one odd corner (AND family) the line is perpendicular to the
    diagonal through it, at t* = (sigma^2 / c0) asinh(exp(c0^2 / (2 sigma^2))) from the centre, c0 =
    1/sqrt(2); for XOR it cuts off one corner at t* with acosh in place of asinh. Setting the derivative to
    zero gives t*; that no other direction does better is verified numerically. A gate that copies an input
    takes the line half-way; a constant one weight 0 and intercept +-1.

    Three and four inputs: Newton's method from the most accurate of all threshold functions' lines at many
    offsets (`_climbed`). No global search that shares no code with it found a line better by more than
    1e-12, for the mirror images of all gates of three inputs and a sample of those of four, at noise levels
    from 0 to 10. Where noise is so large that no line gains 1e-16 on the constant answer, the weight is 0.

    Example:
        >>> weight, intercept = best_line("AND", 0.0)  # x1 + x2 = 1.5
        >>> (intercept / weight).round(6)
        array([-1.5, -1.5])
    """
    image, sigma = representative(as_gate(gate)), noise_levels(noise_level)
    table = image.gate
    if table.n_inputs > 2:
        lines = _climbed(table, tuple(sigma.ravel().tolist())).reshape(*sigma.shape, -1)
    elif len(set(table.truth)) == 1 or table.n_inputs == 1:
        lines = np.broadcast_to([0.0, -1.0] if not any(table.truth) else [1.0, -0.5], (*sigma.shape, 2))
    else:
        lines = _cut_corner(table, sigma)
    return image.line(lines[..., :-1], lines[..., -1])


def _cut_corner(gate: Gate, sigma: Array) -> Array:
    """Closed form for AND, and for XOR, whose line is that of AND but for a sign; stable from sigma = 0 up."""
    with np.errstate(divide="ignore", over="ignore"):
        decay = -1 / (2 * sigma**2)
    root = np.sqrt(1 + np.exp(decay)) if gate.truth[3] else np.sqrt(-np.expm1(decay))
    distance = np.sqrt(2) / 4 + np.sqrt(2) * sigma**2 * np.log1p(root)
    side, diagonal = 2 * gate.truth[3] - 1, np.full_like(distance, np.sqrt(0.5))
    return side * np.stack([diagonal, diagonal, -(distance + np.sqrt(0.5))], -1)


@lru_cache(maxsize=1024)
def _climbed(gate: Gate, levels: tuple[float, ...]) -> Array:
    """A best line (weight, intercept) of a representative with three or four inputs at each noise level."""
    truth, known = threshold_functions(gate.n_inputs)
    norm = np.linalg.norm(known[:, :-1], axis=1)
    known = known / np.where(norm > 0, norm, 1)[:, None]
    agree = (truth == np.array(gate.truth)).mean(1)
    best = np.tile(known[np.lexsort((norm == 0, norm, -agree))[0]], (len(levels), 1))
    noisy = np.flatnonzero(levels)
    if not len(noisy):
        return best
    sigma, search = np.array(levels)[noisy], _Search(gate)
    starts = np.stack([search.starts(known[norm > 0], level) for level in sigma])
    lines, gain = search.climb(starts.reshape(-1, starts.shape[-1]), sigma.repeat(STARTS))
    top = gain.reshape(-1, STARTS).argmax(1) + STARTS * np.arange(len(noisy))
    constant = np.append(np.zeros(gate.n_inputs), -1.0)
    best[noisy] = np.where(gain[top, None] > NO_GAIN, search.moved(lines[top], -0.5), constant)
    return best


class _Search:
    """The line that gains most on the constant answer 0, for a gate with no more ones than zeros.

    Lines are (weight of norm 1, intercept), the origin being the centre of the corners. The logarithm
    of the gain is climbed: where the gain is flat, far from all corners, its logarithm is not.
    """

    def __init__(self, gate: Gate) -> None:
        self.points = gate.corners - 0.5
        self.signs = (2.0 * np.array(gate.truth) - 1) / len(gate.truth)

    def moved(self, lines: Array, shift: float) -> Array:
        """The same lines with the origin moved by `shift` in every input."""
        return np.column_stack([lines[:, :-1], lines[:, -1] + shift * lines[:, :-1].sum(1)])

    def gain(self, lines: Array, sigma: Array) -> Array:
        return ndtr((lines[:, :-1] @ self.points.T + lines[:, -1:]) / sigma[:, None]) @ self.signs

    def starts(self, known: Array, sigma: float) -> Array:
        """The lines that gain most, of the known ones and of all their directions at many offsets."""
        known = self.moved(known, 0.5)
        directions = np.unique(known[:, :-1].round(12), axis=0)
        offsets = sigma * OFFSETS
        grid = np.column_stack([np.tile(directions, (len(offsets), 1)), offsets.repeat(len(directions))])
        lines = np.vstack([known, grid])
        return lines[np.argsort(-self.gain(lines, np.full(len(lines), sigma)), kind="stable")[:STARTS]]

    def climb(self, lines: Array, sigma: Array) -> tuple[Array, Array]:
        """Newton's method on the sphere of directions times the offsets; lines that gain nothing stay."""
        lines, gain, reach = lines.copy(), self.gain(lines, sigma), np.maximum(1, sigma) / 2
        open_ = np.flatnonzero(gain > NO_GAIN)
        for _ in range(MAX_STEPS):
            if not len(open_):
                break
            slope, curve = self._derivatives(lines[open_], sigma[open_], gain[open_])
            # Uphill whatever the curvature: each eigenvalue counts by its size.
            size, axes = np.linalg.eigh(curve)
            size = np.maximum(np.abs(size), 1e-9 * np.abs(size).max(1, keepdims=True) + 1e-300)
            along = np.einsum("mij,mi->mj", axes, slope)
            step = np.einsum("mij,mj->mi", axes, along / size)
            length = np.maximum(np.linalg.norm(step, axis=1), 1e-300)
            trial = lines[open_] + step * np.minimum(1, reach[open_] / length)[:, None]
            trial[:, :-1] /= np.linalg.norm(trial[:, :-1], axis=1, keepdims=True)
            found = self.gain(trial, sigma[open_])
            up = found > gain[open_]
            lines[open_[up]], gain[open_[up]] = trial[up], found[up]
            reach[open_] = np.where(up, 2 * reach[open_], np.minimum(reach[open_], length) / 4)
            still_open = (along**2 / size).sum(1) > 1e-15
            open_ = open_[still_open & (reach[open_] > 1e-9)]
        return lines, gain

    def _derivatives(self, lines: Array, sigma: Array, gain: Array) -> tuple[Array, Array]:
        """Gradient and Hessian of log(gain): the direction moves along great circles, the offset freely."""
        direction, width = lines[:, :-1], sigma[:, None]
        along = direction @ self.points.T
        u = (along + lines[:, -1:]) / width
        density = self.signs * np.exp(-0.5 * u**2) / np.sqrt(2 * np.pi) / gain[:, None]
        tangent = self.points - along[..., None] * direction[:, None]
        move = np.concatenate([tangent, np.ones((*u.shape, 1))], -1) / width[..., None]
        slope = np.einsum("mc,mci->mi", density, move)
        curve = (move * (-u * density)[..., None]).swapaxes(1, 2) @ move - slope[:, :, None] * slope[:, None]
        bend = (density * along / width).sum(1)[:, None, None]
        curve[:, :-1, :-1] -= bend * (np.eye(direction.shape[1]) - direction[:, :, None] * direction[:, None])
        return slope, curve
