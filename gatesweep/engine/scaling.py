"""Coordinates in which the columns of a table are alike: centred, of size 1, and (where they must be) independent.

The optimum does not depend on the coordinates, but what rounding leaves of it does. The intercept is free, so a
column may be centred; a weight in another unit has its penalty in another unit. All of this is
in float64 and from the numbers as they were given: 2023 and 2024 are the same number to a float32
that has to tell 30 % apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from gatesweep.engine.device import to_host, wide

__all__ = ["Frame", "Independent", "independent", "standard_frame"]

SAMPLE_ROWS = 64
"""So many rows tell what a typical entry is."""

FEW_LARGE = 100
"""With a standard deviation above so many typical deviations, a few huge entries make it, and hide all others."""

CLEAR = 1e-6
"""Where the squared size of every direction is such a share of the largest, or none, squares lose nothing."""

ROUNDINGS = 32
"""A column of whose largest entry so many roundings are left is all zeros."""

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
    """Tables of the same rank in independent columns, their largest entry 1: z = (x - centre) @ weights."""

    place: Int[Tensor, " tables"]
    """Which tables of the batch."""
    rows: Float[Tensor, "tables n rank"]
    unit: Float[Tensor, "tables rank"]
    """|weight of x|^2 is the sum of (weight of z / unit)^2: the directions are orthogonal for the penalty."""
    back: Float[Tensor, "tables d rank"]
    """Weights of x from those of z: of all that give the same logits, the shortest."""
    centre: Float[Tensor, "tables d"]

    def outward(self, params: Float[Tensor, "tables p"]) -> Float[Tensor, "tables d_1"]:
        """Weights and intercept of z as those of x."""
        weight = (self.back @ params[:, :-1, None])[..., 0]
        return torch.cat([weight, params[:, -1:] - (weight * self.centre).sum(-1, keepdim=True)], -1)


def independent(
    inputs: Float[Tensor, "tables n d"],
    counts: Bool[Tensor, "tables n"],
    precision: float,
    penalised: Bool[Tensor, " tables"],
) -> Iterator[Independent]:
    """The tables by their rank, each in as many columns.

    Weights that the rows do not tell apart differ by a direction that changes no logit; without a penalty
    the limit of ever weaker ones is the shortest, which lies in the span of the rows. So does every
    penalised optimum: in these coordinates it is the same problem with fewer unknowns, n - 1 at most.

    Tables with an entry so huge that the others are lost beside it are left out.

    Args:
        inputs: finite, in float64.
        precision: the rounding that the inputs were given with.
        penalised: in the other tables, what the rounding of a column could have made of it is none of its own.
    """
    frame = standard_frame(inputs, counts)
    plain = (torch.where(counts[..., None], frame.rows(inputs), 0).abs() < HIDING).all((-1, -2))
    rows = torch.where(counts[..., None], inputs - frame.centre[:, None], 0)
    largest = rows.abs().amax(-2)
    given = torch.where(counts[..., None], inputs, 0).abs().amax(-2)
    least = ROUNDINGS * torch.where(penalised[:, None], torch.finfo(rows.dtype).eps * largest, precision * given)
    scale = largest.amax(-1, keepdim=True)  # of which no square overflows
    scale = torch.where(scale > 0, scale, 1)
    rows, least = rows / scale[..., None], least / scale
    columns, directions = _by_squares(rows)
    rounded = torch.maximum(least, ROUNDINGS * torch.finfo(rows.dtype).eps * largest / scale)
    good = ((rows - columns @ directions.mT).abs().amax(-2) <= rounded).all(-1)
    for exact, factors in (
        (good, lambda place: (columns[place], directions[place])),
        (~good, lambda place: _by_elimination(rows[place], least[place])),
    ):
        tables = (plain & exact).nonzero()[:, 0]
        if len(tables):
            for some, basis, back in _by_rank(*factors(tables)):
                place = tables[some]
                size = basis.abs().amax(-2)
                unit = size * scale[place]
                yield Independent(place, basis / size[:, None], unit, back / unit[:, None], frame.centre[place])


Factors = tuple[Float[Tensor, "tables n rank"], Float[Tensor, "tables d rank"]]
"""rows = columns @ directions^T, the directions orthogonal and of length 1. Columns of zeros come last."""


def _by_rank(columns: Tensor, directions: Tensor) -> Iterator[tuple[Int[Tensor, " some"], Tensor, Tensor]]:
    """Which tables are of one rank, and their factors without the columns of zeros."""
    ranks = (columns != 0).any(-2).sum(-1)
    for rank in ranks.unique().tolist():
        some = (ranks == rank).nonzero()[:, 0]
        yield some, columns[some, :, :rank], directions[some, :, :rank]


def _by_squares(rows: Float[Tensor, "tables n d"]) -> Factors:
    """From the products of all rows, or of all columns, whichever are fewer: what squares do not lose."""
    n, d = rows.shape[-2:]
    squares, vectors = torch.linalg.eigh(rows @ rows.mT if n <= d else rows.mT @ rows)
    squares, vectors = squares.flip(-1), vectors.flip(-1)
    seen = squares > CLEAR * squares[:, :1]
    size = torch.where(seen, squares, 0).sqrt()[:, None]
    vectors = torch.where(seen[:, None], vectors, 0)
    if n <= d:
        return vectors * size, rows.mT @ vectors / torch.where(seen[:, None], size, 1)
    return rows @ vectors, vectors


def _by_elimination(rows: Float[Tensor, "tables n d"], least: Float[Tensor, "tables d"]) -> Factors:
    """Row after row, the longest first (Gram and Schmidt): however much units and directions differ.

    No entry of a column grows, so each is found to the rounding of its own size. What is left of a column is all
    zeros once it is no more than `least`.
    """
    columns, directions = [], rows[:, :0].mT
    for _ in range(min(rows.shape[-2:])):
        length, pivot = rows.square().sum(-1).max(-1, keepdim=True)
        if not to_host((length > 0).any()):
            break
        direction = rows.take_along_dim(pivot[..., None], 1)[:, 0]
        direction = direction - (directions @ (directions.mT @ direction[..., None]))[..., 0]
        length = torch.linalg.vector_norm(direction, dim=-1, keepdim=True)
        direction = direction / torch.where(length > 0, length, 1)
        columns.append((rows @ direction[..., None])[..., 0])
        rows = rows - columns[-1][..., None] * direction[:, None]
        rows = torch.where((rows.abs().amax(-2) > least)[:, None], rows, 0)
        directions = torch.cat([directions, direction[..., None]], -1)
    return torch.stack(columns, -1), directions
