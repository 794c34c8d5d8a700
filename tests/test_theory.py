"""Exact accuracy, log loss and their limits against quadrature, grids and simulation that share no code with them."""

import math
from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import dblquad, quad
from scipy.special import ndtr, ndtri
from scipy.stats import norm, qmc

from gatesweep import InputError, fit, sweep, theory
from gatesweep.experiment import Experiment
from gatesweep.features import expand
from gatesweep.gates import GATE_NAMES, as_gate
from gatesweep.lecture import generate_data_with_noise
from gatesweep.theory.bayes import bayes_boundary

LEVELS = np.array([0.0, 0.01, 0.05, 0.2, 0.5, 1.0, 3.0])
MODELS = np.random.default_rng(27).normal(scale=3.0, size=(6, 4))
"""Weight of x1, x2, x1*x2, then the intercept."""


PROMISED = {1: 1e-14, 2: 1e-6, 3: 4e-4, 4: 1.5e-3}
"""Error of the exact accuracy of interaction models, by number of inputs."""


def density(x, mean=0.0, sigma=1.0):
    return math.exp(-(((x - mean) / sigma) ** 2) / 2) / (sigma * math.sqrt(2 * math.pi))


def accuracy_by_quad(model, gate, sigma):
    """P(right) of z = b + w1 x1 + w2 x2 + w3 x1 x2, integrated over x1 with x2 | x1 normal."""
    w1, w2, w3, b = model
    total = 0.0
    for (c1, c2), truth in zip(as_gate(gate).corners, as_gate(gate).truth, strict=True):

        def right(x1, c1=c1, c2=c2, truth=truth):
            slope = w2 + w3 * x1
            sign = 1 if truth else -1
            z = b + w1 * x1 + slope * c2
            if slope == 0:  # Here x2 decides nothing.
                return density(x1, c1, sigma) * (sign * z >= 0)
            return density(x1, c1, sigma) * ndtr(sign * z / (sigma * abs(slope)))

        ends = c1 - 10 * sigma, c1 + 10 * sigma
        middle = min(max(-w2 / w3, ends[0]), ends[1]) if w3 else c1
        total += sum(quad(right, *span, epsabs=1e-12, limit=400)[0] for span in ((ends[0], middle), (middle, ends[1])))
    return total / 4


@pytest.mark.parametrize("gate", GATE_NAMES)
def test_exact_accuracy_equals_quadrature_for_every_gate(gate):
    for model in MODELS[:2]:
        w1, w2, _, b = model
        for sigma in (0.1, 0.7):
            expected = accuracy_by_quad((w1, w2, 0.0, b), gate, sigma)
            assert_allclose(theory.exact_accuracy([w1, w2], b, gate, sigma), expected, atol=1e-9)


@pytest.mark.parametrize("sigma", [0.05, 0.3, 1.0])
def test_exact_accuracy_of_interaction_models_equals_quadrature(sigma):
    saddles = [[-5.0, -5.0, 10.0, 2.5], [-5.0, -5.0, 10.0, 2.5001], [-50.0, -10.0, 20.0, 25.0], [9.0, 0.01, 0.02, -4.5]]
    models = np.vstack([MODELS, saddles])
    expected = [accuracy_by_quad(model, "XOR", sigma) for model in models]
    got = theory.exact_accuracy(models[:, :3], models[:, 3], "XOR", sigma, features="interaction")
    assert_allclose(got, expected, atol=1e-6)


@pytest.mark.parametrize("n_inputs", [1, 2, 3, 4])
@pytest.mark.parametrize("features", ["linear", "interaction"])
def test_exact_accuracy_and_log_loss_agree_with_simulated_rows(n_inputs, features):
    rng = np.random.default_rng(n_inputs)
    gate, sigma, n = rng.integers(0, 2, 2**n_inputs).tolist(), 0.4, 400_000
    X, y = generate_data_with_noise(n, gate, sigma, random_state=n_inputs)
    products = {1: [], 2: [(0, 1)], 3: [(0, 1), (0, 2), (1, 2), (0, 1, 2)]}.get(
        n_inputs,
        [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3), (0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3), (0, 1, 2, 3)],
    )
    columns = [X] + [X[:, chosen].prod(1, keepdims=True) for chosen in products if features == "interaction"]
    rows = np.hstack(columns)
    weight, intercept = rng.normal(size=rows.shape[1]), rng.normal()
    logit = rows @ weight + intercept
    right, loss = (logit >= 0) == y, np.logaddexp(0, np.where(y, -logit, logit))
    accuracy = theory.exact_accuracy(weight, intercept, gate, sigma, features)
    bound = PROMISED[n_inputs] if features == "interaction" else 0
    relative = {3: 2e-3, 4: 2e-3}.get(n_inputs, 1e-6) if features == "interaction" else 0
    assert abs(right.mean() - accuracy) < 4 * np.sqrt(accuracy * (1 - accuracy) / n) + bound
    expected = theory.exact_log_loss(weight, intercept, gate, sigma, features)
    assert abs(loss.mean() - expected) < 4 * loss.std() / np.sqrt(n) + relative * expected


