"""Side by side: medians of interleaved repeats, so that a change of the machine's load meets all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

import torch

from gatesweep.engine.threads import ordered_map

__all__ = ["Timed", "interleaved", "on_all_cores"]


@dataclass
class Timed:
    """What a candidate took, each time, and gave the last time."""

    times: list[float] = field(default_factory=list)
    result: Any = None

    @property
    def seconds(self) -> float:
        """The median."""
        return median(self.times)


def interleaved(repeats: int, *candidates: Callable[[], Any]) -> list[Timed]:
    """Each candidate once unmeasured, then `repeats` times in turn, every second round in reverse order.

    A candidate that returns a float measured itself: this is its time, in seconds.
    """
    found = [Timed() for _ in candidates]
    for candidate in candidates:
        candidate()
    for turn in range(repeats):
        order = list(zip(candidates, found, strict=True))
        for candidate, timed in order[:: -1 if turn % 2 else 1]:
            started = perf_counter()
            timed.result = candidate()
            took = perf_counter() - started
            timed.times.append(timed.result if isinstance(timed.result, float) else took)
    return found


def on_all_cores(function: Callable[[Any], Any], tasks: Sequence[Any]) -> None:
    """Every task, as a sweep on the CPU does its blocks."""
    for _ in ordered_map(function, tasks, torch.device("cpu"), lambda task: [task]):
        pass
