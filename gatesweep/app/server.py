"""`gatesweep serve`: the app at one address."""

import asyncio
import gc
import gzip
import logging
import re
import socket
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import panel as pn
import psutil
from tornado.iostream import StreamClosedError
from tornado.web import RequestHandler
from tornado.websocket import WebSocketClosedError

from gatesweep.app.health import Health, Metrics
from gatesweep.app.lab.model import train
from gatesweep.app.lab.state import CHOICES, SETTINGS, LabState
from gatesweep.app.page import create_app
from gatesweep.engine.threads import stand_back
from gatesweep.errors import InputError
from gatesweep.store import open_store

__all__ = ["pass_over_closed_pages", "serve", "warm_up"]


Files = Mapping[str, tuple[Callable[[], str], str]]
"""Texts to hand out: by path, who makes it and its content type."""


class WholeFile(RequestHandler):
    """A text that is made once and handed out as it is: no session, no websocket, the cost of a file."""

    def initialize(self, make: Callable[[], str], content_type: str) -> None:
        self.make, self.content_type = make, content_type

    async def get(self) -> None:
        # Made on a thread: who is in the room already waits for nobody at the door.
        packed = await asyncio.get_running_loop().run_in_executor(None, _packed, self.make)
        self.set_header("Content-Type", f"{self.content_type}; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Vary", "Accept-Encoding")
        if "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            self.write(packed)
        else:
            self.write(gzip.decompress(packed))


@cache
def _packed(make: Callable[[], str]) -> bytes:
    return gzip.compress(make().encode(), mtime=0)


def serve(
    file: Path | None = None,
    port: int = 5006,
    address: str = "127.0.0.1",
    show: bool = True,
    files: Files | None = None,
    allow_origin: Iterable[str] = (),
) -> None:
    """Serve the app at http://address:port/ until interrupted; port 0 takes a free one.

    Args:
        files: what is offered beside the app, made once it is asked for: the page that needs no server at /page.
        allow_origin: other hosts ("course.example.org", with :port if it is not 80 or 443) whose pages may talk to
            this server, such as a proxy's; "*" for all.

    Raises:
        InputError: a file that holds no sweep; an origin that is no host.
        OSError: an address or port that is taken or not this machine's.
    """
    named = [_origin(text) for text in allow_origin]
    dataset = None if file is None else open_store(file)
    port = port or _free_port(address)
    server: Any = pn.serve(
        {"/": lambda: create_app(dataset, "lab" if dataset is None else "explorer", "/page" in (files or {}))},
        port=port,
        address=address,
        show=False,
        start=False,
        title="gatesweep",
        websocket_origin=_origins(address, port) + named,
        verbose=False,
        extra_patterns=[
            ("/health", Health),
            ("/metrics", Metrics, {"sessions": lambda: len(server.get_sessions())}),
            *((path, WholeFile, {"make": make, "content_type": kind}) for path, (make, kind) in (files or {}).items()),
        ],
    )
    logging.getLogger("bokeh.server.views.ws").setLevel(logging.ERROR)
    server.io_loop.asyncio_loop.set_exception_handler(pass_over_closed_pages)
    stand_back()
    warm_up()
    # What is loaded now stays: without this every full collection walks through it, a quarter of a second each.
    gc.collect()
    gc.freeze()
    host = "localhost" if address in ("0.0.0.0", "::", "127.0.0.1") else address
    url = f"http://{host}:{port}/"
    print(f"gatesweep is at {url}  (stop it with Ctrl+C)", flush=True)
    if show:
        server.io_loop.add_callback(server.show, "/")
    server.start()
    try:
        server.io_loop.start()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()


def pass_over_closed_pages(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """That a page closed before its last word was sent is no news to whoever teaches; all else is reported."""
    if not isinstance(context.get("exception"), WebSocketClosedError | StreamClosedError):
        loop.default_exception_handler(context)


def warm_up() -> None:
    """Load what the first move of a visitor would wait for."""
    state = LabState()
    for solver in CHOICES:
        train({name: getattr(state, name) for name in SETTINGS} | {"solver": solver, "epochs": 1})


def _free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def _origins(address: str, port: int) -> list[str]:
    """Hosts whose pages may open a websocket: this one, by each of the names that it listens to."""
    names = [address, "localhost", "127.0.0.1"]
    if address in ("0.0.0.0", "::"):
        # Any page on the web could talk to a server that lets all origins in, through the browser of whoever sees both.
        names = ["localhost", socket.gethostname(), socket.getfqdn()]
        names += [a.address for card in psutil.net_if_addrs().values() for a in card if a.family == socket.AF_INET]
    return [f"{name.lower()}:{port}" for name in dict.fromkeys(names)]


def _origin(text: str) -> str:
    if text != "*" and not re.fullmatch(r"[\w.-]+(:\d{1,5})?", text):
        rule = "an allowed origin must be a host, or host:port"
        raise InputError(rule, text, "Give course.example.org, say, without https:// and without a path")
    return text.lower()