@pytest.mark.parametrize("n_inputs", [2, 3, 4])
def test_a_pure_product_has_the_closed_form_of_parity(n_inputs):
    """z = prod (1/2 - x_i): linear terms that cancel, and no direction in which the rule is smooth."""
    sets = [set(chosen) for size in range(n_inputs + 1) for chosen in combinations(range(n_inputs), size)]
    coefficients = np.array([(-1) ** len(chosen) * 0.5 ** (n_inputs - len(chosen)) for chosen in sets])
    parity = [1 - sum(corner) % 2 for corner in np.ndindex(*[2] * n_inputs)]
    sigma = np.array([0.1, 0.2, 0.35, 0.5, 0.8, 1.0, 2.0, 5.0])
    expected = (1 + (2 * norm.cdf(0.5 / sigma) - 1) ** n_inputs) / 2
    for scale in (1e-9, 1.0, 1e9):
        weight, intercept = scale * coefficients[1:], scale * coefficients[0]
        got = theory.exact_accuracy(weight, intercept, parity, sigma, "interaction")
        assert_allclose(got, expected, atol=PROMISED[n_inputs])


def products_of(n_inputs):
    return [chosen for size in range(n_inputs + 1) for chosen in combinations(range(n_inputs), size)]


def models_of(n_inputs, noise_level, rng):
    """Interaction models (constant first): fitted, random, nearly a product, a product around another centre."""
    products = products_of(n_inputs)
    for C in (1.0, np.inf):
        X, y = generate_data_with_noise(400, rng.integers(0, 2, 2**n_inputs).tolist(), noise_level, random_state=1)
        fitted = fit(expand(X, "interaction"), y, C=C, dtype="float64", device="cpu")
        yield np.append(fitted.intercept, fitted.weight)
    for size in (0.0, 3.0):
        yield rng.normal(size=len(products)) * 10 ** rng.uniform(-size, 0, len(products))
    yield np.append(1e-3 * rng.normal(size=len(products) - 1), rng.normal())
    centre = rng.uniform(0, 1, n_inputs)
    yield np.array([np.prod([1 if j in chosen else -centre[j] for j in range(n_inputs)]) for chosen in products])


def corner_chances(model, n_inputs, noise_level, points):
    """P(z >= 0) at each corner: Sobol points for all inputs but the last that matters, which is left to Phi."""
    terms = dict(zip(products_of(n_inputs), model, strict=True))
    last = max(range(n_inputs), key=lambda j: sum(v**2 for chosen, v in terms.items() if j in chosen))
    others = [j for j in range(n_inputs) if j != last]
    for corner in np.ndindex(*[2] * n_inputs):
        x = dict(zip(others, (np.array(corner)[others] + noise_level * points).T, strict=True))
        parts = np.zeros((2, len(points)))
        for chosen, value in terms.items():
            parts[int(last in chosen)] += value * math.prod(x[j] for j in chosen if j != last)
        yield ndtr((parts[0] + parts[1] * corner[last]) / (noise_level * np.abs(parts[1]))).mean()


