"""One hidden layer in front of the line: a design whose logits are those of a small network.

A hidden unit is a line of its own, so the units are one more axis of the batch that the linear designs know
already. What comes back through them (the pull-back) is in closed form: no graph is built.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Self

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from gatesweep.engine.design import Layered, PullBack

__all__ = ["ACTIVATIONS", "Activation", "NetworkDesign", "Weights", "joined", "n_weights"]


# Types of a function within another one, where they would be worked out anew at each step of training.
OfRows = Float[Tensor, "*batch n"]
OfParams = Float[Tensor, "*batch q"]


@dataclass(frozen=True)
class Activation:
    """What a hidden unit makes of its line, and how an error comes back through it."""

    value_: Callable[[Tensor], Tensor]
    """Overwrites its argument."""
    back_: Callable[[Tensor, Tensor, Tensor], Tensor]
    """The error times the slope, from the unit's output, the product of both, which it overwrites, and the error."""


ACTIVATIONS = {
    "sigmoid": Activation(torch.sigmoid_, lambda unit, product, error: product.addcmul_(product, unit, value=-1)),
    "tanh": Activation(
        torch.tanh_, lambda unit, product, error: torch.addcmul(error, product, unit, value=-1, out=product)
    ),
    "relu": Activation(torch.relu_, lambda unit, product, error: torch.sign(unit, out=product).mul_(error)),
}
"""By the name of torch's own module. The slope of relu at 0 is 0, as torch has it."""


def n_weights(n_inputs: int, n_units: int) -> int:
    """Parameters of a network: the line of each unit, its weight in the output, and the output's intercept."""
    return n_units * (n_inputs + 1) + n_units + 1


@dataclass(frozen=True)
class Weights:
    """The parameters of networks, by their place; with no units, those of a line."""

    hidden: Float[Tensor, "*batch h p"]
    """Each unit's line: weights, then the intercept."""
    output: Float[Tensor, "*batch h"]
    intercept: Float[Tensor, "*batch"]

    @classmethod
    def of(cls, params: Float[Tensor, "*batch q"], n_units: int) -> Self:
        """Views of params: the units' lines one after the other, the output's weights, its intercept."""
        lines, output = params[..., : -n_units - 1], params[..., -n_units - 1 : -1]
        return cls(lines.unflatten(-1, (n_units, -1)), output, params[..., -1])


def joined(weights: Weights) -> Float[Tensor, "*batch q"]:
    """The inverse of `Weights.of`, with the models last in memory."""
    parts = (weights.hidden.flatten(-2), weights.output, weights.intercept[..., None])
    return torch.cat([part.movedim(-1, 0) for part in parts]).movedim(0, -1)


class Memory:
    """What the mini-batches of an epoch use one after the other: memory that is freed and asked for again comes from
    the system page by page, which takes longer than the arithmetic."""

    def __init__(self) -> None:
        self._held: dict[str, Tensor] = {}

    def empty(self, name: str, shape: tuple[int, ...], like: Tensor) -> Tensor:
        """A contiguous tensor with any content; the one before of this name is overwritten."""
        size, held = prod(shape), self._held.get(name)
        if held is None or held.numel() < size:
            held = self._held[name] = like.new_empty(size)
        return held[:size].view(shape)


class NetworkDesign:
    """The rows of a linear design seen through a layer of hidden units.

    Args:
        inputs: the rows.
        n_units: how many hidden units, at least one.
        activation: a name in ACTIVATIONS.
    """

    unit = None

    def __init__(self, inputs: Layered, n_units: int, activation: str) -> None:
        self.inputs, self.n_units, self.activation = inputs, n_units, activation
        self.n_params = n_weights(inputs.n_params - 1, n_units)
        self.n_rows, self.count, self.sample_weight = inputs.n_rows, inputs.count, inputs.sample_weight
        self._act = ACTIVATIONS[activation]
        self._memory: Memory | None = None
        """Of a part."""

    @property
    def one_class(self) -> Bool[Tensor, "*batch"]:
        return self.inputs.one_class

    def magnitude(self, params: Float[Tensor, "*batch q"]) -> Float[Tensor, "*batch"]:
        """A slope is 1 at most, so a unit's output is no larger than 1 + its line's magnitude, nor is its rounding."""
        weights = Weights.of(params, self.n_units)
        lines = torch.stack([self.inputs.magnitude(weights.hidden[..., j, :]) for j in range(self.n_units)], -1)
        return (weights.output.abs() * (1 + 2 * lines)).sum(-1) + weights.intercept.abs()

    def original(self, params: Float[Tensor, "*batch q"]) -> Float[Tensor, "*batch q"]:
        return params

    own = original

    def logits(self, params: Float[Tensor, "*batch q"]) -> Float[Tensor, "*batch n"]:
        return self.vjp(params)[0]

    def vjp(self, params: Float[Tensor, "*batch q"]) -> tuple[Float[Tensor, "*batch n"], PullBack]:
        # With the models last in memory every operation runs along them, whatever the number of units.
        weights = Weights.of(params.movedim(-1, 0).contiguous().movedim(0, -1), self.n_units)
        memory = self._memory or Memory()
        units = self._act.value_(self.inputs.layer(weights.hidden, lambda shape: memory.empty("units", shape, params)))
        logits = torch.addcmul(weights.intercept[..., None], units[..., 0, :], weights.output[..., 0, None])
        for j in range(1, self.n_units):
            logits.addcmul_(units[..., j, :], weights.output[..., j, None])

        def pull_back(residual: OfRows) -> OfParams:
            error = self.inputs.weighted(self.inputs.signed(residual))
            product = memory.empty("product", (units.numel(),), units).as_strided(units.shape, units.stride())
            output = torch.mul(units, error[..., None, :], out=product).sum(-1)
            lines = self.inputs.pull_back_layer(self._act.back_(units, product, error[..., None, :]))
            return joined(Weights(lines * weights.output[..., None], output, error.sum(-1)))

        return self.inputs.signed(logits), pull_back

    def correct(self, logits: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch n"]:
        return self.inputs.correct(logits)

    def mean(self, values: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch"]:
        return self.inputs.mean(values)

    def take(self, index: Int[Tensor, " rows"] | slice) -> "NetworkDesign":
        part = NetworkDesign(self.inputs.take(index), self.n_units, self.activation)
        part._memory = self._memory or Memory()
        return part
