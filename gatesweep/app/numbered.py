"""A value that browser and server both change: neither ever guesses by time what the other has seen."""

from collections.abc import Callable, Mapping
from typing import Any

import panel as pn
import param
from panel.custom import JSComponent

from gatesweep.app.assets import asset, sheets

__all__ = ["Field", "Numbered", "Range", "Slider"]


class Numbered(JSComponent):
    """A control in the browser that asks for values, and shows what it is told.

    The server alone changes the value: `take` gets what the browser asks for, and `show` says what there is to show
    after it. Every request has a number, which goes back with the answer; the browser passes over what was told in
    ignorance of its newest request, and sends the next one only when the last is answered. See numbered.js.
    """

    told = param.Dict({}, doc="What is shown, and as `n` the newest request that is known of.")

    def __init__(
        self, show: Callable[[], Mapping[str, Any]], take: Callable[[Mapping[str, Any]], None], **params: Any
    ) -> None:
        self._show, self._take, self._newest = show, take, 0
        super().__init__(told=self._answer(), **params)

    def tell(self, *events: Any) -> None:
        """Show what there is to show now."""
        self.told = self._answer()

    def _answer(self) -> dict[str, Any]:
        return {**self._show(), "n": self._newest}

    def _handle_msg(self, data: dict[str, Any]) -> None:
        if not isinstance(data.get("n"), int):
            return
        self._newest = data["n"]
        # The answer goes with what it changed, as one message; and it goes also where the request is refused.
        with pn.io.hold():
            try:
                self._take(data)
            finally:
                self.tell()


class Slider(Numbered):
    """A number between two others.

    It is told `label`, `value`, `start`, `end`, `step`; `text`, what it says instead of the value; `is_log`, whether
    the value is a power of ten; and `period`, the milliseconds after which it asks for a `tick`, or none. It asks for
    a `value`.
    """

    _esm = asset("numbered.js") + asset("slider.js")

    def __init__(
        self, show: Callable[[], Mapping[str, Any]], take: Callable[[Mapping[str, Any]], None], **look: Any
    ) -> None:
        super().__init__(show, take, stylesheets=sheets("slider"), **({"min_height": 51} | look))


class Range(Numbered):
    """Two numbers between two others, the first one not above the second.

    It is told `label`, `low`, `high`, `start`, `end` and `step`. It asks for a `low` or a `high`.
    """

    _esm = asset("numbered.js") + asset("range.js")

    def __init__(
        self, show: Callable[[], Mapping[str, Any]], take: Callable[[Mapping[str, Any]], None], **look: Any
    ) -> None:
        super().__init__(show, take, stylesheets=sheets("slider", "range"), **({"min_height": 51} | look))


class Field(Numbered):
    """A whole number to type.

    It is told `label`, `text`, `placeholder`, the ends `low` and `high` of what the arrow keys reach, and `is_refused`,
    whether the last text was. It asks for a `text`: whatever was typed.
    """

    _esm = asset("numbered.js") + asset("field.js")

    def __init__(
        self, show: Callable[[], Mapping[str, Any]], take: Callable[[Mapping[str, Any]], None], **look: Any
    ) -> None:
        super().__init__(show, take, stylesheets=sheets("field"), **({"min_height": 40} | look))
