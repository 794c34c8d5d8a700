"""From a slider's change to the painted boundary, in a real browser: `python -m benchmarks.lab_latency`.

Each move is one arrow key on a focused slider. The clock is the page's own: it starts at the key and
stops two animation frames after the new boundary has reached the page, when it is on the screen. A drag
is 10 s of mouse moves, 60 a second; then it counts how long after the last one the picture still
changes, and whether it ends at the slider's value. For comparison the same move the lecture's way: its
own functions called at each move, and the figure's 100 x 100 grid evaluated, timed in Python alone, so
without the way to the browser and the paint.
"""

import argparse
import time

import numpy as np
import torch
from playwright.sync_api import Browser, Page
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset, random_split

from benchmarks.served import IDLE, chromium, report, served, view
from gatesweep import generate_data_with_noise

WATCH = """() => {
  const model = [...Bokeh.documents[0]._all_models.values()].find((m) => m.name === "model")
  window.times = []
  window.changes = []
  document.addEventListener("keydown", () => { window.begun = performance.now() }, true)
  model.properties.data.change.connect(() => requestAnimationFrame(() => requestAnimationFrame(() => {
    window.changes.push(performance.now())
    if (window.begun) { window.times.push(performance.now() - window.begun); window.begun = null }
  })))
}"""
NET = "hidden_units=4&solver=adam&learning_rate=0.1&epochs=100"
SEEN = """() => {
  const figure = [...(window.Bokeh?.documents[0]?._all_models.values() ?? [])].find((m) => m.name === "boundary")
  const canvas = figure && Bokeh.index.find_one_by_id(figure.id)?.canvas_view?.primary?.canvas
  const pixel = canvas?.width && canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data
  return Boolean(pixel && pixel[3] && pixel[0] + pixel[1] + pixel[2] < 765)
}"""
"""The boundary's picture is on the page."""


def first_views(browser: Browser, url: str, count: int) -> None:
    """Seconds until a new visitor, with nothing in the browser's cache, sees the boundary, and all of the page."""
    seen, complete = [], []
    for _ in range(count):
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        begun = time.perf_counter()
        page.goto(url)
        page.wait_for_function(SEEN)
        seen.append(1e3 * (time.perf_counter() - begun))
        page.wait_for_function(IDLE)
        complete.append(1e3 * (time.perf_counter() - begun))
        page.wait_for_timeout(500)
        page.close()
    report("first view: the boundary is painted", seen)
    report("first view: the page is complete", complete)


def moves(page: Page, slider: str, count: int) -> list[float]:
    """Milliseconds of `count` moves of a slider, one after the other."""
    page.evaluate(WATCH)
    page.get_by_role("slider", name=slider, exact=True).focus()
    for i in range(count):
        page.keyboard.press("ArrowLeft" if i % 4 > 1 else "ArrowRight")
        page.wait_for_function(f"window.times.length > {i}", polling=20, timeout=30_000)
        page.wait_for_timeout(450)
    return page.evaluate("window.times")


def drag(page: Page, seconds: float) -> None:
    """Drag the noise level to and fro, let go, and see what comes after."""
    page.evaluate(WATCH)
    thumb = page.get_by_role("slider", name="Noise level", exact=True)
    box, share = thumb.bounding_box(), thumb.evaluate("(s) => (s.value - s.min) / (s.max - s.min)")
    x, y = box["x"] + share * box["width"], box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    begun, count = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        count += 1
        page.mouse.move(x + 60 * np.sin(count / 15), y)
        time.sleep(max(0, begun + count / 60 - time.perf_counter()))
    released = page.evaluate("performance.now()")
    page.mouse.up()
    page.wait_for_timeout(3000)
    changes = np.array(page.evaluate("window.changes"))
    asked = float(thumb.get_attribute("aria-valuenow"))
    shown = page.get_by_text("gate, noise level").inner_text()
    late = max(0.0, changes.max() - released)
    during = (changes < released).sum()
    print(f"drag of {seconds:g} s: {count} moves, {during} repaints ({during / seconds:.0f} a second), ", end="")
    print(f"last repaint {late:.0f} ms after the last move, ", end="")
    print("at the slider's value" if f"noise level {asked:g}," in shown else f"NOT at the slider's value {asked}")


def lecture_sklearn(noise_level: float) -> None:
    """A move of the lecture's first widget."""
    X, y = generate_data_with_noise(500, "AND", noise_level, 42)
    x_train, x_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=140)
    model = LogisticRegression().fit(x_train, y_train)
    model.score(x_train, y_train), model.score(x_test, y_test)
    xx, yy = np.meshgrid(np.linspace(-1, 2, 100), np.linspace(-1, 2, 100))
    model.predict_proba(np.c_[xx.ravel(), yy.ravel()])


def lecture_torch(noise_level: float) -> None:
    """A move of the lecture's torch widget: 20 epochs."""
    X, y = generate_data_with_noise(500, "AND", noise_level, 42)
    data = TensorDataset(torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32).unsqueeze(1))
    torch.manual_seed(140)
    train, test = random_split(data, [0.8, 0.2])
    model = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Sigmoid())
    loss_fn, optimizer = torch.nn.BCELoss(), torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(20):
        for rows, labels in DataLoader(train, batch_size=64, shuffle=True):
            optimizer.zero_grad()
            loss_fn(model(rows), labels).backward()
            optimizer.step()
        with torch.no_grad():
            [loss_fn(model(rows), labels).item() for rows, labels in DataLoader(test, batch_size=64)]


def timed(function, count: int) -> list[float]:
    """Milliseconds of each call."""
    times = []
    for i in range(count):
        begun = time.perf_counter()
        function(0.05 + 0.01 * (i % 10))
        times.append(1e3 * (time.perf_counter() - begun))
    return times


def main() -> None:
    """Serve, move the sliders, print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--moves", type=int, default=60, help="moves of each slider (default 60)")
    count = arguments.parse_args().moves
    with served() as (url, _), chromium() as browser:
        view(browser, url).close()
        first_views(browser, url, 7)
        for name, query, slider in (
            ("noise level, newton", "?noise_level=0.2", "Noise level"),
            ("noise level, sgd, 20 epochs", "?noise_level=0.2&solver=sgd", "Noise level"),
            ("noise level, 4 hidden neurons, 100 epochs", f"?noise_level=0.2&gate=XOR&{NET}", "Noise level"),
            ("scrub an epoch, 4 hidden neurons", f"?gate=XOR&epoch=5&{NET}", "Epoch"),
            ("scrub an epoch, sgd", "?solver=sgd&epoch=5", "Epoch"),
        ):
            page = view(browser, url + query)
            page.wait_for_timeout(2000)
            report(name, moves(page, slider, count))
            page.close()
        page = view(browser, url + "?noise_level=0.5&solver=sgd")
        page.wait_for_timeout(2000)
        drag(page, 10)
    report("the lecture's way, scikit-learn, no paint", timed(lecture_sklearn, 20))
    report("the lecture's way, torch, no paint", timed(lecture_torch, 10))


if __name__ == "__main__":
    main()
