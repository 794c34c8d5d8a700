"""The Lab's large pictures: the plane with what a model is compared with, the neuron, the S-curve."""

import numpy as np
import pytest
from bokeh.events import Tap

import gatesweep as gs
from gatesweep.app.address import read_query, to_query
from gatesweep.app.lab.lab import Lab
from gatesweep.app.lab.state import SETTINGS, VIEW
from gatesweep.models import Neuron
from gatesweep.plots.boundary import beyond
from gatesweep.plots.look import DARK, LIGHT


@pytest.fixture(scope="module")
def lab():
    return Lab()


def texts(lab, layer):
    return lab.pictures.neuron.columns[layer]["text"]


@pytest.mark.parametrize("features", ["linear", "interaction"])
def test_the_neuron_calculates_what_the_model_says_of_a_corner(lab, features):
    lab.restore({"gate": "XOR", "noise_level": 0.2, "features": features, "picture": "neuron", "corner": "01"})
    w, b = lab.shown.model.weight, lab.shown.model.intercept
    z = w[1] + b
    p = 1 / (1 + np.exp(-z))
    assert texts(lab, "names")[-2] == f"p = {p:.3f}"
    assert texts(lab, "values") == [
        "0",
        "1",
        *(["0"] if features == "interaction" else []),
        "1",
        "Σ",
        str(int(p >= 0.5)),
    ]
    edges = lab.pictures.neuron.columns["edges"]
    numbers = [*w, b]
    assert edges["line_color"][: len(numbers)] == [LIGHT.classes[int(value > 0)] for value in numbers]
    widths = np.array(edges["line_width"])[: len(numbers)]
    assert list(np.argsort(widths)) == list(np.argsort(np.abs(numbers)))
    assert texts(lab, "working")[-1].endswith("right" if p >= 0.5 else "wrong, the gate says 1")


def test_a_neuron_that_has_run_off_to_infinity_is_drawn(lab):
    lab.restore({"picture": "neuron"})
    lab.pictures.neuron.show(type(lab.shown)(Neuron(np.array([np.nan, np.inf]), np.array(-np.inf)), lab.fit.rows), "11")
    assert "not a number" in texts(lab, "names")[-3]


def test_a_tapped_input_turns_around(lab):
    lab.restore({"picture": "neuron", "corner": "11"})
    figure, nodes = lab.pictures.neuron.figure, lab.pictures.neuron.columns["nodes"]
    figure._trigger_event(Tap(figure, x=nodes["x"][1], y=nodes["y"][1] + 0.1))
    assert (lab.corner, texts(lab, "values")[:2]) == ("10", ["1", "0"])
    figure._trigger_event(Tap(figure, x=5, y=5))
    assert lab.corner == "10"


def test_every_row_is_on_the_s_curve_with_its_loss(lab):
    lab.restore({"gate": "OR", "noise_level": 0.4, "picture": "s_curve", "threshold": 0.3})
    X, y = gs.generate_data_with_noise(500, "OR", 0.4, random_state=42)
    p = 1 / (1 + np.exp(-(X @ lab.fit.model.weight + lab.fit.model.intercept)))
    drawn = lab.pictures.s_curve.columns
    np.testing.assert_allclose(drawn["rows"]["p"], p)
    np.testing.assert_allclose(drawn["rows"]["loss"], -np.log(np.where(y == 1, p, 1 - p)))
    assert len(drawn["misclassified"]["p"]) == ((p >= 0.3) != (y == 1)).sum() > 0
    assert drawn["threshold"]["y"] == [0.3]
    assert drawn["boundary"]["x"] == pytest.approx([np.log(0.3 / 0.7)])
    span = lab.pictures.s_curve.figure.x_range
    assert span.start <= drawn["rows"]["z"].min() and drawn["rows"]["z"].max() <= span.end


def test_a_picture_that_was_not_on_show_has_the_colours_of_now(lab):
    lab.restore({})
    lab.dark = True
    lab.picture = "neuron"
    assert lab.pictures.neuron.figure.background_fill_color == DARK.paper
    assert set(lab.pictures.neuron.columns["edges"]["line_color"][:3]) <= set(DARK.classes)
    lab.dark = False
    lab.picture = "boundary"
    assert lab.pictures.boundary.figure.background_fill_color == LIGHT.paper


def test_rows_beyond_the_frame_are_counted_at_its_edges(lab):
    rng = np.random.default_rng(0)
    X = rng.normal(0.5, 2, (400, 2))
    found = beyond(X)
    assert sum(found) == ((X < -1) | (X > 2)).any(1).sum()
    assert found[0] >= ((X[:, 0] < -1) & (np.abs(X[:, 1] - 0.5) < 1.5)).sum()
    assert beyond(np.array([[-3.0, 0], [3, 0], [3, 0], [0, -9], [2.1, 4]])) == [1, 2, 1, 1]
    lab.restore({"noise_level": 1.0})
    drawn = lab.pictures.boundary.columns["beyond"]["text"]
    outside = ((np.abs(lab.fit.rows.X - 0.5) > 1.5).any(1)).sum()
    assert sum(int(text.split()[1]) for text in drawn) == outside
    assert f"{outside} rows beyond the frame" in lab.view.stage.legend.object
    lab.restore({})
    assert not lab.pictures.boundary.columns["beyond"]["text"]


