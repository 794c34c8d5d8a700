"""Where things stand on the Lab's page: built once, from one column on a phone to three on a projector."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import panel as pn
import panel_material_ui as pmui

from gatesweep.app.assets import sheets
from gatesweep.app.controls import (
    NO_LABEL,
    PickedMenu,
    at_most,
    brisk,
    button,
    choice,
    filled,
    number,
    slider,
    switch,
    toggle,
    wide,
)
from gatesweep.app.explain import explain_class, explained, glossed
from gatesweep.app.lab import own_words, words
from gatesweep.app.lab.commands import Commands
from gatesweep.app.lab.pictures import Pictures
from gatesweep.app.lab.pointer import flip_inputs
from gatesweep.app.lab.state import PAIRS, LabState, unit_of
from gatesweep.app.lab.view_model import ViewModel
from gatesweep.app.lab.words import PARAMETERS
from gatesweep.app.player import Player
from gatesweep.app.refusal import Place
from gatesweep.lessons import LESSONS
from gatesweep.plots.labels import unit_name

__all__ = ["LessonBar", "Numbers", "Stage", "page"]

FILL = {"sizing_mode": "stretch_both", "margin": 0}
ACROSS = {"sizing_mode": "stretch_width", "margin": 0}


def page(*parts: pn.viewable.Viewer) -> pn.Column:
    """The whole Lab: lesson bar, controls, stage and numbers."""
    inner = pn.Column(*parts, stylesheets=sheets("lab/page"), **FILL)
    return pn.Column(inner, stylesheets=sheets("themed", "lab/root"), **FILL)


def text(*css_classes: str) -> pn.pane.HTML:
    return pn.pane.HTML("", stylesheets=sheets("lab/text", "explained"), css_classes=list(css_classes), **ACROSS)


AT_WILL = ("epoch", "own", "loss_over")
"""What may differ from a lesson without its being changed: epochs are played, own rows stay, pairs follow the model."""


class LessonBar(pn.viewable.Viewer):
    """Which lesson is open: its question, and on request its hint and its answer."""

    def __init__(self, lab: Commands) -> None:
        super().__init__()
        self._lab = lab
        self._more = ""
        titles = {"Free play": 0} | {f"{i}  {lesson.title}": i for i, lesson in enumerate(LESSONS, 1)}
        self.select = brisk(
            pmui.Select(
                label="Lesson",
                options=titles,
                value=lab.lesson,
                size="small",
                css_classes=[explain_class("lesson")],
                **ACROSS,
            )
        )
        self.select.param.watch(lambda event: event.new == lab.lesson or lab.teach(event.new), "value")
        self.question = pn.pane.HTML(
            "", stylesheets=sheets("lab/text", "answer"), css_classes=["gs-question"], **ACROSS
        )
        self.hint, self.answer = (
            button(name, lambda name=name: self.reveal(name.lower()), margin=2, stylesheets=sheets("lab/lesson_button"))
            for name in ("Hint", "Answer")
        )
        arrow: dict[str, Any] = {
            "margin": 2,
            "variant": "text",
            "stylesheets": sheets("lab/lesson_button", "lab/lesson_arrow"),
        }
        self.reset = button("Reset", lambda: lab.teach(lab.lesson), "restart_alt", **arrow)
        self._buttons = filled(
            pn.Row(margin=0),
            self.reset,
            self.hint,
            self.answer,
            button("Previous", lambda: self.go(-1), "chevron_left", **arrow),
            button("Next", lambda: self.go(1), end_icon="chevron_right", **(arrow | {"variant": "contained"})),
        )
        lab.param.watch(lambda *events: self.draw(), "lesson")
        lab.param.watch(self._offer_reset, [name for name in lab.usual() if name not in AT_WILL])
        self._layout = pn.Row(
            self.select,
            self.question,
            self._buttons,
            stylesheets=sheets("card", "lab/lesson"),
            **ACROSS,
        )
        self.draw()

    def go(self, by: int) -> None:
        """Open the lesson that is so many on; beyond the last one the Lab is free, and then comes the first."""
        self._lab.teach((self._lab.lesson + by) % (len(LESSONS) + 1))

    def reveal(self, more: str) -> None:
        """Show the hint or the answer; asked for again, hide it."""
        self._more = "" if more == self._more else more
        self._write()

    def draw(self) -> None:
        self._more = ""
        self.select.value = self._lab.lesson
        self.hint.visible = self.answer.visible = bool(self._lab.lesson)
        self._layout.css_classes = ["gs-lesson", *(["gs-open"] if self._lab.lesson else [])]
        self.select.label = f"Lesson {self._lab.lesson} of {len(LESSONS)}" if self._lab.lesson else "Lesson"
        self._offer_reset()
        self._write()

    def _offer_reset(self, *events: Any) -> None:
        """Once something was changed, it leads back to the lesson as it was."""
        lab = self._lab
        usual = lab.usual(lab.lesson) if lab.lesson else {}
        self.reset.visible = any(getattr(lab, name) != usual[name] for name in usual if name not in AT_WILL)

    def _write(self) -> None:
        if not self._lab.lesson:
            self.question.object = "<h1 class=question>One neuron, one noisy gate. What can it learn?</h1>"
            return
        lesson = LESSONS[self._lab.lesson - 1]
        more = getattr(lesson, self._more) if self._more else ""
        self.question.object = f"<h1 class=question>{lesson.question}</h1><div class=more aria-live=polite>{more}</div>"

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout


def _chart(figure: Any, margin: tuple[int, ...] = (0, 6, 4, 4)) -> pn.pane.Bokeh:
    figure.margin = margin  # a pane's own does not reach the page
    return pn.pane.Bokeh(figure, **FILL)


def _card(*parts: Any, **options: Any) -> pn.Column:
    return pn.Column(*parts, stylesheets=sheets("card"), **(FILL | options))


class Folio(pn.viewable.Viewer):
    """Pages of which one is on show. Each is made when it is first turned to, and kept."""

    def __init__(
        self, label: str, explained_by: str, pages: dict[str, Callable[[], pn.viewable.Viewable]], *beside: Any
    ) -> None:
        super().__init__()
        self._make = pages
        self._pages: dict[str, pn.viewable.Viewable] = {}
        first = next(iter(pages))
        self.active = brisk(
            pmui.RadioButtonGroup(
                label=label,
                options={page: page for page in pages},
                value=first,
                size="small",
                margin=(8, 10, 2, 10),
                stylesheets=NO_LABEL,
                css_classes=[explain_class(explained_by)],
            )
        )
        self._place = pn.Column(self._page(first), stylesheets=sheets("figure"), **FILL)
        self.active.param.watch(self._turn, "value")
        self._layout = pn.Column(filled(pn.Row(**ACROSS), self.active, pn.HSpacer(), *beside), self._place, **FILL)

    def _turn(self, event: Any) -> None:
        if self._place[0] is not self._page(event.new):
            self._place[0] = self._page(event.new)

    def _page(self, name: str) -> pn.viewable.Viewable:
        if name not in self._pages:
            self._pages[name] = self._make[name]()
        return self._pages[name]

    def call(self, page: str, name: str) -> None:
        """Have a page go by another name."""
        names = {name if key == page else shown: key for shown, key in self.active.options.items()}
        if names != self.active.options:
            self.active.options = names
            # The browser knows the page on show by its name.
            self.active.param.trigger("value")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout


OTHERS = {"seed": "200 seeds", "init_seed": "200 starts"}


def others(view: ViewModel) -> str:
    """What the models are called that differ from the one on show by chance alone."""
    return "200 refits" if view.is_own else OTHERS[view.over]


PICTURES = {"Plane": "boundary", "Neuron": "neuron", "S-curve": "s_curve"}
HIDDEN_SPACE = {"Hidden": "hidden"}
CORNERS = LabState.param["corner"].objects
SURFACE = "Loss surface"
SLIM = {"minWidth": 0, "padding": "4px 8px"}
"""A button as wide as its word."""


class Stage(pn.viewable.Viewer):
    """The picture, the epochs to play, and the equation."""

    def __init__(self, lab: Commands, pictures: Pictures) -> None:
        super().__init__()
        self.legend, self.equation = text("gs-wide"), text("gs-wide")
        self.progress = pn.pane.HTML("", stylesheets=sheets("lab/text", "explained"), margin=(6, 0, 0, 0))
        # By itself and of a fixed size: the row of the legend need not be laid out anew with every model.
        self.spoken = pn.pane.HTML("", stylesheets=sheets("lab/text"), width=1, height=1, margin=0)
        self.player = Player(lab)
        self._lab, self._pictures = lab, pictures
        self._panes: dict[str, pn.pane.Bokeh] = {}
        self._frame = pn.Column(css_classes=["gs-frame"], stylesheets=sheets("figure", "lab/frame"), **FILL)
        self.cloud = switch(lab, "cloud", "200 seeds", margin=(4, 10))
        self._beside: dict[str, tuple[Any, ...]] = {}
        """What belongs to each picture alone."""
        self.pictures = toggle(lab, "picture", "Picture", PICTURES)
        lab.param.watch(self._offer, ["hidden_units", "picture"])
        self._offer()
        self.pin = button("Pin", lab.toggle_pin, explained_by="pinned", margin=(6, 8, 0, 0))
        self._top = pn.Row(self.pictures, pn.HSpacer(), stylesheets=sheets("lab/top"), **ACROSS)
        self._turn(lab.picture)
        self._layout = pn.Column(
            self._top,
            self.legend,
            self._frame,
            self.player,
            pn.Row(self.equation, self.spoken, self.pin, self.progress, stylesheets=sheets("lab/top"), **ACROSS),
            css_classes=["gs-stage"],
            stylesheets=sheets("card", "lab/stage"),
            **FILL,
        )

    @cached_property
    def _axes(self) -> tuple[PickedMenu, PickedMenu]:
        """Which hidden neuron lies across, and which one up."""
        return PickedMenu(self._pick, **at_most(104)), PickedMenu(self._pick, **at_most(104))

    def _beside_of(self, name: str) -> tuple[Any, ...]:
        """What belongs to this picture alone."""
        lab = self._lab
        if name == "boundary":
            surface = toggle(lab, "surface", "Surface", {"Probability": "probability", "Label": "label"})
            return switch(lab, "limits", "Limits", margin=(4, 10)), self.cloud, surface
        if name == "neuron":
            inputs = toggle(lab, "corner", "Inputs", {f"{c[0]} {c[1]}": c for c in CORNERS})
            row = number(lab, "row", "Row", highest=lambda: len(lab.own), sizing_mode=None, width=90)
            lab.param.watch(row.tell, "own")
            return inputs, row
        if name == "s_curve":
            return (slider(lab, "threshold", "Threshold", max_width=260),)
        return tuple(menu.select for menu in self._axes)

    @property
    def places(self) -> dict[str, Place]:
        """Where the field of the row stands, once there is one."""
        return {"row": Place(self._layout, self._top)} if "neuron" in self._beside else {}

    def _stand(self, name: str) -> None:
        """Give one of the large pictures its place. It keeps it: what leaves a page comes back as another model."""
        figure = getattr(self._pictures, name).figure
        self._panes[name] = pn.pane.Bokeh(figure, **FILL)
        self._frame.append(self._panes[name])
        self._beside[name] = self._beside_of(name)
        if name == "neuron":
            flip_inputs(self._lab, figure)

    def _offer(self, *events: Any) -> None:
        """One neuron has no hidden space to look at."""
        has_layer = self._lab.hidden_units or self._lab.picture in HIDDEN_SPACE.values()
        self.pictures.options = PICTURES | (HIDDEN_SPACE if has_layer else {})

    def _pick(self, name: str, unit: int) -> None:
        self._lab.param.update(**{name: unit})

    def _show_axes(self, view: ViewModel) -> None:
        units = view.shown.model.hidden_units
        for menu, name, label, place in zip(self._axes, ("unit_x", "unit_y"), ("Across", "Up"), view.pair, strict=True):
            if place is None:
                menu.hide()
            else:
                menu.show(name, label, {unit_name(u): u + 1 for u in range(units)}, place + 1)

    def _turn(self, picture: str) -> None:
        is_new = picture not in self._panes
        if is_new:
            self._stand(picture)
        for name, pane in self._panes.items():
            pane.visible = name == picture
        for name, parts in self._beside.items():
            for part in parts:
                part.visible = name == picture
        if picture == "neuron":
            is_own = self._lab.source == "own"
            for part, wanted in zip(self._beside["neuron"], (not is_own, is_own), strict=True):
                part.visible = wanted
        if is_new:
            filled(self._top, *self._beside[picture])

    def draw(self, view: ViewModel) -> None:
        by_hand = view.hand is not None
        self._turn(view.picture)
        self.cloud.label = others(view)
        pinned = (
            "" if view.pinned is None else f"<div class=pinned>{explained('pinned', words.pinned(view.pinned))}</div>"
        )
        of = own_words if view.is_own else None
        self.equation.object = f"<div class=equation>{explained('equation', words.equation(view.shown))}</div>{pinned}"
        self.pin.label = "Unpin" if view.pinned else "Pin"
        behind = "by_hand" if by_hand else view.run.status
        severity, progress = words.progress(view.run, view.solver, view.epoch, by_hand)
        told = explained(behind, progress) if len(view.run.rows.y) else progress
        self.progress.object = f"<span class='chip {severity}' role=status>{told}</span>"
        if view.picture == "hidden":
            self._show_axes(view)
        self.player.draw()
        keys = words.keys(view)
        self.legend.object = words.legend(of.keys(view, keys) if of else keys)
        summary = of.summary(view) if of else words.summary(view.run, view.shown, view.epoch, unit_of(view.solver))
        self.spoken.object = f"<div class=unseen role=status aria-live=polite>{summary}</div>"

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout


class Numbers(pn.viewable.Viewer):
    """What the model is worth: accuracies beside their limits, losses, other seeds."""

    def __init__(self, lab: Commands, pictures: Pictures) -> None:
        super().__init__()
        self._lab = lab
        self.meaning, self.confusion = text(), text()
        self.training = Folio(
            "Training",
            "losses",
            {
                "Losses": lambda: _chart(pictures.losses.figure),
                SURFACE: lambda: _chart(pictures.loss_surface.figure),
            },
            self._loss_over(),
        )
        self.training.active.param.watch(self._offer_pairs, "value")
        lab.param.watch(self._offer_pairs, ["features", "hidden_units"])
        self._offer_pairs()
        self.draws = self._draws()
        self.others = Folio(
            "Behind it",
            "others",
            {
                "200 seeds": lambda: filled(
                    pn.Column(stylesheets=sheets("figure"), **FILL), self._differing(), _chart(pictures.seeds.figure)
                ),
                "Errors": lambda: pn.Column(slider(lab, "threshold", "Threshold"), self.confusion, **FILL),
            },
            self.draws,
        )
        scores = pn.Column(
            _chart(pictures.scores.figure, margin=(6, 8, 0, 8)),
            stylesheets=sheets("figure", "lab/scores"),
            **FILL,
        )
        self._layout = pn.Column(
            _card(
                scores,
                pn.Column(self.meaning, margin=(6, 14, 10, 14), sizing_mode="stretch_width"),
                css_classes=["gs-scores"],
            ),
            _card(self.training),
            _card(self.others),
            css_classes=["gs-numbers"],
            stylesheets=sheets("lab/numbers"),
            **FILL,
        )

    def _loss_over(self) -> Any:
        """The pair of parameters that the loss surface spans."""
        look = {"margin": (8, 10, 0, 0), "visible": False} | wide("9.4rem")
        self.pair = choice(self._lab, "loss_over", "Parameters", **look)
        return self.pair

    def _offer_pairs(self, *events: Any) -> None:
        names = self._lab.parameter_names
        pairs = {pair: [PARAMETERS[name] for name in pair.split(",") if name in names] for pair in PAIRS}
        self.pair.options = {", ".join(pair): key for key, pair in pairs.items() if len(pair) == 2}
        if self._lab.loss_over not in self.pair.options.values():
            self._lab.loss_over = next(iter(self.pair.options.values()))
        self.pair.visible = self.spans

    def _differing(self) -> Any:
        """What the 200 others differ in: a network has first weights of its own, and so other starts."""
        choices = {"Other rows": "seed", "Other first weights": "init_seed"}
        self.differing = differing = toggle(self._lab, "others", "The 200 others", choices)
        differing.param.update(margin=(4, 10, 0, 10), visible=False)
        return differing

    def _draws(self) -> pn.Row:
        """What a click on a bar does, for the keyboard."""
        go = self._lab.open_quantile
        row = (("Worst", 0.0), ("Median", 0.5), ("Best", 1.0))
        return pn.Row(
            *(
                button(name, lambda q=q: go(q), explained_by="quantile", variant="text", margin=0, sx=SLIM)
                for name, q in row
            ),
            margin=(8, 4, 0, 0),
        )

    @property
    def spans(self) -> bool:
        """Whether the loss surface is on show."""
        return self.training.active.value == SURFACE

    def draw(self, view: ViewModel) -> None:
        if view.is_own:
            meaning, losses = own_words.meaning(view), own_words.losses(view)
        else:
            meaning = words.meaning(view.run, view.shown, view.solver, view.hand is not None)
            losses = words.losses(view.shown)
        of = own_words if view.is_own else words
        self.meaning.object = (
            f"<div class=meaning aria-live=polite>{glossed(meaning, of.MEANT)}</div>"
            f"<div class=losses>{glossed(losses, of.LOST)}</div>"
        )
        self.draws.visible = not view.is_own
        self.others.call("200 seeds", others(view))
        self.differing.visible = view.run.model.hidden_units > 0 and not view.is_own
        self.confusion.object = glossed(words.confusion(view.shown), words.CONFUSED)

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout
