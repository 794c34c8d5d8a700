"""Whether a line separates the rows of a sample: proven either way, for a whole batch of designs.

Logistic regression without a penalty has an optimum if and only if no line separates the two classes
(Albert and Anderson 1984, doi:10.1093/biomet/71.1.1), rows on the line allowed unless all of them are.

The claim is about the rows as they were given. A design holds them rounded to its dtype, perhaps centred and
scaled; none of this moves a row further than the bounds below allow for. What lies closer than they can
tell apart is looked at again in float64, and what is left in whole numbers, a model at a time.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from gatesweep.engine import exact
from gatesweep.engine.cancelling import EXTRA_ROUNDINGS, rows_cancel
from gatesweep.engine.design import DenseDesign, Design, LinearDesign, apart
from gatesweep.engine.device import to_host

__all__ = ["judge", "on_right_side"]


def on_right_side(
    design: Design, params: Float[Tensor, "*batch p"], logits: Float[Tensor, "*batch n"]
) -> Bool[Tensor, "*batch"]:
    """Whether every row that counts lies strictly on its right side, however the logits were rounded."""
    if design.sample_weight is not None:
        logits = logits.masked_fill(design.sample_weight == 0, -torch.inf)
    largest = logits.amax(-1)
    right = largest < 0
    if right.device.type == "cpu" and not to_host(right.any()):  # Asking a CPU takes less than what it spares.
        return right
    rounding = _unit(params) * (params.shape[-1] + EXTRA_ROUNDINGS)
    return largest < -rounding * design.magnitude(params)


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
    if params.dtype is not torch.float64:
        for places in apart(design, open_):
            finer, place = DenseDesign.of_tables(*design.tables(places)), tuple(places.T)
            open_[place] = ~_is_inseparable(finer, finer.own(design.original(params)[place]))
    found = [(index, exact.is_separable(rows)) for index, rows in design.samples(open_)]
    undecided = torch.zeros_like(open_)
    for index, answer in found:
        (undecided if answer is None else separable)[index] = answer is not False
    return separable, undecided


def _is_inseparable(design: LinearDesign, params: Float[Tensor, "*batch p"]) -> Bool[Tensor, "*batch"]:
    """Whether the rows cancel, with their errors for factors: at an optimum these all but do."""
    error = torch.sigmoid(design.logits(params))
    matrix = design.hessian(error)
    return rows_cancel(design.gradient(error), matrix, matrix[..., -1, -1], design.reach, error.shape[-1])


def _unit(values: Tensor) -> float:
    """The unit roundoff of a dtype."""
    return torch.finfo(values.dtype).eps / 2
