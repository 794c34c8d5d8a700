"""Best lines, margins and population optima against global searches, scikit-learn and finite differences."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import differential_evolution
from scipy.special import ndtr
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from gatesweep import InputError, theory
from gatesweep.gates import GATE_NAMES, as_gate
from gatesweep.theory.lines import max_margin_line, threshold_functions

SIGMA = np.array([0.1, 0.25, 0.5, 1.0])
GOLDEN = {
    "AND": [0.9998567289, 0.9454412092, 0.8375785430, 0.7666667778],
    "XOR": [0.7498567289, 0.6954430091, 0.5898368600, 0.5278943559],
}
SEPARABLE = [gate for gate in GATE_NAMES if gate not in ("XOR", "XNOR", "FALSE", "TRUE")]
THREE_INPUTS = ["01101001", "00010111", "00111010", "00000001"]


@pytest.mark.parametrize("gate", ["AND", "OR", "NAND", "NOR", "IMPLY", "NIMPLY", "XOR", "XNOR"])
def test_best_line_reaches_the_known_values(gate):
    expected = GOLDEN["XOR" if gate in ("XOR", "XNOR") else "AND"]
    assert_allclose(theory.best_linear_accuracy(gate, SIGMA), expected, atol=6e-11)


def searched_accuracy(gate, sigma):
    """The best of 720 directions and 1501 offsets."""
    angle = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    direction = np.stack([np.cos(angle), np.sin(angle)])
    offset = np.linspace(-2 - 8 * sigma, 2 + 8 * sigma, 1501)
    accuracy = 0.0
    for corner, truth in zip(as_gate(gate).corners, as_gate(gate).truth, strict=True):
        z = (corner @ direction)[:, None] - offset
        accuracy = accuracy + ndtr(z / sigma if truth else -z / sigma) / 4
    return accuracy.max()


@pytest.mark.parametrize("gate", GATE_NAMES)
def test_no_line_of_a_global_search_beats_the_best_line(gate):
    for sigma in (0.07, 0.3, 1.2):
        best, searched = theory.best_linear_accuracy(gate, sigma), searched_accuracy(gate, sigma)
        assert searched - 1e-12 <= best <= searched + 2e-4


@pytest.mark.parametrize("gate", ["01", *THREE_INPUTS, "0110100110010110", "0001011101111110"])
@pytest.mark.parametrize("sigma", [0.15, 0.6])
def test_no_hyperplane_of_an_evolution_beats_the_best_line(gate, sigma):
    table = as_gate(gate)
    signs = 2 * np.array(table.truth) - 1

    def error(line):
        z = table.corners @ line[:-1] + line[-1]
        return ndtr(-signs * z / (sigma * np.linalg.norm(line[:-1]))).mean()

    found = differential_evolution(error, [(-1, 1)] * table.n_inputs + [(-3, 3)], rng=1, maxiter=100, tol=1e-7)
    best = theory.best_linear_accuracy(gate, sigma)
    assert best >= 1 - found.fun - 1e-9
    assert best <= theory.bayes_accuracy(gate, sigma) + 5e-4


def test_every_threshold_function_is_among_the_starts_of_the_search():
    for n_inputs, count in ((1, 4), (2, 14), (3, 104), (4, 1882)):
        truth, lines = threshold_functions(n_inputs)
        assert len({tuple(t) for t in truth.tolist()}) == len(truth) == count
        corners = as_gate([0] * 2**n_inputs).corners
        assert ((corners @ lines[:, :-1].T + lines[:, -1] >= 0) == truth.T).all()


def test_without_noise_the_best_line_is_the_best_possible():
    expected = {"AND": 1, "XOR": 0.75, "01101001": 0.75, "00111010": 0.875, "0110100110010110": 0.6875}
    for gate, accuracy in expected.items():
        assert theory.best_linear_accuracy(gate, 0.0) == accuracy


def test_margin_equals_that_of_a_hard_margin_support_vector_machine():
    assert_allclose(theory.margin("AND"), np.sqrt(2) / 4, rtol=1e-12)
    assert_allclose(theory.margin("NOT_X2"), 0.5, rtol=1e-12)
    assert theory.margin("XOR") == 0 and theory.margin("TRUE") == np.inf
    for gate in (*SEPARABLE, "00010111", "01111111", "0000000000010111", "0001011101111111"):
        table = as_gate(gate)
        machine = SVC(kernel="linear", C=1e6, tol=1e-9).fit(table.corners, table.truth)
        assert_allclose(theory.margin(gate), 1 / np.linalg.norm(machine.coef_), rtol=1e-5)
        weight, intercept = max_margin_line(gate)
        assert_allclose(weight, machine.coef_[0], atol=1e-4)
        assert_allclose(intercept, machine.intercept_[0], atol=1e-4)


def penalised_loss(params, gate, sigma, C, n, features="linear"):
    weight, intercept = params[..., :-1], params[..., -1]
    return theory.exact_log_loss(weight, intercept, gate, sigma, features) + (weight**2).sum(-1) / (2 * C * n)


def slope_at(params, *problem):
    """Central differences of the penalised loss."""
    step = 1e-4 * np.eye(len(params))
    up, down = (penalised_loss(params + sign * step, *problem) for sign in (1, -1))
    return (up - down) / 2e-4


@pytest.mark.parametrize("gate", [gate for gate in GATE_NAMES if gate not in ("FALSE", "TRUE")] + THREE_INPUTS)
def test_no_slope_of_the_loss_is_left_at_the_population_optimum(gate):
    for sigma, C, n in ((0.3, np.inf, 1), (1.0, np.inf, 1), (0.0, 1.0, 400), (0.15, 0.5, 80), (0.5, 10.0, 400)):
        weight, intercept = theory.population_optimum(gate, sigma, C, n)
        slope = slope_at(np.append(weight, intercept), gate, sigma, C, n)
        assert_allclose(slope, 0, atol=1e-8)


@pytest.mark.parametrize("gate", ["AND", "CIMPLY", "XOR", "X1"])
def test_population_optimum_equals_scikit_learn_on_a_quadrature_grid(gate):
    sigma, C, n = 0.4, 2.0, 50
    nodes, weights = np.polynomial.hermite_e.hermegauss(30)
    table = as_gate(gate)
    eps = np.stack(np.meshgrid(nodes, nodes), -1).reshape(-1, 2)
    share = np.outer(weights, weights).ravel() / weights.sum() ** 2 / 4
    rows = (table.corners[:, None] + sigma * eps).reshape(-1, 2)
    fit = LogisticRegression(C=C, tol=1e-12, max_iter=10_000, solver="newton-cholesky")
    fit.fit(rows, np.repeat(table.truth, len(eps)), sample_weight=n * np.tile(share, 4))
    weight, intercept = theory.population_optimum(gate, sigma, C, n)
    assert_allclose([*weight, intercept], [*fit.coef_[0], *fit.intercept_], atol=1e-6)


def test_a_gate_that_copies_an_input_has_weight_one_over_variance():
    sigma = np.array([0.02, 0.05, 0.1, 0.3, 1.0, 4.0])
    weight, intercept = theory.population_optimum("X1", sigma)
    assert_allclose(weight[:, 0], sigma**-2, rtol=1e-7)
    assert_allclose(weight[:, 1], 0, atol=1e-6)
    assert_allclose(intercept, -0.5 * sigma**-2, rtol=1e-7)
    weight, intercept = theory.population_optimum("10", sigma)
    assert_allclose(weight[:, 0], -(sigma**-2), rtol=1e-7)


def test_the_population_optimum_of_xor_is_zero():
    sigma = np.array([0.0, 1e-3, 0.1, 0.7, 5.0])[:, None]
    for gate in ("XOR", "XNOR", "01101001"):
        weight, intercept = theory.population_optimum(gate, sigma, [0.1, 1.0, np.inf], 400)
        assert not weight.any() and not intercept.any()


@pytest.mark.parametrize("gate", SEPARABLE)
def test_complement_swap_and_reflection_move_the_population_optimum_as_they_must(gate):
    truth = np.array(as_gate(gate).truth).reshape(2, 2)
    gates = np.stack([truth, 1 - truth, truth.T, truth[::-1, ::-1]]).reshape(4, 4)
    for C in (1.0, np.inf):
        weight, intercept = theory.population_optima(gates, SIGMA, C, 400)
        assert_allclose(weight[1:], [-weight[0], weight[0, :, ::-1], -weight[0]], atol=1e-7)
        reflected = intercept[0] + weight[0].sum(-1)
        assert_allclose(intercept[1:], [-intercept[0], intercept[0], reflected], atol=1e-7)


def test_problems_solved_at_once_equal_each_solved_alone():
    C = np.array([0.1, 3.0, np.inf])
    for features in ("linear", "interaction"):
        weight, intercept = theory.population_optima(GATE_NAMES, SIGMA[:, None], C, 400, features)
        assert weight.shape == (16, 4, 3, 2 if features == "linear" else 3) and intercept.shape == (16, 4, 3)
        for g, i, j in ((1, 0, 0), (7, 3, 2), (9, 1, 1), (15, 2, 2)):
            alone = theory.population_optimum(GATE_NAMES[g], SIGMA[i], C[j], 400, features)
            assert_allclose(weight[g, i, j], alone[0], rtol=1e-7, atol=1e-9)
            assert_allclose(intercept[g, i, j], alone[1], rtol=1e-7, atol=1e-9)


def test_a_loose_tolerance_still_gives_a_close_start():
    sigma = np.linspace(0, 1, 41)
    loose, tight = (theory.population_optima(GATE_NAMES, sigma, 1.0, 400, tolerance=t) for t in (1e-3, 1e-10))
    assert_allclose(loose[0], tight[0], atol=1e-3)
    assert_allclose(loose[1], tight[1], atol=1e-3)


def test_optima_at_infinity_are_finite_and_point_the_right_way():
    for gate in SEPARABLE:
        weight, intercept = theory.population_optimum(gate, 0.0)
        line, offset = max_margin_line(gate)
        assert_allclose(weight / np.linalg.norm(weight), line / np.linalg.norm(line), atol=0.02)
        assert theory.exact_log_loss(weight, intercept, gate, 0.0) < 1e-12
    for gate, sign in (("TRUE", 1), ("0", 0), ("FALSE", -1)):
        if sign:
            weight, intercept = theory.population_optimum(gate, SIGMA)
            assert not weight.any() and (sign * intercept > 30).all() and np.isfinite(intercept).all()


@pytest.mark.parametrize("features", ["linear", "interaction"])
def test_population_optima_are_finite_on_the_most_extreme_grid(features):
    sigma = np.array([0.0, 1e-8, 1e-3, 0.01, 0.03, 2.0, 1e3, 1e6])[:, None]
    C = np.array([1e-300, 1e-9, 1.0, 1e9, 1e300, np.inf])
    for gates in (GATE_NAMES, THREE_INPUTS):
        weight, intercept = theory.population_optima(gates, sigma, C, 400, features)
        assert np.isfinite(weight).all() and np.isfinite(intercept).all()


def test_with_products_xor_reaches_the_bayes_limit():
    sigma = np.array([0.1, 0.3, 0.6, 1.0])
    weight, intercept = theory.population_optimum("XOR", sigma, features="interaction")
    accuracy = theory.exact_accuracy(weight, intercept, "XOR", sigma, "interaction")
    assert_allclose(accuracy, theory.bayes_accuracy("XOR", sigma), atol=1e-6)


@pytest.mark.parametrize("C", [0.05, 1.0, np.inf])
def test_with_products_hardly_a_slope_is_left_at_the_population_optimum(C):
    for gate, sigma in (("XOR", 0.3), ("XOR", 1.0), ("AND", 0.5)):
        weight, intercept = theory.population_optimum(gate, sigma, C, 400, features="interaction")
        slope = slope_at(np.append(weight, intercept), gate, sigma, C, 400, "interaction")
        assert_allclose(slope, 0, atol=3e-4)


def test_a_newton_step_that_is_far_too_long_is_halved():
    gates = [f"{1 << place:08b}" for place in range(8)]
    weight, intercept = theory.population_optima(gates, 0.01, 1e6, 400)
    for gate, *params in zip(gates, weight, intercept, strict=True):
        assert penalised_loss(np.append(*params), gate, 0.01, 1e6, 400) < 4e-6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((["AND", "01101001"], 0.1), "number of inputs"),
        (([], 0.1), "number of inputs"),
        ((["AND"], -0.1), "noise_level"),
        ((["AND"], 0.1, 0.0), "C"),
        ((["AND"], 0.1, np.nan), "C"),
        ((["AND"], 0.1, 1.0, 0), "n at least 1"),
        ((["AND"], 0.1, 1.0, 1, "cubic"), "cubic"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(arguments, words):
    with pytest.raises(InputError, match=words):
        theory.population_optima(*arguments)
