"""A model in the plane of its inputs: rows, surface and boundary; and the Lab's picture of all of them."""

from collections.abc import Iterable
from typing import Any

import holoviews as hv
import numpy as np
from bokeh.models import ColumnDataSource, CustomJSHover, HoverTool
from numpy.typing import ArrayLike

from gatesweep.errors import InputError
from gatesweep.gates import Gate, corners
from gatesweep.plots.drawn import Columns
from gatesweep.plots.geometry import PLANE, hand_line, level
from gatesweep.plots.geometry import surface as shades
from gatesweep.plots.look import LIGHT, LIMIT_STYLES, MARKERS, TEXT, Palette, on_paper, painted, typed, with_bokeh
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
    "pinned_columns",
    "plane",
    "points",
    "row_columns",
    "surface",
]

PIXELS = 120
HOVER = """
const w = model.data.w, z = model.data.b[0] + w[0] * special_vars.x + w[1] * special_vars.y
    + w[2] * special_vars.x * special_vars.y
const p = 1 / (1 + Math.exp(-z))
return format == "label" ? (p >= model.data.threshold[0] ? "1" : "0") : p.toFixed(3)
"""
TIP = """<div style="font: 13px system-ui, sans-serif"><b>x₁</b> $x{0.00} &nbsp; <b>x₂</b> $y{0.00}<br>
<b>p</b> @image{p} &nbsp; class @image{label}</div>"""
LINES = {"boundary": ("solid", 4.0), "p = 0.25": ([7, 5], 1.8), "p = 0.75": ([7, 5], 1.8)}
"""Dash and width of each line of equal probability."""
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


def corner_columns(gate: Gate) -> Columns:
    """The gate's outputs, beside the corners and outwards."""
    x1, x2 = (0.5 + 1.7 * (corners(2) - 0.5)).T
    return {"outputs": {"x1": x1, "x2": x2, "text": list(map(str, gate.truth))}}


def model_columns(
    weight: np.ndarray, intercept: float, wrong: np.ndarray, threshold: float, labels: bool, grips: bool
) -> Columns:
    """Surface, boundary with its 0.25 and 0.75 contours, misclassified rows (m, 2), the grips of a line by hand."""
    side = PLANE[1] - PLANE[0]
    image = shades(weight, intercept, PIXELS, threshold if labels else None)
    held = hand_line(weight[:2], intercept) if grips and not weight[2:].any() else np.empty((0, 2))
    points = {"misclassified": wrong, "grips": held}
    lines = dict(zip(LINES, (threshold, 0.25, 0.75), strict=True))
    return {
        "surface": {"image": [image], "x": [PLANE[0]], "y": [PLANE[0]], "dw": [side], "dh": [side]},
        **{name: dict(zip(("x1", "x2"), level(weight, intercept, p), strict=True)) for name, p in lines.items()},
        **{name: {"x1": xy[:, 0], "x2": xy[:, 1]} for name, xy in points.items()},
        "model": {
            "w": np.append(weight, np.zeros(3 - len(weight))),
            "b": [intercept] * 3,
            "threshold": [threshold] * 3,
        },
    }


def line_columns(models: Iterable[tuple[np.ndarray, float]]) -> Columns:
    """The boundaries of other models, faint."""
    lines = [level(weight, intercept) for weight, intercept in models]
    return {"others": {"xs": [x1 for x1, _ in lines], "ys": [x2 for _, x2 in lines]}}


def pinned_columns(weight: np.ndarray, intercept: float) -> Columns:
    """The boundary of the model to compare with; no weights, no line."""
    x1, x2 = level(weight, intercept) if len(weight) else (np.empty(0), np.empty(0))
    return {"pinned": {"x1": x1, "x2": x2}}


def limit_columns(gate: Gate | None, noise_level: float = 0.0) -> Columns:
    """The best line and the best boundary of all; of no gate, none."""
    nothing = np.empty(0), np.empty(0)
    weight, intercept = best_line(gate, noise_level) if gate else (np.zeros(2), np.zeros(()))
    line = level(weight, float(intercept))
    best = bayes_boundary(gate, noise_level) if gate else nothing
    return {"best line": {"x1": line[0], "x2": line[1]}, "best boundary": {"x1": best[0], "x2": best[1]}}


@with_bokeh()
def plane(columns: Columns, palette: Palette = LIGHT) -> hv.Overlay:
    """The Lab's main picture, of what the functions above give."""
    axes = [hv.Dimension("x1", label="x₁"), hv.Dimension("x2", label="x₂")]
    image, others, outputs = (columns[name] for name in ("surface", "others", "outputs"))
    bounds = (PLANE[0], PLANE[0], PLANE[1], PLANE[1])
    cloud = [np.column_stack(line) for line in zip(others["xs"], others["ys"], strict=True)]
    ink = palette.ink

    def of(kind: Any, label: str, values: Any = (), **style: Any) -> hv.Element:
        return kind(columns[label], axes, list(values), label=label).opts(default_tools=[], **style)

    return hv.Overlay(
        [
            hv.Image(image["image"][0][::-1], axes, "shade", bounds=bounds, label="surface").opts(
                cmap=palette.surface, clim=(0, 255), default_tools=[], hooks=[_hover(columns["model"])]
            ),
            hv.Path(cloud, axes, label="others").opts(color=ink, alpha=0.11, line_width=1.1, default_tools=[]),
            of(
                hv.Points, "rows", ("marker", "fill_color", "line_color", "label", "part"), size=8, line_width=1.4,
                **{name: hv.dim(name) for name in ("marker", "fill_color", "line_color")},
            ),
            of(
                hv.Points, "misclassified", marker="circle", size=15, line_width=1.8, fill_alpha=0, line_color=ink
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
            hv.Labels(columns["beyond"], axes, "text", label="beyond").opts(
                text_color=ink, text_font_size=TEXT, default_tools=[], hooks=[typed, on_paper(palette)],
            ),
            of(
                hv.Points, "grips", size=20, line_width=3, fill_alpha=0.9, fill_color=palette.best_line, line_color=ink
            ),
        ]
    ).opts(
        xlim=PLANE, ylim=PLANE, show_legend=False, toolbar=None, default_tools=[], responsive=True,
        hooks=[painted(palette, min_border_left=74, min_border_bottom=74, min_border_right=12, min_border_top=12)],
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
