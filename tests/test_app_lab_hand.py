"""The Lab in a visitor's hand: the line and its grips, the training from there, the epochs by slider."""

import numpy as np
import pytest
from bokeh.events import Tap

from gatesweep.app.address import read_query, to_query
from gatesweep.app.lab import model, words
from gatesweep.app.lab.lab import Lab
from gatesweep.app.lab.state import SETTINGS, VIEW


@pytest.fixture(scope="module")
def lab():
    return Lab()


def test_learning_starts_where_the_hand_left_the_line(lab):
    lab.restore({"solver": "sgd", "by_hand": True, "w1": -3.0, "w2": 2.0, "intercept": 0.5})
    np.testing.assert_array_equal([*lab.shown.model.weight, lab.shown.model.intercept], [-3, 2, 0.5])
    lab.learn_from_here()
    lab.playing = False
    assert not lab.by_hand
    assert lab.shown_epoch == 0
    np.testing.assert_array_equal(lab.fit.models.weight[0], [-3, 2])
    assert lab.fit.history.train_loss[-1] < lab.fit.history.train_loss[0]
    other = Lab()
    other.restore(read_query(other, (*SETTINGS, *VIEW), to_query(lab.link_values, lab.usual()))[0])
    np.testing.assert_array_equal(other.fit.models.weight, lab.fit.models.weight)
    lab.w1 = 5.0
    np.testing.assert_array_equal(lab.fit.models.weight[0], [5, 2])


def test_a_start_by_hand_is_trained_once(lab, monkeypatch):
    lab.restore({"solver": "sgd", "by_hand": True, "w1": -3.0})
    runs = []
    train = model.train
    monkeypatch.setattr(model, "train", lambda *given: runs.append(given) or train(*given))
    lab.learn_from_here()
    lab.playing = False
    assert len(runs) == 1
    lab.w1 = 4.0
    assert len(runs) == 2
    lab.by_hand = True
    lab.w1 = 5.0
    assert len(runs) == 2


def hold(lab, x1, x2):
    """Take the line's grips to these two points, as a browser asks for it."""
    grips = lab.view.pointer.grips
    grips._handle_msg({"n": grips.told["n"] + 1, "x1": x1, "x2": x2})


def test_a_tap_on_a_grip_flips_no_corner(lab):
    lab.restore({"by_hand": True, "w1": 1.0, "w2": 1.0, "intercept": -1.0})
    figure, told = lab.pictures.boundary.figure, lab.view.pointer.grips.told
    for x1, x2 in zip(told["x1"], told["x2"], strict=True):
        figure._trigger_event(Tap(figure, x=x1 + 0.05, y=x2 + 0.05))
    assert lab.gate == "AND"
    figure._trigger_event(Tap(figure, x=0, y=0))
    assert lab.gate == "XNOR"


def test_a_line_by_hand_gives_way_to_the_epochs(lab):
    lab.restore({"solver": "sgd", "by_hand": True})
    lab.step(-1)
    assert (lab.by_hand, lab.shown_epoch) == (False, 19)
    lab.by_hand = True
    lab.toggle_play()
    lab.playing = False
    assert not lab.by_hand


def test_a_flat_model_has_grips_to_make_a_line_of(lab):
    lab.restore({"by_hand": True, "w1": 0.0, "w2": 0.0, "intercept": 0.0})
    hold(lab, lab.view.pointer.grips.told["x1"], [0.25, 0.25])
    np.testing.assert_allclose([abs(lab.w1), abs(lab.w2)], [0, 1], atol=1e-9)
    assert lab.intercept == pytest.approx(-0.25 * lab.w2)


def test_dragging_a_grip_turns_the_line(lab):
    lab.restore({"by_hand": True, "w1": 3.0, "w2": 4.0, "intercept": -2.0})
    hold(lab, [0.0, 1.0], [0.25, 0.25])
    assert np.hypot(lab.w1, lab.w2) == pytest.approx(5)
    assert lab.w1 == pytest.approx(0, abs=1e-9)
    assert lab.intercept == pytest.approx(-0.25 * lab.w2)


