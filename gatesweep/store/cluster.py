"""The chunks of a sweep on a Dask cluster: workers fit and write, only receipts travel.

Dask may run a task twice and forgets everything when its scheduler dies. Neither matters here: a
task writes whole chunks with the same content each time, and the store alone knows what is done.
"""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import torch
from filelock import FileLock, Timeout

from gatesweep.errors import InputError
from gatesweep.grids.plan import Chunk
from gatesweep.grids.training import Cancelled
from gatesweep.store import reading
from gatesweep.store.fitting import fit_chunk
from gatesweep.store.layout import Receipt, Store
from gatesweep.store.lock import Lease

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["connect", "fit_there"]

CONNECT_SECONDS = 10
POLL_SECONDS = 0.05
"""How often the waiting side looks whether it was cancelled or the scheduler is gone."""
LEASE_SECONDS = 0.5
"""How often a worker looks whether the run that sent it is still there."""

NEVER = threading.Event()

_one_fit = threading.Lock()


@contextmanager
def connect(address: str) -> Iterator["Client"]:
    """A client of the scheduler at `address`, such as tcp://host:8786."""
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError("a cluster needs the package distributed", address, "pip install 'gatesweep[dask]'") from error
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            "a Dask scheduler must answer at the address", address, "Start one with: dask scheduler"
        ) from error
    with client:
        yield client


def fit_there(
    client: "Client", store: Store, chunks: list[Chunk], device: Any, lease: Lease, cancel: threading.Event | None
) -> Iterator[Receipt]:
    """Receipts of chunks as the workers of a cluster finish them; they write to `store`, which they must see.

    Raises:
        Cancelled: `cancel` was set. What runs on the workers ends by itself when the lease does.
        InputError: the scheduler is lost, or the workers do not see the store.
    """
    from distributed import as_completed

    path, name = str(store.path.absolute()), store.experiment.hash
    note = Lease(lease.path.absolute(), lease.text)
    futures = [client.submit(_fit, path, name, chunk.index, str(device), note, pure=False) for chunk in chunks]
    waiting, finished = len(futures), as_completed(futures, loop=client.loop)
    try:
        while waiting:
            for future in finished.next_batch(block=False):
                waiting -= 1
                yield _receipt(future)
            if (cancel or NEVER).wait(POLL_SECONDS):
                raise Cancelled
            if client.status != "running":
                raise _scheduler_is_lost(client.status)
    finally:
        with suppress(OSError, TimeoutError):
            client.cancel(futures)


def _scheduler_is_lost(given: object) -> InputError:
    remedy = "What is finished is kept: run the command again on a new one"
    return InputError("the Dask scheduler must stay reachable", given, remedy)


def _receipt(future: Any) -> Receipt:
    from distributed import CancelledError, KilledWorker
    from distributed.comm import CommClosedError

    try:
        return future.result()
    except KilledWorker as error:
        raise InputError("workers must stay alive while they fit", str(error), "Give them more memory") from error
    except (CommClosedError, CancelledError) as error:
        raise _scheduler_is_lost(str(error)) from error


def _fit(path: str, name: str, index: int, device: str, lease: Lease) -> Receipt:
    """What runs on a worker, one at a time: torch's generator and its threads are the process's own."""
    from distributed import get_worker

    with _one_fit:
        torch.set_num_threads(get_worker().state.nthreads)
        store = _opened(path, name)
        return fit_chunk(store, store.chunks[index], own_device(device), cancel=_Watch(lease))


@lru_cache(maxsize=4)
def _opened(path: str, name: str) -> Store:
    folder = Path(path)
    reading.check(folder)
    store = reading.open_for_writing(folder)
    if store.experiment.hash != name:
        raise InputError("workers must see the same store as the run that sends them", path, "Use a shared folder")
    return store


class _Watch(threading.Event):
    """A cancel event that is set once the lease is lost, looked up now and then."""

    def __init__(self, lease: Lease) -> None:
        super().__init__()
        self.lease, self.lost, self.looked = lease, False, 0.0

    def is_set(self) -> bool:
        if not self.lost and monotonic() - self.looked > LEASE_SECONDS:
            self.looked = monotonic()
            self.lost = self.lease.is_lost()
        return self.lost


def own_device(device: str) -> str:
    """The device as it was asked for; for `auto` on a machine with several GPUs one that no other worker took."""
    n_gpus = torch.cuda.device_count()
    return _own_gpu(n_gpus) if device == "auto" and n_gpus > 1 else device


@lru_cache(maxsize=1)
def _own_gpu(n_gpus: int) -> str:
    for i in range(n_gpus):
        lock = FileLock(Path(tempfile.gettempdir()) / f"gatesweep-gpu-{i}.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        _taken.append(lock)
        return f"cuda:{i}"
    return f"cuda:{os.getpid() % n_gpus}"


_taken: list[FileLock] = []
"""Held until the process ends."""
