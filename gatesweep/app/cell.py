"""Lab and Explorer in a notebook's cell: shown as they are, without a line before them and without a network."""

from typing import Any

from gatesweep.app.compat import KernelOutput, keep_sheets, material_script, take_material_from_page
from gatesweep.notebook import in_notebook, load, publish_script

__all__ = ["InCell", "prepare"]

HEIGHT = 860
"""Pixels of a cell's output; a cell has no height of its own to fill."""


def prepare() -> None:
    """Bring BokehJS, Panel and panel-material-ui into the notebook, from this machine."""
    if in_notebook():
        load()
        publish_script("panel-material-ui", material_script)
        take_material_from_page()
        keep_sheets()


class InCell:
    """A viewer that shows itself in a cell."""

    def settle(self) -> None:
        """Finish what the first view shows: what comes after the output is not in a saved notebook."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        prepare()
        self.settle()
        frame = KernelOutput(self, height=HEIGHT, sizing_mode="stretch_width", margin=0)
        return frame._repr_mimebundle_(include, exclude)
