"""The heatmap and the curves of the Explorer: two Bokeh figures built once, then only fed.

Both draw the cells from one data source, so the browser itself shows in one what is hovered in the
other. All small pictures of a figure lie on one canvas: feeding it takes a few milliseconds however
many there are, which lets a whole grid train at ten frames a second.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from bokeh.core.properties import value
from bokeh.models import (
    ColorBar,
    ColumnDataSource,
    CustomJSTickFormatter,
    FixedTicker,
    GlyphRenderer,
    HoverTool,
    LinearColorMapper,
    TapTool,
)
from bokeh.palettes import Cividis256
from bokeh.plotting import figure

from gatesweep.app.assets import asset
from gatesweep.app.explorer.canvas import Canvas
from gatesweep.app.explorer.cells import (
    CELL_COLUMNS,
    MAX_LINES,
    TEXT_COLUMNS,
    cell_columns,
    diverged_columns,
    dynamic_columns,
    limit_columns,
    line_columns,
    ramp,
)
from gatesweep.app.explorer.picture import Axis, Picture, Scale
from gatesweep.app.theme import FONT, LIGHT, Palette
from gatesweep.plots.look import LIMIT_STYLES

__all__ = ["ACCENT", "Figures"]

REACH = 14
"""Pixels within which a tap means a point."""
ACCENT = "#d55e00"
"""What the pointer is on, and fits that diverged."""


def _plain_selection(renderer: GlyphRenderer) -> GlyphRenderer:
    """Clicking a cell opens it; nothing else fades for that."""
    renderer.selection_glyph = renderer.nonselection_glyph = None
    return renderer


class Figures:
    """`heatmap` and `curves`; `show(picture)` feeds them, `on_tap` is told the place (panel, y, x) of a click."""

    def __init__(self, on_tap: Callable[[int, int, int], None]) -> None:
        self._on_tap = on_tap
        self._picture: Picture | None = None
        self._epoch = -1
        self._place: tuple | None = None
        self._palette = LIGHT
        self.cells = ColumnDataSource(
            name="cells",
            data={name: [""] if name in TEXT_COLUMNS else [np.nan] for name in CELL_COLUMNS},
        )
        self.diverged = ColumnDataSource({side: [] for side in ("left", "right", "bottom", "top")})
        nowhere: list[list] = [[]] * MAX_LINES
        self.lines, self.bands = (
            ColumnDataSource({"xs": nowhere, "ys": nowhere, "color": ["#000000"] * MAX_LINES}) for _ in range(2)
        )
        self.limits = {name: ColumnDataSource({"x": [np.nan], "y": [np.nan]}) for name in LIMIT_STYLES}
        self.mapper = LinearColorMapper(palette=Cividis256, low=0, high=1, nan_color="#a9afb6")
        self._heatmap = Canvas("heatmap", self._redraw)
        self._curves = Canvas("curves", self._redraw)
        self._build_heatmap(self._heatmap.figure)
        self._build_curves(self._curves.figure)
        self.cells.selected.on_change("indices", self._tapped)

    @property
    def heatmap(self) -> figure:
        return self._heatmap.figure

    @property
    def curves(self) -> figure:
        return self._curves.figure

    def _build_heatmap(self, fig: figure) -> None:
        self._quad = _plain_selection(fig.quad(
            "left", "right", "bottom", "top", source=self.cells, line_width=1,
            fill_color={"field": "color", "transform": self.mapper},
        ))  # fmt: skip
        # By themselves: a column of patterns in the cells would make the browser draw one for each, every time.
        fig.quad(
            "left", "right", "bottom", "top", source=self.diverged, fill_alpha=0, line_alpha=0, hatch_pattern="/",
            hatch_color=ACCENT, hatch_weight=1.2, hatch_alpha=0.8, hatch_scale=9,
        )  # fmt: skip
        self._quad.hover_glyph = self._quad.glyph.clone(line_width=4, line_color=ACCENT)
        # Two sets of letters, not one with a column of colours: while a view is culled, Bokeh reads that
        # column and the texts at different times and fails where their lengths differ.
        self._numbers = [
            _plain_selection(
                fig.text(
                    "mx", "my", column, text_color=ink, source=self.cells, text_align="center",
                    text_baseline="middle", text_font=value(FONT), text_font_size="11.5px",
                )
            )
            for column, ink in (("dark_text", "#10151b"), ("light_text", "#ffffff"))
        ]  # fmt: skip
        self._bar = ColorBar(
            color_mapper=self.mapper, ticker=FixedTicker(ticks=[]), width=12, padding=4, label_standoff=6,
            border_line_color=None, bar_line_color=None, major_tick_line_color=None, background_fill_alpha=0,
            formatter=CustomJSTickFormatter(args={"mapper": self.mapper}, code=asset("explorer/bar_label.js")),
        )  # fmt: skip
        fig.add_layout(self._bar, "right")
        self._heatmap_hover = _hover(fig, self._quad)
        fig.add_tools(TapTool(renderers=[self._quad]))

    def _build_curves(self, fig: figure) -> None:
        fig.patches("xs", "ys", source=self.bands, fill_color="color", fill_alpha=0.22, line_color=None)
        self._limit_lines = {
            name: fig.line("x", "y", source=self.limits[name], line_dash=dash, line_width=width)
            for name, (_, dash, width) in LIMIT_STYLES.items()
        }
        fig.multi_line("xs", "ys", source=self.lines, line_color="color", line_width=2.5, line_join="round")
        _plain_selection(fig.scatter("cx", "cy", source=self.cells, size=4.5, color="dot", line_color=None))
        target = _plain_selection(fig.scatter("cx", "cy", source=self.cells, size=22, fill_alpha=0, line_alpha=0))
        target.hover_glyph = target.glyph.clone(size=13, line_alpha=1, line_width=3, line_color=ACCENT)
        self._curves_hover = _hover(fig, target)
        # Points lie close: a tap tool would take every one that its mark touches.
        fig.on_event("tap", self._tapped_near)

    def theme(self, palette: Palette) -> None:
        """Repaint in light or dark."""
        self._palette = palette
        for canvas in (self._heatmap, self._curves):
            canvas.theme(palette)
        self._quad.glyph.line_color = palette.paper
        self._bar.major_label_text_color = palette.muted
        self._bar.major_label_text_font = FONT
        for name, (colour, _, _) in LIMIT_STYLES.items():
            self._limit_lines[name].glyph.line_color = getattr(palette, colour)
        self._redraw()

    def show(self, picture: Picture, epoch: int = -1) -> None:
        """Replace what is shown; what stays as it is isn't sent again."""
        before, self._picture, self._epoch = self._picture, picture, epoch
        self._heatmap.lay_out(picture.panel_texts)
        self._curves.lay_out(picture.facets[1])
        self._label(picture)
        place = (picture.shape_key, self._heatmap.trellis, self._curves.trellis, self._palette)
        if place == self._place:
            self.cells.data.update(dynamic_columns(picture, epoch, self._curves.trellis, self._palette))
        else:
            self.cells.data = cell_columns(picture, epoch, self._heatmap.trellis, self._curves.trellis, self._palette)
        if place != self._place or before is None or not picture.has_limits_of(before):
            for name, source in self.limits.items():
                source.data = limit_columns(picture, picture.limits.get(name), self._curves.trellis)
        self._place = place
        self._feed_rest(picture)
        # After the data: the browser takes in glyphs bit by bit, and must not meet old numbers of cells there.
        self._colour(picture.colour)
        wide, high = self._cell_size(picture)
        self._quad.glyph.line_width = 1 if min(wide, high) >= 10 else 0
        for renderer in self._numbers:
            renderer.visible = wide >= 33 and high >= 14
        for hover in (self._heatmap_hover, self._curves_hover):
            hover.tooltips = _tooltip(picture)

    def _label(self, p: Picture) -> None:
        for canvas in (self._heatmap, self._curves):
            canvas.label_x(p.x)
        fit = max(2, self._heatmap.height // self._heatmap.trellis.rows // 14)
        self._heatmap.label_y(
            {_row(p.y, i): p.y.texts[i] for i in p.y.ticks(fit)}, "" if p.y.name == "gate" else p.y.label
        )
        scale = p.height
        ticks = scale.ticks(self._curves.height // self._curves.trellis.rows // 34)
        self._curves.label_y({(t - scale.low) / (scale.high - scale.low): text for t, text in ticks.items()}, "")

    def move(self, epoch: int) -> None:
        """Show another epoch of the same picture."""
        self._epoch = epoch
        if self._picture is not None:
            self.cells.data.update(dynamic_columns(self._picture, epoch, self._curves.trellis, self._palette))
            self._feed_rest(self._picture)

    def _feed_rest(self, p: Picture) -> None:
        trellis, at = self._curves.trellis, self._epoch
        diverged = diverged_columns(p, at, self._heatmap.trellis)
        if len(diverged["left"]) or len(self.diverged.data["left"]):
            self.diverged.data = diverged
        self.lines.data = line_columns(p, p.median[..., at], trellis, self._palette)
        edges = None if p.low is None or p.high is None else (p.low[..., at], p.high[..., at])
        self.bands.data = line_columns(p, edges, trellis, self._palette)

    def _redraw(self) -> None:
        if self._picture is not None:
            self.show(self._picture, self._epoch)

    def _cell_size(self, p: Picture) -> tuple[float, float]:
        """Width and height of a cell in pixels."""
        trellis = self._heatmap.trellis
        wide = self._heatmap.width / trellis.width / len(p.x.values)
        high = self._heatmap.height / trellis.height / len(p.y.values)
        return wide, high

    def _colour(self, scale: Scale) -> None:
        self.mapper.update(
            palette=ramp(scale.is_diverging, self._palette)[0],
            low=scale.low,
            high=scale.high,
            tags=["log"] if scale.is_log else [],
        )
        # The bar reads its ticker once: only what is inside may change.
        self._bar.ticker.ticks = list(scale.ticks(self._heatmap.height // 40))

    def _tapped(self, _attr: str, _old: list[int], new: list[int]) -> None:
        if new:
            self.cells.selected.indices = []
            self._open(new[0])

    def _tapped_near(self, event: Any) -> None:
        """The point of the curves nearest to a tap."""
        if event.x is None or event.y is None:
            return
        canvas, data = self._curves, self.cells.data
        across = (np.asarray(data["cx"], dtype=float) - event.x) * canvas.width / canvas.trellis.width
        up = (np.asarray(data["cy"], dtype=float) - event.y) * canvas.height / canvas.trellis.height
        distance = np.nan_to_num(np.hypot(across, up), nan=np.inf)
        if distance.min() <= REACH:
            self._open(int(distance.argmin()))

    def _open(self, index: int) -> None:
        if self._picture is not None:
            self._on_tap(*map(int, np.unravel_index(index, self._picture.value.shape[:3])))


def _row(axis: Axis, i: int) -> float:
    """Middle of a row: names run down, numbers run up."""
    n = len(axis.values)
    return ((i if axis.is_number else n - 1 - i) + 0.5) / n


def _hover(fig: figure, renderer: GlyphRenderer) -> HoverTool:
    hover = HoverTool(renderers=[renderer], attachment="above")
    fig.add_tools(hover)
    return hover


def _tooltip(p: Picture) -> str:
    band = "" if p.low is None else "<br>10 to 90 % of seeds: @low{0.000} to @high{0.000}"
    font = FONT.replace("'", "")
    number = f"{p.title}: <b>@number{{0.000}}</b>"
    return f"<div style='font:13px {font};padding:2px'><b>@where</b><br>{number}{band}</div>"
