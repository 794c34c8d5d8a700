"""Newton's method: the optimum that scikit-learn's LogisticRegression defines."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from gatesweep.engine import compensated
from gatesweep.engine.design import DenseDesign, LinearDesign, PullBack, apart, log_loss
from gatesweep.engine.device import to_host, wide
from gatesweep.engine.linear import solve_symmetric
from gatesweep.engine.loop import run
from gatesweep.engine.path import Path
from gatesweep.engine.scaling import independent
from gatesweep.engine.separability import judge, on_right_side
from gatesweep.engine.solvers.protocol import Batches, Solver, State, Status

__all__ = ["Newton"]

TOLERANCE = {torch.float32: 3e-7, torch.float64: 1e-12}
"""A decrement this small is the last: the step it belongs to leaves about its square.

The Newton decrement, gradient . Hessian^-1 gradient, is about twice what the objective lies above its minimum, in
whatever coordinates. It is counted as a share of the rows' curvature, which no log loss is smaller than.
"""

FLOOR = {torch.float32: 1e-6, torch.float64: 1e-9}
"""A decrement that rounding keeps from falling further is small enough below this."""

STALLS = 3
"""So many steps near the optimum without a smaller decrement are rounding's."""

NEAR = 1e-3
"""Below this decrement the next should be far smaller."""

LEAST_PIVOT = {torch.float32: 2e-6, torch.float64: 1e-13}
"""A column with a smaller share of its own is no more than rounding."""

LOGIT_ROUNDING = 1e-3
"""What rounding may change a logit by, at most."""

LOST = {torch.float32: 5e-5, torch.float64: 5e-7}
"""How far the objective of rounded weights may lie above the one found, as a share of it."""

LEVERAGE = 0.25
"""The step of a decrement moves the square of no logit by more than this, or it proves nothing about the step's end."""

CERTAIN = 30.0
"""A row with a larger logit has no say, and keeps none while the logit changes by less than half."""

Solved = Iterator[tuple[Int[Tensor, " some"], Path]]
"""Which of the models, and what was found for them."""


@dataclass
class NewtonState(State):
    penalty: Float[Tensor, "*batch p"]
    """Of each weight, in the design's units; 0 for the intercept."""
    anchor: Float[Tensor, "*batch p"]
    """The point that the last direction started from."""
    direction: Float[Tensor, "*batch p"]
    slope: Float[Tensor, "*batch"]
    """The objective's derivative at the anchor along the direction: negative."""
    stalls: Int[Tensor, "*batch"]
    """How many steps in a row rounding seems to have made."""
    watch: bool
    """Whether any model is unbounded."""
    unbounded: Bool[Tensor, "*batch"]
    """Models that may have no optimum: without a penalty, or with rows of one class only."""
    separated: Bool[Tensor, "*batch"]
    """Unbounded models whose line has every training row strictly on its right side."""
    restarted: Bool[Tensor, "*batch"]
    """Models whose start was so far off that they began again at zero."""
    hard: Bool[Tensor, "*batch"]
    """Models that these coordinates and this dtype do not do for; they keep their last parameters."""


class Slopes(NamedTuple):
    """What a step is decided by."""

    gradient: Float[Tensor, "*batch p"]
    slope: Float[Tensor, "*batch"]
    """Of the objective along the last direction."""
    size: Float[Tensor, "*batch p"]
    """The Hessian's diagonal; the intercept's is the curvature of the rows."""
    solved: Float[Tensor, "*batch p"]
    """Hessian^-1 gradient: Newton's step is minus this."""
    pivot: Float[Tensor, "*batch"]
    decrement: Float[Tensor, "*batch"]


