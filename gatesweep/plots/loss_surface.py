"""The training loss over two parameters of a model, and the path that training took through it."""

from typing import Any

import holoviews as hv
import numpy as np
from bokeh.palettes import Cividis256

from gatesweep.plots.drawn import Columns
from gatesweep.plots.look import LIGHT, Palette, painted, with_bokeh

__all__ = ["here_columns", "loss_surface", "loss_surface_columns"]

Spans = tuple[tuple[float, float], ...]


def loss_surface_columns(loss: np.ndarray, spans: Spans, path: np.ndarray) -> Columns:
    """Loss (second parameter, first parameter) between the `spans` of both, and a path (epoch, 2)."""
    (left, right), (bottom, top) = spans
    line = {"x": path[:, 0], "y": path[:, 1]}
    return {
        "loss": {"image": [loss], "x": [left], "y": [bottom], "dw": [right - left], "dh": [top - bottom]},
        **dict.fromkeys(("path", "path's edge", "epochs"), line),
    }


def here_columns(x: float, y: float) -> Columns:
    """The model on show."""
    return {"here": {"x": [x], "y": [y]}}


@with_bokeh()
def loss_surface(columns: Columns, palette: Palette = LIGHT, labels: tuple[str, str] = ("w₁", "w₂")) -> hv.Overlay:
    """The loss in colour, the path of training in the plane, and the model on show."""
    image = columns["loss"]
    [loss], [left], [bottom], [wide], [high] = (image[name] for name in ("image", "x", "y", "dw", "dh"))
    trace, box = LIGHT.classes[1], (left, bottom, left + wide, bottom + high)

    def of(kind: Any, label: str, *dimensions: Any, **style: Any) -> hv.Element:
        return kind(columns[label], *dimensions, label=label).opts(default_tools=[], **style)

    return hv.Overlay(
        [
            hv.Image(loss[::-1], ["x", "y"], "log loss", bounds=box, label="loss").opts(
                cmap=Cividis256[::-1], logz=True, clim=limits(loss), default_tools=[]
            ),
            of(hv.Curve, "path", "x", "y", color="white", line_width=3.5),
            of(hv.Curve, "path's edge", "x", "y", color=trace, line_width=2),
            of(hv.Points, "epochs", ["x", "y"], size=4, fill_color=trace, line_color="white"),
            of(hv.Points, "here", ["x", "y"], size=13, fill_color=trace, line_color="white", line_width=2),
        ]
    ).opts(
        xlim=(left, left + wide), ylim=(bottom, bottom + high), xlabel=labels[0], ylabel=labels[1], show_legend=False,
        toolbar=None, responsive=True, hooks=[painted(palette, min_border=6)],
    )  # fmt: skip


def limits(loss: np.ndarray) -> tuple[float, float]:
    """Ends of the scale of colours, which is logarithmic."""
    return max(float(loss.min()), 1e-4), float(loss.max())
