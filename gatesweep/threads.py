"""Blocks of models on all cores of a CPU: one thread a block, torch single-threaded within it.

Splitting each small operation over the cores, as torch does, costs a barrier an operation, and stalls
whenever another program takes a core. A block a thread has no barriers, keeps its tensors in its own
core's cache, and gives the same bits on any number of cores.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Barrier, Lock
from typing import TypeVar

import torch

__all__ = ["ordered_map"]

Task = TypeVar("Task")
Result = TypeVar("Result")

_STARTING = Lock()


def _single_threaded() -> None:
    torch.get_num_threads()  # A thread's first look takes the global count, and would undo the next line later.
    torch.set_num_threads(1)


@cache
def _pool() -> ThreadPoolExecutor:
    """The process's one pool, with the number of threads that torch has when it is first asked for."""
    count = torch.get_num_threads()
    started = Barrier(count + 1)
    pool = ThreadPoolExecutor(count, "gatesweep", initializer=_single_threaded)
    for _ in range(count):
        pool.submit(started.wait)
    started.wait()
    # set_num_threads(1) holds for the thread that calls it, but is also what new threads start with.
    torch.set_num_threads(count)
    return pool


def ordered_map(function: Callable[[Task], Result], tasks: Iterable[Task], device: torch.device) -> Iterator[Result]:
    """The results in the order of the tasks; on a GPU, which one thread keeps busy, one after the other.

    An error in one task cancels those that have not begun.
    """
    if device.type != "cpu":
        return map(function, tasks)
    with _STARTING:
        pool = _pool()
    return pool.map(function, tasks)
