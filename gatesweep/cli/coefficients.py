"""The models of a table, printed: coefficients with their intervals, the largest groups first."""

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from gatesweep.cli.output import Output
from gatesweep.tables import opening
from gatesweep.tables.estimates import coefficients
from gatesweep.tables.layout import INTERCEPT
from gatesweep.tables.models import NEEDED, check_columns
from gatesweep.tables.sources import Source, as_source

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["print_file", "print_models"]

MAX_ROWS = 48
STEP = 200_000
WIDE = 100
"""Columns of a terminal that has room for all numbers."""
NUMBERS = {
    "estimate": "estimate",
    "standard_error": "error",
    "low": "low",
    "high": "high",
    "odds_ratio": "odds ratio",
}
TEXTS = ("group", "coefficient", "status")


def print_file(path: Path, output: Output) -> None:
    """What `gatesweep fit` wrote."""
    if path.suffix.lower() in (".csv", ".parquet"):
        source = as_source(path)
        check_columns(source, path)
        _print(source, output)
    else:
        print_models(opening.open_table(path), output)


def print_models(dataset: "xr.Dataset", output: Output) -> None:
    """What `gatesweep.fit_table` returned."""
    _print(as_source(coefficients(dataset)), output)


def _print(source: Source, output: Output) -> None:
    statuses, groups, rows = _looked_through(source)
    output.show(lambda console: _tables(statuses, groups, rows, console))
    if output.as_json:
        records = json.loads(rows.to_json(orient="records", double_precision=15))
        output.give({"models": sum(statuses.values()), "status": statuses, "groups": groups, "coefficients": records})


def _looked_through(source: Source) -> tuple[dict[str, int], int, pd.DataFrame]:
    """How many models have each status, the number of groups, and the rows of the largest groups."""
    grouped = "group" in source.columns
    columns = [name for name in ("group", "C", *NEEDED) if name in source.columns]
    texts = [name for name in TEXTS if name in columns]
    statuses: Counter[str] = Counter()
    groups, top = 0, pd.DataFrame()
    for frame in source.frames(columns, texts, STEP):
        models = frame[frame["coefficient"] == INTERCEPT]
        statuses.update(models["status"].astype(str).value_counts().to_dict())
        groups += models["group"].nunique() if grouped else 0
        # The rows of a model are one after the other: the first MAX_ROWS by size keep whole ones together.
        frame = pd.concat([top, frame]) if len(top) else frame
        top = frame.sort_values("n", ascending=False, kind="stable").head(MAX_ROWS) if grouped else frame.head(MAX_ROWS)
    return dict(sorted((name, n) for name, n in statuses.items() if n)), groups, top


def _tables(statuses: dict[str, int], groups: int, rows: pd.DataFrame, console: Console) -> list[RenderableType]:
    summary = Table(show_header=False, box=None, pad_edge=False)
    summary.add_row("models", f"{sum(statuses.values()):,}" + (f" of {groups:,} groups" if groups else ""))
    summary.add_row("status", _printable(", ".join(f"{n:,} {name}" for name, n in statuses.items())))
    wide = console.width >= WIDE
    shown = NUMBERS if wide else {name: NUMBERS[name] for name in NUMBERS if name != "odds_ratio"}
    table = Table(box=None, pad_edge=False, title_justify="left")
    table.title = "Coefficients" + (", the largest groups first" if groups else "")
    labels = [name for name in ("group", "C") if name in rows]
    for name in [*labels, "coefficient"]:
        table.add_column(name, no_wrap=True)
    for name in (*shown.values(), "n"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    before: list[str] | None = None
    for _, row in rows.iterrows():
        of = [_cell(row[name]) for name in labels]
        same, before = of == before, of
        table.add_row(
            *(Text("" if same else label) for label in of),
            _printable(row["coefficient"]),
            *(_number(row[name]) for name in shown),
            "" if same else f"{row['n']:,.0f}",
            _printable("" if same else row["status"]),
        )
    if len(rows) == MAX_ROWS:
        table.caption = "and so on: the rest is in the file"
    return [summary, table]


def _cell(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float | np.floating) else str(_printable(value))


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.4g}"


def _printable(value: Any) -> Text:
    """Text of a file without what would move a terminal's cursor, and never read as markup."""
    return Text("".join(sign if sign.isprintable() else "?" for sign in str(value)))
