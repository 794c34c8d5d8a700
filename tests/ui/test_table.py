"""The models of a table in a browser: tapped, sorted, paged, linked, on a phone."""

import re

import pytest
from playwright.sync_api import expect

from benchmarks.served import IDLE
from tests.ui.conftest import served_sites
from tests.ui.explorer_pages import FIND


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """Address of a server that shows the models of 30 sites, the file that they were fitted to beside them."""
    with served_sites(tmp_path_factory.mktemp("table"), 30, C=[0.1, 1, 10], folds=2) as address:
        yield address


ROW = f"""() => {{
  const view = Bokeh.index.find_one_by_id(({FIND})("forest").id), box = view.canvas_view.el.getBoundingClientRect()
  return [box.x + view.frame.x_scale.compute(0), box.y + view.frame.y_scale.compute(-2)]
}}"""
"""JavaScript: where the third row of the forest is."""


def test_a_visitor_taps_sorts_and_pages(page, url):
    opened = page(url)
    expect(opened.get_by_text("30 groups of site, 30 models")).to_be_visible(timeout=90_000)
    opened.wait_for_function(IDLE)
    opened.mouse.click(*opened.evaluate(ROW))
    expect(opened.get_by_role("heading", name="site: site 02")).to_be_visible(timeout=30_000)
    expect(opened.get_by_role("rowheader", name="dose")).to_be_visible()
    expect(opened.get_by_text("20 rows, status converged")).to_be_visible()
    expect(opened.get_by_role("columnheader", name="mean in 1")).to_be_visible(timeout=30_000)
    opened.get_by_role("button", name="Go to page 2").click()
    expect(opened).to_have_url(re.compile(r"page=2.*group=site\+02"), timeout=30_000)
    opened.reload()
    expect(opened.get_by_role("heading", name="site: site 02")).to_be_visible(timeout=90_000)
    opened.get_by_label("Find a group").fill("site 1")
    opened.keyboard.press("Enter")
    expect(opened.get_by_text("10 found")).to_be_visible(timeout=30_000)


def test_a_phone_in_the_dark_stacks_it(page, url):
    opened = page(url + "?view=table&group=site+03", width=390, height=844, color_scheme="dark")
    expect(opened.get_by_role("heading", name="site: site 03")).to_be_attached(timeout=90_000)
    expect(opened.locator("main")).to_have_css("background-color", "rgb(10, 14, 19)", timeout=30_000)
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390
