"""A class at the door and in the room: `python -m benchmarks.classroom --visitors 20 60 200`.

Visitors without a browser: each opens the page, takes its document over a websocket in Bokeh's own protocol, and
once all are in moves the noise slider, with pauses to think. Heavy ones have the longest training that the Lab
allows with each move; early ones are in before, and move while the others come. Then all reload at once, and leave.
What a browser does by itself (scripts, painting) is no part of it, but the visitors' own work is: it takes about a
tenth of the server's time from the same cores.

The door is the time from the first request to a page that can be used; an answer the time from a move to the change
that it makes.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClosedError, websocket_connect

__all__ = ["Visitor", "hostile", "main", "serving"]

SERVE = [sys.executable, "-c", "from gatesweep.cli import main; main()", "serve", "--port", "0", "--no-show"]
HEAVY = "?solver=sgd&epochs=50&batch_size=1&num_samples=400&noise_level=0.3"
"""As many steps as the Lab takes."""
GONE = 60
"""Seconds after which a class that has left should be forgotten."""
PATIENCE = 600
"""Seconds until a visitor gives up."""


class Visitor:
    """A page of the app without a browser.

    Example:
        >>> async with Visitor("http://localhost:5006/") as visitor:  # doctest: +SKIP
        ...     await visitor.move("Noise level", 0.4)
    """

    def __init__(self, url: str, query: str = "") -> None:
        self.url, self.query = url, query
        self.models: dict[str, dict[str, Any]] = {}
        """What the page was made of when it came: each model's attributes by its id."""
        self.changes: dict[tuple[str, str], Any] = {}
        """What it has been told since: the newest value by model and attribute."""
        self._moves = self._messages = 0
        self._told = asyncio.Condition()
        self._newest: dict[str, int] = {}

    async def __aenter__(self) -> "Visitor":
        await self.open()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.leave()

    async def open(self) -> None:
        """Ask for the page, connect, take the document, and say that it is drawn."""
        self.token = await self.ask()
        await self.connect(self.token)
        await self.pull()

    async def pull(self) -> None:
        """Take the document."""
        await self.send("PULL-DOC-REQ", {})
        content = await self.receive("PULL-DOC-REPLY")
        self.models = {m["id"]: m["attributes"] for m in _nodes(content["doc"]) if "attributes" in m and "id" in m}
        await self.event("document_ready")
        self._listening = asyncio.create_task(self._listen())

    async def leave(self) -> None:
        """As a browser that goes to another page does."""
        self._listening.cancel()
        self.socket.close(1001)

    async def lose_connection(self) -> None:
        """Without a word, as when the network is gone."""
        self._listening.cancel()
        self.socket.stream.close()
        self.socket.close()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until what the page has been told is such."""
        async with self._told:
            await self._told.wait_for(lambda: holds() or self._listening.done())
        if self._listening.done():
            await self._listening

    async def ask(self) -> str:
        """Ask for the page; the token in it."""
        page = await AsyncHTTPClient().fetch(self.url + self.query, request_timeout=PATIENCE, connect_timeout=PATIENCE)
        found = re.search(r'"token":"([^"]+)"', page.body.decode())
        if not found:
            raise ConnectionError("turned away")
        return found[1]

    async def connect(self, token: str) -> None:
        """Open the websocket, as the page's script does, until the server says that it listens."""
        request = HTTPRequest(self.url.replace("http", "ws", 1) + "ws" + self.query, connect_timeout=PATIENCE)
        request.headers["Origin"] = self.url.rstrip("/")
        self.socket = await websocket_connect(request, subprotocols=["bokeh", token], max_message_size=1 << 28)
        await self.receive("ACK")

    async def move(self, label: str, value: float) -> None:
        """Move a slider and wait for the answer."""
        self._moves += 1
        slider, n = self.slider(label), self._moves
        asked = {"type": "map", "entries": [["value", value], ["n", n]]}
        await self.event("data_event", model={"id": slider}, data=asked)
        await self.until(lambda: self._newest.get(slider, 0) >= n)

    def slider(self, label: str) -> str:
        """The id of a slider."""
        shown = {key: _told(model.get("data", {}).get("attributes", {})) for key, model in self.models.items()}
        return next(key for key, told in shown.items() if told.get("label") == label)

    async def send(self, kind: str, content: Any) -> None:
        """A message of Bokeh's protocol: header, metadata and content."""
        self._messages += 1
        for part in ({"msgid": f"v{self._messages}", "msgtype": kind}, {}, content):
            await self.socket.write_message(json.dumps(part))

    async def event(self, name: str, **values: Any) -> None:
        """What BokehJS says when something has happened in the page."""
        told = {"type": "event", "name": name, "values": {"type": "map", "entries": [*values.items()]}}
        await self.send("PATCH-DOC", {"events": [{"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": told}]})

    async def receive(self, kind: str) -> dict[str, Any]:
        """The content of the next message of this kind; others, and arrays, are passed over."""
        while True:
            header, _, content = [json.loads(await self._part()) for _ in range(3)]
            for _ in range(2 * header.get("num_buffers", 0)):
                await self._part()
            if header["msgtype"] == kind:
                return content

    async def _part(self) -> str | bytes:
        part = await self.socket.read_message()
        if part is None:
            raise ConnectionError(f"closed by the server ({self.socket.close_code})")
        return part

    async def _listen(self) -> None:
        try:
            while True:
                patch = await self.receive("PATCH-DOC")
                self.changes |= {(e["model"]["id"], e["attr"]): e["new"] for e in patch["events"] if "new" in e}
                for event in patch["events"]:
                    if event.get("attr") == "told":
                        owner = self._owner(event["model"]["id"])
                        self._newest[owner] = _told({"told": event["new"]}).get("n", 0)
                async with self._told:
                    self._told.notify_all()
        finally:
            async with self._told:
                self._told.notify_all()

    def _owner(self, data: str) -> str:
        """The control whose values this model keeps."""
        return next((key for key, model in self.models.items() if model.get("data", {}).get("id") == data), data)


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _nodes(part)


