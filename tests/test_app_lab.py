"""The Lab without a browser: its models, geometry, words and links against oracles that share no code with it."""

import asyncio
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix

import gatesweep as gs
from gatesweep.app.address import read_query, to_query
from gatesweep.app.code import as_command, as_python, nearest_sweep
from gatesweep.app.jobs import queue
from gatesweep.app.known import Known
from gatesweep.app.lab import model, words
from gatesweep.app.lab.lab import Lab
from gatesweep.app.lab.state import SETTINGS, VIEW, LabState
from gatesweep.errors import InputError
from gatesweep.gates import GATE_NAMES
from gatesweep.lessons import LESSONS
from gatesweep.models import Neuron
from gatesweep.plots.geometry import hand_line, level, surface, through

NAMES = (*SETTINGS, *VIEW)


def settings(**values):
    state = LabState()
    return {name: getattr(state, name) for name in SETTINGS} | values


def logit(weight, intercept, x1, x2):
    return intercept + weight[0] * x1 + weight[1] * x2 + (weight[2] * x1 * x2 if len(weight) == 3 else 0)


@pytest.mark.parametrize(
    "values",
    [
        {"solver": "newton", "gate": "XOR"},
        {"solver": "newton", "features": "interaction", "C": 30.0},
        {"solver": "sgd", "gate": "OR", "init": "linear", "epochs": 7},
        {"solver": "sgd", "gate": "XOR", "init": "linear", "init_seed": 3, "learning_rate": 2.0, "epochs": 5},
        {"solver": "adam", "batch_size": 50, "num_samples": 302, "epochs": 5},
    ],
)
def test_the_lab_trains_the_model_of_a_sweep(values):
    values = {"noise_level": 0.2, "seed": 7, "dtype": "float64"} | values
    run = model.train(settings(**values))
    one = gs.sweep(**({"gate": "AND"} | values)).squeeze(drop=True)
    np.testing.assert_allclose(run.model.weight, one.weight, atol=1e-6)
    np.testing.assert_allclose(run.model.intercept, one.intercept, atol=1e-6)
    history = run.history
    for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy"):
        np.testing.assert_allclose(getattr(history, name)[-1], one[name], atol=1e-6)
    shown = model.Shown(run.model, run.rows)
    assert shown.exact_accuracy == pytest.approx(float(one.exact_accuracy), abs=1e-6)


def test_scikit_learn_is_the_lectures_call():
    run = model.train(settings(solver="scikit-learn", gate="XOR", noise_level=0.3, seed=5))
    X, y = gs.generate_data_with_noise(500, "XOR", 0.3, 5)
    train = run.rows.train
    lecture = LogisticRegression().fit(X[train], y[train])
    np.testing.assert_array_equal(run.model.weight, lecture.coef_[0])
    assert run.history.test_accuracy[-1] == lecture.score(X[run.rows.test], y[run.rows.test])


def test_scikit_learn_on_one_class_is_refused():
    with pytest.raises(InputError, match="both classes"):
        model.train(settings(solver="scikit-learn", gate="TRUE"))


number = st.floats(-20, 20).filter(lambda v: abs(v) > 0.05)


@given(st.lists(number, min_size=2, max_size=3), st.floats(-10, 10), st.sampled_from([0.25, 0.5, 0.9]))
def test_a_level_line_lies_on_its_level(weight, intercept, p):
    weight = np.array(weight)
    x1, x2 = level(weight, intercept, p)
    there = np.isfinite(x1) & (np.abs(x1) < 10) & (np.abs(x2) < 10)
    z = logit(weight, intercept, x1[there], x2[there])
    np.testing.assert_allclose(z, np.log(p / (1 - p)), atol=1e-6)


@given(st.floats(0.1, 20), st.floats(-3, 3), st.floats(-10, 10))
def test_holding_the_line_by_its_grips_changes_nothing(size, angle, intercept):
    weight = size * np.array([np.cos(angle), np.sin(angle)])
    back, b = through(hand_line(weight, intercept), size)
    np.testing.assert_allclose([*back, b], [*weight, intercept], atol=1e-8 * (1 + size + abs(intercept)))


def test_the_surface_is_not_transposed():
    picture = surface(Neuron(np.array([6.0, 1.0]), np.array(-3.0)), 30)
    for row, column in ((0, 29), (29, 0), (12, 20)):
        x1, x2 = (-1 + (i + 0.5) / 10 for i in (column, row))
        assert picture[row, column] == round(255 / (1 + np.exp(-(6 * x1 + x2 - 3))))


def test_confusion_counts_test_rows_at_the_threshold():
    run = model.train(settings(noise_level=0.4))
    shown = model.Shown(run.model, run.rows, threshold=0.3)
    p = 1 / (1 + np.exp(-(run.rows.X @ run.model.weight + run.model.intercept)))
    rows = run.rows.test
    np.testing.assert_array_equal(shown.confusion, confusion_matrix(run.rows.y[rows], p[rows] >= 0.3))


