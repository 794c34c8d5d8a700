"""The Lab's small charts: accuracies on one axis, losses by epoch, and what other seeds give."""

import numpy as np
from bokeh.core.properties import value
from bokeh.models import ColumnDataSource, LabelSet, LogColorMapper, Range1d, Span
from bokeh.palettes import Cividis256
from bokeh.plotting import figure

from gatesweep.app.lab.store import Population, Run, Shown, Valley
from gatesweep.app.theme import FONT, LIGHT, Palette, paint

__all__ = ["LossFigure", "ScoreFigure", "SeedsFigure", "ValleyFigure"]

MEASURES = ("train", "test", "exact", "best line", "Bayes")
BINS = np.linspace(0, 1, 41)
FEW = 4
"""Ticks that do not touch in the height that a small screen leaves."""


def _fit(axis: Range1d, low: float, high: float) -> None:
    """Both ends by hand: a range that follows its data forgets to, once its page was hidden."""
    room = 0.05 * ((high - low) or 1.0)
    axis.update(start=low - room if low else 0, end=high + room)


def _chart(name: str, **options) -> figure:
    usual = {"toolbar_location": None, "tools": "", "sizing_mode": "stretch_both", "min_border": 6}
    return figure(name=name, **(usual | {axis: Range1d(0, 1) for axis in ("x_range", "y_range")} | options))


class ScoreFigure:
    """Train, test and exact accuracy with the two limits, as marks on one axis."""

    def __init__(self) -> None:
        self.marks = ColumnDataSource({"value": [], "row": [], "text": [], "colour": [], "marker": []})
        self.figure = _chart(
            "scores",
            sizing_mode="stretch_width",
            height=172,
            x_range=Range1d(0, 1.32),
            y_range=list(MEASURES[::-1]),
            min_border_right=10,
        )
        self.figure.hbar(
            y="row",
            right="value",
            height=0.12,
            fill_color="colour",
            line_color=None,
            fill_alpha=0.35,
            source=self.marks,
        )
        self.figure.scatter(
            "value", "row", source=self.marks, marker="marker", size=13, fill_color="colour", line_color="colour"
        )
        self.text = LabelSet(
            x="value",
            y="row",
            text="text",
            source=self.marks,
            x_offset=12,
            text_baseline="middle",
            text_font=value(FONT),
            text_font_size="13px",
            text_font_style="bold",
        )
        self.figure.add_layout(self.text)
        self.figure.xaxis.ticker = [0, 0.25, 0.5, 0.75, 1]
        self.figure.ygrid.visible = False
        self.palette = LIGHT
        self.theme(LIGHT)

    def theme(self, palette: Palette) -> None:
        self.palette = palette
        paint(self.figure, palette)
        self.figure.outline_line_color = None
        self.figure.yaxis.major_label_text_color = palette.ink
        self.figure.yaxis.major_label_text_font_size = "13px"
        self.text.text_color = palette.ink

    def show(self, run: Run, shown: Shown) -> None:
        p, scores = self.palette, shown.scores
        values = np.array(
            [
                scores.train_accuracy,
                scores.test_accuracy,
                shown.exact_accuracy,
                run.best_linear_accuracy,
                run.bayes_accuracy,
            ],
            dtype=float,
        )
        self.marks.data = {
            "value": values,
            "row": list(MEASURES),
            "text": [f"{v:.1%}" for v in values],
            "colour": [p.train, p.test, p.exact, p.best_line, p.bayes],
            "marker": ["circle", "circle", "diamond", "dash", "dash"],
        }


class LossFigure:
    """Mean log loss of the train and the test rows at every epoch, with a cursor at the epoch shown."""

    def __init__(self) -> None:
        self.losses = ColumnDataSource({"epoch": [], "train": [], "test": []})
        self.cursor = Span(dimension="height", location=0, line_width=2)
        self.figure = _chart("loss", y_axis_label="log loss", x_axis_label="epoch")
        self.curves = [
            self.figure.line(
                "epoch",
                part,
                source=self.losses,
                line_width=2.6,
                legend_label=part,
                line_dash="solid" if part == "train" else [5, 4],
            )
            for part in ("train", "test")
        ]
        self.figure.yaxis.ticker.desired_num_ticks = FEW
        self.figure.xaxis.ticker.min_interval = 1
        self.figure.add_layout(self.cursor)
        self.figure.legend.orientation = "horizontal"
        self.figure.legend.border_line_color = None
        self.figure.legend.padding = 2
        self.theme(LIGHT)

    def theme(self, palette: Palette) -> None:
        paint(self.figure, palette)
        self.figure.outline_line_color = None
        self.cursor.line_color = palette.muted
        for curve, colour in zip(self.curves, (palette.train, palette.test), strict=True):
            curve.glyph.line_color = colour

    def show(self, run: Run) -> None:
        history = run.history
        self.losses.data = {
            "epoch": np.arange(run.last_epoch + 1),
            "train": history.train_loss,
            "test": history.test_loss,
        }
        losses = np.append(history.train_loss, history.test_loss)
        known = losses[np.isfinite(losses)]
        _fit(self.figure.y_range, float(known.min()), float(known.max()))
        self.figure.x_range.end = max(run.last_epoch, 1)

    def move(self, epoch: int) -> None:
        self.cursor.location = epoch


