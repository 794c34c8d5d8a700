"""Lab and Explorer in a notebook's cell: shown as they are, without a line before them and without a network."""

import asyncio
from base64 import b64encode
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import panel as pn
import panel_material_ui as pmui
from panel.config import panel_extension

__all__ = ["InCell", "drawing", "has_loop", "in_notebook", "keep_newest", "prepare"]

HEIGHT = 860
"""Pixels of a cell's output; a cell has no height of its own to fill."""


def in_notebook() -> bool:
    """Whether a Jupyter kernel runs this."""
    try:
        from IPython import get_ipython
    except ModuleNotFoundError:
        return False
    return getattr(get_ipython(), "kernel", None) is not None


def has_loop() -> bool:
    """Whether an event loop runs here, as on a server and in a notebook; a plain script has none."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def prepare() -> None:
    """Bring BokehJS and Panel's scripts into the notebook, from this machine, once a kernel."""
    if in_notebook() and not panel_extension._loaded:
        # browser_info would ask a CDN for its style sheets.
        pn.extension(inline=True, browser_info=False)
        _give_icons()


def _give_icons() -> None:
    from IPython.display import HTML, display

    for font in (Path(pmui.__file__).parent / "dist").glob("material-icons-[!o]*.woff2"):
        data = b64encode(font.read_bytes()).decode()
        source = f"url(data:font/woff2;base64,{data}) format('woff2')"
        display(HTML(f"<style>@font-face {{ font-family: 'Material Icons'; src: {source} }}</style>"))


@contextmanager
def drawing(view: Any) -> Iterator[None]:
    """Send what is drawn within as one message.

    Nothing may be drawn outside: Panel handles an event that overtakes another one without the
    document's lock, and then only what is held back reaches the browser. In a notebook figures are
    sent by nothing else.
    """
    with pn.io.hold():
        yield
    if panel_extension._loaded and in_notebook():
        pn.io.push_notebook(view)


class InCell:
    """A viewer that shows itself in a cell."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        prepare()
        frame = _Output(self, height=HEIGHT, sizing_mode="stretch_width", margin=0)
        return frame._repr_mimebundle_(include, exclude)


class _Output(pn.Column):
    """A cell's output, whose page is listened to on the kernel's own thread.

    JupyterLab has the page's messages handled on a thread of their own (a subshell), beside the cell that
    runs. Two threads that change one view, or write to its page at once, lose what either of them did.
    """

    def __init__(self, *objects: Any, **params: Any) -> None:
        super().__init__(*objects, **params)
        self._kernel_loop = asyncio.get_running_loop() if has_loop() else None
        self._waiting: deque[tuple[str, Any, dict]] = deque()

    def _on_msg(self, ref: str, manager: Any, msg: dict) -> None:
        if self._kernel_loop is None:
            super()._on_msg(ref, manager, msg)
        else:
            self._waiting.append((ref, manager, msg))
            self._kernel_loop.call_soon_threadsafe(self._listen)

    def _listen(self) -> None:
        """Take in what has come since the last time."""
        come = [self._waiting.popleft() for _ in range(len(self._waiting))]
        keep_newest([msg["content"] for _, _, msg in come])
        for ref, manager, msg in come:
            super()._on_msg(ref, manager, msg)


def keep_newest(patches: list[dict]) -> None:
    """Drop, from Bokeh's patches in the order they came, each value that a later one replaces: it is past."""
    replaced: set[tuple[str, str]] = set()
    for patch in reversed(patches):
        kept = []
        for event in reversed(patch["events"]):
            if event["kind"] == "ModelChanged":
                target = event["model"]["id"], event["attr"]
                if target in replaced:
                    continue
                replaced.add(target)
            kept.append(event)
        patch["events"] = kept[::-1]
