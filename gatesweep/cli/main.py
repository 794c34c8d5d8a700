"""The `gatesweep` command."""

import sys
from io import TextIOWrapper
from pkgutil import resolve_name
from typing import Any

import click

from gatesweep.errors import InputError

__all__ = ["COMMANDS", "main"]

COMMANDS = {
    "sweep": ("gatesweep.cli.sweep:sweep", "Fit one model for every gate, noise level and seed."),
    "fit": ("gatesweep.cli.fit:fit", "Fit a logistic model to each group of a table."),
    "show": ("gatesweep.cli.files:show", "Print FILE as a table in the terminal."),
    "serve": ("gatesweep.cli.serve:serve", "Open the app: on a live grid, or on what FILE holds."),
    "export": ("gatesweep.cli.files:export", "Write OUT: one .html page that needs no server, or SOURCE as a table."),
    "bench": ("gatesweep.cli.serve:bench", "Time gatesweep beside what a user would write instead."),
    "verify": ("gatesweep.cli.files:verify", "Check every byte of STORE against its journal."),
}
"""Where each command is, loaded when it is called for, and its line in the help."""


class Commands(click.Group):
    """A group that loads one command at a time, and reports refused input as one line and exit status 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return resolve_name(COMMANDS[cmd_name][0]) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

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
@click.version_option(package_name="gatesweep", prog_name="gatesweep")
def main() -> None:
    """Train a whole grid of logistic models (gate x noise level x seed) at once, and look at it."""
