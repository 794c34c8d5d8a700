"""What a table's models look like: coefficients with their intervals, scores along C, and one model on its rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import holoviews as hv
import numpy as np
from bokeh.models import HoverTool, PlainText
from bokeh.plotting import figure

from gatesweep.plots.drawn import Columns
from gatesweep.plots.geometry import probability
from gatesweep.plots.look import LIGHT, MARKERS, Palette, painted, typed, with_bokeh

__all__ = [
    "along_C",
    "along_columns",
    "along_span",
    "forest",
    "forest_columns",
    "forest_span",
    "name_rows",
    "on_rows",
    "row_columns",
    "row_span",
]

LONGEST = 22
"""Letters of a label at an axis; the pointer reads the rest."""
POINTS = 201
TIP = [
    ("", "@who"),
    ("estimate", "@estimate{0.000}"),
    ("interval", "@low{0.000} to @high{0.000}"),
    ("rows", "@n{0,0}"),
    ("status", "@status"),
]


def _hook(tips: list[tuple[str, str]]) -> Any:
    def hook(plot: Any, element: Any) -> None:
        plot.state.add_tools(HoverTool(renderers=[plot.handles["glyph_renderer"]], tooltips=tips, limit=1))

    return hook


def _look(palette: Palette, **options: Any) -> dict[str, Any]:
    bare = painted(palette, outline_line_color=None, min_border_left=12, min_border_right=14, min_border_top=10)
    return {"toolbar": None, "responsive": True, "default_tools": [], "show_legend": False, "hooks": [bare]} | options


# --- coefficients with intervals ------------------------------------------------------------------


def forest_columns(
    names: Sequence[str],
    numbers: Mapping[str, np.ndarray],
    n: np.ndarray,
    status: Sequence[str],
    chosen: int | None,
    palette: Palette,
) -> Columns:
    """Rows from above: estimate, low and high of each, all of them (rows,); `chosen` is the one that is looked at."""
    y = -np.arange(len(names), dtype=float)
    low, high = numbers["low"], numbers["high"]
    colour = np.where(np.arange(len(names)) == (-1 if chosen is None else chosen), palette.classes[1], palette.train)
    known = np.isfinite(numbers["estimate"])
    ends = known & np.isfinite(low) & np.isfinite(high)
    says = {"who": list(names), "low": low, "high": high, "n": n, "status": list(status)}
    return {
        "intervals": {
            "x0": low[ends],
            "y0": y[ends],
            "x1": high[ends],
            "y1": y[ends],
            "line_color": colour[ends].tolist(),
        },
        "estimates": {
            "estimate": numbers["estimate"][known],
            "row": y[known],
            "fill_color": colour[known].tolist(),
            **{name: np.asarray(values)[known].tolist() for name, values in says.items()},
        },
        "without": {
            "x": np.full((~known).sum(), (low[ends].min(initial=0) + high[ends].max(initial=0)) / 2),
            "y": y[~known],
            "text": [f"no estimate: {word}" for word, is_known in zip(status, known, strict=True) if not is_known],
        },
        "zero": {"x": [0.0]},
    }


def forest_span(columns: Columns, n_rows: int) -> dict[str, tuple[float, float]]:
    """What `Drawn.span` must show: 0 and all of these intervals; where a few reach far out, nine of ten of them."""
    ends = np.concatenate([columns["intervals"]["x0"], columns["intervals"]["x1"], columns["estimates"]["estimate"]])
    low, high = (0.0, 0.0) if not len(ends) else (min(0.0, float(ends.min())), max(0.0, float(ends.max())))
    if len(ends) > 20:
        first, middle, last = np.quantile(ends, [0.05, 0.5, 0.95])
        room = 4 * max(last - first, 1e-9)
        low, high = max(low, min(0.0, middle - room)), min(high, max(0.0, middle + room))
    room = 0.04 * ((high - low) or 1.0)
    return {"x": (low - room, high + room), "y": (0.6 - n_rows, 0.6)}


def name_rows(fig: figure, names: Sequence[str]) -> None:
    """The labels at the forest's side. They may come from anyone: no TeX is made of them."""
    short = [name if len(name) <= LONGEST else name[: LONGEST - 1] + "…" for name in names]
    fig.yaxis[0].update(
        ticker=[-i for i in range(len(names))],
        major_label_overrides={-i: PlainText(text=text) for i, text in enumerate(short)},
    )


@with_bokeh()
def forest(columns: Columns, palette: Palette = LIGHT) -> hv.Overlay:
    """Estimates with their intervals, one below the other."""
    line = {"color": palette.muted, "line_width": 1.2, "line_dash": "dashed", "default_tools": []}
    layers = [
        hv.VLines({"x": columns["zero"]["x"]}, label="zero").opts(**line),
        hv.Segments(columns["intervals"], ["x0", "y0", "x1", "y1"], ["line_color"], label="intervals").opts(
            line_color=hv.dim("line_color"), line_width=3, line_alpha=0.6, default_tools=[]
        ),
        hv.Points(
            columns["estimates"], ["estimate", "row"], ["fill_color", "who", "low", "high", "n", "status"],
            label="estimates",
        ).opts(
            marker="square", size=9, fill_color=hv.dim("fill_color"), line_color=palette.paper,
            default_tools=[], hooks=[_hook(TIP)],
        ),
        hv.Labels(columns["without"], ["x", "y"], "text", label="without").opts(
            text_color=palette.muted, text_font_size="0.8rem", text_align="center", default_tools=[], hooks=[typed]
        ),
    ]  # fmt: skip
    return hv.Overlay(layers).opts(xlabel="coefficient", ylabel="", **_look(palette, xlim=(-1, 1), ylim=(-1, 1)))


