"""What a Dask cluster on this machine costs beside the plain loop: the same chunks into the same kind of store.

    python -m benchmarks.cluster_overhead [--seeds 800] [--repeats 3]

Both runs use one core at a time (one worker with one thread, one thread in the plain loop), so the
difference is what travels, waits and is scheduled, and not a different number of cores.
"""

import argparse
import statistics
import tempfile
from pathlib import Path
from time import perf_counter

import torch
from distributed import Client, LocalCluster

from gatesweep import store
from gatesweep.experiment import Experiment
from gatesweep.grids.plan import plan


def timed(experiment: Experiment, client: Client | None) -> float:
    """Seconds for a whole sweep into a new store."""
    with tempfile.TemporaryDirectory() as folder:
        started = perf_counter()
        store.write(experiment, Path(folder) / "sweep.zarr", client=client)
        return perf_counter() - started


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=800)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    noise_level = [i / 100 for i in range(101)]
    experiment = Experiment.of(noise_level=noise_level, seed=range(options.seeds), num_samples=100)
    chunks = len(plan(experiment))
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None)
    with cluster, Client(cluster, set_as_default=False) as client:
        times: dict[str, list[float]] = {"local": [], "cluster": []}
        for repeat in range(options.repeats + 1):
            for name, where in (("local", None), ("cluster", client)):
                taken = timed(experiment, where)
                if repeat:  # The first round warms both up.
                    times[name].append(taken)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    print(f"{experiment.n_models:,} models in {chunks} chunks, median of {options.repeats} interleaved repeats")
    for name, taken in medians.items():
        print(f"{name:8} {taken:6.2f} s   {1e3 * taken / chunks:7.1f} ms a chunk")
    extra = medians["cluster"] - medians["local"]
    print(f"overhead {extra:6.2f} s   {1e3 * extra / chunks:7.1f} ms a chunk   ({extra / medians['local']:+.1%})")


if __name__ == "__main__":
    main()
