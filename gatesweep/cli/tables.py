"""A sweep as tables for the terminal."""

import json
from collections.abc import Iterator
from itertools import product

import numpy as np
import xarray as xr
from rich.console import Console, RenderableType
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from gatesweep.cli.output import Output
from gatesweep.results.files import over_seeds, status_counts, summary_table
from gatesweep.results.measures import per_model
from gatesweep.store import Cost

__all__ = ["cost_table", "print_dataset", "sparkline", "tables"]

MAX_ROWS = 48
LEVELS_SHOWN = 5
MIN_SPARKLINE = 12
MEASURES = {
    "test_accuracy": "test",
    "exact_accuracy": "exact",
    "best_linear_accuracy": "best linear",
    "bayes_accuracy": "Bayes",
    "solved": "solved",
}
BARS, ASCII_BARS = "▁▂▃▄▅▆▇█", ".:-=+*#@"


def print_dataset(dataset: xr.Dataset, output: Output) -> None:
    """A sweep as the user wants it: as tables, as JSON, or not at all."""
    output.show(lambda console: tables(dataset, console))
    if output.as_json:
        output.give(
            {
                "dimensions": {str(dim): dataset.sizes[dim] for dim in dataset["status"].dims},
                "status": status_counts(dataset),
                "parameters": json.loads(dataset.attrs.get("experiment", "{}")),
                # By way of pandas, which writes null for NaN and all the digits that count.
                "over_seeds": json.loads(summary_table(dataset).to_json(orient="records", double_precision=15)),
            }
        )


def tables(dataset: xr.Dataset, console: Console) -> list[RenderableType]:
    """What `gatesweep show` prints: a summary, and mean accuracy against the noise level for each gate."""
    bars = ASCII_BARS if console.options.ascii_only else BARS
    return [_summary(dataset), _accuracies(dataset, console.width, bars)]


def sparkline(values: np.ndarray, width: int, bars: str = BARS, low: float = 0.5, high: float = 1.0) -> str:
    """One of `bars` for each of `values` (n,), at most `width`, from `low` up to `high`; a blank where NaN."""
    picked = values[np.unique(np.linspace(0, len(values) - 1, min(width, len(values))).round().astype(int))]
    scaled = np.clip((picked - low) / (high - low), 0, 1) * (len(bars) - 1)
    return "".join(" " if np.isnan(s) else bars[int(round(s))] for s in scaled)


def _summary(dataset: xr.Dataset) -> Table:
    parameters = json.loads(dataset.attrs.get("experiment", "{}"))
    counts = status_counts(dataset)
    computed, total = sum(counts.values()), dataset["status"].size
    table = Table(show_header=False, box=None, pad_edge=False)
    grid = " x ".join(f"{dataset.sizes[dim]:,} {dim}" for dim in dataset["status"].dims)
    table.add_row("models", f"{total:,} = {grid}")
    if computed < total:
        table.add_row("computed", f"{computed:,} so far ({computed / total:.1%})")
    table.add_row("status", ", ".join(f"{n:,} {name}" for name, n in counts.items()) or "none yet")
    single = {name: value for name, value in parameters.items() if not isinstance(value, list)}
    table.add_row(
        "parameters", Text(", ".join(f"{name}={value}" for name, value in single.items() if value is not None))
    )
    return table


def _accuracies(dataset: xr.Dataset, width: int, bars: str) -> Table:
    levels, rows = dataset["noise_level"].values, list(_rows(dataset))
    # Borders and padding take 3 a column and 1; numbers take 5.
    label_width = max(4, *(len(label) for label, *_ in rows))
    left = width - 1 - 3 * 3 - label_width - max(map(len, MEASURES.values()))
    n_shown = max(2, min(LEVELS_SHOWN, len(levels), (left - MIN_SPARKLINE) // 8))
    shown = np.unique(np.linspace(0, len(levels) - 1, n_shown).round().astype(int))
    room = max(MIN_SPARKLINE, left - 8 * len(shown))
    over = "seeds and starts" if "init_seed" in dataset.dims else "seeds"
    table = Table(title=f"Accuracy against noise level, mean over {over}", title_justify="left")
    table.add_column("gate", no_wrap=True)
    table.add_column("accuracy", no_wrap=True)
    is_one = len(levels) == 1
    if not is_one:
        table.add_column(f"noise {levels[0]:g} to {levels[-1]:g}", no_wrap=True)
    for level in levels[shown]:
        # Where it is too narrow for all, labels are cut, not numbers.
        table.add_column(f"{'noise ' * is_one}{level:g}", justify="right", no_wrap=True, min_width=5)
    for label, measure, values, ends_section in rows[:MAX_ROWS]:
        cells = ["" if np.isnan(v) else f"{v:.3f}" for v in values[shown]]
        bar = [] if is_one else [sparkline(values, room, bars)]
        table.add_row(Text(label), measure, *bar, *cells, end_section=ends_section)
    if len(rows) > MAX_ROWS:
        table.caption = f"{len(rows) - MAX_ROWS:,} more rows are in the file"
    return table


def _rows(dataset: xr.Dataset) -> Iterator[tuple[str, str, np.ndarray, bool]]:
    """Label, measure, one value a noise level, and whether a section ends: trained models, then their limits."""
    trained = {
        name: over_seeds(dataset[name])[0] for name in MEASURES if name in dataset and "seed" in dataset[name].dims
    }
    if "hidden_weight" in dataset:
        trained["solved"] = over_seeds(per_model(dataset, "solved"))[0]
    # A start is luck, as a seed is: what is told of nets is the mean over both.
    trained = {name: mean.mean("init_seed") if "init_seed" in mean.dims else mean for name, mean in trained.items()}
    others = [dim for dim in trained["test_accuracy"].dims if dim not in ("gate", "noise_level")]
    for i, gate in enumerate(dataset["gate"].values):
        for place in product(*(range(dataset.sizes[dim]) for dim in others)):
            at = dict(zip(others, place, strict=True))
            label = " ".join([str(gate), *(f"{dim}={dataset[dim].values[k]}" for dim, k in at.items())])
            for name, mean in trained.items():
                yield label, MEASURES[name], mean.isel(gate=i, **at).values, False
                label = ""
        yield "", MEASURES["best_linear_accuracy"], dataset["best_linear_accuracy"].isel(gate=i).values, False
        yield "", MEASURES["bayes_accuracy"], dataset["bayes_accuracy"].isel(gate=i).values, True


def cost_table(cost: Cost) -> Table:
    """What `gatesweep sweep --dry-run` prints."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_row("models", f"{cost.models:,}")
    table.add_row("chunks", f"{cost.chunks:,}")
    table.add_row("size", f"{decimal(cost.bytes)} before compression")
    table.add_row("memory", f"about {decimal(cost.memory)}")
    table.add_row("time", f"about {_duration(cost.seconds)} on this machine")
    return table


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.2g} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60:,} h {minutes % 60} min"
