"""The only loop, in which a design and a solver give a path of models; and the only scores of models on rows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gatesweep.engine.design import Design, log_loss
from gatesweep.engine.device import to_host
from gatesweep.engine.solvers.protocol import DesignT, Solver, StateT

__all__ = ["Path", "Scores", "evaluate", "run"]

FEW_COLUMNS = 16
"""So many models side by side at least: with fewer, products take other kernels, whose sums are rounded otherwise."""


class Scores(NamedTuple):
    """What models do on some rows."""

    loss: Float[Tensor, "*batch"]
    """Mean log loss, in nats, without a penalty."""
    accuracy: Float[Tensor, "*batch"]


@dataclass(frozen=True)
class Path:
    """The one record of training: a batch of models after every step, or after the last alone, and how each ended."""

    steps: tuple[Float[Tensor, "*batch p"], ...]
    """Parameters after each step, in the coordinates of the design, the first ones first; of a path that was not
    recorded, the last ones alone."""
    params: Float[Tensor, "*batch p"]
    """The last parameters, in the coordinates of the data as given: the trained models."""
    status: Int[Tensor, "*batch"]
    n_iter: Int[Tensor, "*batch"]
    last: Scores
    """Of the last step, on the rows of the training."""

    def with_models(self, index: Int[Tensor, "models dims"], found: "Path") -> "Path":
        """The same with other ends for some models."""

        def merged(old: Tensor, new: Tensor) -> Tensor:
            place = tuple(index.to(old.device).T)
            return old.clone().index_put_(place, new.to(old)) if place else new[0].to(old)

        return replace(
            self,
            params=merged(self.params, found.params),
            status=merged(self.status, found.status),
            n_iter=merged(self.n_iter, found.n_iter),
            last=Scores(*map(merged, self.last, found.last)),
        )

    def stacked(self) -> Float[Tensor, "*batch step p"]:
        """All steps as one tensor."""
        return torch.stack(self.steps, -2)

    def scores(self, design: Design) -> Scores:
        """At every step, shape (*batch, step)."""
        loss, accuracy = zip(*(evaluate(design, params) for params in self.steps), strict=True)
        return Scores(torch.stack(loss, -1), torch.stack(accuracy, -1))


def run(
    design: DesignT,
    solver: Solver[StateT, DesignT],
    params: Float[Tensor, "*batch p"],
    record: bool = False,
    check: Callable[[], None] = lambda: None,
) -> Path:
    """Start, step until every model is done, finish. `check` is called between steps and may raise.

    Models that are done may be left out of a step by columns, places along the batch's last dimension.
    """
    # A parameter of all models side by side: along these, not along p, elementwise operations are fast.
    params = params.movedim(-1, 0).contiguous().movedim(0, -1)
    state = solver.start(design, params)
    steps = [params]
    for _ in range(solver.max_steps):
        columns = torch.atleast_2d(state.running).flatten(0, -2).any(0)
        kept = to_host(columns.sum())
        if not kept:
            break
        check()
        kept = max(kept, FEW_COLUMNS)
        if kept <= 0.75 * columns.numel():
            chosen = columns.byte().argsort(descending=True, stable=True)[:kept].sort().values
            state = solver.step_some(design, state, chosen)
        else:
            state = solver.step(design, state)
        if not record:
            steps.clear()
        steps.append(state.params)
    logits, pull_back = design.vjp(state.params)
    loss = design.mean(log_loss(logits))
    status = solver.finish(design, state, logits, loss, pull_back)
    last = Scores(loss, design.mean(design.correct(logits)))
    return solver.settle(design, state, Path(tuple(steps), design.original(state.params), status, state.n_iter, last))


def evaluate(design: Design, params: Float[Tensor, "*batch p"]) -> Scores:
    """The scores of each model on a design's rows."""
    logits = design.logits(params)
    loss = design.mean(log_loss(logits))
    return Scores(loss, design.mean(design.correct(logits)))
