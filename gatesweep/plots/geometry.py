"""Where a model's probability takes a given value: lines, hyperbolas, and the surface as pixels."""

from collections.abc import Sequence

import contourpy
import numpy as np

from gatesweep.models import Model, Neuron

__all__ = ["PLANE", "contours", "hand_line", "level", "levels", "probability", "shades", "surface", "through"]

PLANE = (-1.0, 2.0)
"""Both axes of the lecture's plane."""
REACH = 8.0
"""How far beyond the view's centre a boundary is drawn: past every corner of the view."""
CENTRE = np.array([0.5, 0.5])
HOLD = 1.1
"""From the middle to a grip: clear of the rows around the corners."""
FLAT = 1e-9


def probability(logit: np.ndarray) -> np.ndarray:
    """The logistic function, without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * logit))


def level(weight: np.ndarray, intercept: float, p: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """The points (x1, x2) with probability p, NaN between branches; empty where there are none.

    Two weights give a line. A third, of x1*x2, gives a hyperbola with axes parallel to x1 and x2:
    (x1 + w2/w3) (x2 + w1/w3) = (logit(p) - b)/w3 + w1 w2 / w3^2, or the two axes themselves.
    """
    nothing = np.empty(0), np.empty(0)
    if not 0 < p < 1 or not np.isfinite([*weight, intercept]).all():
        return nothing
    offset = np.log(p / (1 - p)) - intercept
    scale = np.abs(weight).max()
    if len(weight) == 3 and abs(weight[2]) > FLAT * scale:
        return _hyperbola(weight, offset)
    size = np.hypot(*weight[:2])
    if size < FLAT:
        return nothing
    normal = weight[:2] / size
    foot = CENTRE + (offset / size - normal @ CENTRE) * normal
    along = REACH * np.array([-normal[1], normal[0]])
    ends = np.stack([foot - along, foot + along])
    return ends[:, 0], ends[:, 1]


def _hyperbola(weight: np.ndarray, offset: float) -> tuple[np.ndarray, np.ndarray]:
    w1, w2, w3 = weight
    centre = np.array([-w2 / w3, -w1 / w3])
    power = offset / w3 + w1 * w2 / w3**2
    if abs(power) < FLAT:
        ends = np.array([-REACH, REACH, np.nan])
        x1 = np.concatenate([ends * 0 + centre[0], ends])
        return x1, np.concatenate([ends, ends * 0 + centre[1]])
    branches = [_branch(centre, power, side) for side in (1.0, -1.0)]
    x1, x2 = (np.concatenate([branches[0][axis], [np.nan], branches[1][axis]]) for axis in (0, 1))
    return x1, x2


def _branch(centre: np.ndarray, power: float, side: float) -> tuple[np.ndarray, np.ndarray]:
    """What of one branch of (x1 - centre) (x2 - centre) = power lies around the view, x1 on one side of the centre.

    All of its points are put there: with a centre far off, where w3 is small, little of the branch is in the view.
    """
    low, high = CENTRE - REACH - centre, CENTRE + REACH - centre
    first, last = sorted((side * low[0], side * high[0]))
    rise = side * power
    # x2 - centre = rise / u with u = |x1 - centre|: it must lie between low and high as well.
    near, far = sorted((low[1] / rise, high[1] / rise))
    first, last = max(first, 0, 1 / far if far > 0 else np.inf), min(last, 1 / near if near > 0 else np.inf)
    if not 0 < first < last:
        return np.empty(0), np.empty(0)
    u = np.geomspace(first, last, 121)
    return centre[0] + side * u, centre[1] + rise / u


def levels(model: Model, probabilities: Sequence[float], cells: int = 120) -> list[tuple[np.ndarray, np.ndarray]]:
    """Where a model has each of these probabilities, as `level` has it of one neuron; of others, found on a grid."""
    if isinstance(model, Neuron):
        return [level(model.weight, float(model.intercept), p) for p in probabilities]
    side = np.linspace(*PLANE, cells + 1)
    logit = model.logit(np.stack(np.meshgrid(side, side), axis=-1))
    return contours(side, side, logit, probabilities)


def contours(
    x: np.ndarray, y: np.ndarray, logit: np.ndarray, probabilities: Sequence[float]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Where logits on a grid (y, x) have each of these probabilities: points, NaN between pieces."""
    found = contourpy.contour_generator(x, y, np.nan_to_num(logit), line_type=contourpy.LineType.ChunkCombinedNan)
    at = (np.log(p) - np.log1p(-p) if 0 < p < 1 else np.nan for p in probabilities)
    lines = [None if np.isnan(z) else found.lines(z)[0][0] for z in at]
    return [(np.empty(0), np.empty(0)) if xy is None else (xy[:, 0], xy[:, 1]) for xy in lines]


def surface(model: Model, pixels: int, threshold: float | None = None) -> np.ndarray:
    """Probabilities on the view, or with a threshold the labels 0 and 1: uint8 (x2, x1), 255 for 1."""
    middle = PLANE[0] + (np.arange(pixels) + 0.5) * (PLANE[1] - PLANE[0]) / pixels
    return shades(model.logit(np.stack(np.meshgrid(middle, middle), axis=-1)), threshold)


def shades(logit: np.ndarray, threshold: float | None = None) -> np.ndarray:
    """Logits as what colours a picture: 0 to 255 by their probability, or with a threshold one of the two."""
    p = np.nan_to_num(probability(logit), nan=0.5)
    return np.round(255 * (p if threshold is None else p >= threshold)).astype(np.uint8)


def hand_line(weight: np.ndarray, intercept: float) -> np.ndarray:
    """Two points to hold the line by, (2, 2): on both sides of the line's point nearest the view's centre."""
    size = np.hypot(*weight)
    if size < FLAT:  # No line yet: one to take hold of.
        weight, intercept, size = np.ones(2), -1.0, np.sqrt(2)
    normal = weight / size
    foot = CENTRE - (intercept / size + normal @ CENTRE) * normal
    along = HOLD * np.array([-normal[1], normal[0]])
    return np.stack([foot - along, foot + along])


def through(points: np.ndarray, size: float) -> tuple[np.ndarray, float]:
    """Weight of length `size` and intercept of the line through two points; inverse of `hand_line`."""
    along = points[1] - points[0]
    length = np.hypot(*along)
    normal = np.array([along[1], -along[0]]) / length if length > FLAT else np.array([1.0, 0.0])
    return size * normal, float(-size * normal @ points[0])
