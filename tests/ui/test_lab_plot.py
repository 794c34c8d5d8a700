"""The Lab's pictures under the real mouse, and what they show of other seeds, of training and of its failures."""

import io
import math
import re
import time
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

import gatesweep as gs
from tests.ui.explorer_pages import go
from tests.ui.lab_page import (
    CORNERS,
    HELD,
    NAMED,
    PAINTED,
    accuracies,
    by_torch,
    choose,
    control,
    leave,
    model,
    optimum,
    pixel,
    press,
    read,
    rows,
    set_slider,
    show,
    shows,
    thumb,
    value,
    wait,
)

RECORD = f"""() => {{
  const source = ({NAMED})("model"), note = () => window.models.push([...source.data.w, source.data.b[0]])
  window.models = []
  window.stop_recording = () => source.properties.data.change.disconnect(note)
  source.properties.data.change.connect(note)
}}"""

SLOW = 120_000
"""Milliseconds for ten epochs on a slow computer beside whatever else runs."""
LINKED = "Number(new URLSearchParams(location.search).get('w1'))"
"""JavaScript: the weight of x1 in the address, which follows once the line has come to rest."""


def drag(page, start, end, steps=12):
    """Press at one point of the plane, release at another, by way of the points between."""
    page.evaluate(PAINTED)  # what is not painted yet cannot be taken hold of
    page.mouse.move(*start)
    page.mouse.down()
    for share in np.linspace(0, 1, steps + 1)[1:]:
        page.mouse.move(*(np.array(start) + share * (np.array(end) - start)))
    page.mouse.up()


def line_through(dropped, held, old):
    """Weights and intercept of the line through two points, as long as `old` and turned to the same side."""
    along = np.subtract(held, dropped)
    normal = np.array([-along[1], along[0]]) / np.hypot(*along) * np.hypot(*old[:2])
    normal *= np.sign(normal @ old[:2])
    return np.append(normal, -normal @ dropped)


@pytest.mark.parametrize("grip", [0, 1])
@pytest.mark.parametrize(("gate", "noise_level"), [("AND", 0.3), ("XOR", 0.05)])
def test_a_grip_drags_the_line_to_where_it_is_dropped(lab, gate, noise_level, grip):
    show(lab, f"?gate={gate}&noise_level={noise_level}&by_hand=true")
    shows(lab, [1, 1, -1], close=1e-6)
    found = wait(lab, HELD)
    for move in ([60, -45], [-35, -50]):
        before, grips = model(found), found["grips"]
        start = pixel(lab, *grips[grip])
        drag(lab, start, np.add(start, move))
        scale = np.subtract(pixel(lab, 1, 1), pixel(lab, 0, 0))
        x1, x2 = dropped = np.add(grips[grip], np.divide(move, scale))
        # The line follows on the way, too, and the address once it has come to rest.
        away = f"Math.abs(s.w[0] * {x1} + s.w[1] * {x2} + s.b) / {math.sqrt(2)} * {abs(scale[0])}"
        found = wait(lab, f"{away} < 1.5 && {LINKED} === s.w[0]")
        line = model(found)
        assert np.hypot(*line[:2]) == pytest.approx(math.sqrt(2), rel=1e-6)
        assert abs(line[:2] @ dropped + line[2]) / math.sqrt(2) < 1.5 / abs(
            scale[0]
        )  # the mouse stands on whole pixels
        np.testing.assert_allclose(line, line_through(dropped, grips[1 - grip], before), atol=0.02)
        np.testing.assert_allclose(found["values"][:3], accuracies(line, rows(gate, noise_level), gate, noise_level))
        assert np.abs([line[:2] @ grip + line[2] for grip in found["grips"]]).max() < 1e-6


def test_the_dragged_line_is_in_the_address_and_comes_back(lab):
    show(lab, "?by_hand=true&w1=4.0&w2=2.0&intercept=-3.0")
    shows(lab, [4, 2, -3], close=1e-6)
    found = wait(lab, HELD)
    start = pixel(lab, *found["grips"][0])
    drag(lab, start, np.add(start, [40, 30]))
    dragged = wait(lab, f"s.w[0] !== {found['w'][0]} && {LINKED} === s.w[0]")
    link = lab.evaluate("location.search")
    show(lab, "?gate=OR")
    show(lab, link)
    shows(lab, model(dragged), close=1e-9)


