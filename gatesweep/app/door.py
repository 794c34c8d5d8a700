"""The door: who comes in, what a visitor may send, and when a page is forgotten.

A page is a file that is the same for all but for its token, so that it comes at once, however many ask for it. A
session, which costs, is made when the page's script connects: one after the other, and while nobody in the room waits,
so that a move waits for one newcomer at most; and by the process that the connection came to, whichever handed out the
page.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bokeh.server.views.ws import WSHandler
from bokeh.util.token import generate_jwt_token, generate_session_id, get_session_id, get_token_payload
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform, RequestHandler
from tornado.websocket import WebSocketClosedError

from gatesweep.app.compat import with_token

__all__ = ["Alive", "Door", "House", "Line", "guarded", "nobody_waits"]

KEPT = 45
"""Seconds that a session is kept for a page that has lost its connection, not closed it."""
IDLE = 1800
"""Seconds after which a page that nobody uses is let go; it comes back from its link."""
PATIENCE = 0.2
"""Seconds that the next newcomer waits for this one to ask for the page's contents and to be sent them. Otherwise all
would be let in before anyone has seen anything, and the first would wait nearly as long as the last."""
IDLE_TURN, IDLE_TURNS = 5e-4, 20
"""A turn of the loop that takes fewer CPU seconds has done nothing for anyone; after so many in a row nobody waits:
what a move takes comes in several turns."""
LONGEST = 0.5
"""CPU seconds for which a newcomer lets those inside go first."""
DAY = 24 * 3600
MAX_MESSAGE = 256 * 1024
"""Bytes of one frame: a hundred times what the page sends."""
MAX_RATE = 300
"""Messages a second: five times what a drag sends."""
MAX_MISTAKES = 20
"""Messages that cannot be understood, until a visitor is shown out; the page may refer to what is no more."""
SPOKEN = {"PULL-DOC-REQ", "PATCH-DOC"}
CHANGES = {"ModelChanged", "MessageSent"}
"""What a page may do to its document: change what there is, and tell what has happened."""

log = logging.getLogger("gatesweep.door")


@dataclass
class House:
    """What the handlers of one process have in common."""

    taken: Callable[[], int]
    """Seats that are taken, in all processes."""
    seats: int
    """How many there are."""
    page: str = ""
    """The HTML of a page; see `compat.page_of`."""
    is_spare: bool = False
    """Whether there is a page that needs no server, at /page."""
    context: Any = None
    """Bokeh's own of this application, with its sessions."""
    messages: int = 0
    """How many were answered, and in what time."""
    seconds: float = 0.0
    started: float = field(default_factory=time.time)
    entrance: asyncio.Lock = field(default_factory=asyncio.Lock)

    waiting: int = 0
    """Who has connected and has no session yet."""

    @property
    def here(self) -> int:
        """Who takes a seat in this process."""
        return self.waiting + (len(self.context.sessions) if self.context else 0)

    @property
    def is_full(self) -> bool:
        return self.taken() >= self.seats


class Door(RequestHandler):
    """The page: without a session yet, it costs what a file costs."""

    def initialize(self, house: House) -> None:
        self.house = house

    def get(self) -> None:
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        if self.house.is_full:
            self.set_status(503)
            self.set_header("Retry-After", "60")
            self.finish(_full(self.house))
            return
        app: Any = self.application
        signed = {"secret_key": app.secret_key, "signed": app.sign_sessions}
        token = generate_jwt_token(generate_session_id(**signed), expiration=DAY, **signed)
        self.finish(with_token(self.house.page, token))


def _full(house: House) -> str:
    other = (
        '<p><a href="page">The Lab without a server</a> has room for all: it trains in your browser.</p>'
        if house.is_spare
        else ""
    )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>gatesweep: full</title>"
        "<meta name=viewport content='width=device-width'><style>body{font:18px system-ui;margin:15vh auto;"
        "max-width:34em;padding:0 1em}@media(prefers-color-scheme:dark){body{background:#0a0e13;color:#e6edf3}"
        "a{color:#6cb6ff}}</style>"
        f"<h1>All {house.seats} seats are taken</h1>{other}"
        "<p><a href=''>Try again</a>: seats become free when others leave.</p></html>"
    )


class Alive(RequestHandler):
    """Whether the session of a page that has lost its connection is still here: 204 if so, 404 if not."""

    def initialize(self, context: Any) -> None:
        self.context = context

    def get(self, session: str) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_status(204 if any(s.id == session for s in self.context.sessions) else 404)


