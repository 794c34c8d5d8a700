"""The `gatesweep` command."""

import sys
from importlib.metadata import version
from io import TextIOWrapper
from typing import Any

import click

from gatesweep.cli.files import export, show, verify
from gatesweep.cli.serve import bench, serve
from gatesweep.cli.sweep import sweep
from gatesweep.errors import InputError

__all__ = ["main"]


class Commands(click.Group):
    """A group that reports refused input as one line and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        if isinstance(sys.stdout, TextIOWrapper):
            # A path may hold what the output's encoding has no letter for, and hours of fitting stand behind it.
            sys.stdout.reconfigure(errors="replace")
        try:
            return super().invoke(ctx)
        except InputError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(2)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(130)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(version("gatesweep"), prog_name="gatesweep")
def main() -> None:
    """Train a whole grid of logistic models (gate x noise level x seed) at once, and look at it."""


for command in (sweep, show, serve, export, bench, verify):
    main.add_command(command)
