"""A spread of a sweep's models, with the data that the lecture's code gives each of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from gatesweep.bench import lecture
from gatesweep.experiment import Experiment
from gatesweep.lecture import split_rows

__all__ = ["Spread", "spread_over"]


@dataclass(frozen=True)
class Spread:
    """Some models of an experiment, evenly over its grid, and their data."""

    experiment: Experiment
    places: tuple[np.ndarray, ...]
    """Places of the m models in gate, noise_level and seed."""
    X: np.ndarray
    """Inputs, float64 of shape (m, n, 2)."""
    y: np.ndarray
    """Labels, int64 of shape (m, n)."""

    @cached_property
    def train(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (m, n_train, 2) and labels (m, n_train) of the training rows."""
        rows, _ = split_rows(np.empty(self.y.shape[1]), self.experiment.split, self.experiment.fixed["train_seed"])
        return self.X[:, rows], self.y[:, rows]

    def __len__(self) -> int:
        return len(self.y)

    @property
    def scale(self) -> float:
        """Models of the experiment for each model of the spread."""
        return self.experiment.n_models / len(self)

    def params(self, dataset: xr.Dataset) -> np.ndarray:
        """The sweep's weights and intercept of these models, shape (m, 3); of nets in the order of `engine.network`."""

        def of(name: str) -> np.ndarray:
            return dataset[name].values[self.places]

        if "weight" in dataset:
            return np.column_stack([of("weight"), of("intercept")])
        lines = np.concatenate([of("hidden_weight"), of("hidden_intercept")[..., None]], -1)
        return np.column_stack([lines.reshape(len(self), -1), of("output_weight"), of("intercept")])

    def scores(self, dataset: xr.Dataset) -> np.ndarray:
        """The sweep's train and test accuracy of these models, shape (m, 2)."""
        return np.column_stack([dataset[f"{part}_accuracy"].values[self.places] for part in ("train", "test")])


def spread_over(experiment: Experiment, count: int) -> Spread:
    """`count` models (or all), from the first to the last."""
    shape = experiment.shape
    chosen = np.unique(np.linspace(0, experiment.n_models - 1, count).round().astype(int))
    places = np.unravel_index(chosen, shape)
    num_samples = experiment.grid["num_samples"][0]
    data = []
    for gate, level, seed in zip(*places, strict=True):
        np.random.seed(experiment.grid["seed"][seed])
        data.append(
            lecture.generate_data_with_noise(
                num_samples, experiment.grid["gate"][gate], experiment.grid["noise_level"][level]
            )
        )
    return Spread(experiment, places, np.stack([X for X, _ in data]), np.stack([y for _, y in data]))
