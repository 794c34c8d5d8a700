"""One model by itself: the rows of the lecture, the training of the sweep, the scores of scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss

import gatesweep as gs
from gatesweep.engine.solvers.protocol import Status
from gatesweep.grids.model import Rows, stored_path
from gatesweep.lecture import gate_data
from gatesweep.models import Neuron

MODEL = {"gate": "XOR", "noise_level": 0.3, "seed": 5, "num_samples": 200, "dtype": "float64"}
VARIANTS = {
    "newton": {"solver": "newton"},
    "interaction": {"solver": "newton", "features": "interaction", "C": 0.1},
    "sgd": {"solver": "sgd", "epochs": 7},
    "linear": {"solver": "adam", "epochs": 3, "init": "linear"},
}


@pytest.fixture(params=VARIANTS)
def experiment(request):
    return gs.Experiment.of(**MODEL, **VARIANTS[request.param], record="epoch")


def test_its_rows_are_the_lectures(experiment):
    rows = Rows.of(experiment)
    X, y, train, test = gate_data("XOR", 0.3, 5, 200, experiment.split)
    for found, expected in [(rows.X, X), (rows.y, y), (rows.train, train), (rows.test, test)]:
        assert np.array_equal(found, expected)


def test_it_is_the_sweeps_model_at_every_step(experiment):
    path, one = Rows.of(experiment).fit(), gs.sweep(experiment).isel(gate=0, noise_level=0, seed=0)
    stored = stored_path(one.isel({d: 0 for d in one.status.dims}))
    for found in (path, stored):
        np.testing.assert_array_equal(found.model.weight[-1], one.weight)
        assert (found.status, found.n_iter) == (Status(int(one.status)), int(one.n_iter))
    np.testing.assert_array_equal(path.model.weight, stored.model.weight)
    np.testing.assert_array_equal(path.model.intercept, stored.model.intercept)


def test_of_a_sweep_that_kept_no_steps_the_last_one_is_stored():
    one = gs.sweep(**MODEL, solver="sgd", epochs=4).isel(gate=0, noise_level=0, seed=0)
    found = stored_path(one)
    assert found.model.weight.tolist() == [one.weight.values.tolist()] and found.model.intercept.tolist() == [
        float(one.intercept)
    ]


def test_scores_are_scikit_learns(experiment):
    rows = Rows.of(experiment)
    path = rows.fit()
    scores = rows.scores(path.model)
    inputs = rows.X if path.model.weight.shape[1] == 2 else np.column_stack([rows.X, rows.X.prod(1)])
    for step in range(len(path.model.weight)):
        probability = 1 / (1 + np.exp(-inputs @ path.model.weight[step] - path.model.intercept[step]))
        for part, loss, accuracy in (
            (rows.train, scores.train_loss, scores.train_accuracy),
            (rows.test, scores.test_loss, scores.test_accuracy),
        ):
            assert loss[step] == pytest.approx(log_loss(rows.y[part], probability[part]), rel=1e-12)
            assert accuracy[step] == accuracy_score(rows.y[part], probability[part] >= 0.5)


def test_models_of_any_shape_are_scored_at_once():
    rows = Rows.of(gs.Experiment.of(**MODEL))
    model = Neuron(np.random.default_rng(0).normal(size=(3, 4, 2)), np.zeros((3, 4)))
    whole, one = rows.scores(model), rows.scores(model[2, 1])
    assert whole.test_loss.shape == (3, 4) and one.test_loss.shape == ()
    assert whole.test_loss[2, 1] == pytest.approx(float(one.test_loss), rel=1e-13)


def test_it_starts_where_it_is_told():
    rows = Rows.of(gs.Experiment.of(**MODEL))
    path = rows.fit(np.array([3.0, -2.0, 1.0]))
    assert path.model.weight[0].tolist() == [3, -2] and path.model.intercept[0] == 1
    assert rows.fit(rows.origin).model.weight[0].tolist() == [0, 0]


def test_several_models_are_refused():
    with pytest.raises(gs.InputError, match="one model's rows need one value of each parameter, got 2"):
        Rows.of(gs.Experiment.of(gate="AND", noise_level=0.1, seed=[1, 2]))
