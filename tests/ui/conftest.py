"""A served app for the browser tests, in a process of its own as a visitor would find it."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import watch
from tests.ui.lab_page import IDLE

SERVE = "from gatesweep.app.serve import serve; serve(None, 0, '127.0.0.1', False)"


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """Address of a running `gatesweep serve`."""
    process = subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"the server printed {line!r}"
        yield found.group()
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


@pytest.fixture
def open_lab(page: Callable[..., Page], app_url: str) -> Callable[..., Page]:
    """Opens the Lab for a new visitor: `open_lab(query, width=..., height=..., **context options)`."""

    def visit(query: str = "", **options) -> Page:
        opened = page(app_url + query, **options)
        opened.wait_for_function(IDLE, timeout=40_000)
        return opened

    return visit


@pytest.fixture(scope="module")
def lab_visitor(browser: Browser, app_url: str) -> Iterator[tuple[Page, list[str]]]:
    """One visitor of the Lab for a whole module, since loading the page takes longer than most tests of it."""
    context = browser.new_context(
        viewport={"width": 1400, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    opened, troubles = context.new_page(), []
    watch(opened, troubles)
    opened.goto(app_url)
    opened.wait_for_function(IDLE, timeout=40_000)
    yield opened, troubles
    context.close()


@pytest.fixture
def lab(lab_visitor: tuple[Page, list[str]]) -> Iterator[Page]:
    """The module's Lab; the test starts with `show(lab, query)`, and fails at its end on any trouble."""
    opened, troubles = lab_visitor
    troubles.clear()
    yield opened
    assert not troubles, "\n".join(["The page had trouble:", *troubles])
