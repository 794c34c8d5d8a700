"""Many small pictures on one canvas: where each lies, its frame, its title, and its part of the axes.

All of them are one figure: feeding it takes a few milliseconds however many there are, which lets a whole grid
train at ten frames a second.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import holoviews as hv
import numpy as np
from bokeh.models import Axis as BokehAxis
from bokeh.models import FixedTicker, HoverTool, Range1d
from bokeh.plotting import figure

from gatesweep.plots.drawn import Columns
from gatesweep.plots.look import TEXT, Palette, painted, typed
from gatesweep.plots.picture import Axis

__all__ = ["Sheet", "Trellis", "hover_of"]

SMALL = 110
"""Pixels across that a small picture needs at least."""
MOST_COLUMNS = 8
ORDINARY = 1100
"""Pixels across up to which letters have their usual size."""
NARROW = 520
"""Pixels across below which the page scrolls, and small pictures keep their height."""


@dataclass(frozen=True)
class Trellis:
    """Small pictures of size 1 x 1 in rows and columns on one canvas, the first one at the top left."""

    n: int
    columns: int
    gap: tuple[float, float] = (0.06, 0.2)
    """Between pictures, in units of one; the vertical one holds the title."""

    @property
    def rows(self) -> int:
        return -(-self.n // self.columns)

    @property
    def width(self) -> float:
        return self.columns * (1 + self.gap[0]) - self.gap[0]

    @property
    def height(self) -> float:
        return self.rows * (1 + self.gap[1])

    @property
    def origin(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower left corners, each of shape (n,)."""
        i = np.arange(self.n)
        return (i % self.columns) * (1 + self.gap[0]), (self.rows - 1 - i // self.columns) * (1 + self.gap[1])


@dataclass(frozen=True)
class Sheet:
    """A trellis with its titles, for a canvas of so many pixels."""

    titles: tuple[str, ...]
    width: int
    height: int

    @cached_property
    def trellis(self) -> Trellis:
        """As few rows as fit, and none of them much shorter than the others."""
        n = len(self.titles)
        rows = -(-n // min(max(1, self.width // SMALL), MOST_COLUMNS))
        columns = -(-n // rows)
        return Trellis(n, columns, (_gap(26, self.width / columns), _gap(24 * self.magnified, self.height / rows)))

    @property
    def magnified(self) -> float:
        """How much larger than at a desk letters are: on a wide canvas the page is one for a whole class."""
        return max(1.0, self.width / ORDINARY)

    @property
    def min_height(self) -> int:
        return 140 * self.trellis.rows if self.width < NARROW else 120

    @property
    def spans(self) -> dict[str, tuple[float, float]]:
        """What `Drawn.span` must show."""
        t = self.trellis
        top = t.height - (0 if any(self.titles) else t.gap[1])
        return {"x": (-0.004 * t.width, t.width * 1.004), "y": (-0.01 * t.height, top)}

    @property
    def columns(self) -> Columns:
        """Frames and titles."""
        x, y = self.trellis.origin
        above = 1 + 4 * self.magnified * self.trellis.height / self.height
        return {
            "frames": {"left": x, "right": x + 1, "bottom": y, "top": y + 1},
            "titles": {"x": x, "y": y + above, "text": list(self.titles)},
        }

    def size_of(self, columns: int, rows: int) -> tuple[float, float]:
        """Width and height in pixels of one of so many cells of a small picture."""
        t = self.trellis
        return self.width / t.width / columns, self.height / t.height / rows

    def label_x(self, fig: figure, axis: Axis) -> None:
        """Name the values of an axis under the lowest pictures, as many as fit."""
        each = self.width / self.trellis.columns
        widest = (max(map(len, axis.texts)) * 7 + 14) * self.magnified
        n = len(axis.values)
        at = {(i + 0.5) / n: axis.texts[i] for i in axis.ticks(int(each // widest))}
        _label(fig.xaxis[0], self.trellis.origin[0], at, axis.label)

    def label_y(self, fig: figure, places: dict[float, str], label: str) -> None:
        """Name heights, from 0 to 1, beside the pictures at the left."""
        _label(fig.yaxis[0], self.trellis.origin[1], places, label)

    def layers(self, palette: Palette) -> list[hv.Element]:
        """Frames and titles, to lie below all else."""
        columns = self.columns
        sides = ["left", "bottom", "right", "top"]
        return [
            hv.Rectangles(columns["frames"], sides, label="frames").opts(
                fill_alpha=0, line_color=palette.grid, default_tools=[]
            ),
            hv.Labels(columns["titles"], ["x", "y"], "text", label="titles").opts(
                text_color=palette.ink, text_font_size=TEXT, text_font_style="bold", text_align="left",
                text_baseline="bottom",
                default_tools=[], hooks=[typed],
            ),
        ]  # fmt: skip

    def options(self, palette: Palette, is_responsive: bool) -> dict[str, Any]:
        """Options of the whole: as large as the page lets it be, or of the sheet's own size."""
        size = {"responsive": True} if is_responsive else {"frame_width": self.width, "frame_height": self.height}
        return size | {
            "xlabel": "", "ylabel": "", "show_legend": False,
            "toolbar": None, "default_tools": [], 
            "hooks": [painted(palette, outline_line_color=None, min_border=5), self._lay_out],
        }  # fmt: skip

    def _lay_out(self, plot: Any, element: Any) -> None:
        """A hook: ranges that no other picture of a layout shares, ticks that are put by hand, no lines across."""
        fig = plot.state
        fig.x_range, fig.y_range = (Range1d(*self.spans[name]) for name in ("x", "y"))
        fig.xaxis.ticker, fig.yaxis.ticker = FixedTicker(ticks=[]), FixedTicker(ticks=[])
        fig.grid.visible = False


def hover_of(fig: figure) -> HoverTool:
    """The one tool of a figure that says what the pointer is on."""
    [tool] = (tool for tool in fig.tools if isinstance(tool, HoverTool))
    return tool


def _gap(wanted: float, period: float) -> float:
    """So many pixels of a period, in units of the rest."""
    return wanted / max(period - wanted, wanted)


def _label(axis: BokehAxis, origins: np.ndarray, labels: dict[float, str], name: str) -> None:
    starts = sorted(set(origins.tolist()))
    texts = {start + place: text for start in starts for place, text in labels.items()}
    # Overrides first: a tick without its label would show its place on the canvas.
    axis.major_label_overrides = texts
    axis.ticker.ticks = list(texts)
    axis.axis_label = name