class Newton(Solver[NewtonState, LinearDesign]):
    """Minimises sum(log loss) + |weight|^2 / (2 C), intercept free: C times this is scikit-learn's objective.

    Models whose columns depend on each other, to the dtype's precision, and those that rounding does not
    let converge are solved again apart: in float64, in independent columns (`scaling.independent`). So
    are tables of no more rows than columns, which have no more independent columns than rows.

    Args:
        C: inverse strength of the penalty, broadcastable to the batch; inf for none.
        max_steps: Newton steps at most.
        apart: whether this is the run apart, after which there is no other.
    """

    label = "Newton"
    unit = "step"
    uses = ("C", "max_iter")
    budget = "max_iter"
    split = "sklearn"
    init = "population"
    origin = 0.0
    any_coordinates = True
    needs_convex_loss = True
    seeks_optimum = True
    remedy = "Take another C."

    def __init__(self, C: Float[Tensor, "*batch"], max_steps: int = 100, apart: bool = False) -> None:
        self.C, self.max_steps, self.apart = C, max_steps, apart

    @classmethod
    def of(cls, settings: Mapping[str, Any], batches: Batches) -> Self:
        return cls(settings["C"], settings["max_iter"])

    @classmethod
    def passes(cls, settings: Mapping[str, Any]) -> int:
        return min(8, settings["max_iter"])  # Convergence is quadratic: few models take more.

    def start(self, design: LinearDesign, params: Float[Tensor, "*batch p"]) -> NewtonState:
        none = torch.zeros_like(params[..., 0], dtype=torch.bool)
        unbounded = torch.isinf(self.C).to(none.device) | design.one_class | none
        penalty = (1 / wide(self.C))[..., None].expand(*self.C.shape, design.n_params - 1)
        if design.unit is not None:
            penalty = penalty / design.unit / design.unit
        penalty = torch.nn.functional.pad(penalty.clamp_max(_stiffest(params.dtype)).to(params), (0, 1))
        hard = torch.full_like(none, design.n_rows < design.n_params and not self.apart)
        return NewtonState(
            params=params,
            n_iter=torch.zeros_like(none, dtype=torch.int32),
            running=~hard,
            penalty=penalty.expand(params.shape),
            anchor=params,
            direction=torch.zeros_like(params),
            slope=torch.zeros_like(params[..., 0]),
            stalls=torch.zeros_like(none, dtype=torch.int8),
            watch=bool(to_host(unbounded.any())),
            unbounded=unbounded,
            separated=none,
            restarted=none,
            hard=hard,
        )

    def step(self, design: LinearDesign, state: NewtonState) -> NewtonState:
        """Accept or shorten the last step, then take the next one.

        The objective is convex, so it rose along the last step only if its slope changed sign on the
        way. A slope that comes out steeper than half of the one the step began with is cut back to the
        secant's root. This needs no value of the objective, so rounding of the loss (float32!)
        can never stall it.

        Far from zero the curvature of every row may underflow, and no step length helps. By convexity the
        objective exceeds its value at zero, count * ln 2, by at most gradient . params. A model where
        that bound is larger than the value itself, or whose step is not finite, begins again at zero, once.
        """
        logits = design.logits(state.params)
        if state.watch:
            separated = state.running & state.unbounded & on_right_side(design, state.params, logits)
            if separated.device.type != "cpu" or to_host(separated.any()):
                running = state.running & ~separated
                state = replace(state, running=running, separated=state.separated | separated)
        error = logits.sigmoid_()
        gradient = design.gradient(error).addcmul_(state.penalty, state.params)
        matrix = design.hessian(error.addcmul_(error, error, value=-1))
        size = matrix.diagonal(dim1=-2, dim2=-1)
        size.add_(state.penalty)
        solved, pivot = solve_symmetric(matrix, gradient)
        here = Slopes(gradient, _dot(gradient, state.direction), size, solved, pivot, _dot(gradient, solved))
        if state.running.device.type != "cpu":  # Asking would wait for it.
            return self._guarded_step(design, state, here)
        plain = self._plain_step if state.running.numel() == 1 else self._plain_steps
        return plain(design, state, here) or self._guarded_step(design, state, here)

    def _plain_step(self, design: LinearDesign, state: NewtonState, here: Slopes) -> NewtonState | None:
        """The step of one model, if there is nothing to guard against: what a guarded one does in many more operations.

        What one small model takes is the number of its operations, whatever they work on. Asking the CPU takes none.
        """
        kind, decrement, curvature = state.params.dtype, here.decrement.item(), here.size[..., -1].item()
        half = state.slope.item() / -2 or math.inf
        uphill = _dot(here.gradient, state.params).item()
        goes_on = state.running.item() and here.slope.item() <= half and decrement <= half and decrement < math.inf
        if not (goes_on and uphill <= math.log(2) * float(design.count) and here.pivot.item() > LEAST_PIVOT[kind]):
            return None
        settled = decrement <= TOLERANCE[kind] * curvature and bool(self._is_still(design, state, here).item())
        if state.stalls.item() or (settled and _is_rounded(state.params).item()):
            return None
        return replace(
            state,
            params=state.params - here.solved,
            n_iter=state.n_iter + 1,
            running=torch.zeros_like(state.running) if settled else state.running,
            anchor=state.params,
            direction=-here.solved,
            slope=-here.decrement,
        )

    def _plain_steps(self, design: LinearDesign, state: NewtonState, here: Slopes) -> NewtonState | None:
        """The same for many models at once, if there is nothing to guard against in any that is running."""
        kind, running = state.params.dtype, state.running
        half = torch.where(state.slope < 0, state.slope / -2, torch.finfo(kind).max)
        fine = (torch.maximum(here.slope, here.decrement) <= half) & (here.pivot > LEAST_PIVOT[kind])
        count = design.count[..., 0] if isinstance(design.count, Tensor) else design.count
        fine &= (_dot(here.gradient, state.params) <= math.log(2) * count) & (state.stalls == 0)
        if not to_host((fine | ~running).all()):
            return None
        settled = here.decrement <= TOLERANCE[kind] * here.size[..., -1]
        if to_host(settled.any()):
            settled = settled & self._is_still(design, state, here)
            if to_host((settled & running & _is_rounded(state.params)).any()):
                return None
        step = torch.where(running[..., None], here.solved, 0)
        return replace(
            state,
            params=state.params - step,
            n_iter=state.n_iter + running,
            running=running & ~settled,
            anchor=state.params,
            direction=-step,
            slope=torch.where(running, -here.decrement, 0),
        )

    def _guarded_step(self, design: LinearDesign, state: NewtonState, here: Slopes) -> NewtonState:
        kind, running = state.params.dtype, state.running
        gradient, slope, size, solved, pivot, decrement = here
        half = state.slope / -2
        overshot = slope > half
        curvature = size[..., -1]
        near = (half > 0) & (half < NEAR / 2 * curvature) & (decrement > half)
        stalls = near * (state.stalls + 1)
        tolerated = torch.where(near, FLOOR[kind], TOLERANCE[kind]) * curvature
        settled = (decrement <= tolerated) & self._is_still(design, state, here)

        overshot = overshot & ~settled
        shorten = torch.where(overshot, state.slope / (state.slope - slope), 1).clamp_(0.1, 1)
        anchor = torch.where(overshot[..., None], state.anchor, state.params)
        direction = torch.where(overshot[..., None], shorten[..., None] * state.direction, -solved)
        # No more than the slope needs to be finite: it is a sum over the direction, or the direction is an old one.
        next_slope = torch.where(overshot, shorten * state.slope, -decrement)

        finite = torch.isfinite(next_slope)
        far = ((gradient * state.params).sum(-1, keepdim=True) > math.log(2) * design.count)[..., 0]
        restart = running & ~state.restarted & (far | ~finite)
        going = running & ~restart
        unsolved = ~finite | ~(pivot > LEAST_PIVOT[kind]) | (stalls >= STALLS) | (settled & _is_rounded(state.params))
        hard = going & unsolved
        moving = going & ~hard
        direction = torch.where(moving[..., None], direction, 0)
        return replace(
            state,
            params=torch.where(restart[..., None], 0, torch.where(moving[..., None], anchor + direction, state.params)),
            n_iter=state.n_iter + (moving | restart),
            running=(moving & ~settled) | restart,
            anchor=anchor,
            direction=direction,
            slope=torch.where(moving, next_slope, 0),
            stalls=stalls,
            restarted=state.restarted | restart,
            hard=state.hard | hard,
        )

    def part(
        self, design: LinearDesign, state: NewtonState, columns: Int[Tensor, " some"]
    ) -> tuple[LinearDesign, NewtonState]:
        return design.part(columns), state.part(columns)

    def _is_still(self, design: LinearDesign, state: NewtonState, here: Slopes) -> Bool[Tensor, "*batch"]:
        """Whether the curvature at the end of Newton's step is about that at its start.

        A row far from all others may see its logit change by any amount while the decrement is next to
        nothing. By Cauchy and Schwarz there is a bound of the square of the change. Models that are solved
        apart are few: for them it is counted row by row.
        """
        if not self.apart:
            return here.decrement * (design.reach.square() / here.size).sum(-1) / here.pivot <= LEVERAGE
        logits, change = design.logits(state.params).abs(), design.logits(here.solved).abs()
        return ((change.square() <= LEVERAGE) | ((logits > CERTAIN) & (change < logits / 2))).all(-1)

    def finish(
        self,
        design: LinearDesign,
        state: NewtonState,
        logits: Float[Tensor, "*batch n"],
        loss: Float[Tensor, "*batch"],
        pull_back: PullBack,
    ) -> Int[Tensor, "*batch"]:
        status = torch.where(state.running | state.hard, Status.max_iter, Status.converged).to(torch.int8)
        status.masked_fill_(state.separated, Status.undecided).masked_fill_(~torch.isfinite(loss), Status.diverged)
        if state.watch:
            # Where rows lie on the best line, Newton runs off until the curvature underflows: those are asked too.
            ask = state.unbounded & torch.isfinite(logits).all(-1)
            if not self.apart:
                # The others are asked apart. Rows of one class need no line, whatever becomes of the fit.
                ask = ask & (~state.hard | design.one_class)
            separable, undecided = judge(design, state.params, state.separated, ask)
            status[undecided] = Status.undecided
            status[separable] = Status.separable
        return status

    def settle(self, design: LinearDesign, state: NewtonState, path: Path) -> Path:
        """The models that are hard, or lost on the way back to the data's own coordinates, solved apart."""
        stiff = state.penalty == _stiffest(state.penalty.dtype)
        if to_host(stiff.any()):
            path = replace(path, params=design.original(state.params.masked_fill(stiff, 0)))
        hard = state.hard
        if design.unit is not None:
            lost = (path.status == Status.converged) & self._is_lost(design, state, path)
            if self.apart:
                return replace(path, status=torch.where(lost, Status.undecided, path.status))
            hard = hard | lost
        places = apart(design, hard)
        if not places:
            return path
        C = wide(self.C).expand(hard.shape)
        dependent = design.n_rows < design.n_params or (design.unit is not None and state.params.dtype is torch.float64)
        solve = self._in_independent_columns if dependent else self._in_float64
        for index in places:
            inputs, sign, weight, precision = design.tables(index)
            fine = torch.isfinite(inputs).all((-1, -2)).nonzero()[:, 0]
            if not len(fine):
                continue
            chosen = C[tuple(index.T)].reshape(-1)[fine]
            for place, found in solve(inputs[fine], sign[fine], weight[fine], chosen, precision):
                steps = found.n_iter + path.n_iter[tuple(index[fine][place].T)].to(found.n_iter)
                found = replace(found, n_iter=steps.clamp_max(self.max_steps))
                path = path.with_models(index[fine][place], found)
        last = torch.where(hard[..., None], design.own(path.params).to(state.params), path.steps[-1])
        return replace(path, steps=(*path.steps[: self.max_steps], last) if len(path.steps) > 1 else (last,))

    def _is_lost(self, design: LinearDesign, state: NewtonState, path: Path) -> Bool[Tensor, "*batch"]:
        """Whether the weights of the data as given have not the objective that they had in the design's coordinates.

        Far from zero, or with columns that all but depend on each other, their logits are small differences of
        numbers that may be too large for float64. Where the rounding of these logits alone could decide, they are
        computed again without it; where neither that nor the rounding of the design's rows could, in no model,
        nothing is: a change of a logit changes the loss of its row by no larger share. Combinations of columns may
        have lost more.
        """
        kind, params, own = state.params.dtype, wide(path.params), wide(path.steps[-1])
        converged = path.status == Status.converged
        rounding = design.n_params * torch.finfo(params.dtype).eps * design.magnitude_as_given(params)
        of_rows = torch.finfo(kind).eps / 2 * design.magnitude(own)
        if design.is_given and to_host((~converged | (4 * (rounding + of_rows) <= LOST[kind])).all()):
            return torch.zeros_like(converged)
        count = wide(design.count[..., 0]) if isinstance(design.count, Tensor) else design.count
        best = count * wide(path.last.loss) + (wide(state.penalty) * own.square()).sum(-1) / 2
        given = design.as_given()
        # No digit that counts is lost in the loss of a logit, only in the logit.
        kept = count * wide(given.mean(log_loss(given.logits(params).to(state.params))))
        unsure = converged & ~(rounding <= LOST[kind] / 2)
        for index in apart(design, unsure):
            inputs, sign, weight, _ = design.tables(index)
            loss = log_loss(sign * compensated.logits(inputs, params[tuple(index.T)]))
            kept[tuple(index.T)] = torch.where(weight > 0, weight * loss, 0).sum(-1)
        weight = params[..., :-1]
        kept = kept + (weight / wide(self.C)[..., None] * weight).sum(-1) / 2
        return ~(kept - best <= LOST[kind] * best)

    def _in_float64(self, inputs: Tensor, sign: Tensor, weight: Tensor, C: Tensor, precision: float) -> Solved:
        """The same in float64, in columns of size 1."""
        design = DenseDesign.of_tables(inputs, sign, weight, precision)
        found = run(design, Newton(C, self.max_steps), torch.zeros_like(design.rows[:, 0]))
        yield torch.arange(len(inputs), device=inputs.device), found

    def _in_independent_columns(
        self, inputs: Tensor, sign: Tensor, weight: Tensor, C: Tensor, precision: float
    ) -> Solved:
        """By rank; what is dependent is left out, and without a penalty the optimum is then one of many."""
        for frame in independent(inputs, weight > 0, precision, torch.isfinite(C)):
            place, rank = frame.place, frame.rows.shape[-1]
            rows = torch.nn.functional.pad(frame.rows, (0, 1), value=1.0)
            design = DenseDesign(rows, sign[place], weight[place], inputs[place], frame)
            found = run(design, Newton(C[place], self.max_steps, apart=True), torch.zeros_like(design.rows[:, 0]))
            redundant = torch.isinf(C[place]) & (found.status == Status.converged) & (rank < inputs.shape[-1])
            yield place, replace(found, status=torch.where(redundant, Status.redundant, found.status))


def _stiffest(dtype: torch.dtype) -> float:
    """No penalty is larger: what it holds is zero."""
    return 1e-8 * torch.finfo(dtype).max


def _is_rounded(params: Float[Tensor, "*batch p"]) -> Bool[Tensor, "*batch"]:
    """Whether the rounding of the params may matter to a logit."""
    return params.abs().sum(-1) > LOGIT_ROUNDING / torch.finfo(params.dtype).eps


def _dot(a: Float[Tensor, "*batch p"], b: Float[Tensor, "*batch p"]) -> Float[Tensor, "*batch"]:
    return torch.dot(a, b) if a.ndim == 1 else (a * b).sum(-1)
