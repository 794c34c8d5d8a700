"""Where the app leans on what its libraries do not promise: each with its reason, what upstream knows of it, and the
versions it was tried with. tests/test_compat.py and tests/ui/test_compat.py fail when one of them breaks.

Style sheets lean on two more such things, the class names of Material UI and the ids of Panel's flex boxes;
tests/ui/test_compat.py looks every one of them up in a page. docs/upstream.md says what each library could do.
"""

import asyncio
import json
from base64 import b64encode
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param
from bokeh.model import Model
from bokeh.server.views.ws import WSHandler
from panel.config import panel_extension
from panel.util import edit_readonly

from gatesweep.app.assets import asset

__all__ = [
    "KernelOutput",
    "TRIED",
    "WIDGET_HEIGHTS",
    "answer_after",
    "file_button",
    "has_extension",
    "icon_font",
    "ignore_busy_state",
    "keep_newest",
    "save_figures",
    "send_at_once",
    "valid",
]

TRIED = {"bokeh": "3.9.2", "panel": "1.9.4", "panel-material-ui": "0.16.6", "param": "2.4.2"}
"""The versions that all of this was tried with."""


# --- Bokeh ----------------------------------------------------------------------------------------

_open = WSHandler.open


def _open_and_send_at_once(handler: WSHandler) -> None:
    _open(handler)
    handler.set_nodelay(True)


def send_at_once() -> None:
    """Switch Nagle's algorithm off for every websocket that this process accepts from now on.

    Bokeh sends a message as several frames, each array in two of its own. Left alone, the kernel
    holds a small frame back until the browser has acknowledged the one before, which it does 40 ms
    late: longer than training the model. Tornado's documentation asks interactive programs to call
    `set_nodelay`; Bokeh does not, and has no setting for it.

    Leans on: WSHandler.open, replaced. Not reported upstream.
    """
    WSHandler.open = _open_and_send_at_once


def save_figures(figures: Iterable[Model], kind: str, font: str) -> str:
    """JavaScript that saves figures as "png" or "svg", each under its title and the keys of its lines (its tags).

    A save tool knows PNG alone, and shows a toolbar. A figure is looked up by its id: Panel keeps the
    arguments of a script in a registry whose values hold their own keys, for ever, and with a figure all of its
    session.

    Leans on: Bokeh.index (a ViewManager since https://github.com/bokeh/bokeh/pull/13351) and a view's `export`,
    neither of them documented. SVG by the save tool: https://github.com/bokeh/bokeh/issues/9616, open. The
    registry (panel.links.Callback.registry): not reported upstream.
    """
    calls = [f"save({json.dumps([kind, figure.name, figure.id, font])})" for figure in figures]
    return "\n".join([asset("save.js"), *calls])


# --- Panel ----------------------------------------------------------------------------------------


def answer_after(widget: Any, milliseconds: int) -> None:
    """Let a widget wait so long for a newer value before it acts; Panel's own 50 ms are felt while dragging.

    Leans on: Syncable._debounce, a constant of the class. Not reported upstream.
    """
    widget._debounce = milliseconds


def has_extension() -> bool:
    """Whether `pn.extension` was called in this process; a second call sends all of BokehJS again.

    Leans on: panel_extension._loaded. https://github.com/holoviz/panel/issues/3547 (closed) asks for a second call
    that does no harm.
    """
    return panel_extension._loaded


class KernelOutput(pn.Column):
    """A cell's output, whose page is listened to on the kernel's own thread.

    JupyterLab has the page's messages handled on a thread of their own (a subshell), beside the cell that
    runs. Two threads that change one view, or write to its page at once, lose what either of them did.

    Leans on: Viewable._on_msg, overridden. https://github.com/jupyterlab/jupyterlab/pull/17363 brought the threads;
    https://github.com/jupyterlab/jupyterlab/issues/19719 (open) shows what they break.
    """

    def __init__(self, *objects: Any, **params: Any) -> None:
        super().__init__(*objects, **params)
        try:
            self._kernel_loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._kernel_loop = None
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


# --- panel-material-ui ----------------------------------------------------------------------------


def ignore_busy_state(page: pmui.Page) -> None:
    """Let a page not follow Panel's process-wide busy state.

    The state would hold the page for ever, and have it drawn anew at every move of every visitor, also where no
    indicator is shown.

    Leans on: Page.busy, which is read-only (it came with
    https://github.com/panel-extensions/panel-material-ui/pull/235). Not reported upstream.
    """
    with edit_readonly(page):
        page.busy = param.rx(False)  # a reference takes the old one's place; a plain value would leave it


def file_button(label: str, filename: str, make: Any, **look: Any) -> pmui.FileDownload:
    """A button of plain text that downloads what `make` returns.

    Leans on: `variant` set after the constructor, which would warn of a name that panel-material-ui itself
    passes on. Not reported upstream.
    """
    button = pmui.FileDownload(callback=make, filename=filename, label=label, **look)
    button.variant = "text"
    return button


def icon_font() -> str:
    """CSS with the font of the icons, for a page that has no network; as data, since a notebook serves no files.

    Leans on: where the package keeps its fonts. Panel's pages without a network:
    https://github.com/holoviz/panel/issues/7073, open.
    """
    [font] = (Path(pmui.__file__).parent / "dist").glob("material-icons-[!o]*.woff2")
    data = b64encode(font.read_bytes()).decode()
    source = f"url(data:font/woff2;base64,{data}) format('woff2')"
    return f"@font-face {{ font-family: 'Material Icons'; src: {source} }}"


WIDGET_HEIGHTS = {
    pmui.IntSlider: 51,
    pmui.FloatSlider: 51,
    pmui.IntInput: 40,
    pmui.RadioButtonGroup: 39,
    pmui.Button: 35,
    pmui.Select: 35,
    pmui.Switch: 25,
}
"""Pixels of a small widget. It is empty until the browser has drawn it: where its place is kept, nothing below it
moves meanwhile, and the page need not be laid out anew for each. Not reported upstream."""


# --- Param ----------------------------------------------------------------------------------------


def valid(declared: param.Parameter, value: Any) -> Any:
    """The value, checked against a parameter's declaration without being set; ValueError if it breaks it.

    Leans on: Parameter._validate. https://github.com/holoviz/param/issues/300 (closed) asked for a public one; there
    is none.
    """
    declared._validate(value)
    return value
