"""Many small linear systems at once."""

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["SIDE_BY_SIDE", "solve_symmetric"]

UNROLLED_PARAMS = 16
"""Up to so many unknowns the elimination is written out; above, LAPACK's time is in the arithmetic anyway."""

SIDE_BY_SIDE = 16
"""With fewer systems or models side by side, here and in products, other kernels are at work, which round otherwise.
Whoever goes on with a part of a batch leaves so many, so that its bits are those of the whole."""
FEW_SYSTEMS = 32
"""So many at most take LAPACK less time than a loop of operations over tiny tensors."""


def solve_symmetric(
    matrix: Float[Tensor, "*batch p p"], vector: Float[Tensor, "*batch p"]
) -> tuple[Float[Tensor, "*batch p"], Float[Tensor, "*batch"]]:
    """matrix^-1 vector for positive definite matrices, and how independent their columns are.

    Many small systems: a loop over p of elementwise operations is far faster than LAPACK called once a
    system, and gives each system the same bits whatever stands beside it. Large ones are left to LAPACK, and so
    are a few alone. A singular system gives inf or NaN, for itself alone.

    Returns:
        The solution, and the smallest pivot as a share of its place on the diagonal: 1 - R^2 of the column on
        those before it, in whatever unit they are. At the rounding of the dtype the solution means nothing.
    """
    p = vector.shape[-1]
    few = (vector.ndim < 2 or vector.shape[-2] < SIDE_BY_SIDE) and vector.numel() <= FEW_SYSTEMS * p
    if few or p > UNROLLED_PARAMS:
        root, failed = torch.linalg.cholesky_ex(matrix)
        pivots = root.diagonal(dim1=-2, dim2=-1).square() / matrix.diagonal(dim1=-2, dim2=-1)
        found = torch.cholesky_solve(vector[..., None], root)[..., 0]
        failed = failed != 0
        return found.masked_fill_(failed[..., None], torch.nan), pivots.amin(-1).masked_fill_(failed, 0)
    # Entry by entry, each for all systems: along these, not along p, elementwise operations are fast.
    entries = torch.cat([matrix.movedim((-2, -1), (0, 1)), vector.movedim(-1, 0)[:, None]], 1)
    pivots, right = entries.diagonal().unbind(-1), entries[:, p].unbind(0)
    for k in range(p - 1):
        factor = entries[k + 1 :, k] / pivots[k]
        entries[k + 1 :, k + 1 :].addcmul_(factor[:, None], entries[k, k + 1 :], value=-1)
    share = entries.diagonal() / matrix.diagonal(dim1=-2, dim2=-1)
    for k in reversed(range(p)):
        right[k].div_(pivots[k])
        entries[:k, p].addcmul_(entries[:k, k], right[k], value=-1)
    return entries[:, p].movedim(0, -1), share.amin(-1)
