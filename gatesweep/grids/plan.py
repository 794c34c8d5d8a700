"""The units of work: an experiment as chunks, which are stored, and a chunk as blocks, which fit the cache."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod

import torch

from gatesweep.experiment import BATCHED, OUTER, Experiment

__all__ = ["COLUMNS", "Block", "Chunk", "blocks", "plan"]

COLUMNS = ("noise_level", *BATCHED)
"""What varies within a gate and a seed: flattened in this order, the columns of a block."""

CHUNK_MODELS = 50_000
"""Models of a chunk, about: one unit of storage, of resuming and of distribution."""

BLOCK_ELEMENTS = 1_000_000
"""Model-row pairs fitted at once on a CPU: the largest tensors of a step then stay in the cache."""

DEVICE_ELEMENTS = 100_000_000
"""The same on a GPU, whose memory is the bound."""


@dataclass(frozen=True)
class Chunk:
    """A block of seeds with all gates and columns, for one value of each parameter in OUTER."""

    index: int
    region: dict[str, slice]
    """The part of each dimension of the dataset that this chunk fills."""
    num_samples: int
    features: str
    hidden_units: int
    activation: str
    seeds: tuple[int, ...]

    @property
    def n_models(self) -> int:
        return prod(part.stop - part.start for part in self.region.values())


@dataclass(frozen=True)
class Block:
    """Some seeds and columns of a chunk, with all gates: the models that are one batch of tensors."""

    seeds: slice
    columns: slice

    def halves(self) -> "list[Block]":
        """The block in two: fewer seeds, or of one seed fewer columns; one model a gate stays as it is."""
        if self.seeds.stop - self.seeds.start > 1:
            return [Block(part, self.columns) for part in _halves(self.seeds)]
        return [Block(self.seeds, part) for part in _halves(self.columns)]


def plan(experiment: Experiment) -> list[Chunk]:
    """The chunks of an experiment: the same experiment gives the same chunks everywhere."""
    seeds = experiment.grid["seed"]
    size = max(1, CHUNK_MODELS // (len(experiment.grid["gate"]) * n_columns(experiment)))
    chunks: list[Chunk] = []
    for places in product(*(range(len(experiment.grid[name])) for name in OUTER)):
        outer = {name: experiment.grid[name][i] for name, i in zip(OUTER, places, strict=True)}
        for start in range(0, len(seeds), size):
            stop = min(start + size, len(seeds))
            region = {name: slice(0, len(experiment.grid[name])) for name in experiment.swept}
            region["seed"] = slice(start, stop)
            for name, i in zip(OUTER, places, strict=True):
                if name in region:
                    region[name] = slice(i, i + 1)
            chunks.append(Chunk(len(chunks), region, **outer, seeds=seeds[start:stop]))
    return chunks


def n_columns(experiment: Experiment) -> int:
    """Models of one gate and seed, for one value of each parameter in OUTER."""
    return prod(len(experiment.grid[name]) for name in COLUMNS)


def blocks(experiment: Experiment, chunk: Chunk, device: torch.device) -> Iterator[Block]:
    """Blocks of a chunk, small enough for the cache or the device, in a fixed order."""
    rows = experiment.solver.rows_at_once(chunk.num_samples, experiment.fixed) * max(1, chunk.hidden_units)
    budget = BLOCK_ELEMENTS if device.type == "cpu" else DEVICE_ELEMENTS
    models = max(1, budget // (rows * len(experiment.grid["gate"])))
    columns = n_columns(experiment)
    width = min(columns, models)
    for seeds in _even_parts(len(chunk.seeds), max(1, models // width)):
        for first in range(0, columns, width):
            yield Block(seeds, slice(first, min(first + width, columns)))


def _even_parts(length: int, most: int) -> list[slice]:
    """Parts of nearly equal length, `most` at most; where one does not do, an even number, for two cores' sake."""
    count = -(-length // most)
    count = min(length, count + count % 2) if count > 1 else count
    cuts = [length * i // count for i in range(count + 1)]
    return [slice(start, stop) for start, stop in pairwise(cuts)]


def _halves(part: slice) -> list[slice]:
    middle = (part.start + part.stop) // 2
    return [slice(part.start, middle), slice(middle, part.stop)] if middle > part.start else [part]
