"""Whether a line separates the rows of a sample: decided exactly, for a whole batch of designs.

Logistic regression without a penalty has an optimum if and only if no line separates the two classes
(Albert and Anderson 1984, doi:10.1093/biomet/71.1.1).
"""

import numpy as np
import torch
from jaxtyping import Bool, Float
from scipy.optimize import linprog
from torch import Tensor

from gatesweep.engine.design import Design
from gatesweep.engine.device import to_host
from gatesweep.engine.linear import solve_symmetric

__all__ = ["is_separable", "on_right_side"]

ROUNDING = 10
"""How many units of rounding a row's correction may be off."""


def on_right_side(design: Design, logits: Float[Tensor, "*batch n"]) -> Bool[Tensor, "*batch"]:
    """Whether every row that counts lies strictly on its right side."""
    if design.sample_weight is not None:
        logits = logits.masked_fill(design.sample_weight == 0, -torch.inf)
    return logits.amax(-1) < 0


def is_separable(
    design: Design,
    params: Float[Tensor, "*batch p"],
    separated: Bool[Tensor, "*batch"],
    ask: Bool[Tensor, "*batch"],
) -> Bool[Tensor, "*batch"]:
    """Which models' rows a line separates (weakly: rows on the line are allowed, not all of them).

    `separated` models have shown such a line. For the others in `ask`, a certificate of the contrary
    is looked for at `params`, the optimum a solver came to: by Gordan's theorem no line separates if
    some positive combination of the signed rows is zero. Near the optimum the rows' errors are one but
    for the gradient, and the smallest correction that takes the gradient away leaves them positive.
    Models with neither certificate (a hair's breadth from either side) go to a linear program each.
    """
    open_ = ask & ~separated & ~_has_positive_zero_combination(design, params)
    chosen = to_host(open_.flatten())
    result = separated.clone()
    if not np.any(chosen):
        return result
    columns = torch.eye(params.shape[-1], dtype=params.dtype, device=params.device)
    rows = torch.stack([design.logits(column.expand_as(params)) for column in columns], -1)
    if design.sample_weight is not None:
        rows = rows * (design.sample_weight > 0)[..., None]
    found = [_line_exists(model) for model in to_host(rows[open_].double())]
    result[open_] = torch.tensor(found, device=params.device)
    return result


def _has_positive_zero_combination(design: Design, params: Float[Tensor, "*batch p"]) -> Bool[Tensor, "*batch"]:
    error = torch.sigmoid(design.logits(params))
    gradient = design.gradient(error)
    moments = design.hessian(torch.ones_like(error))
    correction = design.logits(solve_symmetric(moments, gradient))
    # An error below the rounding of the correction proves nothing: rows on the line leave such errors behind.
    return (correction.abs() + ROUNDING * torch.finfo(error.dtype).eps < error / 2).all(-1)


def _line_exists(rows: np.ndarray) -> bool:
    """Whether some params give no row a signed logit above 0 and one below (the linear program of Konis 2007)."""
    n, p = rows.shape
    scale = np.abs(rows).max(axis=0)
    scaled = rows / np.where(scale > 0, scale, 1)
    found = linprog(scaled.sum(0), A_ub=scaled, b_ub=np.zeros(n), bounds=[(-1, 1)] * p, method="highs")
    return bool(found.status == 0 and (found.fun or 0.0) < -1e-9)