# --- along C --------------------------------------------------------------------------------------


def along_columns(C: np.ndarray, values: Mapping[str, np.ndarray], chosen: float) -> Columns:
    """Of one group: mean log loss (values,) on the rows of the fit and on those held out, where known; C chosen."""
    order = np.argsort(C)
    finite = order[np.isfinite(C[order])]  # Without a penalty C has no place on the axis.
    empty = np.full(len(finite), np.nan)
    columns: Columns = {
        label: {"C": C[finite], "loss": values[name][finite] if name in values else empty}
        for label, name in (("train", "train_loss"), ("held out", "held_out_loss"))
    }
    return columns | {"chosen": {"x": [chosen if np.isfinite(chosen) else np.nan]}}


def along_span(columns: Columns) -> dict[str, tuple[float, float]]:
    """What `Drawn.span` must show of them."""
    C = np.asarray(columns["train"]["C"])
    loss = np.concatenate([columns[name]["loss"] for name in ("train", "held out")])
    loss = loss[np.isfinite(loss)]
    high = float(loss.max()) if len(loss) else 1.0
    return {"x": (C.min() / 1.3, C.max() * 1.3) if len(C) else (0.1, 10.0), "y": (0.0, 1.08 * high or 1.0)}


@with_bokeh()
def along_C(columns: Columns, palette: Palette = LIGHT) -> hv.Overlay:
    """Log losses over the inverse strength of the penalty."""
    styles = {"train": (palette.train, "solid"), "held out": (palette.test, [5, 4])}
    curves = [
        hv.Curve(columns[label], "C", "loss", label=label).opts(
            color=colour, line_dash=dash, line_width=2.6, default_tools=[],
            hooks=[_hook([("C", "@C{0.[000]}"), (f"log loss, {label}", "@loss{0.0000}")])],
        )
        for label, (colour, dash) in styles.items()
    ]  # fmt: skip
    mark = hv.VLines({"x": columns["chosen"]["x"]}, label="chosen").opts(
        color=palette.muted, line_width=2, default_tools=[]
    )
    look = _look(palette, xlim=(0.1, 10), ylim=(0, 1), logx=True)
    return hv.Overlay([*curves, mark]).opts(xlabel="C (inverse penalty)", ylabel="log loss", **look)


# --- one model on its rows ------------------------------------------------------------------------


def row_columns(logit: np.ndarray, y: np.ndarray, palette: Palette) -> Columns:
    """Rows of a group by the logit that its model gives them, at the height of their class 0 or 1."""
    low, high = row_span(logit)["x"]
    z = np.linspace(low, high, POINTS)
    label = y.astype(int)
    # Rows of one class would lie upon each other: each has a height of its own, the same at every look.
    spread = 0.05 * np.cos(2.4 * np.arange(len(y)))
    return {
        "curve": {"z": z, "p": probability(z)},
        "rows": {
            "z": logit, "p": y + spread, "fill_color": np.array(palette.classes)[label].tolist(),
            "marker": np.array(MARKERS)[label].tolist(), "label": label, "probability": probability(logit),
        },
    }  # fmt: skip


def row_span(logit: np.ndarray) -> dict[str, tuple[float, float]]:
    """What `Drawn.span` must show of them."""
    reach = 1.05 * float(np.abs(logit[np.isfinite(logit)]).max(initial=4.0))
    return {"x": (-reach, reach)}


@with_bokeh()
def on_rows(columns: Columns, palette: Palette = LIGHT) -> hv.Overlay:
    """Rows at their class over their logit, and the probability that the model makes of it."""
    styles = ("fill_color", "marker")
    curve = hv.Curve(columns["curve"], "z", "p", label="curve")
    rows = hv.Points(columns["rows"], ["z", "p"], [*styles, "label", "probability"], label="rows")
    layers = [
        curve.opts(color=palette.ink, line_width=2.6, default_tools=[]),
        rows.opts(
            size=8, alpha=0.75, line_color=palette.paper, default_tools=[],
            hooks=[_hook([("class", "@label"), ("z", "@z{0.00}"), ("p", "@probability{0.000}")])],
            **{name: hv.dim(name) for name in styles},
        ),
    ]  # fmt: skip
    look = _look(palette, xlim=(-4, 4), ylim=(-0.12, 1.12), yticks=[0, 0.5, 1])
    return hv.Overlay(layers).opts(xlabel="z, weights times columns plus intercept", ylabel="p of class 1", **look)
