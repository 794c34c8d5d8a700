"""What is drawn reaches the browser as one message, on a server as in a notebook."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import panel as pn

from gatesweep.app.compat import has_extension
from gatesweep.notebook import in_notebook

__all__ = ["drawing"]


@contextmanager
def drawing(view: Any) -> Iterator[None]:
    """Send what is drawn within as one message.

    Nothing may be drawn outside: Panel handles an event that overtakes another one without the
    document's lock, and then only what is held back reaches the browser. In a notebook figures are
    sent by nothing else.
    """
    with pn.io.hold():
        yield
    if has_extension() and in_notebook():
        pn.io.push_notebook(view)
