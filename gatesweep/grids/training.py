"""A chunk of an experiment: its draws, designs and first weights, fitted block by block."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from math import prod

import numpy as np
import torch
from torch import Tensor

from gatesweep import theory
from gatesweep.engine.design import CornerDesign
from gatesweep.engine.device import as_device, to_host
from gatesweep.engine.loop import Outcome, evaluate, run
from gatesweep.engine.threads import ordered_map
from gatesweep.experiment import OUTER, Experiment
from gatesweep.features import factor_columns, factor_lift, feature_names
from gatesweep.lecture import Draw, Stream, draw, split_rows
from gatesweep.results import schema

__all__ = ["Cancelled", "Chunk", "compute", "plan"]

CHUNK_MODELS = 50_000
"""Models of a chunk, about: one unit of storage, of resuming and of distribution."""

BLOCK_ELEMENTS = 1_000_000
"""Model-row pairs fitted at once on a CPU: the largest tensors of a step then stay in the cache."""

START_TOLERANCE = 1e-4
"""Precision of the population optimum as a start: far finer than a sample's distance from it."""

DEVICE_ELEMENTS = 100_000_000
"""The same on a GPU, whose memory is the bound."""


class Cancelled(Exception):
    """The sweep was cancelled; what was already stored stays."""


@dataclass(frozen=True)
class Chunk:
    """A block of seeds with all gates, noise levels, C and learning rates, for one num_samples and features."""

    index: int
    region: dict[str, slice]
    """The part of each dimension of the dataset that this chunk fills."""
    num_samples: int
    features: str
    seeds: tuple[int, ...]


def plan(experiment: Experiment) -> list[Chunk]:
    """The chunks of an experiment: the same experiment gives the same chunks everywhere."""
    seeds = experiment.grid["seed"]
    size = max(1, CHUNK_MODELS // _models_per_seed(experiment))
    chunks: list[Chunk] = []
    for places in product(*(range(len(experiment.grid[name])) for name in OUTER)):
        num_samples, features = (experiment.grid[name][i] for name, i in zip(OUTER, places, strict=True))
        for start in range(0, len(seeds), size):
            stop = min(start + size, len(seeds))
            region = {name: slice(0, len(experiment.grid[name])) for name in experiment.swept}
            region["seed"] = slice(start, stop)
            for name, i in zip(OUTER, places, strict=True):
                if name in region:
                    region[name] = slice(i, i + 1)
            chunks.append(Chunk(len(chunks), region, num_samples, features, seeds[start:stop]))
    return chunks


def _models_per_seed(experiment: Experiment) -> int:
    return prod(len(experiment.grid[name]) for name in ("gate", "noise_level", "C", "learning_rate"))


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
    warning); `report` gets each block's models.
    """
    place = {"dtype": getattr(torch, experiment.fixed["dtype"]), "device": as_device(device)}
    grid = _Grid(experiment, chunk.num_samples, chunk.features, chunk.seeds)
    blocks = list(_blocks(grid, place["device"]))
    found: dict[str, np.ndarray] = {}
    fitted = ordered_map(lambda block: _fit_block(grid, *block, place, cancel), blocks, place["device"], _halves)
    for (seeds, columns), parts in fitted:
        for name, part in parts.items():
            shape = (len(grid.seeds), len(grid.truth), grid.columns.shape[1], *part.shape[3:])
            found.setdefault(name, np.empty(shape, part.dtype))[seeds, :, columns] = part
        report(part.shape[0] * part.shape[1] * part.shape[2])
    return {name: schema.arrange(experiment, name, array) for name, array in found.items()}


@dataclass(frozen=True)
class _Grid:
    """What the blocks of a chunk share. Models stand as (seed, gate, column).

    The columns are the noise levels, C and learning rates, flattened in this order.
    """

    experiment: Experiment
    num_samples: int
    features: str
    seeds: tuple[int, ...]

    @cached_property
    def truth(self) -> np.ndarray:
        return np.array([gate.truth for gate in self.experiment.gates])

    @cached_property
    def columns(self) -> np.ndarray:
        """noise_level, C and learning_rate of each column, shape (3, columns)."""
        axes = [self.experiment.grid[name] for name in ("noise_level", "C", "learning_rate")]
        return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")])

    @cached_property
    def n_features(self) -> int:
        return len(feature_names(self.experiment.n_inputs, self.features))

    def draws(self, seeds: slice) -> list[Draw]:
        # Seeding a stream anew gives the same numbers as a new one, fifty times faster.
        stream, n_inputs, found = np.random.RandomState(), self.experiment.n_inputs, []
        for seed in self.seeds[seeds]:
            stream.seed(seed)
            found.append(draw(stream, self.num_samples, n_inputs))
        return found

    def split(self, corner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Train and test rows of each seed, shapes (seeds, n_train) and (seeds, n_test)."""
        fixed = self.experiment.fixed
        parts = [split_rows(rows, self.experiment.split, fixed["train_seed"]) for rows in corner]
        return np.stack([train for train, _ in parts]), np.stack([test for _, test in parts])

    def stream(self, n_train: int, n_total: int) -> Stream:
        fixed, linear = self.experiment.fixed, self.experiment.init == "linear"
        return Stream(n_total, n_train, self.n_features, fixed["train_seed"], linear, fixed["init_seed"])

    @cached_property
    def optimum(self) -> np.ndarray:
        """The population optimum of every gate and column, shape (gates, columns, p)."""
        n_train = schema.n_train(self.experiment, self.num_samples)
        noise_level, C, _ = self.columns
        weight, intercept = theory.population_optima(
            self.experiment.gates, noise_level, C, n_train, self.features, START_TOLERANCE
        )
        return np.concatenate([weight, intercept[..., None]], -1)


