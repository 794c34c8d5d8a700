"""Nets of a sweep: each is what the lecture's loop gives for a plain nn.Sequential; dataset, stores and refusals."""

import json

import numpy as np
import pytest
import torch
import xarray as xr
from torch import nn, optim
from torch.utils.data import DataLoader

import gatesweep as gs
from gatesweep.bench import lecture
from gatesweep.engine.solvers.protocol import Status
from gatesweep.results.measures import axes, per_model

MODULES = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}
NAMES = ("hidden_weight", "hidden_intercept", "output_weight", "intercept")
NET = {"gate": "XOR", "noise_level": 0.2, "seed": 3, "num_samples": 100, "solver": "adam", "learning_rate": 0.1}
NET |= {"hidden_units": 2, "epochs": 5, "device": "cpu"}


def as_taught(gate, noise_level, seed, init_seed, units, activation, optimizer, rate, n=200, epochs=20):
    """The lecture's loop on a plain network of torch: its four parameters."""
    np.random.seed(seed)
    X, y = lecture.generate_data_with_noise(n, gate, noise_level)
    train, test = lecture.make_tensors(X, y)  # sets the seed, splits

    def network():
        return nn.Sequential(nn.Linear(2, units), MODULES[activation](), nn.Linear(units, 1))

    if init_seed is None:
        model = network()
    else:
        with torch.random.fork_rng():
            torch.manual_seed(init_seed)
            model = network()
    train_loader, test_loader = DataLoader(train, 64, shuffle=True), DataLoader(test, 64)
    descent = {"sgd": optim.SGD, "adam": optim.Adam}[optimizer](model.parameters(), lr=rate)
    for _ in range(epochs):
        for rows, labels in train_loader:
            descent.zero_grad()
            nn.BCEWithLogitsLoss()(model(rows), labels).backward()
            descent.step()
        for _ in test_loader:
            pass
    return [p.detach().numpy() for p in (model[0].weight, model[0].bias, model[2].weight[0], model[2].bias[0])]


@pytest.mark.parametrize("optimizer, rate", [("sgd", 0.5), ("adam", 0.05)])
@pytest.mark.parametrize("activation", MODULES)
def test_each_net_is_that_of_the_lectures_loop(activation, optimizer, rate):
    grid = {"gate": ("AND", "XOR"), "noise_level": (0.1, 0.4), "seed": (0, 7)}
    fixed = {"num_samples": 200, "solver": optimizer, "learning_rate": rate, "activation": activation, "device": "cpu"}
    several = gs.sweep(**grid, **fixed, hidden_units=(1, 3), init_seed=(5, 11))
    one = gs.sweep(**grid, **fixed, hidden_units=(1, 3))
    for units in (1, 3):
        for at in ({"gate": "XOR", "noise_level": 0.1, "seed": 7}, {"gate": "AND", "noise_level": 0.4, "seed": 0}):
            for init_seed in (None, 11):
                found = (one if init_seed is None else several.sel(init_seed=init_seed)).sel(hidden_units=units, **at)
                taught = as_taught(*at.values(), init_seed, units, activation, optimizer, rate)
                for name, expected in zip(NAMES, taught, strict=True):
                    own = found[name].isel(unit=slice(units)) if name != "intercept" else found[name]
                    np.testing.assert_allclose(own, expected, rtol=1e-5, atol=1e-5)


def test_units_beyond_a_models_own_are_nan_and_a_line_has_none():
    found = gs.sweep(**NET | {"hidden_units": (0, 1, 3), "features": ("linear", "interaction"), "record": "epoch"})
    assert found.unit.values.tolist() == ["h1", "h2", "h3"]
    grid = ("gate", "noise_level", "seed", "features", "hidden_units")
    assert found.hidden_weight.dims == (*grid, "unit", "feature") and found.output_weight.dims == (*grid, "unit")
    assert found.hidden_weight_history.dims == (*grid, "epoch", "unit", "feature")
    for units in (0, 1, 3):
        model = found.sel(hidden_units=units)
        assert bool(model.weight.notnull().all()) == (units == 0) and bool(model.weight.isnull().all()) == (units > 0)
        for name in ("hidden_weight", "hidden_intercept", "output_weight", "hidden_weight_history"):
            assert (
                model[name].isel(unit=slice(units)).notnull().all()
                and model[name].isel(unit=slice(units, 3)).isnull().all()
            )
        assert model.intercept.notnull().all() and model.exact_accuracy.notnull().all()
    assert (found.hidden_weight.sel(features="linear", hidden_units=3, feature="x1*x2") == 0).all()
    alone = gs.sweep(**NET | {"hidden_units": 0, "init": "auto"})
    assert (found.weight.sel(hidden_units=0, features="linear").isel(feature=slice(2)) == alone.weight).all()
    last = found.isel(epoch=-1)
    assert (last.exact_accuracy_history == found.exact_accuracy).all()


