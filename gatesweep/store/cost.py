"""What a sweep would cost, before it is paid."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from time import perf_counter
from typing import Any

import psutil

from gatesweep.experiment import OUTER, Experiment
from gatesweep.grids.plan import plan
from gatesweep.grids.training import compute
from gatesweep.results import schema

__all__ = ["Cost", "estimate"]

PROBE_SECONDS = 0.5
"""The probe fits more seeds until it has run this long."""


@dataclass(frozen=True)
class Cost:
    """An estimate; the numbers of models, chunks and bytes are exact (bytes before compression)."""

    models: int
    chunks: int
    bytes: int
    """Size of the result, before compression."""
    memory: int
    """Bytes that one process needs."""
    seconds: float


def estimate(experiment: Experiment, device: Any = "auto") -> Cost:
    """Fit a few models of each sample size for about half a second, and scale up."""
    chunks, size = plan(experiment), schema.n_bytes(experiment)
    seconds = sum(_seconds(part, device) for part in _parts(experiment))
    chunk_bytes = size * max(chunk.n_models for chunk in chunks) // experiment.n_models
    # A chunk is held twice, as fitted and as encoded, beside what the probe has left in place.
    memory = psutil.Process().memory_info().rss + 2 * chunk_bytes
    return Cost(experiment.n_models, len(chunks), size, memory, seconds)


def _parts(experiment: Experiment) -> list[Experiment]:
    """One experiment for each sample size, feature map and network, whose models cost differently."""
    return [
        replace(experiment, grid=experiment.grid | dict(zip(OUTER, ((value,) for value in values), strict=True)))
        for values in product(*(experiment.grid[name] for name in OUTER))
    ]


def _seconds(part: Experiment, device: Any) -> float:
    one = replace(part, grid={name: values[:1] for name, values in part.grid.items()})
    compute(one, plan(one)[0], device)  # What only the first fit of a process has to wait for.
    estimated = 0.0
    for probe in (one, *_seeds_doubled(part)):
        chunk = plan(probe)[0]
        started = perf_counter()
        compute(probe, chunk, device)
        taken = perf_counter() - started
        estimated = taken * part.n_models / chunk.n_models
        if taken > PROBE_SECONDS or chunk.n_models < probe.n_models:
            break
    return estimated


def _seeds_doubled(part: Experiment) -> Iterator[Experiment]:
    """The experiment with its first seed, its first two, four and so on, up to all."""
    seeds, n_seeds = part.grid["seed"], 1
    while n_seeds < 2 * len(seeds):
        yield replace(part, grid=part.grid | {"seed": seeds[:n_seeds]})
        n_seeds *= 2
