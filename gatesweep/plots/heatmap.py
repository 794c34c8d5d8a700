"""A measure of a sweep over two dimensions, one small picture for each value of a third."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import holoviews as hv
import numpy as np
import xarray as xr
from bokeh.models import CustomJSTickFormatter, FixedTicker, GlyphRenderer, HoverTool
from bokeh.palettes import Cividis256
from bokeh.plotting import figure
from numpy.typing import ArrayLike

from gatesweep.plots.drawn import Columns, layers_of
from gatesweep.plots.look import ACCENT, FONT, LIGHT, TICK, Palette, typed, unfading, with_bokeh
from gatesweep.plots.picture import Axis, Picture
from gatesweep.plots.sheet import Sheet, hover_of

__all__ = ["adjust_heatmap", "draw_heatmap", "heatmap", "heatmap_columns", "heatmap_frame", "ramp"]

SIZE = (760, 240)
"""Pixels of the canvas, where no page says how many there are."""
MAX_TEXTS = 600
"""Cells beyond which no numbers are written into them."""
NO_NUMBER = "#a9afb6"
SIDES = ["left", "bottom", "right", "top"]
INKS = {"dark text": "#10151b", "light text": "#ffffff"}
"""Two sets of letters, not one with a column of colours: while a view is culled, Bokeh reads that column and the
texts at different times and fails where their lengths differ."""
BAR_LABEL = """
const value = mapper.tags.includes("log") ? 10 ** tick : tick
const isPlain = !value || (Math.abs(value) < 1e5 && Math.abs(value) >= 1e-3)
return isPlain ? String(+value.toPrecision(3)) : value.toExponential(0)
"""
"""JavaScript: label of a tick on the colour bar; a mapper tagged "log" holds powers of ten."""


def heatmap(data: xr.Dataset, **view: Any) -> hv.Overlay:
    """A measure over two dimensions: an overlay whose layer "squares" holds the numbers.

    Args:
        data: a sweep, or a summary of one.
        view: what `gatesweep.results.statistics.summary` takes: measure, statistic, x, y, panel, at.

    Example:
        >>> import gatesweep as gs
        >>> ds = gs.sweep(noise_level=[0.1, 0.2], seed=range(5))
        >>> picture = gs.plots.heatmap(ds, measure="gap_to_best_line", statistic="worst")
        >>> picture = picture.opts(title="The unluckiest seed")
    """
    p = Picture.from_data(data, view)
    return draw_heatmap(p, -1, Sheet(tuple(p.panel_texts), *SIZE), LIGHT).opts(title=p.heading)


def heatmap_columns(p: Picture, epoch: int, sheet: Sheet, palette: Palette) -> Columns:
    """What the layers draw of one epoch; a row of the cells is a cell, in the order (panel, y, x)."""
    panel, row, column = p.places
    _, n_rows, n_columns = p.value.shape[:3]
    x, y = (origin[panel] for origin in sheet.trellis.origin)
    left, bottom = x + column / n_columns, y + p.up(row) / n_rows
    cells = {
        "left": left,
        "right": left + 1 / n_columns,
        "bottom": bottom,
        "top": bottom + 1 / n_rows,
        "mx": left + 0.5 / n_columns,
        "my": bottom + 0.5 / n_rows,
        "where": p.names,
    }
    moved = heatmap_frame(p, epoch, sheet, palette)
    marked = _sides(p, sheet, *([[place] for place in p.marked] if p.marked else [[], [], []]))
    return sheet.columns | moved | {"cells": cells | moved["cells"], "marked": marked}


def heatmap_frame(p: Picture, epoch: int, sheet: Sheet, palette: Palette) -> Columns:
    """The columns that another epoch changes."""
    value = p.value[..., epoch].ravel()
    scale = p.colour
    colour = scale.to(value)
    place = (np.nan_to_num(colour, nan=scale.high) - scale.low) / (scale.high - scale.low or 1)
    white = ramp(scale.is_diverging, palette)[1][np.clip(place * 255, 0, 255).astype(int)]
    texts = [_short(v) for v in value.tolist()] if value.size <= MAX_TEXTS else [""] * value.size
    cells = p.columns(epoch) | {
        "fill_color": colour,
        "dark_text": np.where(white, "", texts).tolist(),
        "light_text": np.where(white, texts, "").tolist(),
    }
    return {"cells": cells, "diverged": _diverged(p, epoch, sheet)}


def _diverged(p: Picture, epoch: int, sheet: Sheet) -> dict[str, np.ndarray]:
    """Sides of the cells where most fits diverged."""
    return _sides(p, sheet, *np.nonzero(p.diverged[..., epoch] >= 0.5))


def _sides(p: Picture, sheet: Sheet, *place: ArrayLike) -> dict[str, np.ndarray]:
    """Sides of the cells at these panels, rows and columns."""
    panel, row, column = (np.asarray(i, int) for i in place)
    _, n_rows, n_columns = p.value.shape[:3]
    x, y = (origin[panel] for origin in sheet.trellis.origin)
    left, bottom = x + column / n_columns, y + p.up(row) / n_rows
    return {"left": left, "right": left + 1 / n_columns, "bottom": bottom, "top": bottom + 1 / n_rows}


@with_bokeh()
def draw_heatmap(p: Picture, epoch: int, sheet: Sheet, palette: Palette, is_responsive: bool = False) -> hv.Overlay:
    """The heatmap of one epoch on a sheet."""
    data = heatmap_columns(p, epoch, sheet, palette)
    rest = ["fill_color", "number", "low", "high", "where"]
    cells = hv.Rectangles(data["cells"], SIDES, rest, group="cells", label="squares").opts(
        fill_color=hv.dim("fill_color"), line_color=palette.paper, cmap=ramp(p.colour.is_diverging, palette)[0],
        clim=(p.colour.low, p.colour.high), clipping_colors={"NaN": NO_NUMBER}, colorbar=True,
        colorbar_opts=_bar(palette), tools=[HoverTool(tooltips=p.tooltip, attachment="above")], default_tools=[],
        hooks=[unfading, _marked],
    )  # fmt: skip
    # By themselves: a column of patterns in the cells would make the browser draw one for each, every time.
    diverged = hv.Rectangles(data["diverged"], SIDES, label="diverged").opts(
        fill_alpha=0, line_alpha=0, default_tools=[], hooks=[_hatched]
    )
    marked = hv.Rectangles(data["marked"], SIDES, label="marked").opts(
        fill_alpha=0, line_color=ACCENT, line_width=3, default_tools=[]
    )
    texts = [
        hv.Labels(data["cells"], ["mx", "my"], label.replace(" ", "_"), group="cells", label=label).opts(
            text_color=ink, text_font_size="0.73rem", text_align="center", text_baseline="middle", default_tools=[],
            hooks=[typed, unfading],
        )
        for label, ink in INKS.items()
    ]  # fmt: skip

    def settle(plot: Any, element: Any) -> None:
        [bar] = plot.state.right
        bar.update(title="", formatter=CustomJSTickFormatter(args={"mapper": bar.color_mapper}, code=BAR_LABEL))
        adjust_heatmap(plot.state, layers_of(plot, element), p, sheet, palette)

    options = sheet.options(palette, is_responsive)
    layers = [*sheet.layers(palette), cells, diverged, *texts, marked]
    return hv.Overlay(layers).opts(**options | {"hooks": [*options["hooks"], settle]})


def adjust_heatmap(
    fig: figure, layers: Mapping[str, GlyphRenderer], p: Picture, sheet: Sheet, palette: Palette
) -> None:
    """Fit to a picture what a figure has beside its data: labels, colours, and lines and letters that cells have room
    for."""
    sheet.label_x(fig, p.x)
    # A number between two others can be told from these, a name cannot.
    letters = 17 * sheet.magnified if p.y.is_number else 14
    fit = max(2, int(sheet.height / sheet.trellis.rows / letters))
    middle = (p.up(np.arange(len(p.y.values))) + 0.5) / len(p.y.values)
    sheet.label_y(fig, {float(middle[i]): p.y.texts[i] for i in p.y.ticks(fit)}, _name_down(p.y))
    scale, [bar] = p.colour, fig.right
    bar.color_mapper.update(
        palette=ramp(scale.is_diverging, palette)[0],
        low=scale.low,
        high=scale.high,
        tags=["log"] if scale.is_log else [],
    )
    # The bar reads its ticker once: only what is inside may change.
    bar.ticker.ticks = list(scale.ticks(sheet.height // 40))
    wide, high = sheet.size_of(len(p.x.values), len(p.y.values))
    layers["squares"].glyph.line_width = 1 if min(wide, high) >= 10 else 0
    longest = max(map(len, map(_short, p.value[..., -1].ravel().tolist()))) if p.value[..., -1].size <= MAX_TEXTS else 0
    room = sheet.magnified * (6.5 * longest + 7), sheet.magnified * 14
    for label in INKS:
        layers[label].visible = bool(wide >= room[0] and high >= room[1])
    hover_of(fig).tooltips = p.tooltip


def _name_down(axis: Axis) -> str:
    return "" if axis.name == "gate" else axis.label


def _bar(palette: Palette) -> dict[str, Any]:
    return {
        "ticker": FixedTicker(ticks=[]), "width": 12, "padding": 4, "label_standoff": 6, "border_line_color": None,
        "bar_line_color": None, "major_tick_line_color": None, "background_fill_alpha": 0,
        "major_label_text_color": palette.muted, "major_label_text_font": FONT, "major_label_text_font_size": TICK,
    }  # fmt: skip


def _marked(plot: Any, element: Any) -> None:
    """A hook: a frame around the cell that the pointer is on."""
    layer = plot.handles["glyph_renderer"]
    layer.hover_glyph = layer.glyph.clone(line_width=4, line_color=ACCENT)


def _hatched(plot: Any, element: Any) -> None:
    """A hook: HoloViews has no option for hatches."""
    plot.handles["glyph"].update(
        hatch_pattern="/", hatch_color=ACCENT, hatch_weight=1.2, hatch_alpha=0.8, hatch_scale=9
    )


@lru_cache(maxsize=8)
def ramp(is_diverging: bool, palette: Palette) -> tuple[list[str], np.ndarray]:
    """256 colours, and whether each one needs white letters."""
    stops = (palette.classes[1], palette.grid, palette.classes[0]) if is_diverging else Cividis256
    channels = np.array([[int(c[i : i + 2], 16) for c in stops] for i in (1, 3, 5)])
    place, known = np.linspace(0, 1, 256), np.linspace(0, 1, len(stops))
    rgb = np.stack([np.interp(place, known, channel) for channel in channels], -1)
    return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in rgb.round().astype(int).tolist()], rgb @ [0.3, 0.59, 0.11] < 125


def _short(value: float) -> str:
    if not np.isfinite(value):
        return ""
    if abs(value) >= 100:
        return f"{value:.0f}" if abs(value) < 1e5 else f"{value:.0e}".replace("e+0", "e")
    return f"{value:.1f}" if abs(value) >= 10 else f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
