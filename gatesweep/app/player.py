"""The epochs, to play, pause, step and scrub.

It is the browser that plays: it asks for the next epoch when the last one is drawn and its time has come. So a slow
browser, or a slow server, plays more slowly and misses none.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from gatesweep.app.assets import sheets
from gatesweep.app.controls import brisk, button, wide, within
from gatesweep.app.explain import explain_class
from gatesweep.app.numbered import Slider

__all__ = ["Player", "Playing"]

SPEEDS = (1, 2, 5, 10, 20)


class Playing(param.Parameterized):
    """What has epochs that can be played."""

    playing = param.Boolean(False, precedence=-1, doc="Whether the epochs are running.")
    speed = param.Selector(default=5, objects=list(SPEEDS), doc="Epochs a second while playing.")

    @property
    @abstractmethod
    def shown_epoch(self) -> int:
        """The epoch on show."""

    @property
    @abstractmethod
    def last_epoch(self) -> int:
        """The last one that there is."""

    @property
    def unit(self) -> str:
        """What one of them is called."""
        return "epoch"

    @abstractmethod
    def scrub(self, epoch: int) -> None:
        """Show an epoch."""

    def step(self, epochs: int) -> None:
        """Move the epoch shown; at the ends it stays."""
        self.scrub(min(max(self.shown_epoch + epochs, 0), self.last_epoch))

    def tick(self) -> None:
        """Show the next epoch, if they are playing."""
        if self.playing:
            self.step(1)
            self.playing = self.shown_epoch < self.last_epoch

    def toggle_play(self) -> None:
        """Play from here, or from the start when at the end; or pause."""
        if not self.playing:
            self.scrub(0 if self.shown_epoch == self.last_epoch else self.shown_epoch)
        self.playing = not self.playing

    def press(self, key: str) -> bool:
        """What a key does to the epochs; whether it is one of theirs."""
        steps = {"ArrowLeft": -1, "ArrowRight": 1, "Home": -self.last_epoch, "End": self.last_epoch}
        if key == " ":
            self.toggle_play()
        elif key in steps:
            self.step(steps[key])
        return key == " " or key in steps


class Player(pn.viewable.Viewer):
    """The buttons, the slider and the speed."""

    def __init__(self, epochs: Playing) -> None:
        super().__init__()
        self._epochs = epochs
        self.play = button("Play", epochs.toggle_play, "play_arrow", variant="contained", **wide("6.5rem"))
        self.slider = Slider(
            self._show, self._take, sizing_mode="stretch_width", margin=(0, 16), css_classes=["gs-wide"]
        )
        speed = pmui.Select.from_param(
            epochs.param.speed,
            label="Speed",
            options={f"{s} / s": s for s in SPEEDS},
            size="small",
            **wide("5.3rem"),
            margin=0,
            description="",
            css_classes=[explain_class("speed")],
        )
        self._layout = pn.Row(
            button("Back", lambda: epochs.step(-1), "skip_previous", variant="text"),
            self.play,
            button("Step", lambda: epochs.step(1), "skip_next", variant="text"),
            self.slider,
            brisk(speed),
            stylesheets=sheets("player"),
            css_classes=[explain_class("playing")],
            sizing_mode="stretch_width",
            margin=0,
        )
        epochs.param.watch(self.draw, ["playing", "speed"])

    def draw(self, *events: Any) -> None:
        """Show the epochs as they are now."""
        playing = self._epochs.playing
        self.play.param.update(label="Pause" if playing else "Play", icon="pause" if playing else "play_arrow")
        self.slider.tell()

    def _show(self) -> dict[str, Any]:
        e = self._epochs
        ends = {"start": 0, "end": max(e.last_epoch, 1), "step": 1}
        period = 1000 // e.speed if e.playing else None
        return {"label": e.unit.capitalize(), "value": e.shown_epoch, "text": None, "period": period} | ends

    def _take(self, request: Mapping[str, Any]) -> None:
        epoch = within(request, 0, self._epochs.last_epoch)
        if epoch is not None:
            self._epochs.scrub(round(epoch))
        elif request.get("tick"):
            self._epochs.tick()

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout
