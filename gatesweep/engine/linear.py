"""Many small linear systems at once."""

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["solve_symmetric"]

UNROLLED_PARAMS = 16
"""Up to so many unknowns the elimination is written out; above, LAPACK's time is in the arithmetic anyway."""


def solve_symmetric(
    matrix: Float[Tensor, "*batch p p"], vector: Float[Tensor, "*batch p"]
) -> Float[Tensor, "*batch p"]:
    """matrix^-1 vector for positive definite matrices, by elimination written out over p.

    Many small systems: a loop over p of elementwise operations is far faster than LAPACK called once a
    system, and gives each system the same bits whatever stands beside it. A singular system gives inf
    or NaN, for itself alone.
    """
    p = vector.shape[-1]
    if p > UNROLLED_PARAMS:
        return torch.linalg.solve_ex(matrix, vector[..., None])[0][..., 0]
    rows = [[matrix[..., i, j] for j in range(p)] for i in range(p)]
    right = list(vector.unbind(-1))
    for k in range(p):
        for i in range(k + 1, p):
            factor = rows[i][k] / rows[k][k]
            for j in range(k + 1, p):
                rows[i][j] = rows[i][j] - factor * rows[k][j]
            right[i] = right[i] - factor * right[k]
    for k in reversed(range(p)):
        for j in range(k + 1, p):
            right[k] = right[k] - rows[k][j] * right[j]
        right[k] = right[k] / rows[k][k]
    return torch.stack(right, -1)
