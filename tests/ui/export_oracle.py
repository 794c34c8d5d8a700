"""Where a model's boundary must run on the page: computed here from its weights, not by the page's code."""

import random

import numpy as np
import xarray as xr


def logit(weight: np.ndarray, intercept: float, x1, x2):
    return weight[0] * x1 + weight[1] * x2 + intercept + (weight[2] * x1 * x2 if len(weight) > 2 else 0)


def assert_same_boundary(line: dict, weight: np.ndarray, intercept: float) -> None:
    """`line` is drawn where this model is undecided, and crosses the whole square wherever the model's line does."""
    ends = np.array([line["x1"], line["x2"]], dtype=float).T
    known = ends[np.isfinite(ends).all(1)]
    slope = np.hypot(weight[0], weight[1])
    if len(weight) == 3:
        slope = np.hypot(weight[0] + weight[2] * known[:, 1], weight[1] + weight[2] * known[:, 0])
    assert np.all(np.abs(logit(weight, intercept, *known.T)) / slope < 1e-3 * np.maximum(1, np.abs(known).max(1)))
    if len(weight) == 2:
        assert len(ends) == 2
        assert np.hypot(*(ends[1] - ends[0])) > 8
        return
    signs = np.sign(logit(weight, intercept, *np.meshgrid(np.linspace(-1, 2, 61), np.linspace(-1, 2, 61))))
    near = known[(np.abs(known - 0.5) < 1.6).all(1)]
    assert (len(near) > 0) or len(np.unique(signs)) == 1


def random_settings(runs: list[xr.Dataset], count: int) -> list[tuple]:
    dice, dims = random.Random(27), ("noise_level", "seed", "num_samples", "epoch")
    settings = []
    for i in range(count):
        run = i % len(runs)
        place = {dim: dice.randrange(runs[run].sizes[dim]) for dim in dims if runs[run].sizes.get(dim, 1) > 1}
        settings.append((run, dice.choice(("AND", "OR", "XOR")), place))
    return settings
