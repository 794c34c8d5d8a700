"""Sweeps in processes of their own, to be killed at chosen or random moments."""

import multiprocessing
import os
import signal
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import torch
import zarr

from gatesweep.experiment import Experiment
from gatesweep.store import journal, layout, write

GRID: dict[str, Any] = {
    "gate": ("AND", "XOR"),
    "noise_level": (0.0, 0.3, 0.7),
    "seed": range(4),
    "num_samples": (8, 12, 20, 40, 60, 100),
}
"""Six chunks, one for each number of samples."""

_context = multiprocessing.get_context("forkserver")
# Processes fork from one that has imported everything and computed nothing: they start at once.
_context.set_forkserver_preload(["gatesweep.store", "sklearn.model_selection"])


def start(path: Path, fail_at: str = "", parameters: dict[str, Any] | None = None) -> BaseProcess:
    """Begin a sweep into `path` in another process, which kills itself at `fail_at`."""
    process = _context.Process(target=_run, args=(str(path), fail_at, parameters or GRID), daemon=True)
    process.start()
    return process


def _run(path: str, fail_at: str, parameters: dict[str, Any]) -> None:
    torch.set_num_threads(1)
    if fail_at:
        _die(fail_at)
    write(Experiment.of(**parameters), path)


def _kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die(fail_at: str) -> None:
    """Patch this process so that it is killed in its third chunk, at a named point."""
    put, record, line, fsync = layout.Store.write, layout.Store.record, journal._line, os.fsync
    set_item = zarr.Array.__setitem__
    count, left = {"write": 0, "record": 0}, {}

    def write_chunk(self: layout.Store, chunk: Any, values: dict[str, Any]) -> None:
        count["write"] += 1
        if count["write"] == 3 and fail_at != "half-journal":
            n = len(values)
            left["arrays"] = {"before-data": 0, "amid-data": 4, "before-status": n - 1, "before-journal": n}[fail_at]
            put(self, chunk, values)
            _kill_self()
        put(self, chunk, values)

    def write_array(self: zarr.Array, index: Any, values: Any) -> None:
        if left.get("arrays") == 0:
            _kill_self()
        set_item(self, index, values)
        if "arrays" in left:
            left["arrays"] -= 1

    def record_receipt(self: layout.Store, *args: Any) -> None:
        count["record"] += 1
        record(self, *args)

    def half_line(record: dict[str, Any]) -> bytes:
        whole = line(record)
        return whole[: len(whole) // 2] if count["record"] == 3 else whole

    def die_on_disk(descriptor: int) -> None:
        fsync(descriptor)
        if count["record"] == 3:
            _kill_self()

    layout.Store.write, layout.Store.record, zarr.Array.__setitem__ = write_chunk, record_receipt, write_array
    if fail_at == "half-journal":
        journal._line, os.fsync = half_line, die_on_disk