def _blocks(grid: _Grid, device: torch.device) -> Iterator[tuple[slice, slice]]:
    """Blocks of (seeds, columns), small enough for the cache or the device, in a fixed order."""
    rows = grid.experiment.solver.rows_at_once(grid.num_samples, grid.experiment.fixed)
    budget = BLOCK_ELEMENTS if device.type == "cpu" else DEVICE_ELEMENTS
    models = max(1, budget // (rows * len(grid.truth)))
    n_columns = grid.columns.shape[1]
    width = min(n_columns, models)
    for seeds in _even_parts(len(grid.seeds), max(1, models // width)):
        for first in range(0, n_columns, width):
            yield seeds, slice(first, min(first + width, n_columns))


def _even_parts(length: int, most: int) -> list[slice]:
    """Parts of nearly equal length, `most` at most; where one does not do, an even number, for two cores' sake."""
    count = -(-length // most)
    count = min(length, count + count % 2) if count > 1 else count
    cuts = [length * i // count for i in range(count + 1)]
    return [slice(start, stop) for start, stop in pairwise(cuts)]


def _halves(block: tuple[slice, slice]) -> list[tuple[slice, slice]]:
    """The block in two: fewer seeds, or of one seed fewer columns; one model a gate stays as it is."""
    axis = 0 if block[0].stop - block[0].start > 1 else 1
    cut = block[axis]
    middle = (cut.start + cut.stop) // 2
    parts = [slice(cut.start, middle), slice(middle, cut.stop)] if middle > cut.start else [cut]
    return [(part, block[1]) if axis == 0 else (block[0], part) for part in parts]


def _fit_block(
    grid: _Grid, seeds: slice, columns: slice, place: dict, cancel: threading.Event | None
) -> dict[str, np.ndarray]:
    """Fit and score the models of some seeds and columns: arrays of shape (seeds, gates, columns, ...)."""
    fixed = grid.experiment.fixed
    noise_level, C, learning_rate = grid.columns[:, columns]
    train, test, stream = _designs(grid, seeds, noise_level, place)
    batched = {"C": torch.as_tensor(C, **place), "learning_rate": torch.as_tensor(learning_rate, **place)}
    solver = grid.experiment.solver.of(fixed | batched, stream.batches)
    shape = (seeds.stop - seeds.start, len(grid.truth), len(noise_level), grid.n_features + 1)
    first = torch.as_tensor(_first_params(grid, columns, stream), **place).expand(shape)

    def check() -> None:
        if cancel is not None and cancel.is_set():
            raise Cancelled("the sweep was cancelled")

    outcome = run(train, solver, first, fixed["record"] == "epoch", check)
    found = _scores(grid, outcome, evaluate(test, outcome.params), noise_level)
    return found | _history(grid, outcome, train, test, noise_level) if outcome.path else found


def _designs(
    grid: _Grid, seeds: slice, noise_level: np.ndarray, place: dict
) -> tuple[CornerDesign, CornerDesign, Stream]:
    draws = grid.draws(seeds)
    eps, corner = np.stack([d.eps for d in draws]), np.stack([d.corner for d in draws])
    n_inputs = eps.shape[-1]
    scale, lift = (torch.as_tensor(a, **place) for a in factor_lift(noise_level, n_inputs, grid.features))
    columns = factor_columns(eps, corner, grid.features)
    sign = np.moveaxis(1 - 2 * grid.truth[:, corner], 0, 1)

    def design(rows: np.ndarray) -> CornerDesign:
        part = torch.as_tensor(np.take_along_axis(columns, rows[..., None], 1), **place)
        labels = torch.as_tensor(np.take_along_axis(sign, rows[:, None], 2), **place)
        return CornerDesign(part, labels, scale, lift, 2**n_inputs)

    train, test = grid.split(corner)
    return design(train), design(test), grid.stream(train.shape[1], corner.shape[1])


def _first_params(grid: _Grid, columns: slice, stream: Stream) -> np.ndarray:
    init = grid.experiment.init
    if init == "population":
        return grid.optimum[:, columns]
    return stream.first() if init == "linear" else np.ones(grid.n_features + 1)


def _exact(grid: _Grid, params: np.ndarray, noise_level: np.ndarray) -> np.ndarray:
    """Exact accuracy of params of shape (seeds, gates, columns, p)."""
    return np.stack(
        [
            theory.exact_accuracy(params[:, g, ..., :-1], params[:, g, ..., -1], gate, noise_level, grid.features)
            for g, gate in enumerate(grid.experiment.gates)
        ],
        1,
    )


def _scores(
    grid: _Grid, outcome: Outcome, test: tuple[Tensor, Tensor], noise_level: np.ndarray
) -> dict[str, np.ndarray]:
    params = to_host(outcome.params)
    return {
        "weight": params[..., :-1],
        "intercept": params[..., -1],
        "train_accuracy": to_host(outcome.accuracy),
        "test_accuracy": to_host(test[1]),
        "train_loss": to_host(outcome.loss),
        "test_loss": to_host(test[0]),
        "exact_accuracy": _exact(grid, params.astype(np.float64), noise_level).astype(params.dtype),
        "n_iter": to_host(outcome.n_iter),
        "status": to_host(outcome.status),
    }


def _history(
    grid: _Grid, outcome: Outcome, train: CornerDesign, test: CornerDesign, noise_level: np.ndarray
) -> dict[str, np.ndarray]:
    """The same after every epoch; a newton path that ended early is continued with its last step."""
    steps = [(*evaluate(train, params), *evaluate(test, params), params) for params in outcome.path]
    steps += steps[-1:] * (1 + grid.experiment.n_steps - len(steps))
    train_loss, train_accuracy, test_loss, test_accuracy, params = (
        to_host(torch.stack(values, 3)) for values in zip(*steps, strict=True)
    )
    exact = [_exact(grid, params[:, :, :, e].astype(np.float64), noise_level) for e in range(params.shape[3])]
    return {
        "weight_history": params[..., :-1],
        "intercept_history": params[..., -1],
        "train_loss_history": train_loss,
        "test_loss_history": test_loss,
        "train_accuracy_history": train_accuracy,
        "test_accuracy_history": test_accuracy,
        "exact_accuracy_history": np.stack(exact, 3).astype(params.dtype),
    }