def test_there_is_nothing_to_drag_where_the_line_is_trained(lab):
    show(lab)
    before = read(lab)
    assert before["grips"] == []
    drag(lab, pixel(lab, 0.5, 0.5), pixel(lab, 0.9, 0.2))
    press(lab, "New draw")
    shows(lab, optimum(rows(seed=43)))


def test_a_tap_on_a_corner_flips_it_and_elsewhere_does_nothing(lab):
    show(lab)
    for point in ((0.5, 0.5), (0.3, 0), (1, 0.7), (-0.7, 0), (1.6, 1.6), (2, 0)):
        lab.mouse.click(*pixel(lab, *point))
        lab.wait_for_timeout(350)  # a second tap sooner than that is a double tap
    truth = [0, 0, 0, 1]
    for x1, x2 in CORNERS:
        lab.mouse.click(*pixel(lab, x1 + 0.06, x2 - 0.08))
        truth[2 * x1 + x2] ^= 1
        expect(control(lab, "combobox", "Gate")).to_have_text(gs.as_gate(truth).name)
        if len(set(truth)) > 1:
            shows(lab, optimum(rows("".join(map(str, truth)))))
        lab.wait_for_timeout(350)


def test_corners_tapped_in_quick_succession_all_flip(lab):
    show(lab)
    for corner in CORNERS:
        lab.mouse.click(*pixel(lab, *corner))
    expect(control(lab, "combobox", "Gate")).to_have_text("NAND")


def test_a_click_on_a_bar_loads_such_a_seed(lab):
    show(lab, "?gate=XOR")
    runs = gs.sweep(gate="XOR", noise_level=0.05, seed=range(200)).exact_accuracy.values.ravel()
    counts = np.histogram(runs, np.linspace(0, 1, 41))[0].tolist()
    wait(lab, f"JSON.stringify(s.counts) === JSON.stringify({counts})".replace(" ", ""))
    bar = lab.evaluate(f"""() => {{
      const f = ({NAMED})("seeds"), view = Bokeh.index.find_one_by_id(f.id), d = f.renderers[0].data_source.data
      const i = Array.from(d.top).findIndex((c) => c > 3), box = view.canvas_view.el.getBoundingClientRect()
      return {{x: box.x + view.frame.x_scale.compute((d.left[i] + d.right[i]) / 2),
               y: box.y + view.frame.y_scale.compute(d.top[i] / 2), low: d.left[i], high: d.right[i]}}
    }}""")
    lab.mouse.click(bar["x"], bar["y"])
    found = wait(lab, f"s.values[2] >= {bar['low']} - 1e-9 && s.values[2] <= {bar['high']} + 1e-9")
    seed = int(control(lab, "textbox", "Seed").input_value())
    np.testing.assert_allclose(model(found), optimum(rows("XOR", seed=seed)), atol=2e-3)


def test_worst_median_and_best_are_those_of_200_seeds(lab):
    show(lab, "?gate=XOR&noise_level=0.2")
    runs = gs.sweep(gate="XOR", noise_level=0.2, seed=range(200)).exact_accuracy.values.ravel()
    wait(lab, f"s.counts.findIndex((c) => c) == {int(runs.min() * 40)}")
    for name, expected in (("Best", runs.max()), ("Worst", runs.min()), ("Median", np.sort(runs)[100])):
        press(lab, name)
        found = wait(lab, f"Math.abs(s.values[2] - {expected}) < 2e-3")
        seed = int(control(lab, "textbox", "Seed").input_value())
        np.testing.assert_allclose(model(found), optimum(rows("XOR", 0.2, seed)), atol=2e-3)


