"""A model in the plane of its inputs: rows, surface and boundary; and the Lab's picture of all of them."""

from collections.abc import Iterable
from typing import Any

import holoviews as hv
import numpy as np
from bokeh.models import ColumnDataSource, CustomJSHover, HoverTool
from numpy.typing import ArrayLike

from gatesweep.errors import InputError
from gatesweep.gates import Gate, corners
from gatesweep.models import Model, Neuron
from gatesweep.plots.drawn import Columns
from gatesweep.plots.geometry import PLANE, hand_line, level, levels
from gatesweep.plots.geometry import surface as shades
from gatesweep.plots.labels import unit_name
from gatesweep.plots.look import (
    LIGHT,
    LIMIT_STYLES,
    MARKERS,
    TEXT,
    Palette,
    on_paper,
    own_colours,
    painted,
    typed,
    unit_hue,
    with_bokeh,
)
from gatesweep.theory.bayes import bayes_boundary
from gatesweep.theory.lines import best_line

__all__ = [
    "beyond",
    "boundary",
    "corner_columns",
    "limit_columns",
    "line_columns",
    "marked",
    "model_columns",
    "numbers",
    "pinned_columns",
    "plane",
    "points",
    "row_columns",
    "sample_limit_columns",
    "surface",
    "unit_columns",
]

PIXELS = 120
HOVER = """
const {x, y} = special_vars, {w, b, unit, activation} = model.data
const act = {sigmoid: (z) => 1 / (1 + Math.exp(-z)), tanh: Math.tanh, relu: (z) => Math.max(z, 0)}[activation[0]]
const says = ([w1, w2, w3, own, output]) => output && output * act(own + w1 * x + w2 * y + w3 * x * y)
const z = unit.reduce((sum, one) => sum + says(one), b[0] + w[0] * x + w[1] * y + w[2] * x * y)
const p = 1 / (1 + Math.exp(-z))
return format == "label" ? (p >= model.data.threshold[0] ? "1" : "0") : p.toFixed(3)
"""
TIP = """<div style="font: 13px system-ui, sans-serif"><b>x₁</b> $x{0.00} &nbsp; <b>x₂</b> $y{0.00}<br>
<b>p</b> @image{p} &nbsp; class @image{label}</div>"""
LINES = {"boundary": ("solid", 4.0), "p = 0.25": ([7, 5], 1.8), "p = 0.75": ([7, 5], 1.8)}
"""Dash and width of each line of equal probability."""
ARROW, BARB, INSET = 0.17, 0.05, 0.16
"""Length of a hidden neuron's arrow and of its head, and how far from the frame it stands."""
EDGES = {"◂": (-0.86, 0.5), "▸": (1.86, 0.5), "▾": (0.5, -0.92), "▴": (0.5, 1.92)}
"""Where the frame's edges say how many rows lie beyond them."""


@with_bokeh()
def points(X: ArrayLike, y: ArrayLike) -> hv.Overlay:
    """Rows X (n, 2) in the plane, labels y (n,) by colour and marker.

    Example:
        >>> import gatesweep as gs
        >>> X, y = gs.generate_data_with_noise(500, "AND", 0.1, random_state=42)
        >>> [len(layer) for layer in gs.plots.points(X, y)]
        [375, 125]
    """
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
    """Probability of class 1 over the plane for one model: weight (2,) or (3,), intercept a number.

    Example:
        >>> import gatesweep as gs
        >>> picture = gs.plots.surface([6.0, 6.0], -9.0) * gs.plots.boundary([6.0, 6.0], -9.0)
    """
    side = np.linspace(*PLANE, 2 * size + 1)[1::2]
    probability = 0.5 * (1 + np.tanh(0.5 * _logit(weight, intercept, side)))
    return hv.Image((side, side, probability), ["x1", "x2"], "probability").opts(
        cmap=LIGHT.surface, clim=(0, 1), alpha=0.6, colorbar=True, frame_width=400, frame_height=400
    )


