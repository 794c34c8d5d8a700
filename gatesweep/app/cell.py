"""Lab and Explorer as guests: in a notebook's cell and in other people's apps they look as they do at home."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import panel as pn
import panel_material_ui as pmui
from panel.custom import JSComponent

from gatesweep.app.compat import KernelOutput, keep_sheets, material_script, take_material_from_page
from gatesweep.app.theme import THEME_CONFIG
from gatesweep.notebook import in_notebook, load, publish_script

__all__ = ["Guest", "prepare"]

HEIGHT = 860
"""Pixels of a cell's output; a cell has no height of its own to fill."""
LOWEST = 600
"""Pixels below which it is not pressed, where it shares a page with others."""
FILL = {"sizing_mode": "stretch_both", "margin": 0}


def prepare() -> None:
    """Bring BokehJS, Panel and panel-material-ui into the notebook, from this machine."""
    if in_notebook():
        load()
        publish_script("panel-material-ui", material_script)
        take_material_from_page()
        keep_sheets()


class Sight(JSComponent):
    """Says that the page it is on is built."""

    _esm = """export function render({model}) {
  model.send_msg("seen")
  return document.createElement("span")
}"""

    def __init__(self, seen: Callable[[], None]) -> None:
        super().__init__(width=0, height=0, margin=0)
        self._seen = seen

    def _handle_msg(self, data: Any) -> None:
        self._seen()


class Guest:
    """A viewer that shows itself wherever Panel does, and in a cell without a line before it."""

    dark: bool
    param: Any

    def __init__(self, **params: Any) -> None:
        super().__init__(**{"dark": pn.config.theme == "dark"} | params)

    @property
    def root(self) -> pn.Column:
        """The viewer without a theme of its own, for a page that has it."""
        raise NotImplementedError

    def settle(self) -> None:
        """Finish what the first view shows: what comes after the output is not in a saved notebook."""

    @cached_property
    def _place(self) -> pn.Row:
        """The viewer under the app's theme. Whether it is dark is told and heard: a host has a switch of its own.

        The row around it keeps the themed column from being a root, which would paint each figure in its own way; and
        its prop is a height that all layouts around it know of, where a column's own is what its children add up to.
        """
        themed = pmui.Column(self.root, theme_config=THEME_CONFIG, **FILL)
        # Given to its constructor, it would be the mode of all that is made after it in this process.
        for part in themed.select(lambda part: "dark_theme" in part.param):
            part.dark_theme = self.dark
        themed.param.watch(lambda event: setattr(self, "dark", event.new), "dark_theme")
        self.param.watch(lambda event: setattr(themed, "dark_theme", event.new), "dark")
        prop = pn.Spacer(width=0, min_height=LOWEST, sizing_mode="stretch_height", margin=0)
        return pn.Row(themed, prop, **FILL)

    def __panel__(self) -> pn.viewable.Viewable:
        return self._place

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        prepare()
        self.settle()
        frame = KernelOutput(self, height=HEIGHT, sizing_mode="stretch_width", margin=0)
        frame.append(Sight(frame.seen))
        return frame._repr_mimebundle_(include, exclude)
