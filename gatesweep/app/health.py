"""What whoever runs the server may ask it: whether it answers, and how much it does."""

import ctypes
import time
from collections.abc import Callable
from multiprocessing.sharedctypes import RawArray

import psutil
from tornado.web import RequestHandler

__all__ = ["COUNTED", "Health", "Metrics", "Tally", "spent"]

COUNTED = {
    "sessions": ("gauge", "Pages that are open."),
    "queue": ("gauge", "Trainings that wait for their turn."),
    "messages_total": ("counter", "Messages of pages that were answered."),
    "message_seconds_total": ("counter", "Time that the answers took."),
    "resident_memory_bytes": ("gauge", "Memory."),
    "cpu_seconds_total": ("counter", "CPU time."),
}
"""What is counted, of all processes together."""


class Tally:
    """Numbers that every process of a server notes for itself and reads of all; made before they part."""

    def __init__(self, processes: int, start: float | None = None) -> None:
        self._cells = RawArray(ctypes.c_double, processes * len(COUNTED))
        self._rows = range(processes)
        self.own = 0
        """Which process this is."""
        self.start = time.time() if start is None else start

    def note(self, **counted: float) -> None:
        """What this process has by now."""
        for name, value in counted.items():
            self._cells[self._place(self.own, name)] = value

    def total(self, name: str) -> float:
        return sum(self._cells[self._place(row, name)] for row in self._rows)

    @staticmethod
    def _place(row: int, name: str) -> int:
        return row * len(COUNTED) + list(COUNTED).index(name)


class Health(RequestHandler):
    """200 and "ok" as long as the server answers at all."""

    def get(self) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.write("ok\n")


class Metrics(RequestHandler):
    """Counters in Prometheus' text form (https://prometheus.io/docs/instrumenting/exposition_formats/)."""

    def initialize(self, tally: Tally, note: Callable[[], None]) -> None:
        self.tally, self.note = tally, note

    def get(self) -> None:
        self.note()
        lines = [_metric(name, *meaning, self.tally.total(name)) for name, meaning in COUNTED.items()]
        lines.append(
            _metric("start_time_seconds", "gauge", "When it started, in seconds since 1970.", self.tally.start)
        )
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.write("".join(lines))


def spent() -> dict[str, float]:
    """Memory and CPU time of this process."""
    process = psutil.Process()
    times = process.cpu_times()
    return {"resident_memory_bytes": process.memory_info().rss, "cpu_seconds_total": times.user + times.system}


def _metric(name: str, kind: str, meaning: str, value: float) -> str:
    value = int(value) if value == int(value) else value
    return f"# HELP gatesweep_{name} {meaning}\n# TYPE gatesweep_{name} {kind}\ngatesweep_{name} {value}\n"
