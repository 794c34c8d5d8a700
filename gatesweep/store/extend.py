"""More values for a sweep that is there: what is fitted stays, only what is new is computed."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from gatesweep.errors import InputError
from gatesweep.experiment import SWEPT, Experiment
from gatesweep.grids.plan import Chunk
from gatesweep.results import schema
from gatesweep.store.layout import PENDING, Receipt, Store

__all__ = ["boxes", "extended", "put", "recover", "require_extension", "swap"]


def require_extension(old: Experiment, new: Experiment, path: Path) -> None:
    """InputError, naming what differs, unless every model of `old` is one of `new`."""
    differences = []
    if old.swept != new.swept:
        differences.append(f"its dimensions are {', '.join(old.swept)}, not {', '.join(new.swept)}")
    for name, value in old.fixed.items():
        if value != new.fixed[name]:
            differences.append(f"its {name} is {value}, not {new.fixed[name]}")
    for name in SWEPT:
        lost = [value for value in old.grid[name] if value not in set(new.grid[name])]
        if lost and name in old.swept:
            differences.append(f"its {name} also has {lost[0]}" + (f" and {len(lost) - 1:,} more" if lost[1:] else ""))
        elif lost:
            differences.append(f"its {name} is {lost[0]}, not {new.grid[name][0]}")
    if differences:
        raise InputError(
            f"the output path must be free or hold part of this sweep ({'; '.join(differences)})",
            str(path),
            "Write to another path",
        )


def extended(old: Store, experiment: Experiment, attrs: dict) -> Store:
    """A new store beside the old one, with every model of the old one that is sound."""
    path = _beside(old.path, "extending")
    shutil.rmtree(path, ignore_errors=True)
    store = Store.create(path, experiment, attrs)
    sound = old.sound(old.chunks)
    for chunk in old.chunks:
        if chunk.index not in sound:
            old.forget(chunk)
    for chunk in store.chunks:
        values = _carried(old, store, chunk)
        missing = int((values["status"] == PENDING).sum())
        if missing < values["status"].size:
            store.write(chunk, values)
            store.record(Receipt(chunk.index, 0, missing, 0, 0.0, store.digests(chunk)))
    return store


def _carried(old: Store, store: Store, chunk: Chunk) -> dict[str, np.ndarray]:
    """A chunk of the new store, filled from the old one where that has the model."""
    values = store.blank(chunk)
    here, there = {}, {}
    for dim in store.experiment.swept:
        places = {value: i for i, value in enumerate(old.experiment.grid[dim])}
        wanted = store.experiment.grid[dim][chunk.region.get(dim, slice(None))]
        here[dim] = [i for i, value in enumerate(wanted) if value in places]
        there[dim] = [places[wanted[i]] for i in here[dim]]
    for name in values.keys() & old.variables.keys():
        dims, lengths = store.variables[name].dims, old.shape(name)
        old_places = [there.get(dim, range(n)) for dim, n in zip(dims, lengths, strict=True)]
        put(values[name], dims, here, old.take(name, old_places))
    return values


def put(array: np.ndarray, dims: tuple[str, ...], places: Mapping[str, Sequence[int]], part: np.ndarray) -> None:
    """Write `part` at the indices `places` of each dimension; of one that has none all of it, padded with what
    models have beyond their own (see `schema.padded`)."""
    full = [places.get(dim, range(n)) for dim, n in zip(dims, array.shape, strict=True)]
    array[np.ix_(*full)] = schema.padded(part, dims, [len(place) for place in full])


def boxes(mask: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
    """Few index sets whose products make up the True places of `mask`, each place once."""
    if not mask.any():
        return
    box = [np.flatnonzero(mask.any(tuple(a for a in range(mask.ndim) if a != axis))) for axis in range(mask.ndim)]
    inner = mask[np.ix_(*box)]
    if inner.all():
        yield tuple(box)
        return
    axis, groups = min(
        ((axis, _equal_slices(inner, axis)) for axis in range(mask.ndim)),
        key=lambda item: len(item[1]) if len(item[1]) > 1 else np.inf,
    )
    for group in groups:
        for found in boxes(inner.take(group, axis)):
            yield tuple(box[a][group[i] if a == axis else i] for a, i in enumerate(found))


def _equal_slices(mask: np.ndarray, axis: int) -> list[np.ndarray]:
    """Indices along `axis`, grouped by equal content."""
    flat = np.moveaxis(mask, axis, 0).reshape(mask.shape[axis], -1)
    _, label = np.unique(flat, axis=0, return_inverse=True)
    return [np.flatnonzero(label.ravel() == k) for k in range(label.max() + 1)]


def swap(new: Path, old: Path) -> None:
    """Put the folder `new` in the place of `old`; `recover` ends what a kill here leaves."""
    before = _beside(old, "before")
    shutil.rmtree(before, ignore_errors=True)
    os.rename(old, before)
    os.rename(new, old)
    shutil.rmtree(before, ignore_errors=True)


def recover(path: Path) -> None:
    """Put back a store that a kill left between the two renames of `swap`."""
    before = _beside(path, "before")
    if before.exists() and not path.exists():
        os.rename(before, path)


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f".{path.name}.{what}")
