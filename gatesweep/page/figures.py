"""The static page's Bokeh figures, empty: the page finds their parts by name and fills them.

Colours are set in the page, which knows whether it is light or dark.
"""

import numpy as np
from bokeh.models import (
    BasicTicker,
    ColorBar,
    ColumnDataSource,
    FixedTicker,
    GlyphRenderer,
    LinearColorMapper,
    NumeralTickFormatter,
    Range1d,
    Span,
)
from bokeh.plotting import figure

from gatesweep.app.theme import MARKERS

__all__ = ["SURFACE_CELLS", "VIEW", "page_figures"]

VIEW = (-1.0, 2.0)
"""Both inputs' range in the lecture's plots."""
SURFACE_CELLS = 120
"""Cells of the surface along each input."""


def page_figures() -> dict[str, figure]:
    """The page's figures by the id of the element that holds each."""
    return {
        "boundary-plot": _boundary(),
        "loss-plot": _loss(),
        "seeds-plot": _seeds(),
        "heatmap-plot": _heatmap(),
        "curves-plot": _curves(),
    }


def _source(name: str, *columns: str) -> ColumnDataSource:
    return ColumnDataSource({column: [] for column in columns}, name=name)


def _figure(x_label: str, y_label: str, x_range: tuple, y_range: tuple) -> figure:
    plot = figure(
        x_range=Range1d(*x_range),
        y_range=Range1d(*y_range),
        x_axis_label=x_label,
        y_axis_label=y_label,
        sizing_mode="stretch_both",
        toolbar_location=None,
        tools="",
        min_border=6,
        output_backend="canvas",
        lod_threshold=None,
        background_fill_color=None,
        border_fill_color=None,
    )
    plot.xgrid.level = plot.ygrid.level = "underlay"
    return plot


def _boundary() -> figure:
    plot = _figure("x1", "x2", VIEW, VIEW)
    plot.xaxis.ticker = plot.yaxis.ticker = FixedTicker(ticks=[-1, -0.5, 0, 0.5, 1, 1.5, 2])
    blank = np.zeros((SURFACE_CELLS, SURFACE_CELLS), dtype=np.uint32)
    surface = ColumnDataSource({"image": [blank]}, name="surface")
    width = VIEW[1] - VIEW[0]
    plot.image_rgba("image", x=VIEW[0], y=VIEW[0], dw=width, dh=width, source=surface, level="image")
    _segments(plot, "cloud", line_width=1)
    for part in ("train", "test"):
        for label, marker in enumerate(MARKERS):
            name = f"{part}{label}"
            plot.scatter("x1", "x2", source=_source(name, "x1", "x2"), marker=marker, size=7, name=f"{name}-glyph")
    errors = _source("errors", "x1", "x2")
    plot.scatter("x1", "x2", source=errors, marker="x", size=6, line_width=1.25, name="errors-glyph")
    for name, line_width in (("contour25", 1.5), ("contour75", 1.5), ("contour50", 3)):
        _segments(plot, name, line_width=line_width, line_cap="round")
    _segments(plot, "bestline", line_width=2.5, line_dash=[2, 3])
    return plot


def _segments(plot: figure, name: str, **looks: object) -> None:
    ends = _source(name, "x0", "y0", "x1", "y1")
    plot.segment("x0", "y0", "x1", "y1", source=ends, name=f"{name}-glyph", **looks)


def _loss() -> figure:
    plot = _figure("epoch", "log loss", (0, 20), (0, 1))
    for part in ("train", "test"):
        losses = _source(f"{part}-loss", "epoch", "loss")
        plot.line("epoch", "loss", source=losses, line_width=2, name=f"{part}-loss-glyph")
    plot.add_layout(Span(dimension="height", location=0, line_width=1.5, line_dash="dashed", name="epoch-cursor"))
    return plot


def _seeds() -> figure:
    plot = _figure("", "", (0, 1), (0, 5))
    plot.xaxis.formatter = NumeralTickFormatter(format="0%")
    plot.yaxis.visible = plot.ygrid.visible = False
    for name in ("seeds", "seed"):
        plot.scatter("value", "height", source=_source(name, "value", "height"), size=8, name=f"{name}-glyph")
    plot.add_layout(Span(dimension="height", location=1, line_width=2, line_dash=[2, 3], name="seeds-limit"))
    return plot


def _heatmap() -> figure:
    plot = _figure("noise level", "", (0, 1), (0, 3))
    mapper = LinearColorMapper(palette="Viridis256", low=0.5, high=1, name="heat-colours")
    cells = _source("cells", "left", "right", "bottom", "top", "value")
    colour = {"field": "value", "transform": mapper}
    plot.quad("left", "right", "bottom", "top", source=cells, fill_color=colour, line_color=colour, name="cells-glyph")
    picked = _source("picked", "left", "right", "bottom", "top")
    for name, line_width in (("picked-edge", 5), ("picked", 2)):
        plot.quad("left", "right", "bottom", "top", source=picked, fill_color=None, line_width=line_width,
                  name=f"{name}-glyph")  # fmt: skip
    plot.yaxis.ticker = FixedTicker(ticks=[], name="gate-ticks")
    plot.ygrid.visible = plot.xgrid.visible = False
    bar = ColorBar(color_mapper=mapper, width=10, padding=4, ticker=BasicTicker(desired_num_ticks=4),
                   formatter=NumeralTickFormatter(format="0%"), border_line_color=None, name="heat-bar")  # fmt: skip
    plot.add_layout(bar, "right")
    return plot


def _line(plot: figure, name: str, **looks: object) -> GlyphRenderer:
    values = _source(name, "noise_level", "value")
    return plot.line("noise_level", "value", source=values, name=f"{name}-glyph", **looks)


def _curves() -> figure:
    plot = _figure("noise level", "", (0, 1), (0.4, 1.01))
    plot.yaxis.formatter = NumeralTickFormatter(format="0%")
    plot.varea("noise_level", "low", "high", source=_source("band", "noise_level", "low", "high"), name="band-glyph",
               fill_alpha=0.18)  # fmt: skip
    others = _source("others", "xs", "ys")
    plot.multi_line("xs", "ys", source=others, line_width=1.5, line_alpha=0.55, name="others-glyph")
    _line(plot, "bayes", line_width=2, line_dash=[6, 4])
    _line(plot, "best", line_width=2, line_dash=[2, 3])
    _line(plot, "mean", line_width=3)
    plot.add_layout(Span(dimension="height", location=0, line_width=1.5, line_dash="dashed", name="noise-cursor"))
    here = _source("here", "noise_level", "value")
    plot.scatter("noise_level", "value", source=here, size=11, line_width=2, name="here-glyph")
    return plot
