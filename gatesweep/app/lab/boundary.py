"""The Lab's main picture: rows, surface, boundary, and the line to take in hand."""

import time

import numpy as np
from bokeh.core.properties import value
from bokeh.models import ColumnDataSource, CustomJS, CustomJSHover, HoverTool, LinearColorMapper, PointDrawTool, Range1d
from bokeh.plotting import figure

from gatesweep.app.lab.geometry import EXTENT, hand_line, level, surface
from gatesweep.app.lab.store import Population, Shown
from gatesweep.app.theme import FONT, LIGHT, MARKERS, Palette, paint
from gatesweep.gates import as_gate, corners

__all__ = ["BoundaryFigure"]

PIXELS = 120
HOVER_P = """
const w = model.data.w, z = model.data.b[0] + w[0] * special_vars.x + w[1] * special_vars.y
    + w[2] * special_vars.x * special_vars.y
const p = 1 / (1 + Math.exp(-z))
return format == "label" ? (p >= model.data.threshold[0] ? "1" : "0") : p.toFixed(3)
"""
LED = 1.5
"""Seconds after a drag in which what the weights' sliders say is still its echo."""
FOLLOW = "if (hand.data.x1.length) held.data = {x1: Array.from(hand.data.x1), x2: Array.from(hand.data.x2)}"
TIP = """<div style="font: 13px system-ui, sans-serif"><b>x₁</b> $x{0.00} &nbsp; <b>x₂</b> $y{0.00}<br>
<b>p</b> @image{%s} &nbsp; class @image{%s}</div>"""


