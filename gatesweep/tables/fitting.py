"""The models of groups of rows, as batches: fits of the rows as they are, held-out folds, and bootstraps.

Groups of like size stand side by side in a block, filled up with rows of weight 0. A sample is a weight for each
row, and within a block every model of a group shares its rows. The batch is (groups, models), a model being one C of
one sample: the loop goes on without the models that are done, along the last dimension.

Where a fit starts decides how many steps it takes, not where it ends. Folds and bootstraps start from the optimum on
all rows, bootstraps after steps of their own that share one matrix. Of many C a few are fitted first; the others start
from what these tell about the path between them.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from gatesweep.engine.design import DenseDesign, log_loss
from gatesweep.engine.device import Place, to_host, wide
from gatesweep.engine.loop import run
from gatesweep.engine.scaling import Frame, standard_frame
from gatesweep.engine.solvers.newton import TOLERANCE, Newton
from gatesweep.engine.solvers.protocol import Status
from gatesweep.engine.threads import ordered_map
from gatesweep.grids.training import Cancelled
from gatesweep.tables.layout import Rows
from gatesweep.tables.resampling import DRAWN_AT_ONCE, bootstrap_counts, stratified_folds

__all__ = ["FITTED", "UNVALIDATED", "Plan", "fit_rows", "standardized"]

FITTED = (Status.converged, Status.redundant)
"""The statuses of a model that has coefficients."""
UNVALIDATED = len(Status)
"""The status of a group that cross-validation found no C for: a class has too few rows."""

BLOCK_ELEMENTS = 150_000
"""Rows times models of a block: what an operation works on stays in a core's cache."""
PART_ELEMENTS = 300_000
"""The same of samples that are fitted at once: their products are large, and an operation takes a while to begin."""
ROW_ELEMENTS = 2_000_000
"""Numbers in the rows of a block, filled up."""
NEIGHBOURS = 10.0
"""Of two C, one at most so many times the other, the optima tell about where those between them are."""
NODES = 4
"""So many C tell it best."""
PAIRS = 3
"""So many steps tell the next one what they saw of a model's curvature."""
STEPS_AHEAD = 12
"""So many steps at most that cost a fraction of one of Newton's."""
ENOUGH = 0.75
"""Where such a share of the models is near its optimum, the others cost less with the next step of Newton's."""


@dataclass(frozen=True)
class Plan:
    """What to fit for each group."""

    C: np.ndarray
    """(n_C,)"""
    folds: int | None = None
    """Held-out parts; with several C the best one is chosen for each group."""
    bootstrap: int = 0
    """Replicates."""
    seed: int = 0
    standardize: bool = False
    max_iter: int = 100

    @property
    def chooses(self) -> bool:
        """Whether one C is chosen out of several."""
        return self.folds is not None and len(self.C) > 1

    @property
    def n_models(self) -> int:
        """Of one group."""
        kept = 1 if self.chooses else len(self.C)
        return len(self.C) * (1 + (self.folds or 0)) + kept * self.bootstrap