@with_bokeh()
def boundary(weight: ArrayLike, intercept: ArrayLike, size: int = 201) -> hv.Contours:
    """Where one model's probability is 0.5: weight (2,) or (3,), intercept a number; may be empty.

    Example:
        >>> import gatesweep as gs
        >>> line = gs.plots.boundary([1.0, 0.0], -0.5)
        >>> sorted({round(float(x), 6) for x in line.data[0]["x1"]})  # x1 = 0.5
        [0.5]
    """
    side = np.linspace(*PLANE, size)
    image = hv.Image((side, side, _logit(weight, intercept, side)), ["x1", "x2"], "logit")
    return hv.operation.contours(image, levels=[0]).opts(color="black", line_width=2, cmap=["black"], show_legend=False)


# --- the Lab's picture ----------------------------------------------------------------------------


def marked(y: np.ndarray, is_test: np.ndarray, palette: Palette) -> dict[str, Any]:
    """Marker, colours and words of rows with labels y (n,): filled for training, hollow for test."""
    hue = np.array(palette.classes)[y]
    return {
        "marker": np.array(MARKERS)[y].tolist(),
        "fill_color": np.where(is_test, palette.paper, hue).tolist(),
        "line_color": np.where(is_test, hue, palette.paper).tolist(),
        "label": y,
        "part": np.where(is_test, "test", "train").tolist(),
    }


def row_columns(X: np.ndarray, y: np.ndarray, is_test: np.ndarray, palette: Palette) -> Columns:
    """Rows X (n, 2) with labels y (n,), and at each edge of the frame the number of those beyond it."""
    known = {sign: count for sign, count in zip(EDGES, beyond(X), strict=True) if count}
    places = np.array([EDGES[sign] for sign in known]).reshape(-1, 2)
    return {
        "rows": {"x1": X[:, 0], "x2": X[:, 1]} | marked(y, is_test, palette),
        "beyond": {"x1": places[:, 0], "x2": places[:, 1], "text": [f"{sign} {n}" for sign, n in known.items()]},
    }


def beyond(X: np.ndarray) -> list[int]:
    """How many rows (n, 2) lie beyond the left, right, lower and upper edge; beyond two, where they are farther out."""
    over = np.column_stack([PLANE[0] - X[:, 0], X[:, 0] - PLANE[1], PLANE[0] - X[:, 1], X[:, 1] - PLANE[1]])
    outside = over[(over > 0).any(1)]
    return np.bincount(outside.argmax(1), minlength=len(EDGES)).tolist()


def corner_columns(gate: Gate | None) -> Columns:
    """The gate's outputs, beside the corners and outwards; of no gate, none."""
    if gate is None:
        return {"outputs": {"x1": np.empty(0), "x2": np.empty(0), "text": []}}
    x1, x2 = (0.5 + 1.7 * (corners(2) - 0.5)).T
    return {"outputs": {"x1": x1, "x2": x2, "text": list(map(str, gate.truth))}}


def model_columns(
    model: Model, wrong: np.ndarray, threshold: float, labels: bool, grips: bool, palette: Palette = LIGHT
) -> Columns:
    """Surface, boundary with its 0.25 and 0.75 contours, misclassified rows (m, 2), each hidden neuron's own line,
    the grips of a line by hand."""
    side = PLANE[1] - PLANE[0]
    image = shades(model, PIXELS, threshold if labels else None)
    is_held = grips and not model.hidden_units and not model.direct[2:].any()
    held = hand_line(model.direct[:2], float(model.intercept)) if is_held else np.empty((0, 2))
    points = {"misclassified": wrong, "grips": held}
    lines = dict(zip(LINES, levels(model, (threshold, 0.25, 0.75)), strict=True))
    return {
        "surface": {"image": [image], "x": [PLANE[0]], "y": [PLANE[0]], "dw": [side], "dh": [side]},
        **{name: {"x1": x1, "x2": x2} for name, (x1, x2) in lines.items()},
        **{name: {"x1": xy[:, 0], "x2": xy[:, 1]} for name, xy in points.items()},
        "model": numbers(model, threshold),
        **unit_columns(model, palette),
    }


def numbers(model: Model, threshold: float) -> dict[str, Any]:
    """All that the browser needs to work out what a model says; every column as long as the longest."""
    length = max(3, model.hidden_units)
    units = np.zeros((length, 5))
    kept = model.units.weight
    units[: len(kept), : kept.shape[1]] = kept
    units[: len(kept), 3], units[: len(kept), 4] = model.units.intercept, model.output_weight
    return {
        "w": np.append(model.direct, np.zeros(length - len(model.direct))),
        "b": [float(model.intercept)] * length,
        "unit": units.tolist(),
        "activation": [model.activation] * length,
        "threshold": [threshold] * length,
    }


