"""Drawing own rows on the plane: what a tap, a drag or a key does to them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import param

from gatesweep.app.assets import asset, sheets
from gatesweep.app.keys import DRAWING
from gatesweep.app.lab.commands import Commands
from gatesweep.app.lab.own import Own
from gatesweep.app.lab.own_rows import OwnRows
from gatesweep.app.lab.pictures import Boundary
from gatesweep.app.numbered import Numbered

__all__ = ["CLOUD", "DrawingBoard"]

CLOUD = 20
"""Points of a cloud."""
MOST_ACTS = 500
"""In one message, of which a hand makes a few."""


class DrawingBoard(Numbered):
    """Hears what is done on the plane; in the page it is the button that gives the plane to the keyboard.

    It is told whether it is `active`, and as `done` the newest act that is known of. It asks for `acts`: see draw.js.
    """

    figure = param.String(doc="The id of the figure that is drawn on.")
    rows = param.String(doc="The id of the source that draws the rows.")
    cross = param.String(doc="The id of the source that draws where the keyboard is.")
    keys = param.String(DRAWING, doc="What its keys do.")

    _esm = asset("numbered.js") + asset("lab/draw.js")

    def __init__(self, lab: Commands, boundary: Boundary) -> None:
        self._lab, self._boundary, self._done = lab, boundary, 0
        self._held: tuple[Any, int] | None = None
        ids = {
            "figure": boundary.figure.id,
            "rows": boundary.drawn.sources["rows"].id,
            "cross": boundary.cross.id,
        }
        look = {"stylesheets": sheets("lab/draw"), "margin": (4, 10), "css_classes": ["gs-board"]}
        super().__init__(self._told, self._act, **ids, **look)
        lab.param.watch(self.tell, ["source", "picture"])

    def _told(self) -> dict[str, Any]:
        lab = self._lab
        active = lab.source == "own" and lab.picture == "boundary"
        return {"active": active, "done": self._done}

    def _act(self, asked: Mapping[str, Any]) -> None:
        acts = asked.get("acts")
        if not isinstance(acts, list) or self._lab.source != "own":
            return
        with param.parameterized.batch_call_watchers(self._lab):
            for act in acts[:MOST_ACTS]:
                if isinstance(act, dict) and isinstance(act.get("id"), int) and act["id"] > self._done:
                    self._done = act["id"]
                    self._do(act)

    def _do(self, act: Mapping[str, Any]) -> None:
        lab = self._lab
        gesture = ("board", act["gesture"]) if isinstance(act.get("gesture"), int) else None
        to, kind = self._point(act.get("to")), act.get("kind")
        if kind in ("tap", "drag") and lab.tool == "erase":
            self._erase(act.get("from" if kind == "tap" else "over"), gesture)
        elif kind in ("tap", "draw") and to is not None:
            lab.edit(lab.own.added(self._cloud(to) if lab.tool == "cloud" else to, lab.pen))
        elif kind == "move" or (kind == "drag" and not lab.by_hand):
            self._move(act.get("from"), to, gesture)
        elif kind == "erase":
            self._erase(act.get("from"), gesture)
        elif kind == "pen":
            lab.pen = 1 - lab.pen

    def _move(self, seen: Any, to: np.ndarray | None, gesture: Any) -> None:
        own = self._lab.own
        if self._held is not None and gesture is not None and self._held[0] == gesture:
            place: int | None = self._held[1]
        else:
            place = self._place(seen)
        if to is not None and place is not None and place < len(own):
            self._held = (gesture, place)
            self._lab.edit(own.moved(place, to), gesture)

    def _erase(self, seen: Any, gesture: Any) -> None:
        place = self._place(seen)
        if place is not None:
            self._held = None
            self._lab.edit(self._lab.own.without(place), gesture)

    def _place(self, seen: Any) -> int | None:
        """Which row stands where the browser saw one."""
        point = self._point(seen)
        if point is None or not len(self._lab.own):
            return None
        distance = np.abs((self._lab.own.X - point) / self._lab.own.window.unit).max(-1)
        nearest = int(distance.argmin())
        return nearest if distance[nearest] < 1e-6 else None

    def _point(self, given: Any) -> np.ndarray | None:
        """A point that the browser speaks of, in the units of the rows as given; None if it is none."""
        try:
            point = np.array(given, dtype=float)
        except (TypeError, ValueError):
            return None
        if point.shape != (2,) or not np.isfinite(point).all():
            return None
        rows: Own | Any = self._lab.fit.rows
        return point * rows.unit + rows.centre if isinstance(rows, OwnRows) else point

    def _cloud(self, centre: np.ndarray) -> np.ndarray:
        # Not the same one twice in a row, and the same again after an undo.
        own = self._lab.own
        eps = np.random.RandomState(len(own)).normal(0, self._lab.spread, (CLOUD, 2))
        return centre + eps * own.window.unit
