"""Where the time of a sweep goes: CPU time of each part, on one thread."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pkgutil import resolve_name
from time import process_time
from typing import Any
from unittest import mock

import torch
from torch.profiler import ProfilerActivity, profile

from gatesweep.experiment import Experiment
from gatesweep.grids import training
from gatesweep.sweep import sweep

__all__ = ["operations", "phases"]

PARTS = {
    "draws and designs": ["gatesweep.grids.training._designs"],
    "first weights": ["gatesweep.grids.training._first_params"],
    "products": [f"gatesweep.engine.design.CornerDesign.{name}" for name in ("logits", "gradient", "hessian")],
    "mini-batches": ["gatesweep.engine.design.CornerDesign.take"],
    "sigmoid": ["torch.Tensor.sigmoid_", "torch.sigmoid"],
    "solve": ["gatesweep.engine.solvers.newton.solve_symmetric"],
    "rest of a step": [
        "gatesweep.engine.solvers.newton.Newton.step",
        "gatesweep.engine.solvers.descent.GradientDescent.step",
    ],
    "metrics": ["gatesweep.engine.loop.log_loss", "gatesweep.grids.training.evaluate"]
    + [f"gatesweep.engine.design.CornerDesign.{name}" for name in ("correct", "mean")],
    "exact accuracy": ["gatesweep.grids.training._exact"],
    "limits of theory": ["gatesweep.results.schema.limits"],
    "labels": ["gatesweep.results.schema.to_dataset", "gatesweep.results.schema.arrange"],
}
"""Functions of each part; a name is looked up where it is called."""
REST = "all else"


def _serial(function: Callable[[Any], Any], tasks: Iterable[Any], *_: Any) -> Iterator[tuple[Any, Any]]:
    return ((task, function(task)) for task in tasks)


def phases(experiment: Experiment, repeats: int) -> dict[str, float]:
    """CPU seconds of each part in the fastest of `repeats` sweeps; a part within another counts for itself only."""
    return min((_measure(experiment) for _ in range(repeats)), key=lambda found: sum(found.values()))


def _measure(experiment: Experiment) -> dict[str, float]:
    spent: defaultdict[str, float] = defaultdict(float)
    running: list[str] = []
    last = process_time()

    def switch() -> None:
        nonlocal last
        now = process_time()
        if running:
            spent[running[-1]] += now - last
        last = now

    def timed(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            switch()
            running.append(part)
            try:
                return function(*arguments, **options)
            finally:
                switch()
                running.pop()

        return call

    with ExitStack() as stack:
        stack.enter_context(_one_thread())
        for part, places in PARTS.items():
            for name in places:
                stack.enter_context(mock.patch(name, timed(part, resolve_name(name))))
        timed(REST, sweep)(experiment, device="cpu")
    return dict(spent)


def operations(experiment: Experiment, count: int) -> dict[str, float]:
    """CPU seconds of the `count` torch operations that take most."""
    with _one_thread(), profile(activities=[ProfilerActivity.CPU]) as found:
        sweep(experiment, device="cpu")
    averages = sorted(found.key_averages(), key=lambda event: -event.self_cpu_time_total)
    return {event.key: event.self_cpu_time_total / 1e6 for event in averages[:count]}


class _one_thread(ExitStack):
    """The sweep's blocks one after the other in this thread, torch on one core."""

    def __enter__(self) -> "_one_thread":
        threads = torch.get_num_threads()
        self.callback(torch.set_num_threads, threads)
        torch.set_num_threads(1)
        self.enter_context(mock.patch.object(training, "ordered_map", _serial))
        return self
