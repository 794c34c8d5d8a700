"""A model in the plane of its inputs: rows, surface and boundary."""

import holoviews as hv
import numpy as np
from numpy.typing import ArrayLike

from gatesweep.errors import InputError
from gatesweep.plots.look import LIGHT, MARKERS, with_bokeh

__all__ = ["PLANE", "boundary", "points", "surface"]

PLANE = (-1.0, 2.0)
"""Both axes of the lecture's plane."""


@with_bokeh()
def points(X: ArrayLike, y: ArrayLike) -> hv.Overlay:
    """Rows X (n, 2) in the plane, labels y (n,) by colour and marker."""
    rows, labels = np.asarray(X), np.asarray(y)
    if rows.ndim != 2 or rows.shape[1] != 2 or len(rows) != len(labels):
        raise InputError("points takes X of shape (n, 2) and y of shape (n,)", (rows.shape, labels.shape), "Check both")
    return hv.Overlay(
        [
            hv.Points(rows[labels == label], ["x1", "x2"], label=f"class {label}").opts(
                size=5, alpha=0.7, color=LIGHT.classes[label], marker=MARKERS[label]
            )
            for label in (0, 1)
        ]
    ).opts(xlim=PLANE, ylim=PLANE, frame_width=400, frame_height=400)


def _logit(weight: ArrayLike, intercept: ArrayLike, side: np.ndarray) -> np.ndarray:
    """Logits on the square of `side`: (x2, x1)."""
    w = np.asarray(weight, dtype=float).ravel()
    if len(w) not in (2, 3):
        raise InputError("a surface needs the weights of x1 and x2, and of x1*x2 if there is one", w, "Pick one model")
    x1, x2 = np.meshgrid(side, side)
    return w[0] * x1 + w[1] * x2 + (w[2] * x1 * x2 if len(w) == 3 else 0) + float(np.asarray(intercept))


@with_bokeh()
def surface(weight: ArrayLike, intercept: ArrayLike, size: int = 150) -> hv.Image:
    """Probability of class 1 over the plane for one model: weight (2,) or (3,), intercept a number."""
    side = np.linspace(*PLANE, 2 * size + 1)[1::2]
    probability = 0.5 * (1 + np.tanh(0.5 * _logit(weight, intercept, side)))
    return hv.Image((side, side, probability), ["x1", "x2"], "probability").opts(
        cmap=LIGHT.surface, clim=(0, 1), alpha=0.6, colorbar=True, frame_width=400, frame_height=400
    )


@with_bokeh()
def boundary(weight: ArrayLike, intercept: ArrayLike, size: int = 201) -> hv.Contours:
    """Where one model's probability is 0.5: weight (2,) or (3,), intercept a number; may be empty."""
    side = np.linspace(*PLANE, size)
    image = hv.Image((side, side, _logit(weight, intercept, side)), ["x1", "x2"], "logit")
    return hv.operation.contours(image, levels=[0]).opts(color="black", line_width=2, cmap=["black"], show_legend=False)
