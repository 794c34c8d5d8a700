"""How the Explorer answers, in a real browser: `python -m benchmarks.explorer_latency [moves]`.

A move is an arrow key on a slider of 3 x 21 x 20 models; its clock runs in the page, from the key to two
animation frames after the new numbers are there. Then 30,300 models asked for by one click, from the
click to the last paint; a drop-down used while a long sweep runs; the player's frames a second; and 1,260 nets
of four hidden units, 100 epochs of adam, from the key to the first answer and to the last.
"""

import sys

from playwright.sync_api import Browser, Page

from benchmarks.served import chromium, report, served, view

WATCH = """() => {
  const models = Bokeh.documents.flatMap((document) => [...document._all_models.values()])
  const cells = models.find((model) => model.name === "cells")
  window.paints = []
  cells.change.connect(() => requestAnimationFrame(() => requestAnimationFrame(() =>
    window.paints.push([performance.now(), cells.data.number.length, Array.from(cells.data.number).join()]))))
  for (const kind of ["keydown", "pointerdown"])
    document.addEventListener(kind, () => { window.begun = performance.now(); window.paints = [] }, true)
}"""
LAST = "window.paints.at(-1)[0] - window.begun"


def open_explorer(browser: Browser, url: str, query: str = "") -> Page:
    """The Explorer, with a trained grid on it."""
    page = view(browser, f"{url}?view=explorer{query}")
    page.get_by_text("trained in").wait_for(timeout=60_000)
    page.wait_for_timeout(2000)
    page.evaluate(WATCH)
    return page


def moves(page: Page, slider: str, count: int) -> list[float]:
    """Milliseconds of each move."""
    thumb = page.get_by_role("slider", name=slider).first
    thumb.focus()
    times = []
    for move in range(count + 5):
        thumb.press("ArrowRight" if move % 12 < 6 else "ArrowLeft")
        page.wait_for_function("window.paints.length", polling=20, timeout=20_000)
        page.wait_for_timeout(250)
        times.append(page.evaluate("window.paints[0][0] - window.begun"))
    return times[5:]


def large_grid(browser: Browser, url: str, repeats: int) -> list[float]:
    """Milliseconds from a link's grid of 30,000 models to one of 30,300 and its picture."""
    times = []
    page = open_explorer(browser, url, "&noise_count=100&seed_count=100")
    thumb = page.get_by_role("slider", name="Noise levels")
    for key in ["ArrowRight", "ArrowLeft"] * repeats:
        thumb.press(key)
        columns = 101 if key == "ArrowRight" else 100
        page.wait_for_function(f"window.paints.at(-1)?.[1] === {3 * columns}", timeout=60_000)
        page.wait_for_timeout(300)
        if key == "ArrowRight":
            times.append(page.evaluate(LAST))
    page.close()
    return times


def answers_meanwhile(browser: Browser, url: str, count: int) -> list[float]:
    """Milliseconds from a chosen measure to its picture while 323,200 models of 1,000 rows train for 100 epochs."""
    page = open_explorer(browser, url, "&preset=all_gates&solver=sgd&epochs=100")
    for slider in ("Rows", "Noise levels", "Seeds"):
        page.get_by_role("slider", name=slider).press("End")
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("button", name="Cancel").wait_for()
    menu = page.get_by_role("combobox", name="Measure")
    times = []
    for i in range(count):
        menu.click()
        page.get_by_role("menuitem", name=("train accuracy", "test accuracy")[i % 2], exact=True).click()
        page.wait_for_function("window.paints.length", polling=20, timeout=20_000)
        times.append(page.evaluate("window.paints[0][0] - window.begun"))
        page.wait_for_timeout(150)
    still_runs = page.get_by_role("button", name="Cancel").is_visible()
    page.close()
    if not still_runs:
        raise RuntimeError("the long sweep ended before the last answer: these times say nothing")
    return times


def frames_a_second(browser: Browser, url: str, seconds: int) -> float:
    """New epochs painted a second while 1,260 models play 20 a second."""
    page = open_explorer(browser, url, "&preset=live&epochs=250")
    page.get_by_role("combobox", name="Speed").click()
    page.get_by_role("menuitem", name="20 / s", exact=True).click()
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(2000)
    page.evaluate("() => { window.paints = [] }")
    page.wait_for_timeout(1000 * seconds)
    shown = page.evaluate("window.paints.map((paint) => paint[2])")
    page.close()
    return sum(a != b for a, b in zip(shown, shown[1:], strict=False)) / seconds


def nets(browser: Browser, url: str, repeats: int) -> tuple[list[float], list[float]]:
    """Milliseconds from a key on a slider to the first picture of 1,260 nets, and to that of all of them."""
    page = open_explorer(browser, url, "&solver=adam&hidden_units=4&learning_rate=0.1&epochs=99")
    thumb, train = page.get_by_role("slider", name="Epochs").first, page.get_by_role("button", name="Train", exact=True)
    first: list[float] = []
    every: list[float] = []
    thumb.focus()
    for key in ["ArrowRight", "ArrowLeft"] * repeats:
        thumb.press(key)
        page.wait_for_timeout(300)
        if train.is_visible():  # A machine that needs more than three seconds asks first: the click begins.
            train.click()
        begun = page.evaluate("window.begun")
        page.wait_for_function("window.paints.length", polling=20, timeout=60_000)
        page.get_by_text("models trained in").wait_for(timeout=60_000)
        page.wait_for_function("window.paints.length && performance.now() - window.paints.at(-1)[0] > 500")
        if key == "ArrowRight":
            first.append(page.evaluate("window.paints[0][0]") - begun)
            every.append(page.evaluate("window.paints.at(-1)[0]") - begun)
    page.close()
    return first, every


def main(count: int = 40) -> None:
    """Serve, measure, print."""
    with served(remembers=False) as (url, _), chromium() as browser:
        page = open_explorer(browser, url)
        for slider in ("Rows", "C (inverse penalty)"):
            report(f"{slider}: 1,260 models", moves(page, slider, count))
        page.close()
        report("30,300 models", large_grid(browser, url, max(3, count // 4)))
        report("another measure while a sweep runs", answers_meanwhile(browser, url, 8))
        first, every = nets(browser, url, max(3, count // 8))
        report("1,260 nets of 4 units, 100 epochs: first answer", first)
        report("1,260 nets of 4 units, 100 epochs: all", every)
        print(f"the player: {frames_a_second(browser, url, 8):.1f} frames a second of 1,260 models")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
