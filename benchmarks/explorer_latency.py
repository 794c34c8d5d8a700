"""How long from a slider's move to the repainted pictures of newly trained models, in a real browser.

    python benchmarks/explorer_latency.py [moves]

Serves the Explorer on a free port, presses an arrow key on a slider of 3 x 21 x 20 models again and
again, and times from the key to the frame after both pictures were fed.
"""

import socket
import sys
import time

import numpy as np
import panel as pn
from playwright.sync_api import Page, sync_playwright

from gatesweep.app.explorer.explorer import Explorer
from tests.browser import find_browser

WATCH = """() => {
  const models = Bokeh.documents.flatMap((document) => [...document._all_models.values()])
  const cells = models.find((model) => model.name === "cells")
  window.painted = 0
  cells.change.connect(() => requestAnimationFrame(() => setTimeout(() => { window.painted = performance.now() })))
  document.addEventListener("keydown", () => { window.pressed = performance.now() }, true)
}"""
SLIDERS = ("Samples", "C, inverse penalty")


def serve() -> tuple[str, object]:
    """The Explorer's address, and its server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def page() -> Explorer:
        pn.extension(notifications=True)
        return Explorer()

    server = pn.serve(page, port=port, address="127.0.0.1", show=False, threaded=True, verbose=False)
    time.sleep(1)
    return f"http://127.0.0.1:{port}/", server


def measure(page: Page, slider: str, moves: int) -> np.ndarray:
    """Milliseconds of each move."""
    thumb = page.get_by_role("slider", name=slider).first
    thumb.focus()
    times = []
    for move in range(moves + 5):
        thumb.press("ArrowRight" if move % 12 < 6 else "ArrowLeft")
        page.wait_for_function("window.painted > window.pressed", timeout=20_000)
        times.append(page.evaluate("window.painted - window.pressed"))
        page.wait_for_timeout(150)
    return np.array(times[5:])


def main(moves: int = 40) -> None:
    """Print median and 95 % quantile for each slider."""
    url, _ = serve()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(url)
        page.get_by_text("1,260 models").wait_for(timeout=60_000)
        page.wait_for_timeout(2000)
        page.evaluate(WATCH)
        for slider in SLIDERS:
            times = measure(page, slider, moves)
            middle, high = np.percentile(times, [50, 95])
            print(f"{slider:<20} 1,260 models, {moves} moves: median {middle:.0f} ms, 95 % within {high:.0f} ms")
        browser.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
