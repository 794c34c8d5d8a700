"""What a GPU makes of a sweep: `python -m benchmarks.gpu [--models 30300,1000000] [--json FILE]`.

For a bare machine with PyTorch and CUDA, in a few minutes. Correctness comes first, against float64 on the CPU;
then the time of each phase, the memory traffic beside what the card was measured to move, the kernels that
a step launches, and torch.func.vmap on the same card. Without a GPU the same runs on the CPU, to show
that it works, and no figure of it is one.
"""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile

import gatesweep as gs
from gatesweep.bench import peers
from gatesweep.bench.spread import spread_over
from gatesweep.engine.device import Place, as_device
from gatesweep.experiment import Experiment
from gatesweep.grids import scores
from gatesweep.grids.batch import Batch, Models
from gatesweep.grids.plan import blocks, plan
from gatesweep.lecture import minibatches

__all__ = ["main"]

MODELS = (30_300, 1_000_000, 10_000_000)
SOLVERS = ("newton", "sgd", "adam")
LEVELS = 101
TOLERANCE = 2e-3
"""float32 on the device beside float64 on the CPU: |difference| / (1 + |weight|)."""
PASSES = {"newton": 7, "sgd": 4, "adam": 4}
"""How often a step reads or writes one number for each row of each model, with every operation by itself."""
PEER_MODELS = 3_030
BANDWIDTH_BYTES = 1 << 30


@dataclass(frozen=True)
class Run:
    """One solver on so many models."""

    solver: str
    models: int
    designs: float
    """Seconds: draws and design matrices, in NumPy for the most part, and on their way to the device."""
    fit: float
    scores: float
    bytes_moved: int
    """By the fits, as `PASSES` counts them."""

    @property
    def seconds(self) -> float:
        return self.designs + self.fit + self.scores