@dataclass(frozen=True)
class Block:
    """Some groups side by side, made ready once for all stages. All but `rows` is in float64."""

    plan: Plan
    which: np.ndarray
    """Numbers of the groups, shape (g,)."""
    labels: np.ndarray
    sizes: np.ndarray
    inputs: Float[Tensor, "g 1 m d"]
    """Standardised, if the plan says so; zeros where filled up."""
    counts: Float[Tensor, "g 1 m"]
    """How often each row counts."""
    frame: Frame
    rows: DenseDesign
    """In the coordinates of the frame, in the place of the fit, each counted once."""
    mean: np.ndarray
    scale: np.ndarray
    """Mean and deviation of each column, both (g, d)."""

    @classmethod
    def of(cls, rows: Rows, which: np.ndarray, plan: Plan, place: Place) -> "Block":
        sizes = rows.sizes[which]
        steps = np.arange(sizes.max())
        index = rows.starts[which][:, None] + np.minimum(steps, sizes[:, None] - 1)
        real = steps < sizes[:, None]
        counts = real.astype(float) if rows.weight is None else np.where(real, rows.weight[index], 0)
        X, mean, scale = rows.X[index], np.zeros(0), np.ones(0)
        if plan.standardize:
            mean, scale = _mean_and_deviation(X, counts[..., None])
            with np.errstate(invalid="ignore"):
                X = (X - mean[:, None]) / scale[:, None]
        home = "cpu" if place.device.type == "mps" else place.device  # MPS has no float64.
        there = torch.as_tensor(counts, device=home)[:, None]
        inputs = torch.where(there[..., None] > 0, torch.as_tensor(X, device=home)[:, None], 0)
        frame = standard_frame(inputs, there > 0)
        ready = place.tensor(torch.nn.functional.pad(frame.rows(inputs), (0, 1), value=1.0))
        sign = place.tensor(1 - 2 * rows.y[index])[:, None]
        design = DenseDesign(ready, sign, None, inputs, frame)
        return cls(plan, which, rows.labels[which], sizes, inputs, there, frame, design, mean, scale)

    def design(self, counts: Float[Tensor, "g models m"]) -> DenseDesign:
        """The design of models that count the rows so often."""
        return self.rows.counted(counts.to(self.rows.rows))

    def held_out(self, samples: slice) -> Float[Tensor, "g samples m"]:
        """How often some folds hold a row out."""
        assert self.plan.folds is not None
        real = np.arange(self.rows.n_rows) < self.sizes[:, None]
        y, fold = to_host(self.rows.sign)[:, 0] < 0, np.full(real.shape, -1)
        fold[real] = stratified_folds(y[real], self.sizes, self.plan.folds)
        number = np.arange(samples.start, samples.stop)[:, None]
        return torch.as_tensor(fold[:, None] == number, device=self.counts.device) * self.counts

    def resampled(self, samples: slice) -> Float[Tensor, "g samples m"]:
        """How often some replicates count a row."""
        drawn = np.zeros((len(self.which), samples.stop - samples.start, self.rows.n_rows))
        for i, (label, size) in enumerate(zip(self.labels, self.sizes, strict=True)):
            drawn[i, :, :size] = bootstrap_counts(self.plan.seed, label, size, samples.start, drawn.shape[1])
        return torch.as_tensor(drawn, device=self.counts.device) * self.counts


def standardized(rows: Rows) -> Rows:
    """The rows of one group, each column counted from its mean in its deviations."""
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
    mean, scale = _mean_and_deviation(rows.X[None], weight[None, :, None])
    return replace(rows, X=(rows.X - mean) / scale)


def _mean_and_deviation(
    X: Float[np.ndarray, "g m d"], weight: Float[np.ndarray, "g m 1"]
) -> tuple[Float[np.ndarray, "g d"], Float[np.ndarray, "g d"]]:
    """As scikit-learn's StandardScaler has them; a constant column keeps its unit."""
    with np.errstate(invalid="ignore", over="ignore"):
        share = weight / weight.sum(1, keepdims=True)
        mean = (X * share).sum(1)
        deviation = np.sqrt(((X - mean[:, None]) ** 2 * share).sum(1))
    low, high = np.where(weight > 0, X, np.inf).min(1), np.where(weight > 0, X, -np.inf).max(1)
    return np.where(low == high, low, mean), np.where(low == high, 1, deviation)


@dataclass(frozen=True)
class Task:
    """Some models of a block: those of some samples and some C."""

    block: Block
    samples: slice
    at: np.ndarray
    """Which C."""
    start: np.ndarray | None = None
    """Coefficients to start from, (g, samples or 1, n_C, p), of the rows as given; zeros where NaN."""
    C: np.ndarray | None = None
    """(g, 1, n_C) where each group has its own."""

    def halves(self) -> "list[Task]":
        """The same models in two tasks, where the samples can be halved."""
        first, last = self.samples.start, self.samples.stop
        middle = first + (last - first + 1) // 2 // DRAWN_AT_ONCE * DRAWN_AT_ONCE
        if middle == first:
            return [self]
        return [replace(self, samples=slice(*ends)) for ends in ((first, middle), (middle, last))]

    @property
    def shape(self) -> tuple[int, int]:
        """Samples and C: the models of each group, in this order."""
        return self.samples.stop - self.samples.start, len(self.at)

    def penalties(self, device: torch.device) -> Float[Tensor, "#g 1 n_C"]:
        """Each model's C."""
        C = self.block.plan.C[None, None, self.at] if self.C is None else np.nan_to_num(self.C, nan=1.0)
        return torch.as_tensor(C, device=device)

    def of_models(self, counts: Float[Tensor, "g samples m"]) -> Float[Tensor, "g models m"]:
        """What is the same for every C of a sample, for each model."""
        return counts.repeat_interleave(self.shape[1], 1)

    def by_sample(self, values: Float[Tensor, "g models *of_one"]) -> Float[np.ndarray, "g samples c *of_one"]:
        """What was found for the models, by sample and C."""
        return to_host(values.unflatten(1, self.shape))


