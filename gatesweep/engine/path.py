"""The one record of training; and the only scores of models on rows."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gatesweep.engine.design import Design, log_loss

__all__ = ["Path", "Scores", "evaluate"]


class Scores(NamedTuple):
    """What models do on some rows."""

    loss: Float[Tensor, "*batch"]
    """Mean log loss, in nats, without a penalty."""
    accuracy: Float[Tensor, "*batch"]


def evaluate(design: Design, params: Float[Tensor, "*batch p"]) -> Scores:
    """The scores of each model on a design's rows."""
    logits = design.logits(params)
    loss = design.mean(log_loss(logits))
    return Scores(loss, design.mean(design.correct(logits)))


@dataclass(frozen=True)
class Path:
    """A batch of models after every step, or after the last alone, and how each ended."""

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
