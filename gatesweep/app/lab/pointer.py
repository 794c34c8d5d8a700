"""What the mouse or a finger does on the Lab's pictures."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import param
from bokeh.plotting import figure

from gatesweep.app.assets import asset
from gatesweep.app.lab.commands import Commands
from gatesweep.app.lab.model import Population
from gatesweep.app.lab.pictures import Pictures
from gatesweep.app.lab.state import numbers_of
from gatesweep.app.numbered import Numbered
from gatesweep.plots.geometry import through
from gatesweep.plots.neuron import HEIGHTS, INPUTS

__all__ = ["Grips", "Pointer", "flip_inputs"]


GRIP = 0.12
"""How near to a grip a tap is meant for it."""
NEAR = 0.8
"""And to an input of the neuron."""


class Grips(Numbered):
    """The two points by which the line is held: it is told, and asks for, their `x1` and `x2`."""

    figure = param.String(doc="The id of the figure that the mouse moves on.")
    source = param.String(doc="The id of the source that draws the two points.")

    _esm = asset("numbered.js") + asset("lab/grips.js")


def flip_inputs(lab: Commands, figure: figure) -> None:
    """Let a tapped input of the neuron turn around."""

    def tap(event: Any) -> None:
        if event.x is None or event.y is None or lab.source == "own":
            return
        inputs = list(lab.corner)
        places = HEIGHTS[len(numbers_of(0, lab.features))]
        for place in (0, 1):
            if np.hypot(event.x - INPUTS, event.y - places[place]) < NEAR:
                inputs[place] = str(1 - int(inputs[place]))
                lab.corner = "".join(inputs)

    # Two quick taps come as one tap and one double tap.
    for kind in ("tap", "doubletap"):
        figure.on_event(kind, tap)


class Pointer:
    """Tapped corners, the dragged line, clicked bars. All of it can be done by widgets and keys, too."""

    def __init__(self, lab: Commands, pictures: Pictures) -> None:
        self._lab, self._pictures = lab, pictures
        # Two quick taps come as one tap and one double tap.
        for kind in ("tap", "doubletap"):
            pictures.boundary.figure.on_event(kind, self._tap)
        drawn = pictures.boundary.drawn
        self.grips = Grips(
            lambda: pictures.boundary.grips,
            self._turn,
            figure=drawn.figure.id,
            source=drawn.sources["grips"].id,
            width=0,
            height=0,
            margin=0,
        )
        pictures.seeds.bars.selected.on_change("indices", self._bar)

    def _tap(self, event: Any) -> None:
        if event.x is None or event.y is None or self._lab.source == "own":
            return
        x1, x2 = round(event.x), round(event.y)
        grips = self._pictures.boundary.grips
        if any(np.hypot(event.x - a, event.y - b) < GRIP for a, b in zip(grips["x1"], grips["x2"], strict=True)):
            return
        if x1 in (0, 1) and x2 in (0, 1) and np.hypot(event.x - x1, event.y - x2) < 0.2:
            self._lab.flip(x1, x2)

    def _turn(self, asked: Mapping[str, Any]) -> None:
        """The line goes where its grips are; it keeps its steepness."""
        lab = self._lab
        try:
            points = np.array([asked["x1"], asked["x2"]], dtype=float).T
        except (KeyError, TypeError, ValueError):
            return
        if lab.by_hand and not lab.hidden_units and points.shape == (2, 2) and np.isfinite(points).all():
            window = self._pictures.boundary.window
            there, _ = window.line_to_plane(np.array([lab.w1, lab.w2]), lab.intercept)
            found = through(window.to_plane(points), np.hypot(*there) or 1.0)
            weight, intercept = window.line_from_plane(*found)
            lab.param.update(w1=float(weight[0]), w2=float(weight[1]), intercept=float(intercept))

    def _bar(self, attr: str, old: list[int], new: list[int]) -> None:
        lab, bars = self._lab, self._pictures.seeds.bars
        if not new or not isinstance(lab.population, Population):
            bars.selected.indices = []
            return
        low, high = (bars.data[side][new[0]] for side in ("left", "right"))
        bars.selected.indices = []
        accuracy = lab.population.exact_accuracy
        over, found = lab.population.over, lab.population.value[(accuracy >= low) & (accuracy <= high)]
        if len(found):
            here = -1 if (seed := getattr(lab, over)) is None else seed
            lab.open(**{over: int(found[found > here][0] if (found > here).any() else found[0])})