Found = dict[str, np.ndarray]


def fit_rows(
    rows: Rows,
    plan: Plan,
    place: Place,
    report: Callable[[int], None] = lambda models: None,
    cancel: threading.Event | None = None,
) -> Found:
    """Fit everything in the plan, for each group of the rows.

    Returns:
        Arrays by name, shape (groups, ...).
    """
    work = _Work(rows, plan, place, report, cancel)
    levels = list(_levels(plan.C))
    found = work.stage(1, levels, partial(_fit_all, check=work.check))
    whole = {name: array[:, 0] for name, array in found.items()}
    if plan.standardize:
        whole["mean"], whole["scale"] = work.gathered("mean"), work.gathered("scale")
    chosen_C: np.ndarray | None = None
    if plan.folds is not None:
        # From half of it: where the optimum without a fold is far smaller, Newton's way back from it would be long.
        start = whole["estimate"] / 2
        held = work.stage(plan.folds, levels, partial(_fit_folds, check=work.check), start)
        held = {name: np.moveaxis(array, 1, 2) for name, array in held.items()}
        whole["held_out_loss"], whole["held_out_accuracy"] = np.moveaxis(held.pop("held_out"), -1, 0)
        whole |= {f"fold_{name}": array for name, array in held.items()}
        if plan.chooses:
            whole["best_C"], chosen = _choose(whole, plan)
            chosen_C = whole["best_C"][:, None, None]
            whole |= chosen
    start = whole["estimate"][:, None] if plan.chooses else whole["estimate"]
    at_once = [Level(np.arange(start.shape[1]))]
    errors = work.stage(1, at_once, _standard_errors, start, chosen_C)["standard_error"][:, 0]
    errors = errors[:, 0] if plan.chooses else errors
    whole["standard_error"] = np.where((whole["status"] == Status.converged)[..., None], errors, np.nan)
    if plan.bootstrap:
        fit = partial(_fit_resampled, check=work.check)
        drawn = work.stage(plan.bootstrap, at_once, fit, start, chosen_C, DRAWN_AT_ONCE)
        whole |= {f"replicate_{name}": a[:, :, 0] if plan.chooses else a for name, a in drawn.items()}
    return whole


class _Work:
    """The blocks of some rows, and stages of fits over all of them."""

    def __init__(
        self,
        rows: Rows,
        plan: Plan,
        place: Place,
        report: Callable[[int], None],
        cancel: threading.Event | None,
    ) -> None:
        self.plan, self.place, self.report, self.cancel = plan, place, report, cancel
        self.n_groups = len(rows.sizes)
        groups = list(_blocks(rows, plan))
        ready = ordered_map(lambda which: Block.of(rows, which, plan, place), groups, place.device, _two)
        self.blocks = [block for _, block in ready]

    def check(self) -> None:
        """Between two steps: whether to go on."""
        if self.cancel is not None and self.cancel.is_set():
            raise Cancelled("the fit was cancelled")

    def stage(
        self,
        n_samples: int,
        levels: "Sequence[Level]",
        function: Callable[[Task], Found],
        start: np.ndarray | None = None,
        C: np.ndarray | None = None,
        aligned: int = 1,
    ) -> Found:
        """The function of every model, (groups, samples, C), in tasks whose first sample is a multiple of `aligned`.

        Args:
            levels: all C, in the order in which they are fitted.
            start: coefficients to start from where none nearer are known, (groups, n_C, p).
            C: where each group has its own, (groups, 1, n_C).
        """
        found: Found = {}
        n_C = sum(len(level.at) for level in levels)
        for level in levels:
            tasks = [
                Task(block, samples, at, _start(level, at, found, start, block.which, samples), _of(C, block))
                for block in self.blocks
                for samples, at in _parts(block, n_samples, level.at, aligned)
            ]
            for task, part in ordered_map(function, tasks, self.place.device, Task.halves):
                place = task.block.which[:, None, None], np.r_[task.samples][:, None], task.at
                for name, array in part.items():
                    if name not in found:
                        shape = (self.n_groups, n_samples, n_C, *array.shape[3:])
                        found[name] = np.full(shape, np.nan if array.dtype.kind == "f" else -1, array.dtype)
                    found[name][place] = array
                self.check()  # Others may be done already, and are not to be told of once it is to end.
                self.report(part["status"].size if "status" in part else 0)
        return found

    def gathered(self, name: str) -> np.ndarray:
        """What the blocks have, group by group."""
        parts = [getattr(block, name) for block in self.blocks]
        whole = np.empty((self.n_groups, *parts[0].shape[1:]), parts[0].dtype)
        for block, part in zip(self.blocks, parts, strict=True):
            whole[block.which] = part
        return whole


