"""A batch of models: the draws of some seeds become designs, and a solver takes first weights from there."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gatesweep import theory
from gatesweep.engine.design import CornerDesign, Design
from gatesweep.engine.device import Place
from gatesweep.engine.loop import run
from gatesweep.engine.network import NetworkDesign
from gatesweep.engine.path import Path
from gatesweep.engine.solvers.protocol import Solver
from gatesweep.experiment import Experiment
from gatesweep.features import exclusive_columns, factor_columns, factor_lift, feature_names
from gatesweep.grids.plan import COLUMNS, Block, Chunk
from gatesweep.lecture import Draw, Stream, draw, split_rows
from gatesweep.results import schema

__all__ = ["Batch", "Models"]

START_TOLERANCE = 1e-4
"""Precision of the population optimum as a start: far finer than a sample's distance from it."""


@dataclass(frozen=True)
class Models:
    """The models of a chunk, standing as (seed, gate, column): what its blocks share."""

    experiment: Experiment
    chunk: Chunk
    place: Place

    @cached_property
    def truth(self) -> np.ndarray:
        """(gate, corner)"""
        return np.array([gate.truth for gate in self.experiment.gates])

    @cached_property
    def columns(self) -> np.ndarray:
        """noise_level, C, learning_rate and init_seed (NaN for none) of each column, shape (4, columns)."""
        axes = [np.array(self.experiment.grid[name], float) for name in COLUMNS]
        return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")])

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self.chunk.seeds), len(self.truth), self.columns.shape[1]

    def size(self, block: Block) -> int:
        """How many models a block has."""
        seeds, gates, columns = self.shape
        return len(range(seeds)[block.seeds]) * gates * len(range(columns)[block.columns])

    @cached_property
    def n_features(self) -> int:
        return len(feature_names(self.experiment.n_inputs, self.chunk.features))

    @property
    def init(self) -> str:
        """The initial values in use: with hidden units, `auto` is what torch's layers start from."""
        automatic = self.experiment.fixed["init"] == "auto"
        return "linear" if automatic and self.chunk.hidden_units else self.experiment.init

    @cached_property
    def optimum(self) -> np.ndarray:
        """The population optimum of every gate and column, shape (gates, columns, p)."""
        n_train = schema.n_train(self.experiment, self.chunk.num_samples)
        noise_level, C, *_ = self.columns
        weight, intercept = theory.population_optima(
            self.experiment.gates, noise_level, C, n_train, self.chunk.features, START_TOLERANCE
        )
        return np.concatenate([weight, intercept[..., None]], -1)


@dataclass(frozen=True)
class Batch:
    """The models of a block, of shape (seeds, gates, columns), with the rows that they are trained and tested on."""

    models: Models
    block: Block

    @cached_property
    def noise_level(self) -> np.ndarray:
        """Of each column."""
        return self.models.columns[0, self.block.columns]

    @cached_property
    def draws(self) -> list[Draw]:
        """What each seed decides."""
        # Seeding a stream anew gives the same numbers as a new one, fifty times faster.
        stream, found = np.random.RandomState(), []
        for seed in self.models.chunk.seeds[self.block.seeds]:
            stream.seed(seed)
            found.append(draw(stream, self.models.chunk.num_samples, self.models.experiment.n_inputs))
        return found

    @cached_property
    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Row numbers of the training and of the test part, (seeds, n_train) and (seeds, n_test)."""
        experiment = self.models.experiment
        parts = [split_rows(d.corner, experiment.split, experiment.fixed["train_seed"]) for d in self.draws]
        return np.stack([train for train, _ in parts]), np.stack([test for _, test in parts])

    @cached_property
    def designs(self) -> tuple[Design, Design]:
        """The same two parts, as the engine has them."""
        eps, corner = np.stack([d.eps for d in self.draws]), np.stack([d.corner for d in self.draws])
        chunk, tensor, n_inputs = self.models.chunk, self.models.place.tensor, eps.shape[-1]
        features = chunk.features
        scale, lift = map(tensor, factor_lift(self.noise_level, n_inputs, features))
        columns = factor_columns(eps, corner, features)
        sign = np.moveaxis(1 - 2 * self.models.truth[:, corner], 0, 1)

        def design(rows: np.ndarray) -> Design:
            part = tensor(np.take_along_axis(columns, rows[..., None], 1))
            labels = tensor(np.take_along_axis(sign, rows[:, None], 2))
            inputs = CornerDesign(part, labels, scale, lift, exclusive_columns(n_inputs, features))
            return NetworkDesign(inputs, chunk.hidden_units, chunk.activation) if chunk.hidden_units else inputs

        train, test = map(design, self.rows)
        return train, test

    @property
    def stream(self) -> Stream:
        """What the lecture draws with torch, the same for every seed; of several init_seeds, with the first one."""
        return self._stream(self.models.experiment.grid["init_seed"][0])

    def _stream(self, init_seed: int | None) -> Stream:
        experiment, (train, test) = self.models.experiment, self.rows
        fixed, n_train = experiment.fixed, train.shape[1]
        return Stream(
            n_total=n_train + test.shape[1],
            n_train=n_train,
            n_features=self.models.n_features,
            train_seed=fixed["train_seed"],
            linear=self.models.init == "linear",
            init_seed=init_seed,
            hidden_units=self.models.chunk.hidden_units,
        )

    @cached_property
    def solver(self) -> Solver[Any, Any]:
        experiment, (_, C, learning_rate, _) = self.models.experiment, self.models.columns[:, self.block.columns]
        batched = {"C": self.models.place.tensor(C), "learning_rate": self.models.place.tensor(learning_rate)}
        return experiment.solver.of(experiment.fixed | batched, self.stream.batches)

    @cached_property
    def first(self) -> np.ndarray:
        """First weights and intercept, broadcastable to (seeds, gates, columns, p)."""
        if self.models.init == "population":
            return self.models.optimum[:, self.block.columns]
        if self.models.init == "ones":
            return np.ones(self.designs[0].n_params)
        seeds = self.models.columns[3, self.block.columns]
        values, place = np.unique(seeds, return_inverse=True)
        drawn = [self._stream(None if np.isnan(seed) else int(seed)).first() for seed in values]
        return np.stack(drawn)[place]

    def fit(
        self, first: np.ndarray | None = None, record: bool = False, check: Callable[[], None] = lambda: None
    ) -> Path:
        """Train them.

        Args:
            first: weights and intercept to start from instead of the experiment's own, broadcastable to the models.
            record: whether the path keeps every step.
            check: called between steps; may raise.
        """
        train, _ = self.designs
        shape = (len(self.draws), len(self.models.truth), len(self.noise_level), train.n_params)
        start = self.models.place.tensor(self.first if first is None else first)
        return run(train, self.solver, start.expand(shape), record, check)
