"""The server's websockets send at once."""

from bokeh.server.views.ws import WSHandler

__all__ = ["send_at_once"]

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
    """
    WSHandler.open = _open_and_send_at_once
