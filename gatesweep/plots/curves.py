"""A measure of a sweep against one dimension, with its band over seeds and its limits, in small pictures."""

from collections.abc import Mapping
from typing import Any

import holoviews as hv
import numpy as np
import xarray as xr
from bokeh.core.properties import value
from bokeh.models import GlyphRenderer, HoverTool, Legend, LegendItem
from bokeh.palettes import Viridis256
from bokeh.plotting import figure

from gatesweep.plots.drawn import Columns, layers_of
from gatesweep.plots.look import (
    ACCENT,
    DARK,
    FONT,
    LIGHT,
    LIMIT_STYLES,
    TICK,
    Palette,
    own_colours,
    unfading,
    with_bokeh,
)
from gatesweep.plots.picture import Picture
from gatesweep.plots.sheet import Sheet, hover_of
from gatesweep.results.measures import LIMITS
from gatesweep.results.statistics import STATISTICS

__all__ = [
    "MAX_BANDS",
    "MAX_LINES",
    "adjust_curves",
    "curve_columns",
    "curve_frame",
    "curves",
    "draw_curves",
    "limit_columns",
    "line_colours",
    "line_names",
    "single_name",
]

SIZE = (760, 220)
"""Pixels of the canvas, where no page says how many there are."""
MAX_LINES = 128
"""Lines in all facets together; where there are more rows, every second, third ... one is drawn."""
MAX_BANDS = 3
"""Bands in one facet; more of them hide each other."""


def curves(data: xr.Dataset, **view: Any) -> hv.Overlay:
    """A statistic of a measure against a dimension with its band over seeds and its limits, one picture for each row.

    Args:
        data: a sweep, or a summary of one.
        view: what `gatesweep.results.statistics.summary` takes; with `panel`, there is one picture for each panel.

    Example:
        >>> import gatesweep as gs
        >>> ds = gs.sweep(noise_level=[0.1, 0.2, 0.3], seed=range(5))
        >>> both = gs.plots.heatmap(ds) + gs.plots.curves(ds)
        >>> len(both)
        2
    """
    p = Picture.from_data(data, view)
    return draw_curves(p, -1, Sheet(tuple(p.facets[1]), *SIZE), LIGHT).opts(title=p.heading)


def curve_columns(p: Picture, epoch: int, sheet: Sheet, palette: Palette) -> Columns:
    """What the layers draw of one epoch; a row of the cells is a point, in the order (panel, y, x)."""
    _, row, column = p.places
    n_lines = len(p.y.values) if p.facets[0] != "row" else 1
    colours = np.array(line_colours(p, palette, n_lines))
    cx = sheet.trellis.origin[0][p.facet] + (column + 0.5) / len(p.x.values)
    fill = colours[row if n_lines > 1 else 0 * row].tolist()
    moved = curve_frame(p, epoch, sheet, palette)
    return {
        **sheet.columns,
        **moved,
        **limit_columns(p, sheet),
        "cells": {"cx": cx, "where": p.names} | moved["cells"],
        "points": {"cx": cx, "fill_color": fill} | moved["points"],
    }


def curve_frame(p: Picture, epoch: int, sheet: Sheet, palette: Palette) -> Columns:
    """The columns that another epoch changes."""
    cy = sheet.trellis.origin[1][p.facet] + _height(p, p.middle[..., epoch].ravel())
    edges = None if p.low is None or p.high is None else (p.low[..., epoch], p.high[..., epoch])
    return {
        "bands": _bands(p, edges, sheet, palette),
        "lines": _lines(p, p.middle[..., epoch], sheet, palette),
        "points": {"cy": cy},
        "cells": p.columns(epoch) | {"cy": cy},
    }


def limit_columns(p: Picture, sheet: Sheet) -> Columns:
    """Every limit in every facet, one line with gaps; rows that coincide are drawn once."""
    return {LIMITS[name]: _limit(p, p.limits.get(name), sheet) for name in LIMIT_STYLES}


