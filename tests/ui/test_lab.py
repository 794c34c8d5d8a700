"""Every control of the Lab, moved as a visitor moves it: the model on show is the lecture's own."""

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from scipy.special import expit

import gatesweep as gs
from tests.ui.lab_page import (
    CORNERS,
    accuracies,
    by_sklearn,
    by_torch,
    choose,
    control,
    model,
    optimum,
    press,
    read,
    rows,
    set_slider,
    show,
    shows,
    thumb,
    unfold,
    value,
    wait,
)

ADAM = {"kind": torch.optim.Adam}
SGD = "?solver=sgd"


def type_seed(page, name, text):
    field = control(page, "textbox", name)
    field.fill(text)
    field.press("Enter")


def in_training(act):
    def move(page):
        unfold(page, "Training")
        act(page)

    return move


def slide(name, key, times=1):
    return lambda page: set_slider(page, name, key, times)


def pick(name, option):
    return lambda page: choose(page, name, option)


CONTROLS = {
    "gate": ("", pick("Gate", "NAND"), lambda: optimum(rows("NAND"))),
    "corner 00": ("", lambda p: press(p, "0 0 → 0"), lambda: optimum(rows("1001"))),
    "corner 01": ("", lambda p: press(p, "0 1 → 0"), lambda: optimum(rows("0101"))),
    "corner 10": ("", lambda p: press(p, "1 0 → 0"), lambda: optimum(rows("0011"))),
    "corner 11": ("?gate=OR", lambda p: press(p, "1 1 → 1"), lambda: optimum(rows("XOR"))),
    "noise level": ("", slide("Noise level", "ArrowRight", 20), lambda: optimum(rows(noise_level=0.25))),
    "samples": ("", slide("Rows", "End"), lambda: optimum(rows(num_samples=1000))),
    "seed": ("", lambda p: type_seed(p, "Seed", "7"), lambda: optimum(rows(seed=7))),
    "new draw": ("", lambda p: press(p, "New draw"), lambda: optimum(rows(seed=43))),
    "scikit-learn": ("?gate=OR&solver=sgd", pick("Solver", "scikit-learn"), lambda: by_sklearn(rows("OR"))),
    "newton": ("?gate=OR&solver=sgd", pick("Solver", "newton"), lambda: optimum(rows("OR"))),
    "sgd": ("", pick("Solver", "sgd"), lambda: by_torch(rows())[-1]),
    "adam": ("", pick("Solver", "adam"), lambda: by_torch(rows(), **ADAM)[-1]),
    "product": (
        "?gate=XOR&noise_level=0.1&C=100.0",
        lambda p: press(p, "x₁, x₂, x₁x₂"),
        lambda: optimum(rows("XOR", 0.1), product=True, C=100),
    ),
    "C": ("", in_training(slide("C (inverse penalty)", "ArrowRight")), lambda: optimum(rows(), C=1.3)),
    "learning rate": (
        SGD, in_training(slide("Learning rate", "ArrowRight")), lambda: by_torch(rows(), rate=0.63)[-1],
    ),
    "epochs": (SGD, in_training(slide("Epochs", "ArrowRight")), lambda: by_torch(rows(), epochs=21)[-1]),
    "batch size": (SGD, in_training(slide("Batch size", "ArrowLeft")), lambda: by_torch(rows(), batch_size=63)[-1]),
    "model A": (
        "?solver=sgd&init=linear", in_training(pick("First weights", "A: all ones")), lambda: by_torch(rows())[-1],
    ),
    "model B": (SGD, in_training(pick("First weights", "B: nn.Linear")), lambda: by_torch(rows(), linear=True)[-1]),
    "seed of B": (
        "?solver=sgd&init=linear",
        in_training(lambda p: type_seed(p, "Init seed", "5")),
        lambda: by_torch(rows(), linear=True, init_seed=5)[-1],
    ),
}  # fmt: skip
"""What each control starts from, how it is moved, and the model that the lecture's code then gives."""


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_trains_the_model_that_it_says(lab, name):
    link, move, expected = CONTROLS[name]
    show(lab, link)
    move(lab)
    shows(lab, expected())


