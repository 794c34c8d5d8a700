"""Where a model's boundary must run on the page: computed here from its weights, not by the page's code."""

import random

import numpy as np
import xarray as xr


def logit(weight: np.ndarray, intercept: float, x1, x2):
    return weight[0] * x1 + weight[1] * x2 + intercept + (weight[2] * x1 * x2 if len(weight) > 2 else 0)


def crossings(weight: np.ndarray, intercept: float) -> list[tuple[float, float]]:
    """Where a straight boundary meets the sides of the square from -1 to 2."""
    points = []
    for side in (-1.0, 2.0):
        points.append((side, -(intercept + weight[0] * side) / weight[1]))
        points.append((-(intercept + weight[1] * side) / weight[0], side))
    return sorted(point for point in points if all(-1 <= x <= 2 for x in point))


def assert_same_boundary(segments: dict, weight: np.ndarray, intercept: float) -> None:
    ends = np.array(
        [*zip(segments["x0"], segments["y0"], strict=True), *zip(segments["x1"], segments["y1"], strict=True)]
    ).reshape(-1, 2)
    if len(weight) == 2:
        np.testing.assert_allclose(sorted(map(tuple, ends)), crossings(weight, intercept), rtol=0, atol=1e-3)
        return
    slope = np.hypot(weight[0] + weight[2] * ends[:, 1], weight[1] + weight[2] * ends[:, 0])
    assert np.all(np.abs(logit(weight, intercept, *ends.T)) / slope < 1e-3)
    signs = np.sign(logit(weight, intercept, *np.meshgrid(np.linspace(-1, 2, 61), np.linspace(-1, 2, 61))))
    assert len(ends) == np.sum(signs[:, 1:] != signs[:, :-1]) + np.sum(signs[1:] != signs[:-1]) + interior(signs)


def interior(signs: np.ndarray) -> int:
    """Crossings of cell edges inside the square: these end two segments instead of one."""
    return int(np.sum((signs[:, 1:] != signs[:, :-1])[1:-1]) + np.sum((signs[1:] != signs[:-1])[:, 1:-1]))


def random_settings(runs: list[xr.Dataset], count: int) -> list[tuple]:
    dice, dims = random.Random(27), ("noise_level", "seed", "num_samples", "epoch")
    settings = []
    for i in range(count):
        run = i % len(runs)
        place = {dim: dice.randrange(runs[run].sizes[dim]) for dim in dims if runs[run].sizes.get(dim, 1) > 1}
        settings.append((run, dice.choice(("AND", "OR", "XOR")), place))
    return settings
