"""The page's figures, empty, and the colours of each in light and dark: the page fills them and changes their colours.

The Lab's pictures are the app's own (`gatesweep.plots`), rendered once here.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from bokeh.core.property.vectorization import Field, Value
from bokeh.core.serialization import Serializer
from bokeh.model.util import collect_models
from bokeh.models import (
    ColorBar,
    ColumnDataSource,
    FixedTicker,
    GlyphRenderer,
    HoverTool,
    Legend,
    LinearColorMapper,
    Model,
    Plot,
    Range1d,
)
from bokeh.palettes import Cividis256
from bokeh.plotting import figure

from gatesweep.app.lab.pictures import Pictures
from gatesweep.models import Network
from gatesweep.plots.boundary import row_columns, unit_columns
from gatesweep.plots.hidden import hidden_columns
from gatesweep.plots.look import ACCENT, DARK, LIGHT, Palette, paint
from gatesweep.plots.loss_surface import loss_surface_columns
from gatesweep.plots.neuron import neuron_columns
from gatesweep.plots.s_curve import s_curve_columns

__all__ = ["Looks", "page_figures"]

Looks = dict[str, dict[str, tuple[Any, Any]]]
"""By a model's id and a property's name: its value in light and in dark, as JSON."""

VALLEY_SIDE = 48
"""Pixels of a loss surface along each parameter, as engine/valley.js has them."""
COLOURED = ("color", "palette")
"""Properties that follow the palette, by how their names end."""


def page_figures() -> tuple[dict[str, Plot], Looks]:
    """The figures by the id of the element that holds each, in light colours, and what dark ones change."""
    pictures = Pictures()
    # An empty column arrives as numbers, which BokehJS does not take for colours.
    one = np.full((1, 2), 9.0), np.zeros(1, int), np.zeros(1, bool)
    net = Network(np.eye(2), np.zeros(2), np.ones(2), np.array(0.0))
    pictures.boundary.drawn.write(row_columns(*one, LIGHT) | unit_columns(net, LIGHT))
    nobody = np.zeros(1, bool)
    pictures.hidden.drawn.write(hidden_columns(net, (0, 1), *one, nobody, 0.5, LIGHT))
    pictures.neuron.drawn.write(neuron_columns(net, (1, 1), 1, 0.5, LIGHT))
    pictures.s_curve.drawn.write(s_curve_columns(*one, np.zeros(1), np.zeros(1), nobody, 0.5, LIGHT))
    # The page writes its loss surfaces into this image.
    side = np.ones((VALLEY_SIDE, VALLEY_SIDE), dtype=np.float32)
    pictures.loss_surface.drawn.write(loss_surface_columns(side, ((0, 1), (0, 1)), np.zeros((1, 2))))
    kept = [picture for picture in pictures.all if picture is not pictures.scores]
    shown = (*kept, pictures.neuron, pictures.s_curve, pictures.hidden)
    figures: dict[str, Plot] = {picture.name: picture.figure for picture in shown}
    figures |= {"heatmap": _heatmap(), "curves": _curves()}

    def wear(palette: Palette) -> None:
        for picture in shown:
            picture.theme(palette)
        _dress_explorer(figures, palette)

    # Pictures change their colours beside a whole one of the other theme: they must not lack a part before.
    looks = _looks(figures, wear)
    for plot in figures.values():
        _strip(plot)
    shown_ids = {model.id for plot in figures.values() for model in collect_models(plot)}
    return figures, {model: colours for model, colours in looks.items() if model in shown_ids}


def _strip(plot: Plot) -> None:
    """Away with what the page has no use for: what is selected looks like, scripts, and tools but plain hovering.

    And with legends, which have the browser lay out the page at every move: keys beside the figures say the same.
    """
    plot.tools = [tool for tool in plot.tools if isinstance(tool, HoverTool) and not tool.formatters]
    plot.js_property_callbacks = {}
    plot.center = [part for part in plot.center if not isinstance(part, Legend)]
    for layer in plot.renderers:
        layer.update(selection_glyph=None, nonselection_glyph=None, muted_glyph=None)


def _looks(figures: Mapping[str, Plot], wear: Callable[[Palette], None]) -> Looks:
    wear(LIGHT)
    light = _colours(figures)
    wear(DARK)
    dark = _colours(figures)
    wear(LIGHT)
    looks: Looks = {}
    for (model, name), value in dark.items():
        if value != light[model, name]:
            looks.setdefault(model, {})[name] = (light[model, name], value)
    return looks


def _colours(figures: Mapping[str, Plot]) -> dict[tuple[str, str], Any]:
    found = {}
    for plot in figures.values():
        for model in collect_models(plot):
            for name in sorted(model.properties()):  # a set; in one order, the same page has the same text
                if name.endswith(COLOURED) and not isinstance(value := getattr(model, name), Field | Model):
                    # BokehJS takes the bare value of a model that is there already, not what says its type besides.
                    found[model.id, name] = Serializer().encode(value.value if isinstance(value, Value) else value)
    return found


# --- the Explorer ---------------------------------------------------------------------------------


def _figure(name: str) -> figure:
    plot = figure(
        name=name,
        x_range=Range1d(0, 1),
        y_range=Range1d(0, 1),
        sizing_mode="stretch_both",
        toolbar_location=None,
        tools="",
        min_border=6,
        lod_threshold=None,
    )
    plot.xaxis.ticker, plot.yaxis.ticker = FixedTicker(ticks=[]), FixedTicker(ticks=[])
    return plot


def _layer(plot: figure, kind: str, label: str, *columns: str, **looks: Any) -> GlyphRenderer:
    """A layer that draws columns of these names, all its own."""
    source = ColumnDataSource({column: [] for column in columns})
    return getattr(plot, kind)(*columns[: 4 if kind == "quad" else 3], source=source, name=label, **looks)


BOX = ("left", "right", "bottom", "top")


def _heatmap() -> figure:
    plot = _figure("heatmap")
    mapper = LinearColorMapper(palette=Cividis256, low=0, high=1, nan_color="rgba(0, 0, 0, 0)")
    colour = {"field": "value", "transform": mapper}
    _layer(plot, "quad", "cells", *BOX, "value", fill_color=colour, line_color=colour)
    _layer(plot, "quad", "diverged", *BOX, fill_color=None, line_color=None, hatch_pattern="/", hatch_color=ACCENT,
           hatch_weight=1.2, hatch_scale=9)  # fmt: skip
    _layer(plot, "quad", "mark", *BOX, fill_color=None, line_color=ACCENT, line_width=3)
    for label, line_width in (("picked's edge", 5), ("picked", 2)):
        _layer(plot, "quad", label, *BOX, fill_color=None, line_width=line_width)
    plot.grid.visible = False
    bar = ColorBar(color_mapper=mapper, width=10, padding=4, ticker=FixedTicker(ticks=[]), border_line_color=None)
    plot.add_layout(bar, "right")
    return plot


def _curves() -> figure:
    plot = _figure("curves")
    _layer(plot, "varea", "band", "x", "low", "high", fill_alpha=0.18)
    _layer(plot, "multi_line", "others", "xs", "ys", line_width=1.5, line_alpha=0.55)
    _layer(plot, "line", "bayes", "x", "value", line_width=2, line_dash="dashed")
    _layer(plot, "line", "best", "x", "value", line_width=2, line_dash=[9, 3, 2, 3])
    _layer(plot, "line", "middle", "x", "value", line_width=3)
    _layer(plot, "vspan", "here", "x", line_width=1.5, line_dash="dashed")
    return plot


def _dress_explorer(figures: Mapping[str, Plot], palette: Palette) -> None:
    heatmap, curves = figures["heatmap"], figures["curves"]
    for plot in (heatmap, curves):
        paint(plot, palette)
    heatmap.outline_line_color = None
    heatmap.right[0].update(background_fill_color=palette.paper, major_label_text_color=palette.muted)
    lines = {"bayes": palette.bayes, "best": palette.best_line, "middle": palette.ink, "others": palette.muted}
    lines |= {"here": palette.muted, "picked's edge": palette.paper, "picked": palette.ink}
    layers = {layer.name: layer.glyph for plot in (heatmap, curves) for layer in plot.renderers}
    for label, colour in lines.items():
        layers[label].line_color = colour
    layers["band"].fill_color = palette.ink
