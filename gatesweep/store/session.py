"""A run of a sweep into a store: start, resume or extend, then chunk after chunk."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import xarray as xr

from gatesweep.errors import InputError
from gatesweep.experiment import Experiment
from gatesweep.grids.training import Cancelled
from gatesweep.paths import local_path
from gatesweep.results import schema
from gatesweep.results.files import write_netcdf
from gatesweep.store import cluster, extend, reading
from gatesweep.store.fitting import fit_chunk
from gatesweep.store.layout import STORE_VERSION, Receipt, Store
from gatesweep.store.lock import Lease, hold

__all__ = ["Run", "disk_errors", "start", "write"]

Progress = Callable[[int, int], None]
Shard = tuple[int, int]


def write(
    experiment: Experiment,
    path: str | Path,
    *,
    device: Any = "auto",
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    shard: Shard | None = None,
    client: Any = None,
) -> xr.Dataset:
    """Fit every model of an experiment into a file, and return the dataset, read lazily from it.

    Args:
        path: `.zarr`, a store that may be there already and hold part of the experiment; or `.nc`,
            a file that must not be there (a store beside it keeps what is fitted until it is whole).
        device: where to fit; see `gatesweep.sweep`.
        progress: called as progress(done, total) with numbers of models.
        cancel: an event that ends the run with `Cancelled`; what is stored stays.
        shard: (i, n) fits part i of n only, 1 <= i <= n; all shards write to the same store.
        client: a `distributed.Client`: its workers fit, and write to `path`, which they all must see.

    Raises:
        InputError: the path is not free and holds another experiment, or cannot be written; another
            run works on it.
        Cancelled: `cancel` was set.
    """
    path = local_path(path)
    with start(experiment, path, device=device, shard=shard) as run:
        run.execute(device=device, progress=progress, cancel=cancel, client=client)
        run.finish()
    return reading.open_store(path)


@contextmanager
def start(experiment: Experiment, out: Path, *, device: Any = "auto", shard: Shard | None = None) -> Iterator["Run"]:
    """Hold the store of an experiment: a new one, the one of an earlier run, or an extension of it."""
    folder = _folder(out, shard)
    with disk_errors(out), ExitStack() as held:
        extend.recover(folder)
        attrs = schema.attributes(experiment, device) | {"store_version": STORE_VERSION}
        if not folder.exists():
            _create(folder, experiment, attrs)
        reading.check(folder)
        lease = held.enter_context(hold(folder, shard))
        store = reading.open_for_writing(folder)
        if store.experiment.hash != experiment.hash:
            extend.require_extension(store.experiment, experiment, out)
            if shard is not None:
                raise InputError("shards cannot extend a store", str(out), "Extend it with a run of the whole")
            larger = extend.extended(store, experiment, attrs)
            lease = Lease(folder / "run.holder", held.enter_context(hold(larger.path)).text)
            extend.swap(larger.path, folder)
            store = Store(folder, experiment)
        yield Run(store, out, shard, lease)


def _folder(out: Path, shard: Shard | None) -> Path:
    if out.suffix not in (".zarr", ".nc"):
        raise InputError("the output path must end in .zarr or .nc", str(out), "Try sweep.zarr")
    if out.suffix == ".zarr":
        return out
    if shard is not None:
        raise InputError("shards must write to a store that they share", str(out), "Give a path that ends in .zarr")
    if out.exists():
        raise InputError("the output path must be free", str(out), "Write to another path, or remove it")
    return out.with_name(out.name + ".partial")


def _create(folder: Path, experiment: Experiment, attrs: dict) -> None:
    try:
        Store.create(folder, experiment, attrs)
    except OSError:
        # Another shard may have been first; that store is checked like any other.
        if not folder.exists():
            raise


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """What the disk refuses, as one InputError."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"the output path must be writable ({error.strerror or error})",
            str(path),
            "What is finished is kept: mend this and run the same command again, or write elsewhere",
        ) from error


class Run:
    """What one process has to do in a store that it holds."""

    def __init__(self, store: Store, out: Path, shard: Shard | None, lease: Lease) -> None:
        self.store, self.out, self.shard, self.lease = store, out, shard, lease
        index, count = shard or (1, 1)
        chunks = store.chunks[index - 1 :: count]
        sound = store.sound(chunks)
        missing = {c.index: sound[c.index].missing if c.index in sound else c.n_models for c in chunks}
        self.todo = [chunk for chunk in chunks if missing[chunk.index]]
        self.total = sum(chunk.n_models for chunk in chunks)
        self.kept = self.done = self.total - sum(missing.values())
        self.failed = 0

    def execute(
        self,
        *,
        device: Any = "auto",
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
        client: Any = None,
    ) -> None:
        """Fit what is missing; see `write` for the arguments."""
        report = progress or (lambda done, total: None)
        report(self.done, self.total)
        if client is None:
            receipts = self._fit_here(device, report, cancel)
        else:
            receipts = cluster.fit_there(client, self.store, self.todo, device, self.lease, cancel)
        for receipt in receipts:
            self.store.record(receipt, self.shard)
            self.done += receipt.models
            self.failed += receipt.failed
            report(self.done, self.total)

    def _fit_here(self, device: Any, report: Progress, cancel: threading.Event | None) -> Iterator[Receipt]:
        for chunk in self.todo:
            if cancel and cancel.is_set():
                raise Cancelled
            done = self.done

            def advance(models: int) -> None:
                nonlocal done
                done += models
                report(done, self.total)

            yield fit_chunk(self.store, chunk, device, advance, cancel)

    def finish(self) -> None:
        """Turn the store into the NetCDF file that was asked for; nothing to do for a store."""
        if self.out.suffix != ".nc":
            return
        building = self.out.with_name(f".{self.out.name}.building")
        with reading.open_store(self.store.path) as dataset:
            write_netcdf(dataset, building)
        os.replace(building, self.out)
        shutil.rmtree(self.store.path)
