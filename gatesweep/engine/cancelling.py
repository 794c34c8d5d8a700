"""Whether the rows cancel: some combination of them, each with a factor above 0, is zero. Proven with rounded numbers.

Then no line separates them: its logits would add up to zero, so none of them could be below 0.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

__all__ = ["EXTRA_ROUNDINGS", "rows_cancel"]

EXTRA_ROUNDINGS = 16
"""Roundings of one term of a sum, beside those of the sum: how the rows were made, and the factors."""


def rows_cancel(
    gradient: Float[Tensor, "*batch p"],
    matrix: Float[Tensor, "*batch p p"],
    total: Float[Tensor, "*batch"],
    reach: Float[Tensor, "*batch p"],
    n_rows: int,
) -> Bool[Tensor, "*batch"]:
    """Whether factors near `e`, which all but cancel the rows and are above 0, cancel them and are above 0.

    With g = rows^T e, H = rows^T diag(e) rows and x = H^-1 g, the factors e (1 - rows x) leave nothing: a
    proof if H has full rank and rows x < 1. In columns divided by `reach` no row is longer than sqrt(p), so
    sqrt(p) |g| < smallest eigenvalue of H is enough; both in units of sum(e), in which the
    roundings of a sum of n terms come to n times the unit roundoff at most.

    Args:
        gradient: g. matrix: H. total: sum(e).
        reach: what no entry of a column exceeds.
    """
    p = gradient.shape[-1]
    # A column of zeros concerns no row: its place on the diagonal may be anything.
    idle = reach == 0
    reach = torch.where(idle, 1, reach)
    gradient = gradient / (reach * total[..., None])
    matrix = matrix / (reach[..., :, None] * reach[..., None, :] * total[..., None, None])
    rounding = torch.finfo(gradient.dtype).eps / 2 * (n_rows + p * (p + 2) + EXTRA_ROUNDINGS)
    least = p**0.5 * torch.linalg.vector_norm(gradient, dim=-1) + 3 * p * rounding
    matrix = matrix + torch.diag_embed(idle.to(least.dtype) - least[..., None])
    # Terms that underflow could add up to more than the roundings, if all are next to nothing.
    return _is_positive_definite(matrix) & (total > torch.finfo(total.dtype).tiny ** 0.5) & (least < 1)


def _is_positive_definite(matrix: Float[Tensor, "*batch p p"]) -> Bool[Tensor, "*batch"]:
    """By elimination: with entries up to 1 its pivots are off by p (p + 1) roundings at most (Demmel 1989)."""
    positive = torch.ones_like(matrix[..., 0, 0], dtype=torch.bool)
    while matrix.shape[-1]:
        pivot, column = matrix[..., :1, :1], matrix[..., 1:, :1]
        positive = positive & (pivot[..., 0, 0] > 0)
        matrix = matrix[..., 1:, 1:] - column * matrix[..., :1, 1:] / pivot
    return positive
