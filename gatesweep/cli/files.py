"""`gatesweep show`, `export` and `verify`: commands on results that are there."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gatesweep.cli.values import FilePath

if TYPE_CHECKING:
    from gatesweep.store import Finding

__all__ = ["export", "show", "verify"]


@click.command()
@click.argument("file", type=FilePath())
def show(file: Path) -> None:
    """Print FILE (.zarr or .nc) as a table: each gate's accuracy against the noise level."""
    from rich.console import Console

    from gatesweep.cli.tables import tables
    from gatesweep.store import open_store

    console = Console()
    with open_store(file) as dataset:
        for part in tables(dataset, console):
            console.print(part)


@click.command()
@click.argument("paths", metavar="[SOURCE] OUT", nargs=-1, required=True, type=FilePath())
def export(paths: tuple[Path, ...]) -> None:
    """Write OUT: one .html page that works without server or network; or SOURCE as .nc, .csv or .parquet.

    SOURCE is a sweep (.zarr or .nc). Without it the page shows the lecture's grid, fitted now. Tables
    (.csv, .parquet) hold means and deviations over seeds.
    """
    from gatesweep.results.files import save
    from gatesweep.store import open_store

    if len(paths) > 2:
        raise click.UsageError("export takes one or two paths: [SOURCE] OUT")
    *source, out = paths
    is_page = out.suffix.lower() in (".html", ".htm")
    if not (source or is_page):
        raise click.UsageError("an export other than a page needs a SOURCE: export SOURCE OUT")
    with open_store(source[0]) if source else nullcontext() as dataset:
        if is_page:
            from gatesweep.page.export import export as write_page

            write_page(out, dataset)
        else:
            save(dataset, out)
    click.echo(f"Wrote {out}")


@click.command()
@click.argument("store", type=FilePath())
@click.option("--repair", is_flag=True, help="Compute damaged and missing chunks again, and only those.")
@click.option("--device", default="auto", show_default=True, help="Where --repair computes.")
def verify(store: Path, repair: bool, device: str) -> None:
    """Check every byte of STORE against its journal; exit status 1 if a chunk is damaged, missing or not computed."""
    from gatesweep.store import repair as mend
    from gatesweep.store import verify as check

    findings = check(store)
    _print(findings)
    if repair and any(finding.problem != "pending" for finding in findings):
        click.echo(f"Computed {mend(store, device=device):,} chunks again.")
        findings = check(store)
        _print(findings)
    if findings:
        raise SystemExit(1)


def _print(findings: list["Finding"]) -> None:
    broken = [finding for finding in findings if finding.problem != "pending"]
    for finding in broken:
        click.echo(str(finding))
    if pending := len(findings) - len(broken):
        click.echo(f"{pending:,} chunks are not computed yet: the command that began the sweep goes on with it.")
    if not findings:
        click.echo("Sound and complete.")
