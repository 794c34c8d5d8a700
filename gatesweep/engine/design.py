"""Design matrices as operators: what a solver may ask of the rows, and two ways to hold them.

Rows carry their label as a sign: row i is (1 - 2 y_i) x_i with a column of (1 - 2 y_i) last, for
the intercept. With it the log loss of a row is softplus(logit), its derivative sigmoid(logit), and
no solver ever sees a target. A signed logit below zero is a row on its right side of the line.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from functools import cache, cached_property, reduce
from typing import Protocol, Self

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from gatesweep.engine.device import to_host, wide
from gatesweep.engine.linear import SIDE_BY_SIDE
from gatesweep.engine.scaling import Frame, Independent, standard_frame

__all__ = [
    "CornerDesign",
    "DenseDesign",
    "Design",
    "Empty",
    "Layered",
    "LinearDesign",
    "PullBack",
    "apart",
    "log_loss",
]

FEW_MODELS = 6
"""So many models of the same rows are worth the products of the columns; fewer weight the rows one by one."""

FEW_COLUMNS = 16
"""One table of so few columns has its products multiplied for any number of models: a product of a vector waits for no
other thread, which beside other load costs more than all the arithmetic."""

NARROW = 64
"""Sums of fewer columns take BLAS up to a quarter of the time where the models lie side by side, not the columns."""

PRODUCT_ELEMENTS = 2_000_000
"""Products of columns held at once: that bounds the memory, and they are still in a cache when they are used."""

APART_ELEMENTS = 5_000_000
"""Models looked at apart are so many entries of their tables at once: that bounds the memory."""

Index = tuple[int, ...]

Empty = Callable[[tuple[int, ...]], Tensor]
"""Gives a contiguous tensor of a shape, with any content."""

PullBack = Callable[[Float[Tensor, "*batch n"]], Float[Tensor, "*batch p"]]
"""From what a change of each row's logit is worth to what a change of each parameter is."""


