"""Coordinates in which the columns of a table are alike: centred, of size 1, and (where they must be) independent.

The optimum does not depend on the coordinates, but what rounding leaves of it does. The intercept is free, so a
column may be centred; a weight in another unit has its penalty in another unit. All of this is
in float64 and from the numbers as they were given: 2023 and 2024 are the same number to a float32
that has to tell 30% apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from gatesweep.engine.device import to_host, wide

__all__ = ["Frame", "Independent", "independent", "standard_frame"]

SAMPLE_ROWS = 16
"""So many rows tell what a typical entry is."""

FEW_LARGE = 100
"""With a standard deviation above so many typical deviations, a few huge entries make it, and hide all others."""

CLEAR = 1e-6
"""Where the squared size of every direction is such a share of the largest, or none, squares lose nothing."""

ROUNDINGS = 32
"""A column of whose largest entry so many roundings are left is all zeros."""

HIDING = 1e10
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
    columns = wide(inputs).mT.contiguous()
    low, high = torch.aminmax(columns, dim=-1)
    share: Tensor | float = 1 / columns.shape[-1]
    if counts is not None or not to_host(torch.isfinite(high - low).all()):
        looked_at = torch.isfinite(columns)
        if counts is not None:
            looked_at = looked_at & _of_shape(counts, inputs.shape[:-1])[..., None, :]
        # In place of the others stands one that is looked at, whose share is its own alone.
        first = columns.take_along_dim(looked_at.byte().argmax(-1, keepdim=True), -1)
        columns = torch.where(looked_at, columns, torch.where(torch.isfinite(first), first, 0))
        low, high = torch.aminmax(columns, dim=-1)
        share = looked_at.to(columns) / looked_at.sum(-1, keepdim=True).clamp_min(1)
    # A share of each entry, not their sum, which could overflow; within the range, or a constant would get a deviation.
    mean = (columns * share).sum(-1).clamp(low, high)
    away = columns - mean[..., None]
    largest = torch.maximum(high - mean, mean - low)
    largest = torch.where(largest > 0, largest, 1)
    deviation = largest * ((away / largest[..., None]).square() * share).sum(-1).sqrt()
    deviation = torch.where(high > low, deviation, 1)

    sample = away[..., :: -(-away.shape[-1] // SAMPLE_ROWS)]
    middle = sample.median(-1).values
    size = (sample - middle[..., None]).abs()
    outlying = (size * FEW_LARGE < deviation[..., None]) & (size > 0)
    outlying = outlying.sum(-1) * 2 > (size > 0).sum(-1)
    if to_host(outlying.any()):
        typical = torch.where(size > 0, size, torch.nan).nanmedian(-1).values
        mean, deviation = torch.where(outlying, mean + middle, mean), torch.where(outlying, typical, deviation)
    return Frame(mean, deviation)


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
        penalised: in the other tables, a difference between columns that their rounding could have made is none.
    """
    frame = standard_frame(inputs, counts)
    plain = (torch.where(counts[..., None], frame.rows(inputs), 0).abs() < HIDING).all((-1, -2))
    rows = torch.where(counts[..., None], inputs - frame.centre[:, None], 0)
    scale = rows.abs().amax((-1, -2))[:, None]  # of which no square overflows
    scale = torch.where(scale > 0, scale, 1)
    rows = rows / scale[..., None]
    rounding = precision * torch.where(counts[..., None], inputs, 0).abs().amax(-2) / scale

    def eliminated(tables: Int[Tensor, " some"]) -> Factors:
        cleaned = _without_rounding(rows[tables], rounding[tables])
        return _by_elimination(torch.where(penalised[tables, None, None], rows[tables], cleaned))

    columns, directions = _by_squares(rows)
    exact = ((rows - columns @ directions.mT).abs().amax(-2) <= _noise(rows)).all(-1)
    for chosen, factors in ((exact, lambda tables: (columns[tables], directions[tables])), (~exact, eliminated)):
        tables = (plain & chosen).nonzero()[:, 0]
        if len(tables):
            for some, basis, back in _by_rank(*factors(tables)):
                place = tables[some]
                size = basis.abs().amax(-2)
                unit = size * scale[place]
                yield Independent(place, basis / size[:, None], unit, back / unit[:, None], frame.centre[place])


def _noise(rows: Float[Tensor, "tables n d"]) -> Float[Tensor, "tables d"]:
    """What float64 arithmetic leaves of a column that is a combination of others."""
    return ROUNDINGS * torch.finfo(rows.dtype).eps * rows.abs().amax(-2)


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


def _without_rounding(
    rows: Float[Tensor, "tables n d"], rounding: Float[Tensor, "tables d"]
) -> Float[Tensor, "tables n d"]:
    """Each column that is a combination of others but for what their rounding may have made, as that combination.

    Column after column, in each table the one with the largest share of its own first (Gram and Schmidt).
    """
    length = torch.linalg.vector_norm(rows, dim=-2)
    done = length == 0
    length = torch.where(done, 1, length)
    rest = rows = rows / length[:, None]
    rounding = ROUNDINGS * rows.shape[-2] ** 0.5 * rounding / length
    basis, triangle, noise = rows[..., :0], rows[:, :0, :0], rounding[:, :0]
    for _ in range(rows.shape[-1]):
        place = torch.linalg.vector_norm(rest, dim=-2).masked_fill(done, -1).argmax(-1, keepdim=True)
        column, own = (values.take_along_dim(place[:, None], -1) for values in (rows, rest))
        share = basis.mT @ column
        of_others = torch.linalg.solve_triangular(triangle, share, upper=True)[..., 0]
        given = rounding.take_along_dim(place, -1)
        size = torch.linalg.vector_norm(own, dim=-2)
        dependent = size <= given + (of_others.abs() * noise).sum(-1, keepdim=True)
        rows = rows.scatter(-1, place[:, None].expand_as(column), torch.where(dependent[:, None], column - own, column))
        done = done.scatter(-1, place, True)
        # A dependent column adds nothing to the basis: its place there is one of its own, without rows.
        direction = torch.where(dependent, 0, 1 / torch.where(dependent, 1, size))[:, None] * own
        rest = rest - direction * (direction.mT @ rest)
        basis = torch.cat([basis, direction], -1)
        share = torch.where(dependent[:, None], 0, share)
        corner = torch.where(dependent, 1, size)[:, None]
        triangle = torch.cat([torch.nn.functional.pad(triangle, (0, 0, 0, 1)), torch.cat([share, corner], -2)], -1)
        noise = torch.cat([noise, given], -1)
    return rows * length[:, None]


def _by_elimination(rows: Float[Tensor, "tables n d"]) -> Factors:
    """Row after row, the longest first (Gram and Schmidt): however much units and directions differ.

    No entry of a column grows, so each is found to the rounding of its own size.
    """
    noise = _noise(rows)
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
        rows = torch.where((rows.abs().amax(-2) > noise)[:, None], rows, 0)
        directions = torch.cat([directions, direction[..., None]], -1)
    # Of rows that are all the same nothing is left.
    return (torch.stack(columns, -1) if columns else rows[..., :0]), directions
