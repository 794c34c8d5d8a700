"""The Lab's settings beside the picture; what few lessons need is folded away."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import panel as pn

from gatesweep.app.assets import sheets
from gatesweep.app.controls import SLIDER, button, choice, decades, filled, fold, number, slider, switch, toggle, within
from gatesweep.app.explain import explain_class
from gatesweep.app.lab.commands import Commands
from gatesweep.app.lab.own_panel import OwnPanel
from gatesweep.app.lab.pictures import Boundary
from gatesweep.app.lab.state import DATA, MODEL, SCIKIT_LEARN, TRAINING, in_sweep
from gatesweep.app.lab.truth_table import TruthTable
from gatesweep.app.lab.words import LINE, PARAMETERS
from gatesweep.app.numbered import Slider
from gatesweep.app.refusal import Place
from gatesweep.engine.solvers import solver_class
from gatesweep.lessons import LESSONS
from gatesweep.models import n_params

__all__ = ["Controls"]

FIRST = {
    "automatic": "auto",
    "A: all ones": "ones",
    "B: nn.Linear": "linear",
    "of infinitely many rows": "population",
    "set by hand": "hand",
}
"""What training starts from, as the menu calls it."""
MOST_BY_HAND = n_params(2, "interaction")
"""Numbers of a network that are set by hand by a slider each: those of two hidden neurons."""
FILL = {"sizing_mode": "stretch_both", "margin": 0}
ACROSS = {"sizing_mode": "stretch_width", "margin": 0}


def _number_of_network(lab: Commands, place: int) -> Slider:
    """A slider over one of the numbers of a network set by hand."""
    low, high = lab.param.w1.softbounds

    def show() -> dict[str, Any]:
        value = lab.network[place] if place < len(lab.network) else 0.0
        name = lab.parameter_names[place] if place < len(lab.parameter_names) else "intercept"
        ends = {"start": min(low, value), "end": max(high, value), "step": lab.param.w1.step}
        return {"label": PARAMETERS[name], "value": value, "text": None} | ends

    def take(request: Mapping[str, Any]) -> None:
        shown = show()
        value = within(request, shown["start"], shown["end"])
        if value is not None and place < len(lab.network):
            lab.network = [*lab.network[:place], round(value, 10), *lab.network[place + 1 :]]

    made = Slider(show, take, css_classes=[explain_class("weight")], **SLIDER)
    lab.param.watch(made.tell, ["network", "hidden_units", "features"])
    return made


class Controls(pn.viewable.Viewer):
    """Every setting of the data and of the model; what few lessons need is folded away."""

    def __init__(self, lab: Commands, boundary: Boundary) -> None:
        super().__init__()
        self._lab = lab
        self.source = toggle(lab, "source", "Data", {"Gate": "gate", "Own data": "own"})
        self.source.param.update(margin=(8, 10), sizing_mode="stretch_width")
        self.named = {
            "gate": choice(lab, "gate", "Gate"),
            "truth": TruthTable(lab),
            "noise_level": slider(lab, "noise_level", "Noise level"),
            "num_samples": slider(lab, "num_samples", "Rows"),
            "seed": pn.Row(
                number(lab, "seed", "Seed", sizing_mode="stretch_width"),
                button("New draw", lab.new_draw, explained_by="new_draw", margin=(8, 10, 0, 0)),
                css_classes=["gs-seed"],
                **ACROSS,
            ),
            "solver": choice(lab, "solver", "Solver"),
            "hidden_units": slider(lab, "hidden_units", "Hidden neurons"),
            "activation": choice(lab, "activation", "Activation"),
            "features": toggle(lab, "features", "Features", {"x₁, x₂": "linear", "x₁, x₂, x₁x₂": "interaction"}),
            "C": decades(lab, "C", "C (inverse penalty)", 1e4),
            "learning_rate": decades(lab, "learning_rate", "Learning rate", 1e3),
            "epochs": slider(lab, "epochs", "Epochs"),
            "batch_size": slider(lab, "batch_size", "Batch size"),
            "init": choice(lab, "init", "First weights", options=FIRST),
            "init_seed": number(lab, "init_seed", "Init seed"),
        }
        self.named["features"].param.update(margin=(8, 10), sizing_mode="stretch_width")
        self.hand = {name: slider(lab, name, label) for name, label in LINE.items()}
        self.network_hand = [_number_of_network(lab, place) for place in range(MOST_BY_HAND)]
        n = self.named
        self.training = fold("Training", "training", *(n[name] for name in TRAINING))
        self.by_hand = fold(
            "By hand",
            "by_hand",
            switch(lab, "by_hand", "Set the weights by hand"),
            *self.hand.values(),
            *self.network_hand,
            button("Let it learn from here", lab.learn_from_here, explained_by="learn_from_here", margin=(6, 12)),
        )
        self._boundary = boundary
        self._own = pn.Column(css_classes=["gs-own"], **ACROSS)
        self.draw()
        self._layout = filled(
            pn.Column(css_classes=["gs-controls"], stylesheets=sheets("card", "lab/controls"), **FILL),
            self.source,
            self._own,
            *(n[k] for k in (*DATA, *MODEL)),
            self.training,
            self.by_hand,
        )
        lab.param.watch(
            lambda *events: self.draw(),
            ["source", "solver", "features", "hidden_units", "network", "init", "hide", "by_hand"],
        )
        lab.param.watch(self._unfold, ["lesson", "by_hand"])

    @cached_property
    def own(self) -> OwnPanel:
        """Made when rows of one's own are first asked for."""
        return OwnPanel(self._lab, self._boundary)

    def draw(self) -> None:
        """Only what this solver uses, less what the lesson hides."""
        lab = self._lab
        unused = {"C", "learning_rate", "epochs", "batch_size"} - {*solver_class(in_sweep(lab.solver)).uses}
        starts_as_torch = lab.init == "linear" or (lab.hidden_units and lab.init == "auto")
        unused |= set() if starts_as_torch else {"init_seed"}
        unused |= set() if lab.hidden_units else {"activation"}
        unused |= {*DATA} if lab.source == "own" else set()
        self._own.visible = lab.source == "own"
        if self._own.visible and not self._own.objects:
            self._own.append(self.own)
        self.source.visible = "gate" not in lab.hide
        unused |= {"init"} if lab.solver == SCIKIT_LEARN else set()
        for name, control in self.named.items():
            part = control._layout if isinstance(control, pn.viewable.Viewer) else control
            part.visible = name not in unused and name not in lab.hide
        for name, control in self.hand.items():
            control.visible = name in lab.parameter_names and not lab.hidden_units
        names = lab.parameter_names if lab.hidden_units else ()
        is_whole = len(names) == len(lab.network) <= MOST_BY_HAND
        for place, control in enumerate(self.network_hand):
            control.visible = is_whole and place < len(names)
        self.training.visible, self.by_hand.visible = "training" not in lab.hide, "hand" not in lab.hide

    @property
    def places(self) -> dict[str, Place]:
        """Where each setting's field stands."""
        folded = {name: Place(self.training[0], self.named[name], self.training) for name in TRAINING}
        return {name: Place(self._layout, field) for name, field in self.named.items()} | folded

    def _unfold(self, *events: Any) -> None:
        """What the lesson is about is open; what a visitor opened stays so until the next lesson."""
        lab = self._lab
        if any(event.name == "lesson" for event in events):
            lesson = LESSONS[lab.lesson - 1].settings if lab.lesson else {}
            self.training.active = [0] if any(lesson.get(n) for n in TRAINING) else []
            self.by_hand.active = []
        if lab.by_hand:
            self.by_hand.active = [0]

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout
