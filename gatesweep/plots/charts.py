"""The Lab's small charts: accuracies on one axis, losses by epoch, and what other seeds give."""

from collections.abc import Sequence
from typing import Any

import holoviews as hv
import numpy as np
from bokeh.models import HoverTool, LinearAxis

from gatesweep.plots.drawn import Columns
from gatesweep.plots.labels import percent
from gatesweep.plots.look import LIGHT, TEXT, TICK, Palette, paint, painted, typed, unfading, with_bokeh

__all__ = [
    "MEASURES",
    "OWN_MEASURES",
    "accuracies",
    "accuracy_columns",
    "count_span",
    "hand_columns",
    "loss_columns",
    "loss_span",
    "losses",
    "mark_columns",
    "number_labels",
    "population",
    "population_columns",
]

MEASURES = ("train", "test", "exact", "best line", "Bayes")
OWN_MEASURES = ("train", "test", "5 folds", "best line", "majority")
"""The same five rows for own data, of which nobody knows the true distribution."""
MARKS = ("circle", "circle", "diamond", "dash", "dash")
WIDTHS = (5, 5, 5, 2, 2)
"""Of each bar: a limit is an upright stroke at the end of a thin line, and so unlike a score."""
BINS = np.linspace(0, 1, 41)
LEAST_SPAN = 0.1
"""Nats that the axis of the losses spans at least: 0.693 to 0.6945 is no explosion."""
LINE_HEIGHT = 0.17
"""A line of text, of the height of a small chart."""
TICKS = 3
"""Ticks that do not touch in the height that a small screen leaves."""


def _chart(palette: Palette, *adjust: Any, border: int = 6, **options: Any) -> dict[str, Any]:
    """Options of a small chart; `adjust` are hooks for what has no option."""
    bare = painted(palette, outline_line_color=None, min_border=border)
    return {"toolbar": None, "responsive": True, "hooks": [bare, *adjust]} | options


def _few_ticks(plot: Any, element: Any) -> None:
    plot.state.yaxis.ticker.desired_num_ticks = TICKS


def _hover(*tooltips: tuple[str, str], **options: Any) -> Any:
    """A hook: what the pointer is on says its numbers."""

    def hook(plot: Any, element: Any) -> None:
        on = [plot.handles["glyph_renderer"]]
        plot.state.add_tools(HoverTool(renderers=on, tooltips=list(tooltips), limit=1, **options))

    return hook


def _whole(axis: str) -> Any:
    """A hook: ticks of an axis at whole numbers only."""

    def hook(plot: Any, element: Any) -> None:
        getattr(plot.state, axis).ticker.min_interval = 1

    return hook


def mark_columns(label: str, x: float) -> Columns:
    """Where an upright line stands."""
    return {label: {"x": [x]}}


def _mark(columns: Columns, label: str, **style: Any) -> hv.VLines:
    return hv.VLines({"x": columns[label]["x"]}, label=label).opts(default_tools=[], show_legend=False, **style)


# --- accuracies -----------------------------------------------------------------------------------


def accuracy_columns(values: np.ndarray, palette: Palette, meanings: Sequence[str] = ("",) * 5) -> Columns:
    """Train, test and exact accuracy, that of the best line, and the Bayes limit: (5,); what each means, for hover."""
    row = np.arange(len(values), dtype=float)[::-1]
    colour = [palette.train, palette.test, palette.exact, palette.best_line, palette.bayes]
    return {
        "bars": {
            "x0": 0 * values,
            "y0": row,
            "x1": values,
            "y1": row,
            "line_color": colour,
            "line_width": list(WIDTHS),
        },
        "limits": {
            "x0": values[3:],
            "y0": row[3:] - 0.38,
            "x1": values[3:],
            "y1": row[3:] + 0.38,
            "line_color": colour[3:],
        },
        "marks": {
            "value": values,
            "row": row,
            "marker": list(MARKS),
            "fill_color": colour,
            "line_color": colour,
            "meaning": list(meanings),
        },
    }


def number_labels(columns: Columns) -> dict[float, str]:
    """What the axis of the numbers says in each row."""
    marks = columns["marks"]
    return {
        row: "–" if np.isnan(value) else percent(value)
        for row, value in zip(marks["row"].tolist(), marks["value"].tolist(), strict=True)
    }


@with_bokeh()
def accuracies(columns: Columns, palette: Palette = LIGHT) -> hv.Overlay:
    """Three accuracies with the two limits, as marks on one axis; the numbers are an axis of their own.

    An axis takes the room that its labels need, in whatever font the browser has.
    """

    def rows(plot: Any, element: Any) -> None:
        fig = plot.state
        fig.xaxis.ticker, fig.ygrid.visible = [0, 0.25, 0.5, 0.75, 1], False
        places = columns["marks"]["row"].tolist()
        numbers = LinearAxis(ticker=places, major_label_overrides=number_labels(columns), name="numbers")
        fig.add_layout(numbers, "right")
        paint(fig, palette)
        for axis in fig.yaxis:
            axis.major_label_text_color = palette.ink
        # Material UI gives every axis a style of its own, which these come before.
        numbers.styles = {
            "--bk-major-label-text-font-style": "bold",
            "--bk-major-label-text-color": "var(--panel-on-surface-color)",
        }

    bars = hv.Segments(columns["bars"], ["x0", "y0", "x1", "y1"], ["line_color", "line_width"], label="bars")
    limits = hv.Segments(columns["limits"], ["x0", "y0", "x1", "y1"], ["line_color"], label="limits")
    drawn = ["marker", "fill_color", "line_color"]
    marks = hv.Points(columns["marks"], ["value", "row"], [*drawn, "meaning"], label="marks")
    styles = {name: hv.dim(name) for name in drawn}
    layers = [
        bars.opts(
            line_color=hv.dim("line_color"),
            line_width=hv.dim("line_width"),
            line_alpha=0.45,
            default_tools=[],
        ),
        limits.opts(line_color=hv.dim("line_color"), line_width=5, default_tools=[]),
        marks.opts(size=13, default_tools=[], hooks=[_hover(("", "@meaning"))], **styles),
    ]
    names = list(zip(columns["marks"]["row"].tolist(), MEASURES, strict=True))
    look = _chart(palette, rows, xlim=(0, 1.04), ylim=(-0.5, 4.5), yticks=names, xlabel="", ylabel="")
    return hv.Overlay(layers).opts(show_legend=False, **look)


# --- losses ---------------------------------------------------------------------------------------


def loss_columns(train: np.ndarray, test: np.ndarray) -> Columns:
    """Mean log loss of train and test rows before the first epoch and after each."""
    epoch = np.arange(len(train))
    return {
        "train": {"epoch": epoch, "train": train, "test": test},
        "test": {"epoch": epoch, "test": test},
    }


def hand_columns(loss: float | None, span: tuple[float, float] = (0, 1)) -> Columns:
    """The training loss of a model set by hand, across all epochs; None where there is none. `span`: of the axis."""
    known = [] if loss is None or not np.isfinite(loss) else [loss]
    # Below its line where there is room for it, else above; clear of the line's own width.
    low, high = span
    places = [value + (high - low) * (-0.04 if value > (low + high) / 2 else LINE_HEIGHT) for value in known]
    text = [f"\N{NO-BREAK SPACE}by hand {value:.3f}" for value in known]
    return {"by hand": {"y": known}, "by hand's value": {"epoch": [0] * len(known), "loss": places, "text": text}}


def loss_span(train: np.ndarray, test: np.ndarray, hand: float | None = None) -> dict[str, tuple[float, float]]:
    """What `Drawn.span` must show of them, and of a line set by hand."""
    losses = np.concatenate([train, test, [] if hand is None else [hand]])
    known = losses[np.isfinite(losses)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    # Losses that hardly differ lie on nearly one line, not far apart.
    room = max(0.05 * (high - low), (LEAST_SPAN - (high - low)) / 2)
    return {"x": (0, max(len(train) - 1, 1)), "y": (max(low - room, 0.0), high + room)}


def loss_tooltips(unit: str) -> list[tuple[str, str]]:
    """What the pointer on the losses reads; `unit`: what an epoch is called (see `Solver.unit`)."""
    return [(unit, "@epoch"), ("train", "@train{0.0000}"), ("test", "@test{0.0000}")]


@with_bokeh()
def losses(columns: Columns, palette: Palette = LIGHT) -> hv.Overlay:
    """Log loss by epoch, with the epoch shown."""
    span = loss_span(columns["train"]["train"], columns["test"]["test"])
    styles = {"train": (palette.train, "solid"), "test": (palette.test, [5, 4])}
    say = _hover(*loss_tooltips("epoch"), mode="vline")
    curves = [
        hv.Curve(columns[part], "epoch", [part, *also], label=part).opts(
            color=colour, line_dash=dash, line_width=2.6, default_tools=[], hooks=[say] if also else []
        )
        for (part, (colour, dash)), also in zip(styles.items(), (["test"], []), strict=True)
    ]
    hand = [
        hv.HLines({"y": columns["by hand"]["y"]}, label="by hand").opts(
            line_color=palette.best_line, line_width=2.5, default_tools=[], show_legend=False
        ),
        hv.Labels(columns["by hand's value"], ["epoch", "loss"], "text", label="by hand's value").opts(
            text_color=palette.ink, text_font_size=TEXT, text_align="left", text_baseline="top",
            default_tools=[], hooks=[typed],
        ),
    ]  # fmt: skip
    look = _chart(
        palette, _few_ticks, _whole("xaxis"), xlim=span["x"], ylim=span["y"], xlabel="epoch", ylabel="log loss"
    )
    legend = {"orientation": "horizontal", "border_line_color": None, "padding": 2, "label_text_font_size": TICK}
    mark = _mark(columns, "epoch shown", line_color=palette.muted, line_width=2)
    return hv.Overlay([*curves, *hand, mark]).opts(legend_position="top_right", legend_opts=legend, **look)


# --- other seeds ----------------------------------------------------------------------------------


def population_columns(accuracy: np.ndarray) -> Columns:
    """How many of the seeds' exact accuracies (n,) fall into each of 40 bins."""
    count, edges = np.histogram(np.clip(accuracy, 0, 1), BINS)
    return {"seeds": {"left": edges[:-1], "right": edges[1:], "top": count}}


@with_bokeh()
def population(columns: Columns, palette: Palette = LIGHT) -> hv.Overlay:
    """Exact accuracies of many seeds, with the one on show marked."""
    count = columns["seeds"]["top"]
    say = _hover(("exact accuracy", "@left{0.0%} to @right{0.0%}"), ("seeds", "@top"))
    bars = hv.Histogram((BINS, count), kdims="exact accuracy", vdims="seeds", label="seeds").opts(
        fill_color=palette.muted, line_color=palette.paper, tools=["tap"], default_tools=[], hooks=[unfading, say]
    )
    look = _chart(palette, _few_ticks, _whole("yaxis"), xlim=(0, 1), ylim=count_span(count)["y"])
    mark = _mark(columns, "this seed", line_color=palette.classes[1], line_width=3)
    return hv.Overlay([bars, mark]).opts(show_legend=False, xlabel="exact accuracy", ylabel="seeds", **look)


def count_span(count: np.ndarray) -> dict[str, tuple[float, float]]:
    """What `Drawn.span` must show of the bars."""
    return {"y": (0, 1.05 * max(int(count.max()), 1))}