def _told(attributes: dict[str, Any]) -> dict[str, Any]:
    told = attributes.get("told") or {}
    return dict(told["entries"]) if told.get("type") == "map" else told


async def hostile(url: str, count: int, seed: int = 0) -> dict[str, int]:
    """Send messages that no page sends, each client until it is shown out; how often each way out was taken."""
    random, ends = np.random.default_rng(seed), Counter[str]()
    while count > 0:
        visitor = Visitor(url)
        try:
            await visitor.open()
        except HTTPClientError:  # All seats are taken, by those before who are not forgotten yet.
            await asyncio.sleep(0.5)
            continue
        try:
            while count > 0:
                count -= 1
                for part in _nonsense(random, list(visitor.models)):
                    await visitor.socket.write_message(part, isinstance(part, bytes))
        except (OSError, WebSocketClosedError) as error:
            ends[type(error).__name__] += 1
        finally:
            await visitor.leave()
    return ends


def _nonsense(random: np.random.Generator, ids: list[str]) -> list[str | bytes]:
    """The frames of one message, wrong in one of many ways."""
    numbers = (np.nan, np.inf, -1e308, 10**30, -1, "x" * 1000, None, [[]], {"type": "map", "entries": [[{}, 1]]})
    value = numbers[random.integers(len(numbers))]
    model = {"id": random.choice(ids) if random.random() < 0.7 else "p0"}
    told = {"type": "map", "entries": [["value", value], ["n", int(random.integers(100))]]}
    event = {"type": "event", "name": random.choice(["data_event", "tap", "button_click", "no_such"])}
    event["values"] = {"type": "map", "entries": [["model", model], ["data", told], ["x", value]]}
    attribute = str(random.choice(["value", "told", "visible", "object", "data", "indices", "start", "nothing"]))
    changes = (
        {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event},
        {"kind": "ModelChanged", "model": model, "attr": attribute, "new": value},
        {"kind": "ModelChanged", "model": model, "attr": attribute, "new": {"type": "object", "name": "os", "id": "q"}},
        {"kind": "RootAdded", "model": model},
        {"kind": value},
        value,
    )
    kind = random.choice(["PATCH-DOC"] * 12 + ["PULL-DOC-REQ", "PUSH-DOC", "NO-SUCH", "ACK"])
    content = {"events": [changes[random.choice(len(changes), p=(0.45, 0.45, 0.04, 0.02, 0.02, 0.02))]]}
    frames: list[str | bytes] = [json.dumps(part) for part in ({"msgid": "1", "msgtype": str(kind)}, {}, content)]
    if random.random() < 0.05:
        frames[random.integers(3)] = [b"\x00\xff", "{", "[" * 3000, "null", '"' + "x" * 100_000 + '"'][
            random.integers(5)
        ]
    return frames


