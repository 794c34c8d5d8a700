"""What only the browser can do: keys, the address line and its history, the clipboard, files, the whole screen, the
device's own colours."""

from collections.abc import Callable
from typing import Any

import panel as pn
import param
from bokeh.models import Plot
from panel.custom import JSComponent

from gatesweep.app.assets import asset
from gatesweep.app.keys import KEYS
from gatesweep.app.legend import Key
from gatesweep.app.theme import FONT

__all__ = ["Browser"]


class Browser(JSComponent):
    """Calls `on_key` with the name of a key, `on_move` with the query that Back or Forward led to.

    `on_dark` is called once on a device that is set to dark.
    """

    keys = param.List(KEYS, item_type=str, doc="Names of the keys that are handed on.")
    line = param.Dict({}, doc="What the address line shows: see `write`.")
    copied = param.String("", doc="Text for the clipboard.")
    copies = param.Integer(0, doc="Counts the requests to copy.")

    file = param.Dict({}, doc="What to save: `name` and `text`, or the `figure`, `kind` and `font` of a picture.")
    files = param.Integer(0, doc="Counts the requests to save.")
    whole = param.Integer(0, doc="Counts the requests to fill the screen, or to leave it again.")

    _esm = asset("save.js") + asset("browser.js")

    def __init__(
        self,
        on_key: Callable[[str], None],
        on_move: Callable[[str], None],
        on_dark: Callable[[], None],
        **params: Any,
    ) -> None:
        super().__init__(**params)
        self._on_key, self._on_move, self._on_dark = on_key, on_move, on_dark
        self._moves = 0

    def _handle_msg(self, data: dict) -> None:
        if isinstance(data.get("key"), str):
            self._on_key(data["key"][:16])
        if data.get("dark") is True:
            # It comes before the page is loaded, and what is changed until then does not reach the browser.
            pn.state.onload(self._on_dark)
        if isinstance(data.get("query"), str) and isinstance(data.get("move"), int):
            self._moves = data["move"]
            self._on_move(data["query"])

    def write(self, query: str, replaces: bool) -> None:
        """Show `query` in the address line, as a step of its own for Back or in the last one's place.

        `move` is the number of moves through the history that are known here: the browser drops a line that does
        not know of its newest one.
        """
        self.line = {"query": query, "replaces": replaces, "move": self._moves}

    def copy(self, text: str) -> None:
        """Put `text` on the clipboard; {origin} in it becomes the page's address."""
        self.param.update(copied=text, copies=self.copies + 1)

    def save(self, name: str, text: str) -> None:
        """Have a file downloaded."""
        self.param.update(file={"name": name, "text": text}, files=self.files + 1)

    def save_figure(self, figure: Plot, kind: str, heading: str, keys: list[Key], ink: str) -> None:
        """Have a figure downloaded as "png" or "svg", under a heading with the keys of its marks."""
        file = {"figure": figure.id, "name": figure.name, "kind": kind, "font": FONT}
        with pn.io.hold():
            figure.tags = [{"title": heading, "keys": [key[:2] for key in keys], "ink": ink}]
            self.param.update(file=file, files=self.files + 1)

    def fill_screen(self) -> None:
        """Fill the screen, or leave it again."""
        self.whole += 1
