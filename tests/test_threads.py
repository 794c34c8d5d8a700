"""Blocks on threads: their order, their errors, their bits, and smaller ones where memory runs out."""

import hashlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch

import gatesweep as gs
from gatesweep.engine.threads import ordered_map
from gatesweep.grids import plan

ROOT = Path(__file__).parent.parent
CPU, GPU = torch.device("cpu"), torch.device("cuda")


def whole(task):
    return [task]


def test_results_come_in_the_order_of_the_tasks_whichever_is_done_first():
    def slow_first(task):
        time.sleep(0.05 if task == 0 else 0)
        return task * task

    assert list(ordered_map(slow_first, range(8), CPU, whole)) == [(i, i * i) for i in range(8)]


def test_a_block_computes_with_one_thread_and_the_caller_keeps_its_number():
    before = torch.get_num_threads()
    inside = [count for _, count in ordered_map(lambda _: torch.get_num_threads(), range(20), CPU, whole)]
    assert inside == [1] * 20 and torch.get_num_threads() == before
    fresh = []
    thread = threading.Thread(target=lambda: fresh.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert fresh == [before]


def test_an_error_ends_the_work_and_leaves_what_has_not_begun():
    begun = []

    def fail(task):
        begun.append(task)
        time.sleep(0.01)
        if task == 0:
            raise ArithmeticError("task 0")

    with pytest.raises(ArithmeticError, match="task 0"):
        list(ordered_map(fail, range(200), CPU, whole))
    assert len(begun) < 100
    assert list(ordered_map(abs, [-1], CPU, whole)) == [(-1, 1)]


def test_a_gpu_gets_one_block_after_the_other_from_the_thread_that_asks():
    names = [name for _, name in ordered_map(lambda _: threading.current_thread(), range(5), GPU, whole)]
    assert set(names) == {threading.current_thread()}


def halves(task):
    start, stop = task
    middle = (start + stop) // 2
    return [(start, middle), (middle, stop)] if stop - start > 1 else [task]


def memory_for(size, asked):
    def work(task):
        asked.append(task)
        if task[1] - task[0] > size:
            raise torch.OutOfMemoryError(f"tried to allocate {task[1] - task[0]}")
        return task[1] - task[0]

    return work


def test_where_memory_runs_out_tasks_go_in_halves_and_all_after_it_too():
    asked = []
    with pytest.warns(UserWarning, match="memory ran out: going on with half as many models at once") as said:
        done = list(ordered_map(memory_for(2, asked), [(0, 2), (2, 10), (10, 18)], GPU, halves))
    assert done == [((i, i + 2), 2) for i in range(0, 18, 2)]
    assert len(said) == 2
    assert asked[:3] == [(0, 2), (2, 10), (2, 6)] and all(stop - start <= 2 for start, stop in asked[3:])


def test_what_does_not_fit_in_any_size_is_refused():
    with (
        pytest.warns(UserWarning, match="memory ran out"),
        pytest.raises(gs.InputError, match="must fit into the device"),
    ):
        list(ordered_map(memory_for(0, []), [(0, 4)], GPU, halves))


def bits() -> tuple[int, str]:
    """The threads that some sweeps ran on, and a digest of their results."""
    digest = hashlib.sha256()
    for solver in ("newton", "sgd", "adam"):
        dataset = gs.sweep(gate=("AND", "XOR"), noise_level=(0.05, 0.2, 0.7), seed=range(25), solver=solver,
                           num_samples=203, epochs=3, C=(1.0, np.inf), learning_rate=(0.5, 1e6),
                           device="cpu")  # fmt: skip
        for name in sorted(dataset.data_vars):
            digest.update(dataset[name].to_numpy().tobytes())
    return dataset.attrs["threads"], digest.hexdigest()


def test_the_bits_do_not_depend_on_the_number_of_threads(monkeypatch):
    monkeypatch.setattr(plan, "BLOCK_ELEMENTS", 20_000)
    program = (
        "import sys, torch\n"
        "torch.set_num_threads(int(sys.argv[1]))\n"
        "from tests.test_threads import bits, plan\n"
        "plan.BLOCK_ELEMENTS = 20_000\n"
        "print(*bits())"
    )
    here = bits()
    command = [sys.executable, "-c", program, str(here[0] + 2)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.stdout.split() == [str(here[0] + 2), here[1]], done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux has a thread a priority of its own")
def test_threads_that_stand_back_have_the_lower_priority_and_the_caller_its_own():
    code = (
        "import os, threading, torch\n"
        "from gatesweep.engine.threads import NICENESS, ordered_map, stand_back\n"
        "def nice(_=None): return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())\n"
        "before = nice()\n"
        "stand_back()\n"
        "blocks = [n for _, n in ordered_map(nice, range(8), torch.device('cpu'), lambda task: [task])]\n"
        "assert blocks == [NICENESS] * 8 and nice() == before < NICENESS, (blocks, nice())\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


TURNS = """
import threading
import numpy as np
import torch
import gatesweep as gs

def fits():
    for seed in range(40):
        X, y = gs.generate_data_with_noise(50, "AND", 0.3, random_state=seed)
        gs.fit(X, y, device="cpu")

def all_of(threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

cores, seen = torch.get_num_threads(), set()
for _ in range(5):
    all_of([threading.Thread(target=fits) for _ in range(4)])
    all_of([threading.Thread(target=lambda: seen.add(torch.get_num_threads()))])
from gatesweep.engine.threads import _pool
print({cores} == seen, _pool()._max_workers == cores)
"""


def test_small_fits_side_by_side_leave_torch_the_threads_that_it_had():
    environment = os.environ | {"OMP_NUM_THREADS": "3"}  # Told from one thread, also on a machine with one core.
    done = subprocess.run([sys.executable, "-c", TURNS], capture_output=True, text=True, timeout=300, env=environment)
    assert done.stdout == "True True\n", done.stderr


FORK = """
import hashlib, multiprocessing
import numpy as np
import torch
import gatesweep as gs

rng = np.random.default_rng(0)
X, y = rng.normal(size=(200, 500, 5)), rng.integers(0, 2, (200, 500))

def answers(_=None):
    dataset = gs.sweep(gate=("AND", "XOR"), noise_level=(0.1, 0.4), seed=range(4), num_samples=100, device="cpu")
    bits = dataset.weight.values.tobytes() + gs.fit(X, y, device="cpu").weight.numpy().tobytes()
    return hashlib.sha256(bits).hexdigest()

class Rows(torch.utils.data.Dataset):
    def __len__(self):
        return 2
    def __getitem__(self, i):
        return answers()

def in_pool():
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return pool.map(answers, range(2))

def in_joblib():
    from joblib import Parallel, delayed
    return Parallel(2, backend="multiprocessing")(delayed(answers)() for _ in range(2))

def in_data_loader():
    return list(torch.utils.data.DataLoader(Rows(), num_workers=2, batch_size=None, multiprocessing_context="fork"))

cores = torch.get_num_threads()
answers()  # Now there are threads, none of which a child has.
torch.set_num_threads(1)  # As in a child: how torch divides a large operation among threads may show in its last bit.
wanted = answers()
torch.set_num_threads(cores)
for children in (in_pool, in_joblib, in_data_loader):
    print(children.__name__, {wanted} == set(children()), flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_children_that_are_forked_after_a_sweep_sweep_and_fit_the_same_bits():
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, timeout=300)
    assert done.stdout == "in_pool True\nin_joblib True\nin_data_loader True\n", done.stderr