@pytest.mark.parametrize(("x1", "x2"), [([0.0], [1.0]), ("ab", None), ([0.0, float("nan")], [1.0, 2.0]), ({}, [])])
def test_what_is_no_pair_of_points_turns_nothing(lab, x1, x2):
    lab.restore({"by_hand": True, "w1": 3.0, "w2": 4.0, "intercept": -2.0})
    hold(lab, x1, x2)
    assert (lab.w1, lab.w2, lab.intercept) == (3, 4, -2)


@pytest.mark.parametrize("w", [(0.0, 0.0, 0.0), (0.0, 0.0, -2.0), (3.0, 4.0, -2.0)])
def test_a_link_to_a_line_by_hand_shows_that_very_line_and_its_grips_lie_on_it(lab, w):
    lab.restore({"by_hand": True, **dict(zip(("w1", "w2", "intercept"), w, strict=True))})
    assert (*lab.shown.model.weight, lab.shown.model.intercept) == w
    told = lab.view.pointer.grips.told
    if any(w[:2]):
        np.testing.assert_allclose(np.dot(w[:2], [told["x1"], told["x2"]]) + w[2], 0, atol=1e-9)


def test_p_is_a_half_everywhere_costs_a_coin_s_loss(lab):
    """What the lesson about 50% has its reader try, and what it says that comes of it."""
    lab.restore({"lesson": 4})
    lab.param.update(w1=0.0, w2=0.0, intercept=0.0)
    assert "train 0.693" in words.losses(lab.shown)


@pytest.mark.parametrize("features", ["linear", "interaction"])
def test_the_hand_starts_from_the_model_on_show(lab, features):
    lab.restore({"solver": "sgd", "gate": "OR", "features": features})
    lab.step(-3)
    shown = lab.shown
    lab.by_hand = True
    np.testing.assert_allclose(
        [*lab.shown.model.weight, lab.shown.model.intercept], [*shown.model.weight, shown.model.intercept]
    )


def ask(lab, n, **request):
    """What a browser asks of the player's slider; the epoch on show then, and what the browser is told."""
    slider = lab.view.stage.player.slider
    slider._handle_msg({"n": n, **request})
    return lab.shown_epoch, slider.told["value"], slider.told["n"]


def test_a_browser_scrubs_and_hears_which_request_is_answered(lab):
    lab.restore({"solver": "sgd"})
    assert ask(lab, 1, value=2) == (2, 2, 1)
    assert ask(lab, 2, value=99) == (20, 20, 2)
    lab.epoch = 7
    assert lab.view.stage.player.slider.told["n"] == 2, "what the server does by itself answers no newer request"


@pytest.mark.parametrize("value", [None, "3", float("nan"), [3]])
def test_what_is_no_number_is_answered_and_moves_nothing(lab, value):
    lab.restore({"solver": "sgd", "epoch": 5})
    assert ask(lab, 9, value=value) == (5, 5, 9)


def test_the_browser_plays_by_asking_for_the_next_epoch(lab):
    lab.restore({"solver": "sgd", "epochs": 3})
    told = lab.view.stage.player.slider
    lab.toggle_play()
    assert (told.told["value"], told.told["period"]) == (0, 200)
    assert [ask(lab, n, tick=True)[0] for n in (1, 2, 3)] == [1, 2, 3]
    assert not lab.playing and told.told["period"] is None
    assert ask(lab, 4, tick=True) == (3, 3, 4), "a request that was under way when the playing ended"


def test_scrubbing_while_it_plays_goes_on_from_there(lab):
    lab.restore({"solver": "sgd", "epoch": 0})
    lab.toggle_play()
    assert ask(lab, 1, value=9) == (9, 9, 1)
    assert lab.playing and ask(lab, 2, tick=True) == (10, 10, 2)
    lab.playing = False
