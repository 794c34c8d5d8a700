"""Many small linear systems at once."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from gatesweep.device import to_host

__all__ = ["conjugate_gradients", "solve_symmetric"]


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum(-1)


def solve_symmetric(
    matrix: Float[Tensor, "*batch p p"], vector: Float[Tensor, "*batch p"]
) -> Float[Tensor, "*batch p"]:
    """matrix^-1 vector for positive definite matrices, by elimination written out over p.

    Many small systems: a loop over p of elementwise operations is far faster than LAPACK called once a
    system, and gives each system the same bits whatever stands beside it. A singular system gives inf
    or NaN, for itself alone.
    """
    p = vector.shape[-1]
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


def conjugate_gradients(
    product: Callable[[Tensor], Tensor], vector: Float[Tensor, "*batch p"], tolerance: float
) -> Float[Tensor, "*batch p"]:
    """matrix^-1 vector by conjugate gradients; `product(v)` is matrix @ v.

    Stops when every system's residual is below `tolerance`, relative, or after p steps, where exact arithmetic would end (Hestenes and Stiefel 1952, doi:10.6028/jres.049.044).
    """
    floor = tolerance**2 * _dot(vector, vector)
    solution, residual, direction = torch.zeros_like(vector), vector, vector
    squared = _dot(residual, residual)
    for _ in range(vector.shape[-1]):
        running = squared > floor
        if not to_host(running.any()):
            break
        image = product(direction)
        length = torch.where(running, squared / _dot(direction, image), 0)[..., None]
        solution, residual = solution + length * direction, residual - length * image
        previous, squared = squared, _dot(residual, residual)
        direction = residual + torch.where(running, squared / previous, 0)[..., None] * direction
    return solution
