"""One neuron with its numbers, from its inputs to its answer: what a lecture draws on the board first."""

from typing import Any

import holoviews as hv
import numpy as np

from gatesweep.features import expand
from gatesweep.plots.drawn import Columns
from gatesweep.plots.geometry import probability
from gatesweep.plots.labels import number
from gatesweep.plots.look import LIGHT, TEXT, Palette, on_paper, painted, typed, with_bokeh

__all__ = ["HEIGHTS", "INPUTS", "neuron", "neuron_columns"]

INPUTS, SUM, SIGMOID, ANSWER = 0.9, 4.8, 7.05, 9.2
"""Where the stages stand from left to right, on a square of side 10."""
MIDDLE = 5.4
HEIGHTS = {3: (8.4, 5.4, 2.4), 4: (8.9, 6.5, 4.1, 1.7)}
"""How high each input stands, the constant 1 last, by their number."""
NAMES = ("x₁", "x₂", "x₁x₂")
WIDEST = 9.0
"""Pixels of the edge with the largest weight."""
NODE = 46
"""Pixels across a node."""
BEND = np.linspace(-6, 6, 41)


def neuron_columns(
    weight: np.ndarray,
    intercept: float,
    inputs: tuple[int, int],
    truth: int,
    threshold: float,
    palette: Palette,
) -> Columns:
    """A model that is shown the two `inputs`, for which the gate says `truth`.

    An edge is as wide as its weight is large, and has the colour of the class that it speaks for.
    """
    x = np.append(expand(np.array(inputs, dtype=float), "interaction" if len(weight) == 3 else "linear"), 1.0)
    w = np.append(weight, intercept)
    z = float(x @ w)
    p = float(probability(np.array(z))) if np.isfinite(z) else np.nan
    answer = int(p >= threshold)
    heights = np.array(HEIGHTS[len(w)])
    largest = np.abs(w[np.isfinite(w)]).max(initial=0) or 1.0
    widths = np.clip(WIDEST * np.minimum(np.nan_to_num(np.abs(w) / largest, nan=1.0), 1.0), 1.0, WIDEST)
    hues = [palette.classes[int(value > 0)] for value in w]
    names = [*NAMES[: len(weight)], "1"]
    symbols = [f"w{'₁₂₃'[i]}" for i in range(len(weight))] + ["intercept"]
    flow = np.array([SUM, SIGMOID, ANSWER])
    shade = palette.surface[round(255 * p)] if np.isfinite(p) else palette.paper
    # Between the input and the sum, near the input, where the edges are still apart.
    share = 0.42
    terms = " + ".join(f"{_factor(value)}·{number(one)}" for value, one in zip(w[:-1], x[:-1], strict=True))
    return {
        "edges": {
            "x0": np.append(np.full(len(w), INPUTS), flow[:-1]),
            "y0": np.append(heights, [MIDDLE, MIDDLE]),
            "x1": np.append(np.full(len(w), SUM), flow[1:]),
            "y1": np.full(len(w) + 2, MIDDLE),
            "line_color": [*hues, palette.muted, palette.muted],
            "line_width": np.append(widths, [2.0, 2.0]),
        },
        "nodes": {
            "x": np.append(np.full(len(w), INPUTS), flow),
            "y": np.append(heights, np.full(3, MIDDLE)),
            "fill_color": [palette.paper] * (len(w) + 1) + [shade, palette.classes[answer]],
            "line_color": [palette.ink] * (len(w) + 3),
        },
        "sigmoid": {"x": SIGMOID + BEND / 22, "y": MIDDLE + 0.62 * (probability(BEND) - 0.5)},
        "values": {
            "x": [*[INPUTS] * len(w), SUM, ANSWER],
            "y": [*heights, MIDDLE, MIDDLE],
            "text": [*map(number, x), "Σ", str(answer)],
            "text_color": [palette.ink] * (len(w) + 1) + [palette.paper],
        },
        "names": {
            "x": [*[INPUTS] * len(weight), SUM, SIGMOID, ANSWER],
            "y": [*heights[:-1], MIDDLE, MIDDLE, MIDDLE],
            "text": [*names[:-1], f"z = {number(z)}", f"p = {p:.3f}", "answer"],
        },
        "weights": {
            "x": np.full(len(w), INPUTS + share * (SUM - INPUTS)),
            "y": heights + share * (MIDDLE - heights),
            "text": [f"{symbol} = {number(value)}" for symbol, value in zip(symbols, w, strict=True)],
        },
        "working": {
            "x": [5.0] * 3,
            "y": [0.95, 0.5, 0.05],
            "text": [
                f"z = {terms} {'−' if intercept < 0 else '+'} {number(abs(intercept))} = {number(z)}",
                f"p = σ(z) = 1 / (1 + e^({number(-z)})) = {p:.3f}",
                f"{number(threshold)} or more is 1, so the answer is {answer}: "
                + ("right" if answer == truth else f"wrong, the gate says {truth}"),
            ],
        },
    }


def _factor(value: float) -> str:
    return number(value) if value >= 0 else f"({number(value)})"


def _above(plot: Any, element: Any) -> None:
    plot.handles["glyph"].y_offset = -NODE / 2


def _bare(plot: Any, element: Any) -> None:
    plot.state.grid.visible = False


@with_bokeh()
def neuron(columns: Columns, palette: Palette = LIGHT) -> hv.Overlay:
    """Inputs, weights, sum, sigmoid and answer, and below them the same as a calculation."""

    def text(label: str, *styles: str, **style: Any) -> hv.Labels:
        dims = {name: hv.dim(name) for name in styles}
        style = {"text_color": palette.ink, "text_font_size": "0.94rem"} | style | dims
        return hv.Labels(columns[label], ["x", "y"], ["text", *styles], label=label).opts(
            default_tools=[], hooks=[typed, *style.pop("hooks", [])], **style
        )

    layers = [
        hv.Segments(columns["edges"], ["x0", "y0", "x1", "y1"], ["line_color", "line_width"], label="edges").opts(
            line_color=hv.dim("line_color"), line_width=hv.dim("line_width"), line_alpha=0.75, default_tools=[]
        ),
        hv.Points(columns["nodes"], ["x", "y"], ["fill_color", "line_color"], label="nodes").opts(
            size=NODE, line_width=2, fill_color=hv.dim("fill_color"), line_color=hv.dim("line_color"), default_tools=[]
        ),
        hv.Curve(columns["sigmoid"], "x", "y", label="sigmoid").opts(
            color=palette.ink, line_width=2.5, default_tools=[]
        ),
        text("values", "text_color", text_font_size="1.25rem", text_font_style="bold"),
        text("names", text_font_size=TEXT, text_baseline="bottom", hooks=[_above]),
        text("weights", hooks=[on_paper(palette)]),
        text("working"),
    ]
    return hv.Overlay(layers).opts(
        xlim=(0, 10), ylim=(-0.4, 10), xaxis=None, yaxis=None, show_grid=False, show_legend=False, toolbar=None,
        default_tools=[], responsive=True, hooks=[painted(palette, outline_line_color=None, min_border=4), _bare],
    )  # fmt: skip
