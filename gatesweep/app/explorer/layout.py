"""Where things stand on the Explorer's page: built once; a phone stacks it, pictures first."""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

import panel as pn
import panel_material_ui as pmui
from bokeh.plotting import figure

from gatesweep.app.assets import sheets
from gatesweep.app.controls import (
    PickedMenu,
    at_most,
    choice,
    choices,
    decades,
    filled,
    range_slider,
    select,
    slider,
    text,
    wide,
)
from gatesweep.app.explain import Explain, explain_class
from gatesweep.app.explorer import words
from gatesweep.app.explorer.commands import Commands
from gatesweep.app.explorer.downloads import downloads
from gatesweep.app.explorer.preset_bar import PresetBar
from gatesweep.app.explorer.state import COMPARE
from gatesweep.app.explorer.view_model import ViewModel
from gatesweep.app.finger import Finger
from gatesweep.app.player import Player
from gatesweep.app.refusal import Place, Refusal
from gatesweep.engine.solvers import solver_class
from gatesweep.experiment import Experiment
from gatesweep.plots.labels import short_label
from gatesweep.results import schema
from gatesweep.results.measures import MEASURES
from gatesweep.results.statistics import STATISTICS

__all__ = ["Layout"]

SHORT = 1.0
"""Seconds up to which a run is over before its estimate could be read."""
MAX_HIDDEN = 6
"""Swept parameters that a picture can leave out: two are always on show."""
PERIOD = 250
"""Milliseconds between two looks at a long run."""