def experiment_of(solver: str, models: int, dtype: str = "float32") -> Experiment:
    """AND, OR and XOR at up to `LEVELS` noise levels, and as many seeds as it takes for `models` of them."""
    levels = min(LEVELS, max(1, models // 3))
    seeds = max(1, models // (3 * levels))
    return Experiment.of(
        gate=("AND", "OR", "XOR"), noise_level=np.linspace(0, 1, levels), seed=range(seeds), solver=solver, dtype=dtype
    )


def error(solver: str, device: torch.device, models: int) -> float:
    """The largest difference between weights in float32 on the device and in float64 on the CPU."""
    ours = gs.sweep(experiment_of(solver, models), device=device)
    exact = gs.sweep(experiment_of(solver, models, "float64"), device="cpu")
    return max(float((abs(ours[v] - exact[v]) / (1 + abs(exact[v]))).max()) for v in ("weight", "intercept"))


def timed(device: torch.device, work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds until the device is done, and what came of it."""
    started = perf_counter()
    found = work()
    _wait(device)
    return perf_counter() - started, found


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def bandwidth(device: torch.device, n_bytes: int) -> float:
    """Bytes a second, read and written, of the fastest of some copies."""
    source = torch.zeros(n_bytes // 4, device=device)
    target = torch.empty_like(source)
    return 2 * n_bytes / min(timed(device, lambda: target.copy_(source))[0] for _ in range(10))


def measure(solver: str, models: int, device: torch.device) -> Run:
    """Block by block, as a sweep does it."""
    experiment = experiment_of(solver, models)
    spent, moved = np.zeros(3), 0
    for chunk in plan(experiment):
        shared = Models(experiment, chunk, Place.of(experiment.fixed["dtype"], device))
        for block in blocks(experiment, chunk, device):
            batch = Batch(shared, block)
            made, _ = timed(device, lambda batch=batch: (batch.designs, batch.solver, batch.first))
            fitted, path = timed(device, batch.fit)
            scored, _ = timed(device, lambda batch=batch, path=path: scores.table(batch, path, False))
            spent += made, fitted, scored
            numbers = path.n_iter.numel() * batch.designs[0].n_rows * int(path.n_iter.max())
            moved += PASSES[solver] * numbers * path.params.element_size()
    return Run(solver, experiment.n_models, *spent.tolist(), moved)


def launches(solver: str, device: torch.device) -> float | None:
    """Kernels that a step launches (an epoch of sgd and adam: a mini-batch); None without a GPU."""
    if device.type != "cuda":
        return None
    experiment = experiment_of(solver, 3 * LEVELS)
    (chunk,) = plan(experiment)
    batch = Batch(Models(experiment, chunk, Place.of("float32", device)), next(blocks(experiment, chunk, device)))
    _ = batch.designs, batch.first
    with profile(activities=[ProfilerActivity.CUDA]) as found:
        path = batch.fit()
        _wait(device)
    kernels = sum(event.count for event in found.key_averages())
    updates = 1 if solver == "newton" else -(-batch.designs[0].n_rows // experiment.fixed["batch_size"])
    return kernels / (int(path.n_iter.max()) * updates)


def peer(solver: str, models: int, device: torch.device) -> float | None:
    """Seconds a model of torch.func.vmap on rows that are there already; none for adam."""
    spread = spread_over(experiment_of(solver, models), models)
    X, y = (torch.from_numpy(part.astype(np.float32)).to(device) for part in spread.train)
    if solver == "newton":
        work: Callable[[], Any] = lambda: peers.vmap_newton(X, y)  # noqa: E731
    elif solver == "sgd":
        fixed = spread.experiment.fixed
        drawn = minibatches(spread.y.shape[1], y.shape[1], fixed["batch_size"], fixed["epochs"]).batches
        index = [[torch.as_tensor(rows, device=device) for rows in epoch] for epoch in drawn]
        rate = spread.experiment.grid["learning_rate"][0]
        work = lambda: peers.vmap_sgd(X, y, index, rate)  # noqa: E731
    else:
        return None
    timed(device, work)
    return min(timed(device, work)[0] for _ in range(3)) / len(spread)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables; with --json write what was measured."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--models", type=lambda text: [int(n) for n in text.split(",")], default=list(MODELS))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    device = as_device(options.device)
    on_gpu = device.type == "cuda"
    name = torch.cuda.get_device_name(device) if on_gpu else f"{device.type}: no GPU, so no figure here is one"
    print(f"{name}; torch {torch.__version__}, gatesweep {gs.__version__}\n")

    small = min(PEER_MODELS, *options.models)
    errors = {solver: error(solver, device, small) for solver in SOLVERS}
    for solver, off in errors.items():
        print(f"{solver}: {small:,} models differ from float64 on the CPU by {off:.1e} at most", flush=True)
    if wrong := [solver for solver, off in errors.items() if not off < TOLERANCE]:
        raise SystemExit(f"wrong on this device: {', '.join(wrong)}")

    speed = bandwidth(device, BANDWIDTH_BYTES if on_gpu else BANDWIDTH_BYTES // 64)
    per_step = {solver: launches(solver, device) for solver in SOLVERS}
    theirs = {solver: peer(solver, small, device) for solver in SOLVERS}
    print("\n| solver | models | designs | fit | scores | of the bandwidth | launches a step | fits against vmap |")
    print("|---|---|---|---|---|---|---|---|")
    runs = []
    for models in options.models:
        for solver in SOLVERS:
            measure(solver, min(models, small), device)  # Nothing is measured that is done for the first time.
            run = measure(solver, models, device)
            runs.append(run)
            print(_line(run, speed, per_step[solver], theirs[solver]), flush=True)
    if options.json:
        found = {
            "device": name,
            "is_figure": on_gpu,
            "errors": errors,
            "bandwidth_bytes_per_s": speed,
            "launches_per_step": per_step,
            "vmap_seconds_per_model": theirs,
            "runs": [asdict(run) for run in runs],
        }
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def _line(run: Run, speed: float, per_step: float | None, theirs: float | None) -> str:
    """A line of the README's table."""
    share = f"{run.bytes_moved / run.fit / speed:.0%}"
    against = "" if theirs is None else f"{theirs * run.models / run.fit:.3g} x"
    phases = " | ".join(f"{seconds:.3g} s" for seconds in (run.designs, run.fit, run.scores))
    kernels = "" if per_step is None else f"{per_step:.0f}"
    return f"| {run.solver} | {run.models:,} | {phases} | {share} | {kernels} | {against} |"


if __name__ == "__main__":
    main()
