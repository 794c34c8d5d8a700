"""One chunk: what it lacks is fitted, and the whole of it written."""

import threading
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from gatesweep.experiment import OUTER
from gatesweep.grids.plan import Chunk, plan
from gatesweep.grids.training import Cancelled, compute
from gatesweep.store import extend
from gatesweep.store.layout import DIVERGED, PENDING, Receipt, Store

__all__ = ["fit_chunk"]


def fit_chunk(
    store: Store,
    chunk: Chunk,
    device: Any,
    report: Callable[[int], None] = lambda models: None,
    cancel: threading.Event | None = None,
) -> Receipt:
    """Fit the models of a chunk that its sound part lacks, and write the chunk."""
    started = perf_counter()
    pending = store.read(chunk, "status") == PENDING
    if chunk.index not in store.sound([chunk]) or pending.all():
        pending = np.ones_like(pending)
        values = compute(store.experiment, chunk, device, report=report, cancel=cancel)
    else:
        values = {name: store.read(chunk, name) for name in store.variables}
        for box in extend.boxes(pending):
            _fill(store, chunk, values, box, device, report, cancel)
    if cancel and cancel.is_set():
        raise Cancelled
    failed = int((values["status"][pending] == DIVERGED).sum())
    store.write(chunk, values)
    return Receipt(chunk.index, int(pending.sum()), 0, failed, perf_counter() - started, store.digests(chunk))


def _fill(store: Store, chunk: Chunk, values: dict, box: tuple, device: Any, report: Any, cancel: Any) -> None:
    """Fit the models at `box` (indices in the chunk, for each swept dimension) into `values`."""
    experiment = store.experiment
    grid = experiment.grid | {name: (getattr(chunk, name),) for name in OUTER}
    for dim, places in zip(experiment.swept, box, strict=True):
        here = experiment.grid[dim][chunk.region[dim]]
        grid[dim] = tuple(here[i] for i in places)
    part = replace(experiment, grid=grid)
    for piece in plan(part):
        fitted = compute(part, piece, device, report=report, cancel=cancel)
        inner = {dim: places[piece.region[dim]] for dim, places in zip(experiment.swept, box, strict=True)}
        for name, array in fitted.items():
            extend.put(values[name], store.variables[name].dims, inner, array)