class Layout:
    """The Explorer's panes and widgets; `root` is the page."""

    def __init__(self, explorer: Commands, figures: tuple[figure, figure]) -> None:
        self._explorer, self._figures = explorer, figures
        self._ticker = None
        self._title = self._note = ""
        self._is_of_run_before = False
        """Whether the picture still shows what was trained before this run."""
        self.presets, self.finger = PresetBar(explorer), Finger()
        inner = pn.Column(
            self.presets,
            self._controls(),
            self._pictures(),
            Explain(explorer),
            self.finger,
            stylesheets=sheets("explorer/grid"),
            sizing_mode="stretch_both",
            margin=0,
        )
        self.root = pn.Column(
            inner, stylesheets=sheets("themed", "explorer/root"), sizing_mode="stretch_both", margin=0
        )

    def _controls(self) -> pn.Column:
        e = self._explorer
        compare = {"nothing else": "none"} | {short_label(n): n for n in COMPARE if n != "none"}
        self.conditional = {
            "C": decades(e, "C", "C (inverse penalty)", 1e3),
            "learning_rate": decades(e, "learning_rate", "Learning rate", 1e4),
            "epochs": slider(e, "epochs", "Epochs", end=100),
            "num_samples": slider(e, "num_samples", "Rows", start=20, end=1000, step=20),
            "features": choice(e, "features", "Features", options={"x₁, x₂": "linear", "x₁, x₂, x₁x₂": "interaction"}),
            "hidden_units": slider(e, "hidden_units", "Hidden neurons"),
            "activation": choice(e, "activation", "Activation"),
            "compare_values": text(e, "compare_values", "Values"),
            "also": choice(e, "also", "And", options=compare),
            "also_values": text(e, "also_values", "Values"),
        }
        self.live = pmui.Switch(
            size="small",
            margin=(2, 10),
            css_classes=[explain_class("record")],
        )
        self.live.param.watch(lambda event: setattr(e, "record", "epoch" if event.new else "none"), "value")
        e.param.watch(lambda *_: self._fold(), ["solver", "hidden_units", "compare", "also", "record"])
        self._fold()
        c = self.conditional
        fields = {
            "gate": choices(e, "gate", "Gates"),
            "noise_level": range_slider(e, "noise_level", "Noise level"),
            "noise_count": slider(e, "noise_count", "Noise levels", start=2, end=101),
            "seed_count": slider(e, "seed_count", "Seeds", start=1, end=200),
            **{name: c[name] for name in ("num_samples", "features", "hidden_units", "activation")},
            "solver": choice(e, "solver", "Solver"),
            **{name: c[name] for name in ("C", "learning_rate", "epochs")},
            "record": self.live,
            "compare": choice(e, "compare", "Compare also", options=compare),
            **{name: c[name] for name in ("compare_values", "also", "also_values")},
        }
        column = pn.Column(
            css_classes=["gs-controls"], stylesheets=sheets("card", "explorer/controls"),
            sizing_mode="stretch_width", margin=0,
        )  # fmt: skip
        places = {name: Place(column, field) for name, field in fields.items()}
        self.refusal = Refusal(lambda: places, "The last picture stays.")
        return filled(column, *fields.values(), self._run_card())

    def _run_card(self) -> pn.Column:
        e = self._explorer
        self.status = pn.pane.HTML(
            "",
            sizing_mode="stretch_width",
            margin=(4, 12),
            styles={"font-size": ".82rem"},
            stylesheets=sheets("problem"),
        )
        self.bar = pmui.LinearProgress(value=0, sizing_mode="stretch_width", margin=(2, 12), visible=False)
        self.train = pmui.Button(
            label="Train", size="small", visible=False, margin=(4, 10), on_click=lambda _: e.retrain(force=True)
        )
        self.stop = pmui.Button(
            label="Cancel",
            size="small",
            variant="outlined",
            visible=False,
            margin=(4, 10),
            on_click=lambda _: e.cancel(),
        )
        buttons = filled(pn.Row(margin=0), self.train, self.stop)
        return filled(
            pn.Column(css_classes=["gs-run"], sizing_mode="stretch_width", margin=0), self.status, self.bar, buttons
        )

    def _pictures(self) -> pn.Column:
        e = self._explorer
        self.title, self.legend = (
            pn.pane.HTML(
                "",
                sizing_mode="stretch_width",
                margin=(2, 4),
                css_classes=["gs-text", name],
                stylesheets=sheets("explained", "explorer/title"),
            )
            for name in ("gs-title", "gs-legend")
        )
        self.player = Player(e)
        self.epochs = pn.Column(self.player, visible=False, sizing_mode="stretch_width", margin=(4, 8))
        # The panes that hold the figures are plain Panel ones: they only pass the size on.
        heatmap, curves = (pn.pane.Bokeh(f, sizing_mode="stretch_both", margin=0) for f in self._figures)
        curves.object.css_classes = ["gs-curves"]
        self.panes = (heatmap, curves)
        return filled(
            pn.Column(
                css_classes=["gs-pictures"], stylesheets=sheets("card", "figure", "explorer/pictures"),
                sizing_mode="stretch_both", margin=0,
            ),
            self._view(), self.title, heatmap, self.legend, curves, self.epochs, self._bottom(),
        )  # fmt: skip

    def _view(self) -> pn.FlexBox:
        e = self._explorer
        measure = select(e, "measure", "Measure", {m.label: name for name, m in MEASURES.items()}, **at_most(230))
        self.statistic = select(
            e, "statistic", "Of the seeds", {label: name for name, label in STATISTICS.items()}, **at_most(170)
        )
        self.axes = {
            place: PickedMenu(lambda place, value: setattr(e, place, value), label=label, **at_most(190))
            for place, label in (("x", "Across"), ("y", "Down"), ("panel", "Side by side"))
        }
        self.rest = [PickedMenu(self._picked_rest, visible=False, **at_most(110)) for _ in range(MAX_HIDDEN)]
        menus = (measure, self.statistic, *self.axes.values(), *self.rest)
        box = pn.FlexBox(
            margin=0,
            sizing_mode="stretch_width",
            css_classes=["gs-view", "gs-text"],
            stylesheets=sheets("explorer/pairs"),
        )
        return filled(box, *menus)

    def _bottom(self) -> pn.FlexBox:
        e = self._explorer
        self.cell = {
            place: PickedMenu(lambda *_: None, label=place, visible=False, **wide("8.2rem"))
            for place in ("y", "x", "panel")
        }
        run = select(
            e,
            "run",
            "Run",
            {"median run": "median", "best run": "best", "worst run": "worst"},
            **wide("9.4rem"),
        )
        button = pmui.Button(
            label="Open this model", size="small", margin=(10, 4), css_classes=[explain_class("open_model")],
            on_click=lambda _: self._open(),
        )  # fmt: skip
        opening = filled(
            pn.Row(margin=0, stylesheets=sheets("explorer/wrap")),
            self.cell["panel"],
            self.cell["y"],
            self.cell["x"],
            run,
            button,
        )
        return pn.FlexBox(
            opening,
            downloads(e, self._figures),
            margin=0,
            sizing_mode="stretch_width",
            css_classes=["gs-text"],
            align_items="center",
            justify_content="space-between",
        )

    def _fold(self) -> None:
        e, c = self._explorer, self.conditional
        uses, nets = solver_class(e.solver).uses, not solver_class(e.solver).needs_convex_loss
        shown = {name: name in uses for name in ("C", "learning_rate", "epochs")} | {
            "num_samples": True, "features": True, "hidden_units": nets,
            "activation": nets and (e.hidden_units > 0 or "hidden_units" in (e.compare, e.also)),
            "compare_values": e.compare != "none", "also": e.compare != "none", "also_values": e.also != "none",
        }  # fmt: skip
        for name, widget in c.items():
            widget.visible = shown[name] and name not in (e.compare, e.also)
        self.live.param.update(value=e.record == "epoch", label=f"Record every {solver_class(e.solver).unit}")

    def _picked_rest(self, _name: str, _value: Any) -> None:
        """Another value of a swept parameter that the picture leaves out; a link writes all of them."""
        shown = [menu for menu in self.rest if menu.select.visible]
        self._explorer.at = ",".join(f"{menu.name_of_choice}:{menu.text}" for menu in shown)

    def show(self, view: ViewModel) -> None:
        """Title, legend, menus and player for a new picture."""
        self._title = view.title
        self.title.object = self._note + self._title
        self._is_of_run_before = False
        # What is higher than half a phone does not stay there.
        self._figures[0].css_classes = ["gs-heatmap"] if view.axes["panel"].value else ["gs-heatmap", "gs-low"]
        self.legend.object = words.legend([*view.over_cells, *view.lines])
        # What a picture that is taken away says above itself; see save.js.
        for drawn, keys in zip(self._figures, (view.over_cells, view.lines), strict=True):
            drawn.tags = [{"title": view.heading, "keys": keys, "ink": view.ink}]
        for place, menu in view.axes.items():
            self.axes[place].show(menu.name, menu.label, menu.options, menu.value)
        for place, chosen in self.cell.items():
            if place in view.cell:
                menu, kept = view.cell[place], chosen.select.value
                value = kept if kept in menu.options.values() else menu.value
                chosen.show(menu.name, menu.label, menu.options, value)
            else:
                chosen.hide()
        for place, rest in zip_longest(self.rest, view.rest[:MAX_HIDDEN]):
            if rest is None:
                place.hide()
            else:
                place.show(rest.name, rest.label, rest.options, rest.value)
        self.statistic.param.update(disabled=not view.is_of_seeds, label=f"Of the {view.of_what}")
        self.epochs.visible = view.last_epoch is not None
        self.player.draw()

    @property
    def _chosen(self) -> dict[str, PickedMenu]:
        """The menus that say which cell the button opens, by the parameter of the sweep."""
        return {menu.name_of_choice: menu for menu in self.cell.values() if menu.select.visible}

    def choose(self, cell: Mapping[str, Any]) -> None:
        """Have this cell be the one that the button opens."""
        for name, menu in self._chosen.items():
            menu.select.value = cell[name]

    def _open(self) -> None:
        self._explorer.open({name: menu.select.value for name, menu in self._chosen.items()})

    def estimate(self, experiment: Experiment, seconds: float) -> None:
        """What a run will cost, if there is time to read it."""
        if seconds >= SHORT:
            self.status.object = words.estimate(experiment, schema.n_bytes(experiment), seconds)

    def wait(self) -> None:
        """A long run waits for the button."""
        self._buttons(train=True)

    def running(self, is_long: bool) -> None:
        """A run has begun; a long one can be cancelled from its start."""
        self._buttons()
        self._is_of_run_before = True
        if is_long:
            self.bar.value = 0
            self.stop.visible = self.bar.visible = True
        if self._ticker is None:
            self._ticker = pn.state.add_periodic_callback(self.tick, PERIOD) if pn.state.curdoc else None

    def tick(self) -> None:
        """Say how far the run is; asked for again and again while it lasts."""
        job = self._explorer.job
        if job is not None and self._is_of_run_before:
            self.title.object = words.waiting(has_picture=bool(self._title))
        if job is not None and job.total:
            self.stop.visible = self.bar.visible = True
            self.bar.value = int(100 * job.done / job.total)
            self.status.object = words.progress(job)

    def _buttons(self, train: bool = False) -> None:
        self.refusal.say({})
        self._note = ""
        self.title.object = self._title
        self.train.visible = train
        self.stop.visible = self.bar.visible = False
        if self._ticker is not None:
            self._ticker.stop()
            self._ticker = None

    def idle(self, word: str) -> None:
        """A run ended without a result."""
        e = self._explorer
        self._buttons(train=word == "cancelled")
        if word == "failed":
            self._note = words.kept(has_picture=bool(self._title))
            self.title.object = self._note + self._title
        is_said = self.refusal.say(e.refused)
        self.status.object = "" if is_said else words.ended(word, e.error, has_picture=bool(self._title))

    def opened(self, dataset: Any) -> None:
        """A finished sweep is on show."""
        self._buttons()
        self.status.object = words.opened(dataset)
        self.presets.say("A finished sweep. A click on another comparison or a slider trains a new one.")

    def trained(self, dataset: Any, seconds: float) -> None:
        self._buttons()
        self.presets.write()
        self.status.object = words.trained(dataset, seconds)
