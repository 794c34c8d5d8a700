"""What the mouse or a finger does on the Lab's pictures."""

from typing import Any

import numpy as np
import panel as pn

from gatesweep.app.controls import BRISK
from gatesweep.plots.geometry import through

__all__ = ["Pointer"]


GRIP = 0.12
"""How near to a grip a tap is meant for it."""


class Pointer:
    """Tapped corners, the dragged line, clicked bars. All of it can be done by widgets and keys, too."""

    def __init__(self, lab: Any) -> None:
        self._lab = lab
        self._is_following, self._is_dropped = False, True
        # Two quick taps come as one tap and one double tap.
        for kind in ("tap", "doubletap"):
            lab.pictures.boundary.figure.on_event(kind, self._tap)
        lab.pictures.boundary.held.on_change("data", self._moved)
        lab.pictures.boundary.hand.on_change("data", self._dropped)
        lab.pictures.seeds.bars.selected.on_change("indices", self._bar)

    def _tap(self, event: Any) -> None:
        if event.x is None or event.y is None:
            return
        x1, x2 = round(event.x), round(event.y)
        grips = self._lab.pictures.boundary.hand.data
        if any(np.hypot(event.x - a, event.y - b) < GRIP for a, b in zip(grips["x1"], grips["x2"], strict=True)):
            return
        if x1 in (0, 1) and x2 in (0, 1) and np.hypot(event.x - x1, event.y - x2) < 0.2:
            self._lab.flip(x1, x2)

    def _moved(self, attr: str, old: Any, new: Any) -> None:
        """A grip is on its way: follow, at the pace at which the page is drawn."""
        self._is_dropped = False
        document = pn.state.curdoc
        if document is None or not document.session_context:
            self._follow()
        elif not self._is_following:
            self._is_following = True
            document.add_timeout_callback(self._follow, BRISK)

    def _follow(self) -> None:
        self._is_following = False
        if not self._is_dropped:
            self._lab.pictures.boundary.is_held = True
            self._turn(self._lab.pictures.boundary.held.data)

    def _dropped(self, attr: str, old: Any, new: Any) -> None:
        self._lab.pictures.boundary.drop()
        self._is_dropped = True
        self._turn(new)

    def _turn(self, grips: Any) -> None:
        """The line goes where its grips are; it keeps its steepness."""
        lab = self._lab
        points = np.array([grips["x1"], grips["x2"]], dtype=float).T
        if not lab.by_hand or points.shape != (2, 2) or not np.isfinite(points).all():
            return
        weight, intercept = through(points, np.hypot(lab.w1, lab.w2) or 1.0)
        if not np.allclose([*weight, intercept], [lab.w1, lab.w2, lab.intercept], atol=1e-6):
            lab.param.update(w1=float(weight[0]), w2=float(weight[1]), intercept=intercept)

    def _bar(self, attr: str, old: Any, new: list[int]) -> None:
        lab = self._lab
        if not new or lab.population is None:
            return
        low, high = (lab.pictures.seeds.bars.data[side][new[0]] for side in ("left", "right"))
        lab.pictures.seeds.bars.selected.indices = []
        accuracy = lab.population.exact_accuracy
        found = lab.population.seed[(accuracy >= low) & (accuracy <= high)]
        if len(found):
            lab.open(seed=int(found[found > lab.seed][0] if (found > lab.seed).any() else found[0]))
