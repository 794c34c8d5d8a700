"""What a change of the Lab costs: how often it trains, and how often its picture is drawn."""

import numpy as np
import pytest

import gatesweep as gs
from gatesweep.app.lab import model
from gatesweep.app.lab.lab import Lab
from gatesweep.app.lab.pictures import Boundary, Neuron, SCurve
from gatesweep.app.page import App
from gatesweep.grids.model import Rows, stored_path

SEEN = {"solver": "sgd", "epochs": 6, "epoch": 4, "gate": "OR", "noise_level": 0.3}


@pytest.fixture
def counted(monkeypatch):
    """How often the boundary was drawn, and how often a model was trained, since it was last asked."""
    counts = {"drawn": 0, "trained": 0}

    def count(owner, name, what):
        whole = getattr(owner, name)

        def counting(*args, **options):
            counts[what] += 1
            return whole(*args, **options)

        monkeypatch.setattr(owner, name, counting)

    count(Boundary, "show_model", "drawn")
    count(Rows, "fit", "trained")

    def since():
        found = counts["drawn"], counts["trained"]
        counts.update(drawn=0, trained=0)
        return found

    return since


@pytest.mark.parametrize(
    ("act", "trained"),
    [
        (lambda lab: setattr(lab, "noise_level", 0.31), 1),
        (lambda lab: lab.flip(0, 0), 1),
        (lambda lab: lab.new_draw(), 1),
        (lambda lab: setattr(lab, "epoch", 2), 0),
        (lambda lab: lab.step(1), 0),
        (lambda lab: lab.press("Home"), 0),
        (lambda lab: setattr(lab, "surface", "label"), 0),
        (lambda lab: setattr(lab, "threshold", 0.4), 0),
        (lambda lab: setattr(lab, "dark", True), 0),
        (lambda lab: setattr(lab, "by_hand", True), 0),
        (lambda lab: lab.teach(3), 1),
        (lambda lab: lab.learn_from_here(), 1),
        (lambda lab: lab.restore(SEEN | {"seed": 7}), 1),
        (lambda lab: lab.restore(SEEN | {"by_hand": True, "w1": 3.0}), 0),
        (lambda lab: setattr(lab, "cloud", True), None),
    ],
)
def test_a_move_costs_one_redraw(counted, act, trained):
    lab = Lab(dark=False)
    lab.restore(SEEN)
    counted()
    act(lab)
    assert counted() == ((1, trained) if trained is not None else (0, 0))


@pytest.mark.parametrize("shown", ["boundary", "neuron", "s_curve"])
def test_only_the_picture_on_show_is_drawn_and_the_others_catch_up_when_they_are_asked_for(monkeypatch, shown):
    drawn = []
    names = {"boundary": (Boundary, "show_model"), "neuron": (Neuron, "show"), "s_curve": (SCurve, "show")}
    for name, (owner, method) in names.items():
        whole = getattr(owner, method)
        monkeypatch.setattr(owner, method, lambda *given, n=name, w=whole: (drawn.append(n), w(*given)))
    lab = Lab()
    lab.restore(SEEN | {"picture": shown})
    drawn.clear()
    lab.noise_level = 0.32
    lab.threshold = 0.4
    assert drawn == [shown] * 2
    drawn.clear()
    for name in names:
        assert getattr(lab, name) is not None
    assert set(drawn) == set(names) - {shown}
    assert len(drawn) == 2


def test_a_restored_epoch_is_on_show_at_once(counted):
    lab = Lab()
    counted()
    lab.restore(SEEN)
    assert (counted(), lab.shown_epoch) == ((1, 1), 4)


def test_settings_that_are_refused_leave_the_picture(counted):
    lab = Lab()
    lab.restore(SEEN)
    counted()
    lab.param.update(epochs=5000, batch_size=1)
    assert (lab.epochs, lab.batch_size) == (6, 64)
    assert counted()[0] <= 1


@pytest.mark.parametrize(
    "grid", [{}, {"solver": "sgd", "epochs": 6}, {"solver": "sgd", "epochs": 6, "record": "epoch"}]
)
def test_a_click_on_a_cell_shows_the_stored_model_and_trains_nothing(counted, grid):
    dataset = gs.sweep(gate=("AND", "XOR"), noise_level=(0.1, 0.3), seed=range(5), **grid)
    app = App(dataset, view="explorer")
    app.explorer.settle()
    assert app.lab.fit.is_whole, "a Lab is made when it is first looked at, with a model of its own"
    counted()
    settings = app.explorer.open({"gate": "XOR", "noise_level": 0.3})
    assert counted() == (1, 0)
    one = dataset.sel(gate="XOR", noise_level=0.3, seed=settings["seed"])
    shown = app.lab.shown
    if "record" in grid:
        np.testing.assert_array_equal(app.lab.fit.models.weight, one.weight_history.transpose("epoch", "feature"))
        assert app.lab.shown_epoch == 0, "the epoch that the Explorer shows"
    else:
        np.testing.assert_array_equal(shown.model.weight, one.weight)
        assert float(shown.scores.test_accuracy) == pytest.approx(float(one.test_accuracy), abs=1e-6)
    app.lab.press("End")
    app.lab.press("ArrowLeft")
    assert counted()[1] == (0 if "record" in grid else 1), "the way to it is trained when it is asked for"
    assert app.lab.shown_epoch == app.lab.last_epoch - 1 > 0
    app.explorer.close()


def test_a_stored_model_is_said_as_it_ended():
    one = gs.sweep(gate="XOR", noise_level=1.0, seed=3, solver="sgd", learning_rate=1e12).squeeze()
    path = stored_path(one)
    lab = Lab()
    lab.restore({"gate": "XOR", "noise_level": 1.0, "seed": 3, "solver": "sgd", "learning_rate": 1e12}, path)
    assert lab.fit.status == "diverged"
    trained = model.train(lab.settings)
    np.testing.assert_array_equal(lab.fit.model.weight, trained.model.weight)
