"""Sentences and legends of the Explorer."""

from html import escape
from typing import Any

import numpy as np
import xarray as xr

from gatesweep.app.explorer_cells import line_colours
from gatesweep.app.explorer_figures import LINE_STYLES
from gatesweep.app.explorer_jobs import Job
from gatesweep.app.explorer_picture import Picture
from gatesweep.app.explorer_presets import PRESETS
from gatesweep.app.theme import DARK, LIGHT, Palette
from gatesweep.experiment import Experiment
from gatesweep.measures import LIMITS, MEASURES

__all__ = ["Rate", "ended", "estimate", "legend", "progress", "question", "title", "trained"]


class Rate:
    """Learns from finished runs how long the next one takes; a model's cost is its rows times its passes."""

    def __init__(self) -> None:
        self._per_second = 3e7

    @staticmethod
    def cost(experiment: Experiment) -> float:
        passes = 8 if experiment.fixed["solver"] == "newton" else 4 * experiment.fixed["epochs"]
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
        return f"{max(seconds, 0.01):.2f} s"
    return f"{seconds:.1f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _bytes(count: float) -> str:
    return f"{count / 1e6:.1f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"


def estimate(experiment: Experiment, n_bytes: int, seconds: float) -> str:
    return f"{experiment.n_models:,} models, {_bytes(n_bytes)}, about {_time(seconds)}"


def progress(job: Job) -> str:
    left = "" if job.seconds_left is None else f", {_time(job.seconds_left)} left"
    return f"{job.done:,} of {job.total:,} models, {job.rate:,.0f} a second{left}"


def trained(dataset: xr.Dataset, seconds: float) -> str:
    n = dataset["status"].size
    return f"<b>{n:,} models</b> trained in <b>{_time(seconds)}</b>"


def ended(word: str, reason: str) -> str:
    return (
        "Cancelled; the last picture stays." if word == "cancelled" else f"<span role='alert'>{escape(reason)}</span>"
    )


def question(explorer: Any) -> str:
    return f"<div style='font-size:15px'>{escape(PRESETS[explorer.preset].question)}</div>"


def title(p: Picture) -> str:
    doc = escape(MEASURES[p.measure].doc)
    return f"<div style='font-size:15px'><b>{escape(p.title[0].upper() + p.title[1:])}</b> <span style='opacity:.7'>{doc}</span></div>"


def _stroke(colour: str, dash: str, width: float) -> str:
    return (
        f"<svg width='30' height='10' style='vertical-align:middle;margin:0 5px 0 14px'><line x1='0' x2='30' y1='5' y2='5' "
        f"stroke='{colour}' stroke-width='{width}' stroke-dasharray='{dash}'/></svg>"
    )


def _keys(p: Picture, palette: Palette) -> str:
    """The colour of each line; of many lines, some."""
    colours = line_colours(p, palette, len(p.y.values))
    shown = p.y.ticks(9)
    keys = "".join(f"{_stroke(colours[i], '', 3)}{escape(p.y.texts[i])}" for i in shown)
    return f"<b style='margin-left:14px'>{escape(p.y.label.split(' (')[0])}</b>{keys}"


def legend(p: Picture, dark: bool) -> str:
    """What the lines of the curves mean."""
    palette = DARK if dark else LIGHT
    own = _stroke(palette.classes[0], "", 3) + ("share of seeds" if p.low is None else "median")
    several = p.facets[0] != "row" and len(p.y.values) > 1
    if several:
        own = _keys(p, palette)
    band = (
        ""
        if p.low is None or (several and len(p.y.values) > 3) or p.n_seeds == 1
        else (
            f"<span style='display:inline-block;width:26px;height:10px;background:{palette.classes[0]};opacity:.25;"
            "margin:0 5px 0 14px;vertical-align:middle'></span>10 to 90 % of seeds"
        )
    )
    dashes = {"dashed": "6 4"}
    lines = "".join(
        _stroke(
            getattr(palette, colour), dashes.get(dash, "") if isinstance(dash, str) else " ".join(map(str, dash)), width
        )
        + LIMITS[name]
        for name, (colour, dash, width) in LINE_STYLES.items()
        if name in p.limits
    )
    return f"<div style='font-size:13px;line-height:20px'>{own}{band}{lines}</div>"
