"""A chunk of an experiment: fitted block by block, scored, and put together in the dimensions of the dataset."""

import threading
from collections.abc import Callable, Iterable

import numpy as np
import torch

from gatesweep.engine.device import Place
from gatesweep.engine.threads import ordered_map
from gatesweep.experiment import Experiment
from gatesweep.grids import scores
from gatesweep.grids.batch import Batch, Models
from gatesweep.grids.plan import Block, Chunk, blocks
from gatesweep.results import schema

__all__ = ["Cancelled", "compute", "fit_block", "gather"]


class Cancelled(Exception):
    """The sweep was cancelled; what was already stored stays.

    Example:
        >>> import threading
        >>> import gatesweep as gs
        >>> stop = threading.Event()
        >>> stop.set()
        >>> gs.sweep(cancel=stop)
        Traceback (most recent call last):
        gatesweep.grids.training.Cancelled
    """


def compute(
    experiment: Experiment,
    chunk: Chunk,
    device: str | torch.device = "auto",
    *,
    report: Callable[[int], None] = lambda models: None,
    cancel: threading.Event | None = None,
) -> dict[str, np.ndarray]:
    """Fit one chunk: its variables' arrays, in the dimensions of the schema.

    Works in blocks that fit the cache (on a GPU, the memory: where it runs out, in smaller ones, with a
    warning). `report` is told how many more models are done, by the threads that train, one at a time; models
    under way count by their share of the steps.
    """
    models = Models(experiment, chunk, Place.of(experiment.fixed["dtype"], device))
    telling = threading.Lock()

    def fit(block: Block) -> dict[str, np.ndarray]:
        size, steps, told = models.size(block), 0, 0

        def tell(done: int) -> None:
            nonlocal told
            if done != told:
                with telling:
                    report(done - told)
                told = done

        def check() -> None:
            nonlocal steps
            if cancel is not None and cancel.is_set():
                raise Cancelled("the sweep was cancelled")
            tell(size * steps // experiment.n_steps)
            steps += 1

        try:
            found = fit_block(models, block, check)
        except torch.OutOfMemoryError:
            tell(0)  # Its halves begin anew.
            raise
        tell(size)
        return found

    tasks = list(blocks(experiment, chunk, models.place.device))
    return gather(models, ordered_map(fit, tasks, models.place.device, Block.halves))


def fit_block(models: Models, block: Block, check: Callable[[], None] = lambda: None) -> dict[str, np.ndarray]:
    """Fit and score the models of a block: arrays of shape (seeds, gates, columns, ...)."""
    batch, record = Batch(models, block), models.experiment.records
    return scores.table(batch, batch.fit(record=record, check=check), record)


def gather(models: Models, parts: Iterable[tuple[Block, dict[str, np.ndarray]]]) -> dict[str, np.ndarray]:
    """A chunk's blocks, put together in the dimensions of the schema."""
    found: dict[str, np.ndarray] = {}
    for block, arrays in parts:
        for name, part in arrays.items():
            whole = found.setdefault(name, np.empty((*models.shape, *part.shape[3:]), part.dtype))
            whole[block.seeds, :, block.columns] = part
    experiment, region = models.experiment, models.chunk.region
    return {
        name: scores.arrange(experiment, name, found[name])
        if name in found
        else scores.absent(experiment, name, region)
        for name in schema.variables(experiment)
    }
