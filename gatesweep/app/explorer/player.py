"""The epochs of a recorded sweep, to play, pause, step and scrub."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from gatesweep.app.assets import sheets
from gatesweep.app.controls import IN_ROW, brisk, wide

__all__ = ["EpochPlayer"]

SPEEDS = {"2 / s": 500, "5 / s": 200, "12 / s": 80}
"""Milliseconds a frame, by what is on the button."""
ONE_ROW: dict[str, Any] = {
    "flexDirection": "row",
    "alignItems": "center",
    "gap": "14px",
    "flexWrap": {"xs": "wrap", "sm": "nowrap"},
    "& > .MuiFormLabel-root": {"minWidth": "80px"},
    "& > .MuiBox-root:last-of-type": {"order": -1, "flexWrap": "nowrap !important"},
}
"""The player's buttons, label and slider side by side: the height belongs to the pictures."""


class EpochPlayer(pn.viewable.Viewer):
    """Moves the `epoch` of an Explorer; on show only while there are epochs."""

    def __init__(self, explorer: Any) -> None:
        super().__init__()
        self.player = brisk(
            pmui.Player(
                start=0,
                end=20,
                value=0,
                interval=80,
                loop_policy="loop",
                show_loop_controls=False,
                show_value=True,
                visible_buttons=["first", "previous", "pause", "play", "next", "last"],
                sizing_mode="stretch_width",
                margin=(0, 8),
                size="small",
                label="Epoch",
                sx=ONE_ROW,
            )
        )
        self.player.param.watch(lambda event: setattr(explorer, "epoch", int(event.new)), "value")
        speed = pmui.Select(label="Speed", options=SPEEDS, value=80, styles=wide("6.3rem"), **IN_ROW)
        speed.param.watch(lambda event: setattr(self.player, "interval", event.new), "value")
        self._layout = pn.Row(
            self.player,
            speed,
            margin=0,
            sizing_mode="stretch_width",
            visible=False,
            stylesheets=sheets("explorer/wrap"),
        )

    def show(self, last: int | None, epoch: int) -> None:
        """Offer the epochs 0 to `last`; None hides the player and stops it."""
        self._layout.visible = last is not None
        if last is None:
            self.player.pause()
        else:
            self.player.param.update(end=last, value=min(epoch, last))

    def press(self, key: str) -> None:
        """Space, arrows, Home and End."""
        player = self.player
        if key == " ":
            player.pause() if player.direction else player.play()
        elif key in ("ArrowLeft", "ArrowRight"):
            player.value = (player.value + (1 if key == "ArrowRight" else -1)) % (player.end + 1)
        elif key in ("Home", "End"):
            player.value = player.end if key == "End" else 0

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout
