"""Gradient descent as the lecture trains: what torch.optim does over mini-batches, with closed-form gradients."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
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

MEAN_DECAY, SQUARE_DECAY, SMALLEST_SIZE = 0.9, 0.999, 1e-8
"""Adam's: how much of the gradient's mean and of its square an update keeps, and what it divides by at least."""


@dataclass
class DescentState(State):
    first: Float[Tensor, "*batch p"]
    """The initial parameters."""
    moments: tuple[Float[Tensor, "*batch p"], ...]
    """What the optimizer remembers."""
    epoch: int


class GradientDescent(Solver[DescentState, Design]):
    """One step of the solver is one epoch of mini-batches, which are slices of the rows in the epoch's order.

    An optimizer is its arithmetic: each model has a learning rate of its own, and torch.optim knows one a tensor.

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

    n_moments: ClassVar[int]
    """How many tensors like the parameters the optimizer remembers; all 0 at first."""

    def __init__(self, learning_rate: Float[Tensor, "*batch"], batches: Sequence[Sequence[Tensor]]) -> None:
        self.learning_rate = learning_rate[..., None]
        self.orders = [torch.cat(list(epoch)) for epoch in batches]
        self.sizes = [[len(rows) for rows in epoch] for epoch in batches]
        self.max_steps = len(batches)

    @staticmethod
    @abstractmethod
    def direction(gradient: Tensor, moments: tuple[Tensor, ...], n_updates: int) -> Tensor:
        """What the parameters move against, in units of the learning rate. Overwrites `moments`; counts from 1."""

    @classmethod
    def of(cls, settings: Mapping[str, Any], batches: Batches) -> Self:
        rate, drawn = settings["learning_rate"], batches(settings["epochs"], settings["batch_size"])
        return cls(rate, [[torch.as_tensor(rows, device=rate.device) for rows in epoch] for epoch in drawn])

    @classmethod
    def rows_at_once(cls, n_rows: int, settings: Mapping[str, Any]) -> int:
        return min(settings["batch_size"], n_rows)

    def start(self, design: Design, params: Float[Tensor, "*batch p"]) -> DescentState:
        models = params[..., 0]
        return DescentState(
            params=params,
            n_iter=torch.zeros_like(models, dtype=torch.int32),
            running=torch.ones_like(models, dtype=torch.bool),
            first=params,
            moments=tuple(torch.zeros_like(params) for _ in range(self.n_moments)),
            epoch=0,
        )

    def step(self, design: Design, state: DescentState) -> DescentState:
        """One epoch; a model that leaves the finite numbers keeps the parameters of the epoch before."""
        params, sizes = state.params.clone(), self.sizes[state.epoch]
        ordered, stop = design.take(self.orders[state.epoch]), 0
        for update, size in enumerate(sizes, start=1 + state.epoch * len(sizes)):
            batch, stop = ordered.take(slice(stop, stop + size)), stop + size
            direction = self.direction(_gradient(batch, params), state.moments, update)
            params.addcmul_(self.learning_rate, direction, value=-1)
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


def _gradient(design: Design, params: Float[Tensor, "*batch p"]) -> Float[Tensor, "*batch p"]:
    """Of the mean loss. The logits are gone with it: those of the next mini-batch find their memory in the cache."""
    logits, pull_back = design.vjp(params)
    return pull_back(logits.sigmoid_()).div_(design.count)


class SGD(GradientDescent):
    """The arithmetic of torch.optim.SGD, as in the lecture's Model A and B."""

    label = "SGD"
    n_moments = 0

    @staticmethod
    def direction(gradient: Tensor, moments: tuple[Tensor, ...], n_updates: int) -> Tensor:
        return gradient


class Adam(GradientDescent):
    """The arithmetic of torch.optim.Adam (Kingma and Ba 2015, arXiv:1412.6980), with its defaults."""

    label = "Adam"
    n_moments = 2

    @staticmethod
    def direction(gradient: Tensor, moments: tuple[Tensor, ...], n_updates: int) -> Tensor:
        mean, square = moments
        mean.lerp_(gradient, 1 - MEAN_DECAY)
        square.mul_(SQUARE_DECAY).addcmul_(gradient, gradient, value=1 - SQUARE_DECAY)
        size = square.sqrt().div_((1 - SQUARE_DECAY**n_updates) ** 0.5).add_(SMALLEST_SIZE)
        return torch.div(mean, size.mul_(1 - MEAN_DECAY**n_updates), out=size)
