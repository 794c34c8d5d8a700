"""`gatesweep fit`: a logistic model for each group of a table."""

import csv
from pathlib import Path
from typing import Any

import click

from gatesweep.cli.output import Output, output_options
from gatesweep.cli.progress import cancel_on_signal, progress_bar, reporter
from gatesweep.cli.values import FilePath, parse

__all__ = ["fit"]


@click.command()
@click.argument("file", type=FilePath())
@click.option("--target", required=True, metavar="COLUMN", help="The column of the two classes.")
@click.option("--features", metavar="A,B,C", help="The columns of the model.  [default: all others]")
@click.option("--group-by", metavar="COLUMN", help="The column that says which rows belong together.")
@click.option("--weights", metavar="COLUMN", help="The column that says how often each row counts.")
@click.option("--C", "C", default="1.0", show_default=True, help="Inverse penalty strength: 0.3, inf, 0.01:100:log:20.")
@click.option("--folds", type=int, help="Cross-validate; of several C the best one is chosen for each group.")
@click.option("--bootstrap", type=int, metavar="COUNT", help="Refit so often to rows drawn with replacement.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the bootstraps' draws.")
@click.option("--standardize", is_flag=True, help="Columns in their group's standard deviations.")
@click.option("--one-hot", is_flag=True, help="A column for each category of a text column, but for the first.")
@click.option("--missing", type=click.Choice(["error", "drop"]), default="error", show_default=True)
@click.option("--max-iter", default="100", show_default=True, help="Newton steps at most.")
@click.option("--dtype", type=click.Choice(["float32", "float64"]), default="float32", show_default=True)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, mps.")
@click.option("--out", type=FilePath(), help="Coefficients as .csv or .parquet; all that was found as .nc or .zarr.")
@click.option("--overwrite", is_flag=True, help="Replace the file at --out if it is there.")
@output_options
def fit(
    file: Path, features: str | None, C: str, max_iter: str, out: Path | None, output: Output, **options: Any
) -> None:
    """Fit a logistic model to each group of the table FILE (.csv or .parquet).

    Without --group-by the table is one group. --out coefs.parquet (or .csv) gets one row for each group and
    coefficient: estimate, standard error, interval, odds ratio, status. A file of any length will do; one of more
    than 32 million numbers must have each group's rows in a row.
    """
    from gatesweep.cli.coefficients import print_models
    from gatesweep.sweep import Cancelled
    from gatesweep.tables.fit_table import fit_table

    named = None if features is None else next(csv.reader([features], skipinitialspace=True), [])
    with cancel_on_signal() as stop, progress_bar(output) as bar:
        try:
            found = fit_table(
                file, features=named, C=parse("C", C), max_iter=parse("max_iter", max_iter), out=out,
                progress=reporter(bar, 0), cancel=stop.event, **options,
            )  # fmt: skip
        except Cancelled:
            click.echo("Stopped" + ("." if out is None else f": nothing was written to {out}."), err=True)
            raise SystemExit(stop.status) from None
    if out is None:
        print_models(found, output)
        return
    from gatesweep.tables.schema import status_counts

    counts = status_counts(found)
    output.say(f"{sum(counts.values()):,} models in {out}: " + ", ".join(f"{n:,} {name}" for name, n in counts.items()))
    output.give({"out": str(out), "models": sum(counts.values()), "status": counts})
