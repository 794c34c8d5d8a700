"""One Bokeh figure that holds small pictures side by side, with their titles and axes."""

from collections.abc import Callable

import numpy as np
from bokeh.core.properties import value
from bokeh.models import Axis as BokehAxis
from bokeh.models import ColumnDataSource, FixedTicker, Range1d
from bokeh.plotting import figure

from gatesweep.app.explorer.picture import Axis, Trellis
from gatesweep.app.theme import FONT, Palette, paint

__all__ = ["Canvas"]

SMALL = 110
"""Pixels across that a small picture needs at least."""
NARROW = 520
"""Pixels across below which the page scrolls, and small pictures keep their height."""


class Canvas:
    """One figure that holds small pictures: frames, titles, axes and how many fit side by side."""

    def __init__(self, name: str, on_resize: Callable[[], None]) -> None:
        self.figure = fig = figure(
            name=name, sizing_mode="stretch_both", toolbar_location=None, tools="",
            x_range=Range1d(0, 1), y_range=Range1d(0, 1), min_height=120,
        )  # fmt: skip
        fig.grid.visible = False
        fig.outline_line_color = None
        self.trellis = Trellis(1, 1)
        self._laid_out: tuple[Trellis, list[str]] | None = None
        fig.xaxis.ticker, fig.yaxis.ticker = FixedTicker(ticks=[]), FixedTicker(ticks=[])
        self._frames = ColumnDataSource({side: [np.nan] for side in ("left", "right", "bottom", "top")})
        self._titles = ColumnDataSource({"x": [np.nan], "y": [np.nan], "text": [""]})
        self._frame = fig.quad("left", "right", "bottom", "top", source=self._frames, fill_alpha=0, level="underlay")
        self._title = fig.text(
            "x", "y", "text", source=self._titles, text_font=value(FONT), text_font_size="13px", text_font_style="bold",
            text_baseline="bottom",
        )  # fmt: skip
        self.width, self.height = 1000, 260
        self._on_resize = on_resize
        fig.on_change("inner_width", self._resized)
        fig.on_change("inner_height", self._resized)

    def _resized(self, attr: str, _old: int, new: int) -> None:
        # Bokeh has no value for these until a browser has drawn the figure.
        # While the page settles the sizes flicker by a few pixels, which would redraw all for nothing.
        name = attr.removeprefix("inner_")
        if new > 0 and abs(new - getattr(self, name)) > 10:
            setattr(self, name, new)
            self._on_resize()

    def lay_out(self, titles: list[str]) -> None:
        """Place one small picture for each title."""
        fit = max(1, self.width // SMALL)
        n = len(titles)
        columns = n if n <= min(fit, 4) else next((c for c in (8, 4, 3, 2) if c <= fit and c < n), 1)
        rows = -(-n // columns)
        self.trellis = t = Trellis(n, columns, (_gap(26, self.width / columns), _gap(24, self.height / rows)))
        if (t, titles) == self._laid_out:
            return
        self._laid_out = (t, titles)
        x, y = t.origin
        self._frames.data = {"left": x, "right": x + 1, "bottom": y, "top": y + 1}
        self._titles.data = {"x": x, "y": y + 1.03, "text": titles}
        self.figure.x_range.update(start=-0.004 * t.width, end=t.width * 1.004)
        top = t.height - (0 if any(titles) else t.gap[1])
        self.figure.y_range.update(start=-0.01 * t.height, end=top)
        self.figure.min_height = 140 * t.rows if self.width < NARROW else 120

    def label_x(self, axis: Axis) -> None:
        each = self.width / self.trellis.columns
        widest = max(map(len, axis.texts)) * 7 + 14
        n = len(axis.values)
        at = {(i + 0.5) / n: axis.texts[i] for i in axis.ticks(int(each // widest))}
        starts = sorted(set(self.trellis.origin[0].tolist()))
        _label(
            self.figure.xaxis[0], {start + place: text for start in starts for place, text in at.items()}, axis.label
        )

    def label_y(self, places: dict[float, str], label: str) -> None:
        starts = sorted(set(self.trellis.origin[1].tolist()))
        _label(self.figure.yaxis[0], {start + place: text for start in starts for place, text in places.items()}, label)

    def theme(self, palette: Palette) -> None:
        paint(self.figure, palette)
        self.figure.outline_line_color = None
        self._frame.glyph.line_color = palette.grid
        self._title.glyph.text_color = palette.ink


def _gap(wanted: int, period: float) -> float:
    """So many pixels of a period, in units of the rest."""
    return wanted / max(period - wanted, wanted)


def _label(axis: BokehAxis, labels: dict[float, str], name: str) -> None:
    # Overrides first: a tick without its label would show its place on the canvas.
    axis.major_label_overrides = labels
    axis.ticker.ticks = list(labels)
    axis.axis_label = name
