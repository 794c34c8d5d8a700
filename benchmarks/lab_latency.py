"""From a slider's change to the painted boundary, in a real browser: `python benchmarks/lab_latency.py`.

Each move is one arrow key on a focused slider. The clock is the page's own: it starts at the key and
stops two animation frames after the new boundary has reached the page, when it is on the screen. For
comparison the same move the lecture's way: its own functions called at each move, and the figure's
100 x 100 grid evaluated, timed in Python alone, so without the way to the browser and the paint.
"""

import argparse
import re
import statistics
import subprocess
import sys
import time

import numpy as np
import torch
from playwright.sync_api import Page, sync_playwright
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset, random_split

from gatesweep import generate_data_with_noise
from tests.browser import find_browser

SERVE = "from gatesweep.app.serve import serve; serve(None, 0, '127.0.0.1', False)"
IDLE = "window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].is_idle"
WATCH = """() => {
  const model = [...Bokeh.documents[0]._all_models.values()].find((m) => m.name === "model")
  window.times = []
  document.addEventListener("keydown", () => { window.begun = performance.now() }, true)
  model.properties.data.change.connect(() => requestAnimationFrame(() => requestAnimationFrame(() => {
    if (window.begun) { window.times.push(performance.now() - window.begun); window.begun = null }
  })))
}"""


def moves(page: Page, slider: str, count: int) -> list[float]:
    """Milliseconds of `count` moves of a slider, one after the other."""
    page.evaluate(WATCH)
    page.get_by_role("slider", name=slider, exact=True).focus()
    for i in range(count):
        page.keyboard.press("ArrowLeft" if i % 4 > 1 else "ArrowRight")
        page.wait_for_function(f"window.times.length > {i}", polling=20, timeout=30_000)
        page.wait_for_timeout(450)
    return page.evaluate("window.times")


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


def report(name: str, times: list[float]) -> None:
    """One line."""
    late = np.percentile(times, 95)
    print(f"{name:<42} median {statistics.median(times):5.0f} ms, 95 % within {late:5.0f} ms, n = {len(times)}")


def main() -> None:
    """Serve, move the sliders, print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--moves", type=int, default=60, help="moves of each slider (default 60)")
    count = arguments.parse_args().moves
    server = subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True)
    try:
        url = re.search(r"http://\S+", server.stdout.readline()).group()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=["--disable-gpu"])
            for name, query, slider in (
                ("warm up", "", "Noise level"),
                ("noise level, newton", "?noise_level=0.2", "Noise level"),
                ("noise level, sgd, 20 epochs", "?noise_level=0.2&solver=sgd", "Noise level"),
                ("scrub an epoch, sgd", "?solver=sgd&epoch=5", "Epoch"),
            ):
                page = browser.new_page(viewport={"width": 1400, "height": 900})
                begun = time.perf_counter()
                page.goto(url + query)
                page.wait_for_function(IDLE)
                report(f"first view ({name})", [1e3 * (time.perf_counter() - begun)])
                page.wait_for_timeout(2000)
                report(name, moves(page, slider, 5 if name == "warm up" else count))
                page.close()
            browser.close()
    finally:
        server.terminate()
        server.wait()
    report("the lecture's way, scikit-learn, no paint", timed(lecture_sklearn, 20))
    report("the lecture's way, torch, no paint", timed(lecture_torch, 10))


if __name__ == "__main__":
    main()