def test_the_cloud_is_the_lines_of_200_seeds(lab):
    show(lab, "?gate=OR&noise_level=0.3")
    runs = gs.sweep(gate="OR", noise_level=0.3, seed=range(200)).isel(gate=0, noise_level=0)
    counts = np.histogram(runs.exact_accuracy, np.linspace(0, 1, 41))[0].tolist()
    wait(lab, f"JSON.stringify(s.counts) === JSON.stringify({counts})".replace(" ", ""))
    assert read(lab, "cloud")["cloud"] == 0
    control(lab, "switch", "200 seeds").click()
    found = wait(lab, "s.cloud == 200", "lines")
    for (x1, x2), weight, intercept in zip(found["lines"], runs.weight.values, runs.intercept.values, strict=True):
        np.testing.assert_allclose(weight @ [x1, x2] + intercept, 0, atol=1e-3 * np.hypot(*weight) * 8)
    control(lab, "switch", "200 seeds").click()
    wait(lab, "s.cloud == 0")


def test_the_loss_surface_unfolds_and_folds(lab):
    show(lab, "?solver=sgd")
    press(lab, "Loss surface")
    lab.wait_for_function(
        f"() => {{ const f = ({NAMED})('valley');"
        " return f && f.renderers[0].data_source.data.image.length == 1 && f.inner_width > 50 }"
    )
    path = by_torch(rows())
    drawn = lab.evaluate(f"Object.values(({NAMED})('valley').renderers[1].data_source.data).map((c) => Array.from(c))")
    np.testing.assert_allclose(np.array(drawn).T, path[:, :2], atol=2e-3)
    press(lab, "Losses")


def test_hover_says_what_the_model_says(lab):
    show(lab, "?noise_level=0.2")
    w1, w2, b = model(read(lab))
    lab.mouse.move(*pixel(lab, 0.7, 0.9))
    tip = lab.get_by_text(re.compile(r"x₁ 0\.\d\d"))
    expect(tip).to_be_visible()
    found = re.search(r"p\s+([\d.]+)\s+class\s+(\d)", tip.inner_text())
    p = 1 / (1 + math.exp(-(w1 * 0.7 + w2 * 0.9 + b)))
    assert float(found.group(1)) == pytest.approx(p, abs=0.02)  # the mouse stands on whole pixels
    assert found.group(2) == str(int(float(found.group(1)) >= 0.5))


CROWD = f"""() => {{
  const figure = ({NAMED})("s_curve"), view = Bokeh.index.find_one_by_id(figure?.id)
  if (!view?.el.clientHeight) return null
  const at = view.el.getBoundingClientRect()
  const {{z, p}} = figure.renderers.map(({{data_source}}) => data_source.data).find((data) => data.loss)
  const sure = [...z.keys()].filter((i) => p[i] > 0.99).sort((i, j) => z[i] - z[j]), i = sure[sure.length >> 1]
  return [at.left + view.frame.x_scale.compute(z[i]), at.top + view.frame.y_scale.compute(p[i])]
}}"""
"""JavaScript: where on the screen the S-curve has many rows one upon another."""


def test_of_many_rows_at_one_place_one_says_its_loss(lab):
    go(lab, "?gate=OR&noise_level=0.3&picture=s_curve")
    lab.mouse.move(*lab.wait_for_function(CROWD).json_value())
    tip = lab.get_by_text("p of the true class")
    expect(tip.first).to_be_visible()
    expect(tip).to_have_count(1)


@pytest.mark.parametrize(("gate", "noise_level"), [("AND", 0.05), ("OR", 0.4)])
def test_sgd_walks_the_lecture_s_epochs(lab, gate, noise_level):
    show(lab, f"?gate={gate}&noise_level={noise_level}&solver=sgd&epochs=5")
    path = by_torch(rows(gate, noise_level), epochs=5)
    found = shows(lab, path[5], "part", close=1e-4)
    X, y = rows(gate, noise_level)
    is_train = np.array(found["part"]) == "train"
    logit = X @ path[:, :2].T + path[:, 2]
    loss = np.logaddexp(0, np.where(y[:, None] == 1, -logit, logit))[is_train].mean(0)
    np.testing.assert_allclose(found["losses"], loss, atol=1e-4)
    lab.keyboard.press("Home")
    shows(lab, [1, 1, 1], close=1e-9)
    lab.keyboard.press("ArrowRight")
    shows(lab, path[1], close=1e-4)


