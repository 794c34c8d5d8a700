"""The Lab's page: built once, then drawn where what there is to show differs from what it shows."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import panel as pn

from gatesweep.app.drawing import drawing
from gatesweep.app.explain import Explain
from gatesweep.app.lab.commands import Commands
from gatesweep.app.lab.control_panel import Controls
from gatesweep.app.lab.layout import LessonBar, Numbers, Stage, page
from gatesweep.app.lab.model import LossGrid
from gatesweep.app.lab.pictures import Pictures
from gatesweep.app.lab.pointer import Pointer
from gatesweep.app.lab.state import LabState, unit_of
from gatesweep.app.lab.view_model import ViewModel
from gatesweep.app.lab.words import PARAMETERS
from gatesweep.app.refusal import Refusal

__all__ = ["View"]

NAMES = tuple(field.name for field in fields(ViewModel))
STAGED = tuple(LabState.param["picture"].objects)
"""The large pictures, of which one is on show."""
OF_THE_MODEL = {"over", "run", "epoch", "hand", "threshold", "labels", "solver", "palette"}


class View:
    """Lesson bar, controls, stage and numbers; `root` is the page."""

    def __init__(self, lab: Commands, pictures: Pictures) -> None:
        self._lab, self._pictures = lab, pictures
        self._drawn: ViewModel | None = None
        self._waiting: dict[str, set[str]] = {name: set() for name in STAGED}
        self.lessons, self.controls = LessonBar(lab), Controls(lab, pictures.boundary)
        self.stage, self.numbers = Stage(lab, pictures), Numbers(lab, pictures)
        self.refusal = Refusal(
            lambda: self.controls.places | self.stage.places, "The last good model is still on show."
        )
        lab.param.watch(self._say_refusal, "refused")
        self.pointer = Pointer(lab, pictures)
        self.root = page(self.lessons, self.controls, self.stage, self.numbers, self.pointer.grips, Explain(lab))

    def _say_refusal(self, *events: Any) -> None:
        """The controls themselves are back at what is on show. A link may ask for what has no field here."""
        refused = self._lab.refused
        if not self.refusal.say(refused) and refused and pn.state.notifications:
            pn.state.notifications.error(self.refusal.text(refused), duration=8000)

    @property
    def spans(self) -> bool:
        """Whether the loss surface is looked at."""
        return self.numbers.spans

    def watch_pages(self, turned: Callable[[], None]) -> None:
        """Call `turned` when another page of the numbers is looked at."""
        self.numbers.training.active.param.watch(lambda event: turned(), "value")

    def draw(self, view: ViewModel) -> None:
        """Show it; what has not changed since the last one stays as it is drawn."""
        old, self._drawn = self._drawn, view
        changed = {name for name in NAMES if old is None or getattr(old, name) != getattr(view, name)}
        if not changed:
            return
        for waiting in self._waiting.values():
            waiting |= changed
        pictures = self._pictures
        with drawing(self.root):
            if "palette" in changed:
                for picture in pictures.small:
                    picture.theme(view.palette)
            if changed & {"run", "palette"}:
                pictures.losses.show(view.run, unit_of(view.solver))
            if changed & OF_THE_MODEL:
                pictures.seeds.mark(view.chance)
                pictures.losses.move(view.run, view.epoch, None if view.hand is None else view.shown)
            if changed & {*OF_THE_MODEL, "population"}:
                pictures.scores.show(view.run, view.shown, view.resampled)
                self.numbers.draw(view)
            if "population" in changed:
                pictures.seeds.show(view.population)
            if changed & {*OF_THE_MODEL, "picture", "limits", "pin", "population", "row", "units"}:
                self.stage.draw(view)
            self.bring(view.picture)
            if view.span is not None:
                self._draw_surface(view, is_new=bool(changed & {"run", "span"}))

    def bring(self, name: str) -> None:
        """Draw one of the large pictures as it is now: the others wait until they are looked at, and cost nothing."""
        view, changed = self._drawn, self._waiting[name]
        if view is None or not changed:
            return
        self._waiting[name] = set()
        picture = getattr(self._pictures, name)
        if "palette" in changed:
            picture.theme(view.palette)
        if name == "boundary":
            self._draw_boundary(view, changed)
        elif name == "neuron" and changed & {*OF_THE_MODEL, "corner", "row"}:
            picture.show(view.shown, view.corner, view.row)
        elif name == "s_curve" and changed & OF_THE_MODEL:
            picture.show(view.shown)
        elif name == "hidden" and changed & {*OF_THE_MODEL, "units"}:
            picture.show(view.shown, view.pair)

    def _draw_boundary(self, view: ViewModel, changed: set[str]) -> None:
        boundary = self._pictures.boundary
        if changed & {"run", "palette"} and boundary.show_rows(view.run.rows):
            changed = changed | {"cloud"}
        if changed & OF_THE_MODEL:
            boundary.show_model(view.shown, view.labels, view.hand is not None, view.is_own)
            self.pointer.grips.tell()
        if changed & {"population", "cloud"}:
            boundary.show_cloud(view.population if view.cloud else None)
        if changed & {"run", "limits", "population"}:
            boundary.show_limits(view.run.rows if view.limits else None, view.resampled)
        if changed & {"run", "pin"}:
            boundary.show_pinned(view.pinned)

    def _draw_surface(self, view: ViewModel, is_new: bool) -> None:
        surface = self._pictures.loss_surface
        surface.theme(view.palette)
        if is_new or not surface.move(view.shown):
            names = [PARAMETERS[self._lab.parameter_names[place]] for place in view.span or ()]
            surface.show(LossGrid.of(view.run, view.shown, view.span or (0, 1)), *names)
            surface.move(view.shown)
