"""Newton's method: the optimum that scikit-learn's LogisticRegression defines."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from gatesweep.engine.design import Design
from gatesweep.engine.device import to_host
from gatesweep.engine.linear import solve_symmetric
from gatesweep.engine.separability import judge, on_right_side
from gatesweep.engine.solvers.protocol import Batches, Solver, State, Status

__all__ = ["Newton"]

STEP_TOLERANCE = {torch.float32: 3e-4, torch.float64: 1e-6}
"""A step this small, relative to 1 + |params|, is the last: Newton's next would be about its square."""


@dataclass
class NewtonState(State):
    anchor: Float[Tensor, "*batch p"]
    """The point that the last direction started from."""
    direction: Float[Tensor, "*batch p"]
    slope: Float[Tensor, "*batch"]
    """The objective's derivative at the anchor along the direction: negative."""
    unbounded: Bool[Tensor, "*batch"]
    """Models that may have no optimum: without a penalty, or with rows of one class only."""
    separated: Bool[Tensor, "*batch"]
    """Unbounded models whose line has every training row strictly on its right side."""
    restarted: Bool[Tensor, "*batch"]
    """Models whose start was so far off that they began again at zero."""
    lost: Bool[Tensor, "*batch"]
    """Models whose next step was not finite; they keep their last parameters."""


class Newton(Solver[NewtonState]):
    """Minimises sum(log loss) + |weight|^2 / (2 C), intercept free: C times this is scikit-learn's objective.

    Args:
        C: inverse strength of the penalty, broadcastable to the batch; inf for none.
        max_steps: Newton steps at most.
    """

    label = "Newton"
    unit = "step"
    uses = ("C", "max_iter")
    budget = "max_iter"
    split = "sklearn"
    init = "population"
    origin = 0.0
    seeks_optimum = True
    remedy = "Take another C."

    def __init__(self, C: Float[Tensor, "*batch"], max_steps: int = 100) -> None:
        self.penalty = 1 / C
        self.max_steps = max_steps
        self.watch = True

    @classmethod
    def of(cls, settings: Mapping[str, Any], batches: Batches) -> Self:
        return cls(settings["C"], settings["max_iter"])

    @classmethod
    def passes(cls, settings: Mapping[str, Any]) -> int:
        return min(8, settings["max_iter"])  # Convergence is quadratic: few models take more.

    def start(self, design: Design, params: Float[Tensor, "*batch p"]) -> NewtonState:
        none = torch.zeros_like(params[..., 0], dtype=torch.bool)
        unbounded = (self.penalty == 0) | design.one_class | none
        self.watch = bool(to_host(unbounded.any()))
        return NewtonState(
            params=params,
            n_iter=torch.zeros_like(none, dtype=torch.int32),
            running=~none,
            anchor=params,
            direction=torch.zeros_like(params),
            slope=torch.zeros_like(params[..., 0]),
            unbounded=unbounded,
            separated=none,
            restarted=none,
            lost=none,
        )

    def step(self, design: Design, state: NewtonState) -> NewtonState:
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
        separated = state.separated
        if self.watch:
            separated = separated | (state.running & state.unbounded & on_right_side(design, state.params, logits))
        error = logits.sigmoid_()
        gradient = self._pulled(design.gradient(error), state.params)
        slope = _dot(gradient, state.direction)
        overshot = slope > -state.slope / 2
        shorten = torch.where(overshot, state.slope / (state.slope - slope), 1).clamp(0.1, 1)

        curvature = error.addcmul_(error, error, value=-1)
        fresh = -self._solve(design, curvature, gradient)
        anchor = torch.where(overshot[..., None], state.anchor, state.params)
        direction = torch.where(overshot[..., None], shorten[..., None] * state.direction, fresh)
        next_slope = torch.where(overshot, shorten * state.slope, _dot(gradient, fresh))

        length = direction.abs().amax(-1)
        finite = torch.isfinite(length) & torch.isfinite(next_slope)
        far = ((gradient * state.params).sum(-1, keepdim=True) > math.log(2) * design.count)[..., 0]
        running = state.running & ~separated
        restart = running & ~state.restarted & (far | ~finite)
        moving = running & finite & ~restart
        params = torch.where(moving[..., None], anchor + direction, state.params)
        params = torch.where(restart[..., None], 0, params)
        settled = length / (1 + params.abs().amax(-1)) <= STEP_TOLERANCE[params.dtype]
        return NewtonState(
            params=params,
            n_iter=state.n_iter + (moving | restart),
            running=(moving & ~settled) | restart,
            anchor=torch.where(moving[..., None], anchor, params),
            direction=torch.where(moving[..., None], direction, 0),
            slope=torch.where(moving, next_slope, 0),
            unbounded=state.unbounded,
            separated=separated,
            restarted=state.restarted | restart,
            lost=state.lost | (running & ~finite & ~restart),
        )

    def finish(
        self, design: Design, state: NewtonState, logits: Float[Tensor, "*batch n"], loss: Float[Tensor, "*batch"]
    ) -> Int[Tensor, "*batch"]:
        status = torch.where(state.running, Status.max_iter, Status.converged).to(torch.int8)
        status[state.lost] = Status.diverged
        if self.watch:
            # Where rows lie on the best line, Newton runs off until the curvature underflows: those are asked too.
            ask = state.unbounded & torch.isfinite(logits).all(-1)
            separable, undecided = judge(design, state.params, state.separated, ask)
            status[undecided] = Status.undecided
            status[separable] = Status.separable
        return status

    def _pulled(self, gradient: Float[Tensor, "*batch p"], params: Float[Tensor, "*batch p"]) -> Tensor:
        """The gradient with the penalty's: none for the intercept. Overwrites `gradient`."""
        gradient[..., :-1].addcmul_(self.penalty[..., None], params[..., :-1])
        return gradient

    def _solve(
        self, design: Design, curvature: Float[Tensor, "*batch n"], gradient: Float[Tensor, "*batch p"]
    ) -> Float[Tensor, "*batch p"]:
        matrix = design.hessian(curvature)
        matrix.diagonal(dim1=-2, dim2=-1)[..., :-1].add_(self.penalty[..., None])
        return solve_symmetric(matrix, gradient)


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum(-1)
