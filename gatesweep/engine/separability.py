"""Whether a line separates the rows of a sample: proven either way, for a whole batch of designs.

Logistic regression without a penalty has an optimum if and only if no line separates the two classes
(Albert and Anderson 1984, doi:10.1093/biomet/71.1.1), rows on the line allowed unless all of them are.

The claim is about the rows as they were given. A design holds them rounded to its dtype, perhaps centred and
scaled; none of this moves a row further than the bounds below allow for. What lies closer than they can
tell apart is decided in whole numbers, a model at a time.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from gatesweep.engine import exact
from gatesweep.engine.design import Design, LinearDesign

__all__ = ["judge", "on_right_side"]

EXTRA_ROUNDINGS = 16
"""Roundings of one term of a sum, beside those of the sum: how the design made its entries, and the factors."""


def on_right_side(
    design: Design, params: Float[Tensor, "*batch p"], logits: Float[Tensor, "*batch n"]
) -> Bool[Tensor, "*batch"]:
    """Whether every row that counts lies strictly on its right side, however the logits were rounded."""
    if design.sample_weight is not None:
        logits = logits.masked_fill(design.sample_weight == 0, -torch.inf)
    rounding = _unit(params) * (params.shape[-1] + EXTRA_ROUNDINGS)
    return logits.amax(-1) < -rounding * design.magnitude(params)


def judge(
    design: LinearDesign,
    params: Float[Tensor, "*batch p"],
    separated: Bool[Tensor, "*batch"],
    ask: Bool[Tensor, "*batch"],
) -> tuple[Bool[Tensor, "*batch"], Bool[Tensor, "*batch"]]:
    """Which models in `ask` have rows that a line separates, and for which neither could be proven.

    `separated` models have shown such a line. For the others a proof of the contrary is looked for at
    `params`, the optimum a solver came to. Combinations of columns prove nothing: there the line is looked at
    in the given ones.
    """
    if design.is_given:
        inseparable = _is_inseparable(design, params)
    else:
        design, params = design.as_given(), design.original(params)
        separated = on_right_side(design, params, design.logits(params))
        inseparable = torch.zeros_like(separated)
    separable = ask & (separated | design.one_class)
    open_ = ask & ~separable & ~inseparable
    found = [(index, exact.is_separable(rows)) for index, rows in design.samples(open_)]
    undecided = torch.zeros_like(open_)
    for index, answer in found:
        (undecided if answer is None else separable)[index] = answer is not False
    return separable, undecided


def _is_inseparable(design: LinearDesign, params: Float[Tensor, "*batch p"]) -> Bool[Tensor, "*batch"]:
    """Whether some combination of the rows, with factors above 0 for rows that span all of them, is zero.

    The rows' errors at the optimum, e, are such factors but for the gradient g = rows^T e. With
    H = rows^T diag(e) rows and x = H^-1 g, the factors e (1 - rows x) leave no gradient: a proof if H
    has full rank and rows x < 1. In columns divided by `reach` no row is longer than sqrt(p), so
    sqrt(p) |g| < smallest eigenvalue of H is enough; both in units of sum(e), in which the
    roundings of a sum of n terms come to n times the unit roundoff at most.
    """
    p, one = params.shape[-1], torch.ones_like(params[..., 0])
    error = torch.sigmoid(design.logits(params))
    gradient, matrix = design.gradient(error), design.hessian(error)
    total = matrix[..., -1, -1]
    # A column of zeros concerns no row: its place on the diagonal may be anything.
    idle = design.reach == 0
    reach = torch.where(idle, 1, design.reach)
    gradient = gradient / (reach * total[..., None])
    matrix = matrix / (reach[..., :, None] * reach[..., None, :] * total[..., None, None])
    rounding = _unit(params) * (error.shape[-1] + p * (p + 2) + EXTRA_ROUNDINGS)
    least = p**0.5 * torch.linalg.vector_norm(gradient, dim=-1) + 3 * p * rounding
    matrix = matrix + torch.diag_embed(idle.to(least.dtype) - least[..., None])
    # Terms that underflow could add up to more than the roundings, if all are next to nothing.
    return _is_positive_definite(matrix) & (total > torch.finfo(total.dtype).tiny ** 0.5) & (least < one)


def _is_positive_definite(matrix: Float[Tensor, "*batch p p"]) -> Bool[Tensor, "*batch"]:
    """By elimination: with entries up to 1 its pivots are off by p (p + 1) roundings at most (Demmel 1989)."""
    positive = torch.ones_like(matrix[..., 0, 0], dtype=torch.bool)
    while matrix.shape[-1]:
        pivot, column = matrix[..., :1, :1], matrix[..., 1:, :1]
        positive = positive & (pivot[..., 0, 0] > 0)
        matrix = matrix[..., 1:, 1:] - column * matrix[..., :1, 1:] / pivot
    return positive


def _unit(values: Tensor) -> float:
    """The unit roundoff of a dtype."""
    return torch.finfo(values.dtype).eps / 2
