"""Every model equals what the lecture's own code gives for that gate, noise level and seed."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import gatesweep as gs
from gatesweep.lecture import gate_data
from tests import lecture

LECTURE_GATES = ("AND", "OR", "XOR")
SPREAD = [("AND", 0.05, 42, 500), ("OR", 0.3, 7, 500), ("XOR", 0.2, 3, 500), ("AND", 1.0, 11, 203), ("OR", 0.0, 0, 101)]


def lecture_data(gate, noise_level, seed, num_samples):
    np.random.seed(seed)
    return lecture.generate_data_with_noise(num_samples, gate, noise_level)


@given(
    gate=st.sampled_from(LECTURE_GATES),
    num_samples=st.integers(4, 1200),
    noise_level=st.floats(0, 10),
    seed=st.integers(0, 2**32 - 1),
)
def test_data_is_the_lectures_bit_for_bit(gate, num_samples, noise_level, seed):
    X, y = gs.generate_data_with_noise(num_samples, gate, noise_level, random_state=seed)
    expected_X, expected_y = lecture_data(gate, noise_level, seed, num_samples)
    assert X.dtype == np.float64 and X.tobytes() == expected_X.tobytes()
    assert y.tolist() == expected_y.tolist()


def test_without_a_seed_data_goes_on_with_numpys_global_stream():
    np.random.seed(5)
    lecture.generate_data_with_noise(100, "OR", 0.1)
    second, _ = lecture.generate_data_with_noise(100, "OR", 0.1)
    np.random.seed(5)
    gs.generate_data_with_noise(100, "OR", 0.1)
    assert gs.generate_data_with_noise(100, "OR", 0.1)[0].tobytes() == second.tobytes()


def one_model(gate, noise_level, seed, num_samples, **parameters):
    dataset = gs.sweep(gate=gate, noise_level=noise_level, seed=seed, num_samples=num_samples, **parameters)
    return dataset.isel(gate=0, noise_level=0, seed=0)


@pytest.mark.parametrize(("dtype", "close"), [("float64", 1e-5), ("float32", 1e-3)])
@pytest.mark.parametrize("case", SPREAD)
def test_newton_is_the_lectures_scikit_learn_model(case, dtype, close):
    X, y = lecture_data(*case)
    model, train_score, test_score = lecture.perform_logistic_regression(X, y, tol=1e-12, max_iter=10_000)
    ours = one_model(*case, dtype=dtype)
    np.testing.assert_allclose(ours.weight, model.coef_[0], atol=close, rtol=0)
    np.testing.assert_allclose(ours.intercept, model.intercept_[0], atol=close, rtol=0)
    # One row in the precision of the number format: an accuracy is a whole number of rows.
    assert float(ours.train_accuracy) == pytest.approx(train_score, abs=1e-6)
    assert float(ours.test_accuracy) == pytest.approx(test_score, abs=1e-6)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize(("init", "model_type"), [("ones", "A"), ("linear", "B")])
@pytest.mark.parametrize("case", SPREAD)
def test_sgd_and_adam_are_the_lectures_torch_loop_at_every_epoch(case, init, model_type, optimizer):
    X, y = lecture_data(*case)
    train, test = lecture.make_tensors(X, y)
    model = getattr(lecture, f"LogisticRegressionModel{model_type}")(2)
    printed = lecture.perform_logistic_regression_pytorch(train, test, model, torch.nn.BCELoss(), optimizer=optimizer)
    ours = one_model(*case, solver=optimizer, init=init, record="epoch").isel(epoch=slice(1, None))
    weights = np.stack([weight for _, _, weight, _ in printed])
    np.testing.assert_allclose(ours.weight_history, weights, atol=1e-5, rtol=1e-5)
    np.testing.assert_allclose(ours.intercept_history, [b for *_, b in printed], atol=1e-5, rtol=1e-5)
    loss = np.array([whole_loss(weight, intercept, train) for _, _, weight, intercept in printed])
    np.testing.assert_allclose(ours.train_loss_history, loss, atol=1e-5)
    loss = np.array([whole_loss(weight, intercept, test) for _, _, weight, intercept in printed])
    np.testing.assert_allclose(ours.test_loss_history, loss, atol=1e-5)
    if len(test) <= 64:  # One test batch: then the lecture's mean over batches is the mean over rows.
        np.testing.assert_allclose(ours.test_loss_history, [printed_loss for _, printed_loss, *_ in printed], atol=1e-5)
    np.testing.assert_allclose(ours.weight, weights[-1], atol=1e-5, rtol=1e-5)


def whole_loss(weight, intercept, dataset):
    """The lecture's loss (BCELoss) over all rows of a part at once, by torch."""
    rows = torch.stack([x for x, _ in dataset])
    labels = torch.stack([y for _, y in dataset])[:, 0]
    return torch.nn.functional.binary_cross_entropy_with_logits(rows @ torch.tensor(weight) + intercept, labels).item()


def test_the_lectures_generators_are_left_as_they_were():
    torch.manual_seed(3)
    np.random.seed(3)
    expected = torch.rand(3).tolist(), np.random.rand(3).tolist()
    torch.manual_seed(3)
    np.random.seed(3)
    gs.sweep(gate="AND", noise_level=0.1, seed=1, solver="sgd", epochs=3, init="linear")
    assert (torch.rand(3).tolist(), np.random.rand(3).tolist()) == expected


@pytest.mark.parametrize("gate", ["NAND", "IMPLY", "X1", "FALSE"])
@pytest.mark.parametrize("noise_level", [0.0, 0.4])
def test_any_gate_draws_the_same_rows_as_and(gate, noise_level):
    X, y = gs.generate_data_with_noise(120, gate, noise_level, random_state=9)
    same, _ = gs.generate_data_with_noise(120, "AND", noise_level, random_state=9)
    clean, _ = gs.generate_data_with_noise(120, gate, 0.0, random_state=9)
    assert X.tobytes() == same.tobytes()
    table = {tuple(map(int, f"{i:02b}")): t for i, t in enumerate(gs.as_gate(gate).truth)}
    assert y.tolist() == [table[tuple(row)] for row in clean.astype(int).tolist()]


def test_the_torch_split_is_the_lectures():
    X, y = lecture_data("AND", 0.5, 1, 230)
    train, test = lecture.make_tensors(X, y)
    _, _, rows, held_out = gate_data("AND", 0.5, 1, 230, split="torch")
    assert rows.tolist() == list(train.indices) and held_out.tolist() == list(test.indices)