def unit_columns(model: Model, palette: Palette) -> Columns:
    """Where each hidden neuron's weighted sum is 0, an arrow to where it is more, and its name at the arrow's tip."""
    lines: dict[str, list] = {"xs": [], "ys": [], "line_color": []}
    names: dict[str, list] = {"x1": [], "x2": [], "text": [], "text_color": []}
    for place in range(model.hidden_units):
        unit = model.units[place]
        line, hue = np.stack(level(unit.weight, float(unit.intercept)), -1), unit_hue(place, palette)
        share = (place + 1) / (model.hidden_units + 1)
        arrow, tip = _arrow(unit, line, share)
        path = np.concatenate([line, np.full((1, 2), np.nan), arrow])
        lines["xs"].append(path[:, 0].tolist())
        lines["ys"].append(path[:, 1].tolist())
        lines["line_color"].append(hue)
        for name, value in zip(names, (*tip, unit_name(place), hue), strict=True):
            names[name] += [value] if len(arrow) else []
    return {"neurons": lines, "neuron names": names}


def _arrow(unit: Neuron, line: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """An arrow, as one stroke, from a neuron's line to where its weighted sum rises; and where its name stands.

    It begins at this share of the line's way through the view; a line that is not in view has none.
    """
    if len(line) == 2:  # A straight one is known by its ends.
        line = line[0] + np.linspace(0, 1, 201)[:, None] * (line[1] - line[0])
    low, high = PLANE[0] + INSET, PLANE[1] - INSET
    seen = line[((line > low) & (line < high)).all(-1)]
    if not len(seen):
        return np.empty((0, 2)), np.zeros(2)
    start = seen[min(int(share * len(seen)), len(seen) - 1)]
    bend = unit.weight[2] if len(unit.weight) == 3 else 0.0
    rise = unit.weight[:2] + bend * start[::-1]
    ahead = rise / (np.hypot(*rise) or 1.0)
    aside = np.array([-ahead[1], ahead[0]])
    tip = start + ARROW * ahead
    barbs = [tip - BARB * (ahead + side * aside) for side in (1, -1)]
    return np.stack([start, tip, barbs[0], tip, barbs[1]]), tip + 0.5 * ARROW * ahead


def line_columns(models: Iterable[Model]) -> Columns:
    """The boundaries of other models, faint."""
    lines = [levels(model, (0.5,), cells=60)[0] for model in models]
    return {"others": {"xs": [x1 for x1, _ in lines], "ys": [x2 for _, x2 in lines]}}


def pinned_columns(model: Model | None) -> Columns:
    """The boundary of the model to compare with, if there is one."""
    [(x1, x2)] = levels(model, (0.5,)) if model else [(np.empty(0), np.empty(0))]
    return {"pinned": {"x1": x1, "x2": x2}}


def limit_columns(gate: Gate | None, noise_level: float = 0.0) -> Columns:
    """The best line and the best boundary of all; of no gate, none."""
    nothing = np.empty(0), np.empty(0)
    weight, intercept = best_line(gate, noise_level) if gate else (np.zeros(2), np.zeros(()))
    line = level(weight, float(intercept))
    best = bayes_boundary(gate, noise_level) if gate else nothing
    return {"best line": {"x1": line[0], "x2": line[1]}, "best boundary": {"x1": best[0], "x2": best[1]}}


def sample_limit_columns(line: Model) -> Columns:
    """The best line on the rows themselves; of any boundary nobody knows the best."""
    [(x1, x2)] = levels(line, (0.5,))
    return {"best line": {"x1": x1, "x2": x2}, "best boundary": {"x1": np.empty(0), "x2": np.empty(0)}}


@with_bokeh()
def plane(columns: Columns, palette: Palette = LIGHT) -> hv.Overlay:
    """The Lab's main picture, of what the functions above give."""
    axes = [hv.Dimension("x1", label="x₁"), hv.Dimension("x2", label="x₂")]
    image, others, outputs = (columns[name] for name in ("surface", "others", "outputs"))
    bounds = (PLANE[0], PLANE[0], PLANE[1], PLANE[1])
    cloud = [np.column_stack(line) for line in zip(others["xs"], others["ys"], strict=True)]
    ink, lines = palette.ink, columns["neurons"]
    units = [{"x1": xs, "x2": ys, "line_color": hue} for xs, ys, hue in zip(*lines.values(), strict=True)]

    def of(kind: Any, label: str, values: Any = (), **style: Any) -> hv.Element:
        return kind(columns[label], axes, list(values), label=label).opts(default_tools=[], **style)

    return hv.Overlay(
        [
            hv.Image(image["image"][0][::-1], axes, "shade", bounds=bounds, label="surface").opts(
                cmap=palette.surface, clim=(0, 255), default_tools=[], hooks=[_hover(columns["model"])]
            ),
            hv.Path(cloud, axes, label="others").opts(color=ink, alpha=0.11, line_width=1.1, default_tools=[]),
            # Under the rows: rings leave them their colours.
            of(hv.Points, "misclassified", marker="circle", size=15, line_width=1.8, fill_alpha=0, line_color=ink),
            of(
                hv.Points, "rows", ("marker", "fill_color", "line_color", "label", "part"), size=8, line_width=1.4,
                **{name: hv.dim(name) for name in ("marker", "fill_color", "line_color")},
            ),
            hv.Contours(units, axes, "line_color", label="neurons").opts(
                line_color=hv.dim("line_color"), line_width=2.2, line_alpha=0.7, default_tools=[],
                hooks=[own_colours(lines["line_color"])],
            ),
            *(
                hv.Curve(columns[name], *axes, label=name).opts(
                    color=colour, line_dash=dash, line_width=width, line_alpha=alpha, default_tools=[]
                )
                for name, (colour, dash, width, alpha) in _others(palette).items()
            ),
            *(
                hv.Curve(columns[name], *axes, label=name).opts(
                    color=ink, line_dash=dash, line_width=width, default_tools=[]
                )
                for name, (dash, width) in LINES.items()
            ),
            hv.Labels(outputs, axes, "text", label="outputs").opts(
                text_color=ink, text_font_size="1.5rem", text_font_style="bold", text_alpha=0.75,
                default_tools=[], hooks=[typed],
            ),
            hv.Labels(columns["neuron names"], axes, ["text", "text_color"], label="neuron names").opts(
                text_color=hv.dim("text_color"), text_font_size=TEXT, text_font_style="bold", default_tools=[],
                hooks=[typed, on_paper(palette), own_colours(columns["neuron names"]["text_color"], "text_color")],
            ),
            hv.Labels(columns["beyond"], axes, "text", label="beyond").opts(
                text_color=ink, text_font_size=TEXT, default_tools=[], hooks=[typed, on_paper(palette)],
            ),
            of(
                hv.Points, "grips", size=20, line_width=3, fill_alpha=0.9, fill_color=palette.best_line, line_color=ink
            ),
        ]
    ).opts(
        xlim=PLANE, ylim=PLANE, show_legend=False, toolbar=None, default_tools=[], responsive=True,
        hooks=[painted(palette, min_border_left=66, min_border_bottom=54, min_border_right=12, min_border_top=12)],
    )  # fmt: skip


def _others(palette: Palette) -> dict[str, tuple[str, Any, float, float]]:
    """Colour, dash, width and opacity of the lines that the model's own is compared with."""
    styles = {"best line": LIMIT_STYLES["best_linear_accuracy"], "best boundary": LIMIT_STYLES["bayes_accuracy"]}
    limits = {name: (getattr(palette, hue), dash, width + 1, 1.0) for name, (hue, dash, width) in styles.items()}
    return {"pinned": (palette.test, "solid", 4.0, 0.75)} | limits


def _hover(numbers: dict[str, Any]) -> Any:
    """A hook: the browser itself works out what the model says under the pointer."""

    def hook(plot: Any, element: Any) -> None:
        model = ColumnDataSource(numbers, name="model")
        says = CustomJSHover(args={"model": model}, code=HOVER)
        on = [plot.handles["glyph_renderer"]]
        tool = HoverTool(renderers=on, tooltips=TIP, formatters={"@image": says}, point_policy="follow_mouse")
        plot.state.add_tools(tool)

    return hook
