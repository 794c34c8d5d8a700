"""The page around Lab and Explorer, without a browser: what it holds, and that it lets go."""

import asyncio
import gc
import logging
import time
import weakref

import pytest
from bokeh.server.views.ws import WSHandler
from tornado.websocket import WebSocketClosedError

from gatesweep.app.keys import KEYS
from gatesweep.app.prompt import send_at_once
from gatesweep.app.serve import pass_over_closed_pages
from gatesweep.app.shell import Shell


def visit(view: str) -> list[weakref.ref]:
    """Open a page, let it train, close it; references to what it was made of."""
    shell = Shell(view=view)
    if shell.explorer:
        end = time.monotonic() + 60
        while shell.explorer.picture is None:
            assert time.monotonic() < end, "the Explorer trained nothing"
            time.sleep(0.01)
        shell.explorer.close()
    return [weakref.ref(part) for part in (shell, shell.page, shell.lab)]


@pytest.mark.parametrize("view", ["lab", "explorer"])
def test_nothing_of_a_visitor_stays(view):
    parts = visit(view)
    gc.collect()
    assert [part() for part in parts] == [None, None, None]


def test_keys_lead_where_their_list_says():
    shell = Shell()
    for key in KEYS:
        assert isinstance(key, str) and KEYS.count(key) == 1
    shell._key("v")
    assert shell.view == "explorer"
    shell._key("3")
    assert shell.explorer.preset == "all_gates"
    shell._key("v")
    shell._key("3")
    assert (shell.view, shell.lab.lesson) == ("lab", 3)
    shell._key("d")
    assert shell.page.dark_theme and shell.lab.dark and shell.explorer.dark
    shell._key("?")
    assert shell.keys.dialog.open
    shell.explorer.close()


def test_websockets_send_at_once(monkeypatch):
    opened = []

    class Socket:
        def set_nodelay(self, value):
            opened.append(value)

    monkeypatch.setattr("gatesweep.app.prompt._open", lambda handler: opened.append("open"))
    monkeypatch.setattr(WSHandler, "open", WSHandler.open)
    send_at_once()
    WSHandler.open(Socket())
    assert opened == ["open", True]


def test_a_page_that_closes_is_not_reported_and_all_else_is(caplog):
    loop = asyncio.new_event_loop()
    with caplog.at_level(logging.ERROR, logger="asyncio"):
        pass_over_closed_pages(loop, {"message": "gone", "exception": WebSocketClosedError()})
        assert not caplog.records
        pass_over_closed_pages(loop, {"message": "broken", "exception": KeyError("weight")})
    loop.close()
    assert [record.message for record in caplog.records] == ["broken"]
