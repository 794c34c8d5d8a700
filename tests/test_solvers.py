"""A solver is one file and one line: one that only this test knows goes everywhere that the others go."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from click.testing import CliRunner

import gatesweep as gs
from gatesweep.cli.main import main
from gatesweep.engine.design import LinearDesign
from gatesweep.engine.solvers import SOLVERS, solver_class
from gatesweep.engine.solvers.protocol import Solver, State, Status
from gatesweep.settings import Settings
from gatesweep.store import open_store

STEPS = 6


@dataclass
class ToyState(State):
    pass


class Toy(Solver[ToyState, LinearDesign]):
    """Full-batch gradient descent, shortened by a penalty."""

    label = "Toy"
    unit = "step"
    uses = ("C", "learning_rate", "max_iter")
    budget = "max_iter"
    split = "stratified"
    init = "ones"
    origin = 0.5
    seeks_optimum = False
    remedy = "Play with another toy."

    def __init__(self, C, learning_rate, max_steps):
        self.C, self.learning_rate, self.max_steps = C, learning_rate, max_steps

    @classmethod
    def of(cls, settings, batches):
        return cls(settings["C"], settings["learning_rate"], settings["max_iter"])

    def start(self, design, params):
        models = params[..., 0]
        return ToyState(params, torch.zeros_like(models, dtype=torch.int32), torch.ones_like(models, dtype=torch.bool))

    def step(self, design, state):
        gradient = design.gradient(design.logits(state.params).sigmoid_()) / design.count
        gradient = gradient + state.params / (self.C[..., None] * design.count)
        return ToyState(state.params - self.learning_rate[..., None] * gradient, state.n_iter + 1, state.running)

    def finish(self, design, state, logits, loss, pull_back):
        return torch.full_like(state.n_iter, Status.max_iter, dtype=torch.int8)


def by_hand(X, y, first, C=2.0, rate=0.4):
    """The same in NumPy."""
    rows, params = np.column_stack([X, np.ones(len(X))]), np.full(3, float(first))
    for _ in range(STEPS):
        gradient = rows.T @ (1 / (1 + np.exp(-rows @ params)) - y) / len(y)
        params = params - rate * (gradient + params / (C * len(y)))
    return params


@pytest.fixture(autouse=True)
def toy(monkeypatch):
    """What its line in the registry does; menus are made of the registry when gatesweep is loaded."""
    with monkeypatch.context() as patch:
        patch.setitem(SOLVERS, "toy", f"{__name__}:Toy")
        Settings.param.solver.objects = list(SOLVERS)
        yield
    Settings.param.solver.objects = list(SOLVERS)


def test_fit_takes_it_from_its_own_origin():
    X, y = gs.generate_data_with_noise(200, "OR", 0.3, random_state=1)
    fit = gs.fit(X, y, solver="toy", C=2, learning_rate=0.4, max_iter=STEPS, dtype="float64")
    np.testing.assert_allclose([*fit.weight, fit.intercept], by_hand(X, y, 0.5), rtol=1e-12)
    assert int(fit.n_iter) == STEPS


def test_sweep_takes_it_with_its_own_split_start_and_number_of_steps():
    settings = {"solver": "toy", "C": 2, "learning_rate": 0.4, "max_iter": STEPS, "dtype": "float64"}
    found = gs.sweep(gate=["AND", "XOR"], noise_level=[0.2], seed=[3], record="epoch", **settings)
    stratified = gs.sweep(gate=["AND", "XOR"], noise_level=[0.2], seed=[3], split="stratified", **settings)
    assert found.sizes["epoch"] == 1 + STEPS
    assert (found.weight_history.isel(epoch=0) == 1).all() and (found.weight == stratified.weight).all()
    assert (found.weight_history.isel(epoch=-1) == found.weight).all()
    assert gs.Experiment.from_json(found.attrs["experiment"]).solver is Toy


def test_the_command_line_knows_it(tmp_path):
    arguments = ["sweep", "--solver", "toy", "--gate", "AND", "--noise-level", "0.1", "--seed", "0:2", "--epochs", "1"]
    done = CliRunner().invoke(main, [*arguments, "--out", str(tmp_path / "toy.nc")], catch_exceptions=False)
    assert done.exit_code == 0
    written = open_store(tmp_path / "toy.nc").attrs["experiment"]
    assert gs.Experiment.from_json(written).solver is Toy


@pytest.mark.parametrize("name", ["newton", "sgd", "adam", "toy"])
def test_each_says_of_itself_what_others_ask(name):
    solver = solver_class(name)
    assert solver.unit in ("step", "epoch") and solver.budget in solver.uses
    assert {*solver.uses} <= {*Settings.param} and solver.label and solver.remedy.endswith(".")
    assert solver.split in Settings.param["split"].objects and solver.init in Settings.param["init"].objects
