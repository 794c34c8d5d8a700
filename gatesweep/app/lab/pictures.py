"""The Lab's pictures on its page: each is drawn once from its definition in `gatesweep.plots`, then fed."""

from collections.abc import Callable
from functools import cached_property

import holoviews as hv
import numpy as np
from bokeh.models import ColumnDataSource, CustomJS, HoverTool, PointDrawTool
from bokeh.plotting import figure

from gatesweep import models
from gatesweep.app.assets import asset
from gatesweep.app.lab.model import LossGrid, Population, Run, Shown
from gatesweep.app.lab.own_model import Resampled
from gatesweep.app.lab.own_rows import OwnRows
from gatesweep.gates import as_gate
from gatesweep.grids.model import Rows
from gatesweep.lessons import EXPLANATIONS
from gatesweep.plots import charts
from gatesweep.plots.boundary import (
    corner_columns,
    limit_columns,
    line_columns,
    model_columns,
    numbers,
    pinned_columns,
    plane,
    row_columns,
    sample_limit_columns,
)
from gatesweep.plots.drawn import Columns, Drawn
from gatesweep.plots.hidden import Pair, hidden_columns, hidden_labels, hidden_space, hidden_span
from gatesweep.plots.look import LIGHT, Palette
from gatesweep.plots.loss_surface import here_columns, limits, loss_surface, loss_surface_columns
from gatesweep.plots.neuron import neuron, neuron_columns
from gatesweep.plots.s_curve import s_curve, s_curve_columns, s_curve_span
from gatesweep.plots.window import UNIT

__all__ = ["Pictures"]

NOBODY, ONE = np.zeros(0), models.Neuron(np.ones(2), np.array(-1.0))
"""No rows, and the model that pictures are rendered with, before there is one."""
OWN_MEANINGS = [
    EXPLANATIONS[name].sentence
    for name in ("train", "test", "cross_validated", "best_line_on_rows", "majority_of_rows")
]
AXES = ("x₁", "x₂")
MEANINGS = [
    EXPLANATIONS[name].sentence for name in ("train", "test", "exact", "best_linear_accuracy", "bayes_accuracy")
]
_RENDERED: dict[tuple[type, Palette], Drawn] = {}


class _Picture:
    """One definition, what it draws now, and the figure that shows it."""

    name: str
    define: Callable[..., hv.Overlay]

    def __init__(self, columns: Columns) -> None:
        self.palette, self.columns = LIGHT, dict(columns)
        self.drawn = self._rendered(LIGHT).copy()

    def _rendered(self, palette: Palette) -> Drawn:
        """What all visitors' pictures are copies of: rendering is half of what a page costs."""
        key = type(self), palette
        if key not in _RENDERED:
            _RENDERED[key] = Drawn(type(self).define(self.columns, palette), self.name)
        return _RENDERED[key]

    @property
    def element(self) -> hv.Overlay:
        """What is on show, as a HoloViews object."""
        return type(self).define(self.columns, self.palette)

    @property
    def figure(self) -> figure:
        return self.drawn.figure

    def write(self, columns: Columns) -> None:
        self.columns |= columns
        self.drawn.write(columns)

    def theme(self, palette: Palette) -> None:
        if palette != self.palette:
            self.palette = palette
            self.drawn.restyle(self._rendered(palette))


