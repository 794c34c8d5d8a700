"""Both designs against each other and against autograd, which sees only log losses of plain rows."""

from itertools import product

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from gatesweep.engine.design import CornerDesign, DenseDesign, log_loss
from gatesweep.features import exclusive_columns, expand, factor_columns, factor_lift
from gatesweep.gates import corners
from gatesweep.lecture import draw
from tests.tolerances import TOLERANCE

FLOAT64 = TOLERANCE["float64"]
SEEDS, LEVELS, ROWS = (3, 7), np.array([0.0, 0.2, 1.5]), 48
CASES = [*product((1, 2, 3, 4), ("linear",)), *product((2, 3), ("interaction",))]


def both_designs(n_inputs: int, features: str) -> tuple[CornerDesign, DenseDesign]:
    """Two gates of random outputs at three noise levels for two seeds: factored, and row by row."""
    draws = [draw(seed, ROWS, n_inputs) for seed in SEEDS]
    truth = np.random.default_rng(n_inputs).integers(0, 2, (2, 2**n_inputs))
    eps, corner = np.stack([d.eps for d in draws]), np.stack([d.corner for d in draws])
    sign = 1.0 - 2.0 * np.moveaxis(truth[:, corner], 0, 1)
    arrays = factor_columns(eps, corner, features), sign, *factor_lift(LEVELS, n_inputs, features)
    factored = CornerDesign(*(torch.tensor(a) for a in arrays), exclusive_columns(n_inputs, features))

    X = corners(n_inputs)[corner][:, None] + LEVELS[:, None, None] * eps[:, None]
    rows = np.concatenate([expand(X, features), np.ones((*X.shape[:-1], 1))], -1)
    rows = np.broadcast_to(rows[:, None], (len(SEEDS), 2, *rows.shape[1:])).copy()
    signs = np.broadcast_to(sign[:, :, None], rows.shape[:-1]).copy()
    return factored, DenseDesign(torch.tensor(rows), torch.tensor(signs))