def test_the_rows_and_the_accuracies_are_those_of_the_draw(lab):
    show(lab, "?gate=XOR&noise_level=0.3&seed=3&num_samples=600")
    data = rows("XOR", 0.3, 3, 600)
    found = shows(lab, optimum(data), "x1", "x2", "label", "part", "marker")
    np.testing.assert_allclose(np.column_stack([found["x1"], found["x2"]]), data[0], rtol=1e-6)
    assert found["label"] == data[1].tolist()
    assert (len(found["x1"]), found["part"].count("test")) == (600, 120)
    assert set(zip(found["label"], found["marker"], strict=True)) == {(0, "circle"), (1, "square")}
    np.testing.assert_allclose(found["values"][:3], accuracies(model(found), data, "XOR", 0.3), atol=1e-9)


def test_the_truth_table_and_the_gate_follow_each_other(lab):
    show(lab)
    press(lab, "0 0 → 0")
    expect(control(lab, "combobox", "Gate")).to_have_text("XNOR")
    press(lab, "1 1 → 1")
    expect(control(lab, "combobox", "Gate")).to_have_text("NOR")
    choose(lab, "Gate", "IMPLY")
    for (x1, x2), output in zip(CORNERS, gs.as_gate("IMPLY").truth, strict=True):
        expect(control(lab, "button", f"{x1} {x2} → {output}")).to_be_visible()


def test_only_what_the_solver_reads_is_there_to_set(lab):
    show(lab)
    unfold(lab, "Training")
    by_newton, by_steps = ["C (inverse penalty)"], ["Learning rate", "Epochs", "Batch size"]
    for solver, there, gone in (("sgd", by_steps, by_newton), ("newton", by_newton, by_steps)):
        choose(lab, "Solver", solver)
        for name in there:
            expect(control(lab, "slider", name)).to_be_visible()
        for name in gone:
            expect(control(lab, "slider", name)).to_have_count(0)
    expect(control(lab, "textbox", "Init seed")).to_have_count(0)
    choose(lab, "First weights", "B: nn.Linear")
    expect(control(lab, "textbox", "Init seed")).to_be_visible()


def test_c_goes_from_flat_to_steep(lab):
    show(lab, "?noise_level=0.2")
    unfold(lab, "Training")
    set_slider(lab, "C (inverse penalty)", "Home")
    shows(lab, optimum(rows(noise_level=0.2), C=1e-3))
    set_slider(lab, "C (inverse penalty)", "End")
    shows(lab, optimum(rows(noise_level=0.2), C=1e4), close=1e-2)


def test_the_surface_is_the_model_s_probability_or_its_label(lab):
    show(lab, "?noise_level=0.4")
    side = 120
    middle = -1 + (np.arange(side) + 0.5) * 3 / side
    x1, x2 = np.meshgrid(middle, middle)

    def probability(numbers):
        w1, w2, b = model(numbers)
        return expit(w1 * x1 + w2 * x2 + b).ravel()

    found = read(lab, "image")
    np.testing.assert_allclose(found["image"], 255 * probability(found), atol=0.51)
    press(lab, "Label")
    found = wait(lab, "s.levels == 2", "image")
    assert np.mean((np.array(found["image"]) == 255) == (probability(found) >= 0.5)) > 0.999
    press(lab, "Probability")
    wait(lab, "s.levels > 2")


