"""Exact accuracy and log loss of nets against simulated rows, closed forms and symmetries."""

import numpy as np
import pytest

import gatesweep as gs
from gatesweep.theory import Network, network_accuracy, network_log_loss

ACTS = {"sigmoid": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}


def random_nets(count, units, activation, steep, n_inputs=2, seed=0):
    random = np.random.default_rng(seed)
    hidden = random.normal(0, steep, (count, units, n_inputs))
    bias = -(hidden * random.uniform(-0.2, 1.2, hidden.shape)).sum(-1)
    output = random.normal(0, 3, (count, units))
    offset = (ACTS[activation](bias[..., None] + hidden @ np.full((n_inputs, 1), 0.5))[..., 0] * output).sum(-1)
    return Network(hidden, bias, output, random.normal(0, 0.5, count) - offset, activation)


def logits(net, X):
    """(models, rows)"""
    total = np.repeat(net.intercept[:, None], len(X), 1)
    with np.errstate(over="ignore"):
        for j in range(net.output_weight.shape[1]):
            line = net.hidden_weight[:, j] @ X.T + net.hidden_intercept[:, j, None]
            total += net.output_weight[:, j, None] * ACTS[net.activation](line)
    return total


def simulated(net, gate, noise_level, rows):
    """Accuracy and mean log loss on fresh rows of the true distribution."""
    table, random, per = gs.as_gate(gate), np.random.default_rng(1), rows // len(gs.as_gate(gate).truth)
    hits, losses, done = 0.0, 0.0, 0
    while done < per:
        size = min(50_000, per - done)
        for corner, truth in zip(table.corners, table.truth, strict=True):
            z = logits(net, corner + noise_level * random.normal(size=(size, table.n_inputs)))
            hits = hits + ((z >= 0) == truth).sum(1)
            losses = losses + np.logaddexp(0, -z if truth else z).sum(1)
        done += size
    return hits / (per * len(table.truth)), losses / (per * len(table.truth))


@pytest.mark.parametrize("steep", [3.0, 30.0])
@pytest.mark.parametrize("activation", ACTS)
def test_two_inputs_agree_with_simulated_rows(activation, steep):
    net, rows = random_nets(12, 4, activation, steep), 400_000
    for gate, noise_level in (("XOR", 0.1), ("AND", 0.5)):
        accuracy, loss = simulated(net, gate, noise_level, rows)
        np.testing.assert_allclose(network_accuracy(net, gate, noise_level), accuracy, atol=4 * 0.5 / rows**0.5)
        np.testing.assert_allclose(network_log_loss(net, gate, noise_level), loss, rtol=0.02, atol=1e-3)


@pytest.mark.parametrize("gate", ["NOT", "00010111"])
def test_one_and_three_inputs_agree_with_simulated_rows(gate):
    table = gs.as_gate([1, 0] if gate == "NOT" else gate)
    net, rows = random_nets(6, 3, "tanh", 4.0, table.n_inputs), 400_000
    accuracy, _ = simulated(net, table, 0.3, rows)
    np.testing.assert_allclose(network_accuracy(net, table, 0.3), accuracy, atol=1e-3 + 4 * 0.5 / rows**0.5)


@pytest.mark.parametrize("features", ["linear", "interaction"])
def test_one_nearly_linear_unit_is_a_line(features):
    """tanh of a small line, times a large weight, has the sign of the line."""
    random = np.random.default_rng(2)
    weight, intercept = random.normal(size=(20, 3 if features == "interaction" else 2)), random.normal(size=20) / 2
    for activation, shift in (("tanh", 0.0), ("sigmoid", -0.5)):
        net = Network(weight[:, None], intercept[:, None], np.ones((20, 1)), np.full(20, shift), activation)
        for noise_level in (0.0, 0.05, 0.4, 3.0):
            expected = gs.theory.exact_accuracy(weight, intercept, "XOR", noise_level, features)
            np.testing.assert_allclose(network_accuracy(net, "XOR", noise_level, features), expected, atol=1e-4)


def test_jumps_along_either_input_are_found():
    """Two steep units make a band in x1 or in x2; XOR there has the closed form of the band's two edges."""
    from scipy.special import ndtr

    steep, sigma = 1e4, 0.3
    expected = []
    for axis in (0, 1):
        hidden = np.zeros((2, 2))
        hidden[:, axis] = steep
        net = Network(hidden, [-0.2 * steep, -0.7 * steep], [1.0, -1.0], -0.5)
        band = [ndtr((0.7 - c) / sigma) - ndtr((0.2 - c) / sigma) for c in (0, 1)]
        expected = (
            [1 - band[0], band[0], band[1], 1 - band[1]] if axis == 0 else [1 - band[0], band[1], band[0], 1 - band[1]]
        )
        assert network_accuracy(net, "XOR", sigma) == pytest.approx(np.mean(expected), abs=1e-4)


def test_order_and_signs_of_units_change_nothing():
    net = random_nets(10, 4, "tanh", 5.0)
    order, sign = [2, 0, 3, 1], np.array([1, -1, -1, 1])
    turned = Network(
        (net.hidden_weight * sign[:, None])[:, order], (net.hidden_intercept * sign)[:, order],
        (net.output_weight * sign)[:, order], net.intercept, "tanh",
    )  # fmt: skip
    for of in (network_accuracy, network_log_loss):
        np.testing.assert_allclose(of(turned, "XOR", 0.3), of(net, "XOR", 0.3), atol=1e-5)


def test_absent_units_count_for_nothing_and_a_net_that_is_nan_is_nan():
    net = random_nets(3, 2, "sigmoid", 5.0)
    padded = Network(
        np.pad(net.hidden_weight, [(0, 0), (0, 1), (0, 0)], constant_values=np.nan),
        np.pad(net.hidden_intercept, [(0, 0), (0, 1)], constant_values=np.nan),
        np.pad(net.output_weight, [(0, 0), (0, 1)], constant_values=np.nan),
        np.array([*net.intercept[:2], np.nan]),
    )
    found, expected = network_accuracy(padded, "XOR", 0.2), network_accuracy(net, "XOR", 0.2)
    np.testing.assert_allclose(found[:2], expected[:2], rtol=1e-13)  # Sums of more terms may round elsewhere.
    assert np.isnan(found[2])


def test_no_net_beats_bayes_by_more_than_the_error():
    ds = gs.sweep(
        gate="XOR", noise_level=(0.1, 0.3, 0.6), seed=0, hidden_units=4, init_seed=range(10), solver="adam",
        learning_rate=0.1, epochs=60, device="cpu",
    )  # fmt: skip
    assert (ds.exact_accuracy <= ds.bayes_accuracy + 1e-4).all()
