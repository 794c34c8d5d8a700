"""The Lab's page: built once, then drawn where what there is to show differs from what it shows."""

from collections.abc import Callable
from dataclasses import fields

from gatesweep.app.drawing import drawing
from gatesweep.app.explain import Explain
from gatesweep.app.lab.commands import Commands
from gatesweep.app.lab.control_panel import Controls
from gatesweep.app.lab.layout import LessonBar, Numbers, Stage, page
from gatesweep.app.lab.model import LossGrid
from gatesweep.app.lab.pictures import Pictures
from gatesweep.app.lab.pointer import Pointer
from gatesweep.app.lab.view_model import ViewModel
from gatesweep.app.lab.words import PARAMETERS

__all__ = ["View"]

NAMES = tuple(field.name for field in fields(ViewModel))
OF_THE_MODEL = {"run", "epoch", "hand", "threshold", "labels", "solver", "palette"}


class View:
    """Lesson bar, controls, stage and numbers; `root` is the page."""

    def __init__(self, lab: Commands, pictures: Pictures) -> None:
        self._lab, self._pictures = lab, pictures
        self._drawn: ViewModel | None = None
        self.lessons, self.controls = LessonBar(lab), Controls(lab)
        self.stage, self.numbers = Stage(lab, pictures), Numbers(lab, pictures)
        self.pointer = Pointer(lab, pictures)
        self.root = page(self.lessons, self.controls, self.stage, self.numbers, self.pointer.grips, Explain(lab))

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
        with drawing(self.root):
            if "palette" in changed:
                for picture in self._pictures.all:
                    picture.theme(view.palette)
            if changed & {"run", "palette"}:
                self._pictures.boundary.show_rows(view.run.rows)
                self._pictures.losses.show(view.run)
            if changed & OF_THE_MODEL:
                self._draw_model(view)
            if changed & {"population", "cloud"}:
                self._pictures.boundary.show_cloud(view.population if view.cloud else None)
                self._pictures.seeds.show(view.population)
            if view.span is not None:
                self._draw_surface(view, is_new=bool(changed & {"run", "span"}))

    def _draw_model(self, view: ViewModel) -> None:
        pictures, shown = self._pictures, view.shown
        pictures.boundary.show_model(shown, view.labels, view.hand is not None)
        pictures.scores.show(view.run, shown)
        pictures.losses.move(view.epoch)
        pictures.seeds.mark(shown.exact_accuracy)
        self.stage.draw(view)
        self.numbers.draw(view)
        self.pointer.grips.tell()

    def _draw_surface(self, view: ViewModel, is_new: bool) -> None:
        surface = self._pictures.loss_surface
        if is_new or not surface.move(view.shown):
            names = [PARAMETERS[self._lab.parameter_names[place]] for place in view.span or ()]
            surface.show(LossGrid.of(view.run, view.shown, view.span or (0, 1)), *names)
            surface.move(view.shown)
