"""A served app for the browser tests, in a process of its own as a visitor would find it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

import gatesweep as gs
from benchmarks.served import served
from tests.conftest import watch
from tests.ui.explorer_pages import FIND
from tests.ui.lab_page import IDLE

FILLED = f"() => {IDLE} && ({FIND})('cells')?.data.number.length > 1"
"""JavaScript: the Explorer has its first picture."""


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """Address of a running `gatesweep serve`."""
    with served() as (url, _):
        yield url


@contextmanager
def served_sites(folder: Path, n_sites: int, **options: Any) -> Iterator[str]:
    """Address of a server that shows the models of so many sites, the file that they were fitted to beside them."""
    random, n = np.random.default_rng(0), 20 * n_sites
    dose = random.normal(size=n)
    frame = pd.DataFrame({"dose": dose, "ill": (dose + random.logistic(size=n) > 0).astype(int)})
    frame.assign(site=[f"site {i % n_sites:02d}" for i in range(n)]).to_csv(folder / "people.csv", index=False)
    gs.fit_table(folder / "people.csv", target="ill", group_by="site", out=folder / "sites.nc", **options)
    with served(folder / "sites.nc") as (address, _):
        yield address


@pytest.fixture
def open_lab(page: Callable[..., Page], app_url: str) -> Callable[..., Page]:
    """Opens the Lab for a new visitor: `open_lab(query, width=..., height=..., **context options)`."""

    def visit(query: str = "", **options) -> Page:
        opened = page(app_url + query, **options)
        opened.wait_for_function(IDLE, timeout=40_000)
        return opened

    return visit


@contextmanager
def visitor(browser: Browser, url: str, ready: str, **context_options) -> Iterator[tuple[Page, list[str]]]:
    """One page for a whole module, since loading it takes longer than most tests of it; and its troubles."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, **context_options)
    opened, troubles = context.new_page(), []
    watch(opened, troubles)
    opened.goto(url, timeout=120_000)
    opened.wait_for_function(ready, timeout=120_000)
    yield opened, troubles
    context.close()


def untroubled(visited: tuple[Page, list[str]]) -> Iterator[Page]:
    """The module's page for one test, which fails at its end on any trouble."""
    opened, troubles = visited
    troubles.clear()
    yield opened
    assert not troubles, "\n".join(["The page had trouble:", *troubles])


@pytest.fixture(scope="module")
def lab_visitor(browser: Browser, app_url: str) -> Iterator[tuple[Page, list[str]]]:
    with visitor(browser, app_url, IDLE, permissions=["clipboard-read", "clipboard-write"]) as visited:
        yield visited


@pytest.fixture
def lab(lab_visitor: tuple[Page, list[str]]) -> Iterator[Page]:
    """The module's Lab; the test starts with `show(lab, query)`."""
    yield from untroubled(lab_visitor)


@pytest.fixture(scope="module")
def explorer_visitor(
    request: pytest.FixtureRequest, browser: Browser, app_url: str
) -> Iterator[tuple[Page, list[str]]]:
    with visitor(browser, app_url + request.module.LINK, FILLED) as visited:
        yield visited


@pytest.fixture
def explorer(explorer_visitor: tuple[Page, list[str]]) -> Iterator[Page]:
    """The module's Explorer, opened at the module's LINK."""
    yield from untroubled(explorer_visitor)
