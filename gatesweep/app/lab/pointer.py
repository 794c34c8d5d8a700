"""What the mouse or a finger does on the Lab's pictures."""

from typing import Any

import numpy as np

from gatesweep.app.lab.geometry import through

__all__ = ["Pointer"]


class Pointer:
    """Tapped corners, the dragged line, clicked bars. All of it can be done by widgets and keys, too."""

    def __init__(self, lab: Any) -> None:
        self._lab = lab
        lab.boundary.figure.on_event("tap", self._tap)
        lab.boundary.hand.on_change("data", self._dragged)
        lab.seeds.bars.selected.on_change("indices", self._bar)

    def _tap(self, event: Any) -> None:
        if event.x is None or event.y is None:
            return
        x1, x2 = round(event.x), round(event.y)
        if x1 in (0, 1) and x2 in (0, 1) and np.hypot(event.x - x1, event.y - x2) < 0.2:
            self._lab.flip(x1, x2)

    def _dragged(self, attr: str, old: Any, new: Any) -> None:
        lab = self._lab
        points = np.array([new["x1"], new["x2"]], dtype=float).T
        if not lab.by_hand or points.shape != (2, 2) or not np.isfinite(points).all():
            return
        weight, intercept = through(points, np.hypot(lab.w1, lab.w2))
        if not np.allclose([*weight, intercept], [lab.w1, lab.w2, lab.intercept], atol=1e-6):
            lab.param.update(w1=float(weight[0]), w2=float(weight[1]), intercept=intercept)

    def _bar(self, attr: str, old: Any, new: list[int]) -> None:
        lab = self._lab
        if not new or lab.population is None:
            return
        low, high = (lab.seeds.bars.data[side][new[0]] for side in ("left", "right"))
        lab.seeds.bars.selected.indices = []
        accuracy = lab.population.exact_accuracy
        found = lab.population.seed[(accuracy >= low) & (accuracy <= high)]
        if len(found):
            lab.open(seed=int(found[found > lab.seed][0] if (found > lab.seed).any() else found[0]))
