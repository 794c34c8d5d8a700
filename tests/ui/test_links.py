"""Links in a real browser: the Explorer's address, hostile ones, the clipboard and frames."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

SOON = 40_000
IDLE = "window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].is_idle"
FIGURE = """(name) => Bokeh.documents.flatMap((d) => [...d._all_models.values()]).find((m) => m.name === name)"""
CELLS = f"Array.from(({FIGURE})('cells')?.data.number ?? [])"


@pytest.fixture
def visit(page, app_url):
    def go(query: str = "", **options) -> Page:
        opened = page(app_url + query, **options)
        opened.wait_for_function(IDLE, timeout=SOON)
        return opened

    return go


def wait_for_cells(page: Page, count: int) -> None:
    page.wait_for_function(f"() => {CELLS}.length === {count}", timeout=SOON)


def test_an_explorer_link_restores_grid_preset_and_view(visit):
    page = visit("?view=explorer&preset=penalty&seed_count=3&compare_values=0.1,10&statistic=mean")
    wait_for_cells(page, 3 * 2 * 11)
    expect(page.get_by_role("button", name="Penalty", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("combobox", name="Of the seeds")).to_have_text(re.compile("mean"), timeout=SOON)


def test_back_and_forward_in_the_explorer(visit):
    page = visit("?view=explorer&seed_count=3")
    wait_for_cells(page, 63)
    page.get_by_role("button", name="All 16 gates", exact=True).click()
    page.wait_for_url(re.compile(r"view=explorer&preset=all_gates$"), timeout=SOON)
    wait_for_cells(page, 16 * 13)
    page.go_back()
    wait_for_cells(page, 63)
    page.go_forward()
    wait_for_cells(page, 16 * 13)


def test_a_hostile_explorer_link_gives_a_notice_and_a_sane_page(visit):
    page = visit("?view=explorer&measure=<img src=x onerror=alert(1)>&x=window&noise_level=nan,nan&seed_count=2")
    expect(page.get_by_text("was not used").first).to_be_visible(timeout=SOON)
    wait_for_cells(page, 63)


def test_what_a_link_gets_wrong_leaves_the_address_and_no_step_of_back(visit):
    page = visit("?seed=7&noise_level=-1&gate=AND")
    expect(page.get_by_text("was not used").first).to_be_visible(timeout=SOON)
    page.wait_for_url(re.compile(r"/\?seed=7$"), timeout=SOON)
    page.keyboard.press("n")
    page.wait_for_url(re.compile(r"/\?seed=8$"), timeout=SOON)
    page.evaluate("history.pushState({}, '', '?gate=nonsense'); dispatchEvent(new PopStateEvent('popstate'))")
    page.wait_for_url(re.compile(r"/$"), timeout=SOON)
    page.go_back()
    page.wait_for_url(re.compile(r"/\?seed=8$"), timeout=SOON)
    expect(page.get_by_role("textbox", name="Seed", exact=True)).to_have_value("8", timeout=SOON)
    page.wait_for_timeout(1200)
    page.go_forward()
    page.wait_for_url(re.compile(r"/$"), timeout=SOON)
    expect(page.get_by_role("textbox", name="Seed", exact=True)).to_have_value("42", timeout=SOON)


def test_what_is_copied_is_the_explorer_s(visit):
    page = visit("?view=explorer&seed_count=3", permissions=["clipboard-read", "clipboard-write"])
    wait_for_cells(page, 63)
    for what, beginning in (("Copy as command", "gatesweep sweep --gate AND,OR,XOR"), ("Copy as Python", "import ga")):
        page.get_by_role("button", name="Share").click()
        page.get_by_role("menuitem", name=what).click()
        for _ in range(100):
            if page.evaluate("navigator.clipboard.readText()").startswith(beginning):
                break
            page.wait_for_timeout(100)
        assert page.evaluate("navigator.clipboard.readText()").startswith(beginning)
    assert "seed=range(0, 3)" in page.evaluate("navigator.clipboard.readText()")


def test_a_frame_in_another_page_has_no_header(page, app_url, tmp_path: Path):
    frame = f"<iframe src='{app_url}?embed=true&gate=XOR' width=1200 height=800></iframe>"
    (tmp_path / "host.html").write_text(f"<!doctype html><title>host</title>{frame}")
    opened = page((tmp_path / "host.html").as_uri())
    inside = opened.frame_locator("iframe")
    expect(inside.get_by_role("combobox", name="Gate", exact=True)).to_have_text("XOR", timeout=SOON)
    expect(inside.get_by_role("button", name="Share")).to_be_hidden()


def test_a_frame_stays_a_frame_after_a_change(visit):
    page = visit("?embed=true&gate=OR")
    page.get_by_role("combobox", name="Gate", exact=True).wait_for(timeout=SOON)
    page.get_by_role("button", name="New draw").click()
    page.wait_for_url(re.compile(r"gate=OR&seed=43&embed=true$"), timeout=SOON)


def test_a_pause_puts_the_epoch_into_the_address(visit):
    page = visit("?solver=sgd&epochs=50&epoch=0")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Pause", exact=True).click()
    page.wait_for_url(re.compile(r"epoch=[1-9]\d?$"), timeout=SOON)