@pytest.mark.parametrize("places", [(0, 1), (0, 2), (1, 2)])
def test_the_loss_surface_is_the_training_loss(places):
    run = model.train(settings(gate="OR", noise_level=0.3))
    shown = model.Shown(Neuron(np.array([-3.0, 9.0]), np.array(2.0)), run.rows)
    grid = model.LossGrid.of(run, shown, places, pixels=11)
    values = np.append(run.model.weight, run.model.intercept)
    values[list(places)] = [a + (i + 0.5) * (b - a) / 11 for i, (a, b) in zip((7, 2), grid.spans, strict=True)]
    X, y = run.rows.X[run.rows.train], run.rows.y[run.rows.train]
    p = 1 / (1 + np.exp(-(X @ values[:2] + values[2])))
    expected = -np.mean(np.where(y == 1, np.log(p), np.log(1 - p)))
    assert grid.loss[2, 7] == pytest.approx(expected, rel=1e-5)
    np.testing.assert_array_equal(grid.path[-1], np.append(run.model.weight, run.model.intercept)[list(places)])
    here = np.array([-3.0, 9.0, 2.0])[list(places)]
    assert all(low < x < high for x, (low, high) in zip(here, grid.spans, strict=True))


def test_the_population_holds_the_model_on_show():
    found = model.population(settings(gate="XOR", seed=17))
    run = model.train(settings(gate="XOR", seed=17))
    np.testing.assert_allclose(found.models.weight[17], run.model.weight, atol=1e-3)
    assert len(found.value) == model.N_SEEDS


def test_a_population_is_trained_once_for_all_who_ask_whatever_their_own_seed(monkeypatch):
    trained = []
    sweep = model.sweep
    monkeypatch.setattr(model, "sweep", lambda experiment, **how: trained.append(0) or sweep(experiment, **how))
    monkeypatch.setattr(model, "_known", Known(2))

    def ask(noise_level, seed=0, over="seed"):
        before = len(trained)
        found = model.population(settings(noise_level=noise_level, seed=seed, epochs=1), over)
        assert found.over == over
        return found, len(trained) > before

    first, is_new = ask(0.31)
    assert is_new
    assert ask(0.31, seed=5) == (first, False)
    assert ask(0.32)[1] and not ask(0.31)[1]
    assert ask(0.33)[1] and not ask(0.31)[1], "the one that was asked for last is kept"
    assert ask(0.32)[1]
    assert ask(0.31, over="init_seed")[1]


def test_other_seeds_that_are_known_wait_for_no_training(monkeypatch):
    monkeypatch.setattr("gatesweep.app.lab.lab.Rate.seconds", lambda rate, experiment: 60.0)
    known, busy = model.population(settings(noise_level=0.42)), threading.Event()

    async def look():
        lab = Lab()
        queue().put(busy.wait, busy.set, "another visitor", seconds=60.0)
        lab.noise_level = 0.42
        while lab.population is not known:
            await asyncio.sleep(0.01)

    try:
        asyncio.run(asyncio.wait_for(look(), 30))
    finally:
        busy.set()


@pytest.fixture(scope="module")
def lab():
    return Lab()


def test_a_parameter_set_from_python_trains(lab):
    lab.restore({})
    lab.gate = "XOR"
    assert lab.fit.rows.gate.name == "XOR"
    weight = lab.fit.model.weight
    lab.param.update(solver="sgd", epochs=4)
    assert lab.fit.last_epoch == 4
    assert not np.allclose(weight, lab.fit.model.weight)


def test_epochs_step_and_stop_at_the_ends(lab):
    lab.restore({"solver": "sgd", "epochs": 3})
    assert lab.shown_epoch == 3
    lab.press("ArrowLeft")
    assert lab.shown_epoch == 2
    np.testing.assert_array_equal(lab.shown.model.weight, lab.fit.models.weight[2])
    lab.press("Home")
    lab.press("ArrowLeft")
    assert lab.shown_epoch == 0
    np.testing.assert_array_equal(lab.shown.model.weight, [1, 1])


def test_the_losses_fill_their_chart(lab):
    lab.restore({"solver": "sgd", "learning_rate": 1000.0})
    lab.restore({})
    losses = np.append(lab.fit.history.train_loss, lab.fit.history.test_loss)
    scale = lab.pictures.losses.figure.y_range
    assert scale.start < losses.min() and losses.max() < scale.end < 2 * losses.max()


def test_what_would_take_too_long_is_refused_and_nothing_changes(lab):
    lab.restore({"solver": "sgd", "epochs": 5})
    run = lab.fit
    lab.param.update(epochs=5000, batch_size=1)
    assert (lab.epochs, lab.batch_size) == (5, 64)
    np.testing.assert_array_equal(lab.fit.model.weight, run.model.weight)


