"""The Lab on networks: the model that a plain torch loop gives, its pictures, and the ways to and from it."""

import numpy as np
import pytest
import torch

import gatesweep as gs
from gatesweep.app.address import read_query, to_query
from gatesweep.app.lab import model, words
from gatesweep.app.lab.lab import Lab
from gatesweep.app.lab.state import SETTINGS, VIEW
from gatesweep.app.page import App
from gatesweep.models import Network, Neuron, model_of, n_params
from gatesweep.plots.geometry import levels, surface
from gatesweep.plots.hidden import pair_of
from tests.test_app_lab_plain import run

NET = {"gate": "XOR", "noise_level": 0.1, "solver": "adam", "learning_rate": 0.1, "epochs": 30, "hidden_units": 2}


@pytest.fixture(scope="module")
def lab():
    return Lab()


def said(network, X):
    """The logits of torch's own layers with these weights."""
    hidden, output = torch.nn.Linear(X.shape[1], network.hidden_units), torch.nn.Linear(network.hidden_units, 1)
    layers = (hidden.weight, hidden.bias, output.weight, output.bias)
    values = (network.hidden_weight, network.hidden_intercept, network.output_weight[None], network.intercept[None])
    for layer, value in zip(layers, values, strict=True):
        layer.data = torch.tensor(np.array(value))
    act = {"sigmoid": torch.nn.Sigmoid(), "tanh": torch.nn.Tanh(), "relu": torch.nn.ReLU()}[network.activation]
    return torch.nn.Sequential(hidden, act, output)(torch.tensor(X)).detach().numpy()[:, 0]


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("features", ["linear", "interaction"])
def test_a_network_says_what_torch_says(activation, features):
    dice = np.random.default_rng(3)
    network = model_of(dice.normal(0, 3, (4, n_params(3, features))), 3, activation)
    assert np.array_equal(network.like(network.params).params, network.params)
    X = dice.normal(0, 1, (20, 2))
    columns = X if features == "linear" else np.column_stack([X, X.prod(1)])
    for place in range(4):
        np.testing.assert_allclose(network[place].logit(X), said(network[place], columns), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(network.logit(X)[place], said(network[place], columns), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "state",
    [
        NET,
        NET | {"activation": "relu", "hidden_units": 3, "init_seed": 4, "epoch": 7},
        NET | {"solver": "sgd", "features": "interaction", "activation": "tanh", "dtype": "float64"},
        NET | {"init": "hand", "network": [1.0, 2.0, -1.0, -2.0, 1.0, 0.5, 3.0, -1.0, 0.25]},
        NET | {"by_hand": True, "network": [20.0, 20.0, -10.0, -20.0, -20.0, 30.0, 20.0, 20.0, -30.0]},
    ],
)
def test_the_plain_script_makes_the_network_on_show(lab, state):
    lab.restore(state)
    shown = lab.shown.model
    np.testing.assert_allclose(run(lab.plain_code), [*shown.output_weight, shown.intercept], rtol=2e-3, atol=2e-3)


def test_choosing_hidden_neurons_takes_a_solver_that_can_train_them(lab):
    lab.restore({})
    lab.hidden_units = 2
    assert (lab.solver, lab.learning_rate, lab.epochs) == ("adam", 0.1, 100)
    lab.solver = "newton"
    assert lab.solver == "adam" and "convex loss" in next(iter(lab.refused.values()))
    lab.restore({"hidden_units": 3, "epochs": 7})
    assert (lab.solver, lab.learning_rate, lab.epochs, lab.fit.model.hidden_units) == ("adam", 0.1, 7, 3)
    lab.hidden_units = 0
    assert isinstance(lab.fit.model, Neuron)


def test_the_plane_shows_the_network(lab):
    lab.restore(NET | {"noise_level": 0.2})
    shown, drawn = lab.shown.model, lab.pictures.boundary.columns
    [(x1, x2)] = levels(shown, (0.5,))
    there = np.isfinite(x1)
    # Between the points of its grid a contour is straight: near 0 against slopes of several logits a step.
    assert np.abs(said(shown, np.column_stack([x1, x2])[there])).max() < 0.2
    np.testing.assert_array_equal(drawn["boundary"]["x1"], x1)
    picture = surface(shown, 30)
    place = np.array([[-1 + (29 + 0.5) / 10, -1 + (4 + 0.5) / 10]])
    assert picture[4, 29] == round(255 / (1 + np.exp(-said(shown, place)[0])))
    for unit in range(2):
        xs, ys = (np.array(drawn["neurons"][name][unit]) for name in ("xs", "ys"))
        w, b = shown.hidden_weight[unit], shown.hidden_intercept[unit]
        sums = w[0] * xs + w[1] * ys + b
        np.testing.assert_allclose(sums[:2], 0, atol=1e-9)
        assert sums[4] > 0.1 * np.hypot(*w), "the arrow points to where the neuron says more"
    assert drawn["neuron names"]["text"] == ["h₁", "h₂"]
    # What the browser says under the pointer, from the numbers that it has.
    [b], X = set(drawn["model"]["b"]), np.array([[0.3, -0.2]])
    z = b + sum(v / (1 + np.exp(-(own + X[0] @ [w1, w2]))) for w1, w2, _, own, v in drawn["model"]["unit"][:2])
    np.testing.assert_allclose(z, said(shown, X)[0])
    assert not any(drawn["model"]["w"])


def test_the_diagram_calculates_what_the_network_says_of_a_corner(lab):
    lab.restore(NET | {"picture": "neuron", "corner": "01"})
    shown = lab.shown.model
    z = said(shown, np.array([[0.0, 1.0]]))[0]
    texts = lab.pictures.neuron.columns["names"]["text"]
    assert texts[-2] == f"p = {1 / (1 + np.exp(-z)):.3f}" and {"h₁", "h₂"} <= set(texts)
    edges = lab.pictures.neuron.columns["edges"]
    told = dict(zip(edges["whose"], edges["number"], strict=True))
    assert float(told["h₂: w₁ ="].replace("−", "-")) == pytest.approx(shown.hidden_weight[1, 0], rel=5e-3)
    assert float(told["v₁ ="].replace("−", "-")) == pytest.approx(shown.output_weight[0], rel=5e-3)
    lab.hidden_units = 16
    assert len(lab.pictures.neuron.columns["edges"]["number"]) == 16 * 3 + 17 + 2


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_the_hidden_space_has_the_rows_where_the_neurons_put_them(lab, activation):
    lab.restore(NET | {"picture": "hidden", "hidden_units": 3, "activation": activation, "epoch": 12})
    shown, drawn = lab.shown.model, lab.pictures.hidden.columns
    X = lab.fit.rows.X
    across, up = pair_of(lab.fit.model, X)
    hidden = shown.hidden(X)
    np.testing.assert_array_equal(drawn["rows"]["a"], hidden[across])
    np.testing.assert_array_equal(drawn["rows"]["b"], hidden[up])
    [other] = {0, 1, 2} - {across, up}
    v = shown.output_weight
    line = v[across] * drawn["boundary"]["a"] + v[up] * drawn["boundary"]["b"]
    np.testing.assert_allclose(line + v[other] * hidden[other].mean() + shown.intercept, 0, atol=1e-9)
    assert "the other neuron at its mean" in lab.view.stage.legend.object
    lab.unit_x = other + 1
    np.testing.assert_array_equal(lab.pictures.hidden.columns["rows"]["a"], shown.hidden(X)[other])
    lab.restore({"picture": "hidden"})
    assert lab.saved_picture["figure"] is lab.pictures.boundary.figure, "one neuron has no hidden space"


def test_what_matters_most_depends_on_neither_order_nor_sign():
    dice = np.random.default_rng(8)
    network, X = model_of(dice.normal(0, 2, n_params(4, "linear")), 4, "tanh"), dice.normal(0.5, 1, (50, 2))
    order, sign = [2, 0, 3, 1], np.array([1, -1, -1, 1])
    turned = Network(
        (sign[:, None] * network.hidden_weight)[order], (sign * network.hidden_intercept)[order],
        (sign * network.output_weight)[order], network.intercept, "tanh",
    )  # fmt: skip
    np.testing.assert_allclose(turned.logit(X), network.logit(X))
    assert [order[place] for place in pair_of(turned, X)] == list(pair_of(network, X))


def test_200_other_starts_beside_200_other_seeds():
    settings = {name: getattr(Lab(**NET | {"epochs": 5}), name) for name in SETTINGS}
    starts, seeds = (model.population(settings, over) for over in ("init_seed", "seed"))
    for found, over, value in ((starts, "init_seed", 17), (seeds, "seed", 42)):
        one = model.train(settings | {over: value})
        np.testing.assert_allclose(found.models[value].params, one.model.params, atol=1e-3)


def test_a_link_carries_a_network_by_hand(lab):
    hand = [20.0, 20.0, -10.0, -20.0, -20.0, 30.0, 20.0, 20.0, -30.0]
    lab.restore(NET | {"by_hand": True, "network": hand})
    values, complaints = read_query(Lab(), (*SETTINGS, *VIEW), to_query(lab.link_values, lab.usual()))
    other = Lab()
    other.restore(values)
    assert not complaints and other.shown.model.params.tolist() == hand
    assert "2 hidden neurons" in words.meaning(lab.fit, lab.shown, "adam", True)
    lab.by_hand = False
    lab.by_hand = True
    assert lab.network == pytest.approx(lab.fit.model.params.tolist()), "what was on show is taken in hand"
    lab.learn_from_here()
    lab.playing = False
    np.testing.assert_allclose(lab.fit.models.params[0], lab.network, rtol=1e-6)


def test_a_network_is_compared_with_a_pinned_neuron(lab):
    lab.restore({"gate": "OR"})
    lab.toggle_pin()
    lab.hidden_units = 2
    assert len(lab.pictures.boundary.columns["pinned"]["x1"]) == 2
    lab.toggle_pin()
    assert not lab.pin


@pytest.mark.parametrize("kind", [{}, {"activation": "relu", "features": "interaction"}, {"hidden_units": 16}])
def test_a_pinned_network_stays_beside_the_next_models_and_in_the_link(lab, kind):
    lab.restore(NET | kind)
    drawn, exact = lab.pictures.boundary.columns, lab.shown.exact_accuracy
    kept = np.column_stack([drawn["boundary"]["x1"], drawn["boundary"]["x2"]])
    lab.toggle_pin()
    other = Lab()
    values, complaints = read_query(other, (*SETTINGS, *VIEW), to_query(lab.link_values, lab.usual()))
    other.restore(values | {"hidden_units": 0, "features": "linear"})
    ghost = other.pictures.boundary.columns["pinned"]
    assert not complaints and len(kept) > 2 and other.shown.model.hidden_units == 0
    np.testing.assert_allclose(np.column_stack([ghost["x1"], ghost["x2"]]), kept, atol=0.01, equal_nan=True)
    share = ">99.9%" if 0.9995 <= exact < 1 else f"{exact:.1%}"
    assert f"pinned: {words.equation(lab.shown)}, exact {share}" in other.view.stage.equation.object
    other.toggle_pin()
    assert (other.pin, other.pin_units, other.pin_activation) == ([], 0, "sigmoid")


@pytest.mark.parametrize("grid", [{}, {"record": "epoch"}])
def test_a_cell_of_networks_opens_the_stored_one(monkeypatch, grid):
    rest = {name: value for name, value in NET.items() if name not in ("gate", "hidden_units")} | {"epochs": 5}
    dataset = gs.sweep(gate=("AND", "XOR"), seed=range(3), hidden_units=[1, 3], activation="relu", **rest, **grid)
    app = App(dataset, view="explorer")
    app.explorer.settle()
    assert app.lab.fit.model.hidden_units == 0
    monkeypatch.setattr(model, "train", None)
    settings = app.explorer.open({"gate": "XOR", "noise_level": 0.1, "hidden_units": 1})
    one = dataset.sel(gate="XOR", noise_level=0.1, seed=settings["seed"], hidden_units=1)
    shown = app.lab.fit.model
    np.testing.assert_array_equal(shown.hidden_weight, one.hidden_weight.transpose("unit", "feature").isel(unit=[0]))
    assert float(app.lab.fit.history.test_accuracy[-1]) == pytest.approx(float(one.test_accuracy), abs=1e-6)
    assert app.lab.last_epoch == (5 if grid else 0)
    app.explore("This model, other seeds")
    assert (app.explorer.hidden_units, app.explorer.activation) == (1, "relu")
    app.explorer.close()


def test_a_slider_sets_a_number_of_two_neurons_by_hand(lab):
    lab.restore(NET | {"by_hand": True, "network": [20.0, 20.0, -10.0, -20.0, -20.0, 30.0, 20.0, 20.0, -30.0]})
    shown = [one for one in lab.view.controls.network_hand if one.visible]
    labels = [one.told["label"] for one in shown]
    assert labels == ["h₁ w₁", "h₁ w₂", "h₁ intercept", "h₂ w₁", "h₂ w₂", "h₂ intercept", "v₁", "v₂", "intercept"]
    shown[8]._handle_msg({"n": shown[8].told["n"] + 1, "value": -10.0})
    assert lab.shown.model.intercept == lab.network[8] == -10
    assert lab.shown.exact_accuracy < 0.9, "an OR of OR and NAND is always 1"
    lab.hidden_units = 4
    assert not any(one.visible for one in lab.view.controls.network_hand)