def test_a_pinned_model_stays_beside_the_next_ones(lab):
    lab.restore({"gate": "AND", "noise_level": 0.3})
    kept = [*lab.shown.model.weight, lab.shown.model.intercept]
    lab.toggle_pin()
    lab.gate = "OR"
    line = lab.pictures.boundary.columns["pinned"]
    np.testing.assert_allclose(np.dot(kept[:2], [line["x1"], line["x2"]]) + kept[2], 0, atol=1e-4)
    exact = float(gs.theory.exact_accuracy(kept[:2], kept[2], "OR", 0.3))
    assert f"exact {exact:.1%}" in lab.view.stage.equation.object
    other = Lab()
    values, complaints = read_query(other, (*SETTINGS, *VIEW), to_query(lab.link_values, lab.usual()))
    other.restore(values)
    assert not complaints
    np.testing.assert_allclose(other.pin, kept, rtol=1e-5)
    lab.features = "interaction"
    assert lab.pictures.boundary.columns["pinned"]["x1"].size == 2, "a line stays a line"
    lab.toggle_pin()
    assert lab.pin == []
    assert not len(lab.pictures.boundary.columns["pinned"]["x1"])


@pytest.mark.parametrize(
    "query", ["?pin=a,b,c", f"?pin={','.join('1' * 82)}", "?pin_units=17", "?corner=12", "?picture=cube"]
)
def test_a_hostile_pin_or_picture_is_left_out(lab, query):
    values, complaints = read_query(lab, (*SETTINGS, *VIEW), query)
    assert (values, len(complaints)) == ({}, 1)


@pytest.mark.parametrize("units", [0, 2])
@pytest.mark.parametrize("pin", [[1.0], [1.0, 2.0], [float("nan"), 1.0, 2.0], [1.0] * 5])
def test_a_pin_that_is_no_model_draws_nothing(lab, pin, units):
    lab.restore({"pin": pin, "pin_units": units})
    assert not len(lab.pictures.boundary.columns["pinned"]["x1"])


def test_the_limits_are_drawn_on_demand(lab):
    lab.restore({"gate": "AND", "noise_level": 0.3})
    assert not len(lab.pictures.boundary.columns["best line"]["x1"])
    lab.limits = True
    x1, x2 = (np.asarray(lab.pictures.boundary.columns["best line"][name]) for name in ("x1", "x2"))
    # A line through these two points, with class 1 at (1, 1), is as right as any line can be.
    weight = np.array([x2[0] - x2[1], x1[1] - x1[0]])
    weight *= np.sign(weight.sum())
    exact = gs.theory.exact_accuracy(weight, -weight @ [x1[0], x2[0]], "AND", 0.3)
    assert float(exact) == pytest.approx(float(gs.theory.best_linear_accuracy("AND", 0.3)), abs=1e-9)
    lab.gate = "FALSE"
    assert not len(lab.pictures.boundary.columns["best line"]["x1"])


def neighbours(lab, name):
    """What stands below a control."""
    controls = lab.view.controls
    column = controls.training[0] if name in ("epochs", "batch_size") else controls._layout
    return column.objects[column.objects.index(controls.named[name]) + 1]


def test_what_is_refused_is_said_beside_its_field_until_something_else_is_shown(lab):
    lab.restore({"solver": "sgd", "epochs": 5})
    link = lab.link_values
    lab.epochs = 90_000
    told = neighbours(lab, "epochs").object
    assert "at most 20,000 steps" in told and "role=alert" in told
    assert lab.link_values == link, "the address is that of the model on show"
    lab.epochs = 6
    assert not hasattr(neighbours(lab, "epochs"), "object")
    lab.restore({"gate": "TRUE"})
    lab.solver = "scikit-learn"
    assert "both classes" in neighbours(lab, "solver").object
    assert lab.solver == "newton"


def test_nothing_is_said_in_a_fold_that_a_lesson_hides(lab):
    lab.restore({"solver": "sgd"})
    fold, refused = lab.view.controls.training, {"epochs": "epochs must be fewer"}
    assert lab.view.refusal.say(refused)
    fold.visible = False
    assert not lab.view.refusal.say(refused), "then it is said at the edge"


def test_what_is_no_number_of_the_range_is_said_beside_its_field_each_time(lab):
    link, field = lab.link_values, lab.view.controls.named["seed"].objects[0]
    for number, text in enumerate(("-5", "-5", "many", "1.5", ""), 1):
        field._handle_msg({"n": number, "text": text})
        told = neighbours(lab, "seed").object
        assert f"Seed must be a whole number from 0 to 4,294,967,295, got {text or 'nothing'}. The last good" in told
        assert "role=alert" in told and field.told["is_refused"] and field.told["text"] == "42"
        assert lab.link_values == link
    field._handle_msg({"n": 6, "text": "7"})
    assert lab.seed == 7 and not hasattr(neighbours(lab, "seed"), "object") and not field.told["is_refused"]


def test_the_loss_chart_follows_a_line_set_by_hand(lab):
    lab.restore({"solver": "sgd", "by_hand": True, "w1": -9.0})
    chart = lab.pictures.losses
    loss = float(lab.shown.scores.train_loss)
    assert chart.columns["by hand"]["y"] == [loss]
    assert chart.figure.y_range.end > loss > lab.fit.history.train_loss.max()
    lab.by_hand = False
    assert chart.columns["by hand"]["y"] == []
    assert chart.figure.y_range.end < loss
