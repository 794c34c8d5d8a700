"""The Lab in a real browser: every control, preset and key, read from the data behind the plot."""

import math
import re

import pytest
from playwright.sync_api import expect

from gatesweep.app.lab.lessons import LESSONS

expect.set_options(timeout=20_000)

IDLE = "window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].is_idle"
READ = """() => {
  const models = [...Bokeh.documents[0]._all_models.values()], named = (name) => models.find((m) => m.name === name)
  const glyph = (name, type) => named(name).renderers.find((r) => r.glyph.type === type).data_source.data
  const list = (value) => Array.from(value ?? [])
  const rows = glyph("boundary", "Scatter"), model = named("model").data
  return {
    n: list(rows.x1).length, x1: list(rows.x1), test: list(rows.part).filter((p) => p === "test").length,
    markers: [...new Set(list(rows.marker))], w: list(model.w), b: model.b[0], threshold: model.threshold[0],
    values: list(glyph("scores", "Scatter").value), losses: list(glyph("loss", "Line").train),
    seeds: list(glyph("seeds", "Quad").count).reduce((a, b) => a + b, 0),
    levels: new Set(list(glyph("boundary", "Image").image[0])).size,
    cloud: list(glyph("boundary", "MultiLine").x1).length,
  }
}"""


def read(page):
    """The numbers behind the picture: rows, model, accuracies, losses, seeds."""
    return page.evaluate(READ)


def wait(page, condition, timeout=15000):
    """Wait until `condition` (JavaScript over `s`, the numbers of `read`) holds; then read."""
    page.wait_for_function(f"() => {{ const s = ({READ})(); return {condition} }}", timeout=timeout)
    return read(page)


@pytest.fixture
def open_lab(page, app_url):
    def visit(query="", **options):
        opened = page(app_url + query, **options)
        opened.wait_for_function(IDLE, timeout=40000)
        return opened

    return visit


def set_slider(page, name, key, times=1):
    thumb = page.get_by_role("slider", name=name, exact=True)
    thumb.focus()
    for _ in range(times):
        thumb.press(key)


def choose(page, name, option):
    page.get_by_role("combobox", name=name, exact=True).click()
    page.get_by_role("menuitem", name=option, exact=True).click()


def test_every_control_of_the_lecture(open_lab):
    page = open_lab()
    first = wait(page, "s.seeds == 200")
    assert (first["n"], first["test"]) == (500, 100)
    assert sorted(first["markers"]) == ["circle", "square"]

    set_slider(page, "Noise level", "ArrowRight", 20)
    noisy = wait(page, "Math.abs(s.values[4] - 0.9739) < 0.05 && s.values[4] < 0.999")
    assert max(noisy["x1"]) > max(first["x1"])
    set_slider(page, "Samples", "End")
    assert wait(page, "s.n == 1000")["test"] == 200
    choose(page, "Gate", "XOR")
    xor = wait(page, "Math.abs(s.values[3] - 0.75) < 0.1 && s.values[0] < 0.8")
    assert xor["values"][4] > xor["values"][3]
    page.get_by_role("button", name="Label", exact=True).click()
    wait(page, "s.levels <= 2")
    page.get_by_role("button", name="Probability", exact=True).click()
    wait(page, "s.levels > 2")
    before = read(page)["x1"][0]
    page.get_by_role("button", name="New draw").click()
    wait(page, f"s.x1[0] != {before}")
    for solver in ("scikit-learn", "sgd", "adam", "newton"):
        losses = len(read(page)["losses"])
        choose(page, "Solver", solver)
        wait(page, f"s.losses.length != {losses}" if solver in ("scikit-learn", "sgd") else "true")


def test_a_corner_flips_the_gate(open_lab):
    page = open_lab()
    page.get_by_role("button", name="0 0 → 0").click()
    expect(page.get_by_role("combobox", name="Gate")).to_have_text("XNOR")
    page.get_by_role("button", name="1 1 → 1").click()
    expect(page.get_by_role("combobox", name="Gate")).to_have_text("NOR")
    wait(page, "s.w[0] < 0 && s.w[1] < 0")


def test_the_product_bends_xor(open_lab):
    page = open_lab("?gate=XOR&noise_level=0.1&C=100.0")
    assert read(page)["w"][2] == 0
    page.get_by_role("button", name="x₁, x₂, x₁x₂").click()
    assert wait(page, "s.w[2] != 0")["values"][0] > 0.95


def test_epochs_play_pause_step_and_scrub(open_lab):
    page = open_lab("?solver=sgd&epochs=10")
    last = read(page)
    assert len(last["losses"]) == 11
    page.keyboard.press("Home")
    start = wait(page, "s.w[0] == 1 && s.w[1] == 1 && s.b == 1")
    page.keyboard.press("ArrowRight")
    one = wait(page, "s.w[0] != 1")
    page.get_by_role("button", name="Back", exact=True).click()
    wait(page, "s.w[0] == 1")
    page.get_by_role("button", name="Step", exact=True).click()
    assert wait(page, f"s.w[0] == {one['w'][0]}")["losses"] == start["losses"]
    choose(page, "Speed", "20 / s")
    page.get_by_text("p = σ").click()
    page.keyboard.press(" ")
    wait(page, f"s.w[0] == {last['w'][0]}")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    set_slider(page, "Epoch", "Home")
    wait(page, "s.w[0] == 1")


def test_training_parameters(open_lab):
    page = open_lab("?solver=sgd")
    page.get_by_role("button", name="Training").click()
    set_slider(page, "Epochs", "ArrowRight")
    wait(page, "s.losses.length == 22")
    for name, key in (("Batch size", "ArrowLeft"), ("Learning rate: 0.5", "ArrowRight")):
        before = read(page)["w"][0]
        set_slider(page, name, key)
        wait(page, f"s.w[0] != {before}")
    before = read(page)["losses"][0]
    choose(page, "First weights", "B: nn.Linear")
    wait(page, f"s.losses[0] != {before}")
    seed = page.get_by_role("textbox", name="Seed of B")
    before = read(page)["losses"][0]
    seed.fill("5")
    seed.press("Enter")
    wait(page, f"s.losses[0] != {before}")


def test_by_hand_and_let_it_learn(open_lab):
    page = open_lab("?solver=sgd&gate=OR")
    page.get_by_role("button", name="By hand").click()
    page.get_by_role("switch", name="Set the line by hand").click()
    wait(page, "s.w[0] == 1 && s.b == -1")
    set_slider(page, "w₁", "ArrowRight", 3)
    wait(page, "Math.abs(s.w[0] - 1.3) < 1e-9")
    set_slider(page, "w₂", "ArrowLeft")
    set_slider(page, "intercept", "ArrowLeft")
    wait(page, "Math.abs(s.b + 1.1) < 1e-9")
    page.get_by_role("button", name="Let it learn from here").click()
    wait(page, "s.w[0] != 1.3 && s.losses[20] < s.losses[0]")


def test_threshold_and_errors(open_lab):
    page = open_lab("?noise_level=0.4")
    page.get_by_role("button", name="Errors").click()
    expect(page.get_by_text("precision")).to_be_visible()
    set_slider(page, "Threshold", "ArrowLeft", 5)
    wait(page, "Math.abs(s.threshold - 0.45) < 1e-9")


def test_the_loss_surface_unfolds(open_lab):
    page = open_lab("?solver=sgd")
    page.get_by_role("button", name="Loss surface").click()
    page.wait_for_function(
        "() => { const f = [...Bokeh.documents[0]._all_models.values()].find((m) => m.name === 'valley');"
        " return f && f.renderers[0].data_source.data.image.length == 1 && f.inner_width > 50 }"
    )


def test_other_seeds(open_lab):
    page = open_lab("?gate=XOR")
    wait(page, "s.seeds == 200")
    page.get_by_role("switch", name="200 seeds").click()
    wait(page, "s.cloud == 200")
    page.get_by_role("button", name="Best", exact=True).click()
    best = wait(page, "s.values[2] > 0.74")
    page.get_by_role("button", name="Worst", exact=True).click()
    assert wait(page, "s.values[2] < 0.27")["w"] != best["w"]


def test_a_click_on_a_bar_loads_such_a_seed(open_lab):
    page = open_lab("?gate=XOR")
    wait(page, "s.seeds == 200")
    bar = page.evaluate("""() => {
      const f = [...Bokeh.documents[0]._all_models.values()].find((m) => m.name === 'seeds')
      const view = Bokeh.index.find_one_by_id(f.id), d = f.renderers[0].data_source.data
      const i = Array.from(d.count).findIndex((c) => c > 3), box = view.canvas_view.el.getBoundingClientRect()
      return {x: box.x + view.frame.x_scale.compute((d.left[i] + d.right[i]) / 2),
              y: box.y + view.frame.y_scale.compute(d.count[i] / 2), low: d.left[i], high: d.right[i]}
    }""")
    page.mouse.click(bar["x"], bar["y"])
    wait(page, f"s.values[2] >= {bar['low']} - 1e-9 && s.values[2] <= {bar['high']} + 1e-9")


