"""Lab and Explorer in a notebook's cell: shown as they are, without a line before them and without a network."""

from typing import Any

import panel as pn

from gatesweep.app.compat import KernelOutput, has_extension, icon_font

__all__ = ["InCell", "in_notebook", "prepare"]

HEIGHT = 860
"""Pixels of a cell's output; a cell has no height of its own to fill."""


def in_notebook() -> bool:
    """Whether a Jupyter kernel runs this."""
    try:
        from IPython import get_ipython
    except ModuleNotFoundError:
        return False
    return getattr(get_ipython(), "kernel", None) is not None


def prepare() -> None:
    """Bring BokehJS, Panel's scripts and the icons into the notebook, from this machine, once a kernel."""
    if in_notebook() and not has_extension():
        from IPython.display import HTML, display

        # browser_info would ask a CDN for its style sheets.
        pn.extension(inline=True, browser_info=False)
        display(HTML(f"<style>{icon_font()}</style>"))


class InCell:
    """A viewer that shows itself in a cell."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        prepare()
        frame = KernelOutput(self, height=HEIGHT, sizing_mode="stretch_width", margin=0)
        return frame._repr_mimebundle_(include, exclude)
