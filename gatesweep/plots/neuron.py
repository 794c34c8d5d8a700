"""A model with its numbers, from its inputs to its answer: what a lecture draws on the board first.

One neuron, or a hidden layer of them and one more that weighs what they say: drawn by the same rules.
"""

from dataclasses import dataclass
from typing import Any

import holoviews as hv
import numpy as np
from bokeh.models import HoverTool

from gatesweep.features import expand
from gatesweep.models import Model
from gatesweep.plots.drawn import Columns
from gatesweep.plots.geometry import probability
from gatesweep.plots.labels import number, subscript, unit_name
from gatesweep.plots.look import LIGHT, TEXT, Palette, on_paper, painted, typed, unit_hue, with_bokeh

__all__ = ["HEIGHTS", "INPUTS", "neuron", "neuron_columns"]

INPUTS = 0.9
FLOW, FLOW_BEHIND_A_LAYER = (4.8, 7.05, 9.2), (6.3, 7.9, 9.3)
"""Where sum, sigmoid and answer stand from left to right, on a square of side 10, and where with hidden neurons."""
HIDDEN = 3.75
MIDDLE = 5.4
HEIGHTS = {3: (8.4, 5.4, 2.4), 4: (8.9, 6.5, 4.1, 1.7)}
"""How high each input stands, the constant 1 last, by their number."""
TOP, BOTTOM = 9.0, 1.9
"""Between which the hidden neurons stand, and below them a constant 1 of their own."""
NAMES = ("x₁", "x₂", "x₁x₂")
WIDEST = 9.0
"""Pixels of the edge with the largest weight of its layer."""
NODE = 46
"""Pixels across a node; hidden ones are smaller where they are many."""
FEW, MANY = 4, 8
"""Hidden neurons that have room for their value, and for their name; of more the pointer tells both."""
WRITTEN = 2
"""Hidden neurons whose every weight has room to be written beside its edge."""
TOLD = ("whose", "number")
"""What the pointer reads off an edge or a node."""
BEND = np.linspace(-6, 6, 41)
TIP = "<div style='font:13px system-ui,sans-serif;padding:2px'>@whose <b>@number</b></div>"


@dataclass(frozen=True)
class _Layer:
    """Nodes one above the other, the constant 1 last."""

    x: float
    heights: np.ndarray
    names: list[str]
    values: np.ndarray
    weights: np.ndarray
    """(node of the next layer, node)"""
    symbols: list[list[str]]
    """What each weight is called, in the same order."""

    @property
    def widths(self) -> np.ndarray:
        known = np.abs(self.weights)
        largest = known[np.isfinite(known)].max(initial=0) or 1.0
        return np.clip(WIDEST * np.minimum(np.nan_to_num(known / largest, nan=1.0), 1.0), 1.0, WIDEST)


def _layers(model: Model, inputs: tuple[float, float]) -> list[_Layer]:
    """The inputs, and the hidden neurons if there are any; what each says."""
    point = np.array(inputs, dtype=float)
    x = np.append(expand(point, model.features), 1.0)
    names = [*NAMES[: len(x) - 1], "1"]
    heights, n = np.array(HEIGHTS[len(x)]), model.hidden_units
    of = [f"w{subscript(i + 1)}" for i in range(len(x) - 1)]
    if not n:
        own = np.append(model.direct, model.intercept)[None]
        return [_Layer(INPUTS, heights, names, x, own, [[*of, "intercept"]])]
    units = model.units
    lines = np.column_stack([units.weight, units.intercept])
    first = _Layer(INPUTS, heights, names, x, lines, [[*of, "intercept"]] * n)
    says = np.append(model.hidden(point), 1.0)
    weights = np.append(model.output_weight, model.intercept)[None]
    heights = np.append(np.linspace(TOP, BOTTOM + (2.2 if n <= FEW else 1.2), n) if n > 1 else [MIDDLE + 0.6], BOTTOM)
    symbols = [*(f"v{subscript(u + 1)}" for u in range(n)), "intercept"]
    hidden = _Layer(HIDDEN, heights, [*(unit_name(u) for u in range(n)), "1"], says, weights, [symbols])
    return [first, hidden]


