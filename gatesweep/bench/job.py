"""What is measured: the job, how much of it, and what one comparison finds."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import Any

import numpy as np

from gatesweep.bench.spread import Spread, spread_over
from gatesweep.bench.timing import on_all_cores
from gatesweep.engine.device import Place
from gatesweep.experiment import Experiment
from gatesweep.grids.batch import Batch, Models
from gatesweep.grids.plan import Block, blocks, plan

__all__ = ["FULL", "QUICK", "Bench", "Row", "Size", "only_chunk"]


@dataclass(frozen=True)
class Size:
    """How much is measured; FULL is the lecture's grid as the targets mean it."""

    levels: int = 101
    seeds: int = 100
    repeats: int = 7
    loop: int = 60
    """Models that a loop over models is timed on; its time is scaled to all."""
    torch_loop: int = 2
    batched: int = 3030
    """The same for batched peers."""
    million: tuple[int, int] = (334, 1000)
    """Noise levels and seeds of the sweep whose memory is measured."""


FULL = Size()
QUICK = Size(levels=21, seeds=10, repeats=3, loop=12, torch_loop=1, batched=315, million=(101, 100))


@dataclass(frozen=True)
class Row:
    """One comparison."""

    name: str
    against: str
    value: float
    unit: str
    target: float | None
    at_least: bool = True
    """Whether a larger value is better."""
    ours: float | None = None
    """Seconds."""
    theirs: float | None = None
    """Seconds, scaled to as many models as ours."""
    error: float | None = None
    """Largest |difference| / (1 + |value|) of the weights and intercepts."""
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target


def only_chunk(experiment: Experiment) -> tuple[Models, list[Block]]:
    """The models of a job on the CPU, and their blocks: a job is one chunk."""
    (chunk,) = plan(experiment)
    models = Models(experiment, chunk, Place.of(experiment.fixed["dtype"], "cpu"))
    return models, list(blocks(experiment, chunk, models.place.device))


class Bench:
    """The job, the spreads of its models, and what several rows need."""

    def __init__(self, size: Size) -> None:
        self.size = size

    def job(self, solver: str = "newton", seeds: int | None = None, **parameters: Any) -> Experiment:
        """Three gates, `levels` noise levels and `seeds` seeds, 500 samples each, float32."""
        levels = np.linspace(0, 1, self.size.levels)
        seed = range(seeds or self.size.seeds)
        return Experiment.of(gate=("AND", "OR", "XOR"), noise_level=levels, seed=seed, solver=solver, **parameters)

    @cached_property
    def loop(self) -> Spread:
        return spread_over(self.job(), self.size.loop)

    def batched(self, solver: str) -> Spread:
        return spread_over(self.job(solver), self.size.batched)

    def fit_phase(self, experiment: Experiment) -> Callable[[], float]:
        """Measures the fits of a sweep alone: from designs built to parameters found, on all cores."""

        def fit() -> float:
            models, parts = only_chunk(experiment)
            tasks = [Batch(models, block) for block in parts]
            for batch in tasks:
                _ = batch.designs, batch.solver, batch.first  # made when they are first asked for
            started = perf_counter()
            on_all_cores(Batch.fit, tasks)
            return perf_counter() - started

        return fit
