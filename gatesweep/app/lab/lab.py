"""The Lab: one model on one noisy gate, understood completely."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd
import panel as pn
import param

from gatesweep.app.cell import Guest, prepare
from gatesweep.app.explorer.cost import Rate
from gatesweep.app.jobs import SMALL, Job, Session, has_loop
from gatesweep.app.lab import model, own_model, own_words, words
from gatesweep.app.lab.commands import Commands
from gatesweep.app.lab.model import Run, Shown
from gatesweep.app.lab.own import History, Own
from gatesweep.app.lab.own_rows import OwnRows
from gatesweep.app.lab.pictures import Pictures
from gatesweep.app.lab.plain import as_csv, as_plain
from gatesweep.app.lab.state import (
    HAND,
    LOOK,
    OWN,
    PIN,
    SETTINGS,
    TRAINED_NETWORK,
    VIEW,
    in_sweep,
    needs_convex_loss,
    numbers_of,
    unit_of,
)
from gatesweep.app.lab.view import View
from gatesweep.app.lab.view_model import ViewModel
from gatesweep.app.theme import DARK, LIGHT
from gatesweep.errors import InputError
from gatesweep.gates import as_gate
from gatesweep.grids.model import ModelPath
from gatesweep.lessons import LESSONS
from gatesweep.sweep import Cancelled

__all__ = ["Lab"]

POPULATION_DELAY = 0.25
"""Seconds without a change before the other seeds are trained."""
LINE = HAND[1:]
"""The numbers of the line set by hand."""


class Lab(Guest, Commands, pn.viewable.Viewer):
    """One model with its data, its training and its limits; every parameter may be set and watched.

    Example:
        >>> import gatesweep as gs
        >>> lab = gs.Lab(gate="OR", noise_level=0.2)
        >>> lab.gate = "AND"  # and the model on show is trained again
        >>> lab.fit.model.weight.round(1), lab.fit.status
        (array([4.8, 4.6]), 'converged')
    """

    dark = param.Boolean(False, precedence=-1)
    revision = param.Integer(0, precedence=-1, doc="Counts the states that came as a whole: links and lessons.")

    def __init__(self, data: pd.DataFrame | None = None, **params: Any) -> None:
        """`data`: own rows, as the property of that name takes them."""
        prepare()
        if data is not None:
            params = {"source": "own", "own": Own.from_frame(data)} | params
        super().__init__(**params)
        self._history = History()
        self._stored: ModelPath | None = None
        self._good: dict[str, Any] = {}
        self._is_loaded = False
        self._is_served = pn.state.curdoc is not None and pn.state.curdoc.session_context is not None
        self._session = Session()
        self._training = self._session.worker(self._trained)
        self._others = self._session.worker(self._trained_others)
        for worker in (self._training, self._others):
            self._session.at_end(worker.close)
        self._train(keeps_epoch=True)
        self.pictures = Pictures()
        self.view = View(self, self.pictures)
        self.view.watch_pages(self._draw)
        self._draw()
        seen = [*SETTINGS, *OWN, *LOOK, "population", "dark"]
        self.param.watch(self._changed, ["revision", *seen])
        self._is_loaded = not self._is_served
        pn.state.onload(self._begin)

    # What is on show

    @property
    def settings(self) -> dict[str, Any]:
        """The parameters that decide which model is trained."""
        return {name: getattr(self, name) for name in SETTINGS}

    @property
    def shown_epoch(self) -> int:
        return self.last_epoch if self.epoch is None else min(self.epoch, self.last_epoch)

    @property
    def last_epoch(self) -> int:
        return self.fit.last_epoch

    @property
    def unit(self) -> str:
        return unit_of(self.solver)

    @property
    def shown(self) -> Shown:
        """The model on show: trained up to the epoch shown, or set by hand."""
        return self._view_model.shown

    @property
    def _hand(self) -> tuple[float, ...]:
        """The numbers of the model set by hand; before there are any for this network, those of the trained one."""
        if not self.fit.model.hidden_units:
            return tuple(getattr(self, name) for name in numbers_of(0, self.features))
        trained = self.fit.models.params[self.shown_epoch].tolist()
        return tuple(self.network if len(self.network) == len(trained) else trained)

    @property
    def _start(self) -> np.ndarray | None:
        """The numbers by hand for these settings; none where a network has not been set by hand."""
        if not self.hidden_units:
            return np.array([getattr(self, name) for name in self.parameter_names])
        return np.array(self.network) if len(self.network) == len(self.parameter_names) else None

    @property
    def _view_model(self) -> ViewModel:
        return ViewModel(
            picture=self._picture,
            run=self.fit,
            epoch=self.shown_epoch,
            hand=self._hand if self.by_hand else None,
            threshold=self.threshold,
            corner=self.corner,
            row=self.row,
            units=(self.unit_x, self.unit_y),
            labels=self.surface == "label",
            solver=self.solver,
            population=self.population,
            over=self.over,
            cloud=self.cloud,
            limits=self.limits,
            pin=(tuple(self.pin), self.pin_units, self.pin_activation),
            span=self._span if self.view.spans else None,
            palette=DARK if self.dark else LIGHT,
        )

    @property
    def _picture(self) -> str:
        """The large picture on show: one neuron has no hidden space."""
        return "boundary" if self.picture == "hidden" and not self.fit.model.hidden_units else self.picture

    @property
    def _span(self) -> tuple[int, int]:
        """What the loss surface spans. A link may ask for w3 where there is none."""
        names = self.parameter_names
        first, second = (name if name in names else "" for name in self.loss_over.split(","))
        return (names.index(first), names.index(second)) if first and second else (0, 1)

    # The pictures on show, as HoloViews objects

    @property
    def boundary(self) -> hv.Overlay:
        """Rows, surface and boundary of the model on show."""
        self.view.bring("boundary")
        return self.pictures.boundary.element

    @property
    def neuron(self) -> hv.Overlay:
        """The model on show as one neuron with its numbers."""
        self.view.bring("neuron")
        return self.pictures.neuron.element

    @property
    def s_curve(self) -> hv.Overlay:
        """The probability of every row over its logit."""
        self.view.bring("s_curve")
        return self.pictures.s_curve.element

    @property
    def hidden(self) -> hv.Overlay:
        """The rows where the hidden neurons put them; of a model that has none, nothing."""
        if self.fit.model.hidden_units:
            self.view.bring("hidden")
        return self.pictures.hidden.element

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

    # Own rows

    @property
    def data(self) -> pd.DataFrame:
        """The rows on show: two columns and a label. Set it to such a frame, and the Lab shows your own rows.

        Example:
            >>> import gatesweep as gs, pandas as pd
            >>> lab = gs.Lab()
            >>> lab.data = pd.DataFrame({"width": [1.0, 2.0, 3.0], "height": [2.0, 1.0, 5.0], "y": [0, 0, 1]})
            >>> lab.source, lab.data.shape
            ('own', (3, 3))
        """
        rows = self.fit.rows
        return rows.own.frame if isinstance(rows, OwnRows) else Own.of(rows.X, rows.y).frame

    @data.setter
    def data(self, frame: pd.DataFrame) -> None:
        self.edit(Own.from_frame(frame))

    def edit(self, own: Own, gesture: Any = None) -> None:
        """Show other own rows; `undo` goes back to those of now. Edits of one gesture are undone together."""
        self._history.note(self.own, gesture)
        self.param.update(own=own, source="own")

    def undo(self) -> None:
        """The own rows before the last edit."""
        self.param.update(own=self._history.undo(self.own), source="own")

    def redo(self) -> None:
        """The own rows before the last undo."""
        self.param.update(own=self._history.redo(self.own), source="own")

    @property
    def can_undo(self) -> bool:
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        return self._history.can_redo

    def take_gate_rows(self) -> None:
        """Make the gate's rows own ones, to edit."""
        rows = model.rows_of(self.settings)
        self.edit(Own.of(rows.X.round(3), rows.y))

    # What can be taken away

    @property
    def plain_code(self) -> str:
        """A script of NumPy, scikit-learn or PyTorch alone that makes the model on show."""
        if isinstance(self.fit.rows, OwnRows):
            return own_words.as_python(self.fit.rows)
        self._walk()
        return as_plain(self.fit, self.shown, self.shown_epoch, self.by_hand)

    @property
    def rows_csv(self) -> str:
        """The rows with what the model on show says of them, as CSV."""
        return as_csv(self.shown)

    @property
    def saved_picture(self) -> dict[str, Any]:
        """What `Browser.save_figure` needs of the large picture on show."""
        view = self._view_model
        figure = getattr(self.pictures, view.picture).figure
        heading, keys = words.heading(view) if not view.is_own else own_words.heading(view), words.keys(view)
        keys = own_words.keys(view, keys) if view.is_own else keys
        return {"figure": figure, "heading": heading, "keys": keys, "ink": view.palette.ink}

    # What can be done

    def open(self, **settings: Any) -> None:
        """Show the model with these settings, as trained."""
        self.param.update(**settings, epoch=None, by_hand=False)

    def open_quantile(self, share: float) -> None:
        """Show the model at this quantile of the population's exact accuracies (0 the worst, 1 the best)."""
        if isinstance(self.population, model.Population):
            order = np.argsort(self.population.exact_accuracy, kind="stable")
            seed = self.population.value[order[round(share * (len(order) - 1))]]
            self.open(**{self.population.over: int(seed)})

    def flip(self, x1: int, x2: int) -> None:
        """Turn the gate's output at one corner around; the gate's name follows."""
        truth = list(as_gate(self.gate).truth)
        truth[2 * x1 + x2] ^= 1
        self.gate = as_gate(truth).name

    def toggle_pin(self) -> None:
        """Keep the model on show to compare the next ones with; or let go of the one that is kept."""
        if self.pin or not self.shown.is_finite:
            self.param.update(**{name: self.param[name].default for name in PIN})
            return
        model = self.shown.model
        # A link carries them: the digits that a picture shows, not those of a double.
        numbers = [float(f"{value:.6g}") for value in model.params]
        self.param.update(pin=numbers, pin_units=model.hidden_units, pin_activation=model.activation)

    def new_draw(self) -> None:
        """The next seed."""
        self.seed = (self.seed + 1) % 1000

    def scrub(self, epoch: int) -> None:
        """Show an epoch of the training, not the line set by hand."""
        self.param.update(by_hand=False, epoch=epoch)

    def step(self, epochs: int) -> None:
        self._walk()
        super().step(epochs)

    def toggle_play(self) -> None:
        self._walk()
        super().toggle_play()

    def _walk(self) -> None:
        """Of a model that a sweep has trained, but not recorded: train it again, for the way to it."""
        if not self.fit.is_whole:
            self._train()
            self._draw()

    def teach(self, lesson: int) -> None:
        """Open a lesson, counted from 1; 0 closes it and shows every control."""
        self.playing = False
        if lesson:
            self.restore({"lesson": lesson})
        else:
            self.param.update(lesson=0, hide=[])

    @property
    def link_values(self) -> dict[str, Any]:
        """What a link must carry. Of a gate it carries no own rows, and of more than fit into it, none."""
        left_out = () if self.source == "own" and self.own.is_linkable else ("own",)
        return {name: getattr(self, name) for name in (*SETTINGS, *VIEW) if name not in left_out}

    def restore(self, values: Mapping[str, Any], stored: ModelPath | None = None) -> None:
        """Show what a link carried; all else is as the link's lesson has it.

        Args:
            stored: the model of these settings, where a sweep has trained it already.
        """
        state = self.usual(values.get("lesson", 0)) | dict(values)
        if "own" not in values and (state["source"] == "gate" or not self.own.is_linkable):
            del state["own"]  # They stay with the page, for whoever comes back to them.
        self._stored = stored
        self.param.update(**state, playing=False, revision=self.revision + 1)

    def learn_from_here(self) -> None:
        """Train from the line set by hand, and play it."""
        # scikit-learn's own fit takes no start.
        start = {"solver": in_sweep(self.solver), "init": "hand", "by_hand": False, "epoch": 0}
        self.param.update(**start, playing=True, revision=self.revision + 1)

    def press(self, key: str) -> bool:
        """What a key does; see `gatesweep.app.keys`. Whether it does anything."""
        if super().press(key):
            return True
        if key.isdigit() and int(key) <= len(LESSONS):
            self.teach(int(key))
        elif key in (",", "."):
            self.view.lessons.go(-1 if key == "," else 1)
        elif key == "n" and self.source == "gate":
            self.new_draw()
        elif key in ("z", "y") and self.source == "own":
            (self.undo if key == "z" else self.redo)()
        elif key in ("h", "a") and self.lesson:
            self.view.lessons.reveal("hint" if key == "h" else "answer")
        else:
            return False
        return True

    # From a change to the picture

    def _changed(self, *events: param.parameterized.Event) -> None:
        """The one place that answers to a change: what it takes to show the state as it is now."""
        names = {event.name for event in events}
        is_whole = "revision" in names
        if names - {"epoch", "population"}:
            self.refused = {}
        if self.hidden_units and needs_convex_loss(self.solver) and (is_whole or "hidden_units" in names):
            own = {name for name in TRAINED_NETWORK if getattr(self, name) != self.param[name].default} - {"solver"}
            usual = {name: value for name, value in TRAINED_NETWORK.items() if name not in own}
            self.param.update(**usual, revision=self.revision + is_whole)
            return
        starts_by_hand = self.init == "hand" and not self.by_hand
        if "source" in names:
            self.population = None
        if names & {*SETTINGS, *OWN} or self._stored is not None or (starts_by_hand and names & {*HAND}):
            self._train(keeps_epoch=is_whole)
        if names & {"others"}:
            self._train_others()
        if "by_hand" in names and self.by_hand and not is_whole and not names & {*LINE}:
            self._take_in_hand()
        self._draw()

    def _train(self, keeps_epoch: bool = False) -> None:
        """Have the model of these settings, trained here or by a sweep; settings that cannot be trained go back."""
        settings, path, self._stored = self.settings, self._stored, None
        train, _ = self._models
        try:
            if path is None:
                self.affordable(self._sized)
                start = self._start if self.init == "hand" else None
                if self._is_served and self.seconds(self._sized) > SMALL:
                    self._train_later(settings, start, keeps_epoch)
                    return
                run = train(settings, start)
            else:
                run = model.stored(settings, path)
        except InputError as error:
            self._refuse(settings, error)
            return
        self._training.cancel()
        self._take(settings, run, keeps_epoch)

    @property
    def _models(self) -> tuple[Callable[..., Run], Callable[..., Run]]:
        """What trains a model on the rows that are asked for, and what takes but its first step."""
        if self.source == "gate":
            return model.train, model.first_step
        data = self.own, self.standardize
        return partial(own_model.train, *data), partial(own_model.first_step, *data)

    @property
    def _sized(self) -> dict[str, Any]:
        """The settings with as many rows as there are."""
        return self.settings | ({"num_samples": max(len(self.own), 1)} if self.source == "own" else {})

    def _take(self, settings: dict[str, Any], run: Run, keeps_epoch: bool) -> None:
        self._good = settings | {name: getattr(self, name) for name in OWN}
        epoch = self.epoch if keeps_epoch else None
        self.param.update(fit=run, epoch=min(self.shown_epoch, run.last_epoch) if self.playing else epoch)
        self._train_others()

    def _refuse(self, settings: dict[str, Any], error: InputError) -> None:
        """Back to the last settings that could be trained."""
        if not self._good:
            raise error
        asked = settings | {name: getattr(self, name) for name in OWN}
        wrong = [name for name in asked if asked[name] != self._good[name]]
        self.param.update(**self._good)
        self.refused = dict.fromkeys(wrong, str(error))

    def _train_later(self, settings: dict[str, Any], start: np.ndarray | None, keeps_epoch: bool) -> None:
        """Show the rows with a first step, and train in the queue, so that no other visitor waits for it."""
        train, first_step = self._models
        self.param.update(fit=first_step(settings, start), **({} if keeps_epoch else {"epoch": None}))
        # What changes before the page is loaded may not reach it; see `_begin`.
        if self._is_loaded:

            def work(job: Job) -> tuple[dict[str, Any], Run, bool]:
                return settings, train(settings, start, lambda: _stop_if(job.cancel.is_set())), keeps_epoch

            self._training.submit(work, self.seconds(self._sized))
        else:
            self.population = None  # That of the settings before a link was read.

    def _trained(self, job: Job) -> None:
        if not self._training.is_newest(job):
            return
        if isinstance(job.error, InputError):
            self._refuse(self.settings, job.error)
        elif job.error is not None:
            raise job.error
        else:
            self._take(*job.result)
            self._draw()

    def tick(self) -> None:
        """Show the next epoch, if they are playing and there are any yet."""
        if not self.fit.is_under_way:
            super().tick()

    def _take_in_hand(self) -> None:
        """The line by hand is the one that was on show."""
        values = self.fit.models.params[self.shown_epoch]
        if np.isfinite(values).all():
            low, high = self.param.w1.bounds
            taken = np.clip(values, low, high).tolist()
            single = dict(zip(self.parameter_names, taken, strict=True))
            self.param.update(**({"network": taken} if self.hidden_units else single))

    def _draw(self) -> None:
        self.view.draw(self._view_model)

    # The other seeds

    def _begin(self) -> None:
        self._is_loaded = True
        if self.fit.is_under_way:
            self._train(keeps_epoch=True)
        else:
            self._train_others()

    def _train_others(self) -> None:
        """Show the other seeds once the settings have come to rest; in a page that is being made, those that are known.

        What is known waits for nobody's training.
        """
        rows, settings, over = self.fit.rows, self.settings, self.over
        known = None if isinstance(rows, OwnRows) else model.known_population(settings, over)
        if not self._is_loaded:
            self.population = known
        elif not has_loop():
            return
        elif known is not None:
            self._others.submit(lambda job: known, delay=POPULATION_DELAY)
        elif isinstance(rows, OwnRows):
            work = own_model.N_REFITS * self.seconds(self._sized) / 10
            self._others.submit(lambda job: own_model.resampled(rows, job.cancel), work, POPULATION_DELAY)
        else:
            work = Rate().seconds(model.others(settings, over))
            self._others.submit(lambda job: model.population(settings, over, job.cancel), work, POPULATION_DELAY)

    def _trained_others(self, job: Job) -> None:
        if job.error is None and self._others.is_newest(job):
            self.population = job.result
        elif job.error is not None and not isinstance(job.error, Cancelled):
            raise job.error

    @property
    def root(self) -> pn.Column:
        return self.view.root


def _stop_if(cancelled: bool) -> None:
    if cancelled:
        raise Cancelled("the settings changed")
