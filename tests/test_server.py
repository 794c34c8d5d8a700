"""Who may talk to the server, and what it says of itself."""

import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import psutil
import pytest
from click.testing import CliRunner
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.ioloop import IOLoop
from tornado.websocket import websocket_connect

from gatesweep.cli import main

COMMAND = [sys.executable, "-c", "from gatesweep.cli import main; main()", "serve", "--port", "0", "--no-show"]
OPEN = ["--address", "0.0.0.0", "--allow-origin", "course.example.org"]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of a server that other machines reach."""
    with subprocess.Popen([*COMMAND, *OPEN], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://localhost:(\d+)", server.stdout.readline())
        assert found
        yield int(found[1])
        server.terminate()


def answer(port: int, origin: str) -> int:
    """The status with which the server answers a page of `origin` that wants to talk to it; 101 lets it in."""

    async def ask() -> int:
        # Let in or not is decided before the token is looked at.
        request = HTTPRequest(f"ws://127.0.0.1:{port}/ws", headers={"Origin": origin})
        try:
            (await websocket_connect(request, subprotocols=["bokeh", "no-token"])).close()
        except HTTPClientError as error:
            return error.code
        return 101

    return IOLoop().run_sync(ask)


def test_pages_of_other_hosts_are_kept_out(port: int) -> None:
    for origin in ("https://evil.example", f"http://evil.example:{port}", f"http://localhost.evil.example:{port}"):
        assert answer(port, origin) == 403, origin


def test_this_machine_s_own_names_and_those_allowed_are_let_in(port: int) -> None:
    addresses = [a.address for card in psutil.net_if_addrs().values() for a in card if a.family == socket.AF_INET]
    for host in ("localhost", socket.gethostname(), *addresses):
        assert answer(port, f"http://{host}:{port}") == 101, host
    assert answer(port, "http://course.example.org") == 101


@pytest.mark.parametrize("text", ["https://course.example.org", "course.example.org/app", "", "a b"])
def test_an_origin_is_a_host(text: str) -> None:
    result = CliRunner().invoke(main, ["serve", "--allow-origin", text, "--no-show"])
    assert result.exit_code == 2
    assert "an allowed origin must be a host, or host:port" in result.output and "without https://" in result.output


def test_the_server_says_that_it_answers_and_how_much_it_does(port: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as said:
        assert said.read() == b"ok\n"
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as said:
        lines = said.read().decode().splitlines()
    values = dict(line.split() for line in lines if not line.startswith("#"))
    assert values["gatesweep_sessions"] == "0"
    assert 1e8 < float(values["gatesweep_resident_memory_bytes"]) < 4e9
    assert sum(line.startswith("# HELP ") for line in lines) == len(values)
