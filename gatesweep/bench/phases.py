"""Where the time of a sweep goes: CPU time of each part, on one thread."""

import sys
from collections import defaultdict
from time import process_time
from types import CodeType, FrameType
from typing import Any

from torch.profiler import ProfilerActivity, profile

from gatesweep.bench.job import only_chunk
from gatesweep.engine.design import CornerDesign, log_loss
from gatesweep.engine.linear import solve_symmetric
from gatesweep.engine.path import evaluate
from gatesweep.engine.solvers.descent import GradientDescent
from gatesweep.engine.solvers.newton import Newton
from gatesweep.engine.threads import one_thread
from gatesweep.experiment import Experiment
from gatesweep.grids import scores
from gatesweep.grids.batch import Batch
from gatesweep.grids.training import fit_block, gather
from gatesweep.results import schema
from gatesweep.sweep import sweep

__all__ = ["operations", "phases"]

PARTS: dict[str, list[Any]] = {
    "draws and designs": [vars(Batch)[name].func for name in ("draws", "rows", "designs", "solver")],
    "first weights": [vars(Batch)["first"].func],
    "products": [CornerDesign.logits, CornerDesign.gradient, CornerDesign.hessian],
    "mini-batches": [CornerDesign.take],
    "sigmoid": ["sigmoid_", "sigmoid"],
    "solve": [solve_symmetric],
    "rest of a step": [Newton.step, GradientDescent.step],
    "metrics": [log_loss, evaluate, CornerDesign.correct, CornerDesign.mean],
    "exact accuracy": [scores.exact],
    "limits of theory": [schema.limits],
    "labels": [schema.to_dataset, scores.arrange],
}
"""Functions of each part, torch's own by name; what they call counts for it too, but for what another part has."""
REST = "all else"


def phases(experiment: Experiment, repeats: int) -> dict[str, float]:
    """CPU seconds of each part in the fastest of `repeats` sweeps; a part within another counts for itself only."""
    return min((_measure(experiment) for _ in range(repeats)), key=lambda found: sum(found.values()))


def _measure(experiment: Experiment) -> dict[str, float]:
    clock = _Clock()
    with one_thread():
        sys.setprofile(clock)
        try:
            _sweep_here(experiment)
        finally:
            sys.setprofile(None)
    return dict(clock.spent)


def _sweep_here(experiment: Experiment) -> None:
    """What `sweep` does, in this thread, where the clock sees it."""
    models, parts = only_chunk(experiment)
    arrays = gather(models, ((block, fit_block(models, block)) for block in parts))
    schema.to_dataset(experiment, arrays, "cpu")


class _Clock:
    """The interpreter tells it of every call: it charges the CPU time between two of them to the part on top."""

    def __init__(self) -> None:
        self.part: dict[CodeType | str, str] = {
            getattr(function, "__code__", function): part for part, found in PARTS.items() for function in found
        }
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.running, self.last = [REST], process_time()

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        part = self.part.get(frame.f_code if event in ("call", "return") else argument.__name__)
        if part is None:
            return
        now = process_time()
        self.spent[self.running[-1]] += now - self.last
        self.last = now
        if event in ("call", "c_call"):
            self.running.append(part)
        else:
            self.running.pop()


def operations(experiment: Experiment, count: int) -> dict[str, float]:
    """CPU seconds of the `count` torch operations that take most."""
    with one_thread(), profile(activities=[ProfilerActivity.CPU]) as found:
        sweep(experiment, device="cpu")
    averages = sorted(found.key_averages(), key=lambda event: -event.self_cpu_time_total)
    return {event.key: event.self_cpu_time_total / 1e6 for event in averages[:count]}