def _limit(p: Picture, array: np.ndarray | None, sheet: Sheet) -> dict[str, np.ndarray]:
    if array is None:
        return {"x": np.array([np.nan]), "y": np.array([np.nan])}
    shaped = p.curves(array)
    n = shaped.shape[-1]
    across = (np.arange(n) + 0.5) / n if n > 1 else np.array([0.2, 0.8])  # one point alone would be no line
    x, y = [], []
    for facet, rows in enumerate(shaped):
        left, bottom = (o[facet] for o in sheet.trellis.origin)
        for row in np.unique(rows, axis=0):
            x += [left + across, [np.nan]]
            y += [bottom + np.resize(_height(p, row), len(across)), [np.nan]]
    return {"x": np.concatenate(x), "y": np.concatenate(y)}


Edges = tuple[np.ndarray, np.ndarray]
"""Lower and upper edges of bands, arrays (panel, y, x)."""


def _lines(p: Picture, array: np.ndarray, sheet: Sheet, palette: Palette) -> dict[str, list]:
    """One line for each row of an array (panel, y, x)."""
    rows = p.curves(array)
    n_facets, n_lines, n = rows.shape
    x = (np.arange(n) + 0.5) / n
    named = line_colours(p, palette, n_lines)
    places = [(f, i) for f, i in np.ndindex(n_facets, n_lines) if not i % -(-n_facets * n_lines // MAX_LINES)]
    left, bottom = sheet.trellis.origin
    # Lists, not arrays: each array would be two messages of its own, hundreds for one picture.
    return {
        "xs": [(left[f] + x).round(5).tolist() for f, _ in places],
        "ys": [(bottom[f] + _height(p, rows[f, i])).round(5).tolist() for f, i in places],
        "line_color": [named[i] for _, i in places],
    }


def _bands(p: Picture, edges: Edges | None, sheet: Sheet, palette: Palette) -> dict[str, list]:
    """One polygon for each row of two arrays: to the right along the lower one, and back along the upper one."""
    if edges is None or p.curves(edges[0]).shape[1] > MAX_BANDS:
        return {"xs": [], "ys": [], "fill_color": []}
    low, high = (_lines(p, edge, sheet, palette) for edge in edges)
    return {
        # A polygon without holes, as a list of its rings.
        "xs": [[[x + x[::-1]]] for x in low["xs"]],
        "ys": [[[there + back[::-1]]] for there, back in zip(low["ys"], high["ys"], strict=True)],
        "fill_color": low["line_color"],
    }


@with_bokeh()
def draw_curves(p: Picture, epoch: int, sheet: Sheet, palette: Palette, is_responsive: bool = False) -> hv.Overlay:
    """The curves of one epoch on a sheet."""
    data = curve_columns(p, epoch, sheet, palette)
    rings = [[ring for [[ring]] in data["bands"][name]] for name in ("xs", "ys")]
    bands = hv.Polygons(
        _paths(*rings, fill_color=data["bands"]["fill_color"]), ["x", "y"], "fill_color", label="bands"
    ).opts(
        fill_color=hv.dim("fill_color"),
        fill_alpha=0.22,
        line_color=None,
        default_tools=[],
        hooks=[own_colours(data["bands"]["fill_color"], "fill_color")],
    )
    lines = hv.Contours(_paths(**data["lines"]), ["x", "y"], "line_color", label="lines").opts(
        line_color=hv.dim("line_color"),
        line_width=2.5,
        line_join="round",
        default_tools=[],
        hooks=[own_colours(data["lines"]["line_color"])],
    )
    points = hv.Points(data["points"], ["cx", "cy"], ["fill_color"], label="points").opts(
        size=4.5, fill_color=hv.dim("fill_color"), line_color=None, default_tools=[], hooks=[unfading]
    )
    reach = hv.Points(
        data["cells"], ["cx", "cy"], ["number", "low", "high", "where"], group="cells", label="targets"
    ).opts(
        size=22, fill_alpha=0, line_alpha=0, default_tools=[], hooks=[unfading, _marked],
        tools=[HoverTool(tooltips=p.tooltip, attachment="above")],
    )  # fmt: skip
    bounds = [
        hv.Curve(data[LIMITS[name]], "x", "y", label=LIMITS[name]).opts(
            color=getattr(palette, colour), line_dash=dash, line_width=width, default_tools=[]
        )
        for name, (colour, dash, width) in LIMIT_STYLES.items()
    ]

    def settle(plot: Any, element: Any) -> None:
        adjust_curves(plot.state, p, sheet)
        if not is_responsive:  # a page has a legend of its own
            plot.state.add_layout(_legend(p, layers_of(plot, element), data, palette), "below")

    options = sheet.options(palette, is_responsive)
    layers = [*sheet.layers(palette), bands, *bounds, lines, points, reach]
    return hv.Overlay(layers).opts(**options | {"hooks": [*options["hooks"], settle]})


def adjust_curves(fig: figure, p: Picture, sheet: Sheet) -> None:
    """Fit to a picture what a figure has beside its data."""
    sheet.label_x(fig, p.x)
    scale = p.height
    ticks = scale.ticks(sheet.height // sheet.trellis.rows // 34)
    sheet.label_y(fig, {(t - scale.low) / (scale.high - scale.low): text for t, text in ticks.items()}, "")
    hover_of(fig).tooltips = p.tooltip


def _legend(p: Picture, layers: Mapping[str, GlyphRenderer], data: Columns, palette: Palette) -> Legend:
    """What the lines mean."""
    named = line_names(p)
    colours = line_colours(p, palette, len(p.y.values) if named else 1)
    drawn = data["lines"]["line_color"]
    entries = [(text, "lines", drawn.index(colours[i])) for i, text in named.items() if colours[i] in drawn]
    entries = entries or [(single_name(p), "lines", 0)]
    if data["bands"]["xs"]:
        entries.append((p.band_name, "bands", 0))
    entries += [(LIMITS[name], LIMITS[name], 0) for name in LIMIT_STYLES if name in p.limits]
    items = [LegendItem(label=value(text), renderers=[layers[layer]], index=i) for text, layer, i in entries]
    return Legend(
        items=items, orientation="horizontal", border_line_color=None, label_text_font=FONT,
        label_text_font_size=TICK, label_text_color=palette.ink, background_fill_alpha=0, margin=0,
    )  # fmt: skip


def line_names(p: Picture) -> dict[int, str]:
    """Names of some of the lines that lie in one picture, by row; none where each has a picture of its own."""
    are_several = p.facets[0] != "row" and len(p.y.values) > 1
    return {i: p.y.texts[i] for i in p.y.ticks(9)} if are_several else {}


def single_name(p: Picture) -> str:
    """What a line is that is alone in its picture."""
    return (
        f"share of {p.of_what}" if p.low is None else "one model" if p.has_single_models else STATISTICS[p.middle_name]
    )


def line_colours(p: Picture, palette: Palette, n_lines: int) -> list[str]:
    """Hues for a few names, a ramp that stays legible on the paper for numbers."""
    if n_lines <= 2:
        return list(palette.classes[:n_lines])
    first, last = (0.3, 1.0) if palette is DARK else (0.0, 0.82)
    return [Viridis256[int(255 * (first + (last - first) * i / (n_lines - 1)))] for i in range(n_lines)]


def _paths(xs: list, ys: list, **colours: list) -> list[dict[str, Any]]:
    """As HoloViews takes them."""
    [(name, named)] = colours.items()
    return [{"x": x, "y": y, name: colour} for x, y, colour in zip(xs, ys, named, strict=True)]


def _marked(plot: Any, element: Any) -> None:
    """A hook: a ring around the point that the pointer is on."""
    layer = plot.handles["glyph_renderer"]
    layer.hover_glyph = layer.glyph.clone(size=13, line_alpha=1, line_width=3, line_color=ACCENT)


def _height(p: Picture, values: np.ndarray) -> np.ndarray:
    scale = p.height
    return np.clip((scale.to(values) - scale.low) / (scale.high - scale.low), -0.02, 1.02)
