"""Many visitors on one server, some of them hostile: everyone gets in, gets the right answer, and disturbs nobody."""

import asyncio
import json
import re
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import psutil
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClosedError, websocket_connect

from benchmarks import classroom
from benchmarks.classroom import Visitor, hostile, serving
from gatesweep.app.door import nobody_waits

SEATS = 5
LONG = "?solver=sgd&epochs=7&batch_size=1&num_samples=200&noise_level=0.3"
"""Too long to be trained at once."""


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("served") / "log"


@pytest.fixture(scope="module")
def server(log: Path) -> Iterator[tuple[str, int]]:
    with log.open("w") as file, serving("--seats", str(SEATS), log=file) as found:
        yield found


@pytest.fixture(scope="module")
def url(server: tuple[str, int]) -> str:
    return server[0]


def get(url: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of an answer."""
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


async def seats_free(url: str) -> None:
    """Until all who were here are forgotten."""
    while "gatesweep_sessions 0\n" not in get(url + "metrics")[2]:
        await asyncio.sleep(0.2)


def test_a_small_class_comes_plays_reloads_and_leaves(
    server: tuple[str, int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classroom, "HEAVY", LONG)
    words = "--visitors 3 --early 1 --arrival 0 --moves 2 --think 0.1 --heavy 0.34 --storm --server".split()
    classroom.main([*words, *map(str, server)])
    said = capsys.readouterr()
    _, names, values = said.out.splitlines()
    found = dict(zip(re.split(r"\s{2,}", names.strip()), values.split(), strict=True))
    assert found["in"] == "3" and "inf" not in values, said.err


def test_a_newcomer_lets_those_inside_go_first_but_not_for_ever() -> None:
    async def move(turns: int) -> None:
        for _ in range(turns):
            end = time.thread_time() + 0.002
            while time.thread_time() < end:
                pass
            for _ in range(5):  # What it takes to send and receive: turns in which next to nothing is done.
                await asyncio.sleep(0)

    async def come() -> None:
        few, endless = asyncio.create_task(move(8)), 10**6
        await nobody_waits()
        assert few.done()
        many = asyncio.create_task(move(endless))
        await nobody_waits()
        assert not many.done()
        many.cancel()

    asyncio.run(asyncio.wait_for(come(), 60))


def test_a_heavy_visitor_has_the_rows_at_once_and_the_model_when_it_is_trained(url: str) -> None:
    def is_trained(visitor: Visitor) -> bool:
        said = [value for value in visitor.changes.values() if isinstance(value, str) and "role=status" in value]
        return any("7 epochs" in text for text in said)

    async def go() -> None:
        await seats_free(url)
        async with Visitor(url, LONG) as heavy, Visitor(url) as small:
            await heavy.until(lambda: is_trained(heavy))
            await small.move("Noise level", 0.4)

    asyncio.run(go())


def test_a_lost_connection_is_taken_up_in_the_state_it_had(url: str) -> None:
    async def go() -> None:
        await seats_free(url)
        visitor = Visitor(url)
        await visitor.open()
        await visitor.move("Noise level", 0.42)
        await visitor.lose_connection()
        session = json.loads(_payload(visitor.token))["session_id"]
        assert get(f"{url}alive/{session}")[0] == 204
        await visitor.connect(visitor.token)
        await visitor.pull()
        data = visitor.models[visitor.slider("Noise level")]["data"]["attributes"]["told"]
        assert dict(data["entries"])["value"] == 0.42
        await visitor.leave()
        while get(f"{url}alive/{session}")[0] != 404:
            await asyncio.sleep(0.2)

    asyncio.run(go())


def _payload(token: str) -> bytes:
    from base64 import urlsafe_b64decode

    payload = token.split(".")[0]
    return urlsafe_b64decode(payload + "=" * (-len(payload) % 4))


def test_who_comes_to_a_full_server_is_told_so_at_once_and_sent_to_the_page_without_one(url: str) -> None:
    async def go() -> None:
        await seats_free(url)
        visitors = [Visitor(url) for _ in range(SEATS)]
        await asyncio.gather(*(visitor.open() for visitor in visitors))
        status, headers, text = get(url)
        assert status == 503 and headers["Retry-After"] == "60"
        assert f"All {SEATS} seats are taken" in text and 'href="page"' in text
        await visitors[0].leave()
        while get(url)[0] != 200:
            await asyncio.sleep(0.2)
        await asyncio.gather(*(visitor.leave() for visitor in visitors[1:]))

    asyncio.run(go())


@pytest.mark.parametrize(
    ("path", "framers"),
    [("", "'self'"), ("?gate=OR&embed=true", None), ("page", "'self'"), ("?gate=embed=true", "'self'")],
)
def test_a_page_says_what_it_may_load_and_who_may_frame_it(url: str, path: str, framers: str) -> None:
    _, headers, _ = get(url + path)
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy.get("frame-ancestors") == framers and policy["default-src"] == "'self'"
    assert not re.search(r"https?:", headers["Content-Security-Policy"])
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"


def test_files_are_taken_for_what_they_are(url: str) -> None:
    _, _, page = get(url)
    script = next(iter(re.findall(r'src="([^"]+\.js[^"]*)"', page)))
    _, headers, _ = get(url + script)
    assert headers["X-Content-Type-Options"] == "nosniff"


NONSENSE = {
    "half a message": ['{"msgid": "1", "msgtype": "PATCH-DOC"}', "{}", '{"events": [{"kind"'],
    "no JSON": ["\x00", "{}", "{}"],
    "bytes": [b"\x00\x01"],
    "too much at once": ["x" * 1_000_000],
    "an unknown message": ['{"msgid": "1", "msgtype": "NO-SUCH"}', "{}", "{}"],
    "another document": ['{"msgid": "1", "msgtype": "PUSH-DOC"}', "{}", '{"doc": {}}'],
    "another root": ['{"msgid": "1", "msgtype": "PATCH-DOC"}', "{}", '{"events": [{"kind": "RootAdded"}]}'],
    "no event": ['{"msgid": "1", "msgtype": "PATCH-DOC"}', "{}", '{"events": [3]}'],
    "the document over and over": ['{"msgid": "1", "msgtype": "PULL-DOC-REQ"}', "{}", "{}"] * 3,
    "models that are not there": [
        '{"msgid": "1", "msgtype": "PATCH-DOC"}',
        "{}",
        '{"events": [{"kind": "ModelChanged", "model": {"id": "p0"}, "attr": "value", "new": 1}]}',
    ]
    * 30,
    "a thousand messages a second": [
        '{"msgid": "1", "msgtype": "PATCH-DOC"}',
        "{}",
        '{"events": []}',
    ]
    * 1000,
}


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_refused_and_logged_once_and_nobody_else_hears_of_it(url: str, log: Path, what: str) -> None:
    async def go() -> None:
        await seats_free(url)
        async with Visitor(url) as other:
            visitor = Visitor(url)
            await visitor.connect(await visitor.ask())
            before = len(log.read_text().splitlines())
            try:
                for frame in NONSENSE[what]:
                    await visitor.socket.write_message(frame, isinstance(frame, bytes))
            except WebSocketClosedError:
                pass
            while await visitor.socket.read_message() is not None:
                pass
            assert visitor.socket.close_code in (1008, 1009)
            visitor.socket.close()
            said = log.read_text().splitlines()[before:]
            assert len(said) <= 2 and "Traceback" not in "".join(said), said
            await other.move("Noise level", 0.3)

    asyncio.run(go())


def test_a_link_of_a_megabyte_is_refused(url: str) -> None:
    try:
        status, _, _ = get(f"{url}?gate={'x' * 1_000_000}")
    except OSError:  # The server hangs up while it is still being told.
        status = 431
    assert status >= 400
    assert get(url + "health")[0] == 200


def test_a_session_that_is_over_is_not_made_anew(url: str) -> None:
    async def go() -> None:
        from bokeh.util.token import generate_jwt_token

        old = generate_jwt_token("of-a-server-before", expiration=1000)
        socket = await websocket_connect(
            HTTPRequest(url.replace("http", "ws", 1) + "ws", headers={"Origin": url[:-1]}), subprotocols=["bokeh", old]
        )
        assert await socket.read_message() is None and socket.close_code == 1008
        socket.close()

    asyncio.run(go())


def test_hostile_messages_leave_no_trace(url: str, log: Path) -> None:
    async def go() -> None:
        await seats_free(url)
        async with Visitor(url) as other:
            before = log.read_text()
            await hostile(url, 150)
            said = log.read_text()[len(before) :]
            assert "Traceback" not in said and "xxxx" not in said, said
            await other.move("Noise level", 0.3)

    asyncio.run(go())


@pytest.mark.parametrize("processes", [1, 2])
def test_a_server_that_is_terminated_ends_with_all_its_processes(processes: int) -> None:
    async def come() -> list[Visitor]:
        visitors = [Visitor(url) for _ in range(2 * processes)]
        await asyncio.gather(*(visitor.open() for visitor in visitors))
        for visitor in visitors:
            await visitor.move("Noise level", 0.3)
            await visitor.leave()
        return visitors

    options = ["--processes", str(processes), *(["--prefix", "/lab"] if processes > 1 else [])]
    with serving(*options) as (url, pid):
        assert url.endswith("/lab/") == (processes > 1)
        asyncio.run(come())
        server = psutil.Process(pid)
        family = [server, *server.children(recursive=True)]
        assert len(family) == (1 if processes == 1 else processes + 1)
        server.send_signal(signal.SIGTERM)
        gone, alive = psutil.wait_procs(family, timeout=60)
        assert not alive and {p.returncode for p in gone if p.pid == pid} <= {0, None}
