"""`gatesweep serve`: the app at one address."""

import asyncio
import gc
import gzip
import logging
import os
import re
import signal
import socket
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import panel as pn
import psutil
import xarray as xr
from bokeh.settings import settings
from tornado.ioloop import PeriodicCallback
from tornado.iostream import StreamClosedError
from tornado.process import task_id
from tornado.web import RequestHandler
from tornado.websocket import WebSocketClosedError

from gatesweep.app.compat import page_of, remember_defaults, spare_components
from gatesweep.app.door import DAY, KEPT, MAX_MESSAGE, Alive, Door, House, Line, guarded, let_idle_go
from gatesweep.app.health import Health, Metrics, Tally, spent
from gatesweep.app.jobs import queue
from gatesweep.app.lab.model import population, train
from gatesweep.app.lab.state import CHOICES, SETTINGS, LabState
from gatesweep.app.page import create_app
from gatesweep.engine.threads import stand_back
from gatesweep.errors import InputError
from gatesweep.paths import local_path
from gatesweep.store import open_store
from gatesweep.tables.models import Models, open_models
from gatesweep.tables.opening import holds_table

__all__ = ["pass_over_closed_pages", "serve", "warm_up"]


Files = Mapping[str, tuple[Callable[[], str], str]]
"""Texts to hand out: by path, who makes it and its content type."""


class WholeFile(RequestHandler):
    """A text that is made once and handed out as it is: no session, no websocket, the cost of a file."""

    def initialize(self, make: Callable[[], str], content_type: str) -> None:
        self.make, self.content_type = make, content_type

    def get(self) -> None:
        packed = _packed(self.make)
        self.set_header("Content-Type", f"{self.content_type}; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
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
    prefix: str = "",
    processes: int = 1,
    seats: int = 300,
) -> None:
    """Serve the app at http://address:port/ until interrupted or terminated; port 0 takes a free one.

    Args:
        files: what is offered beside the app: the page that needs no server at /page.
        allow_origin: other hosts ("course.example.org", with :port if it is not 80 or 443) whose pages may talk to
            this server, such as a proxy's; "*" for all.
        prefix: the path under which all of it lies, as a proxy may hand it on ("/lab").
        processes: among which the visitors are shared out; 0 for one on each core.
        seats: pages that may be open at once, in all processes; who comes later is told so.

    Raises:
        InputError: a file that holds neither a sweep nor the models of a table; an origin that is no host.
        OSError: an address or port that is taken or not this machine's.
    """
    named = [_origin(text) for text in allow_origin]
    dataset: xr.Dataset | None = None
    models: Models | None = None
    if file is not None and holds_table(local_path(file)):
        models = open_models(local_path(file))
    elif file is not None:
        dataset = open_store(file)
    home = "table" if models is not None else "lab" if dataset is None else "explorer"
    port = port or _free_port(address)
    processes = processes or _cores()
    tally = Tally(processes)
    house = House(lambda: _taken(tally, house), seats, is_spare="/page" in (files or {}))
    counted = partial(_count, tally, house)
    host = "localhost" if address in ("0.0.0.0", "::", "127.0.0.1") else address
    url = f"http://{host}:{port}{_path(prefix)}/"
    # What all processes have is loaded before they part, and belongs to no collection of garbage in any of them.
    gc.collect()
    gc.freeze()
    if processes > 1:
        signal.signal(signal.SIGTERM, _stop_children)
    try:
        server: Any = pn.serve(
            {"/": lambda: create_app(dataset, home, "/page" in (files or {}), models)},
            port=port,
            address=address,
            show=False,
            start=False,
            title="gatesweep",
            websocket_origin=_origins(address, port) + named,
            verbose=False,
            prefix=_path(prefix),
            **({"num_procs": processes} if processes > 1 else {}),
            unused_session_lifetime_milliseconds=1000 * KEPT,
            check_unused_sessions_milliseconds=5000,
            session_token_expiration=DAY,
            websocket_max_message_size=MAX_MESSAGE,
            http_server_kwargs={"idle_connection_timeout": 120, "max_header_size": 16384, "max_body_size": 65536},
            extra_patterns=[
                ("/health", Health),
                ("/metrics", Metrics, {"tally": tally, "note": counted}),
                *(
                    (path, WholeFile, {"make": make, "content_type": kind})
                    for path, (make, kind) in (files or {}).items()
                ),
            ],
        )
    except KeyboardInterrupt:
        return  # The process that watches over the others.
    tally.own = task_id() or 0
    _take_door(server, house, named)
    # They quote what a visitor has sent; see door.py.
    loud = ("server.views.ws", "server.protocol_handler", "protocol", "core.has_props")
    for name in ("tornado.access", *(f"bokeh.{name}" for name in loud)):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    loop = server.io_loop.asyncio_loop
    loop.set_exception_handler(pass_over_closed_pages)
    if processes == 1:
        # Where another process wants the core, a thread that stands back would keep this one's lock to itself.
        stand_back()
    remember_defaults()
    spare_components()
    warm_up()
    # Before anyone is served: Bokeh knows one current document for all threads, and who draws takes it from the others.
    for make, _ in (files or {}).values():
        _packed(make)
    gc.collect()
    gc.freeze()
    # Making a page makes tens of thousands of objects that stay: looking for garbage among them all the while is vain.
    gc.set_threshold(20_000, 20, 20)
    # Bokeh would go through all of each new page, and each callback's signature, to warn of what its developer has
    # done wrong.
    settings.perform_document_validation = False
    settings.perform_error_diagnostics = False
    PeriodicCallback(counted, 1000).start()
    PeriodicCallback(lambda: let_idle_go(server._tornado._clients), 60_000).start()
    signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(server.io_loop.stop))
    if not tally.own:
        print(f"gatesweep is at {url}  (stop it with Ctrl+C)", flush=True)
    if show and not tally.own:
        server.io_loop.add_callback(server.show, "/")
    server.start()
    try:
        server.io_loop.start()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()
        queue().close()


