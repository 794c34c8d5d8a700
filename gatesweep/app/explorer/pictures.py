"""The Explorer's two pictures on its page: each is drawn once from its definition in `gatesweep.plots`, then fed.

Both draw the cells from one source, so the browser itself shows in one what is hovered in the other.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import holoviews as hv
import numpy as np
from bokeh.models import TapTool
from bokeh.plotting import figure

from gatesweep.plots.curves import MAX_LINES, adjust_curves, curve_columns, curve_frame, draw_curves, limit_columns
from gatesweep.plots.drawn import Columns, Drawn
from gatesweep.plots.heatmap import adjust_heatmap, draw_heatmap, heatmap_columns, heatmap_frame
from gatesweep.plots.look import LIGHT, Palette
from gatesweep.plots.picture import Picture
from gatesweep.plots.sheet import Sheet

__all__ = ["Pictures"]

REACH = 14
"""Pixels within which a tap means a point."""
FLICKER = 10
"""Pixels that a figure's size changes by while the page settles: not worth to draw all anew."""
FIRST = Sheet(("",), 1000, 260)
"""What is drawn for before a browser has said how large the figures are."""


class Pictures:
    """Both pictures; `show(picture)` feeds them, `on_tap` is told the place (panel, y, x) of a click, and whether
    it is the second of two quick ones."""

    def __init__(self, on_tap: Callable[[int, int, int, bool], None]) -> None:
        self._on_tap = on_tap
        self._shown, self._epoch, self._palette = Picture.blank(), -1, LIGHT
        self._sheets = [FIRST, FIRST]
        self._place: tuple | None = None
        self._heatmap = Drawn(draw_heatmap(self._shown, -1, FIRST, LIGHT, True), "heatmap")
        self._curves = Drawn(draw_curves(self._shown, -1, FIRST, LIGHT, True), "curves", self._heatmap.sources)
        self.cells = self._heatmap.sources["cells"]
        """What both draw: a row is a cell, in the order (panel, y, x)."""
        self._heatmap.figure.add_tools(TapTool(renderers=[self._heatmap.layers["squares"]]))
        self.cells.selected.on_change("indices", self._tapped)
        # Points lie close: a tap tool would take every one that its mark touches.
        self._curves.figure.on_event("tap", self._tapped_near)
        # Two quick taps come as one tap and one double tap, which no tap tool takes.
        self._heatmap.figure.on_event("doubletap", self._tapped_again)
        self._curves.figure.on_event("doubletap", lambda event: self._tapped_near(event, again=True))
        for i, fig in enumerate(self.figures):
            for side in ("inner_width", "inner_height"):
                fig.on_change(side, lambda attr, old, new, i=i: self._resized(i, attr, new))
        self._feed()

    @property
    def figures(self) -> tuple[figure, figure]:
        """The two on the page."""
        return self._heatmap.figure, self._curves.figure

    @property
    def heatmap(self) -> hv.Overlay:
        """What is on show, as a HoloViews object."""
        return draw_heatmap(self._shown, self._epoch, self._sheets[0], self._palette)

    @property
    def curves(self) -> hv.Overlay:
        """What is on show, as a HoloViews object."""
        return draw_curves(self._shown, self._epoch, self._sheets[1], self._palette)

    def show(self, picture: Picture, epoch: int = -1) -> None:
        """Replace what is shown; what stays as it is isn't sent again."""
        before, self._shown, self._epoch = self._shown, picture, epoch
        self._feed(before)

    def move(self, epoch: int) -> None:
        """Show another epoch of the same picture."""
        self._epoch = epoch
        self._move()

    def theme(self, palette: Palette) -> None:
        """Repaint in light or dark."""
        if palette is not self._palette:
            self._palette = palette
            self._heatmap.restyle(draw_heatmap(self._shown, self._epoch, self._sheets[0], palette, True))
            self._curves.restyle(draw_curves(self._shown, self._epoch, self._sheets[1], palette, True))
            self._feed()

    def _resized(self, i: int, side: str, new: int) -> None:
        sheet = self._sheets[i]
        width, height = (new, sheet.height) if side == "inner_width" else (sheet.width, new)
        if new > 0 and max(abs(width - sheet.width), abs(height - sheet.height)) > FLICKER:
            self._sheets[i] = Sheet(sheet.titles, width, height)
            self._feed()

    def _feed(self, before: Picture | None = None) -> None:
        """All that the figures show; against the picture before, no more than what differs."""
        p, palette = self._shown, self._palette
        titles = tuple(p.panel_texts), tuple(p.facets[1])
        self._sheets = [replace(sheet, titles=texts) for sheet, texts in zip(self._sheets, titles, strict=True)]
        for drawn, sheet in zip((self._heatmap, self._curves), self._sheets, strict=True):
            drawn.span(**sheet.spans)
            drawn.figure.min_height = sheet.min_height
        above, below = self._sheets
        place = (p.shape_key, above, below, palette)
        if place == self._place:
            self._move()
            if before is None or not p.has_limits_of(before):
                self._curves.write(limit_columns(p, below))
        else:
            self._place = place
            columns = heatmap_columns(p, self._epoch, above, palette)
            others = _padded(curve_columns(p, self._epoch, below, palette))
            self._heatmap.write(columns | {"cells": columns["cells"] | others.pop("cells")})
            self._curves.write(others)
        # After the data: the browser takes in glyphs bit by bit, and must not meet old numbers of cells there.
        adjust_heatmap(self._heatmap.figure, self._heatmap.layers, p, above, palette)
        adjust_curves(self._curves.figure, p, below)

    def _move(self) -> None:
        """The columns that another epoch changes."""
        above = heatmap_frame(self._shown, self._epoch, self._sheets[0], self._palette)
        below = _padded(curve_frame(self._shown, self._epoch, self._sheets[1], self._palette))
        diverged, points = above.pop("diverged"), below.pop("points")
        self._heatmap.patch({"cells": above["cells"] | below.pop("cells")})
        self._curves.patch({"points": points})
        self._curves.write(below)
        if len(diverged["left"]) or len(self._heatmap.sources["diverged"].data["left"]):
            self._heatmap.write({"diverged": diverged})

    def _tapped(self, _attr: str, _old: list[int], new: list[int]) -> None:
        if new:
            self.cells.selected.indices = []
            self._open(new[0], again=False)

    def _tapped_again(self, event: Any) -> None:
        """The cell under a double tap."""
        if event.x is None or event.y is None:
            return
        left, right, bottom, top = (np.asarray(self.cells.data[side]) for side in ("left", "right", "bottom", "top"))
        under = (left <= event.x) & (event.x < right) & (bottom <= event.y) & (event.y < top)
        if under.any():
            self._open(int(under.argmax()), again=True)

    def _tapped_near(self, event: Any, again: bool = False) -> None:
        """The point of the curves nearest to a tap."""
        if event.x is None or event.y is None:
            return
        sheet, data = self._sheets[1], self.cells.data
        across = (np.asarray(data["cx"], dtype=float) - event.x) * sheet.width / sheet.trellis.width
        up = (np.asarray(data["cy"], dtype=float) - event.y) * sheet.height / sheet.trellis.height
        distance = np.nan_to_num(np.hypot(across, up), nan=np.inf)
        if distance.min() <= REACH:
            self._open(int(distance.argmin()), again)

    def _open(self, index: int, again: bool) -> None:
        panel, row, column = map(int, np.unravel_index(index, self._shown.value.shape[:3]))
        self._on_tap(panel, row, column, again)


def _padded(columns: Columns) -> Columns:
    """Always as many lines and bands, most of them nowhere: Bokeh fails if it paints while their number changes."""
    filling: dict[str, Any] = {"xs": [], "ys": [], "line_color": "#000000", "fill_color": "#000000"}
    padded = {
        label: {name: data + [filling[name]] * (MAX_LINES - len(data)) for name, data in columns[label].items()}
        for label in ("lines", "bands")
    }
    return columns | padded
