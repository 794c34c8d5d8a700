"""Sentences and legends of the Explorer."""

from html import escape

import numpy as np
import xarray as xr

from gatesweep.app.explain import explained
from gatesweep.app.jobs import Job
from gatesweep.app.legend import Key
from gatesweep.app.refusal import problem
from gatesweep.app.theme import Palette
from gatesweep.experiment import Experiment
from gatesweep.plots.curves import MAX_BANDS, line_colours, line_names, single_name
from gatesweep.plots.look import ACCENT, LIMIT_STYLES
from gatesweep.plots.picture import Picture, row_name
from gatesweep.results.measures import LIMITS, MEASURES

__all__ = [
    "cell_keys",
    "ended",
    "estimate",
    "kept",
    "keys",
    "legend",
    "opened",
    "place",
    "progress",
    "sentence",
    "summary",
    "title",
    "trained",
    "waiting",
]


MAX_SPOKEN = 16
"""Rows that the spoken summary goes through."""


def _time(seconds: float) -> str:
    if seconds < 1:
        return f"{max(seconds, 0.01):.2f}\N{NO-BREAK SPACE}s"
    return f"{seconds:.1f}\N{NO-BREAK SPACE}s" if seconds < 90 else f"{seconds / 60:.0f}\N{NO-BREAK SPACE}min"


def _bytes(count: float) -> str:
    size, unit = (count / 1e6, "MB") if count < 1e9 else (count / 1e9, "GB")
    return f"{size:.1f}\N{NO-BREAK SPACE}{unit}"


def estimate(experiment: Experiment, n_bytes: int, seconds: float) -> str:
    """What a run will cost."""
    return f"{experiment.n_models:,} models, {_bytes(n_bytes)}, about {_time(seconds)}"


def progress(job: Job) -> str:
    """How far a run is."""
    left = "" if job.seconds_left is None else f", {_time(job.seconds_left)} left"
    return f"{job.done:,} of {job.total:,} models, {job.rate:,.0f} a second{left}"


def waiting(has_picture: bool) -> str:
    """What stands above a picture of the run before, or where there is none yet."""
    rest = " <span class=doc>Until it is done, the last picture stays.</span>" if has_picture else ""
    return f"<div class=title><b>Training …</b>{rest}</div>"


def kept(has_picture: bool) -> str:
    """What stands above the picture while another one is asked for that cannot be."""
    return "<div class=title><b>The last good picture:</b></div>" * has_picture


def trained(dataset: xr.Dataset, seconds: float) -> str:
    """What a run did."""
    n = dataset["status"].size
    return f"<b>{n:,} models</b> trained in <b>{_time(seconds)}</b>"


def opened(dataset: xr.Dataset) -> str:
    """What a finished sweep holds."""
    return f"<b>{dataset['status'].size:,} models</b> of a finished sweep"


def ended(word: str, reason: str, has_picture: bool) -> str:
    """Why a run gave no result."""
    if word == "cancelled":
        return f"Cancelled{'; the last picture stays' * has_picture}."
    return problem(f"{reason.rstrip('.')}.{' The last picture stays.' * has_picture}")


def sentence(text: str, more: str = "") -> str:
    """What stands under the comparisons: a question, and on request its hint or its answer."""
    below = f"<div class='more'>{escape(more)}</div>" if more else ""
    return f"<div aria-live='polite'><h1>{escape(text)}</h1>{below}</div>"


def place(i: int, n: int) -> str:
    """How far through the comparisons."""
    return f"<span style='white-space:nowrap;opacity:.7;font-size:.875rem'>{i} of {n}</span>"


def title(p: Picture, is_first: bool) -> str:
    """What the colours mean; at a first visit also what a cell is."""
    doc = escape(MEASURES[p.measure].doc)
    name = explained(p.statistic, escape(p.heading)) if p.is_of_seeds else escape(p.heading)
    return (
        f"<div class=title><b>{name}</b> <span class=doc>{doc}</span>{_invitation(p) if is_first else ''}</div>"
        f"<div class=unseen role=status aria-live=polite>{escape(summary(p))}</div>"
    )


def _invitation(p: Picture) -> str:
    what = f"one trained {p.noun}" if p.has_single_models else f"{p.n_models:,} trained {p.noun}s"
    doing = {"pointed": "point to read, click to open", "touched": "tap to read, tap again to open"}
    ways = "".join(f"<span class={how}>{text}</span>" for how, text in doing.items())
    return f"<span class=invitation>Each {explained('cell', 'cell')} is {what}: {ways}.</span>"


def summary(p: Picture) -> str:
    """The picture in words, for those who cannot see it: each row from its first cell to its last."""
    when = "" if p.epochs is None else f" at {p.unit} {p.epochs[-1]}"
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


def _line(colour: str, dash: str = "", width: float = 3) -> str:
    return f"<line x1='0' x2='30' y1='5' y2='5' stroke='{colour}' stroke-width='{width}' stroke-dasharray='{dash}'/>"


def _own_lines(p: Picture, palette: Palette) -> list[Key]:
    """What the curves themselves are: of many lines in one picture, some."""
    if named := line_names(p):
        colours = line_colours(p, palette, len(p.y.values))
        return [Key("", p.y.short_label), *(Key(_line(colours[i]), text) for i, text in named.items())]
    return [Key(_line(palette.classes[0]), single_name(p), p.middle_name if p.is_of_seeds else "")]


def cell_keys(p: Picture) -> list[Key]:
    """What is drawn over the cells."""
    hatch = f"<path d='M3 10L13 0M10 10L20 0M17 10L27 0' stroke='{ACCENT}' stroke-width='1.2'/>"
    frame = f"<rect x='9' y='1' width='12' height='8' fill='none' stroke='{ACCENT}' stroke-width='2'/>"
    hatched = [Key(hatch, "loss more than doubled in most fits", "hatching")] if (p.diverged >= 0.5).any() else []
    return [*([Key(frame, "the model from the Lab", "mark")] if p.marked else []), *hatched]


def keys(p: Picture, palette: Palette) -> list[Key]:
    """What the lines of the curves mean."""
    hides_bands = bool(line_names(p)) and len(p.y.values) > MAX_BANDS
    has_band = p.low is not None and not p.has_single_models and not hides_bands
    band = f"<rect width='30' height='10' fill='{palette.classes[0]}' opacity='.25'/>"
    limits = [
        Key(
            _line(getattr(palette, colour), "6 4" if isinstance(dash, str) else " ".join(map(str, dash)), width),
            LIMITS[name],
            name,
        )
        for name, (colour, dash, width) in LIMIT_STYLES.items()
        if name in p.limits
    ]
    return [*_own_lines(p, palette), *([Key(band, p.band_name, "band")] if has_band else []), *limits]


def legend(entries: list[Key]) -> str:
    """Keys for the page, no mark and meaning on two lines."""
    style = "display:inline-block;white-space:nowrap;margin-left:1em"
    picture = (
        "<svg viewBox='0 0 30 10' style='width:2.3em;height:.77em;vertical-align:middle;margin-right:.4em'>{}</svg>{}"
    )

    def entry(key: Key) -> str:
        shown = picture.format(key.mark, escape(key.text)) if key.mark else f"<b>{escape(key.text)}</b>"
        return explained(key.explained_by, shown) if key.explained_by else shown

    spans = "".join(f"<span style='{style}'>{entry(key)}</span>" for key in entries)
    return f"<div style='font-size:.82rem;line-height:1.55'>{spans}</div>"
