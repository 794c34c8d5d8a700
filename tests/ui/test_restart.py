"""A server that is started anew during the lecture: its pages come back by themselves."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from benchmarks.classroom import serving
from tests.ui.lab_page import IDLE


def test_pages_come_back_in_the_state_that_they_showed(browser):
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    with serving("--port", "0") as (url, _):
        page.goto(url)
        page.wait_for_function(IDLE, timeout=60_000)
        page.get_by_role("slider", name="Noise level", exact=True).press("ArrowRight")
        expect(page).to_have_url(re.compile("noise_level="), timeout=30_000)
        shown = page.get_by_role("slider", name="Noise level", exact=True).get_attribute("aria-valuenow")
        page.evaluate("window.isTheOldPage = true")
    with serving("--port", str(urlsplit(url).port)):
        page.wait_for_function(f"!window.isTheOldPage && ({IDLE})", timeout=120_000)
        slider = page.get_by_role("slider", name="Noise level", exact=True)
        expect(slider).to_have_attribute("aria-valuenow", shown, timeout=60_000)
        slider.press("ArrowRight")
        told = page.get_by_role("status").filter(has_text=f"noise level {float(shown) + 0.01:.2f}".rstrip("0"))
        expect(told).to_be_attached(timeout=60_000)
    context.close()