class Boundary(_Picture):
    """Rows, surface, boundary, and the line to take in hand."""

    name, define = "boundary", plane

    def __init__(self) -> None:
        super().__init__(
            row_columns(np.empty((0, 2)), NOBODY.astype(int), NOBODY.astype(bool), LIGHT)
            | corner_columns(as_gate("AND"))
            | model_columns(ONE, np.empty((0, 2)), 0.5, False, False)
            | line_columns([])
            | pinned_columns(None)
            | limit_columns(None)
        )
        self.window = UNIT
        self.cross = ColumnDataSource({"x1": [], "x2": []})
        """Where the keyboard draws; the browser alone moves it, see draw.js."""
        look = {"marker": "cross", "size": 26, "line_width": 2.5, "line_color": LIGHT.ink}
        self._cross = self.figure.scatter("x1", "x2", source=self.cross, name="cross", **look)
        # The browser alone moves the grips; see grips.js.
        self.drag = PointDrawTool(renderers=[self.drawn.layers["grips"]], add=False, drag=True)
        self.figure.add_tools(self.drag)
        self.figure.toolbar.update(active_tap=None, active_drag=None)
        # Its two axes need not take the same room, in whatever font the browser has.
        for side in ("inner_width", "inner_height"):
            self.figure.js_on_change(side, CustomJS(args={"figure": self.figure}, code=asset("lab/square.js")))

    @property
    def grips(self) -> dict[str, list[float]]:
        """Where the line by hand is held."""
        return {name: np.asarray(self.columns["grips"][name]).tolist() for name in ("x1", "x2")}

    def theme(self, palette: Palette) -> None:
        super().theme(palette)
        self._cross.glyph.line_color = palette.ink

    def show_rows(self, rows: Rows | OwnRows) -> bool:
        """Whether they are seen through another window than those before: then all else has to be drawn again."""
        window, names = (rows.window, rows.names) if isinstance(rows, OwnRows) else (UNIT, AXES)
        is_new = window != self.window
        if is_new:
            self.window = window
            self.drawn.span(*zip(window.low, window.high, strict=True))
        for axis, name in zip((self.figure.xaxis, self.figure.yaxis), names, strict=True):
            axis.axis_label = name
        columns = row_columns(window.to_plane(rows.X), rows.y, rows.is_test, self.palette)
        columns["rows"] |= {"x1": rows.X[:, 0], "x2": rows.X[:, 1]}
        self.write(columns | {"beyond": window.seen(columns)["beyond"]} | corner_columns(rows.gate))
        return is_new

    def show_model(self, shown: Shown, labels: bool, by_hand: bool, is_drawn: bool = False) -> None:
        """`is_drawn`: a drag moves points, so the figure takes it, as it does for the grips."""
        wrong, window = self.window.to_plane(shown.rows.X[shown.wrong]), self.window
        model = window.to_plane_model(shown.model)
        columns = window.seen(model_columns(model, wrong, shown.threshold, labels, by_hand, self.palette))
        columns["model"] = numbers(shown.model, shown.threshold)
        self.columns["grips"] = columns.pop("grips")
        self.write(columns)
        self.figure.toolbar.active_drag = self.drag if by_hand or is_drawn else None

    def show_cloud(self, population: Population | Resampled | None) -> None:
        """The boundaries of the other seeds."""
        models = population.models if population else None
        several = [] if models is None else [models[i] for i in range(len(models.params))]
        self.write(self.window.seen(line_columns(map(self.window.to_plane_model, several))))

    def show_pinned(self, pinned: Shown | None) -> None:
        """The boundary of the model to compare with."""
        self.write(self.window.seen(pinned_columns(self.window.to_plane_model(pinned.model) if pinned else None)))

    def show_limits(self, rows: Rows | OwnRows | None, known: Resampled | None = None) -> None:
        """The best line and the best boundary for these rows' gate and noise level; of own rows the best line, once
        it is known."""
        best = None if known is None else known.best
        if isinstance(rows, Rows):
            self.write(limit_columns(rows.gate, rows.noise_level))
        elif rows is not None and best is not None:
            line = models.Neuron(best.weight, np.array(best.intercept))
            self.write(self.window.seen(sample_limit_columns(self.window.to_plane_model(line))))
        else:
            self.write(limit_columns(None))


class Neuron(_Picture):
    """The model as one neuron, shown one corner."""

    name, define = "neuron", neuron

    def __init__(self) -> None:
        super().__init__(neuron_columns(ONE, (1, 1), 1, 0.5, LIGHT))
        self.figure.toolbar.update(active_tap=None, active_drag=None)

    def show(self, shown: Shown, corner: str, row: int = 1) -> None:
        """What it makes of a corner of the gate, or of one of the own rows, counted from 1."""
        rows = shown.rows
        if not isinstance(rows, OwnRows):
            x1, x2 = map(int, corner)
            truth = rows.gate.truth[2 * x1 + x2]
            self.write(neuron_columns(shown.model, (x1, x2), truth, shown.threshold, self.palette))
        elif len(rows.y):
            place = min(row, len(rows.y)) - 1
            x = (float(rows.X[place, 0]), float(rows.X[place, 1]))
            columns = neuron_columns(shown.model, x, int(rows.y[place]), shown.threshold, self.palette, "row")
            self.write(columns)


