"""The script that a student takes home, run as it stands: it makes the very model that is on show."""

import numpy as np
import pytest
import torch

from gatesweep.app.lab.lab import Lab


@pytest.fixture(scope="module")
def lab():
    return Lab()


def run(script):
    """What a script leaves behind; the streams of random numbers stay as they were."""
    assert "gatesweep" not in script
    state, space = np.random.get_state(), {}
    with torch.random.fork_rng(devices=[]):
        exec(script, space)
    np.random.set_state(state)
    return [*np.ravel(space["weight"]), np.ravel(space["intercept"])[0]]


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"gate": "XOR", "noise_level": 0.3, "features": "interaction", "C": 30.0, "num_samples": 222},
        {"gate": "OR", "noise_level": 0.5, "C": float("inf"), "split": "stratified", "train_seed": 3},
        {"solver": "scikit-learn", "gate": "NAND", "noise_level": 0.2, "split": "torch"},
        {"solver": "sgd", "gate": "XOR", "noise_level": 0.2, "epochs": 6, "epoch": 4, "batch_size": 50},
        {"solver": "sgd", "init": "linear", "epochs": 5, "features": "interaction"},
        {"solver": "sgd", "init": "linear", "init_seed": 7, "epochs": 5, "dtype": "float64"},
        {"solver": "adam", "learning_rate": 0.1, "epochs": 5, "split": "sklearn", "noise_level": 0.4},
        {"solver": "sgd", "init": "population", "gate": "OR", "noise_level": 0.3, "epochs": 3},
        {"solver": "sgd", "init": "hand", "w1": -3.0, "w2": 2.0, "intercept": 0.5, "epochs": 3},
        {"by_hand": True, "w1": 0.1, "w2": -2.0, "w3": 4.0, "intercept": 0.5, "features": "interaction"},
    ],
)
def test_the_plain_script_makes_the_model_on_show(lab, state):
    lab.restore(state)
    np.testing.assert_allclose(run(lab.plain_code), [*lab.shown.weight, lab.shown.intercept], rtol=2e-3, atol=2e-3)


def test_what_it_cannot_make_it_says(lab):
    lab.restore({"C": float("inf"), "noise_level": 0.05})
    assert "no optimum" in lab.plain_code
    lab.restore({"gate": "TRUE"})
    assert "one class" in lab.plain_code
