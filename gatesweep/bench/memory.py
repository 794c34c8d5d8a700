"""How far a sweep's peak memory grows beyond its result: `python -m gatesweep.bench.memory LEVELS SEEDS`.

A process of its own, since a peak never falls again.
"""

import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import psutil

from gatesweep.experiment import Experiment
from gatesweep.results.schema import n_bytes
from gatesweep.sweep import sweep

__all__ = ["measure", "peak"]

GATES = ("AND", "OR", "XOR")


def measure(levels: int, seeds: int) -> dict[str, float]:
    """Models, seconds, bytes of the result and growth of peak memory beyond it, of a newton sweep."""
    command = [sys.executable, "-m", "gatesweep.bench.memory", str(levels), str(seeds)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def peak() -> int:
    """The largest resident memory of this process so far, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux's ru_maxrss may still be the parent's.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    memory = psutil.Process().memory_info()
    if hasattr(memory, "peak_wset"):  # Windows, which has no module `resource`.
        return memory.peak_wset
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _report(levels: int, seeds: int) -> dict[str, float]:
    sweep(gate=GATES, noise_level=np.linspace(0, 1, 11), seed=range(2))
    experiment = Experiment.of(gate=GATES, noise_level=np.linspace(0, 1, levels), seed=range(seeds))
    before = psutil.Process().memory_info().rss
    started = perf_counter()
    dataset = sweep(experiment)
    seconds = perf_counter() - started
    result = n_bytes(experiment)
    return {
        "models": dataset["status"].size,
        "seconds": seconds,
        "result_bytes": result,
        "growth_bytes": peak() - before - result,
    }


if __name__ == "__main__":
    print(json.dumps(_report(*map(int, sys.argv[1:]))))
