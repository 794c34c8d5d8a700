"""A finger on a picture: its first tap reads, as a mouse that points there does."""

from typing import Any

from panel.custom import JSComponent

from gatesweep.app.assets import asset, sheets

__all__ = ["Finger"]


class Finger(JSComponent):
    """Lets a tap on a picture of the same page do what pointing does, and knows whether it is fingers that tap."""

    _esm = asset("finger.js")

    def __init__(self) -> None:
        super().__init__(stylesheets=sheets("aside"), width=0, height=0, margin=0)
        self.is_used = False
        """Whether the page was last touched by a finger, and not by a mouse or a pen."""

    def _handle_msg(self, data: dict[str, Any]) -> None:
        self.is_used = data.get("is_used") is True