def log_loss(logits: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Log loss of each row, in nats, from its signed logit: log(1 + exp(logit)).

    torch's default threshold of 20 would drop exp(-20); at 80 the exponential still fits float32.
    """
    return torch.nn.functional.softplus(logits, threshold=80)


class Design(Protocol):
    """A batch of signed rows; `*batch` is the shape of the models. All that a first-order solver asks."""

    @property
    def n_params(self) -> int:
        """Parameters of a model; of a line, the columns of the rows: the features and the intercept"""

    @property
    def count(self) -> Tensor | int:
        """Rows, each counted with its weight; broadcastable to the parameters"""

    @property
    def sample_weight(self) -> Tensor | None:
        """How often each row counts, None for once each"""

    @property
    def n_rows(self) -> int:
        """Rows, each counted once"""

    def original(self, params: Float[Tensor, "*batch p"]) -> Float[Tensor, "*batch p"]:
        """Parameters in the coordinates of the data as given"""

    def own(self, params: Float[Tensor, "*batch p"]) -> Float[Tensor, "*batch p"]:
        """The inverse of `original`"""

    def logits(self, params: Float[Tensor, "*batch p"]) -> Float[Tensor, "*batch n"]:
        """The signed logit of each row; of a line, rows @ params"""

    def vjp(self, params: Float[Tensor, "*batch p"]) -> tuple[Float[Tensor, "*batch n"], PullBack]:
        """The logits, and what takes a residual from there back to the parameters: the gradient.

        Of a part (`take`) this holds until the next `vjp` of it or of a part of it: they share their memory.
        """

    def magnitude(self, params: Float[Tensor, "*batch p"]) -> Float[Tensor, "*batch"]:
        """What the terms of no logit add up to, nor its rounding in units of roundoff"""

    def correct(self, logits: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch n"]:
        """1 where the row is on its right side, else 0; a tie is class 1. Overwrites `logits`."""

    def mean(self, values: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch"]:
        """Mean over the rows, each counted with its weight"""

    def take(self, index: Int[Tensor, " rows"] | slice) -> Self:
        """The design of some of the rows: a mini-batch, without a copy where it is a slice"""


class LinearDesign(Design, Protocol):
    """Rows as a matrix, whose logits are linear in the parameters: a convex loss, and what it takes to minimise it."""

    @property
    def one_class(self) -> Bool[Tensor, "*batch"]:
        """Whether the rows that count have one label only; broadcastable to the batch"""

    @property
    def reach(self) -> Float[Tensor, "*batch p"]:
        """What no entry of a column exceeds, nor its rounding in units of roundoff; broadcastable to the parameters"""

    def samples(self, chosen: Bool[Tensor, "*batch"]) -> "Iterator[tuple[Index, Float[np.ndarray, 'rows p']]]":
        """Index and signed rows in float64 of each chosen model: those that count, as they were given"""

    def magnitude_as_given(self, params: Float[Tensor, "*batch p"]) -> Float[Tensor, "*batch"]:
        """`magnitude` of the rows and parameters as given"""

    @property
    def is_given(self) -> bool:
        """Whether the columns are the given ones, centred, scaled and rounded; not combinations of them"""

    @property
    def unit(self) -> Float[Tensor, "*batch d"] | None:
        """What a column counts as 1, in the units of the data as given; None for 1"""

    def as_given(self) -> "LinearDesign":
        """The same rows in the coordinates of the data as given, if those are others: in float64"""

    def tables(self, index: Int[Tensor, "models dims"]) -> "tuple[Tensor, Tensor, Tensor, float]":
        """The data as given of some models in float64, rows of weight 0 (which may hold anything) with zeros.

        Inputs (models, n, d), signs and sample weights (models, n), and the rounding that the inputs came with.
        """

    def gradient(self, residual: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch p"]:
        """rows^T @ residual, each row counted with its weight"""

    def hessian(self, row_weight: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch p p"]:
        """rows^T diag(row_weight) rows, each row counted with its weight"""

    def part(self, index: Int[Tensor, " some"]) -> Self:
        """What a step needs of some models: of those at these places along the batch's last dimension"""


class Layered(LinearDesign, Protocol):
    """Rows that a layer of hidden units may see: each unit has a line of its own, and no row a sign yet.

    Every result may lie in memory with the units first and the models last: elementwise operations run fastest
    along the latter, and what all units share is then one stretch for each of them.
    """

    def layer(self, lines: Float[Tensor, "*batch h p"], empty: Empty) -> Float[Tensor, "*batch h n"]:
        """What each unit's line gives each row, in memory that may come from `empty`"""

    def pull_back_layer(self, residual: Float[Tensor, "*batch h n"]) -> Float[Tensor, "*batch h p"]:
        """From there back to the lines"""

    def signed(self, values: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch n"]:
        """Values times the row's sign"""

    def weighted(self, values: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch n"]:
        """Values times the row's weight"""


@cache
def _column_pairs(n_columns: int, n_exclusive: int = 0) -> tuple[list[int], list[int]]:
    """Index pairs i <= j, less those of two different one-hot columns, whose product is zero."""
    first_exclusive = n_columns - n_exclusive
    pairs = [(i, j) for i in range(n_columns) for j in range(i, n_columns) if i == j or i < first_exclusive]
    return [i for i, _ in pairs], [j for _, j in pairs]


@cache
def _entries(n_params: int) -> Int[Tensor, " entries"]:
    """Where each entry of a symmetric matrix stands among its entries i <= j."""
    place = {pair: k for k, pair in enumerate(zip(*_column_pairs(n_params), strict=True))}
    return torch.tensor([place[min(i, j), max(i, j)] for i in range(n_params) for j in range(n_params)])


def _unpacked(packed: Float[Tensor, "*batch pairs"], n_params: int) -> Float[Tensor, "*batch p p"]:
    """The symmetric matrix of its entries i <= j."""
    entries = _entries(n_params).to(packed.device)
    models_last = packed.ndim > 1 and packed.stride(-1) > packed.stride(-2)
    chosen = packed.mT.index_select(-2, entries).mT if models_last else packed.index_select(-1, entries)
    return chosen.unflatten(-1, (n_params, n_params))


def _products(rows: Float[Tensor, "*tables n p"]) -> Float[Tensor, "*tables n pairs"]:
    """Of each two columns i <= j."""
    first, second = (torch.tensor(columns, device=rows.device) for columns in _column_pairs(rows.shape[-1]))
    return rows.index_select(-1, first).mul_(rows.index_select(-1, second))


def _sums(values: Float[Tensor, "*tables models n"], columns: Float[Tensor, "*tables n k"]) -> Tensor:
    """values @ columns: sums over the rows, shape (*tables, models, k)."""
    if values.ndim > 1 and values.shape[-2] >= SIDE_BY_SIDE and columns.shape[-1] < NARROW:
        return (columns.mT @ values.mT).mT
    return values @ columns


def _for_each(matrix: Float[Tensor, "p q"], values: Float[Tensor, "batch q r"]) -> Float[Tensor, "batch p r"]:
    """matrix @ values[i] for each i, without the copy of values that matmul makes."""
    return torch.bmm(matrix.expand(len(values), *matrix.shape), values)


def _tie(sign: Tensor) -> Tensor:
    """A signed logit below this is correct: class 1 (sign -1) also takes the tie, as p >= 0.5 does."""
    return torch.where(sign < 0, torch.finfo(sign.dtype).tiny, torch.zeros_like(sign))


def _places(chosen: Bool[Tensor, "*batch"]) -> Int[np.ndarray, "models dims"]:
    """The index of each chosen model."""
    here = to_host(chosen)
    return np.argwhere(here) if np.any(here) else np.empty((0, chosen.ndim), int)


def _of_columns(values: Float[Tensor, "*batch n"], index: Int[Tensor, " some"], own: int) -> Tensor:
    """values[..., index] along the batch's last dimension, before `own` others; or all, where it is shared."""
    dim = values.ndim - own - 1
    return values.index_select(dim, index) if dim >= 0 and values.shape[dim] > 1 else values


def _of_rows(values: Tensor, index: Int[Tensor, " rows"] | slice, dim: int) -> Tensor:
    """Some rows, which lie along this dimension: without a copy where they are a slice."""
    if isinstance(index, slice):
        return values.narrow(dim, index.start, index.stop - index.start)
    return values.index_select(dim, index)


def _of_models(values: Float[Tensor, "*batch n"], index: Int[Tensor, "models dims"], own: int) -> Tensor:
    """values[index] for models of a batch that `values` (with `own` dimensions of its own) broadcasts to."""
    dims = values.ndim - own
    places = [index[:, i - dims].clamp_max(values.shape[i] - 1) for i in range(dims)]
    return values[tuple(places)] if places else values.expand(len(index), *values.shape)


def apart(design: LinearDesign, chosen: Bool[Tensor, "*batch"]) -> Sequence[Int[Tensor, "models dims"]]:
    """Where the chosen models are, so many at once as memory bears the `tables` of."""
    if not len(places := _places(chosen)):
        return ()
    at_once = 1 + APART_ELEMENTS // (design.n_rows * design.n_params)
    return torch.as_tensor(places, device=chosen.device).split(at_once)


class _Table:
    """Rows of one table or of several side by side, and the products of their columns."""

    def __init__(self, rows: Float[Tensor, "*tables n p"]) -> None:
        self.rows = rows

    def products(self) -> Iterator[tuple[slice, Float[Tensor, "*tables some pairs"]]]:
        """The products of each two columns, some rows at a time."""
        n, p = self.rows.shape[-2:]
        step = 1 + PRODUCT_ELEMENTS * n // (self.rows.numel() * (p + 1) // 2)
        if step >= n:
            yield slice(None), self._all_products
            return
        for first in range(0, n, step):
            part = slice(first, first + step)
            yield part, _products(self.rows[..., part, :])

    @cached_property
    def _all_products(self) -> Float[Tensor, "*tables n pairs"]:
        return _products(self.rows)


class DenseDesign:
    """Rows held as they are: any data.

    Args:
        rows: inputs and a column of ones, shape (*batch, n, p), or (n, p) shared by the whole batch. Where the
            last dimensions of the batch are 1, as in (groups, 1, n, p), the models along them share their rows.
        sign: 1 - 2 y, shape (*batch, n) or (n,).
        sample_weight: how often each row counts, shape (*batch, n) or (n,); None for once each.
        given: the inputs that the rows were made of, in their own precision, shape (*batch, n, d) or (n, d).
        frame: the coordinates of the rows' columns, where they are not those of `given`.
        precision: the rounding that the inputs came with, where it is not that of their dtype.
    """

    def __init__(
        self,
        rows: Float[Tensor, "*shape n p"],
        sign: Tensor,
        sample_weight: Tensor | None = None,
        given: Float[Tensor, "*shape n d"] | None = None,
        frame: Frame | Independent | None = None,
        precision: float | None = None,
    ) -> None:
        self.rows, self.sign, self.sample_weight = rows, sign, sample_weight
        self.given, self.frame = rows[..., :-1] if given is None else given, frame
        self.precision = torch.finfo(self.given.dtype).eps if precision is None else precision
        self.n_rows, self.n_params = rows.shape[-2:]
        self.unit = None if frame is None else frame.unit
        self.is_given = not isinstance(frame, Independent)
        self.count: Tensor | int = rows.shape[-2]
        if sample_weight is not None:
            # A mini-batch may hold padding alone: its gradient is 0, and 0 over the smallest number stays 0.
            self.count = sample_weight.sum(-1, keepdim=True).clamp_min(torch.finfo(sign.dtype).tiny)
        self._signed_weight = sign if sample_weight is None else sign * sample_weight
        tables = list(rows.shape[:-2])
        while tables and tables[-1] == 1:
            tables.pop()
        self._table = _Table(rows.reshape(*tables, *rows.shape[-2:]))
        self._n_sharing = len(rows.shape) - len(tables) - 2 if tables else None
        self._tie = _tie(sign)

    @classmethod
    def of_tables(cls, inputs: Tensor, sign: Tensor, weight: Tensor, precision: float) -> Self:
        """Of data as `tables` gives them: in float64, in columns of size 1."""
        frame = standard_frame(inputs, weight > 0)
        rows = torch.where(weight[..., None] > 0, frame.rows(inputs), 0)
        return cls(torch.nn.functional.pad(rows, (0, 1), value=1.0), sign, weight, inputs, frame, precision)

    @property
    def one_class(self) -> Bool[Tensor, "*batch"]:
        return ~((self._signed_weight.amax(-1) > 0) & (self._signed_weight.amin(-1) < 0))

    @cached_property
    def reach(self) -> Float[Tensor, "*batch p"]:
        return self.rows.abs().amax(-2)

    def samples(self, chosen: Bool[Tensor, "*batch"]) -> "Iterator[tuple[Index, Float[np.ndarray, 'rows p']]]":
        rows, weight = (
            values.expand(*chosen.shape, *values.shape[-own:])
            for values, own in ((self.given, 2), (self._signed_weight, 1))
        )
        for index in map(tuple, _places(chosen).tolist()):
            counts = weight[index] != 0
            ones = torch.nn.functional.pad(wide(rows[index])[counts], (0, 1), value=1.0)
            yield index, to_host(ones * wide(weight[index].sign())[counts, None])

    def as_given(self) -> "DenseDesign":
        if self.frame is None:
            return self
        ones = torch.ones_like(self.given[..., :1])
        weight = None if self.sample_weight is None else wide(self.sample_weight)
        return DenseDesign(wide(torch.cat([self.given, ones], -1)), wide(self.sign), weight)

    def original(self, params: Float[Tensor, "*batch p"]) -> Float[Tensor, "*batch p"]:
        return params if self.frame is None else self.frame.outward(params)

    def own(self, params: Float[Tensor, "*batch p"]) -> Float[Tensor, "*batch p"]:
        return self.frame.inward(params) if isinstance(self.frame, Frame) else params

    def tables(self, index: Int[Tensor, "models dims"]) -> tuple[Tensor, Tensor, Tensor, float]:
        weight = self.sample_weight
        if weight is None:
            weight = torch.ones_like(self.sign)
        held = (self.given, 2), (self.sign, 1), (weight, 1)
        inputs, sign, weight = (wide(_of_models(values, index, own)) for values, own in held)
        return torch.where(weight[..., None] > 0, inputs, 0), sign, weight, self.precision

    def logits(self, params: Float[Tensor, "*batch p"]) -> Float[Tensor, "*batch n"]:
        return (self._by_table(params) @ self._table.rows.mT).reshape(*params.shape[:-1], self.n_rows).mul_(self.sign)

    def vjp(self, params: Float[Tensor, "*batch p"]) -> tuple[Float[Tensor, "*batch n"], PullBack]:
        return self.logits(params), self.gradient

    def layer(self, lines: Float[Tensor, "*batch h p"], empty: Empty) -> Float[Tensor, "*batch h n"]:
        return self._through(self._table.rows, lines)

    def pull_back_layer(self, residual: Float[Tensor, "*batch h n"]) -> Float[Tensor, "*batch h p"]:
        return self._through(self._table.rows.mT, residual)

    def _through(
        self, matrix: Float[Tensor, "*tables k j"], values: Float[Tensor, "*batch h j"]
    ) -> Float[Tensor, "*batch h k"]:
        """matrix @ values for each unit, the models of a table last in memory."""
        h = values.shape[-2]
        columns = (
            torch.atleast_2d(self._by_table(values.flatten(-2))).unflatten(-1, (h, -1)).movedim(-3, -1).movedim(-2, -3)
        )
        found = (matrix @ columns.flatten(-2)).unflatten(-1, columns.shape[-2:])
        return found.movedim(-1, -3).movedim(-2, -1).reshape(*values.shape[:-1], matrix.shape[-2])

    def signed(self, values: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch n"]:
        return values * self.sign

    def weighted(self, values: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch n"]:
        return values if self.sample_weight is None else values * self.sample_weight

    def magnitude(self, params: Float[Tensor, "*batch p"]) -> Float[Tensor, "*batch"]:
        return (self.reach * params.abs()).sum(-1)

    def magnitude_as_given(self, params: Float[Tensor, "*batch p"]) -> Float[Tensor, "*batch"]:
        return (wide(self.given.abs().amax(-2)) * params[..., :-1].abs()).sum(-1) + params[..., -1].abs()

    def gradient(self, residual: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch p"]:
        residual = residual * self._signed_weight
        return _sums(self._by_table(residual), self._table.rows).reshape(*residual.shape[:-1], self.n_params)

    def hessian(self, row_weight: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch p p"]:
        """Many models of the same rows: one matrix product with the columns' products, and no copy of the rows."""
        row_weight = self.weighted(row_weight)
        by_table, tables = self._by_table(row_weight), self._table.rows
        few = by_table.ndim == 1 or by_table.shape[-2] < FEW_MODELS
        if few and (tables.ndim > 2 or self.n_params > FEW_COLUMNS):
            rows = tables[..., None, :, :]
            found = (rows * by_table[..., None]).mT @ rows
        else:
            packed = reduce(
                torch.add, (_sums(by_table[..., part], products) for part, products in self._table.products())
            )
            found = _unpacked(packed, self.n_params)
        return found.reshape(*row_weight.shape[:-1], self.n_params, self.n_params)

    def _by_table(self, values: Float[Tensor, "*batch k"]) -> Float[Tensor, "*tables models k"]:
        """Values of models, those that share their rows along one dimension; of one model as they are."""
        if values.ndim == 1:
            return values
        sharing = values.ndim - 1 if self._n_sharing is None else self._n_sharing
        return values.reshape(*values.shape[: values.ndim - 1 - sharing], -1, values.shape[-1])

    def correct(self, logits: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch n"]:
        return logits.lt_(self._tie)

    def mean(self, values: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch"]:
        if self.sample_weight is None:
            return values.mean(-1)
        return self.weighted(values).sum(-1) / self.sample_weight.sum(-1)

    def take(self, index: Int[Tensor, " rows"] | slice) -> "DenseDesign":
        weight = None if self.sample_weight is None else self.sample_weight[..., index]
        return DenseDesign(self.rows[..., index, :], self.sign[..., index], weight)

    def counted(self, sample_weight: Float[Tensor, "*batch n"]) -> "DenseDesign":
        """The same rows, counted so often."""
        other = DenseDesign(self.rows, self.sign, sample_weight, self.given, self.frame, self.precision)
        if self._table.rows.ndim == 2:  # The products of many tables are many.
            other._table = self._table
        return other

    def part(self, index: Int[Tensor, " some"]) -> "DenseDesign":
        part = copy(self)
        part.sign, part._signed_weight, part._tie, part.reach = (
            _of_columns(values, index, 1) for values in (self.sign, self._signed_weight, self._tie, self.reach)
        )
        if self.sample_weight is not None:
            part.sample_weight = _of_columns(self.sample_weight, index, 1)
            part.count = _of_columns(torch.as_tensor(self.count), index, 1)
        part.rows = _of_columns(self.rows, index, 2)
        if part.rows is not self.rows:
            part._table = _Table(part.rows)
        return part


class CornerDesign:
    """Rows of noisy corners, factored: row (s, g, r, i) is sign[s, g, i] * (columns[s, i] * scale[r]) @ lift.

    A row is corner + noise_level * eps, so w.x + b = (w.corner + b) + noise_level * w.eps: a few columns
    for each seed (the noise, and what the corner is) serve every gate and noise level, and the rows of
    the models are never built.

    Args:
        columns: shape (seeds, n, q).
        sign: 1 - 2 y, shape (seeds, gates, n).
        scale: shape (r, q), r counting the noise levels (and whatever else varies within a gate).
        lift: shape (q, p), what turns a model's parameters into coefficients of the scaled columns.
        n_exclusive: how many of the last columns are one-hot.

    The batch shape is (seeds, gates, r). Logits and residuals lie in memory with r last, after the rows: a product
    then sums over rows that stand below each other, which takes BLAS half the time, and its result is wide.
    """

    sample_weight: Tensor | None = None
    unit: Tensor | None = None
    is_given = True

    def __init__(
        self,
        columns: Float[Tensor, "seeds n q"],
        sign: Float[Tensor, "seeds gates n"],
        scale: Float[Tensor, "r q"],
        lift: Float[Tensor, "q p"],
        n_exclusive: int,
    ) -> None:
        self.columns, self.sign, self.scale, self.lift, self.n_exclusive = columns, sign, scale, lift, n_exclusive
        self.n_params = lift.shape[-1]
        self.count: Tensor | int = columns.shape[1]
        self.n_rows = columns.shape[1]
        self._scale = scale.mT.contiguous()  # Five times as fast in a product as a view that jumps.

    @property
    def one_class(self) -> Bool[Tensor, "seeds gates 1"]:
        return (self.sign == self.sign[..., :1]).all(-1, keepdim=True)

    def samples(self, chosen: Bool[Tensor, "seeds gates r"]) -> "Iterator[tuple[Index, Float[np.ndarray, 'n p']]]":
        for seed, gate, column in _places(chosen).tolist():
            rows = (self.columns[seed].double() * self.scale[column].double()) @ self.lift.double()
            yield (seed, gate, column), to_host(rows * self.sign[seed, gate, :, None])

    @cached_property
    def _signed(self) -> Float[Tensor, "seeds_gates q n"]:
        """The signed columns, of each gate: a row of the memory holds a column."""
        return (self.sign[:, :, None] * self.columns.mT[:, None]).flatten(0, 1)

    @cached_property
    def _pairs(self) -> tuple[Tensor, Tensor, Tensor]:
        """The same for products of two columns: columns (seeds, pairs, n), scale (pairs, r), lift (pairs, p * p)."""
        first, second = _column_pairs(self.columns.shape[-1], self.n_exclusive)
        columns = self.columns.mT[:, first] * self.columns.mT[:, second]
        outer = self.lift[first, :, None] * self.lift[second, None, :]
        same = torch.tensor([f == s for f, s in zip(first, second, strict=True)], device=outer.device)
        lift = torch.where(same[:, None, None], outer, outer + outer.mT)
        return columns, self._scale[first] * self._scale[second], lift.flatten(1)

    @cached_property
    def reach(self) -> Float[Tensor, "seeds 1 r p"]:
        return ((self.columns.abs().amax(1)[:, None] * self.scale) @ self.lift.abs())[:, None]

    def as_given(self) -> "CornerDesign":
        return self

    def original(self, params: Float[Tensor, "seeds gates r p"]) -> Float[Tensor, "seeds gates r p"]:
        return params

    own = original

    def tables(self, index: Int[Tensor, "models dims"]) -> tuple[Tensor, Tensor, Tensor, float]:
        seed, gate, r = index.unbind(-1)
        rows = (wide(self.columns[seed]) * wide(self.scale[r, None])) @ wide(self.lift[:, :-1])
        sign = wide(self.sign[seed, gate])
        return rows, sign, torch.ones_like(sign), torch.finfo(rows.dtype).eps

    def logits(self, params: Float[Tensor, "seeds gates r p"]) -> Float[Tensor, "seeds gates r n"]:
        coefficients = self.lift @ params.movedim(-1, 0).flatten(1)
        coefficients = coefficients.unflatten(1, (-1, params.shape[2])).mul_(self._scale[:, None])
        if params.shape[2] == 1:  # The same numbers in the same places; BLAS takes five times as long for one column.
            found = torch.bmm(coefficients.permute(1, 2, 0), self._signed)
        else:
            found = torch.bmm(self._signed.mT, coefficients.movedim(0, 1)).mT
        return found.unflatten(0, params.shape[:2])

    def vjp(self, params: Float[Tensor, "seeds gates r p"]) -> tuple[Float[Tensor, "seeds gates r n"], PullBack]:
        return self.logits(params), self.gradient

    def layer(self, lines: Float[Tensor, "seeds gates r h p"], empty: Empty) -> Float[Tensor, "seeds gates r h n"]:
        # The rows have no sign here, so the columns of a seed serve all its gates at once.
        seeds, gates, r, h = lines.shape[:4]
        coefficients = _for_each(self.lift, lines.permute(3, 0, 4, 1, 2).reshape(h * seeds, -1, gates * r))
        coefficients.unflatten(2, (gates, r)).mul_(self._scale[:, None])
        values = torch.bmm(self._for_units(h), coefficients, out=empty((h * seeds, self.n_rows, gates * r)))
        return values.view(h, seeds, -1, gates, r).permute(1, 3, 4, 0, 2)

    def pull_back_layer(self, residual: Float[Tensor, "seeds gates r h n"]) -> Float[Tensor, "seeds gates r h p"]:
        seeds, gates, r, h = residual.shape[:4]
        values = residual.permute(3, 0, 4, 1, 2).reshape(h * seeds, -1, gates * r)
        moments = torch.bmm(self._for_units(h).mT, values)
        moments.unflatten(2, (gates, r)).mul_(self._scale[:, None])
        return _for_each(self.lift.mT, moments).view(h, seeds, -1, gates, r).permute(1, 3, 4, 0, 2)

    def _for_units(self, h: int) -> Float[Tensor, "h_seeds n q"]:
        """The columns once more for each unit: they are few, and so one product does for all units."""
        return self.columns.expand(h, *self.columns.shape).flatten(0, 1)

    def signed(self, values: Float[Tensor, "seeds gates r n"]) -> Float[Tensor, "seeds gates r n"]:
        return values * self.sign[:, :, None]

    def weighted(self, values: Float[Tensor, "seeds gates r n"]) -> Float[Tensor, "seeds gates r n"]:
        return values

    def magnitude(self, params: Float[Tensor, "seeds gates r p"]) -> Float[Tensor, "seeds gates r"]:
        return (self.reach * params.abs()).sum(-1)

    magnitude_as_given = magnitude

    def gradient(self, residual: Float[Tensor, "seeds gates r n"]) -> Float[Tensor, "seeds gates r p"]:
        moments = torch.bmm(self._signed, residual.mT.flatten(0, 1)).mul_(self._scale)
        pulled = self.lift.mT @ moments.movedim(1, 0).flatten(1)
        return pulled.movedim(0, -1).unflatten(0, residual.shape[:3])

    def hessian(self, row_weight: Float[Tensor, "seeds gates r n"]) -> Float[Tensor, "seeds gates r p p"]:
        # The signs cancel, so the products of the columns are the same for all gates of a seed.
        columns, scale, lift = self._pairs
        for_gates = columns[:, None].expand(-1, row_weight.shape[1], -1, -1).flatten(0, 1)
        moments = torch.bmm(for_gates, row_weight.mT.flatten(0, 1)).mul_(scale)
        flat = _for_each(lift.mT, moments).unflatten(0, row_weight.shape[:2])
        return flat.unflatten(2, (self.n_params, self.n_params)).permute(0, 1, 4, 2, 3)

    def correct(self, logits: Float[Tensor, "seeds gates r n"]) -> Float[Tensor, "seeds gates r n"]:
        return logits.lt_(_tie(self.sign)[:, :, None])

    def mean(self, values: Float[Tensor, "seeds gates r n"]) -> Float[Tensor, "seeds gates r"]:
        return values.mean(-1)

    def take(self, index: Int[Tensor, " rows"] | slice) -> "CornerDesign":
        part = copy(self)
        part.columns, part.sign = _of_rows(self.columns, index, 1), _of_rows(self.sign, index, 2)
        part.count = part.n_rows = part.columns.shape[1]
        for name in ("_signed", "_pairs", "reach"):
            vars(part).pop(name, None)
        return part

    def part(self, index: Int[Tensor, " some"]) -> "CornerDesign":
        part, (columns, scale, lift) = copy(self), self._pairs
        part.scale, part._scale = self.scale[index], self._scale[:, index]
        part._pairs, part.reach = (columns, scale[:, index], lift), _of_columns(self.reach, index, 1)
        return part
