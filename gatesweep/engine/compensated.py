"""Sums of products as if computed in twice the precision: Dot2 of Ogita, Rump and Oishi (2005)."""

from jaxtyping import Float
from torch import Tensor

__all__ = ["logits"]

SPLIT = 2.0**27 + 1
"""Splits a float64 into two halves whose products are exact (Dekker 1971)."""


def logits(inputs: Float[Tensor, "*batch n d"], params: Float[Tensor, "*batch p"]) -> Float[Tensor, "*batch n"]:
    """inputs @ weight + intercept in float64, of which no digit is lost where large terms cancel."""
    total = params[..., -1:].expand(inputs.shape[:-1])
    lost = total * 0
    for column in range(inputs.shape[-1]):
        product, rounding = _product(inputs[..., column], params[..., column : column + 1])
        total, error = _sum(total, product)
        lost = lost + (rounding + error)
    return total + lost


def _sum(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """a + b and what rounding took from it (Knuth)."""
    total = a + b
    share = total - a
    return total, (a - (total - share)) + (b - share)


def _product(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """a * b and what rounding took from it (Dekker). Beyond 1e300 the halves overflow, and nothing is known."""
    product = a * b
    (a, a_low), (b, b_low) = _halves(a), _halves(b)
    return product, a_low * b_low - (((product - a * b) - a_low * b) - a * b_low)


def _halves(a: Tensor) -> tuple[Tensor, Tensor]:
    upper = SPLIT * a
    upper = upper - (upper - a)
    return upper, a - upper