class Level(NamedTuple):
    """Some C that are fitted at once, and what each starts from: the sum of optima at `known` C, times their shares."""

    at: np.ndarray
    """Numbers of the C, rising."""
    known: Int[np.ndarray, "at nodes"] = np.empty((0, 0), int)
    """Numbers of the C that are known; the first level has none."""
    shares: Float[np.ndarray, "at nodes"] = np.empty((0, 0))


def _levels(C: np.ndarray) -> Iterator[Level]:
    """Every so many C first, those in their middle next, and so on until all are named.

    Those in the middle start from where a polynomial in log C through the optima at the C nearest to them is.
    """
    order = np.argsort(C, kind="stable")
    finite = order[: np.isfinite(C).sum()]
    stride, last = 1, len(finite) - 1
    while 2 * stride < len(finite) and (C[finite[2 * stride :]] <= NEIGHBOURS * C[finite[: -2 * stride]]).all():
        stride *= 2
    yield Level(np.unique(np.concatenate([finite[::stride], finite[-1:], order[len(finite) :]])))
    for step in (2**k for k in reversed(range(stride.bit_length() - 1))):
        place, known = np.arange(step, last, 2 * step), np.unique([*range(0, last, 2 * step), last])
        place = place[finite[place].argsort()]
        first = np.searchsorted(known, place) - NODES // 2
        nodes = known[first.clip(0, max(0, len(known) - NODES))[:, None] + np.arange(min(NODES, len(known)))]
        yield Level(finite[place], finite[nodes], _shares(np.log(C[finite[place]]), np.log(C[finite[nodes]])))


def _shares(x: Float[np.ndarray, " at"], nodes: Float[np.ndarray, "at nodes"]) -> Float[np.ndarray, "at nodes"]:
    """What the value at each node counts in the polynomial through all of them, at x (Lagrange)."""
    other = ~np.eye(nodes.shape[1], dtype=bool)
    away = np.where(other, x[:, None, None] - nodes[:, None], 1.0)
    apart = np.where(other, nodes[:, :, None] - nodes[:, None], 1.0)
    return (away / apart).prod(-1)


def _start(
    level: Level, at: np.ndarray, found: Found, start: np.ndarray | None, which: np.ndarray, samples: slice
) -> np.ndarray | None:
    """What the models of some groups, samples and C of a level start from."""
    given = None if start is None else start[which, None][:, :, at]
    if not level.known.size:
        return given
    here = np.searchsorted(level.at, at)
    estimate, known, shares = found["estimate"][which][:, samples], level.known[here], level.shares[here]
    between = sum(estimate[:, :, known[:, j]] * shares[:, j, None] for j in range(known.shape[1]))
    return between if given is None else np.where(np.isnan(between), given, between)


def _of(C: np.ndarray | None, block: Block) -> np.ndarray | None:
    return None if C is None else C[block.which]


def _two(which: np.ndarray) -> list[np.ndarray]:
    return [half for half in np.array_split(which, 2) if len(half)]


