"""How fast the static page answers, in a real browser: `python -m benchmarks.export_latency [page.html]`.

Once as this machine is, once with its processor slowed down four times. First picture: from the start of the
navigation to the frame that shows the plane. Slider to paint: from the input event to the second animation frame
after it; the first one paints the model and its numbers, the second one proves it, and 33 ms of it are two frames at
60 Hz. Map: from asking the page for a grid of models to its last cell. Long tasks are those of the page's own thread
of more than 100 ms, after it has loaded; the longest until then is told beside. The models of the maps are trained in
workers.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page

from benchmarks.served import chromium
from gatesweep.page.export import export

MOVES = 60
LONG = 100
CONTROLS = {"noise level": "value-noise_level", "samples": "value-num_samples", "epoch": "epoch"}
LINKS = {"newton": "#noise_level=0.2", "sgd, 20 epochs": "#noise_level=0.2&solver=sgd"}
MAPS = {"1,260 models": "", "30,300 models": "&noise_count=101&seed_count=100"}
WATCH = """() => {
  window.tasks = [];
  new PerformanceObserver((list) => {
    for (const {duration, startTime} of list.getEntries()) window.tasks.push([startTime, duration]);
  }).observe({type: "longtask", buffered: true});
  const look = () => {
    const first = document.getElementById("first");
    if (first?.width > 300 || document.documentElement.dataset.ready) window.seen = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
MOVE = """([id, moves]) => new Promise((done) => {
  const slider = document.getElementById(id), steps = Number(slider.max) + 1, times = [];
  function move() {
    if (times.length === moves) return done(times);
    const start = performance.now();
    slider.value = (Number(slider.value) + 1) % steps;
    slider.dispatchEvent(new Event("input", {bubbles: true}));
    requestAnimationFrame(() => requestAnimationFrame(() => {
      times.push(performance.now() - start);
      setTimeout(move, 30 + 10 * Math.random());
    }));
  }
  move();
})"""


def visit(browser: Browser, url: str, slower: int) -> Page:
    """The page, complete, on a processor that is so many times slower."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.add_init_script(f"({WATCH})()")
    page.goto(url)
    page.wait_for_selector("html[data-ready]", timeout=120_000)
    return page


def line(name: str, times: list[float], unit: str = "ms") -> None:
    """One line of the table: median, 95 % quantile and largest."""
    middle, late = np.quantile(times, (0.5, 0.95))
    print(f"  {name:<34}{middle:>8.0f}{late:>8.0f}{max(times):>8.0f} {unit}", flush=True)


def long_tasks(page: Page, since: float) -> int:
    """How many tasks of the page's thread took too long after `since`."""
    return sum(start > since and duration > LONG for start, duration in page.evaluate("window.tasks"))


def measure(browser: Browser, url: str, slower: int) -> None:
    """Print everything at one speed of the processor."""
    print(f"processor {slower}x slower{'':<19}{'median':>6}{'95 %':>8}{'max':>8}" if slower > 1 else
          f"processor as it is{'':<18}{'median':>6}{'95 %':>8}{'max':>8}")  # fmt: skip
    pages = [visit(browser, url, slower) for _ in range(5)]
    line("first picture", [page.evaluate("window.seen") for page in pages])
    line("longest task of the start", [max(task for _, task in page.evaluate("window.tasks")) for page in pages])
    for page in pages:
        page.close()
    too_long = 0
    for solver, link in LINKS.items():
        page = visit(browser, url + link, slower)
        since = page.evaluate("performance.now()")
        for control, element in CONTROLS.items():
            line(f"{solver}: {control}", page.evaluate(MOVE, [element, MOVES]))
        too_long += long_tasks(page, since)
        page.close()
    for name, link in MAPS.items():
        page = visit(browser, url, slower)
        page.wait_for_function("document.getElementById('worst').disabled === false")
        since = page.evaluate("performance.now()")
        page.evaluate(f"location.hash = 'view=explorer{link}'")
        page.wait_for_function("document.getElementById('about').textContent.includes('trained in')", timeout=300_000)
        seconds = float(page.locator("#about").inner_text().split(" in ")[1].split()[0])
        line(name, [1000 * seconds])
        too_long += long_tasks(page, since)
        page.close()
    print(f"  long tasks of more than {LONG} ms: {too_long}")


def main() -> None:
    """Open the page in Chromium and measure."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else export(Path(folder) / "lecture.html")
        print(f"{path.stat().st_size / 1e6:.2f} MB")
        for slower in (1, 4):
            measure(browser, path.resolve().as_uri(), slower)


if __name__ == "__main__":
    main()
