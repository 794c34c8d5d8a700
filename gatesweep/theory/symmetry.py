"""Gates that are one another's mirror images: one representative is computed, and serves them all.

Noise is the same in every input and symmetric, so that permuting inputs, reflecting one (x -> 1 - x)
and negating the output change no limit; nor does an input on which the output does not depend. (Given
the value of such an input, a line is a line in the others, so that on average none does better.)
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations, product

import numpy as np

from gatesweep.gates import Gate, corners
from gatesweep.theory.quadrature import Array

__all__ = ["Representative", "representative"]


@dataclass(frozen=True)
class Representative:
    """A gate without idle inputs that stands for all its mirror images, and the way back to one of them.

    Input i of `gate` is input `inputs[i]` of the image, reflected where `reflected[i]` is 1; the output
    is negated where `negated`.
    """

    gate: Gate
    inputs: tuple[int, ...]
    reflected: tuple[int, ...]
    negated: bool
    n_inputs: int

    def line(self, weight: Array, intercept: Array) -> tuple[Array, Array]:
        """A line of `gate`, weight (*batch, its inputs) and intercept (*batch), as the image's own."""
        side, flips = -1 if self.negated else 1, np.array(self.reflected)
        own = np.zeros((*weight.shape[:-1], self.n_inputs))
        own[..., list(self.inputs)] = side * (1 - 2 * flips) * weight
        return own, side * (intercept + weight @ flips)


@lru_cache
def _mirrors(n_inputs: int) -> tuple[list[tuple[tuple[int, ...], tuple[int, ...]]], Array]:
    """Every order of the inputs with every reflection; which corner each puts at the place of each (ways, corners)."""
    ways = list(product(permutations(range(n_inputs)), product((0, 1), repeat=n_inputs)))
    places = 1 << np.arange(n_inputs)[::-1]
    moved = [(corners(n_inputs) ^ np.array(flips)) @ places[list(order)] for order, flips in ways]
    return ways, np.array(moved)


@lru_cache(maxsize=4096)
def representative(gate: Gate) -> Representative:
    """Of all mirror images without idle inputs, the one with fewest ones, and of those the first in binary order."""
    table = np.array(gate.truth).reshape([2] * gate.n_inputs)
    used = [i for i in range(gate.n_inputs) if (table.take(0, i) != table.take(1, i)).any()] or [0]
    truth = table[tuple(slice(None) if i in used else 0 for i in range(gate.n_inputs))].ravel()
    ways, moved = _mirrors(len(used))
    images = np.concatenate([truth[moved], 1 - truth[moved]])
    binary = images @ (1 << np.arange(len(truth))[::-1])
    first = int(np.argmin(images.sum(1) * 2 ** len(truth) + binary))
    order, flips = ways[first % len(ways)]
    inputs = tuple(used[i] for i in order)
    return Representative(Gate(tuple(images[first].tolist())), inputs, flips, first >= len(ways), gate.n_inputs)
