"""`gatesweep sweep`: fit a grid, into a file or for a look."""

import shlex
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from gatesweep.cli.values import FilePath, given_parameters, parameter_options
from gatesweep.errors import InputError
from gatesweep.experiment import Experiment

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["sweep"]

INTERRUPTED = 130


@click.command()
@parameter_options
@click.option("--out", type=FilePath(), help="Where to: FILE.zarr (can be resumed) or FILE.nc.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, mps.")
@click.option("--shard", metavar="I/N", help="Fit part I of N only, for job arrays; all write the same --out.")
@click.option("--scheduler", metavar="ADDRESS", help="Fit on a Dask cluster, such as tcp://host:8786.")
@click.option("--dry-run", is_flag=True, help="Print what the sweep would cost, and fit nothing.")
def sweep(
    out: Path | None, device: str, shard: str | None, scheduler: str | None, dry_run: bool, **options: str | None
) -> None:
    """Fit one model for every gate, noise level and seed.

    A list (AND,OR,XOR) or a range makes a dimension of the result. Ranges are start:stop:count for
    numbers, both ends in (0:1:101), and start:stop or start:stop:step for whole numbers, stop left
    out (0:100). The same command again resumes a sweep, and more values extend it.
    """
    experiment = Experiment.of(**given_parameters(options))
    part = _shard(shard)
    if dry_run:
        _explain(experiment, device)
    elif out is None:
        if shard or scheduler:
            raise InputError("a shard or a cluster's sweep must have a place to write to", None, "Give --out FILE.zarr")
        _look(experiment, device)
    else:
        command = {"out": str(out), "device": device, "shard": shard, "scheduler": scheduler}
        _write(experiment, out, part, device, scheduler, _again(options | command))


def _shard(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    try:
        index, count = map(int, text.split("/"))
        if not 1 <= index <= count:
            raise ValueError(text)
    except ValueError as error:
        raise InputError("a shard must be I/N with I from 1 to N", text, "Try 3/16") from error
    return index, count


def _again(options: dict[str, Any]) -> str:
    """The command line that goes on with this sweep."""
    words = [("--" + name.replace("_", "-"), str(value)) for name, value in options.items() if value is not None]
    return shlex.join(["gatesweep", "sweep", *(word for pair in words for word in pair)])


def _explain(experiment: Experiment, device: str) -> None:
    from rich.console import Console

    from gatesweep.cli.tables import cost_table
    from gatesweep.store import estimate

    Console().print(cost_table(estimate(experiment, device)))


def _look(experiment: Experiment, device: str) -> None:
    from rich.console import Console

    from gatesweep.cli.tables import tables
    from gatesweep.sweep import Cancelled
    from gatesweep.sweep import sweep as fit

    with _cancel_on_interrupt() as cancel, _bar() as bar:
        try:
            dataset = fit(experiment, device=device, cancel=cancel, progress=_reporter(bar, 0))
        except Cancelled:
            raise SystemExit(INTERRUPTED) from None
    console = Console()
    for part in tables(dataset, console):
        console.print(part)


def _write(
    experiment: Experiment, out: Path, shard: tuple[int, int] | None, device: str, scheduler: str | None, again: str
) -> None:
    from gatesweep.store import start
    from gatesweep.sweep import Cancelled

    with _client(scheduler) as client, start(experiment, out, device=device, shard=shard) as run:
        if run.kept:
            click.echo(f"{run.kept:,} of {run.total:,} models are there already.", err=True)
        try:
            with _cancel_on_interrupt() as cancel, _bar() as bar:
                progress = _reporter(bar, run.kept, lambda: run.failed)
                run.execute(device=device, client=client, cancel=cancel, progress=progress)
        except Cancelled:
            click.echo(f"Stopped: {run.done:,} of {run.total:,} models are kept. Go on with\n  {again}", err=True)
            raise SystemExit(INTERRUPTED) from None
        run.finish()
    click.echo(f"{run.total:,} models in {out}" + (f", {run.failed:,} of the new ones failed" if run.failed else ""))


def _bar() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    return Progress(
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.completed:,.0f} models, {task.fields[rate]:,.0f}/s, {task.fields[failed]:,} failed"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _reporter(bar: "Progress", kept: int, failed: Callable[[], int] = lambda: 0) -> Callable[[int, int], None]:
    """What moves the bar at each report of models done."""
    task = bar.add_task("", total=None, rate=0.0, failed=0)
    started = monotonic()

    def report(done: int, total: int) -> None:
        rate = (done - kept) / max(monotonic() - started, 1e-3)
        bar.update(task, completed=done, total=total, rate=rate, failed=failed())

    return report


@contextmanager
def _cancel_on_interrupt() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets, so that a running chunk ends well; the second one interrupts."""
    cancel = threading.Event()

    def handle(number: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, previous)
        cancel.set()

    previous = signal.signal(signal.SIGINT, handle)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, previous)


def _client(scheduler: str | None) -> Any:
    if scheduler is None:
        return nullcontext()
    from gatesweep.store.cluster import connect

    return connect(scheduler)
