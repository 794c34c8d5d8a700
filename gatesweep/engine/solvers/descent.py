"""Gradient descent as the lecture trains: torch.optim over mini-batches, closed-form gradients."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gatesweep.engine.design import Design, PullBack, log_loss
from gatesweep.engine.device import to_host
from gatesweep.engine.separability import on_right_side
from gatesweep.engine.solvers.protocol import Batches, Solver, State, Status, runaway_loss

__all__ = ["SGD", "Adam", "GradientDescent"]

GRADIENT_TOLERANCE = 1e-4
"""Mean gradient below which a model counts as converged."""


@dataclass
class DescentState(State):
    first: Float[Tensor, "*batch p"]
    """The initial parameters."""
    displacement: Float[Tensor, "*batch p"]
    """(params - first) / learning_rate: what the optimizer moves."""
    optimizer: torch.optim.Optimizer
    epoch: int


class GradientDescent(Solver[DescentState, Design]):
    """One step of the solver is one epoch of mini-batches; what moves the parameters is an optimizer of torch.

    torch.optim knows one learning rate for a tensor. So it moves, at rate 1, each model's displacement in
    units of that model's own learning rate, which is the same iteration for SGD and for Adam.

    Args:
        learning_rate: broadcastable to the batch.
        batches: for each epoch the row numbers of each mini-batch, the same for every model.
    """

    unit = "epoch"
    uses = ("learning_rate", "epochs", "batch_size")
    budget = "epochs"
    split = "torch"
    init = "ones"
    origin = 1.0
    any_coordinates = False
    seeks_optimum = False
    remedy = "Take a smaller learning rate."

    optimizer: ClassVar[Callable[..., torch.optim.Optimizer]]

    def __init__(self, learning_rate: Float[Tensor, "*batch"], batches: Sequence[Sequence[Tensor]]) -> None:
        self.learning_rate = learning_rate[..., None]
        self.batches = batches
        self.max_steps = len(batches)

    @classmethod
    def of(cls, settings: Mapping[str, Any], batches: Batches) -> Self:
        rate, drawn = settings["learning_rate"], batches(settings["epochs"], settings["batch_size"])
        return cls(rate, [[torch.as_tensor(rows, device=rate.device) for rows in epoch] for epoch in drawn])

    @classmethod
    def rows_at_once(cls, n_rows: int, settings: Mapping[str, Any]) -> int:
        return min(settings["batch_size"], n_rows)

    def start(self, design: Design, params: Float[Tensor, "*batch p"]) -> DescentState:
        displacement = torch.zeros_like(params)
        models = params[..., 0]
        return DescentState(
            params=params,
            n_iter=torch.zeros_like(models, dtype=torch.int32),
            running=torch.ones_like(models, dtype=torch.bool),
            first=params,
            displacement=displacement,
            optimizer=self.optimizer([displacement], lr=1.0),
            epoch=0,
        )

    def step(self, design: Design, state: DescentState) -> DescentState:
        """One epoch; a model that leaves the finite numbers keeps the parameters of the epoch before."""
        params = state.params
        for index in self.batches[state.epoch]:
            batch = design.take(index)
            logits, pull_back = batch.vjp(params)
            state.displacement.grad = pull_back(logits.sigmoid_()) / batch.count
            state.optimizer.step()
            params = torch.addcmul(state.first, state.displacement, self.learning_rate)
        running = state.running & torch.isfinite(params).all(-1)
        return replace(
            state,
            params=torch.where(running[..., None], params, state.params),
            n_iter=state.n_iter + running,
            running=running,
            epoch=state.epoch + 1,
        )

    def finish(
        self,
        design: Design,
        state: DescentState,
        logits: Float[Tensor, "*batch n"],
        loss: Float[Tensor, "*batch"],
        pull_back: PullBack,
    ) -> Int[Tensor, "*batch"]:
        """No penalty, so rows all on their right side mean: separable, with no optimum to come to."""
        gradient = pull_back(torch.sigmoid(logits)) / design.count
        flat = gradient.abs().amax(-1) <= GRADIENT_TOLERANCE
        status = torch.where(flat, Status.converged, Status.max_iter).to(torch.int8)
        status = torch.where(on_right_side(design, state.params, logits), Status.separable, status)
        if to_host((loss > runaway_loss(torch.zeros_like(loss))).any()):
            start = design.mean(log_loss(design.logits(state.first)))
            status = torch.where(loss > runaway_loss(start), Status.diverged, status)
        return torch.where(state.running & torch.isfinite(loss), status, Status.diverged).to(torch.int8)


class SGD(GradientDescent):
    """torch.optim.SGD, as the lecture's Model A and B."""

    label = "SGD"
    optimizer = torch.optim.SGD


class Adam(GradientDescent):
    """torch.optim.Adam."""

    label = "Adam"
    optimizer = torch.optim.Adam
