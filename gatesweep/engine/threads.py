"""Blocks of models on all cores of a CPU: one thread a block, torch single-threaded within it.

Splitting each small operation over the cores, as torch does, costs a barrier an operation, and stalls
whenever another program takes a core. A block a thread has no barriers, keeps its tensors in its own
core's cache, and gives the same bits on any number of cores.
"""

import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from threading import Barrier, Lock
from typing import TypeVar

import torch

from gatesweep.errors import InputError

__all__ = ["one_thread", "ordered_map", "stand_back"]

Task = TypeVar("Task")
Result = TypeVar("Result")

_STARTING = Lock()
_STANDING_BACK = threading.Event()
NICENESS = 19


def stand_back() -> None:
    """Let the threads that train step back whenever anything else wants a core; before the first sweep.

    For a program that must answer while a long sweep runs, and its browser on the same machine. An idle
    machine trains as fast as before. On Linux, where a thread has a priority of its own; elsewhere nothing.
    """
    _STANDING_BACK.set()


class _Alone:
    """Who computes on one thread just now, and how many threads torch has otherwise.

    set_num_threads(1) holds for the thread that calls it, but is also what new threads start with. Two that take turns
    must not take the other's 1 for what was before, or all that come later would have one thread for good.
    """

    def __init__(self) -> None:
        self._lock, self._inside, self._otherwise = Lock(), 0, 0

    @property
    def n_threads(self) -> int:
        """How many torch has where nobody computes alone."""
        with self._lock:
            return self._otherwise if self._inside else torch.get_num_threads()

    def enter(self) -> None:
        with self._lock:
            if not self._inside:
                self._otherwise = torch.get_num_threads()
            self._inside += 1
            torch.set_num_threads(1)

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            torch.set_num_threads(self._otherwise)


_alone = _Alone()


@contextmanager
def one_thread() -> Iterator[None]:
    """torch on this thread alone: for one model's tiny tensors, waking the others takes longer than the work."""
    _alone.enter()
    try:
        yield
    finally:
        _alone.leave()


def _single_threaded() -> None:
    if _STANDING_BACK.is_set() and sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    torch.get_num_threads()  # A thread's first look takes the global count, and would undo the next line later.
    torch.set_num_threads(1)


@cache
def _pool() -> ThreadPoolExecutor:
    """The process's one pool, with the number of threads that torch has when it is first asked for."""
    count = _alone.n_threads
    started = Barrier(count + 1)
    pool = ThreadPoolExecutor(count, "gatesweep", initializer=_single_threaded)
    for _ in range(count):
        pool.submit(started.wait)
    started.wait()
    torch.set_num_threads(count)  # What new threads start with was set by each of the pool's.
    return pool


def _begin_anew() -> None:
    """A forked child has none of its parent's threads: no pool, nobody to release a lock, and none of torch's.

    A parallel loop of torch would wait for them for ever, so the child computes on one thread, as the workers
    of torch's DataLoader do: children come in numbers.
    """
    global _STARTING, _alone
    _STARTING, _alone = Lock(), _Alone()
    _pool.cache_clear()
    torch.set_num_threads(1)


if hasattr(os, "register_at_fork"):  # Windows does not fork.
    os.register_at_fork(after_in_child=_begin_anew)


def ordered_map(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    device: torch.device,
    halves: Callable[[Task], Sequence[Task]],
) -> Iterator[tuple[Task, Result]]:
    """Each task and its result, in the order of the tasks; on a GPU, which one thread keeps busy, one after the other.

    Where a GPU's memory runs out, that task and those after it are done in `halves` of them. An error in
    one task cancels those that have not begun.
    """
    if device.type != "cpu":
        yield from _within_memory(function, tasks, halves)
        return
    with _STARTING:
        pool = _pool()
    yield from zip(tasks, pool.map(function, tasks), strict=True)


def _within_memory(
    function: Callable[[Task], Result], tasks: Sequence[Task], halves: Callable[[Task], Sequence[Task]]
) -> Iterator[tuple[Task, Result]]:
    pending = list(tasks)
    while pending:
        try:
            result = function(pending[0])
        except torch.OutOfMemoryError as error:
            smaller = [half for task in pending for half in halves(task)]
            if len(smaller) == len(pending):
                raise InputError(
                    "one seed's models of one column must fit into the device's memory", str(error), "Use device='cpu'"
                ) from error
            pending = smaller
            warnings.warn("the device's memory ran out: going on with half as many models at once", stacklevel=2)
        else:
            yield pending.pop(0), result