def random_params(design: DenseDesign, shape: tuple[int, ...]) -> torch.Tensor:
    return torch.randn(*shape, design.n_params, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("n_inputs, features", CASES)
def test_factored_rows_equal_plain_rows(n_inputs, features):
    factored, dense = both_designs(n_inputs, features)
    params = random_params(dense, (len(SEEDS), 2, len(LEVELS)))
    logits = dense.logits(params)
    assert_close(factored.logits(params), logits, **FLOAT64)
    residual = torch.sigmoid(logits)
    assert_close(factored.gradient(residual), dense.gradient(residual), **FLOAT64)
    assert_close(factored.hessian(residual), dense.hessian(residual), **FLOAT64)
    assert_close(factored.mean(residual), dense.mean(residual), **FLOAT64)
    assert torch.equal(factored.correct(logits.clone()), dense.correct(logits.clone()))
    index = torch.tensor([5, 0, 17])
    assert_close(factored.take(index).logits(params), logits[..., index], **FLOAT64)
    assert_close(dense.take(index).logits(params), logits[..., index], **FLOAT64)
    assert torch.equal(factored.one_class.expand(logits.shape[:-1]), dense.one_class)


def check_derivatives(design: DenseDesign | CornerDesign, params: torch.Tensor, weight: torch.Tensor | float) -> None:
    def total_loss(p: torch.Tensor) -> torch.Tensor:
        return (log_loss(design.logits(p)) * weight).sum()

    logits = design.logits(params)
    gradient = torch.func.grad(total_loss)(params)
    assert_close(design.gradient(torch.sigmoid(logits)), gradient, **FLOAT64)

    full = torch.autograd.functional.hessian(total_loss, params)
    p, models = params.shape[-1], params[..., 0].numel()
    full = full.reshape(models, p, models, p)
    own = torch.stack([full[m, :, m] for m in range(models)]).reshape(*params.shape, p)
    assert_close(design.hessian(torch.sigmoid(logits) * torch.sigmoid(-logits)), own, **FLOAT64)


@pytest.mark.parametrize("n_inputs, features", CASES)
def test_factored_derivatives_are_autograds(n_inputs, features):
    factored, dense = both_designs(n_inputs, features)
    check_derivatives(factored, random_params(dense, (len(SEEDS), 2, len(LEVELS))), 1.0)


@pytest.mark.parametrize("d, models", [(2, 2), (2, 8), (2, 40), (20, 2), (20, 8)])  # few to many of the same rows
@pytest.mark.parametrize("shared", ["all", "rows", "none", "within groups", "within each"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("elements", [100, 1_000_000])  # the columns' products some rows at a time, and at once
def test_dense_derivatives_are_autograds(d, shared, models, weighted, elements, monkeypatch):
    monkeypatch.setattr("gatesweep.engine.design.PRODUCT_ELEMENTS", elements)
    random = torch.Generator().manual_seed(d)
    batch = (models // 2, 2)
    own = {"none": batch, "within groups": (models // 2, 1), "within each": (1, 2)}.get(shared, ())
    rows = torch.randn(*own, 30, d + 1, dtype=torch.float64, generator=random)
    labels = torch.randint(0, 2, (*(() if shared == "all" else batch), 30), generator=random)
    weight = torch.randint(0, 3, (*batch, 30), generator=random).double() if weighted else None
    design = DenseDesign(rows, 1.0 - 2.0 * labels, weight)
    params = random_params(design, batch)
    check_derivatives(design, params, 1.0 if weight is None else weight)
    # The oracle above takes logits from the design, so those are held against plain rows.
    plain = torch.einsum("...np,...p->...n", rows.expand(*batch, 30, d + 1), params) * (1.0 - 2.0 * labels)
    assert_close(design.logits(params), plain, **FLOAT64)


def test_mean_counts_each_row_with_its_weight():
    values, weight = torch.tensor([1.0, 2.0, 9.0]), torch.tensor([3.0, 1.0, 0.0])
    design = DenseDesign(torch.ones(3, 2), torch.ones(3), weight)
    assert float(design.mean(values)) == 5 / 4


def test_a_tie_is_class_one():
    design = DenseDesign(torch.zeros(2, 1), torch.tensor([-1.0, 1.0]))
    assert design.correct(design.logits(torch.zeros(1))).tolist() == [1, 0]


@pytest.mark.parametrize("logit, expected", [(-200.0, 0.0), (-30.0, 9.357623e-14), (0.0, np.log(2)), (200.0, 200.0)])
def test_log_loss_keeps_its_tail(logit, expected):
    assert_close(log_loss(torch.tensor(logit)), torch.tensor(expected, dtype=torch.float32), rtol=1e-6, atol=0)


@pytest.mark.parametrize("shared", ["all", "models", "none"])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_part_of_the_columns_is_the_same_as_all_of_them(shared, weighted):
    random = torch.Generator().manual_seed(4)
    batch, index = (3, 20), torch.tensor([0, 2, 3, *range(5, 19)])
    own = {"all": (), "models": (3, 1), "none": batch}[shared]
    rows = torch.randn(*own, 30, 4, dtype=torch.float64, generator=random)
    sign = 1.0 - 2.0 * torch.randint(0, 2, (*(() if shared == "all" else batch), 30), generator=random)
    weight = torch.rand(*batch, 30, dtype=torch.float64, generator=random) if weighted else None
    check_part(DenseDesign(rows, sign.double(), weight), batch, index)


@pytest.mark.parametrize("n_inputs, features", CASES)
def test_a_part_of_the_factored_columns_is_the_same_as_all_of_them(n_inputs, features):
    check_part(both_designs(n_inputs, features)[0], (len(SEEDS), 2, len(LEVELS)), torch.tensor([0, 2]))


def check_part(design: DenseDesign | CornerDesign, batch: tuple[int, ...], index: torch.Tensor) -> None:
    params = random_params(design, batch)
    logits, part = design.logits(params), design.part(index)
    residual = torch.sigmoid(logits)
    few = residual[..., index, :]
    assert_close(part.logits(params[..., index, :]), logits[..., index, :], **FLOAT64)
    assert_close(part.gradient(few), design.gradient(residual)[..., index, :], **FLOAT64)
    assert_close(part.hessian(few), design.hessian(residual)[..., index, :, :], **FLOAT64)
    assert_close(part.reach.expand(few[..., 0].shape + (-1,)), design.reach.expand(params.shape)[..., index, :])
