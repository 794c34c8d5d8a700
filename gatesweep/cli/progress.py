"""How far a long command is, and how it is stopped."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

from gatesweep.cli.output import Output

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["Stop", "cancel_on_signal", "progress_bar", "reporter"]


def progress_bar(output: Output) -> "Progress":
    """A bar of models done, on the error stream."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    return Progress(
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.completed:,.0f} models, {task.fields[rate]:,.0f}/s, {task.fields[failed]:,} failed"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=output.quiet,
    )


def reporter(bar: "Progress", kept: int, failed: Callable[[], int] = lambda: 0) -> Callable[[int, int], None]:
    """What moves the bar at each report of models done."""
    task = bar.add_task("", total=None, rate=0.0, failed=0)
    started = monotonic()

    def report(done: int, total: int) -> None:
        rate = (done - kept) / max(monotonic() - started, 1e-3)
        bar.update(task, completed=done, total=total, rate=rate, failed=failed())

    return report


@dataclass
class Stop:
    """Whether a signal asked the command to stop, and the exit status that says which one."""

    event: threading.Event = field(default_factory=threading.Event)
    status: int = 0


@contextmanager
def cancel_on_signal() -> Iterator[Stop]:
    """What the first Ctrl+C or SIGTERM sets, so that a running chunk ends well; the second one ends the process."""
    stop = Stop()

    def handle(number: int, frame: Any) -> None:
        restore()
        stop.status = 128 + number
        stop.event.set()

    previous = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in previous.items():
            signal.signal(number, handler)

    try:
        yield stop
    finally:
        restore()