class Line(WSHandler):
    """A visitor's connection: what comes over it is limited and, where it is nonsense, refused and logged once."""

    def initialize(self, house: House, **bokeh: Any) -> None:
        super().initialize(**bokeh)
        self.house = house
        self.heard = time.monotonic()
        self._mistakes = self._messages = self._pulls = 0
        self._second = 0
        self._is_served = asyncio.Event()

    async def _async_open(self, token: str) -> None:
        is_here = any(s.id == get_session_id(token) for s in self.application_context.sessions)
        issued = get_token_payload(token)["session_expiry"] - DAY
        if not is_here and (issued < self.house.started - 1 or issued < time.time() - 10 * 60):
            # It would be made anew as it was when the page was loaded: the page asks for what it shows now instead.
            self.close(1008, "this session is over")
            return
        if not is_here and self.house.taken() >= 2 * self.house.seats:
            # The page is told by the door; this is who has not asked there.
            self.close(1013, "full")
            return
        # The session is of the page, which is where this request has come from.
        self.request.path = self.request.path.removesuffix("ws")
        self.request.uri = (self.request.uri or "").replace("/ws", "/", 1)
        self.house.waiting += 1
        try:
            async with self.house.entrance:
                await nobody_waits()
                if not self.is_closing():
                    await super()._async_open(token)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._is_served.wait(), PATIENCE)
        finally:
            self.house.waiting -= 1

    def is_closing(self) -> bool:
        """Whether the visitor has left while waiting at the door."""
        return self.ws_connection is None or self.ws_connection.is_closing()

    async def on_message(self, fragment: str | bytes) -> None:
        self.heard = time.monotonic()
        try:
            message = await self.receiver.consume(fragment)
            if message is None:
                return
            self._allow(message)
            begun = time.perf_counter()
            work = await self.handler.handle(message, self.connection)
            if work:
                await self.send_message(work)
            if message.msgtype == "PULL-DOC-REQ":
                self._is_served.set()
            self.house.messages += 1
            self.house.seconds += time.perf_counter() - begun
        except WebSocketClosedError:
            pass
        except _Refused as error:
            self._show_out(str(error))
        except Exception as error:
            self._show_out(type(error).__name__)

    def _allow(self, message: Any) -> None:
        """Refuse what no page sends."""
        second = int(self.heard)
        self._messages = self._messages + 1 if second == self._second else 1
        self._second = second
        if self._messages > MAX_RATE:
            raise _Refused(f"more than {MAX_RATE} messages a second")
        if message.msgtype not in SPOKEN:
            raise _Refused("a message that no page sends")
        if message.msgtype == "PULL-DOC-REQ":
            self._pulls += 1
            if self._pulls > 1:
                raise _Refused("the document is asked for once")
        elif not {event.get("kind") for event in message.content["events"]} <= CHANGES:
            raise _Refused("a change that no page makes")

    async def send_message(self, message: Any) -> None:
        if message.msgtype == "ERROR":
            self._mistakes += 1
            if self._mistakes == 1:
                log.warning("A message from a page was not understood")
            if self._mistakes > MAX_MISTAKES:
                raise _Refused(f"more than {MAX_MISTAKES} messages that mean nothing")
        await super().send_message(message)

    def _show_out(self, reason: str) -> None:
        # Nothing of what was sent: it may be anything, and belongs to whoever sent it.
        if not self.is_closing():
            log.warning("A visitor was shown out: %s", reason)
        self.close(1008, reason[:100])

    def on_close(self) -> None:
        self._is_served.set()
        # Bokeh's ping may have taken the session from a connection that it found closed: then all is done already.
        with suppress(AssertionError):
            if self.connection is not None and self.close_code in (1000, 1001, 1008):
                # The page was closed, reloaded or shown out; one that has lost its connection says nothing.
                self.connection.session.request_expiration()
            super().on_close()


class _Refused(Exception):
    """Nonsense."""


async def nobody_waits() -> None:
    """Until all that those inside have asked for is done, or they have been let go first for long enough."""
    begun, idle = time.thread_time(), 0
    while idle < IDLE_TURNS and (turn := time.thread_time()) - begun < LONGEST:
        await asyncio.sleep(0)
        idle = idle + 1 if time.thread_time() - turn < IDLE_TURN else 0


def let_idle_go(clients: Iterable[Any]) -> None:
    """Close the connections of pages that nobody has used for long; see `IDLE`."""
    now = time.monotonic()
    for client in list(clients):
        if now - client._socket.heard > IDLE:
            client._socket.close(1001, "idle")


def guarded(friends: Iterable[str]) -> type[OutputTransform]:
    """Headers of every answer: what a page may load, who may frame it, and what it tells others.

    Args:
        friends: hosts whose pages may show this one in a frame, beside this server's own; any may where the link
            asks for a frame's page (embed=true).
    """
    framers = " ".join(["'self'", *(f"{scheme}://{host}" for host in friends for scheme in ("http", "https"))])

    class Guard(OutputTransform):
        def __init__(self, request: HTTPServerRequest) -> None:
            is_framed = "embed=true" in urlsplit(request.uri or "").query.split("&")
            # No rule at all: "*" would keep out a page that is a file, or a notebook's.
            is_open = is_framed or "*" in friends
            self._policy = POLICY if is_open else f"{POLICY}; frame-ancestors {framers}"

        def transform_first_chunk(
            self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
        ) -> tuple[int, HTTPHeaders, bytes]:
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "no-referrer"
            if headers.get("Content-Type", "").startswith("text/html"):
                headers["Content-Security-Policy"] = self._policy
            return status_code, headers, chunk

    return Guard


POLICY = "; ".join(
    (
        "default-src 'self'",
        # BokehJS makes functions of text, Panel modules of blobs.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "connect-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
"""What a page may load: nothing from anywhere else."""
