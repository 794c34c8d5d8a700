"""Coordinates in which the columns of a table are alike: centred, of size 1, and (where they must be) independent.

The optimum does not depend on the coordinates, but what rounding leaves of it does. The intercept is free, so a
column may be centred; a weight in another unit has its penalty in another unit. All of this is
in float64 and from the numbers as they were given: 2023 and 2024 are the same number to a float32
that has to tell 30 % apart.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from gatesweep.engine.device import wide

__all__ = ["Frame", "Independent", "independent", "standard_frame"]

SAMPLE_ROWS = 64
"""So many rows tell what a typical entry is."""

FEW_LARGE = 100
"""With a standard deviation above so many typical deviations, a few huge entries make it, and hide all others."""

ALIKE = 1e4
"""Columns whose units differ by less than this keep their differences while dependent ones are looked for."""


DEPENDENT = 32
"""A direction of so many roundings of the largest one is none."""

HIDING = 1e6
"""Beside an entry of so many units, what other columns say of the same row is lost when columns are combined."""


@dataclass(frozen=True)
class Frame:
    """x = centre + unit * z for each column."""

    centre: Float[Tensor, "*batch d"]
    unit: Float[Tensor, "*batch d"]

    def rows(self, inputs: Float[Tensor, "*batch n d"]) -> Float[Tensor, "*batch n d"]:
        """Inputs in these coordinates, in float64."""
        return (wide(inputs) - self.centre[..., None, :]) / self.unit[..., None, :]

    def inward(self, params: Float[Tensor, "*batch p"]) -> Float[Tensor, "*batch p"]:
        """Weights and intercept of x as those of z."""
        weight, intercept = wide(params[..., :-1]), wide(params[..., -1:])
        return torch.cat([weight * self.unit, intercept + (weight * self.centre).sum(-1, keepdim=True)], -1)

    def outward(self, params: Float[Tensor, "*batch p"]) -> Float[Tensor, "*batch p"]:
        """Weights and intercept of z as those of x."""
        weight, intercept = wide(params[..., :-1]) / self.unit, wide(params[..., -1:])
        return torch.cat([weight, intercept - (weight * self.centre).sum(-1, keepdim=True)], -1)


def standard_frame(inputs: Float[Tensor, "*batch n d"], counts: Bool[Tensor, "*batch n"] | None) -> Frame:
    """Mean and standard deviation of each column over the rows that count.

    Where a few huge entries make the deviation (a fill value of 1e20), in whose unit the others would all be
    one number, median and typical deviation stand for them. A column that is constant is all zeros.
    An entry that is not finite is not looked at.
    """
    inputs = wide(inputs)
    looked_at = torch.isfinite(inputs)
    if counts is not None:
        looked_at = looked_at & _of_shape(counts, inputs.shape[:-1])[..., None]
    n = looked_at.sum(-2).clamp_min(1)
    low = torch.where(looked_at, inputs, torch.inf).amin(-2)
    high = torch.where(looked_at, inputs, -torch.inf).amax(-2)
    low, high = torch.where(low > high, 0, low), torch.where(low > high, 0, high)
    # A share of each entry, not their sum, which could overflow; within the range, or a constant would get a deviation.
    mean = (torch.where(looked_at, inputs, 0) / n[..., None, :]).sum(-2)
    mean = torch.minimum(torch.maximum(mean, low), high)
    away = torch.where(looked_at, inputs - mean[..., None, :], 0)
    largest = torch.maximum(high - mean, mean - low)
    largest = torch.where(largest > 0, largest, 1)
    deviation = largest * ((away / largest[..., None, :]).square().sum(-2) / n).sqrt()
    deviation = torch.where(high > low, deviation, 1)

    sample = away[..., :: -(-away.shape[-2] // SAMPLE_ROWS), :]
    middle = sample.median(-2).values
    size = (sample - middle[..., None, :]).abs()
    typical = torch.where(size > 0, size, torch.nan).nanmedian(-2).values
    outlying = typical * FEW_LARGE < deviation
    return Frame(torch.where(outlying, mean + middle, mean), torch.where(outlying, typical, deviation))


def _of_shape(counts: Bool[Tensor, "*batch n"], shape: torch.Size) -> Bool[Tensor, "*batch n"]:
    """For rows that several models share: the rows that count in any of them."""
    counts = counts.reshape((1,) * (len(shape) - counts.ndim) + counts.shape)
    counts = counts.reshape(-1, *counts.shape[counts.ndim - len(shape) :]).any(0)
    for dim, length in enumerate(shape):
        if length < counts.shape[dim]:
            counts = counts.any(dim, keepdim=True)
    return counts


@dataclass(frozen=True)
class Independent:
    """Tables of the same rank in columns that are orthogonal and of size 1: z = (x - centre) @ weights."""

    place: Int[Tensor, " tables"]
    """Which tables of the batch."""
    rows: Float[Tensor, "tables n rank"]
    unit: Float[Tensor, "tables rank"]
    """|weight of x|^2 is the sum of (weight of z / unit)^2: the directions are orthogonal for the penalty, too."""
    back: Float[Tensor, "tables d rank"]
    """Weights of x from those of z: of all that give the same logits, the shortest."""
    centre: Float[Tensor, "tables d"]
    rounding: Float[Tensor, "tables 1"]
    """Of the entries of rows, in units of roundoff: the smaller the direction, the more of it is rounding."""

    def outward(self, params: Float[Tensor, "tables p"]) -> Float[Tensor, "tables d_1"]:
        """Weights and intercept of z as those of x."""
        weight = (self.back @ params[:, :-1, None])[..., 0]
        return torch.cat([weight, params[:, -1:] - (weight * self.centre).sum(-1, keepdim=True)], -1)


def independent(
    inputs: Float[Tensor, "tables n d"], counts: Bool[Tensor, "tables n"], precision: float
) -> list[Independent]:
    """The tables by their rank, each in as many columns.

    Weights that the rows do not tell apart differ by a direction that changes no logit; without a penalty
    the limit of ever weaker ones is the shortest, which lies in the span of the rows. So does every
    penalised optimum: in these coordinates it is the same problem with fewer unknowns, n - 1 at most.

    Tables with an entry so huge that the others are lost beside it are left out.

    Args:
        inputs: finite, in float64.
        precision: the rounding that the inputs were given with; what is smaller counts as dependent.
    """
    frame = standard_frame(inputs, counts)
    varies = (torch.where(counts[..., None], frame.rows(inputs), 0) != 0).any(-2)
    largest = torch.where(varies, frame.unit, 0).amax(-1, keepdim=True)
    smallest = torch.where(varies, frame.unit, torch.inf).amin(-1, keepdim=True)
    n, d = inputs.shape[-2:]
    # Many columns of about the same unit keep it: then orthogonal for the rows is orthogonal for the penalty.
    alike = ((largest < ALIKE * smallest) & (n <= d)) | ~varies.any(-1, keepdim=True)
    unit = torch.where(alike, torch.where(largest > 0, largest, 1), frame.unit)
    rows = torch.where(counts[..., None], Frame(frame.centre, unit).rows(inputs), 0)
    plain = (torch.where(counts[..., None], frame.rows(inputs), 0).abs() < HIDING).all((-1, -2))
    left, size, right = torch.linalg.svd(rows, full_matrices=False)
    ranks = (size > DEPENDENT * precision * size[:, :1]).sum(-1)
    found = []
    for rank in ranks.unique().tolist():
        place = (plain & (ranks == rank)).nonzero()[:, 0]
        whole = counts[place].sum(-1, keepdim=True).sqrt()
        basis = left[place, :, :rank] * whole[..., None]
        back = right[place, :rank].mT * (whole / size[place, :rank])[:, None, :] / unit[place, :, None]
        length = size[place, :rank] / whole * unit[place].amax(-1, keepdim=True)
        if rank and not alike[place].all():
            back = _shortest(back, rows[place], unit[place], rank)
            squares, turn = torch.linalg.eigh(back.mT @ back)
            basis, back, length = basis @ turn, back @ turn, squares.clamp_min(torch.finfo(squares.dtype).tiny).rsqrt()
        rounding = 10 * d * whole * size[place, :1] / size[place, max(rank, 1) - 1, None]
        found.append(Independent(place, basis, length, back, frame.centre[place], rounding))
    return found


def _shortest(
    back: Float[Tensor, "tables d rank"], rows: Float[Tensor, "tables n d"], unit: Float[Tensor, "tables d"], rank: int
) -> Float[Tensor, "tables d rank"]:
    """`back` less what of it changes no logit: its part among the directions that are zero for every row."""
    right = torch.linalg.svd(rows, full_matrices=True)[2]
    idle = torch.linalg.qr(right[:, rank:].mT / unit[..., None])[0]
    return back - idle @ (idle.mT @ back)