@pytest.mark.parametrize(("n_inputs", "typical"), [(3, 5e-5), (4, 1.5e-4)])
def test_interaction_models_keep_the_promised_accuracy_for_every_gate(n_inputs, typical):
    """Corner by corner, so that the gate that a model is worst at is known without a search."""
    rng, n, errors = np.random.default_rng(n_inputs), 2**n_inputs, []
    points = ndtri(qmc.Sobol(n_inputs - 1, rng=rng).random(2**15))
    single = [[int(place == corner) for place in range(n)] for corner in range(n)]
    for sigma in (0.1, 0.3, 0.6, 1.0, 3.0)[:: n_inputs - 2]:
        for model in models_of(n_inputs, sigma, rng):
            one = (model[1:], model[0])
            none = theory.exact_accuracy(*one, [0] * n, sigma, "interaction")
            got = [(theory.exact_accuracy(*one, gate, sigma, "interaction") - none) * n / 2 + 0.5 for gate in single]
            errors.append((np.array(got) - list(corner_chances(model, n_inputs, sigma, points))) / n)
    assert np.abs(errors).sum(1).max() < PROMISED[n_inputs]
    assert np.sqrt(np.square(errors).sum(1).mean()) < typical


def test_fitted_interaction_models_have_the_accuracy_of_a_large_simulation():
    """Of 400,000 rows each; for the first, whose product rule was off by 8e-3, also of 5 million (0.93858 +- 1e-4)."""
    problems = [("0001000100010001", 0.3), ("00010111", 0.3), ("0110100110010110", 0.15), ("01101001", 0.8)]
    for gate, sigma in problems:
        found = sweep(gate=gate, noise_level=[sigma], seed=[1], features="interaction", num_samples=400).squeeze()
        weight, intercept = found.weight.values.astype(float), float(found.intercept)
        accuracy, n = theory.exact_accuracy(weight, intercept, gate, sigma, "interaction"), 400_000
        X, y = generate_data_with_noise(n, gate, sigma, random_state=8)
        right = ((expand(X, "interaction") @ weight + intercept >= 0) == y).mean()
        assert abs(right - accuracy) < 4 * np.sqrt(accuracy * (1 - accuracy) / n) + 5e-4
        if gate == "0001000100010001":
            assert abs(accuracy - 0.93858) < 5e-4 + 3e-4


@pytest.mark.parametrize("size", [0.0, 1e-3, 0.3, 4.0, 60.0, 1e3, 1e6])
def test_exact_log_loss_equals_quadrature_at_any_scale(size):
    weight, intercept, sigma = size * np.array([0.6, -0.8]), 0.7 - 0.2 * size, 0.5

    def expected(sign, mean):
        scale = sigma * size
        peak = np.clip(-mean / scale if scale else 0, -38, 38)

        def value(u):
            return density(u) * np.logaddexp(0, -sign * (mean + scale * u))

        near = [np.clip(peak + d / max(scale, 1e-9), -38, 38) for d in (-40, -1, 0, 1, 40)]
        edges = sorted({-38.0, -6.0, 0.0, 6.0, 38.0, *map(float, near)})
        return sum(
            quad(value, a, b, epsabs=1e-13 * (1 + size), epsrel=1e-12)[0]
            for a, b in zip(edges, edges[1:], strict=False)
        )

    gate = as_gate("NIMPLY")
    terms = [
        expected(2 * truth - 1, weight @ corner + intercept)
        for corner, truth in zip(gate.corners, gate.truth, strict=True)
    ]
    assert_allclose(theory.exact_log_loss(weight, intercept, gate, sigma), np.mean(terms), rtol=1e-11)


def test_exact_log_loss_of_interaction_models_equals_quadrature():
    sigma, reach = 0.6, 7
    for model in MODELS[:2]:

        def loss(x2, x1, corner, truth, model=model):
            z = model @ [x1, x2, x1 * x2, 1]
            return density(x1, corner[0], sigma) * density(x2, corner[1], sigma) * np.logaddexp(0, -z if truth else z)

        expected = 0.0
        for corner, truth in zip(as_gate("OR").corners, as_gate("OR").truth, strict=True):
            low, high = corner - reach * sigma, corner + reach * sigma
            expected += dblquad(loss, low[0], high[0], low[1], high[1], (corner, truth), 1e-8, 1e-8)[0] / 4
        got = theory.exact_log_loss(model[:3], model[3], "OR", sigma, features="interaction")
        assert_allclose(got, expected, rtol=1e-6)


def test_without_noise_the_corners_decide_and_ties_are_class_1():
    assert theory.exact_accuracy([1, 1], -1.0, "AND", 0.0) == 0.5
    assert theory.exact_accuracy([1, 1], -1.0, "OR", 0.0) == 1.0
    assert theory.exact_accuracy([-1, -1], 1.0, "NAND", 0.0) == 1.0
    assert theory.exact_accuracy([-1, -1, 2], 0.0, "XNOR", 0.0, "interaction") == 1.0
    assert theory.exact_accuracy([-1, -1, 2], -1e-9, "XNOR", 0.0, "interaction") == 0.5
    assert_allclose(theory.exact_log_loss([8, 8], -12.0, "AND", 0.0), np.logaddexp(0, [-12, -4, -4, -4]).mean())


def test_negative_zero_is_no_noise_too():
    assert theory.exact_accuracy([1, 1], -1.5, "AND", -0.0) == 1.0
    assert theory.exact_accuracy([-1, -1, 2], 0.0, "XNOR", -0.0, "interaction") == 1.0
    for limit in (theory.bayes_accuracy, theory.best_linear_accuracy):
        for gate in ("XOR", "00010111"):
            assert limit(gate, -0.0) == limit(gate, 0.0)
    plain, negative = (Experiment.of(gate="AND", noise_level=[zero]) for zero in (0.0, -0.0))
    assert negative.hash == plain.hash


@pytest.mark.parametrize("features", ["linear", "interaction"])
@pytest.mark.parametrize("sigma", [0.0, 0.3])
def test_weight_zero_answers_class_1_unless_the_intercept_is_negative(features, sigma):
    weight = np.zeros(2 if features == "linear" else 3)
    for intercept, expected in ((0.0, 0.25), (2.0, 0.25), (-1e-300, 0.75)):
        assert theory.exact_accuracy(weight, intercept, "AND", sigma, features) == expected
    assert_allclose(theory.exact_log_loss(weight, 0.0, "AND", sigma, features), np.log(2), rtol=1e-13)
    assert_allclose(
        theory.exact_log_loss(weight, -1.5, "AND", sigma, features), np.logaddexp(0, [1.5, -1.5, -1.5, -1.5]).mean()
    )


def test_a_model_of_extreme_size_has_the_accuracy_of_its_line():
    expected = theory.exact_accuracy([3.0, 4.0], -5.0, "AND", 0.3)
    for size in (1e-250, 1e250):
        assert_allclose(theory.exact_accuracy([3 * size, 4 * size], -5 * size, "AND", 0.3), expected, rtol=1e-12)


def test_models_broadcast_and_do_not_see_each_other():
    rng = np.random.default_rng(1)
    weight, intercept = rng.normal(size=(70_000, 2)), rng.normal(size=70_000)
    weight[5], intercept[6], weight[7] = np.nan, np.nan, (np.inf, -np.inf)
    together = theory.exact_accuracy(weight, intercept, "OR", 0.3)
    assert np.isnan(together[5:8]).all() and not np.isnan(np.delete(together, [5, 6, 7])).any()
    for i in (0, 4, 8, 65_535, 65_536, 69_999):
        assert together[i] == theory.exact_accuracy(weight[i], intercept[i], "OR", 0.3)
    grid = theory.exact_log_loss(weight[10:14], intercept[10:14], "OR", np.array([[0.1], [0.0]]))
    assert grid.shape == (2, 4)
    assert_allclose(grid[1, 2], theory.exact_log_loss(weight[12], intercept[12], "OR", 0.0), rtol=1e-13)


@pytest.mark.parametrize("gate", GATE_NAMES)
@pytest.mark.parametrize("sigma", [0.08, 0.3, 1.0])
def test_bayes_accuracy_equals_the_larger_density_summed_over_a_grid(gate, sigma):
    x = np.linspace(-8 * sigma, 1 + 8 * sigma, 1501)
    input_density = norm.pdf(x[:, None], [0, 1], sigma)
    truth = np.array(as_gate(gate).truth).reshape(2, 2)
    ones, zeros = (np.einsum("ia,jb,ab->ij", input_density, input_density, part) / 4 for part in (truth, 1 - truth))
    expected = np.maximum(ones, zeros).sum() * (x[1] - x[0]) ** 2
    assert_allclose(theory.bayes_accuracy(gate, sigma), expected, atol=2e-5)


def test_bayes_accuracy_has_the_closed_form_of_parity():
    for n_inputs, atol in ((1, 1e-14), (2, 1e-10), (3, 5e-6), (4, 5e-5)):
        parity = [sum(corner) % 2 for corner in np.ndindex(*[2] * n_inputs)]
        sigma = LEVELS[1:]
        expected = (1 + (2 * norm.cdf(0.5 / sigma) - 1) ** n_inputs) / 2
        assert_allclose(theory.bayes_accuracy(parity, sigma), expected, atol=atol)


def test_bayes_accuracy_of_and_equals_the_value_worked_out_by_hand():
    assert_allclose(theory.bayes_accuracy("AND", 0.5), 0.858870, atol=5e-7)


@pytest.mark.parametrize("gate", ["AND", "XOR", "IMPLY"])
def test_inputs_that_do_not_matter_change_no_limit(gate):
    two = np.array(as_gate(gate).truth).reshape(2, 2)
    sigma = np.array([0.0, 0.1, 0.4, 1.0])
    for n_inputs in (3, 4):
        truth = np.broadcast_to(two[(...,) + (None,) * (n_inputs - 2)], (2,) * n_inputs).ravel()
        for limit in (theory.bayes_accuracy, theory.best_linear_accuracy):
            assert_allclose(limit(truth, sigma), limit(gate, sigma), atol=1e-12)


@pytest.mark.parametrize("gate", GATE_NAMES)
def test_limits_are_ordered_and_meet_at_both_ends(gate):
    sigma = np.concatenate([LEVELS, [1e-9, 20.0, 1e6]])
    bayes, line = theory.bayes_accuracy(gate, sigma), theory.best_linear_accuracy(gate, sigma)
    majority = theory.majority_accuracy(gate)
    assert (majority <= line + 1e-12).all() and (line <= bayes + 1e-10).all()
    assert bayes[0] == 1 and line[0] == (0.75 if gate in ("XOR", "XNOR") else 1)
    assert_allclose([bayes[-1], line[-1]], majority, atol=1e-5)
    assert majority == {0: 1, 1: 0.75, 2: 0.5, 3: 0.75, 4: 1}[sum(as_gate(gate).truth)]


@pytest.mark.parametrize("name", ["bayes_accuracy", "best_linear_accuracy"])
@pytest.mark.parametrize("gate", GATE_NAMES)
def test_complement_swap_and_reflection_change_no_limit(name, gate):
    limit, truth = getattr(theory, name), np.array(as_gate(gate).truth).reshape(2, 2)
    expected = limit(gate, LEVELS)
    for other in (1 - truth, truth.T, truth[::-1], truth[:, ::-1]):
        assert_allclose(limit(other.ravel(), LEVELS), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1, 1, 1], 0.0, "AND", 0.1), "2 values"),
        (([1, 1], 0.0, "AND", 0.1, "interaction"), "3 values"),
        (([1, 1], 0.0, "AND", 0.1, "cubic"), "cubic"),
        (([1, 1], 0.0, "AND", -0.1), "noise_level"),
        (([1, 1], 0.0, "AND", np.nan), "noise_level"),
        (([1, 1], [0.0, 1.0], "AND", [0.1, 0.2, 0.3]), "broadcast"),
        (([1, 1], 0.0, "ANDY", 0.1), "ANDY"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(arguments, words):
    for function in (theory.exact_accuracy, theory.exact_log_loss):
        with pytest.raises(InputError, match=words):
            function(*arguments)


@pytest.mark.parametrize("noise_level", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("gate", GATE_NAMES)
def test_both_classes_are_equally_likely_on_the_bayes_boundary_and_on_no_other_point(gate, noise_level):
    sign = 2.0 * np.array(as_gate(gate).truth) - 1

    def lean(points):
        square = ((points[:, None] - [[0, 0], [0, 1], [1, 0], [1, 1]]) ** 2).sum(-1)
        share = np.exp((square.min(1, keepdims=True) - square) / (2 * noise_level**2))
        return (share * sign).sum(1) / share.sum(1)

    line = np.column_stack(bayes_boundary(gate, noise_level))
    line = line[np.isfinite(line).all(1)]
    near = line[np.abs(line - 0.5).max(1) < 3]
    np.testing.assert_allclose(lean(near), 0, atol=1e-12)
    # Wherever the answer changes between two neighbouring points of a grid, the boundary passes between them.
    side = np.linspace(-1.03, 2.02, 40)
    grid = np.stack(np.meshgrid(side, side), -1)
    answer = (lean(grid.reshape(-1, 2)) > 0).reshape(40, 40)
    crossed = (grid[:, 1:][answer[:, 1:] != answer[:, :-1]] + grid[:, :-1][answer[:, 1:] != answer[:, :-1]]) / 2
    for point in crossed:
        assert np.abs(near - point).max(1).min() < side[1] - side[0]