@pytest.mark.parametrize("number", range(1, len(LESSONS) + 1))
def test_every_lesson_opens_and_leaves_nothing_of_the_last(lab, number):
    lab.restore({"gate": "NAND", "solver": "adam", "threshold": 0.9, "seed": 3})
    lab.press(str(number))
    lesson = LESSONS[number - 1]
    expected = LabState().usual() | dict(lesson.settings)
    assert {name: getattr(lab, name) for name in SETTINGS} == {name: expected[name] for name in SETTINGS}
    assert lab.hide == list(lesson.hide)
    assert all((lesson.question, lesson.hint, lesson.answer))


def test_a_changed_lesson_can_be_had_as_it_was(lab):
    bar = lab.view.lessons
    for number in range(1, len(LESSONS) + 1):
        lab.teach(number)
        assert bar.select.label == f"Lesson {number} of {len(LESSONS)}"
        lab.epoch = 0
        assert not bar.reset.visible, number
    lab.seed += 1
    assert bar.reset.visible
    bar.reset.clicks += 1
    assert (lab.lesson, lab.seed) == (len(LESSONS), lab.usual(len(LESSONS))["seed"]) and not bar.reset.visible
    lab.teach(0)
    lab.seed += 1
    assert bar.select.label == "Lesson" and not bar.reset.visible


@pytest.mark.parametrize("gate", GATE_NAMES)
def test_every_gate_is_put_into_words(gate):
    for solver, features in (("newton", "linear"), ("newton", "interaction"), ("sgd", "linear")):
        run = model.train(settings(gate=gate, solver=solver, features=features, noise_level=0.2))
        shown = model.Shown(run.model, run.rows)
        assert gate in words.meaning(run, shown, solver)
        assert gate in words.summary(run, shown, run.last_epoch, "step")
        assert words.equation(shown).count("x") >= len(run.model.weight)


@pytest.mark.parametrize("gate", ["FALSE", "TRUE"])
def test_of_one_class_alone_the_intercept_grows_and_no_weight(gate):
    run = model.train(settings(gate=gate))
    np.testing.assert_allclose(run.model.direct, 0, atol=1e-3)
    assert words.progress(run, "newton", 0, False) == ("warning", "separable: the intercept grows for ever")
    run = model.train(settings(gate="AND", noise_level=0.05, C=np.inf))
    assert words.progress(run, "newton", 0, False) == ("warning", "separable: weights grow for ever")


def test_divergence_is_said():
    run = model.train(settings(gate="XOR", solver="sgd", learning_rate=1e12, noise_level=1.0))
    assert run.status == "diverged"
    assert words.progress(run, "sgd", 20, False) == ("error", "diverged")
    shown = model.Shown(run.model, run.rows)
    assert "learning rate" in words.meaning(run, shown, "sgd")
    assert "another C" in words.meaning(run, shown, "newton")
    assert "diverged" not in words.meaning(run, shown, "sgd", by_hand=True)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "gate": st.sampled_from(GATE_NAMES),
            "noise_level": st.floats(0, 1e6),
            "seed": st.integers(0, 2**32 - 1),
            "C": st.one_of(st.floats(1e-300, 1e300), st.just(np.inf)),
            "init_seed": st.none() | st.integers(0, 2**32 - 1),
            "solver": st.sampled_from(["scikit-learn", "newton", "sgd", "adam"]),
            "epoch": st.none() | st.integers(0, 10**9),
            "cloud": st.booleans(),
            "threshold": st.floats(0, 1),
            "hide": st.lists(st.sampled_from(["gate", "solver", "training"]), unique=True),
            "lesson": st.integers(0, len(LESSONS)),
        },
    )
)
def test_a_link_carries_the_whole_state(values):
    state = LabState()
    usual = state.usual()
    found, complaints = read_query(state, NAMES, to_query(usual | values, usual))
    assert not complaints
    assert usual | found == usual | values


HOSTILE = [
    "?gate=<script>alert(1)</script>",
    "?gate=11111111",
    "?noise_level=nan",
    "?noise_level=-1",
    "?noise_level=1e400",
    "?seed=1.5",
    "?seed=99999999999999999999",
    "?epochs=0",
    "?C=0",
    "?solver=rm",
    "?num_samples=three",
    "?threshold=2",
    "?cloud=yes",
    "?hide=a b",
    "?__class__=x",
    "?lesson=77",
    "?gate=" + "1" * 5000,
    "?noise_level=" + "9" * 400,
]


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_link_gives_a_complaint_and_no_value(query):
    found, complaints = read_query(LabState(), NAMES, query)
    assert found == {}
    assert len(complaints) == 1
    assert not set("<>&\"'`") & set(complaints[0])


def test_python_and_command_give_the_model_on_show(lab):
    lab.restore({"gate": "XOR", "noise_level": 0.3, "solver": "sgd", "learning_rate": 0.1, "epochs": 3})
    space = {}
    exec(as_python(nearest_sweep(lab.settings)).replace("print(ds)", ""), space)
    np.testing.assert_allclose(space["ds"].weight.values.ravel(), lab.fit.model.weight, atol=1e-5)
    assert as_command(nearest_sweep(lab.settings)) == (
        "gatesweep sweep --gate XOR --noise-level 0.3 --seed 42 --solver sgd --learning-rate 0.1 --epochs 3"
    )
