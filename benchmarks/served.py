"""A served app and a browser, as the timings need them."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import find_browser

__all__ = ["IDLE", "chromium", "report", "served", "view"]

SERVE = """import sys; from gatesweep.app.server import serve; from gatesweep.page.export import hosted
serve(*sys.argv[1:] or [None], 0, "127.0.0.1", False, hosted())"""
FORGETFUL = """from gatesweep.app.explorer import job; from gatesweep.app.known import Known; job._known = Known(0)
"""
IDLE = "window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].is_idle"
"""JavaScript: the page has all that it will show."""


@contextmanager
def served(file: Path | None = None, remembers: bool = True) -> Iterator[tuple[str, int]]:
    """Address and process id of a `gatesweep serve` of its own; unless it `remembers`, a grid is trained each time."""
    command = [sys.executable, "-c", SERVE if remembers else FORGETFUL + SERVE, *([str(file)] if file else [])]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        line = server.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"the server printed {line!r}"
        yield found.group(), server.pid
    finally:
        server.terminate()
        server.wait(timeout=20)
        server.stdout.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium without a GPU."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--disable-gpu"])
        yield browser
        browser.close()


def view(browser: Browser, url: str) -> Page:
    """A new visitor's page, at 1400 x 900, once it is idle."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(url)
    page.wait_for_function(IDLE)
    return page


def report(name: str, times: list[float]) -> None:
    """One line: median and 95 % quantile in milliseconds."""
    middle, late = np.percentile(times, [50, 95])
    print(f"{name:<44} median {middle:5.0f} ms, 95 % within {late:5.0f} ms, n = {len(times)}", flush=True)
