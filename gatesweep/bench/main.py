"""The command `gatesweep bench`: which rows, how much, and what is printed."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click
import psutil
import torch
from rich.console import Console
from rich.live import Live

from gatesweep.bench.job import FULL, QUICK, Bench, Row
from gatesweep.bench.phases import operations, phases
from gatesweep.bench.report import add, comparison_table, time_table
from gatesweep.bench.rows import ROWS

__all__ = ["main"]

PACKAGES = ("gatesweep", "torch", "numpy", "scikit-learn", "jax")
PHASES = "phases"
KNOWN = [*ROWS, PHASES]
OPERATIONS = 6
QUIET = 0.5
"""Other processes over the last minute beside which a figure is still one."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; `arguments` are those of the process unless given."""
    command.main(arguments if arguments is None else list(arguments), prog_name="gatesweep bench")


def _chosen(context: click.Context, parameter: click.Parameter, value: str) -> list[str]:
    names = KNOWN if value == "all" else value.split(",")
    if unknown := [name for name in names if name not in KNOWN]:
        raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(KNOWN)}")
    return names


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="A small grid and few repeats: shows that it works, proves no figure.")
@click.option("--rows", "names", default="all", callback=_chosen, help=f"Some of {','.join(KNOWN)}.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def command(quick: bool, names: list[str], as_json: bool) -> None:
    """Time gatesweep beside what a user would write instead, all in one run on this machine.

    Medians of interleaved repeats. What is too slow for the whole grid is timed on a spread of the same
    models and scaled. The error is how far the parameters of both differ, relative to 1 + their size.
    """
    console = Console(stderr=as_json)
    if not console.is_terminal:
        console.width = 120  # A pipe or a file has no width of its own, and 80 columns fold the table.
    bench = Bench(QUICK if quick else FULL)
    load = psutil.getloadavg()[0]
    is_figure = load <= QUIET and not quick
    machine = _machine(load)
    for name, value in machine.items():
        console.print(f"{name + ':':<14}{value}", highlight=False)
    rows = _measure(bench, [name for name in names if name != PHASES], console, is_figure)
    time = _where_the_time_goes(bench, console) if PHASES in names else {}
    if as_json:
        found = [asdict(row) | {"reached": row.reached} for row in rows]
        click.echo(json.dumps({"machine": machine, "is_figure": is_figure, "rows": found, "time": time}, indent=1))


def _measure(bench: Bench, names: Sequence[str], console: Console, is_figure: bool) -> list[Row]:
    """The rows of these names, printed as they are found: all of them take minutes."""
    table = comparison_table(bench.job().n_models, is_figure)
    rows: list[Row] = []
    with Live(table, console=console, auto_refresh=False) as live:
        for name in names:
            table.caption = f"measuring {name} ..."
            live.refresh()
            for row in ROWS[name](bench):
                rows.append(row)
                add(table, row)
        table.caption = None
        live.refresh()
    return rows


def _where_the_time_goes(bench: Bench, console: Console) -> dict[str, dict[str, float]]:
    found = {}
    for solver in ("newton", "sgd"):
        found[solver] = phases(bench.job(solver), bench.size.repeats)
        console.print(time_table(solver, found[solver], operations(bench.job(solver), OPERATIONS)))
    return found


def _machine(load: float) -> dict[str, str]:
    return {
        "processor": f"{_processor()}, {psutil.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "packages": ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name))),
        "threads": f"{torch.get_num_threads()} of torch ({torch.backends.cpu.get_cpu_capability()})",
        "other load": f"{load:.1f} processes over the last minute"
        + (": quote no figure, threaded alternatives suffer most" if load > QUIET else ""),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
