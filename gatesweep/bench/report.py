"""The bench's findings as tables for the terminal."""

from rich.table import Table
from rich.text import Text

from gatesweep.bench.job import Row

__all__ = ["add", "comparison_table", "time_table"]


def comparison_table(models: int, is_figure: bool = True) -> Table:
    """An empty table for `add`; it says where what is measured is no figure, for other load or a small grid."""
    title = f"gatesweep beside what you would write instead; the job is {models:,} models of 500 samples"
    table = Table(title=title if is_figure else f"{title}\nNO FIGURES: beside other load, or quick")
    table.add_column("against", ratio=1)
    for name in ("gatesweep", "it", "figure", "target", "error"):
        table.add_column(name, justify="right", no_wrap=True)
    return table


def add(table: Table, row: Row) -> None:
    """One comparison as a line of the table."""
    bound = "" if row.target is None else f"{'>=' if row.at_least else '<='} {row.target:,g}"
    style = {None: "", True: "green", False: "bold red"}[row.reached]
    mark = {None: "", True: " reached", False: " MISSED"}[row.reached]
    table.add_row(
        Text(row.against) + Text(f"\n{row.note}" if row.note else "", "dim"),
        _seconds(row.ours),
        _seconds(row.theirs),
        Text(f"{_figure(row.value)} {row.unit}", style),
        Text(bound + mark, style),
        "" if row.error is None else f"{row.error:.0e}",
        end_section=True,
    )


def time_table(solver: str, parts: dict[str, float], operations: dict[str, float]) -> Table:
    """CPU time of the sweep's parts, then of the torch operations that take most."""
    total = sum(parts.values())
    table = Table(title=f"Where the time goes: {solver}, one core, {_seconds(total)}")
    table.add_column("part")
    table.add_column("CPU time", justify="right")
    table.add_column("share", justify="right")
    for name, seconds in sorted(parts.items(), key=lambda part: -part[1]):
        table.add_row(name, _seconds(seconds), f"{seconds / total:.0%}")
    table.add_section()
    for name, seconds in operations.items():
        table.add_row(Text(name, "dim"), Text(_seconds(seconds), "dim"), "")
    return table


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _seconds(value: float | None) -> str:
    if value is None:
        return ""
    for limit, factor, unit in ((1e-3, 1e6, "us"), (1, 1e3, "ms"), (300, 1, "s"), (7200, 1 / 60, "min")):
        if value < limit:
            return f"{value * factor:.3g} {unit}"
    return f"{value / 3600:.3g} h"
