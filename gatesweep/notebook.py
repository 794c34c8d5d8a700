"""What a notebook needs to draw without a network: the scripts, in an output of their own, once."""

import json
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gzip import compress
from pathlib import Path
from typing import Any

__all__ = ["call", "in_notebook", "load", "pack", "publish_script"]

_carrier: dict[str, str | None] = {}
"""The cell that carries the output of each name, as the front end calls it, if it does."""


def in_notebook() -> bool:
    """Whether a Jupyter kernel runs this."""
    return "IPython" in sys.modules and getattr(sys.modules["IPython"].get_ipython(), "kernel", None) is not None


def pack(data: bytes) -> str:
    """Gzipped, as text: a saved notebook stays small."""
    return b64encode(compress(data, mtime=0)).decode()


def call(function: str, what: dict[str, Any]) -> str:
    """A script that calls a function of `notebook.js`, and leaves no names behind."""
    functions = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
    return f"(() => {{\n{functions}\n{function}({json.dumps(what)})\n}})()"


def publish_script(name: str, script: Callable[[], str]) -> None:
    """Show an output that runs a script in the page: once, and again when the cell that carries it is run again."""
    from IPython import get_ipython
    from IPython.display import publish_display_data

    cell = get_ipython().get_parent().get("metadata", {}).get("cellId")
    if name not in _carrier or (cell is not None and _carrier[name] == cell):
        publish_display_data({"application/javascript": script()})
        _carrier.setdefault(name, cell)


def load() -> None:
    """Bring BokehJS, Panel and HoloViews into the notebook from this machine, whatever was loaded before.

    Panel's and HoloViews' extensions do the rest of their work, unless the user has called them. The scripts
    that they would show are replaced: they ask a CDN, or with `inline=True` stand in the notebook twice, 6 MB in all
    (https://github.com/holoviz/panel/issues/6759 and the load_notebook of Panel 1.9).
    """
    if not in_notebook():
        return
    publish_script("bokeh and panel", _scripts)
    import holoviews as hv
    import panel as pn
    from panel.config import panel_extension

    pn.config.inline = True
    hooks = pn.viewable.Viewable._preprocessing_hooks
    if _inline_sheets not in hooks:
        hooks.append(_inline_sheets)
    if panel_extension._loaded and hv.extension._loaded:
        return
    with _own_scripts():
        if not panel_extension._loaded:
            # browser_info would ask a CDN for its style sheets.
            pn.extension(browser_info=False)
        if not hv.extension._loaded:
            hv.extension("bokeh", logo=False)


def _inline_sheets(viewable: Any, root: Any) -> None:
    """Panel's style sheets as text, also in HoloViews' outputs, which name them on a CDN whatever `inline` says."""
    from bokeh.models import UIElement
    from panel.io.notebook import patch_inline_stylesheets

    for model in root.select({"type": UIElement}):
        patch_inline_stylesheets(model)


@contextmanager
def _own_scripts() -> Iterator[None]:
    """Within, Panel and HoloViews show no scripts of theirs but what connects page and kernel."""
    import holoviews.plotting.renderer
    import panel.io.notebook

    places = (panel.io.notebook, holoviews.plotting.renderer)
    theirs = panel.io.notebook.load_notebook
    for place in places:
        place.load_notebook = _connect
    try:
        yield
    finally:
        for place in places:
            place.load_notebook = theirs


def _connect(*args: Any, **kwargs: Any) -> None:
    """The last part of Panel's `load_notebook`: page and kernel can talk."""
    from bokeh.io.notebook import curstate
    from IPython.display import publish_display_data
    from panel.io.notebook import LOAD_MIME, PYVIZ_PROXY, _JupyterCommManager, nb_mime_js

    curstate().output_notebook()
    script = "\n".join([PYVIZ_PROXY, _JupyterCommManager.js_manager, nb_mime_js])
    publish_display_data({LOAD_MIME: script, "application/javascript": script})


def _scripts() -> str:
    import bokeh
    import panel
    from bokeh.resources import INLINE
    from panel.io.resources import Resources, bundle_resources, set_resource_mode

    with set_resource_mode("inline"):
        resources = Resources.from_bokeh(INLINE, notebook=True)
        bundle = bundle_resources(None, resources, notebook=True, enable_mathjax=False)
    what = {
        "version": bokeh.__version__,
        "scripts": [pack(text.encode()) for text in bundle.js_raw],
        "css": (Path(panel.__file__).parent / "_templates" / "jupyter.css").read_text(encoding="utf-8"),
    }
    return call("loadBokeh", what)
