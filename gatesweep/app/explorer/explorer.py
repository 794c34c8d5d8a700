"""The Explorer: a population of models at a glance, trained again whenever a parameter moves."""

from collections.abc import Callable, Mapping
from typing import Any

import holoviews as hv
import numpy as np
import panel as pn
import param
import xarray as xr

from gatesweep.app.cell import Guest, prepare
from gatesweep.app.drawing import drawing
from gatesweep.app.explorer.commands import Commands
from gatesweep.app.explorer.cost import Rate, affordable
from gatesweep.app.explorer.job import Trained, draw, is_known, train_and_draw
from gatesweep.app.explorer.layout import SHORT, Layout
from gatesweep.app.explorer.models import experiment_of, model_at
from gatesweep.app.explorer.pictures import Pictures
from gatesweep.app.explorer.state import COMPARE, GRID_NAMES, LINKED, VIEW_NAMES, described
from gatesweep.app.explorer.view_model import ViewModel
from gatesweep.app.jobs import SMALL, Job, Session
from gatesweep.app.theme import DARK, LIGHT, Palette
from gatesweep.errors import InputError
from gatesweep.experiment import Experiment
from gatesweep.lessons import COMPARISONS
from gatesweep.plots.picture import Picture

__all__ = ["Explorer"]

AUTOMATIC = 3.0
"""Seconds up to which a changed grid trains by itself; a longer one waits for the button."""

FIRST = 0.1
"""Seconds of a long run that go into its first answer: that of a few seeds."""