def test_a_slow_computer_plays_every_epoch_in_its_order(lab):
    show(lab, "?solver=sgd&epochs=10")
    path = by_torch(rows(), epochs=10)
    last = path[-1]
    choose(lab, "Speed", "20 / s")
    slow = lab.context.new_cdp_session(lab)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    try:
        for _ in range(2):
            leave(lab)
            lab.keyboard.press("Home")
            shows(lab, path[0])
            lab.evaluate(RECORD)
            press(lab, "Play")
            expect(control(lab, "button", "Pause")).to_be_visible()
            expect(control(lab, "button", "Play")).to_be_visible(timeout=SLOW)
            # What the server said before its answer to this is here, too.
            press(lab, "Label")
            wait(lab, "s.levels == 2")
            press(lab, "Probability")
            wait(lab, "s.levels > 2")
            lab.evaluate("window.stop_recording()")
            seen = [int(np.abs(path[:, 0] - w[0]).argmin()) for w in lab.evaluate("window.models")]
            assert all(0 <= b - a <= 1 for a, b in pairwise(seen)), f"not every epoch in its order: {seen}"
            shows(lab, last)
            assert value(lab, "Epoch") == 10
    finally:
        slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})


def test_divergence_is_shown_and_the_rows_stay(lab):
    show(lab, "?solver=sgd&learning_rate=1e12&noise_level=1&gate=XOR")
    expect(lab.get_by_role("status").filter(has_text=re.compile(r"^diverged"))).to_be_visible()
    expect(lab.get_by_text("The training diverged")).to_be_visible()
    found = read(lab, "x1", "x2", "fill")
    X, _ = rows("XOR", 1.0)
    np.testing.assert_allclose(np.column_stack([found["x1"], found["x2"]]), X, rtol=1e-6)
    (left, bottom), (right, top) = pixel(lab, -1, -1), pixel(lab, 2, 2)
    clip = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    picture = np.asarray(Image.open(io.BytesIO(lab.screenshot(clip=clip))).convert("RGB"), int)
    for colour in set(found["fill"]):
        wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert (np.abs(picture - wanted).max(-1) < 8).sum() > 500, f"nothing is drawn in {colour}"
    lab.keyboard.press("Home")
    shows(lab, [1, 1, 1], close=1e-9)


def test_a_fast_drag_ends_at_its_last_value_and_rests(lab):
    show(lab)
    x, y = thumb(lab, "Noise level")
    lab.evaluate(RECORD)
    lab.mouse.move(x, y)
    lab.mouse.down()
    end = time.monotonic() + 4
    while (left := end - time.monotonic()) > 0:
        lab.mouse.move(x + 90 * (1 - math.cos(8 * left)) / 2, y)
        lab.wait_for_timeout(6)
    lab.mouse.move(x + 70, y)
    lab.mouse.up()
    noise_level = value(lab, "Noise level")
    assert thumb(lab, "Noise level")[0] == pytest.approx(x + 70, abs=4)  # where the mouse let it go
    shows(lab, optimum(rows(noise_level=noise_level)))
    counted = lab.evaluate("window.models.length")
    assert counted > 2, "the picture did not follow on the way"
    run = gs.sweep(gate="AND", noise_level=noise_level, seed=42).isel(gate=0, noise_level=0, seed=0)
    shows(lab, [*run.weight.values, float(run.intercept)])
    lab.wait_for_url(re.compile(rf"noise_level={noise_level:g}$"))
    lab.wait_for_timeout(1500)
    assert lab.evaluate("window.models.length") == counted, "the picture went on changing"
    assert value(lab, "Noise level") == noise_level
    set_slider(lab, "Noise level", "ArrowRight")
    shows(lab, optimum(rows(noise_level=round(noise_level + 0.01, 2))))
