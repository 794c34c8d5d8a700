"""Work off the user's thread: one worker, the newest request wins, older ones are stopped and forgotten."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import panel as pn

__all__ = ["Job", "Session", "Worker", "has_loop"]


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
    started: float = field(default_factory=time.perf_counter)
    done: int = 0
    total: int = 0
    seconds: float = 0.0
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


class Worker:
    """Runs `work(job)` on a thread of its own and hands the finished job to `publish` there.

    `publish` is called on the worker's thread, and only for the newest job: a session must carry it
    over to its own loop before it touches anything of the page.
    """

    def __init__(self, publish: Callable[[Job], None]) -> None:
        self._publish = publish
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="gatesweep")
        self._lock = threading.Lock()
        self._generation = 0
        self.current: Job | None = None
        """The newest job while it waits or runs."""

    def submit(self, work: Callable[[Job], Any]) -> Job:
        """Ask for work; whatever was asked before is stopped and its result dropped."""
        with self._lock:
            if self.current is not None:
                self.current.cancel.set()
            self._generation += 1
            self.current = job = Job(self._generation)
            self._pool.submit(self._run, job, work)
        return job

    def cancel(self) -> None:
        """Stop the newest job; it is not published."""
        with self._lock:
            if self.current is not None:
                self.current.cancel.set()
            self._generation += 1
            self.current = None

    def wait(self) -> None:
        """Until all that was asked for is done and published."""
        self._pool.submit(lambda: None).result()

    def close(self) -> None:
        self.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def is_newest(self, job: Job) -> bool:
        return job.generation == self._generation

    def _run(self, job: Job, work: Callable[[Job], Any]) -> None:
        if job.cancel.is_set():
            return
        job.started = time.perf_counter()
        try:
            job.result = work(job)
        except Exception as error:
            job.error = error
        job.seconds = time.perf_counter() - job.started
        with self._lock:
            if not self.is_newest(job):
                return
            self.current = None
        self._publish(job)


class Session:
    """The loop of one page or notebook, to which a worker's thread carries what it has done."""

    def __init__(self) -> None:
        self._doc, self._loop = pn.state.curdoc, _running_loop()
        self._arrived: deque[Callable[[], None]] = deque()

    def carry(self, handle: Callable[[], None]) -> None:
        """Have `handle` called on the session's own loop; at once where there is none, as in a script."""
        if self._doc is not None:
            self._doc.add_next_tick_callback(handle)
        elif self._loop is not None:
            self._arrived.append(handle)
            self._loop.call_soon_threadsafe(self.take_in)
        else:
            handle()

    def take_in(self) -> None:
        """Take in what has arrived and waits for the loop."""
        while self._arrived:
            self._arrived.popleft()()

    def worker(self, publish: Callable[[Job], None]) -> Worker:
        """A worker whose jobs are published on this session's loop."""
        return Worker(lambda job: self.carry(lambda: publish(job)))

    def at_end(self, act: Callable[[], None]) -> None:
        """Call `act` when the visitor has left."""
        if self._doc is not None:
            pn.state.on_session_destroyed(lambda _context: act())
