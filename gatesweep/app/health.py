"""What whoever runs the server may ask it: whether it answers, and how much it does."""

from collections.abc import Callable

import psutil
from tornado.web import RequestHandler

__all__ = ["Health", "Metrics"]


class Health(RequestHandler):
    """200 and "ok" as long as the server answers at all."""

    def get(self) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.write("ok\n")


class Metrics(RequestHandler):
    """Counters in Prometheus' text form (https://prometheus.io/docs/instrumenting/exposition_formats/)."""

    def initialize(self, sessions: Callable[[], int]) -> None:
        self.sessions = sessions

    def get(self) -> None:
        process = psutil.Process()
        spent = process.cpu_times()
        lines = [
            _metric("sessions", "gauge", "Pages that are open.", self.sessions()),
            _metric("resident_memory_bytes", "gauge", "Memory of this process.", process.memory_info().rss),
            _metric("cpu_seconds_total", "counter", "CPU time of this process.", spent.user + spent.system),
            _metric("start_time_seconds", "gauge", "When it started, in seconds since 1970.", process.create_time()),
        ]
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.write("".join(lines))


def _metric(name: str, kind: str, meaning: str, value: float) -> str:
    return f"# HELP gatesweep_{name} {meaning}\n# TYPE gatesweep_{name} {kind}\ngatesweep_{name} {value}\n"
