"""`gatesweep serve` and `gatesweep bench`."""

from pathlib import Path

import click

from gatesweep.cli.values import FilePath
from gatesweep.errors import InputError

__all__ = ["bench", "serve"]


@click.command()
@click.argument("file", required=False, type=FilePath())
@click.option("--port", type=click.IntRange(0, 65535), default=5006, show_default=True, help="0 takes a free one.")
@click.option("--address", default="127.0.0.1", show_default=True, help="Network address to listen on.")
@click.option(
    "--allow-origin",
    multiple=True,
    metavar="HOST[:PORT]",
    help="Another host whose pages may talk to this server, such as a proxy's; may be repeated.",
)
@click.option("--prefix", default="", help="Path under which all of it lies, as a proxy may hand it on: /lab, say.")
@click.option(
    "--processes",
    type=click.IntRange(0, 256),
    default=1,
    show_default=True,
    help="Among which the visitors are shared out; 0 for one on each core.",
)
@click.option(
    "--seats",
    type=click.IntRange(min=1),
    default=300,
    show_default=True,
    help="Pages that may be open at once; who comes later is told so, and sent to the page that needs no server.",
)
@click.option("--show/--no-show", default=True, show_default=True, help="Open the page in a browser.")
def serve(
    file: Path | None,
    port: int,
    address: str,
    allow_origin: tuple[str, ...],
    prefix: str,
    processes: int,
    seats: int,
    show: bool,
) -> None:
    """Open the app: on a live grid, or on what FILE holds.

    A finished sweep (.zarr or .nc), or the models of a table (.zarr, .nc, .csv or .parquet, by `gatesweep fit`).
    """
    from gatesweep.app.server import serve as run_server
    from gatesweep.page.export import hosted

    try:
        run_server(file, port, address, show, hosted(), allow_origin, prefix, processes, seats)
    except OSError as error:
        rule = f"the address and port must be free to listen on ({error.strerror or error})"
        raise InputError(rule, f"{address}:{port}", "Try --port 0") from error


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Time gatesweep beside what a user would write instead, on this machine (--help for its options)."""
    from gatesweep.bench import main

    main(list(arguments))
