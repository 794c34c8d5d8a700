"""What a command prints: text, JSON or nothing, as `--json` and `--quiet` say."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

__all__ = ["Output", "output_options"]


@dataclass(frozen=True)
class Output:
    """Takes both forms of an answer, and prints the one that was asked for. Errors are not its business."""

    as_json: bool = False
    quiet: bool = False

    def say(self, text: str) -> None:
        """A line of the answer as text."""
        if not (self.as_json or self.quiet):
            click.echo(text)

    def show(self, make: "Callable[[Console], Iterable[RenderableType]]") -> None:
        """The answer as tables, made for the console that they are printed on."""
        if self.as_json or self.quiet:
            return
        from rich.console import Console

        console = Console()
        for part in make(console):
            console.print(part)

    def give(self, answer: dict[str, Any]) -> None:
        """The whole answer as JSON."""
        if self.as_json:
            click.echo(json.dumps(answer))


def output_options(command: Callable[..., None]) -> Callable[..., None]:
    """Decorator: the two options, handed on as `output`."""

    @click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
    @click.option("--quiet", is_flag=True, help="Print nothing but errors (and --json): the exit status says the rest.")
    @wraps(command)
    def call(as_json: bool, quiet: bool, **arguments: Any) -> None:
        command(output=Output(as_json, quiet), **arguments)

    return call
