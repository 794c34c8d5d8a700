"""What the Explorer's two workers do: train a grid, and draw a sweep as a view asks for it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod
from typing import Any, NamedTuple

import xarray as xr

from gatesweep.app.explorer.state import fitting_axes
from gatesweep.app.jobs import Job
from gatesweep.app.known import Known
from gatesweep.codec import write
from gatesweep.experiment import Experiment
from gatesweep.plots.picture import Axis, Picture
from gatesweep.results import schema
from gatesweep.results.measures import TEST_NOISE, axes
from gatesweep.results.statistics import drawn, summary
from gatesweep.sweep import sweep

__all__ = ["Trained", "draw", "is_known", "train_and_draw"]


class Trained(NamedTuple):
    """A grid, its sweep with the seconds that it took, and its picture in a view."""

    experiment: Experiment
    dataset: xr.Dataset
    seconds: float
    picture: Picture
    view: dict[str, Any]


SMALL_BYTES = 4e6
_known: Known[tuple[xr.Dataset, float]] = Known(16)
"""Sweeps of at most SMALL_BYTES, with the seconds that each took."""


def is_known(experiment: Experiment) -> bool:
    """Whether somebody has asked for this grid before, so that it need not be trained."""
    return _known.get(experiment.hash) is not None


def train_and_draw(
    job: Job, experiment: Experiment, view: dict[str, Any], n_first: int, first: Callable[[Trained], None]
) -> Trained:
    """Train a grid that is not known; where `n_first` is less than its seeds, `first` is told what so many of them
    give, before."""
    known = _known.get(experiment.hash)
    if known is not None:
        dataset, seconds = known[0].copy(deep=True), known[1]
    else:
        begun, seeds = time.perf_counter(), experiment.grid["seed"]
        if n_first < len(seeds):
            few = replace(experiment, grid=experiment.grid | {"seed": seeds[:n_first]})
            dataset = sweep(few, cancel=job.cancel)
            first(Trained(few, dataset, time.perf_counter() - begun, draw(dataset, view), view))
        dataset = sweep(experiment, progress=job.progress, cancel=job.cancel)
        seconds = time.perf_counter() - begun
        if schema.n_bytes(experiment) <= SMALL_BYTES:
            # A copy, like the one above: a notebook's user may write to the dataset on show.
            _known.keep(experiment.hash, (dataset.copy(deep=True), seconds))
    return Trained(experiment, dataset, seconds, draw(dataset, view), view)


def draw(dataset: xr.Dataset, view: Mapping[str, Any]) -> Picture:
    """The picture of a sweep that a view (see `state.VIEW_NAMES`) asks for, as near as the sweep comes to it."""
    known = axes(dataset, view["measure"])
    x, y, panel = fitting_axes(view["x"], view["y"], view["panel"], known)
    wanted = dict(part.partition(":")[::2] for part in view["at"].split(","))
    over = drawn(known, {x, y, panel, *wanted})
    names = [d for d in known if d not in (x, y, panel, *over, "epoch")]
    hidden = tuple(Axis(d, dataset["noise_level" if d == TEST_NOISE else d].values) for d in names)
    at = {}
    for axis in hidden:
        text = wanted.get(axis.name, "")
        at[axis.name] = axis.values[axis.texts.index(text) if text in axis.texts else 0]
    frame = summary(dataset, view["measure"], view["statistic"], x=x, y=y, panel=panel or None, at=at)
    n_models, noun = prod(dataset.sizes[dim] for dim in over), "model" if "weight" in dataset else "net"
    picture = Picture.of(frame, x, y, panel or None, n_models, known, hidden, noun)
    return replace(picture, marked=_place(picture, view["mark"]))


def _place(p: Picture, mark: str) -> tuple[int, int, int] | None:
    """Where the marked model's cell is; None where no model is marked, or the picture is not of it."""
    model = dict(part.partition(":")[::2] for part in mark.split(","))
    shown = [p.y, p.x, *([p.panel] if p.panel else [])]
    axes = {axis.name: [write(value) for value in axis.values.tolist()] for axis in shown}
    hidden = {name: [write(value)] for name, value in p.at.items()}
    if not mark or any(model[name] not in texts for name, texts in (axes | hidden).items() if name in model):
        return None
    if not any(name in axes for name in model):
        return None
    row, column, panel = (
        axes[axis.name].index(model[axis.name]) if axis and axis.name in model else 0 for axis in (p.y, p.x, p.panel)
    )
    return panel, row, column
