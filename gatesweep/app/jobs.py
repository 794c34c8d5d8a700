"""Work off the user's thread: the newest request wins, older ones are stopped and forgotten; all wait in one queue."""

import asyncio
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import panel as pn

__all__ = ["SMALL", "Job", "Queue", "Session", "Worker", "has_loop", "queue"]

SMALL = 0.1
"""Seconds up to which work is small: it waits for nothing heavy."""


def has_loop() -> bool:
    """Whether an event loop runs here, as on a server and in a notebook; a plain script has none."""
    return _running_loop() is not None


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


@dataclass
class Job:
    """One request: what it has done so far, and how to stop it. The worker writes, a session reads."""

    generation: int
    cancel: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    started: float = field(default_factory=time.perf_counter)
    done: int = 0
    total: int = 0
    result: Any = None
    error: BaseException | None = None

    def progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    @property
    def rate(self) -> float:
        """Models a second since the start."""
        return self.done / max(time.perf_counter() - self.started, 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """None until the first chunk is done."""
        return (self.total - self.done) / self.rate if self.done else None


@dataclass(frozen=True, eq=False)
class _Waiting:
    owner: object
    seconds: float
    due: float
    act: Callable[[], None]
    stop: Callable[[], None]

    @property
    def is_small(self) -> bool:
        return self.seconds <= SMALL

    @property
    def rank(self) -> float:
        """Who has waited long passes what is shorter, so that nobody waits for ever."""
        return self.due + self.seconds


class Queue:
    """The threads on which all visitors' work is done: small work before heavy, one heavy job a visitor."""

    def __init__(self, heavy: int = 1, small: int = 2) -> None:
        """`heavy`: threads that heavy work may take; `small`: those that are kept for small work."""
        self._heavy, self._threads = heavy, heavy + small
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="gatesweep")
        self._waiting: list[_Waiting] = []
        self._running: list[_Waiting] = []
        self._busy = 0
        self._changed = threading.Condition()

    @property
    def length(self) -> int:
        """How much waits for its turn."""
        return len(self._waiting)

    def put(
        self,
        act: Callable[[], None],
        stop: Callable[[], None],
        owner: object,
        seconds: float = 0.0,
        delay: float = 0.0,
    ) -> None:
        """Have `act` called after `delay` seconds, when it is the turn of something that takes `seconds`.

        `stop` has it end before it is done.
        """
        with self._changed:
            self._waiting.append(_Waiting(owner, seconds, time.monotonic() + delay, act, stop))
            if self._busy < self._threads:
                self._busy += 1
                self._pool.submit(self._serve)
            self._changed.notify()

    def close(self) -> None:
        """Stop what runs and drop what waits: a program that ends waits for nobody's training."""
        with self._changed:
            self._waiting.clear()
            for work in self._running:
                work.stop()
            self._changed.notify_all()

    def _serve(self) -> None:
        while (work := self._next()) is not None:
            try:
                work.act()
            except Exception:  # Of one's work, which is no reason to serve nobody any more.
                logging.getLogger("gatesweep").exception("Error in work of the queue")
            finally:
                with self._changed:
                    self._running.remove(work)
                    self._changed.notify_all()
                del work  # While this thread waits for the next, nothing of a visitor who has left may stay.

    def _next(self) -> _Waiting | None:
        with self._changed:
            while self._waiting:
                now = time.monotonic()
                able = [w for w in self._waiting if w.due <= now and (w.is_small or self._may_begin(w.owner))]
                if able:
                    chosen = min(able, key=lambda w: (not w.is_small, w.rank))
                    self._waiting.remove(chosen)
                    self._running.append(chosen)
                    return chosen
                self._changed.wait(min((w.due - now for w in self._waiting if w.due > now), default=None))
            self._busy -= 1
            self._changed.notify_all()
            return None

    def _may_begin(self, owner: object) -> bool:
        owners = [work.owner for work in self._running if not work.is_small]
        return len(owners) < self._heavy and owner not in owners


