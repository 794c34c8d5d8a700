"""How fast the static page repaints: from a slider's input event to the second animation frame after it.

    python -m benchmarks.export_latency [page.html]

The first frame after the event paints the model and its numbers, the second one proves it; the charts of
the population follow one frame later. Two frames take 33 ms at 60 Hz, whatever the page does. Without a
page, the lecture's is made.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from gatesweep.page.export import export

MOVES = 60
CONTROLS = {
    "noise level": "value-noise_level",
    "samples": "value-num_samples",
    "seed": "value-seed",
    "epoch": "epoch",
}
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


def measure(page: Page) -> None:
    """Print the repaint times of every slider of every model."""
    print(f"{'control':<34}{'median ms':>10}{'95 % ms':>9}{'max ms':>8}")
    for model in range(page.locator("#run option").count()):
        name = page.locator("#run option").nth(model).inner_text()
        page.get_by_role("combobox", name="Model").select_option(index=model)
        for control, element in CONTROLS.items():
            slider = page.locator(f"#{element}")
            if not slider.count() or not slider.is_visible() or slider.is_disabled():
                continue
            times = np.array(page.evaluate(MOVE, [element, MOVES]))
            median, late = np.quantile(times, (0.5, 0.95))
            print(f"{name + ', ' + control:<34}{median:>10.1f}{late:>9.1f}{times.max():>8.1f}")


def main() -> None:
    """Open the page in Chromium and measure."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else export(Path(folder) / "lecture.html")
        options = ["--no-sandbox", "--disable-gpu"]
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        page = chromium.new_page(viewport={"width": 1400, "height": 900})
        page.goto(path.resolve().as_uri())
        page.wait_for_selector("html[data-ready]")
        print(f"{path.stat().st_size / 1e6:.2f} MB")
        measure(page)
        chromium.close()


if __name__ == "__main__":
    main()