def _take_door(server: Any, house: House, friends: list[str]) -> None:
    """Put our own handlers before Bokeh's for the page and its websocket, and headers on every answer."""
    app = server._tornado
    context = app.applications["/"]
    socket_path = f"{app.prefix}/ws"
    house.context = context
    house.page = page_of(context.application, app)
    app.add_handlers(
        ".*",
        [
            (f"{app.prefix}/?", Door, {"house": house}),
            (
                socket_path,
                Line,
                {"house": house, "application_context": context, "bokeh_websocket_path": socket_path},
            ),
            (rf"{app.prefix}/alive/([\w-]{{1,64}})", Alive, {"context": context}),
        ],
    )
    app.add_transform(guarded(friends))


def _taken(tally: Tally, house: House) -> int:
    tally.note(sessions=house.here)
    return round(tally.total("sessions"))


def _count(tally: Tally, house: House) -> None:
    """Note what this process has."""
    tally.note(
        sessions=house.here,
        queue=queue().length,
        messages_total=house.messages,
        message_seconds_total=house.seconds,
        **spent(),
    )


def _stop_children(*_: Any) -> None:
    """The process that watches over the others ends once they have."""
    for child in psutil.Process().children():
        child.terminate()


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _path(prefix: str) -> str:
    return f"/{prefix.strip('/')}" if prefix.strip("/") else ""


def pass_over_closed_pages(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """That a page closed before its last word was sent is no news to whoever teaches; all else is reported."""
    if not isinstance(context.get("exception"), WebSocketClosedError | StreamClosedError):
        loop.default_exception_handler(context)


def warm_up() -> None:
    """Load what the first move of a visitor would wait for."""
    state = LabState()
    for solver in CHOICES:
        train({name: getattr(state, name) for name in SETTINGS} | {"solver": solver, "epochs": 1})
    population({name: getattr(state, name) for name in SETTINGS})


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