class BoundaryFigure:
    """One Bokeh figure; every update is new data for its sources, never a new glyph."""

    def __init__(self) -> None:
        self.rows = ColumnDataSource({name: [] for name in ("x1", "x2", "marker", "fill", "line", "label", "part")})
        self.wrong = ColumnDataSource({"x1": [], "x2": []})
        self.image = ColumnDataSource({"image": [np.zeros((2, 2), np.uint8)]})
        self.lines = {p: ColumnDataSource({"x1": [], "x2": []}) for p in ("boundary", "0.25", "0.75")}
        self.cloud = ColumnDataSource({"x1": [], "x2": []})
        self.hand, self.held = (ColumnDataSource({"x1": [], "x2": []}) for _ in range(2))
        self.is_held, self._dropped = False, -LED
        self.corners = ColumnDataSource({"x1": [], "x2": [], "text": []})
        self.model = ColumnDataSource({"w": [], "b": [], "threshold": []}, name="model")
        self.palette = LIGHT
        self.mapper = LinearColorMapper(palette=LIGHT.surface, low=0, high=255)
        self.figure = figure(
            x_range=Range1d(*EXTENT),
            y_range=Range1d(*EXTENT),
            toolbar_location=None,
            tools="",
            sizing_mode="stretch_both",
            min_border_left=74,
            min_border_bottom=74,
            min_border_right=12,
            min_border_top=12,
            x_axis_label="x₁",
            y_axis_label="x₂",
            name="boundary",
            output_backend="canvas",
        )
        self._draw()
        self.theme(LIGHT)

    def _draw(self) -> None:
        f, span = self.figure, EXTENT[1] - EXTENT[0]
        picture = f.image(
            "image", source=self.image, x=EXTENT[0], y=EXTENT[0], dw=span, dh=span, color_mapper=self.mapper
        )
        self.cloud_glyph = f.multi_line("x1", "x2", source=self.cloud, line_alpha=0.11, line_width=1.1)
        f.scatter(
            "x1",
            "x2",
            source=self.rows,
            marker="marker",
            size=8,
            fill_color="fill",
            line_color="line",
            line_width=1.4,
            name="rows",
        )
        self.wrong_glyph = f.scatter("x1", "x2", source=self.wrong, marker="x", size=7, line_width=1.7, line_alpha=0.85)
        self.line_glyphs = [
            f.line(
                "x1",
                "x2",
                source=source,
                line_width=4 if p == "boundary" else 1.8,
                line_dash="solid" if p == "boundary" else [7, 5],
            )
            for p, source in self.lines.items()
        ]
        self.corner_glyph = f.text(
            "x1",
            "x2",
            "text",
            source=self.corners,
            text_align="center",
            text_baseline="middle",
            text_font=value(FONT),
            text_font_size="24px",
            text_font_style="bold",
            text_alpha=0.75,
        )
        self.hand_glyph = f.scatter("x1", "x2", source=self.hand, size=20, line_width=3, fill_alpha=0.9)
        special = CustomJSHover(args={"model": self.model}, code=HOVER_P)
        f.add_tools(
            HoverTool(
                renderers=[picture],
                tooltips=TIP % ("p", "label"),
                formatters={"@image": special},
                point_policy="follow_mouse",
            )
        )
        self.drag = PointDrawTool(renderers=[self.hand_glyph], add=False, drag=True)
        f.add_tools(self.drag)
        # The tool itself says nothing before a grip is let go.
        follow = CustomJS(args={"hand": self.hand, "held": self.held}, code=FOLLOW)
        f.js_on_event("pan", follow)
        f.toolbar.active_tap = None
        f.toolbar.active_drag = None

    @property
    def is_led(self) -> bool:
        """Whether a grip leads the line, or did a moment ago."""
        return self.is_held or time.monotonic() - self._dropped < LED

    def drop(self) -> None:
        """The grip is let go of."""
        if self.is_held:
            self.is_held, self._dropped = False, time.monotonic()

    def theme(self, palette: Palette) -> None:
        self.palette = palette
        paint(self.figure, palette)
        self.mapper.palette = palette.surface
        self.cloud_glyph.glyph.line_color = palette.ink
        self.wrong_glyph.glyph.line_color = palette.ink
        for glyph in self.line_glyphs:
            glyph.glyph.line_color = palette.ink
        self.corner_glyph.glyph.text_color = palette.ink
        self.hand_glyph.glyph.fill_color, self.hand_glyph.glyph.line_color = palette.best_line, palette.ink

    def show_data(self, shown: Shown) -> None:
        """Rows: filled for training, hollow for test."""
        data = shown.data
        hue = np.array(self.palette.classes)[data.y]
        self.rows.data = {
            "x1": data.X[:, 0],
            "x2": data.X[:, 1],
            "marker": np.array(MARKERS)[data.y].tolist(),
            "fill": np.where(data.is_test, self.palette.paper, hue).tolist(),
            "line": np.where(data.is_test, hue, self.palette.paper).tolist(),
            "label": data.y,
            "part": np.where(data.is_test, "test", "train").tolist(),
        }
        x1, x2 = (0.5 + 1.7 * (corners(2) - 0.5)).T  # beside the corners, outwards
        self.corners.data = {"x1": x1, "x2": x2, "text": list(map(str, as_gate(data.gate).truth))}

    def show_model(self, shown: Shown, labels: bool, by_hand: bool) -> None:
        """Surface, boundary with its 0.25 and 0.75 contours, and the misclassified rows."""
        weight, intercept = shown.weight, shown.intercept
        self.image.data = {"image": [surface(weight, intercept, PIXELS, shown.threshold if labels else None)]}
        for p, source in self.lines.items():
            x1, x2 = level(weight, intercept, shown.threshold if p == "boundary" else float(p))
            source.data = {"x1": x1, "x2": x2}
        wrong = shown.data.X[shown.wrong]
        self.wrong.data = {"x1": wrong[:, 0], "x2": wrong[:, 1]}
        self.model.data = {
            "w": np.append(weight, np.zeros(3 - len(weight))),
            "b": [intercept] * 3,
            "threshold": [shown.threshold] * 3,
        }
        if not self.is_held:
            grips = hand_line(weight[:2], intercept) if by_hand and not weight[2:].any() else np.empty((0, 2))
            self.hand.data = {"x1": grips[:, 0], "x2": grips[:, 1]}
        self.figure.toolbar.active_drag = self.drag if by_hand else None

    def show_cloud(self, population: Population | None) -> None:
        """The boundaries of the other seeds, faint."""
        lines = (
            []
            if population is None
            else [level(w, b) for w, b in zip(population.weight, population.intercept, strict=True)]
        )
        self.cloud.data = {"x1": [x1 for x1, _ in lines], "x2": [x2 for _, x2 in lines]}