def test_threshold_and_errors(lab):
    show(lab, "?noise_level=0.4")
    press(lab, "Errors")
    set_slider(lab, "Threshold", "ArrowLeft", 5)
    found = wait(lab, "Math.abs(s.threshold - 0.45) < 1e-9", "x1", "x2", "label", "part")
    w1, w2, b = model(found)
    test = np.array(found["part"]) == "test"
    says = expit(w1 * np.array(found["x1"]) + w2 * np.array(found["x2"]) + b)[test] >= 0.45
    truth = np.array(found["label"])[test] == 1
    cells = [str((a & b).sum()) for b in (~truth, truth) for a in (~says, says)]
    card = lab.get_by_role("table").locator("xpath=ancestor::div[contains(@class, 'confusion')]").bounding_box()
    assert card["y"] + card["height"] <= 900, "cut off at the screen's edge"
    table = lab.get_by_role("table").filter(has_text="test rows")
    expect(table.locator("td")).to_have_text(cells)
    confusion = lab.locator(".confusion").filter(has_text="precision")
    expect(confusion).to_contain_text(f"precision {(says & truth).sum() / says.sum():.1%}")
    expect(confusion).to_contain_text(f"recall {(says & truth).sum() / truth.sum():.1%}")
    press(lab, "200 seeds")


def test_by_hand_and_let_it_learn(lab):
    show(lab, "?solver=sgd&gate=OR")
    trained = shows(lab, by_torch(rows("OR"))[-1])
    unfold(lab, "By hand")
    control(lab, "switch", "Set the weights by hand").click()
    wait(lab, "s.grips.length === 2")
    shows(lab, model(trained), close=1e-6)
    show(lab, "?solver=sgd&gate=OR&by_hand=true")
    shows(lab, [1, 1, -1])
    set_slider(lab, "w₁", "ArrowRight", 3)
    set_slider(lab, "w₂", "ArrowLeft")
    set_slider(lab, "intercept", "ArrowLeft")
    found = shows(lab, [1.3, 0.9, -1.1], close=1e-6)
    X, y = rows("OR")
    right = (X @ model(found)[:2] + model(found)[2] >= 0) == (y == 1)
    assert (found["values"][0] * 400 + found["values"][1] * 100) / 500 == pytest.approx(right.mean())
    press(lab, "Let it learn from here")
    learnt = wait(lab, "s.w[0] != 1.3 && s.losses[20] < s.losses[0]")
    assert learnt["losses"][0] != by_torch(rows("OR"))[0][0]


def test_the_player_walks_the_lecture_s_epochs(lab):
    show(lab, "?solver=sgd&epochs=10")
    path = by_torch(rows(), epochs=10)
    assert len(shows(lab, path[-1])["losses"]) == 11
    press(lab, "Back")
    shows(lab, path[9])
    press(lab, "Back")
    shows(lab, path[8])
    press(lab, "Step")
    shows(lab, path[9])
    set_slider(lab, "Epoch", "Home")
    shows(lab, path[0])
    set_slider(lab, "Epoch", "ArrowRight", 3)
    shows(lab, path[3])
    choose(lab, "Speed", "20 / s")
    press(lab, "Play")
    shows(lab, path[-1])
    expect(control(lab, "button", "Play")).to_be_visible()
    assert value(lab, "Epoch") == 10


def test_the_epochs_can_be_dragged_as_soon_as_they_pause(lab):
    show(lab, "?solver=sgd&epochs=30")
    choose(lab, "Speed", "20 / s")
    press(lab, "Play")
    path = by_torch(rows(), epochs=30)
    shows(lab, path[-1])
    expect(control(lab, "button", "Play")).to_be_visible()
    middle = thumb(lab, "Epoch")
    lab.mouse.move(*middle)
    lab.mouse.down()
    lab.mouse.move(middle[0] - 60, middle[1], steps=3)
    expect(control(lab, "slider", "Epoch")).not_to_have_attribute("aria-valuenow", "30")
    epoch = int(value(lab, "Epoch"))
    assert 0 < epoch < 30
    shows(lab, path[epoch])
    lab.mouse.up()


def test_play_at_the_end_begins_anew_and_pause_holds(lab):
    show(lab, "?solver=sgd&epochs=60")
    last = read(lab)["w"][0]
    choose(lab, "Speed", "10 / s")
    press(lab, "Play")
    wait(lab, f"s.w[0] !== {last}")
    press(lab, "Pause")
    expect(control(lab, "button", "Play")).to_be_visible()
    held = value(lab, "Epoch")
    lab.wait_for_timeout(500)
    assert value(lab, "Epoch") == held < 60
    shows(lab, by_torch(rows(), epochs=60)[int(held)])
