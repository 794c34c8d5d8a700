"""The script that a student takes home, run as it stands: it makes the very model that is on show."""

from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from sklearn.model_selection import train_test_split

import gatesweep as gs
from gatesweep.app.lab.lab import Lab
from gatesweep.app.page import App


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
    np.testing.assert_allclose(
        run(lab.plain_code), [*lab.shown.model.weight, lab.shown.model.intercept], rtol=2e-3, atol=2e-3
    )


def test_what_it_cannot_make_it_says(lab):
    lab.restore({"C": float("inf"), "noise_level": 0.05})
    assert "no optimum" in lab.plain_code
    lab.restore({"gate": "TRUE"})
    assert "one class" in lab.plain_code


def test_the_rows_are_those_on_show_with_what_the_model_says_of_them(lab):
    lab.restore({"gate": "OR", "noise_level": 0.3})
    head, *lines = lab.rows_csv.splitlines()
    assert head == "x1,x2,y,part,p,loss"
    X, y = gs.generate_data_with_noise(500, "OR", 0.3, random_state=42)
    columns = list(zip(*(line.split(",") for line in lines), strict=True))
    np.testing.assert_array_equal(np.array(columns[:2], float).T, X)
    np.testing.assert_array_equal(np.array(columns[2], int), y)
    _, test = train_test_split(np.arange(500), test_size=0.2, random_state=140)
    assert set(np.flatnonzero(np.array(columns[3]) == "test")) == set(test)
    p = 1 / (1 + np.exp(-(X @ lab.fit.model.weight + lab.fit.model.intercept)))
    np.testing.assert_allclose(np.array(columns[4], float), p)
    np.testing.assert_allclose(np.array(columns[5], float), -np.log(np.where(y == 1, p, 1 - p)))


@pytest.mark.parametrize("picture", ["boundary", "neuron", "s_curve"])
def test_a_saved_picture_has_a_heading_and_marks_that_are_xml(lab, picture):
    lab.restore({"gate": "XOR", "noise_level": 1.0, "picture": picture, "limits": True, "pin": [1.0, 2.0, 3.0]})
    app = App()
    app.lab.restore(lab.link_values)
    for kind in ("PNG", "SVG"):
        app.share(f"Picture as {kind}")
        assert app.browser.file["kind"] == kind.lower()
    [tags] = getattr(app.lab.pictures, picture).figure.tags
    assert tags["title"].startswith("XOR, noise level 1: p = σ(")
    assert "&" not in tags["title"]
    for mark, text in tags["keys"]:
        ElementTree.fromstring(f"<svg>{mark}</svg>")
        assert text
    assert app.browser.files == 2