@cache
def queue() -> Queue:
    """This process's own."""
    return Queue()


if hasattr(os, "register_at_fork"):  # Windows does not fork.
    os.register_at_fork(after_in_child=queue.cache_clear)  # A child has none of its parent's threads.


class Worker:
    """Has `work(job)` done in its turn and hands the finished job to `publish` on the same thread.

    `publish` is called only for the newest job: a session must carry it over to its own loop before it touches
    anything of the page.
    """

    def __init__(self, publish: Callable[[Job], None], owner: object = None) -> None:
        """`owner`: whose turn it is; what is heavy is done one after the other for each."""
        self._publish, self._owner = publish, self if owner is None else owner
        self._lock = threading.Lock()
        self._generation = 0
        self._asked: Job | None = None
        self.current: Job | None = None
        """The newest job while it waits or runs."""

    def submit(self, work: Callable[[Job], Any], seconds: float = 0.0, delay: float = 0.0) -> Job:
        """Ask for work that takes about `seconds`; whatever was asked before is stopped and its result dropped."""
        with self._lock:
            if self.current is not None:
                self.current.cancel.set()
            self._generation += 1
            self._asked = self.current = job = Job(self._generation)
        queue().put(lambda: self._run(job, work), job.cancel.set, self._owner, seconds, delay)
        return job

    def do(self, work: Callable[[Job], Any]) -> Job:
        """Do this work here and now, in place of what was asked before; the job when it is done, unpublished."""
        self.cancel()
        job = Job(self._generation)
        self._try(job, work)
        return job

    def cancel(self) -> None:
        """Stop the newest job; it is not published."""
        with self._lock:
            if self.current is not None:
                self.current.cancel.set()
            self._generation += 1
            self.current = None

    def wait(self) -> None:
        """Until the newest job is done and published, or stopped."""
        if self._asked is not None:
            self._asked.over.wait()

    def close(self) -> None:
        self.cancel()

    def is_newest(self, job: Job) -> bool:
        return job.generation == self._generation

    def _run(self, job: Job, work: Callable[[Job], Any]) -> None:
        try:
            if not job.cancel.is_set():
                self._do(job, work)
        finally:
            job.over.set()

    def _do(self, job: Job, work: Callable[[Job], Any]) -> None:
        self._try(job, work)
        with self._lock:
            if not self.is_newest(job):
                return
            self.current = None
        self._publish(job)

    def _try(self, job: Job, work: Callable[[Job], Any]) -> None:
        job.started = time.perf_counter()
        try:
            job.result = work(job)
        except Exception as error:
            job.error = error


class Session:
    """The loop of one page or notebook, to which a worker's thread carries what it has done."""

    def __init__(self) -> None:
        self._doc, self._loop = pn.state.curdoc, _running_loop()
        self._arrived: deque[Callable[[], None]] = deque()
        self._turn = threading.RLock()

    def carry(self, handle: Callable[[], None]) -> None:
        """Have `handle` called on the session's own loop; where there is none, as in a script, now: one at a time."""
        if self._doc is not None:
            self._doc.add_next_tick_callback(handle)
        elif self._loop is not None:
            self._arrived.append(handle)
            self._loop.call_soon_threadsafe(self.take_in)
        else:
            with self._turn:
                handle()

    def take_in(self) -> None:
        """Take in what has arrived and waits for the loop."""
        while self._arrived:
            self._arrived.popleft()()

    def worker(self, publish: Callable[[Job], None]) -> Worker:
        """A worker whose jobs are published on this session's loop."""
        return Worker(lambda job: self.carry(lambda: publish(job)), owner=self)

    def at_end(self, act: Callable[[], None]) -> None:
        """Call `act` when the visitor has left."""
        if self._doc is not None:
            pn.state.on_session_destroyed(lambda _context: act())
