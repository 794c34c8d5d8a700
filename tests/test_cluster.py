"""A real Dask cluster of processes of their own: the same bits, whoever dies."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import xarray as xr
from distributed import Client

import gatesweep as gs
from gatesweep import store
from gatesweep.store import cluster
from gatesweep.store.lock import Lease
from tests.store_process import GRID

EXPERIMENT = gs.Experiment.of(**GRID | {"num_samples": tuple(range(8, 8 + 4 * 16, 4)), "solver": "sgd", "epochs": 40})


class Cluster:
    """A scheduler and workers, each started by its own command."""

    def __init__(self, folder):
        self.file, self.processes = folder / f"scheduler-{time.monotonic_ns()}.json", []
        self.scheduler = self._run("scheduler", "--port", "0", "--host", "127.0.0.1")

    def _run(self, *arguments):
        command = [sys.executable, "-m", "dask", *arguments, "--scheduler-file", str(self.file), "--no-dashboard"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
        self.processes.append(subprocess.Popen(command, **quiet))
        return self.processes[-1]

    def add_worker(self):
        return self._run("worker", "--nthreads", "1", "--host", "127.0.0.1", "--local-directory", str(self.file.parent))

    def client(self, n_workers):
        deadline = time.monotonic() + 60
        while not self.file.exists():
            assert time.monotonic() < deadline, "the scheduler does not start"
            time.sleep(0.1)
        client = Client(scheduler_file=str(self.file), set_as_default=False)
        client.wait_for_workers(n_workers, timeout=60)
        return client

    def close(self):
        for process in self.processes:
            # A worker's nanny would start it again: the whole group goes at once.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)


@pytest.fixture
def dask(tmp_path_factory):
    found = Cluster(tmp_path_factory.mktemp("dask"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def whole():
    return gs.sweep(EXPERIMENT)


def assert_same_bits(path, whole):
    assert store.verify(path) == []
    with xr.open_zarr(path, chunks=None) as stored:
        for name, variable in whole.variables.items():
            np.testing.assert_array_equal(stored[name].values, variable.values, err_msg=name)


def test_workers_that_die_and_join_change_no_bit_and_a_lost_scheduler_is_resumed(dask, tmp_path, whole):
    dask.add_worker(), dask.add_worker()
    path, seen = tmp_path / "sweep.zarr", []
    with dask.client(2) as client:
        pids = client.run(os.getpid)
        assert len(set(pids.values()) - {os.getpid()}) == 2, "workers are processes of their own"

        def disturb(done, total):
            seen.append(done)
            if len(seen) == 3:
                os.kill(next(iter(pids.values())), signal.SIGKILL)
                dask.add_worker()

        store.write(EXPERIMENT, path, client=client, progress=disturb)
        assert seen == sorted(seen)
        assert seen[-1] == EXPERIMENT.n_models
        assert_same_bits(path, whole)

        def lose(done, total):
            if done > 2 * 24:
                dask.scheduler.kill()

        with pytest.raises(gs.InputError, match="scheduler must stay reachable"):
            store.write(EXPERIMENT, tmp_path / "lost.zarr", client=client, progress=lose)
    pending = store.verify(tmp_path / "lost.zarr")
    assert pending and {finding.problem for finding in pending} == {"pending"}
    reports = []
    store.write(EXPERIMENT, tmp_path / "lost.zarr", progress=lambda done, total: reports.append(done))
    assert reports[0] >= 2 * 24
    assert_same_bits(tmp_path / "lost.zarr", whole)


def test_cancel_stops_the_workers_too(dask, tmp_path, whole):
    dask.add_worker()
    path, cancel = tmp_path / "sweep.zarr", threading.Event()
    with dask.client(1) as client:
        with pytest.raises(gs.Cancelled):
            store.write(
                EXPERIMENT, path, client=client, cancel=cancel, progress=lambda done, total: done and cancel.set()
            )
        store.write(EXPERIMENT, path, client=client)
    assert_same_bits(path, whole)


def test_scheduler_that_does_not_answer_is_one_clear_error(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    with pytest.raises(gs.InputError, match="must answer at the address, got 'tcp://127.0.0.1:9'"):
        with cluster.connect("tcp://127.0.0.1:9"):
            pass


def test_task_of_an_ended_run_writes_nothing(tmp_path):
    """A worker may outlive its run; by then the store may hold another grid under the same name."""
    path = tmp_path / "sweep.zarr"
    with store.start(EXPERIMENT, path) as run:
        ours = Lease(run.lease.path, run.lease.text)
        assert not ours.is_lost()
    chunk = run.store.chunks[0]
    with pytest.raises(gs.Cancelled):
        store.fitting.fit_chunk(run.store, chunk, "cpu", cancel=cluster._Watch(ours))
    assert run.store.digests(chunk) == {}
    with store.start(EXPERIMENT, path):
        assert ours.is_lost()


def test_each_worker_of_a_machine_takes_a_gpu_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(cluster.torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(cluster, "_taken", [])
    found = []
    for _ in range(3):
        cluster._own_gpu.cache_clear()
        found.append(cluster.own_device("auto"))
    assert found[:2] == ["cuda:0", "cuda:1"]
    assert found[2] in found[:2], "more workers than GPUs share them"
    assert cluster.own_device("cpu") == "cpu"
    cluster._own_gpu.cache_clear()