class SeedsFigure:
    """Exact accuracies of 200 seeds, with the one on show marked. A click on a bar asks for such a seed."""

    def __init__(self) -> None:
        self.bars = ColumnDataSource({"left": [], "right": [], "count": []})
        self.mine = Span(dimension="height", location=0, line_width=3)
        self.figure = _chart("seeds", x_axis_label="exact accuracy", y_axis_label="seeds", tools="tap")
        self.glyph = self.figure.quad(
            left="left", right="right", top="count", bottom=0, source=self.bars, line_width=1, nonselection_fill_alpha=1
        )
        self.figure.add_layout(self.mine)
        self.figure.yaxis.ticker.update(desired_num_ticks=FEW, min_interval=1)
        self.figure.xgrid.visible = False
        self.theme(LIGHT)

    def theme(self, palette: Palette) -> None:
        paint(self.figure, palette)
        self.figure.outline_line_color = None
        self.glyph.glyph.fill_color, self.glyph.glyph.line_color = palette.muted, palette.paper
        self.mine.line_color = palette.classes[1]

    def show(self, population: Population | None) -> None:
        accuracy = np.zeros(0) if population is None else population.exact_accuracy
        count, _ = np.histogram(np.clip(accuracy, 0, 1), BINS)
        self.bars.data = {"left": BINS[:-1], "right": BINS[1:], "count": count}
        _fit(self.figure.y_range, 0, max(int(count.max()), 1))

    def mark(self, accuracy: float) -> None:
        self.mine.location = accuracy


class ValleyFigure:
    """The training loss over two parameters, the rest as trained, and the path that training took."""

    def __init__(self) -> None:
        self.image = ColumnDataSource({"image": [], "x": [], "y": [], "dw": [], "dh": []})
        self.path, self.here = (ColumnDataSource({"x": [], "y": []}) for _ in range(2))
        self.places = (0, 1)
        self.mapper = LogColorMapper(palette=Cividis256[::-1], low=0.01, high=2)
        self.figure = _chart("valley")
        self.figure.image("image", x="x", y="y", dw="dw", dh="dh", source=self.image, color_mapper=self.mapper)
        self.figure.line("x", "y", source=self.path, line_color="white", line_width=3.5)
        self.figure.line("x", "y", source=self.path, line_color="#D55E00", line_width=2)
        self.figure.scatter("x", "y", source=self.path, size=4, fill_color="#D55E00", line_color="white")
        self.figure.scatter("x", "y", source=self.here, size=13, fill_color="#D55E00", line_color="white", line_width=2)
        self.theme(LIGHT)

    def theme(self, palette: Palette) -> None:
        paint(self.figure, palette)

    def show(self, valley: Valley, x: str, y: str) -> None:
        """Another surface; `x` and `y` name its two parameters."""
        (left, right), (bottom, top) = valley.spans
        self.places = valley.places
        self.mapper.update(low=max(float(valley.loss.min()), 1e-4), high=float(valley.loss.max()))
        self.image.data = {
            "image": [valley.loss],
            "x": [left],
            "y": [bottom],
            "dw": [right - left],
            "dh": [top - bottom],
        }
        self.path.data = {"x": valley.path[:, 0], "y": valley.path[:, 1]}
        self.figure.x_range.update(start=left, end=right)
        self.figure.y_range.update(start=bottom, end=top)
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = x, y

    def move(self, shown: Shown) -> bool:
        """The model on show, a dot on the surface; whether the surface reaches so far."""
        x, y = np.append(shown.weight, shown.intercept)[list(self.places)]
        self.here.data = {"x": [x], "y": [y]}
        across, up = self.figure.x_range, self.figure.y_range
        return bool(across.start <= x <= across.end and up.start <= y <= up.end)