@pytest.mark.parametrize("number", range(1, len(LESSONS) + 1))
def test_lessons_by_key(open_lab, number):
    page = open_lab()
    page.keyboard.press(str(number))
    lesson = LESSONS[number - 1]
    expect(page.get_by_text(lesson.question)).to_be_visible()
    page.get_by_role("button", name="Hint", exact=True).click()
    expect(page.get_by_text(lesson.hint)).to_be_visible()
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_text(lesson.answer)).to_be_visible()
    for name, hidden in (("Training", "training"), ("By hand", "hand")):
        expect(page.get_by_role("heading", name=name)).to_have_count(0 if hidden in lesson.hide else 1)


def test_back_and_forward_and_the_address(open_lab):
    page = open_lab()
    choose(page, "Gate", "XOR")
    page.wait_for_url("**/?gate=XOR")
    xor = wait(page, "s.values[0] < 0.8")
    page.go_back()
    wait(page, "s.values[0] > 0.9")
    page.go_forward()
    assert wait(page, "s.values[0] < 0.8")["w"] == xor["w"]


def test_a_bad_link_gives_a_notice_and_a_sane_page(open_lab):
    page = open_lab("?gate=<img src=x onerror=alert(1)>&noise_level=nan&epochs=3&solver=sgd")
    expect(page.get_by_text("was not used").first).to_be_visible()
    assert len(read(page)["losses"]) == 4


def test_two_visitors_do_not_see_each_other(open_lab):
    one, two = open_lab(), open_lab()
    choose(one, "Gate", "XOR")
    wait(one, "s.values[0] < 0.8")
    two.wait_for_timeout(500)
    assert read(two)["values"][0] > 0.99


def test_hover_says_what_the_engine_says(open_lab):
    page = open_lab("?noise_level=0.2")
    s = read(page)
    box = page.evaluate("""() => {
      const f = [...Bokeh.documents[0]._all_models.values()].find((m) => m.name === 'boundary')
      const view = Bokeh.index.find_one_by_id(f.id), box = view.canvas_view.el.getBoundingClientRect()
      return {x: box.x + view.frame.x_scale.compute(0.7), y: box.y + view.frame.y_scale.compute(0.9)}
    }""")
    page.mouse.move(box["x"], box["y"])
    p = 1 / (1 + math.exp(-(s["w"][0] * 0.7 + s["w"][1] * 0.9 + s["b"])))
    tip = page.get_by_text(re.compile(r"x₁ 0\.\d\d"))
    expect(tip).to_be_visible()
    found = re.search(r"p\s+([\d.]+)\s+class\s+(\d)", tip.inner_text())
    assert float(found.group(1)) == pytest.approx(p, abs=0.02)  # the mouse stands on whole pixels
    assert found.group(2) == str(int(float(found.group(1)) >= 0.5))


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (2560, 1440)])
def test_nothing_scrolls_on_a_screen(open_lab, width, height):
    page = open_lab(width=width, height=height)
    tall = page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]")
    assert tall == [height, width]
    assert page.evaluate("""() => {
      const models = [...Bokeh.documents[0]._all_models.values()]
      const size = (name) => models.filter((m) => m.name === name).map((f) => f.inner_width * f.inner_height)[0]
      return size('boundary') > 2 * Math.max(size('scores'), size('loss'), size('seeds'))
    }""")


def test_a_phone_stacks_and_a_dark_page_stays_dark(open_lab):
    page = open_lab(width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.keyboard.press("d")
    expect(page.locator("main")).to_have_css("background-color", "rgb(10, 14, 19)")
    ratio = page.evaluate("""() => {
      const f = [...Bokeh.documents[0]._all_models.values()].find((m) => m.name === 'boundary')
      return f.inner_width / f.inner_height
    }""")
    assert ratio == pytest.approx(1, abs=0.02)


def test_a_model_of_the_explorer_opens_in_the_lab(open_lab):
    page = open_lab("?view=explorer")
    page.get_by_role("button", name="Open this model").click()
    expect(page.get_by_role("combobox", name="Solver", exact=True).first).to_have_text("newton")
    wait(page, "s.n == 500")
    page.wait_for_url(lambda url: "view=explorer" not in url)
