"""The sigmoid with every row on it: how sure a model is of each, and what that costs."""

from typing import Any

import holoviews as hv
import numpy as np
from bokeh.models import HoverTool

from gatesweep.plots.boundary import marked
from gatesweep.plots.drawn import Columns
from gatesweep.plots.geometry import probability
from gatesweep.plots.look import LIGHT, Palette, painted, with_bokeh

__all__ = ["s_curve", "s_curve_columns", "s_curve_span"]

NARROWEST, WIDEST = 4.0, 1e6
"""Logits that the picture reaches to at least, and at most."""
POINTS = 201
TIP = [
    ("x₁, x₂", "@x1{0.00}, @x2{0.00}"),
    ("true class", "@label (@part)"),
    ("z", "@z{0.000}"),
    ("p", "@p{0.000}"),
    ("loss −log(p of the true class)", "@loss{0.000}"),
]


def s_curve_span(logit: np.ndarray) -> dict[str, tuple[float, float]]:
    """What `Drawn.span` must show of these logits: a power of 2 to either side, so that it rests while they move."""
    known = np.abs(logit[np.isfinite(logit)]).max(initial=NARROWEST)
    reach = min(2.0 ** np.ceil(np.log2(known)), WIDEST)
    return {"x": (-reach, reach)}


def s_curve_columns(
    X: np.ndarray,
    y: np.ndarray,
    is_test: np.ndarray,
    logit: np.ndarray,
    loss: np.ndarray,
    wrong: np.ndarray,
    threshold: float,
    palette: Palette,
) -> Columns:
    """Rows X (n, 2) with labels y, their logits and losses, whether each is misclassified; and the threshold."""
    p, (low, high) = probability(logit), s_curve_span(logit)["x"]
    z = np.linspace(low, high, POINTS)
    with np.errstate(divide="ignore"):
        cut = float(np.log(threshold) - np.log1p(-threshold)) if 0 < threshold < 1 else np.nan
    rows = marked(y, is_test, palette) | {"z": logit, "p": p, "x1": X[:, 0], "x2": X[:, 1], "loss": loss}
    return {
        "curve": {"z": z, "p": probability(z)},
        "threshold": {"y": [threshold]},
        "boundary": {"x": [cut]},
        "rows": rows,
        "misclassified": {"z": logit[wrong], "p": p[wrong]},
    }


@with_bokeh()
def s_curve(columns: Columns, palette: Palette = LIGHT) -> hv.Overlay:
    """Probability over logit, with the rows, the threshold and the logit where it is reached."""
    axes = [
        hv.Dimension("z", label="z, weights times inputs plus intercept"),
        hv.Dimension("p", label="p, probability of class 1"),
    ]
    styles = ("marker", "fill_color", "line_color")
    line = {"color": palette.ink, "line_width": 1.8, "default_tools": [], "show_legend": False}
    layers = [
        hv.Curve(columns["curve"], *axes, label="curve").opts(color=palette.muted, line_width=3, default_tools=[]),
        hv.HLines({"y": columns["threshold"]["y"]}, label="threshold").opts(line_dash="dashed", **line),
        hv.VLines({"x": columns["boundary"]["x"]}, label="boundary").opts(**line),
        hv.Points(columns["rows"], axes, [*styles, "label", "part", "x1", "x2", "loss"], label="rows").opts(
            size=9, line_width=1.4, alpha=0.8, default_tools=[], hooks=[_hover],
            **{name: hv.dim(name) for name in styles},
        ),
        hv.Points(columns["misclassified"], axes, label="misclassified").opts(
            marker="circle", size=16, fill_alpha=0, line_color=palette.ink, line_width=1.8, default_tools=[]
        ),
    ]  # fmt: skip
    span = s_curve_span(np.asarray(columns["rows"]["z"]))
    return hv.Overlay(layers).opts(
        xlim=span["x"], ylim=(-0.06, 1.06), show_legend=False, toolbar=None, default_tools=[], responsive=True,
        hooks=[painted(palette, min_border_left=60, min_border_bottom=56, min_border_right=12, min_border_top=12)],
    )  # fmt: skip


def _hover(plot: Any, element: Any) -> None:
    plot.state.add_tools(HoverTool(renderers=[plot.handles["glyph_renderer"]], tooltips=TIP, limit=1))
