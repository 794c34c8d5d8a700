"""The Lab's page in a test: what it shows, how to move it, and what the lecture's own lines give instead."""

from itertools import count

import numpy as np
import torch
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset, random_split

import gatesweep as gs

expect.set_options(timeout=20_000)

IDLE = "window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].is_idle"
NAMED = "(name) => [...Bokeh.documents[0]._all_models.values()].find((m) => m.name === name)"
SEEN = f"""() => {{
  const named = {NAMED}, list = (value) => Array.from(value ?? [])
  const glyphs = (name, type) => named(name).renderers.filter((r) => r.glyph.type === type).map((r) => r.data_source)
  const column = (name, type, of) => list(glyphs(name, type)[0].data[of])
  const layer = (name) => named("boundary").renderers.find((one) => one.name === name).data_source.data
  const rows = (of) => list(layer("rows")[of])
  const model = () => named("model").data, image = () => list(glyphs("boundary", "Image")[0].data.image[0])
  return {{
    get x1() {{ return rows("x1") }},
    get x2() {{ return rows("x2") }},
    get label() {{ return rows("label") }},
    get part() {{ return rows("part") }},
    get fill() {{ return rows("fill_color") }},
    get marker() {{ return rows("marker") }},
    get n() {{ return this.x1.length }},
    get w() {{ return list(model().w) }},
    get b() {{ return model().b[0] }},
    get threshold() {{ return model().threshold[0] }},
    get values() {{ return column("scores", "Scatter", "value") }},
    get losses() {{ return column("loss", "Line", "train") }},
    get counts() {{ return column("seeds", "Quad", "top") }},
    get image() {{ return image() }},
    get levels() {{ return new Set(image()).size }},
    get paper() {{ return named("boundary").background_fill_color }},
    get grips() {{
      const grips = layer("grips")
      return list(grips.x1).map((x, i) => [x, grips.x2[i]])
    }},
    get cloud() {{ return glyphs("boundary", "MultiLine")[0].data.xs.length }},
    get lines() {{
      const cloud = glyphs("boundary", "MultiLine")[0].data
      return list(cloud.xs).map((x, i) => [list(x), list(cloud.ys[i])])
    }},
  }}
}}"""
"""What the page's figures hold, each part read when it is asked for."""
PIXEL = f"""([x1, x2]) => {{
  const view = Bokeh.index.find_one_by_id(({NAMED})("boundary").id), box = view.canvas_view.el.getBoundingClientRect()
  return [box.x + view.frame.x_scale.compute(x1), box.y + view.frame.y_scale.compute(x2)]
}}"""
HELD = "s.grips.length === 2 && s.grips.every(([x1, x2]) => Math.abs(s.w[0] * x1 + s.w[1] * x2 + s.b) < 1e-6)"
"""The grips are on the line: they come after it."""
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""JavaScript: wait until all that is there is painted: nothing else can be taken hold of."""
CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
DRAWS = count(1000)
THUMB = 13
"""Pixels across a slider's thumb."""


# What is shown


def read(page, *more):
    """The numbers behind the picture: the model, its accuracies and losses, the grips; and what else is named."""
    names = ["w", "b", "threshold", "values", "losses", "grips", *more]
    return page.evaluate(
        f"(names) => {{ const s = ({SEEN})(); return Object.fromEntries(names.map((n) => [n, s[n]])) }}", names
    )


def wait(page, condition, *more, timeout=20_000):
    """Wait until `condition` (JavaScript over `s`, the parts of SEEN) holds; then read."""
    page.wait_for_function(f"() => {{ const s = ({SEEN})(); return {condition} }}", timeout=timeout)
    return read(page, *more)


def shows(page, expected, *more, close=2e-3):
    """Wait until the model on show has these numbers (weights, then the intercept); then read."""
    *weight, intercept = np.asarray(expected, float).tolist()
    weight = [*weight, *[0.0] * (3 - len(weight))]
    near = f"(a, b) => Math.abs(a - b) <= {close} * (1 + Math.abs(b))"
    try:
        wait(page, f"[...s.w, s.b].every((v, i) => ({near})(v, {[*weight, intercept]}[i]))")
    except PlaywrightTimeout:
        np.testing.assert_allclose([*read(page)["w"], read(page)["b"]], [*weight, intercept], rtol=close, atol=close)
    return read(page, *more)


def model(numbers):
    """Weights and intercept of what `read` gave, for two inputs."""
    return np.array([*numbers["w"][:2], numbers["b"]])


def control(page, role, name):
    return page.get_by_role(role, name=name, exact=True)


def value(page, name):
    """What a slider stands at."""
    return float(control(page, "slider", name).get_attribute("aria-valuenow"))


def thumb(page, name):
    """Where on the screen a slider's thumb is."""
    slider = control(page, "slider", name)
    box, share = slider.bounding_box(), slider.evaluate("(s) => (s.value - s.min) / (s.max - s.min)")
    return box["x"] + THUMB / 2 + share * (box["width"] - THUMB), box["y"] + box["height"] / 2


# What is done


def show(page, query=""):
    """Follow a link within the page, as Back does, and wait until it is shown; all else is as at first.

    The way leads over a draw that no other link has, so that there is a change to wait for.
    """
    page.keyboard.press("Escape")
    leave(page)
    for link in (f"?noise_level=0.9&num_samples=20&seed={next(DRAWS)}", query or "?"):
        before = read(page, "x1")["x1"][0]
        page.evaluate("(q) => { history.pushState({}, '', q); dispatchEvent(new PopStateEvent('popstate')) }", link)
        wait(page, f"s.x1[0] !== {before}")


def leave(page):
    """Click where nothing is, so that no control holds the focus."""
    page.get_by_text("p = σ").click()


def set_slider(page, name, key, times=1):
    thumb = control(page, "slider", name)
    thumb.focus()
    for _ in range(times):
        thumb.press(key)


def choose(page, name, option):
    control(page, "combobox", name).click()
    control(page, "menuitem", option).click()


def press(page, name):
    control(page, "button", name).click()


def unfold(page, name):
    head = control(page, "button", name)
    if head.get_attribute("aria-expanded") == "false":
        head.click()
        expect(head).to_have_attribute("aria-expanded", "true")


def pixel(page, x1, x2):
    """Where on the screen a point of the plane is."""
    return page.evaluate(PIXEL, [float(x1), float(x2)])


# What the lecture's own lines give


def rows(gate="AND", noise_level=0.05, seed=42, num_samples=500):
    return gs.generate_data_with_noise(num_samples, gate, noise_level, random_state=seed)


def by_sklearn(data, product=False, **options):
    """Weights, then the intercept, of the lecture's scikit-learn model."""
    X, y = data
    X = np.column_stack([X, X[:, 0] * X[:, 1]]) if product else X
    x_train, _, y_train, _ = train_test_split(X, y, test_size=0.2, random_state=140)
    found = LogisticRegression(**options).fit(x_train, y_train)
    return np.append(found.coef_[0], found.intercept_)


def optimum(data, product=False, **options):
    """The same, to the end: where Newton's method arrives."""
    return by_sklearn(data, product, tol=1e-12, max_iter=10_000, **options)


def by_torch(data, epochs=20, batch_size=64, rate=0.5, kind=torch.optim.SGD, linear=False, init_seed=None):
    """Weights, then the intercept, before and after every epoch of the lecture's PyTorch loop: (epoch + 1, 3)."""
    with torch.random.fork_rng(devices=[]):
        X, y = (torch.tensor(part, dtype=torch.float32) for part in data)
        torch.manual_seed(140)
        train, test = random_split(TensorDataset(X, y.unsqueeze(1)), [0.8, 0.2])
        weight, intercept = torch.ones(2, 1), torch.tensor(1.0)
        if linear:
            state = torch.get_rng_state()
            if init_seed is not None:
                torch.manual_seed(init_seed)
            layer = torch.nn.Linear(2, 1)
            weight, intercept = layer.weight.detach().T.clone(), layer.bias.detach()[0].clone()
            if init_seed is not None:
                torch.set_rng_state(state)
        descent = kind([weight.requires_grad_(), intercept.requires_grad_()], lr=rate)
        loss_fn, path = torch.nn.BCELoss(), []
        loaders = DataLoader(train, batch_size, shuffle=True), DataLoader(test, batch_size)

        def note():
            path.append([*weight.detach()[:, 0].tolist(), intercept.item()])

        note()
        for _ in range(epochs):
            for x, label in loaders[0]:
                descent.zero_grad()
                loss_fn(torch.sigmoid(x @ weight + intercept), label).backward()
                descent.step()
            list(loaders[1])  # the lecture's test loss of the epoch
            note()
    return np.array(path)


def accuracies(line, data, gate, noise_level):
    """Train, test (the scikit-learn split) and exact accuracy of a line (w1, w2, intercept)."""
    X, y = data
    right = ((X @ line[:2] + line[2] >= 0) == (y == 1)).astype(float)
    train, test = train_test_split(right, test_size=0.2, random_state=140)
    sign = 2 * np.array(gs.as_gate(gate).truth) - 1
    exact = norm.cdf(sign * (CORNERS @ line[:2] + line[2]) / (noise_level * np.hypot(*line[:2]))).mean()
    return [train.mean(), test.mean(), exact]
