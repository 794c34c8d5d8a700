"""The Lab: one model on one noisy gate, understood completely."""

import asyncio
import threading
from collections.abc import Mapping
from typing import Any

import holoviews as hv
import numpy as np
import panel as pn
import param

from gatesweep.app.cell import InCell, prepare
from gatesweep.app.drawing import drawing
from gatesweep.app.jobs import has_loop
from gatesweep.app.lab import store, words
from gatesweep.app.lab.control_panel import Controls
from gatesweep.app.lab.layout import LessonBar, Numbers, Stage, page
from gatesweep.app.lab.pictures import Pictures
from gatesweep.app.lab.pointer import Pointer
from gatesweep.app.lab.state import HAND, SETTINGS, VIEW, LabState, in_sweep
from gatesweep.app.player import Playing
from gatesweep.app.theme import DARK, LIGHT, Palette
from gatesweep.errors import InputError
from gatesweep.gates import as_gate
from gatesweep.lessons import LESSONS
from gatesweep.sweep import Cancelled

__all__ = ["Lab"]

POPULATION_DELAY = 0.25
"""Seconds without a change before the other seeds are trained."""


class Lab(InCell, Playing, pn.viewable.Viewer, LabState):
    """One model with its data, its training and its limits; every parameter may be set and watched.

    Example:
        >>> import gatesweep as gs
        >>> lab = gs.Lab(gate="OR", noise_level=0.2)
        >>> lab.gate = "AND"  # and the model on show is trained again
        >>> lab.fit.weight.round(1), lab.fit.status
        (array([4.8, 4.6]), 'converged')
    """

    fit = param.Parameter(None, precedence=-1, doc="The training run on show (gatesweep.app.lab.store.Run).")
    population = param.Parameter(None, precedence=-1, doc="The same settings under 200 seeds, once trained.")
    dark = param.Boolean(False, precedence=-1)

    def __init__(self, **params: Any) -> None:
        prepare()
        self.pictures = Pictures()
        super().__init__(**params)
        self._generation, self._begun = 0, False
        self._cancel = threading.Event()
        self._good: dict[str, Any] = {}
        self._lessons, self._controls, self._stage, self._numbers = (
            LessonBar(self),
            Controls(self),
            Stage(self),
            Numbers(self),
        )
        self._layout = page(self._lessons, self._controls, self._stage, self._numbers)
        self._retrain()
        self.param.watch(self._changed, [*SETTINGS, *HAND])
        self.param.watch(self._draw_model, ["epoch", "surface", "threshold", *HAND])
        self.param.watch(self._draw_cloud, ["population", "cloud"])
        self.param.watch(self._theme, "dark")
        self._numbers.training.active.param.watch(self._draw_valley, "value")
        self.param.watch(self._draw_valley, "loss_over")
        Pointer(self)
        self._begun = pn.state.curdoc is None or pn.state.curdoc.session_context is None
        pn.state.onload(self._begin)

    # What is on show

    @property
    def settings(self) -> dict[str, Any]:
        """The parameters that decide which model is trained."""
        return {name: getattr(self, name) for name in SETTINGS}

    @property
    def palette(self) -> Palette:
        return DARK if self.dark else LIGHT

    @property
    def shown_epoch(self) -> int:
        return self.last_epoch if self.epoch is None else min(self.epoch, self.last_epoch)

    @property
    def last_epoch(self) -> int:
        return 0 if self.fit is None else self.fit.last_epoch

    @property
    def shown(self) -> store.Shown:
        """The model on show: trained up to the epoch shown, or set by hand."""
        if self.by_hand:
            weight, intercept = self._hand[:-1], float(self._hand[-1])
        else:
            epoch = self.shown_epoch
            weight, intercept = self.fit.weight_path[epoch], float(self.fit.intercept_path[epoch])
        return store.Shown(weight, intercept, self.fit.data, self.threshold)

    @property
    def _hand(self) -> np.ndarray:
        """Weights and intercept set by hand."""
        return np.array([getattr(self, name) for name in self.parameter_names], dtype=float)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """What a model is made of here: w1, w2, w3 with the product feature, intercept."""
        return ("w1", "w2", *(["w3"] if self.features == "interaction" else []), "intercept")

    # The pictures on show, as HoloViews objects

    @property
    def boundary(self) -> hv.Overlay:
        """Rows, surface and boundary of the model on show."""
        return self.pictures.boundary.element

    @property
    def scores(self) -> hv.Overlay:
        """Its accuracies beside the limits."""
        return self.pictures.scores.element

    @property
    def losses(self) -> hv.Overlay:
        """Its losses by epoch."""
        return self.pictures.losses.element

    @property
    def seeds(self) -> hv.Overlay:
        """The exact accuracies of the other seeds."""
        return self.pictures.seeds.element

    # What can be done

    def open(self, **settings: Any) -> None:
        """Show the model with these settings, as trained."""
        self.param.update(**settings, epoch=None, by_hand=False)

    def open_quantile(self, share: float) -> None:
        """Show the seed at this quantile of the population's exact accuracies (0 the worst, 1 the best)."""
        if self.population is not None:
            order = np.argsort(self.population.exact_accuracy, kind="stable")
            self.open(seed=int(self.population.seed[order[round(share * (len(order) - 1))]]))

    def flip(self, x1: int, x2: int) -> None:
        """Turn the gate's output at one corner around; the gate's name follows."""
        truth = list(as_gate(self.gate).truth)
        truth[2 * x1 + x2] ^= 1
        self.gate = as_gate(truth).name

    def new_draw(self) -> None:
        """The next seed."""
        self.seed = (self.seed + 1) % 1000

    def scrub(self, epoch: int) -> None:
        """Show an epoch of the training, not the line set by hand."""
        self.param.update(by_hand=False, epoch=epoch)

    def teach(self, lesson: int) -> None:
        """Open a lesson, counted from 1; 0 closes it and shows every control."""
        self.playing = False
        if lesson:
            self.param.update(**self.usual(lesson))
        else:
            self.param.update(lesson=0, hide=[])

    @property
    def link_values(self) -> dict[str, Any]:
        """What a link must carry."""
        return {name: getattr(self, name) for name in (*SETTINGS, *VIEW)}

    def restore(self, values: Mapping[str, Any]) -> None:
        """Show what a link carried; all else is as the link's lesson has it."""
        self.playing = False
        state = self.usual(values.get("lesson", 0)) | dict(values)
        self.param.update(**state)
        self.epoch = state["epoch"]  # a newly trained model shows its last one

    def learn_from_here(self) -> None:
        """Train from the line set by hand, and play it."""
        # scikit-learn's own fit takes no start.
        self.solver = in_sweep(self.solver)
        self.param.update(init="hand", by_hand=False)
        self.param.update(epoch=0, playing=True)

    def press(self, key: str) -> bool:
        """What a key does; see `gatesweep.app.keys`. Whether it does anything."""
        if super().press(key):
            return True
        if key.isdigit() and int(key) <= len(LESSONS):
            self.teach(int(key))
        elif key == "n":
            self.new_draw()
        elif key in ("h", "a") and self.lesson:
            self._lessons.reveal("hint" if key == "h" else "answer")
        else:
            return False
        return True

    # Training

    def _changed(self, *events: param.parameterized.Event) -> None:
        """Train if a setting changed, or the weights set by hand where the training starts from them."""
        starts_by_hand = self.init == "hand" and not self.by_hand
        if starts_by_hand or any(event.name in SETTINGS for event in events):
            self._retrain()

    def _retrain(self) -> None:
        try:
            self.affordable(self.settings)
            run = store.train(self.settings, self._hand if self.init == "hand" else None)
        except InputError as error:
            if not self._good:
                raise
            if pn.state.notifications:
                pn.state.notifications.error(str(error), duration=6000)
            self.param.update(**self._good)
            return
        self._good = self.settings
        with drawing(self._layout):
            self.param.update(fit=run, epoch=None if not self.playing else min(self.shown_epoch, run.last_epoch))
            self.pictures.boundary.show_data(self.shown)
            self.pictures.losses.show(run)
            self._draw_valley()
            self._draw_model()
        self._later()

    def _begin(self) -> None:
        self._begun = True
        self._later()

    def _later(self) -> None:
        """Train the other seeds once the settings have come to rest."""
        self._generation += 1
        self._cancel.set()
        if self._begun and has_loop():
            pn.state.execute(self._train_population)

    async def _train_population(self) -> None:
        generation = self._generation
        await asyncio.sleep(POPULATION_DELAY)
        if generation != self._generation:
            return
        self._cancel = threading.Event()
        try:
            work = store.population, self.settings, self._cancel
            found = await asyncio.get_running_loop().run_in_executor(None, *work)
        except Cancelled:
            return
        if generation == self._generation:
            self.population = found

    # Drawing

    def _draw_model(self, *events: param.parameterized.Event) -> None:
        shown, epoch = self.shown, self.shown_epoch
        with drawing(self._layout):
            self.pictures.boundary.show_model(shown, self.surface == "label", self.by_hand)
            self.pictures.scores.show(self.fit, shown)
            self.pictures.losses.move(epoch)
            if not self.pictures.valley.move(shown):
                self._draw_valley()
            self.pictures.seeds.mark(shown.exact_accuracy)
            self._stage.draw(shown, epoch)
            self._numbers.draw(shown)

    def _draw_valley(self, *events: param.parameterized.Event) -> None:
        if self._numbers.training.active.value != "Loss surface":
            return
        names = self.parameter_names
        pair = [name for name in self.loss_over.split(",") if name in names]
        # A link may ask for w3 where there is none.
        places = tuple(map(names.index, pair if len(pair) == 2 else ("w1", "w2")))
        with drawing(self._layout):
            self.pictures.valley.show(
                store.Valley.of(self.fit, self.shown, places), *(words.PARAMETERS[names[i]] for i in places)
            )
            self.pictures.valley.move(self.shown)

    def _draw_cloud(self, *events: param.parameterized.Event) -> None:
        with drawing(self._layout):
            self.pictures.boundary.show_cloud(self.population if self.cloud else None)
            self.pictures.seeds.show(self.population)

    def _theme(self, *events: param.parameterized.Event) -> None:
        with drawing(self._layout):
            for picture in self.pictures.all:
                picture.theme(self.palette)
            self.pictures.boundary.show_data(self.shown)
            self._draw_model()

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout
