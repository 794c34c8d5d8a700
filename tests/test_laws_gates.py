"""Laws of logic: what complement, swapped inputs and reflection do to a gate, they do to its models."""

import numpy as np
import pytest
import torch
from scipy.special import ndtr
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

import gatesweep as gs
from gatesweep.engine.design import DenseDesign
from gatesweep.engine.loop import run
from gatesweep.engine.solvers.descent import SGD, Adam
from gatesweep.engine.solvers.protocol import Status
from gatesweep.gates import GATE_NAMES
from gatesweep.theory.lines import max_margin_line
from tests.tolerances import TOLERANCE

CLOSE = TOLERANCE["float64"]
COMPLEMENT = {name: gs.as_gate([1 - t for t in gs.as_gate(name).truth]).name for name in GATE_NAMES}


@pytest.mark.parametrize("features", ["linear", "interaction"])
def test_the_complement_of_a_gate_has_the_opposite_models(features):
    """Same rows, y -> 1 - y: parameters change their sign, losses and accuracies stay."""
    grid = {"noise_level": (0.0, 0.1, 0.5), "seed": range(5), "num_samples": 203, "features": features}
    found = gs.sweep(gate=GATE_NAMES, **grid, dtype="float64", device="cpu")
    assert len(set(COMPLEMENT.values())) == 16
    opposite = found.sel(gate=[COMPLEMENT[name] for name in GATE_NAMES])
    assert (found.status.to_numpy() == opposite.status.to_numpy()).all()
    fitted = ~found.gate.isin(["FALSE", "TRUE"]).to_numpy()
    for name, sign in {"weight": -1, "intercept": -1, "train_loss": 1, "test_loss": 1, "exact_accuracy": 1}.items():
        one, other = found[name].to_numpy(), sign * opposite[name].to_numpy()
        # exact_accuracy at noise level 0 is a count of corners, where a tie is class 1 and has no opposite.
        noisy = slice(1, None) if name == "exact_accuracy" else slice(None)
        np.testing.assert_allclose(one[fitted][:, noisy], other[fitted][:, noisy], **CLOSE, err_msg=name)
    noisy = {"noise_level": [0.1, 0.5]}
    for name in ("train_accuracy", "test_accuracy"):
        assert (found[name].sel(noisy).to_numpy() == opposite[name].sel(noisy).to_numpy()).all()


@pytest.mark.parametrize("solver", [SGD, Adam])
def test_gradient_descent_from_the_opposite_start_ends_at_the_opposite_model(solver):
    X, y = gs.generate_data_with_noise(200, "AND", 0.3, random_state=5)
    sign = torch.tensor(1.0 - 2 * y)
    rows = torch.tensor(np.column_stack([X, np.ones(200)]))
    first = torch.tensor([[0.3, -1.0, 2.0], [1.0, 1.0, 1.0]], dtype=torch.float64)
    batches = [[torch.arange(start, start + 50) for start in range(0, 200, 50)]] * 7
    ends = [run(DenseDesign(rows, way * sign), solver(torch.ones(2), batches), way * first) for way in (1, -1)]
    assert torch.equal(ends[0].params, -ends[1].params) and torch.equal(ends[0].last.loss, ends[1].last.loss)
    assert torch.equal(ends[0].last.accuracy, ends[1].last.accuracy) and not torch.equal(ends[0].params, first)


def rows_of(gate, seeds=range(6), noise_level=0.3, num_samples=120):
    """A batch of the lecture's data sets, one a seed."""
    drawn = [gs.generate_data_with_noise(num_samples, gate, noise_level, random_state=seed) for seed in seeds]
    return np.stack([X for X, _ in drawn]), np.stack([y for _, y in drawn])


def fit(X, y, C=1.0):
    found = gs.fit(X, y, C=C, dtype="float64", device="cpu")
    assert (found.status == Status.converged).all()
    return found.weight.numpy(), found.intercept.numpy()


@pytest.mark.parametrize("gate", ["AND", "IMPLY", "X1", "XOR"])
def test_swapped_inputs_swap_the_weights(gate):
    X, y = rows_of(gate)
    weight, intercept = fit(X, y)
    swapped, same = fit(X[..., ::-1].copy(), y)
    np.testing.assert_allclose(swapped, weight[:, ::-1], **CLOSE)
    np.testing.assert_allclose(same, intercept, **CLOSE)


@pytest.mark.parametrize("inputs", [[0], [1], [0, 1]])
@pytest.mark.parametrize("C", [0.1, 1.0, np.inf])
def test_a_reflected_input_turns_its_weight_around(inputs, C):
    """x -> 1 - x: the weight changes its sign and the intercept takes it up; AND becomes OR's complement."""
    X, y = rows_of("AND", noise_level=0.6)
    weight, intercept = fit(X, y, C)
    reflected = X.copy()
    reflected[..., inputs] = 1 - X[..., inputs]
    other, shifted = fit(reflected, y, C)
    expected = weight.copy()
    expected[:, inputs] *= -1
    np.testing.assert_allclose(other, expected, **CLOSE)
    np.testing.assert_allclose(shifted, intercept + weight[:, inputs].sum(1), **CLOSE)


def test_or_is_and_reflected_and_complemented():
    X, y = rows_of("AND")
    weight, intercept = fit(X, y)
    other, shifted = fit(1 - X, 1 - y)
    corner = np.round(gs.generate_data_with_noise(120, "AND", 0.0, random_state=0)[0])
    assert ((1 - y[0]) == (1 - corner).any(1)).all()  # The rows are those of an OR.
    np.testing.assert_allclose(other, weight, **CLOSE)
    np.testing.assert_allclose(shifted, -(intercept + weight.sum(1)), **CLOSE)


LEVELS = np.array([0.0, 0.02, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0, 1.5, 3.0, 10.0])
TABLES = {
    2: np.array(list(np.ndindex(*[2] * 4))),
    3: np.array(list(np.ndindex(*[2] * 8))),
    4: np.random.default_rng(4).integers(0, 2, (12, 16)),
}
"""Truth tables by number of inputs: all of two and three, some of four."""
LIMITS = (gs.theory.bayes_accuracy, gs.theory.best_linear_accuracy)


@pytest.mark.parametrize("n_inputs", TABLES)
def test_gates_that_mirror_each_other_have_the_same_limits(n_inputs):
    """Inputs permuted and reflected, the output negated, an input added on which nothing depends."""
    rng = np.random.default_rng(n_inputs)
    for table in TABLES[n_inputs][:: 1 if n_inputs != 3 else 5]:
        cube = table.reshape([2] * n_inputs).transpose(rng.permutation(n_inputs)) ^ rng.integers(2)
        mirrored = cube[tuple(slice(None, None, way) for way in rng.choice([-1, 1], n_inputs))]
        images = [mirrored]
        if n_inputs < 4:
            images.append(np.stack([mirrored, mirrored], axis=rng.integers(n_inputs + 1)))
        for limit in LIMITS:
            for image in images:
                np.testing.assert_allclose(limit(image.ravel(), LEVELS), limit(table, LEVELS), rtol=0, atol=1e-12)


def cut(lines, n_inputs, noise_level):
    """P(class 1) at each corner of lines (weight of norm 1, intercept): (lines, corners)."""
    corners = np.array(list(np.ndindex(*[2] * n_inputs)))
    z = lines[:, :-1] @ corners.T + lines[:, -1:]
    return ndtr(z / noise_level) if noise_level else (z >= 0).astype(float)


def drawn_lines(n_inputs, noise_level, rng):
    """20,000 lines (weight of norm 1, intercept) drawn blindly, many along an axis or a diagonal."""
    weight = rng.normal(size=(20_000, n_inputs))
    weight = np.where(rng.random(weight.shape) < 0.3, np.sign(weight), weight)
    weight /= np.linalg.norm(weight, axis=1, keepdims=True)
    far = rng.uniform(-1, 1, len(weight)) * rng.choice([1, 1 + 3 * noise_level, 8 * noise_level], len(weight))
    return np.column_stack([weight, far - weight.sum(1) / 2])


def hand_picked_lines(n_inputs):
    """What a person would try: small whole weights, intercepts in steps of one quarter, (lines, n_inputs + 1)."""
    weight = np.array([w for w in np.ndindex(*[5] * n_inputs) if any(i != 2 for i in w)]) - 2
    intercept = np.arange(-4 * n_inputs, 4 * n_inputs + 1) / 4
    lines = np.column_stack([np.repeat(weight, len(intercept), 0), np.tile(intercept, len(weight))])
    return lines / np.linalg.norm(lines[:, :-1], axis=1, keepdims=True)


@pytest.mark.parametrize("n_inputs", TABLES)
def test_no_line_beats_the_best_one_which_does_not_beat_bayes(n_inputs):
    """Lines drawn, lines picked, lines of largest margin, and what an infinite sample gives at any penalty."""
    rng, gates = np.random.default_rng(n_inputs), TABLES[n_inputs]
    bayes, best = (np.array([limit(gate, LEVELS) for gate in gates]) for limit in LIMITS)
    majority = np.maximum(gates.mean(1), 1 - gates.mean(1))
    assert (best <= bayes).all() and (best >= majority[:, None] - 1e-15).all()
    picked = hand_picked_lines(n_inputs)
    for place, noise_level in enumerate(LEVELS):
        one = cut(np.vstack([drawn_lines(n_inputs, noise_level, rng), picked]), n_inputs, noise_level)
        tried = ((2 * gates - 1) @ one.T + (1 - gates).sum(1)[:, None]) / gates.shape[1]
        assert (tried.max(1) <= best[:, place] + 1e-14).all()
    for gate, limit in zip(gates, best, strict=True):
        line = max_margin_line(gate)
        assert line is None or (gs.theory.exact_accuracy(*line, gate, LEVELS) <= limit + 1e-14).all()
    C = np.array([1e-3, 1.0, 100.0, np.inf])
    weight, intercept = gs.theory.population_optima(gates, LEVELS[:, None], C, 400)
    for gate, *line, limit in zip(gates, weight, intercept, best, strict=True):
        assert (gs.theory.exact_accuracy(*line, gate, LEVELS[:, None]) <= limit[:, None] + 1e-14).all()


@pytest.mark.parametrize("n_inputs", TABLES)
def test_no_model_of_a_sweep_beats_the_best_line(n_inputs):
    gates = [gs.as_gate(table).name for table in TABLES[n_inputs][:: len(TABLES[n_inputs]) // 12]]
    grid = {"gate": gates, "noise_level": LEVELS, "seed": range(3), "dtype": "float64", "device": "cpu"}
    found = gs.sweep(**grid, C=[1e-3, 1.0, np.inf], num_samples=160)
    assert (found.exact_accuracy <= found.best_linear_accuracy + 1e-14).all()


@pytest.mark.parametrize("noise_level", [0.05, 0.3, 1.0])
def test_xors_population_optimum_is_zero_and_large_samples_come_near(noise_level):
    weight, intercept = gs.theory.population_optimum("XOR", noise_level)
    np.testing.assert_allclose([*np.ravel(weight), float(intercept)], 0, atol=1e-6)
    found = gs.sweep(gate="XOR", noise_level=noise_level, seed=range(6), num_samples=40_000, C=1e6, device="cpu")
    assert np.abs(found.weight).max() < 0.25 and np.abs(found.intercept).max() < 0.15
    np.testing.assert_allclose(found.train_loss, np.log(2), atol=1e-3)


@pytest.mark.parametrize("gate", ["01", "10010110", "00010111", "0000000000010111", "0110100110010110"])
@pytest.mark.parametrize("features", ["linear", "interaction"])
def test_gates_of_one_to_four_inputs_are_scikit_learns_models(gate, features):
    k, n = len(gate).bit_length() - 1, 203
    dataset = gs.sweep(
        gate=gate, noise_level=0.4, seed=6, num_samples=n, features=features, dtype="float64", device="cpu"
    )
    model = dataset.isel(gate=0, noise_level=0, seed=0)
    random = np.random.RandomState(6)
    each = n // 2**k
    corner = np.repeat(np.arange(2**k), each)
    bits = (corner[:, None] >> np.arange(k)[::-1]) & 1
    X = bits + random.normal(0, 0.4, bits.shape)
    order = np.arange(len(X))
    random.shuffle(order)
    X, y = X[order], np.array([int(gate[c]) for c in corner])[order]
    columns = {name: np.prod([X[:, int(i[1]) - 1] for i in name.split("*")], 0) for name in model.feature.values}
    X = np.column_stack(list(columns.values()))
    assert X.shape[1] == (k if features == "linear" else 2**k - 1)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=140)
    oracle = LogisticRegression(tol=1e-12, max_iter=10_000).fit(X_train, y_train)
    np.testing.assert_allclose(model.weight, oracle.coef_[0], atol=1e-5)
    np.testing.assert_allclose(model.intercept, oracle.intercept_[0], atol=1e-5)
    assert float(model.train_accuracy) == oracle.score(X_train, y_train)
    assert float(model.test_accuracy) == oracle.score(X_test, y_test)


def test_products_of_inputs_make_xor_learnable_up_to_the_bayes_limit():
    grid = {"gate": "XOR", "noise_level": (0.1, 0.3, 0.5), "seed": range(8), "num_samples": 8000, "device": "cpu"}
    found = gs.sweep(features=("linear", "interaction"), C=100.0, **grid).isel(gate=0)
    gap = found.bayes_accuracy - found.exact_accuracy
    assert (gap >= -1e-6).all()
    assert (gap.sel(features="interaction") < 0.01).all()
    assert (gap.sel(features="linear", noise_level=[0.1, 0.3]) > 0.1).all()
    assert (found.exact_accuracy.sel(features="linear") <= found.best_linear_accuracy + 1e-6).all()
