"""The Lab in a visitor's hand: the line and its grips, the training from there, the epochs by slider."""

import numpy as np
import pytest
from bokeh.events import Tap

from gatesweep.app.address import read_query, to_query
from gatesweep.app.lab import store
from gatesweep.app.lab.lab import Lab
from gatesweep.app.lab.state import SETTINGS, VIEW


@pytest.fixture(scope="module")
def lab():
    return Lab()


def test_learning_starts_where_the_hand_left_the_line(lab):
    lab.restore({"solver": "sgd", "by_hand": True, "w1": -3.0, "w2": 2.0, "intercept": 0.5})
    np.testing.assert_array_equal([*lab.shown.weight, lab.shown.intercept], [-3, 2, 0.5])
    lab.learn_from_here()
    lab.playing = False
    assert not lab.by_hand
    assert lab.shown_epoch == 0
    np.testing.assert_array_equal(lab.fit.weight_path[0], [-3, 2])
    assert lab.fit.history.train_loss[-1] < lab.fit.history.train_loss[0]
    other = Lab()
    other.restore(read_query(other, (*SETTINGS, *VIEW), to_query(lab.link_values, lab.usual()))[0])
    np.testing.assert_array_equal(other.fit.weight_path, lab.fit.weight_path)
    lab.w1 = 5.0
    np.testing.assert_array_equal(lab.fit.weight_path[0], [5, 2])


def test_a_start_by_hand_is_trained_once(lab, monkeypatch):
    lab.restore({"solver": "sgd", "by_hand": True, "w1": -3.0})
    runs = []
    train = store.train
    monkeypatch.setattr(store, "train", lambda *given: runs.append(given) or train(*given))
    lab.learn_from_here()
    lab.playing = False
    assert len(runs) == 1
    lab.w1 = 4.0
    assert len(runs) == 2
    lab.by_hand = True
    lab.w1 = 5.0
    assert len(runs) == 2


def test_a_tap_on_a_grip_flips_no_corner(lab):
    lab.restore({"by_hand": True})
    lab.pictures.boundary.hand.data = {"x1": [1.0, 0.0], "x2": [0.0, 1.0]}  # dragged along its own line
    for x1, x2 in ((0.05, 1.05), (1, 0)):
        lab.pictures.boundary.figure._trigger_event(Tap(lab.pictures.boundary.figure, x=x1, y=x2))
    assert lab.gate == "AND"
    lab.pictures.boundary.figure._trigger_event(Tap(lab.pictures.boundary.figure, x=0, y=0))
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
    grips = lab.pictures.boundary.hand.data
    lab.pictures.boundary.hand.data = {"x1": list(grips["x1"]), "x2": [0.25, 0.25]}
    np.testing.assert_allclose([abs(lab.w1), abs(lab.w2)], [0, 1], atol=1e-9)
    assert lab.intercept == pytest.approx(-0.25 * lab.w2)


def test_dragging_a_grip_turns_the_line(lab):
    lab.restore({"by_hand": True, "w1": 3.0, "w2": 4.0, "intercept": -2.0})
    lab.pictures.boundary.hand.data = {"x1": [0.0, 1.0], "x2": [0.25, 0.25]}
    assert np.hypot(lab.w1, lab.w2) == pytest.approx(5)
    assert lab.w1 == pytest.approx(0, abs=1e-9)
    assert lab.intercept == pytest.approx(-0.25 * lab.w2)


def ask(lab, n, **request):
    """What a browser asks of the player's slider; the epoch on show then, and what the browser is told."""
    slider = lab._stage.player.slider
    slider._handle_msg({"n": n, **request})
    return lab.shown_epoch, slider.told["value"], slider.told["n"]


def test_a_browser_scrubs_and_hears_which_request_is_answered(lab):
    lab.restore({"solver": "sgd"})
    assert ask(lab, 1, value=2) == (2, 2, 1)
    assert ask(lab, 2, value=99) == (20, 20, 2)
    lab.epoch = 7
    assert lab._stage.player.slider.told["n"] == 2, "what the server does by itself answers no newer request"


@pytest.mark.parametrize("value", [None, "3", float("nan"), [3]])
def test_what_is_no_number_is_answered_and_moves_nothing(lab, value):
    lab.restore({"solver": "sgd", "epoch": 5})
    assert ask(lab, 9, value=value) == (5, 5, 9)


def test_the_browser_plays_by_asking_for_the_next_epoch(lab):
    lab.restore({"solver": "sgd", "epochs": 3})
    told = lab._stage.player.slider
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