class SCurve(_Picture):
    """Every row at its logit and probability."""

    name, define = "s_curve", s_curve

    def __init__(self) -> None:
        nobody = NOBODY.astype(int), NOBODY.astype(bool)
        super().__init__(s_curve_columns(np.empty((0, 2)), *nobody, NOBODY, NOBODY, nobody[1], 0.5, LIGHT))
        self.figure.toolbar.update(active_tap=None, active_drag=None)

    def show(self, shown: Shown) -> None:
        rows = shown.rows
        self.write(
            s_curve_columns(
                rows.X, rows.y, rows.is_test, shown.logit, shown.loss, shown.wrong, shown.threshold, self.palette
            )
        )
        self.drawn.span(**s_curve_span(shown.logit))


class Hidden(_Picture):
    """The rows where two hidden neurons put them."""

    name, define = "hidden", hidden_space

    def __init__(self) -> None:
        nobody = NOBODY.astype(int), NOBODY.astype(bool), NOBODY.astype(bool)
        two = models.Network(np.eye(2), np.zeros(2), np.ones(2), np.array(0.0))
        super().__init__(hidden_columns(two, (0, 1), np.empty((0, 2)), *nobody, 0.5, LIGHT))
        self.figure.toolbar.update(active_tap=None, active_drag=None)

    def show(self, shown: Shown, pair: Pair) -> None:
        rows = shown.rows
        given = (rows.X, rows.y, rows.is_test, shown.wrong, shown.threshold, self.palette)
        columns = hidden_columns(shown.model, pair, *given)
        if isinstance(rows, OwnRows):  # They have no corners.
            columns["corners"] = {name: [] for name in columns["corners"]}
        self.write(columns)
        span = hidden_span(shown.model, rows.X)
        self.drawn.span(span, span)
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = hidden_labels(pair)


class Scores(_Picture):
    """Train, test and exact accuracy beside the two limits."""

    name, define = "scores", charts.accuracies

    def __init__(self) -> None:
        super().__init__(charts.accuracy_columns(np.zeros(5), LIGHT))
        # Looked up once: a search through the figure takes longer than all else that a move costs.
        self.numbers = self.figure.select_one({"name": "numbers"})

        self.names = self.figure.left[0]

    def show(self, run: Run, shown: Shown, known: Resampled | None = None) -> None:
        """`known`: what the own rows say; None of a gate, and until it is known."""
        scores, is_own = shown.scores, isinstance(run.rows, OwnRows)
        others: tuple[float, float, float]
        if is_own:
            best = np.nan if known is None or known.best is None else known.best.accuracy
            ones = float(run.rows.y.mean()) if len(run.rows.y) else np.nan
            others = np.nan if known is None else known.cross_validated, best, max(ones, 1 - ones)
        else:
            others = shown.exact_accuracy, run.best_linear_accuracy, run.bayes_accuracy
        values = np.array([scores.train_accuracy, scores.test_accuracy, *others], dtype=float)
        columns = charts.accuracy_columns(values, self.palette, OWN_MEANINGS if is_own else MEANINGS)
        self.write(columns)
        called = charts.OWN_MEASURES if is_own else charts.MEASURES
        self.names.major_label_overrides = dict(zip(columns["marks"]["row"].tolist(), called, strict=True))
        self.numbers.major_label_overrides = charts.number_labels(columns)


