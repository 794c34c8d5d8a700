"""`gatesweep sweep`: fit a grid, into a file or for a look."""

import shlex
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gatesweep.cli.output import Output, output_options
from gatesweep.cli.progress import cancel_on_signal, progress_bar, reporter
from gatesweep.cli.values import FilePath, given_parameters, parameter_options
from gatesweep.errors import InputError
from gatesweep.experiment import Experiment

__all__ = ["sweep"]


@click.command()
@parameter_options
@click.option("--config", type=FilePath(), help="A TOML file of parameters by these names; options go before it.")
@click.option("--out", type=FilePath(), help="Where to: FILE.zarr (can be resumed) or FILE.nc.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, mps.")
@click.option("--shard", metavar="I/N", help="Fit part I of N only, for job arrays; all write the same --out.")
@click.option("--scheduler", metavar="ADDRESS", help="Fit on a Dask cluster, such as tcp://host:8786.")
@click.option("--dry-run", is_flag=True, help="Print what the sweep would cost, and fit nothing.")
@output_options
def sweep(
    config: Path | None,
    out: Path | None,
    device: str,
    shard: str | None,
    scheduler: str | None,
    dry_run: bool,
    output: Output,
    **options: str | None,
) -> None:
    """Fit one model for every gate, noise level and seed.

    A list (AND,OR,XOR) or a range makes a dimension of the result. Ranges are start:stop:count for
    numbers, both ends in (0:1:101), and start:stop or start:stop:step for whole numbers, stop left
    out (0:100). The same command again resumes a sweep, and more values extend it.
    """
    experiment = Experiment.of(**given_parameters(options, config))
    part = _shard(shard)
    if dry_run:
        _explain(experiment, device, output)
    elif out is None:
        if shard or scheduler:
            raise InputError("a shard or a cluster's sweep must have a place to write to", None, "Give --out FILE.zarr")
        _look(experiment, device, output)
    else:
        command = {"config": config, "out": out, "device": device, "shard": shard, "scheduler": scheduler}
        _write(experiment, out, part, device, scheduler, _again(options | command), output)


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


def _explain(experiment: Experiment, device: str, output: Output) -> None:
    from gatesweep.cli.tables import cost_table
    from gatesweep.store import estimate

    cost = estimate(experiment, device)
    output.show(lambda console: [cost_table(cost)])
    output.give(asdict(cost))


def _look(experiment: Experiment, device: str, output: Output) -> None:
    from gatesweep.cli.tables import print_dataset
    from gatesweep.sweep import Cancelled
    from gatesweep.sweep import sweep as fit

    with cancel_on_signal() as stop, progress_bar(output) as bar:
        try:
            dataset = fit(experiment, device=device, cancel=stop.event, progress=reporter(bar, 0))
        except Cancelled:
            raise SystemExit(stop.status) from None
    print_dataset(dataset, output)


def _write(
    experiment: Experiment,
    out: Path,
    shard: tuple[int, int] | None,
    device: str,
    scheduler: str | None,
    again: str,
    output: Output,
) -> None:
    from gatesweep.store import start
    from gatesweep.sweep import Cancelled

    with _client(scheduler) as client, start(experiment, out, device=device, shard=shard) as run:
        if run.kept and not output.quiet:
            click.echo(f"{run.kept:,} of {run.total:,} models are there already.", err=True)
        with cancel_on_signal() as stop:
            try:
                with progress_bar(output) as bar:
                    progress = reporter(bar, run.kept, lambda: run.failed)
                    run.execute(device=device, client=client, cancel=stop.event, progress=progress)
            except Cancelled:
                click.echo(f"Stopped: {run.done:,} of {run.total:,} models are kept. Go on with\n  {again}", err=True)
                raise SystemExit(stop.status) from None
        run.finish()
    output.say(f"{run.total:,} models in {out}" + (f", {run.failed:,} of the new ones failed" if run.failed else ""))
    output.give({"out": str(out), "models": run.total, "kept": run.kept, "failed": run.failed})


def _client(scheduler: str | None) -> Any:
    if scheduler is None:
        return nullcontext()
    from gatesweep.store.cluster import connect

    return connect(scheduler)
