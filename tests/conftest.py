"""Fixtures of every test: the browser, pages that must stay free of errors, markers, Hypothesis."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import hypothesis
import pytest
import torch

from tests.browser import find_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

hypothesis.settings.register_profile("ci", derandomize=True, max_examples=50, deadline=None, database=None)
hypothesis.settings.load_profile("ci")

CHROMIUM_ARGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

BROWSER_TESTS = {"ui", "test_jupyterlab.py"}
"""Where the tests with a browser are."""

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


def pytest_configure(config: pytest.Config) -> None:
    """Workers of pytest-xdist share the cores: with as many threads each they would wait for one another."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
    torch.set_num_threads(max(1, torch.get_num_threads() // workers))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `-m "not ui"` browser tests are not even imported, so that such a run needs no Playwright."""
    return True if config.option.markexpr == "not ui" and collection_path.name in BROWSER_TESTS else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if BROWSER_TESTS.intersection(item.path.relative_to(Path(__file__).parent).parts):
            item.add_marker(pytest.mark.ui)
        else:
            assert "browser" not in getattr(item, "fixturenames", ()), f"{item.nodeid} belongs into tests/ui"
    # While Playwright is on, its event loop counts as running in this thread and asyncio.run refuses.
    items.sort(key=lambda item: item.get_closest_marker("ui") is not None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("gpu") and not torch.cuda.is_available():
        if os.environ.get("GATESWEEP_REQUIRE_GPU") == "1":
            pytest.fail("GATESWEEP_REQUIRE_GPU=1, but torch finds no CUDA device")
        pytest.skip("needs a CUDA device")


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A headless Chromium. No browser on this machine is an error, not a skip."""
    from playwright.sync_api import sync_playwright

    executable = find_browser()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_ARGS))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "Browser") -> Iterator[Callable[..., "Page"]]:
    """Opens pages: `page(url, width=390, height=844, color_scheme="dark", **context options)`.

    Each call is a browser profile of its own, so two calls are two visitors. The test fails at its end
    on any console error, uncaught exception, failed request, or request to another machine.
    """
    troubles: list[str] = []
    contexts = []

    def open_page(url: str | None = None, *, width: int = 1400, height: int = 900, **options) -> "Page":
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        opened = context.new_page()
        watch(opened, troubles)
        if url:
            opened.goto(url)
        return opened

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(["The page had trouble:", *troubles])


def watch(page: "Page", troubles: list[str]) -> None:
    """Append to `troubles` every console error, uncaught exception and bad request of `page`, as it comes."""

    def on_console(message) -> None:
        if message.type == "error":
            troubles.append(f"console error: {message.text} ({message.location.get('url', '')})")

    def on_request(request) -> None:
        host = urlsplit(request.url).hostname
        if host is not None and host not in LOCAL_HOSTS:
            troubles.append(f"request to another machine: {request.url}")

    def on_request_failed(request) -> None:
        # Chromium reports as aborted what a navigation away cuts short; nothing failed then.
        if request.failure != "net::ERR_ABORTED":
            troubles.append(f"failed request: {request.url} ({request.failure})")

    page.on("console", on_console)
    page.on("pageerror", lambda error: troubles.append(f"uncaught exception: {error}"))
    page.on("request", on_request)
    page.on("requestfailed", on_request_failed)
    page.on(
        "response", lambda r: troubles.append(f"failed request: {r.url} (HTTP {r.status})") if r.status >= 400 else None
    )