def test_a_net_does_not_depend_on_its_neighbours():
    whole = gs.sweep(
        **NET | {"gate": ("AND", "XOR"), "noise_level": (0.1, 0.5), "seed": range(3), "init_seed": range(4)}
    )
    one = gs.sweep(**NET | {"noise_level": 0.5, "seed": 2, "init_seed": 3})
    same = whole.sel(gate=["XOR"], noise_level=[0.5], seed=[2], init_seed=3)
    for name in (*NAMES, "train_loss", "exact_accuracy"):
        np.testing.assert_allclose(same[name], one[name], rtol=1e-5, atol=1e-6)


def test_divergence_and_dead_units_are_a_models_own():
    rates = (0.1, 1e9)
    found = gs.sweep(**NET | {"activation": "relu", "solver": "sgd", "learning_rate": rates, "epochs": 20})
    assert found.status.sel(learning_rate=1e9) == Status.diverged
    assert found.status.sel(learning_rate=0.1) != Status.diverged
    alone = gs.sweep(**NET | {"activation": "relu", "solver": "sgd", "learning_rate": 0.1, "epochs": 20})
    for name in NAMES:
        np.testing.assert_allclose(found[name].sel(learning_rate=0.1), alone[name], rtol=1e-6)


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"solver": "newton"}, "newton needs a convex loss"),
        ({"init": "population"}, "init=population"),
        ({"hidden_units": 17}, "hidden_units must be"),
        ({"activation": "gelu"}, "activation must be one of"),
        ({"init_seed": (None, 1)}, "init_seeds must be whole numbers"),
    ],
)
def test_what_nets_cannot_be_is_refused_in_one_sentence(wrong, message):
    with pytest.raises(gs.InputError, match=message) as caught:
        gs.Experiment.of(**{name: value for name, value in (NET | wrong).items() if name != "device"})
    assert "\n" not in str(caught.value)


def test_an_experiment_without_hidden_units_is_written_as_before():
    written = gs.Experiment.of(gate="AND").to_dict()
    assert {"hidden_units", "activation"}.isdisjoint(written) and written["init_seed"] is None
    net = gs.Experiment.of(solver="adam", hidden_units=(0, 2), activation="tanh", init_seed=range(3))
    assert gs.Experiment.from_dict(json.loads(net.to_json())) == net


def test_a_store_of_nets_resumes_and_extends(tmp_path):
    path, small = tmp_path / "nets.zarr", NET | {"hidden_units": (1, 2), "init_seed": (0, 1)}
    gs.sweep(**small, out=path)
    large = small | {"hidden_units": (0, 1, 2, 4), "init_seed": (0, 1, 2)}
    extended = gs.sweep(**large, out=path)
    xr.testing.assert_allclose(extended.load(), gs.sweep(**large), rtol=1e-4, atol=1e-5)
    again = gs.sweep(**large, out=path)
    assert again.identical(extended)


def test_solved_is_within_two_points_of_bayes_and_what_is_asked_of_a_line_is_nan():
    found = gs.sweep(
        **NET | {"noise_level": 0.1, "hidden_units": 4, "init_seed": range(10), "epochs": 60, "record": "epoch"}
    )
    solved = per_model(found, "solved")
    expected = found.exact_accuracy_history >= found.bayes_accuracy - 0.02
    assert (solved == expected).all() and 0 < float(solved.isel(epoch=-1).mean()) <= 1
    norm = per_model(found, "weight_norm")
    assert set(norm.dims) == set(axes(found, "weight_norm")) and norm.isnull().all()
    assert per_model(found, "transfer_accuracy").isnull().all()
