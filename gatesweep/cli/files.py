"""`gatesweep show`, `export` and `verify`: commands on results that are there."""

from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gatesweep.cli.output import Output, output_options
from gatesweep.cli.values import FilePath

if TYPE_CHECKING:
    from gatesweep.store import Finding

__all__ = ["export", "show", "verify"]


@click.command()
@click.argument("file", type=FilePath())
@output_options
def show(file: Path, output: Output) -> None:
    """Print FILE as a table: of a sweep (.zarr or .nc) each gate's accuracy against the noise level.

    Of the models of a table (.zarr, .nc, .csv or .parquet, by `gatesweep fit`) the coefficients with their
    intervals, for the largest groups, and how many models have each status.
    """
    from gatesweep.cli.coefficients import print_file
    from gatesweep.tables.opening import holds_table

    if holds_table(file):
        print_file(file, output)
        return
    from gatesweep.cli.tables import print_dataset
    from gatesweep.store import open_store

    with open_store(file) as dataset:
        print_dataset(dataset, output)


@click.command()
@click.argument("paths", metavar="[SOURCE] OUT", nargs=-1, required=True, type=FilePath())
@click.option("--overwrite", is_flag=True, help="Replace the file OUT if it is there.")
def export(paths: tuple[Path, ...], overwrite: bool) -> None:
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

            write_page(out, dataset, overwrite=overwrite)
        else:
            save(dataset, out, overwrite=overwrite)
    click.echo(f"Wrote {out}")


@click.command()
@click.argument("store", type=FilePath())
@click.option("--repair", is_flag=True, help="Compute damaged and missing chunks again, and only those.")
@click.option("--device", default="auto", show_default=True, help="Where --repair computes.")
@output_options
def verify(store: Path, repair: bool, device: str, output: Output) -> None:
    """Check every byte of STORE against its journal; exit status 1 if a chunk is damaged, missing or not computed."""
    from gatesweep.store import repair as mend
    from gatesweep.store import verify as check

    findings, computed = check(store), 0
    _say(findings, output)
    if repair and any(finding.problem != "pending" for finding in findings):
        computed = mend(store, device=device)
        output.say(f"Computed {computed:,} chunks again.")
        findings = check(store)
        _say(findings, output)
    output.give({"sound": not findings, "findings": [asdict(f) for f in findings], "computed_again": computed})
    if findings:
        raise SystemExit(1)


def _say(findings: list["Finding"], output: Output) -> None:
    broken = [finding for finding in findings if finding.problem != "pending"]
    for finding in broken:
        output.say(str(finding))
    if pending := len(findings) - len(broken):
        output.say(f"{pending:,} chunks are not computed yet: the command that began the sweep goes on with it.")
    if not findings:
        output.say("Sound and complete.")
