"""Sentences and legends of the Explorer."""

from html import escape

import numpy as np
import xarray as xr

from gatesweep.app.explorer.cells import MAX_BANDS, line_colours
from gatesweep.app.explorer.figures import LINE_STYLES
from gatesweep.app.explorer.jobs import Job
from gatesweep.app.explorer.picture import Picture, row_name
from gatesweep.app.theme import DARK, LIGHT, Palette
from gatesweep.experiment import Experiment
from gatesweep.measures import LIMITS, MEASURES

__all__ = ["Rate", "ended", "estimate", "legend", "opened", "progress", "sentence", "summary", "title", "trained"]


MAX_SPOKEN = 16
"""Rows that the spoken summary goes through."""


class Rate:
    """Learns from finished runs how long the next one takes; a model's cost is its rows times its passes."""

    def __init__(self) -> None:
        self._per_second = 3e8

    @staticmethod
    def cost(experiment: Experiment) -> float:
        passes = 8 if experiment.fixed["solver"] == "newton" else experiment.fixed["epochs"]
        rows = float(np.mean(experiment.grid["num_samples"])) + 20
        return experiment.n_models * rows * passes * (2 if experiment.fixed["record"] == "epoch" else 1)

    def seconds(self, experiment: Experiment) -> float:
        return self.cost(experiment) / self._per_second

    def learn(self, experiment: Experiment, seconds: float) -> None:
        # Small runs are mostly overhead and would make a large one look slower than it is.
        if experiment.n_models >= 1000:
            self._per_second = 0.5 * self._per_second + 0.5 * self.cost(experiment) / max(seconds, 1e-3)


def _time(seconds: float) -> str:
    if seconds < 1:
        return f"{max(seconds, 0.01):.2f}\N{NO-BREAK SPACE}s"
    return f"{seconds:.1f}\N{NO-BREAK SPACE}s" if seconds < 90 else f"{seconds / 60:.0f}\N{NO-BREAK SPACE}min"


def _bytes(count: float) -> str:
    return f"{count / 1e6:.1f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"


def estimate(experiment: Experiment, n_bytes: int, seconds: float) -> str:
    """What a run will cost."""
    return f"{experiment.n_models:,} models, {_bytes(n_bytes)}, about {_time(seconds)}"


def progress(job: Job) -> str:
    """How far a run is."""
    left = "" if job.seconds_left is None else f", {_time(job.seconds_left)} left"
    return f"{job.done:,} of {job.total:,} models, {job.rate:,.0f} a second{left}"


def trained(dataset: xr.Dataset, seconds: float) -> str:
    """What a run did."""
    n = dataset["status"].size
    return f"<b>{n:,} models</b> trained in <b>{_time(seconds)}</b>"


def opened(dataset: xr.Dataset) -> str:
    """What a finished sweep holds."""
    return f"<b>{dataset['status'].size:,} models</b> of a finished sweep"


def ended(word: str, reason: str) -> str:
    """Why a run gave no result."""
    return (
        "Cancelled; the last picture stays." if word == "cancelled" else f"<span role='alert'>{escape(reason)}</span>"
    )


def sentence(text: str) -> str:
    """What stands under the presets."""
    return f"<div style='font-size:15px'>{escape(text)}</div>"


def title(p: Picture) -> str:
    """What the colours mean."""
    doc = escape(MEASURES[p.measure].doc)
    name = escape(p.title[0].upper() + p.title[1:])
    unseen = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"
    return (
        f"<div style='font-size:15px'><b>{name}</b> <span style='opacity:.7'>{doc}</span></div>"
        f"<div role='status' aria-live='polite' style='{unseen}'>{escape(summary(p))}</div>"
    )


def summary(p: Picture) -> str:
    """The picture in words, for those who cannot see it: each row from its first cell to its last."""
    when = "" if p.epochs is None else f" at epoch {p.epochs[-1]}"
    places = [(panel, row) for panel in range(len(p.value)) for row in range(len(p.y.values))]
    sentences = []
    for panel, row in places[:MAX_SPOKEN]:
        values = p.value[panel, row, :, -1]
        known = values[np.isfinite(values)]
        name = ", ".join(filter(None, (p.panel_texts[panel], row_name(p.y, row))))
        ends = (
            f"{known[0]:.3g} to {known[-1]:.3g}, lowest {known.min():.3g}, highest {known.max():.3g}"
            if known.size
            else "no number"
        )
        sentences.append(f"{name}: {ends}.")
    rest = len(places) - len(sentences)
    more = f" And {rest} more rows." if rest else ""
    across = f"{p.x.label} {p.x.texts[0]} to {p.x.texts[-1]}"
    return f"{p.title}{when}, across {across}. {' '.join(sentences)}{more}"


def _entry(mark: str, text: str) -> str:
    """A mark and its meaning, never on two lines."""
    mark = f"<svg width='30' height='10' style='vertical-align:middle;margin-right:5px'>{mark}</svg>"
    return f"<span style='display:inline-block;white-space:nowrap;margin-left:14px'>{mark}{escape(text)}</span>"


def _line(text: str, colour: str, dash: str = "", width: float = 3) -> str:
    return _entry(
        f"<line x1='0' x2='30' y1='5' y2='5' stroke='{colour}' stroke-width='{width}' stroke-dasharray='{dash}'/>", text
    )


def _keys(p: Picture, palette: Palette) -> str:
    """The colour of each line; of many lines, some."""
    colours = line_colours(p, palette, len(p.y.values))
    shown = p.y.ticks(9)
    keys = "".join(_line(p.y.texts[i], colours[i]) for i in shown)
    return f"<b style='margin-left:14px'>{escape(p.y.label.split(' (')[0])}</b>{keys}"


def legend(p: Picture, dark: bool) -> str:
    """What the lines of the curves mean."""
    palette = DARK if dark else LIGHT
    several = p.facets[0] != "row" and len(p.y.values) > 1
    own = "share of seeds" if p.low is None else "one model" if p.has_single_models else "median"
    own = _keys(p, palette) if several else _line(own, palette.classes[0])
    has_band = p.low is not None and not p.has_single_models and not (several and len(p.y.values) > MAX_BANDS)
    band = f"<rect width='30' height='10' fill='{palette.classes[0]}' opacity='.25'/>"
    band = _entry(band, "10 to 90 % of seeds") if has_band else ""
    lines = "".join(
        _line(
            LIMITS[name], getattr(palette, colour), "6 4" if isinstance(dash, str) else " ".join(map(str, dash)), width
        )
        for name, (colour, dash, width) in LINE_STYLES.items()
        if name in p.limits
    )
    return f"<div style='font-size:13px;line-height:20px'>{own}{band}{lines}</div>"