def neuron_columns(
    model: Model, inputs: tuple[float, float], truth: int, threshold: float, palette: Palette, of: str = "gate"
) -> Columns:
    """A model that is shown the two `inputs`, for which what they are `of` (the gate, a row) says `truth`.

    An edge is as wide as its weight is large, and has the colour of the class that it speaks for.
    """
    layers, n = _layers(model, inputs), model.hidden_units
    last = layers[-1]
    with np.errstate(invalid="ignore"):
        z = float(last.values @ last.weights[0])
    p = float(probability(np.array(z))) if np.isfinite(z) else np.nan
    answer = int(p >= threshold)
    flow = np.array(FLOW_BEHIND_A_LAYER if n else FLOW)
    shade = palette.surface[round(255 * p)] if np.isfinite(p) else palette.paper
    size = NODE if n <= FEW else 30 if n <= MANY else 17
    hues = [unit_hue(u, palette) for u in range(n)]

    edges: dict[str, list] = {name: [] for name in ("x0", "y0", "x1", "y1", "line_color", "line_width", *TOLD)}
    labels: dict[str, list] = {"x": [], "y": [], "text": []}
    for place, layer in enumerate(layers):
        is_last = layer is last
        ahead = flow[0] if is_last else layers[place + 1].x
        goals = [MIDDLE] if is_last else layers[place + 1].heights[:-1]
        written = n <= (FEW if is_last else WRITTEN)
        for goal, height in enumerate(goals):
            for i, weight in enumerate(layer.weights[goal]):
                symbol = layer.symbols[goal][i]
                whose = "" if is_last else f"{unit_name(goal)}: "
                ends = (layer.x, layer.heights[i], ahead, height)
                looks = (palette.classes[int(weight > 0)], layer.widths[goal, i])
                told = (f"{whose}{symbol} =", number(weight))
                for name, value in zip(edges, (*ends, *looks, *told), strict=True):
                    edges[name].append(value)
                if written:
                    # Near the first end, where the edges are still apart; of two neurons the second a bit farther on.
                    share = 0.42 if not n else 0.3 if is_last else 0.27 + 0.33 * goal
                    labels["x"].append(layer.x + share * (ahead - layer.x))
                    labels["y"].append(layer.heights[i] + share * (height - layer.heights[i]))
                    labels["text"].append(f"{symbol} = {number(weight)}" if not n else number(weight))
    for i in range(2):
        plain = (flow[i], MIDDLE, flow[i + 1], MIDDLE, palette.muted, 2.0, "", "")
        for name, value in zip(edges, plain, strict=True):
            edges[name].append(value)

    nodes: dict[str, list] = {name: [] for name in ("x", "y", "fill_color", "line_color", "size", *TOLD)}
    values: dict[str, list] = {name: [] for name in ("x", "y", "text", "text_color")}
    names: dict[str, list] = {name: [] for name in ("x", "y", "text")}

    def stand(x: float, y: float, value: str, name: str, fill: str, line: str, wide: int = NODE, ink: str = "") -> None:
        """A node: what it says within, what it is called above."""
        for column, entry in zip(nodes.values(), (x, y, fill, line, wide, name or "constant", value), strict=True):
            column.append(entry)
        if wide >= 30:
            for column, entry in zip(values.values(), (x, y, value, ink or palette.ink), strict=True):
                column.append(entry)
        if name and wide >= NODE:
            for column, entry in zip(names.values(), (x, y, name), strict=True):
                column.append(entry)

    for place, layer in enumerate(layers):
        for i, (height, name, value) in enumerate(zip(layer.heights, layer.names, layer.values, strict=True)):
            is_unit = place == 1 and i < n
            line, wide = (hues[i], size) if is_unit else (palette.ink, NODE)
            text = _short(value) if is_unit else number(value)
            within = name if is_unit and n > FEW else text
            stand(layer.x, height, within, "" if name == "1" else name, palette.paper, line, wide)
            if is_unit:
                nodes["number"][-1], nodes["whose"][-1] = text, f"{name} ="
    paper = palette.paper
    stand(flow[0], MIDDLE, "Σ", f"z = {number(z)}", paper, palette.ink)
    stand(flow[1], MIDDLE, "", f"p = {p:.3f}", shade, palette.ink)
    stand(flow[2], MIDDLE, str(answer), "answer", palette.classes[answer], palette.ink, ink=paper)
    for column in values.values():
        del column[-2]  # The sigmoid is drawn, not written.
    return {
        "edges": edges,
        "nodes": nodes,
        "sigmoid": {"x": flow[1] + BEND / 22, "y": MIDDLE + 0.62 * (probability(BEND) - 0.5)},
        "values": values,
        "names": names,
        "weights": labels,
        "working": {
            "x": [5.0] * 3,
            "y": [0.95, 0.5, 0.05],
            "text": [
                f"z = {_terms(last)} = {number(z)}",
                f"p = σ(z) = 1 / (1 + e^({number(-z)})) = {p:.3f}",
                f"{number(threshold)} or more is 1, so the answer is {answer}: "
                + ("right" if answer == truth else f"wrong, the {of} says {truth}"),
            ],
        },
    }