def _parts(block: Block, n_samples: int, at: np.ndarray, aligned: int) -> Iterator[tuple[slice, np.ndarray]]:
    """The samples and C of the models that are fitted at once: in an even number of parts, for two cores' sake."""
    room = max(1, PART_ELEMENTS // block.counts.numel())
    width = min(len(at), room)
    count = -(-n_samples // max(1, room // width))
    height = -(-n_samples // (count + count % 2) // aligned) * aligned
    for first in range(0, n_samples, height):
        for low in range(0, len(at), width):
            yield slice(first, min(first + height, n_samples)), at[low : low + width]


def _blocks(rows: Rows, plan: Plan) -> Iterator[np.ndarray]:
    """Groups of like size, as many as work at once."""
    order = np.argsort(rows.sizes, kind="stable")
    p = rows.X.shape[1] + 1
    models = min(plan.n_models, DRAWN_AT_ONCE)
    while len(order):
        size = rows.sizes[order]
        number = np.arange(1, len(order) + 1)
        # A block is filled up to its largest group: no more than half of it may be filling.
        fits = (number * size * models <= BLOCK_ELEMENTS) & (number * size * p <= ROW_ELEMENTS) & (size <= 2 * size[0])
        count = max(1, int(fits.argmin()) if not fits.all() else len(order))
        yield order[:count]
        order = order[count:]


def _fit_all(task: Task, check: Callable[[], None]) -> Found:
    """The models of the rows as given."""
    found, _ = _fitted(task, task.block.design(task.of_models(task.block.counts)), check)
    return found


def _fit_folds(task: Task, check: Callable[[], None]) -> Found:
    """The models of all rows but those that a fold holds out, and what they do on these."""
    held = task.block.held_out(task.samples)
    design = task.block.design(task.of_models(task.block.counts - held))
    found, params = _fitted(task, design, check)
    held = task.of_models(held)
    logits = design.logits(design.own(params).to(design.rows))
    total = held.sum(-1)
    loss = (wide(log_loss(logits)) * held).sum(-1) / total
    accuracy = (wide(design.correct(logits)) * held).sum(-1) / total
    scores = task.by_sample(torch.stack([loss, accuracy], -1))
    fitted = np.isin(found["status"], FITTED)[..., None]
    kept = {name: found[name] for name in ("estimate", "status")}
    return kept | {"held_out": np.where(fitted, scores, np.nan)}


def _fit_resampled(task: Task, check: Callable[[], None]) -> Found:
    """The models of bootstraps."""
    design = task.block.design(task.of_models(task.block.resampled(task.samples)))
    found, _ = _fitted(task, design, check, partial(_nearer, task, design))
    kept = to_host(design.rows[:0]).dtype
    return {"estimate": found["estimate"].astype(kept), "status": found["status"]}


def _nearer(task: Task, design: DenseDesign, first: Float[Tensor, "g models p"]) -> Float[Tensor, "g models p"]:
    """From a first guess towards the optimum of every sample, in steps of L-BFGS that begin with the curvature of all
    rows, one matrix for all samples of a C (Nocedal 1980, doi:10.1090/S0025-5718-1980-0572855-7).

    A step costs an eighth of one of Newton's, which asks for a matrix of every model. Newton's begin where one of
    them does for most models: they alone say what an optimum is. A model that comes no nearer begins where it was.
    """
    samples = task.shape[0]
    shared = task.block.design(task.block.counts)
    error = shared.logits(first.unflatten(1, task.shape).mean(1)).sigmoid_()
    matrix = shared.hessian(error.addcmul_(error, error, value=-1))
    unit = task.block.frame.unit
    penalty = (1 / task.penalties(first.device)[:, 0, :, None] / unit / unit).expand(*matrix.shape[:-2], -1)
    penalty = torch.nn.functional.pad(penalty.to(first), (0, 1))
    matrix.diagonal(dim1=-2, dim2=-1).add_(penalty)
    inverse, _ = torch.linalg.inv_ex(matrix)  # Not finite where there is none: no step from there leads nearer.
    near = (TOLERANCE[first.dtype] * matrix[..., -1, -1]).repeat(1, samples)
    penalty = penalty.repeat(1, samples, 1)

    def gradient(params: Tensor) -> Tensor:
        return design.gradient(design.logits(params).sigmoid_()).addcmul_(penalty, params)

    best, least = first, torch.full_like(first[..., 0], torch.inf)
    params, slope, pairs = first, gradient(first), deque[tuple[Tensor, Tensor, Tensor]](maxlen=PAIRS)
    for _ in range(STEPS_AHEAD):
        step, shares = slope, []
        for move, change, size in reversed(pairs):
            shares.append((move * step).sum(-1, keepdim=True) * size)
            step = torch.addcmul(step, shares[-1], change, value=-1)
        step = (step.unflatten(1, task.shape).movedim(1, 2) @ inverse).movedim(2, 1).flatten(1, 2)
        for (move, change, size), share in zip(pairs, reversed(shares), strict=True):
            step = torch.addcmul(step, share - (change * step).sum(-1, keepdim=True) * size, move)
        decrement = (slope * step).sum(-1)
        is_nearer = (decrement >= 0) & (decrement < least)
        best, least = torch.where(is_nearer[..., None], params, best), torch.where(is_nearer, decrement, least)
        if to_host((least <= near).sum()) >= ENOUGH * least.numel():
            break
        params, before = params - step, slope
        slope = gradient(params)
        move, change = -step, slope - before
        size = (move * change).sum(-1, keepdim=True)
        pairs.append((move, change, torch.where(size > 0, 1 / size, 0)))
    return best


def _fitted(
    task: Task,
    design: DenseDesign,
    check: Callable[[], None],
    nearer: Callable[[Tensor], Tensor] = lambda first: first,
) -> tuple[Found, Tensor]:
    """What was found, NaN where there is no optimum; and the last parameters of every model.

    Args:
        nearer: what a better start is, in the design's coordinates.
    """
    plan, kind = task.block.plan, design.rows
    C = task.penalties(kind.device)
    shape = (len(task.block.which), *task.shape)
    first = torch.zeros((*shape, design.n_params), dtype=kind.dtype, device=kind.device).flatten(1, 2)
    if task.start is not None:
        start = torch.as_tensor(np.broadcast_to(task.start, (*shape, design.n_params)).copy()).flatten(1, 2)
        own = design.own(start.to(design.given.device)).to(kind)
        first = torch.where(torch.isfinite(own).all(-1, keepdim=True), own, first)
    path = run(design, Newton(C.expand(shape).flatten(1, 2), plan.max_iter), nearer(first), check=check)
    status = task.by_sample(path.status)
    fitted = np.isin(status, FITTED)
    params = wide(path.params)
    loss, accuracy = (np.where(fitted, task.by_sample(wide(score)), np.nan) for score in path.last)
    found = {
        "estimate": np.where(fitted[..., None], task.by_sample(params), np.nan),
        "status": status,
        "n_iter": task.by_sample(path.n_iter),
        "train_loss": loss,
        "train_accuracy": accuracy,
    }
    return found, params


def _standard_errors(task: Task) -> Found:
    """Square roots of the diagonal of the inverse Hessian of the penalised objective at the start, in float64.

    In the coordinates of the frame, in which it is well conditioned; then the weight of x is that of z over its
    unit, and the intercept of x is that of z less the weights' share of the centre.
    """
    block, frame = task.block, task.block.frame
    rows = torch.nn.functional.pad(frame.rows(block.inputs), (0, 1), value=1.0)
    design = DenseDesign(rows, wide(block.rows.sign).to(rows.device), block.counts)
    assert task.start is not None
    params = torch.as_tensor(np.nan_to_num(task.start[:, 0]), device=rows.device)
    error = torch.sigmoid(design.logits(torch.nan_to_num(frame.inward(params))))
    matrix = design.hessian(error * (1 - error))
    penalty = 1 / task.penalties(rows.device)[:, 0, :, None] / frame.unit / frame.unit
    matrix.diagonal(dim1=-2, dim2=-1)[..., :-1].add_(penalty)
    inverse, failed = torch.linalg.inv_ex(matrix)
    weight = inverse.diagonal(dim1=-2, dim2=-1)[..., :-1] / frame.unit / frame.unit
    shift = torch.nn.functional.pad(-frame.centre / frame.unit, (0, 1), value=1.0)
    intercept = ((inverse @ shift[..., None])[..., 0] * shift).sum(-1, keepdim=True)
    variance = torch.cat([weight, intercept], -1)
    variance = torch.where((failed == 0)[..., None] & (variance > 0), variance, torch.nan)
    return {"standard_error": task.by_sample(variance.sqrt())}


def _choose(whole: Found, plan: Plan) -> tuple[np.ndarray, Found]:
    """The C of the highest held-out accuracy of each group, the first of equals, and the model of all rows at it.

    The sum over folds in their order, as scikit-learn's LogisticRegressionCV takes it: ties fall the same way.
    """
    total = np.zeros(whole["held_out_accuracy"].shape[:-1])
    for fold in range(whole["held_out_accuracy"].shape[-1]):
        total = total + whole["held_out_accuracy"][..., fold]
    known = ~np.isnan(total)
    best = np.where(known, total, -1).argmax(-1)
    found = known.any(-1)
    pick = np.arange(len(best)), best
    chosen = {}
    for name in ("estimate", "train_loss", "train_accuracy"):
        array = whole[name][pick]
        chosen[name] = np.where(found.reshape(-1, *(1,) * (array.ndim - 1)), array, np.nan)
    status = whole["status"][pick]
    chosen["status"] = np.where(found, status, UNVALIDATED).astype(status.dtype)
    chosen["n_iter"] = whole["n_iter"][pick]
    return np.where(found, plan.C[best], np.nan), chosen