@contextmanager
def serving(*options: str, log: Any = None) -> Iterator[tuple[str, int]]:
    """Address and process id of a `gatesweep serve` of its own; `log` takes what it reports."""
    with subprocess.Popen([*SERVE, *options], stdout=subprocess.PIPE, stderr=log, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"the server printed {line!r}"
        try:
            yield found.group(), server.pid
        finally:
            server.terminate()


async def timed(action: Awaitable[None], delay: float = 0.0) -> float:
    """Seconds that it takes, once `delay` is over; infinite if it fails."""
    await asyncio.sleep(delay)
    begun = time.perf_counter()
    try:
        await asyncio.wait_for(action, PATIENCE)
    except (TimeoutError, OSError, HTTPClientError) as error:
        print(f"  {type(error).__name__}: {error}", file=sys.stderr)
        return np.inf
    return time.perf_counter() - begun


async def play(visitor: Visitor, moves: int, think: float) -> list[float]:
    """Move the noise slider; the time of each answer."""
    random = np.random.default_rng()
    return [
        await timed(visitor.move("Noise level", round(random.uniform(0.05, 1), 2)), think * random.uniform(0.5, 1.5))
        for _ in range(moves)
    ]


async def hand_out(url: str, count: int) -> float:
    """Seconds until as many clients have the page for students, who all ask for it at once."""
    begun, patience = time.perf_counter(), {"request_timeout": PATIENCE, "connect_timeout": PATIENCE}
    asked = HTTPRequest(url + "page", headers={"Accept-Encoding": "gzip"}, decompress_response=False, **patience)
    await asyncio.gather(*(AsyncHTTPClient().fetch(asked) for _ in range(count)))
    return time.perf_counter() - begun


async def play_until(over: asyncio.Event, visitor: Visitor, think: float) -> list[float]:
    """Move the noise slider until `over`; the time of each answer."""
    times: list[float] = []
    while not over.is_set():
        times += await play(visitor, 1, think)
    return times


def family(process: int) -> list[psutil.Process]:
    """A server with all its processes."""
    return [psutil.Process(process), *psutil.Process(process).children(recursive=True)]


def used(process: int) -> tuple[float, float]:
    """CPU seconds and megabytes of a server."""
    spent = sum(p.cpu_times().user + p.cpu_times().system for p in family(process))
    return spent, sum(p.memory_full_info().uss for p in family(process)) / 1e6


def open_files(process: int) -> int:
    """Files and connections that a server holds."""
    return sum(p.num_fds() for p in family(process))


async def measure(url: str, process: int, n: int, arguments: argparse.Namespace) -> dict[str, float]:
    """Let `n` visitors come, play, reload at once and leave."""
    AsyncHTTPClient.configure(None, max_clients=10_000)
    early, all_in = [Visitor(url) for _ in range(arguments.early)], asyncio.Event()
    await asyncio.gather(*(v.open() for v in early))
    heavy = round(arguments.heavy * n)
    visitors = [Visitor(url, HEAVY if i < heavy else "") for i in range(n)]
    np.random.default_rng(0).shuffle(visitors)
    # A bell before the lecture: most come early in the time that it takes until all are there.
    delays = arguments.arrival * (np.arange(n) / n) ** (2 if arguments.rush else 1)
    cpu, memory = used(process)
    meanwhile = asyncio.gather(*(play_until(all_in, v, arguments.think) for v in early))
    door = await asyncio.gather(*(timed(v.open(), t) for v, t in zip(visitors, delays, strict=True)))
    all_in.set()
    before = [t for times in await meanwhile for t in times]
    inside = [v for v, seconds in zip(visitors, door, strict=True) if np.isfinite(seconds)]
    spent, full = used(process)
    playing = asyncio.gather(*(play(v, arguments.moves, arguments.think) for v in inside))
    handed = await hand_out(url, arguments.students) if arguments.students else np.nan
    ends = await hostile(url, arguments.hostile)
    if ends:
        print("hostile clients:", dict(ends))
    answers = await playing
    light = [t for v, times in zip(inside, answers, strict=True) if not v.query for t in times]
    await asyncio.gather(*(v.leave() for v in inside))
    again = await asyncio.gather(*(timed(v.open()) for v in inside)) if arguments.storm else [np.nan]
    if arguments.storm:
        await asyncio.gather(*(v.leave() for v in inside))
    found = {
        "visitors": n,
        "in": len(inside),
        "first s": min(door),
        "median s": np.median(door),
        "last s": max(door),
        "CPU s each": (spent - cpu) / n,
        "MB each": (full - memory) / n,
        "move ms": 1e3 * np.median(light or np.nan),
        "95 % ms": 1e3 * np.quantile(light or np.nan, 0.95),
        "storm s": max(again),
        "pages s": handed,
    }
    if early:
        found |= {"early ms": 1e3 * np.median(before), "early 95 %": 1e3 * np.quantile(before, 0.95)}
        await asyncio.gather(*(v.leave() for v in early))
    if arguments.forget:
        await asyncio.sleep(GONE)
        found |= {"MB left": used(process)[1] - memory, "files": open_files(process)}
    return found


def table(rows: Sequence[dict[str, float]]) -> str:
    """The figures, one line a class."""
    width = max(map(len, rows[0])) + 2
    lines = ["".join(name.rjust(width) for name in rows[0])]
    lines += ["".join(f"{value:.3g}".rjust(width) for value in row.values()) for row in rows]
    return "\n".join(lines)


def main(words: Sequence[str] | None = None) -> None:
    """Serve, let classes come and go, print."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--visitors", type=int, nargs="+", default=[20], help="size of each class (20)")
    ask.add_argument("--arrival", type=float, default=10, help="seconds within which all come (10)")
    ask.add_argument("--rush", action="store_true", help="most come at the beginning of that time")
    ask.add_argument("--early", type=int, default=0, help="who is in already, and moves while the class comes (0)")
    ask.add_argument("--think", type=float, default=4, help="mean seconds between a visitor's moves (4)")
    ask.add_argument("--moves", type=int, default=5, help="moves a visitor (5)")
    ask.add_argument("--heavy", type=float, default=0, help="share of visitors with the longest training (0)")
    ask.add_argument("--storm", action="store_true", help="all reload at once")
    ask.add_argument("--forget", action="store_true", help=f"memory and open files {GONE} s after they have gone")
    ask.add_argument("--students", type=int, default=0, help="clients that fetch /page while the class is in (0)")
    ask.add_argument("--server", nargs=2, metavar=("URL", "PID"), help="a server that runs already")
    ask.add_argument("--processes", type=int, help="processes of a server of its own")
    ask.add_argument("--hostile", type=int, default=0, help="messages that no page sends, while the class is in (0)")
    arguments = ask.parse_args(words)
    options = [] if arguments.processes is None else ["--processes", str(arguments.processes)]
    rows = []
    for n in arguments.visitors:
        if arguments.server:
            url, process = arguments.server
            rows.append(asyncio.run(measure(url, int(process), n, arguments)))
        else:
            # A server of its own for each class, so that none has the memory or the sessions of the one before.
            with serving(*options) as (url, process):
                rows.append(asyncio.run(measure(url, process, n, arguments)))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(table(rows))


if __name__ == "__main__":
    main()