def _short(value: float) -> str:
    """As much of it as a node has room for."""
    if not np.isfinite(value):
        return "?"
    return f"{value:.2f}".replace("-", "−") if abs(value) < 10 else number(round(value))


def _terms(layer: _Layer) -> str:
    *weights, intercept = layer.weights[0]
    if len(weights) > FEW:
        return f"{len(weights)} hidden neurons, weighed, {_signed(intercept)}"
    written = _short if layer.x == HIDDEN else number
    said = " ".join(f"{_signed(w)}·{written(v)}" for w, v in zip(weights, layer.values, strict=False))
    return f"{said[0].strip('+')}{said[2:]} {_signed(intercept)}"


def _signed(value: float) -> str:
    """A term of a sum, with the sign that joins it to the one before."""
    return f"{'−' if value < 0 else '+'} {number(abs(value))}"


def _above(plot: Any, element: Any) -> None:
    plot.handles["glyph"].y_offset = -NODE / 2


def _bare(plot: Any, element: Any) -> None:
    plot.state.grid.visible = False


def _told(plot: Any, element: Any) -> None:
    plot.state.add_tools(HoverTool(renderers=[plot.handles["glyph_renderer"]], tooltips=TIP))


@with_bokeh()
def neuron(columns: Columns, palette: Palette = LIGHT) -> hv.Overlay:
    """Inputs, weights, hidden neurons, sum, sigmoid and answer, and below them the same as a calculation."""

    def text(label: str, *styles: str, **style: Any) -> hv.Labels:
        dims = {name: hv.dim(name) for name in styles}
        style = {"text_color": palette.ink, "text_font_size": "0.94rem"} | style | dims
        return hv.Labels(columns[label], ["x", "y"], ["text", *styles], label=label).opts(
            default_tools=[], hooks=[typed, *style.pop("hooks", [])], **style
        )

    line, node = ("line_color", "line_width"), ("fill_color", "line_color", "size")
    layers = [
        hv.Segments(columns["edges"], ["x0", "y0", "x1", "y1"], [*line, *TOLD], label="edges").opts(
            line_alpha=0.75, default_tools=[], hooks=[_told], **{name: hv.dim(name) for name in line}
        ),
        hv.Points(columns["nodes"], ["x", "y"], [*node, *TOLD], label="nodes").opts(
            line_width=2.5, default_tools=[], hooks=[_told], **{name: hv.dim(name) for name in node}
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