class Explorer(Guest, Commands, pn.viewable.Viewer):
    """Heatmaps and curves of a whole sweep; every parameter is also a widget and can be set from Python.

    Args:
        dataset: a finished sweep to look at; without one the grid is trained here.
        on_open: called with gate, noise_level, seed and the other settings of a model that is clicked.

    Example:
        >>> import gatesweep as gs
        >>> explorer = gs.Explorer(gs.sweep(noise_level=[0.1, 0.2], seed=range(5)))
        >>> dict(explorer.dataset.sizes)
        {'gate': 3, 'noise_level': 2, 'seed': 5, 'feature': 2}
    """

    dark = param.Boolean(False, doc="Colours for a dark page.")
    revision = param.Integer(0, precedence=-1, doc="Counts the states that came as a whole: links and comparisons.")

    def __init__(
        self, dataset: xr.Dataset | None = None, on_open: Callable[..., None] | None = None, **params: Any
    ) -> None:
        trained_from = None if dataset is None else experiment_of(dataset)
        prepare()
        self._session = Session()
        self._on_open = on_open
        self.trainer, self.drawer = self._session.worker(self._trained), self._session.worker(self._drawn)
        self.rate = Rate()
        self._last_epoch: int | None = None
        self._has_opened = False
        self._read: dict[str, Any] = {}
        self._good: dict[str, Any] = {}
        self.pictures = Pictures(self._tapped)
        self._file = dataset
        self._trained_from = trained_from
        if trained_from is not None:
            params = described(trained_from) | params
        super().__init__(dataset=dataset, **params)
        self._opened = {} if dataset is None else {name: getattr(self, name) for name in LINKED}
        self.layout = Layout(self, self.pictures.figures)
        self._paint()
        self.layout.presets.ask()
        self._session.at_end(self.close)
        self._is_served = pn.state.curdoc is not None and pn.state.curdoc.session_context is not None
        # What changes between a page's making and its loading may not reach it: until then nothing is trained.
        pn.state.onload(self._begin) if self._is_served else self._begin()

    @property
    def root(self) -> pn.Column:
        return self.layout.root

    def _begin(self) -> None:
        if self._is_on_show():
            self._good = {name: getattr(self, name) for name in GRID_NAMES}
        self.param.watch(self._changed, ["preset", "revision", *GRID_NAMES, *VIEW_NAMES, "epoch", "dark"])
        self.layout.presets.ask()
        self._paint()
        if self.picture is None or not self._is_on_show():
            self.retrain()

    def prepare(self) -> None:
        """Put the picture into a page that is about to be made, where that takes but a moment."""
        try:
            experiment = self.experiment()
        except InputError:
            return
        if self._file is None and (is_known(experiment) or self.rate.seconds(experiment) <= SMALL):
            view, all_seeds = self._view(), len(experiment.grid["seed"])
            self._trained(self.trainer.do(lambda job: train_and_draw(job, experiment, view, all_seeds, lambda _: None)))

    def _changed(self, *events: param.parameterized.Event) -> None:
        """The one place that answers to a change: what it takes to show the state as it is now."""
        names = {event.name for event in events}
        if names == {"preset"}:
            self.apply_preset(self.preset)
        elif names in ({"compare"}, {"also"}):
            self._rearrange(names.pop())
        else:
            is_whole = "revision" in names
            if is_whole:
                self.layout.presets.ask()
            is_due = bool(names & {*GRID_NAMES}) or (is_whole and not self._is_on_show())
            is_retrained = is_due and self.retrain()
            # A new view of the old sweep, until the new one is there; not while a link or a comparison opens.
            if is_whole and not is_retrained or not is_whole and names & {*VIEW_NAMES}:
                self._draw()
            if "epoch" in names:
                self._move()
            if "dark" in names:
                self._paint()

    def close(self) -> None:
        """Stop what runs."""
        self.trainer.close()
        self.drawer.close()

    # Links

    def usual(self, preset: str) -> dict[str, Any]:
        """The values that a preset has; for a finished sweep the first one is the sweep itself."""
        return dict(self._opened) if preset == self._opened.get("preset") else super().usual(preset)

    def restore(self, values: Mapping[str, Any]) -> None:
        """Show a state that a link carried, trained if its grid is another one."""
        self.param.update(**values, playing=False, revision=self.revision + 1)

    @property
    def shown(self) -> Experiment:
        """The grid on show; before the first picture the one that is asked for. Raises InputError."""
        return self._trained_from or self.experiment()

    @property
    def job(self) -> Job | None:
        """The training that waits or runs."""
        return self.trainer.current

    @property
    def heatmap(self) -> hv.Overlay:
        """The heatmap on show, as a HoloViews object."""
        return self.pictures.heatmap

    @property
    def curves(self) -> hv.Overlay:
        """The curves on show, as a HoloViews object."""
        return self.pictures.curves

    # Training

    def apply_preset(self, name: str) -> None:
        """Set the grid and the view of a comparison; all other parameters go back to their defaults."""
        defaults = {n: self.param[n].default for n in (*GRID_NAMES, *VIEW_NAMES)}
        self.restore(defaults | COMPARISONS[name].settings | {"epoch": 0})

    def retrain(self, force: bool = False) -> bool:
        """Train the grid that the parameters describe, a long one only with `force`; whether it is trained now."""
        try:
            experiment = self.experiment()
            if self._is_served:
                affordable(experiment)
        except InputError as error:
            self._refuse(str(error))
            return False
        self.error, self.refused = "", {}
        self._good = {name: getattr(self, name) for name in GRID_NAMES}
        if self._file is not None and not force and self._is_as_opened():
            self._reopen(self._file)
            return True
        seconds = 0.0 if is_known(experiment) else self.rate.seconds(experiment)
        self.layout.estimate(experiment, seconds)
        if not force and seconds > AUTOMATIC and not self._is_a_comparison():
            self.trainer.cancel()
            self.layout.wait()
            return False
        view = self._view()
        n_seeds = len(experiment.grid["seed"])
        n_first = max(1, int(n_seeds * FIRST / seconds)) if seconds > SHORT else n_seeds
        self.trainer.submit(
            lambda job: train_and_draw(job, experiment, view, n_first, lambda found: self._early(job, found)), seconds
        )
        self.layout.running(seconds > SHORT)
        return True

    def _refuse(self, reason: str) -> None:
        """Say why this grid cannot be, beside what was last changed to it; said again, it stays where it was said."""
        if reason not in self.refused.values():
            wrong = [name for name, good in self._good.items() if getattr(self, name) != good]
            self.refused = dict.fromkeys(wrong, reason)
        self.error = reason
        self.trainer.cancel()
        self.layout.idle("failed")

    def _is_on_show(self) -> bool:
        """Whether the grid that the parameters describe is the one on show."""
        try:
            return self._trained_from is not None and self.experiment().hash == self._trained_from.hash
        except InputError:
            return False

    def _is_a_comparison(self) -> bool:
        """Whether the grid is one of the comparisons' own: none of them is too long to wait for."""
        usual = super().usual(self.preset)
        return all(getattr(self, name) == usual[name] for name in GRID_NAMES)

    def _is_as_opened(self) -> bool:
        return all(getattr(self, name) == self._opened[name] for name in GRID_NAMES)

    def _reopen(self, file: xr.Dataset) -> None:
        """Back to the finished sweep: its grid need not be one that can be described here, and trained."""
        self.trainer.cancel()
        self.dataset, self._trained_from = file, experiment_of(file)
        self.layout.opened(file)
        self._draw()

    def press(self, key: str) -> bool:
        """What a key does; see `gatesweep.app.keys`. Whether it does anything."""
        if self._last_epoch is not None and super().press(key):
            return True
        if key.isdigit() and 0 < int(key) <= len(COMPARISONS):
            name = list(COMPARISONS)[int(key) - 1]
            if name == self.preset:
                self.apply_preset(name)
            self.preset = name
        elif key in (",", "."):
            self.layout.presets.go(-1 if key == "," else 1)
        elif key in ("h", "a"):
            self.layout.presets.reveal("hint" if key == "h" else "answer")
        else:
            return False
        return True

    def cancel(self) -> None:
        """Stop training; what was shown stays."""
        self.trainer.cancel()
        self.layout.idle("cancelled")

    def _trained(self, job: Job) -> None:
        if not self.trainer.is_newest(job):
            return
        if job.error is not None:
            self.error = (
                str(job.error) if isinstance(job.error, InputError) else f"{type(job.error).__name__}: {job.error}"
            )
            self.layout.idle("failed")
            return
        found: Trained = job.result
        self.drawer.cancel()  # a drawing of the sweep before would cover this one
        self.rate.learn(found.experiment, found.seconds)
        self._take(found, lambda: self.layout.trained(found.dataset, found.seconds))

    def _early(self, job: Job, found: Trained) -> None:
        """On the worker's thread: have the first answer shown, while the rest is trained."""

        def show() -> None:
            if self.trainer.is_newest(job) and job is self.trainer.current:
                self.drawer.cancel()
                self._take(found, lambda: None)

        self._session.carry(show)

    def _take(self, found: Trained, say: Callable[[], None]) -> None:
        """What is on show from now on, with what there is to say of it."""
        with drawing(self.layout.root):
            with param.parameterized.discard_events(self):
                self.dataset = found.dataset
            self._trained_from = found.experiment
            say()
            if found.view == self._view():
                self._show(found.picture)
        if found.view != self._view():
            self._draw()

    # Drawing

    def _view(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in VIEW_NAMES}

    def _draw(self) -> None:
        dataset, view = self.dataset, self._view()
        if dataset is not None:
            self.drawer.submit(lambda job: draw(dataset, view))

    def _drawn(self, job: Job) -> None:
        if not self.drawer.is_newest(job):
            return
        if job.error is not None:
            self.error = str(job.error)
            return
        with drawing(self.layout.root):
            self._show(job.result)

    def _show(self, picture: Picture) -> None:
        if self.error and self._is_on_show():
            self.error = ""  # That of a drawing before; the grid's own stays.
        last = self._last_epoch = self._end_of(picture)
        self.playing = self.playing and last is not None
        self.pictures.show(picture, -1 if last is None else self.shown_epoch)
        self.picture, self._read = picture, {}
        self._write()

    def _write(self) -> None:
        """Title, legend and menus of the picture on show."""
        if self.picture is not None:
            view = ViewModel.of(self.picture, self._palette, self._last_epoch, is_first=not self._has_opened)
            self.layout.show(view)

    @property
    def _palette(self) -> Palette:
        return DARK if self.dark else LIGHT

    def _paint(self) -> None:
        with drawing(self.layout.root):
            self.pictures.theme(self._palette)
            self._write()

    def _rearrange(self, name: str) -> None:
        """Show a newly swept parameter down the heatmap, one picture a gate; a link that says its values says all."""
        swept = getattr(self, name)
        if self.compare == self.also != "none":
            self.retrain()  # It says what is wrong.
            return
        values = {f"{name}_values": COMPARE[swept], "at": ""}
        if name == "compare":
            x, y = "noise_level", "gate" if swept == "none" else swept
        else:
            x, y = "noise_level" if swept == "none" else swept, self.y
        self.param.update(**values, x=x, y=y, panel="" if y == "gate" else "gate", revision=self.revision + 1)
        self._draw()  # what is still there, in the new arrangement

    # Epochs

    @property
    def unit(self) -> str:
        return super().unit if self.picture is None else self.picture.unit

    @property
    def shown_epoch(self) -> int:
        return min(self.epoch, self.last_epoch)

    @property
    def last_epoch(self) -> int:
        return self._last_epoch or 0

    def scrub(self, epoch: int) -> None:
        """Show an epoch of a recorded sweep."""
        self.epoch = epoch

    def _end_of(self, picture: Picture) -> int | None:
        """The last epoch to play; models that seek an optimum have it long before the last step that they may take."""
        if picture.epochs is None:
            return None
        last = len(picture.epochs) - 1
        return min(last, int(self.dataset["n_iter"].max())) if self.shown.solver.seeks_optimum else last

    def _move(self) -> None:
        if self._last_epoch is not None:
            with drawing(self.layout.root):
                self.pictures.move(self.shown_epoch)
                self.layout.player.draw()

    # From a cell to its model

    def _tapped(self, panel: int, row: int, column: int, again: bool) -> None:
        p = self.picture
        if p is None or (again and not self.layout.finger.is_used):
            return  # A mouse's first click has opened it.
        cell = {p.x.name: p.x.values[column], p.y.name: p.y.values[row]}
        if p.panel:
            cell[p.panel.name] = p.panel.values[panel]
        cell = {name: value.item() if isinstance(value, np.generic) else value for name, value in cell.items()}
        if self.layout.finger.is_used and cell != self._read:
            # A finger cannot point: it reads a cell first, and opens it by a second tap.
            self._read = cell
            self.layout.choose(cell)
        else:
            self.open(cell)

    def open(self, cell: Mapping[str, Any]) -> dict[str, Any]:
        """Hand the median, best or worst run of a cell to `on_open`; returns that model's settings."""
        epoch = None if self.epoch >= self.last_epoch else self.epoch
        at = ({} if self.picture is None else self.picture.at) | dict(cell)
        settings = model_at(self.dataset, self.shown, at, self.measure, self.run, epoch)
        self._has_opened = True
        self._write()
        if self._on_open is not None:
            self._on_open(**settings)
        return settings

    def settle(self) -> None:
        """Train and draw to the end: a cell's output is what a saved notebook shows."""
        for worker in (self.trainer, self.drawer):
            worker.wait()
            self._session.take_in()