class Losses(_Picture):
    """Losses at every epoch, with a cursor at the one shown."""

    name, define = "loss", charts.losses

    def __init__(self) -> None:
        self.has_hand, self.unit = False, "epoch"
        columns = charts.loss_columns(np.ones(2), np.ones(2)) | charts.hand_columns(None)
        super().__init__(columns | charts.mark_columns("epoch shown", 0))

    def show(self, run: Run, unit: str) -> None:
        """`unit`: what an epoch of it is called."""
        losses = run.history.train_loss, run.history.test_loss
        if unit != self.unit:
            self.unit = self.figure.xaxis.axis_label = unit
            self.figure.select_one({"type": HoverTool}).tooltips = charts.loss_tooltips(unit)
        self.write(charts.loss_columns(*losses))
        self.drawn.span(**charts.loss_span(*losses))

    def move(self, run: Run, epoch: int, by_hand: Shown | None) -> None:
        """Where on the way the model on show is; a line set by hand is on none."""
        loss = None if by_hand is None else float(by_hand.scores.train_loss)
        span = charts.loss_span(run.history.train_loss, run.history.test_loss, loss)
        self.write(charts.mark_columns("epoch shown", epoch) | charts.hand_columns(loss, span["y"]))
        if loss is not None or self.has_hand:
            self.drawn.span(**span)
        self.has_hand = loss is not None


class Seeds(_Picture):
    """Exact accuracies of the other seeds, with the one on show marked."""

    name, define = "seeds", charts.population

    def __init__(self) -> None:
        super().__init__(charts.population_columns(NOBODY) | charts.mark_columns("this seed", 0))
        self.bars = self.drawn.sources["seeds"]

    def show(self, population: Population | Resampled | None) -> None:
        accuracy = NOBODY if population is None else population.accuracy
        columns = charts.population_columns(accuracy[np.isfinite(accuracy)])
        self.write(columns)
        self.call(population)
        self.drawn.span(**charts.count_span(columns["seeds"]["top"]))

    def call(self, population: Population | Resampled | None) -> None:
        """Name the axes after what is counted: seeds of a gate or other first weights, refits of own rows."""
        across, up = "exact accuracy", "seeds"
        if isinstance(population, Resampled):
            across, up = "accuracy on rows left out", "refits"
        elif population is not None and population.over == "init_seed":
            up = "starts"
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = across, up
        self.figure.select_one({"type": HoverTool}).tooltips = [(across, "@left{0.0%} to @right{0.0%}"), (up, "@top")]

    def mark(self, accuracy: float) -> None:
        self.write(charts.mark_columns("this seed", accuracy))


class LossSurface(_Picture):
    """The training loss over two parameters, with the path that training took."""

    name, define = "valley", loss_surface

    def __init__(self) -> None:
        columns = loss_surface_columns(np.array([[1.0, 2.0], [2.0, 1.0]]), ((0, 1), (0, 1)), np.zeros((1, 2)))
        super().__init__(columns | here_columns(0, 0))
        self.places = (0, 1)

    def show(self, grid: LossGrid, x: str, y: str) -> None:
        """Another surface; `x` and `y` name its two parameters."""
        self.places = grid.places
        self.write(loss_surface_columns(grid.loss, grid.spans, grid.path))
        low, high = limits(grid.loss)
        self.drawn.layers["loss"].glyph.color_mapper.update(low=low, high=high)
        self.drawn.span(*grid.spans)
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = x, y

    def move(self, shown: Shown) -> bool:
        """The model on show, a dot on the surface; whether the surface reaches so far."""
        x, y = shown.model.params[list(self.places)]
        self.write(here_columns(x, y))
        across, up = self.figure.x_range, self.figure.y_range
        return bool(across.start <= x <= across.end and up.start <= y <= up.end)


class Pictures:
    """All of them; neuron, S-curve, hidden space and loss surface are made when they are first looked at."""

    def __init__(self) -> None:
        self.boundary, self.scores, self.losses, self.seeds = Boundary(), Scores(), Losses(), Seeds()
        self.small: tuple[_Picture, ...] = (self.scores, self.losses, self.seeds)
        """Those beside the large one, from the start."""

    @property
    def all(self) -> tuple[_Picture, ...]:
        """Those of one neuron's Lab, without the ones that can take the large one's place."""
        return self.boundary, self.scores, self.losses, self.loss_surface, self.seeds

    @cached_property
    def loss_surface(self) -> LossSurface:
        return LossSurface()

    @cached_property
    def neuron(self) -> Neuron:
        return Neuron()

    @cached_property
    def s_curve(self) -> SCurve:
        return SCurve()

    @cached_property
    def hidden(self) -> Hidden:
        return Hidden()
