"""What a trained model is: one neuron, or a network with a hidden layer. Both answer the same questions.

Leading axes are several models at once: the steps of a training, or other seeds.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Protocol, Self, TypeAlias

import numpy as np

from gatesweep import theory
from gatesweep.features import expand
from gatesweep.gates import GateLike

__all__ = ["Model", "Network", "Neuron", "model_of", "n_params"]

Index: TypeAlias = int | slice | tuple[int, ...]


class Model(Protocol):
    """A model of two inputs, or several of one kind along leading axes."""

    @property
    def params(self) -> np.ndarray:
        """Every number of it in the engine's order, (*batch, p)."""

    @property
    def features(self) -> str:
        """What its weights are of: "linear" or "interaction"."""

    @property
    def hidden_units(self) -> int:
        """Neurons between the features and the output."""

    @property
    def activation(self) -> str:
        """What a hidden neuron makes of its weighted sum."""

    @property
    def units(self) -> "Neuron":
        """The hidden neurons by themselves, along one more axis."""

    def hidden(self, X: np.ndarray) -> np.ndarray:
        """What each hidden neuron makes of rows X (..., 2), (*batch, unit, ...)."""

    @property
    def output_weight(self) -> np.ndarray:
        """What each hidden neuron weighs in the output, (*batch, unit)."""

    @property
    def direct(self) -> np.ndarray:
        """What each feature weighs in the output by itself, (*batch, feature): 0 behind a hidden layer."""

    @property
    def intercept(self) -> np.ndarray:
        """Of the output, (*batch)."""

    def __getitem__(self, index: Index) -> Self:
        """Of several models some, or one."""

    def like(self, params: np.ndarray) -> Self:
        """Models of the same kind with these numbers."""

    def logit(self, X: np.ndarray) -> np.ndarray:
        """Logits of rows X (..., 2), (*batch, ...)."""

    def exact_accuracy(self, gate: GateLike, noise_level: float) -> np.ndarray:
        """Accuracy on the true distribution, of the rule p >= 0.5."""

    def exact_log_loss(self, gate: GateLike, noise_level: float) -> np.ndarray:
        """Mean log loss on the true distribution, in nats."""


class _Batch:
    """Picking some of several models: from each field the same ones."""

    def __getitem__(self: Any, index: Index) -> Any:
        arrays = {f.name: getattr(self, f.name) for f in fields(self)}
        return replace(self, **{name: v[index] for name, v in arrays.items() if isinstance(v, np.ndarray)})


@dataclass(frozen=True)
class Neuron(_Batch):
    """One neuron: the lecture's own model.

    >>> Neuron(np.array([4.0, 4.0]), np.array(-6.0)).logit(np.array([[1.0, 1.0], [0.0, 0.0]])).tolist()
    [2.0, -6.0]
    """

    weight: np.ndarray
    """(*batch, feature)"""
    intercept: np.ndarray
    """(*batch)"""

    hidden_units = 0
    activation = "sigmoid"

    @property
    def features(self) -> str:
        return _features(self.weight)

    @property
    def direct(self) -> np.ndarray:
        return self.weight

    @property
    def output_weight(self) -> np.ndarray:
        return np.empty((*self.weight.shape[:-1], 0))

    @property
    def units(self) -> "Neuron":
        return Neuron(np.empty((*self.weight.shape[:-1], 0, self.weight.shape[-1])), self.output_weight)

    def hidden(self, X: np.ndarray) -> np.ndarray:
        return self.units.logit(X)

    @property
    def params(self) -> np.ndarray:
        return np.concatenate([self.weight, np.asarray(self.intercept)[..., None]], -1)

    def like(self, params: np.ndarray) -> "Neuron":
        return Neuron(params[..., :-1], params[..., -1])

    def logit(self, X: np.ndarray) -> np.ndarray:
        return _sums(self.weight, self.intercept, expand(X, self.features))

    def exact_accuracy(self, gate: GateLike, noise_level: float) -> np.ndarray:
        return theory.exact_accuracy(self.weight, self.intercept, gate, noise_level, self.features)

    def exact_log_loss(self, gate: GateLike, noise_level: float) -> np.ndarray:
        return theory.exact_log_loss(self.weight, self.intercept, gate, noise_level, self.features)


@dataclass(frozen=True)
class Network(_Batch):
    """Hidden neurons, each with a line of its own, and an output that weighs what they say.

    >>> one = np.array
    >>> or_less_and = Network(one([[20.0, 20.0], [20.0, 20.0]]), one([-10.0, -30.0]), one([20.0, -20.0]), one(-10.0))
    >>> (or_less_and.logit(one([[0.0, 1.0], [1.0, 1.0]])) > 0).tolist()
    [True, False]
    """

    hidden_weight: np.ndarray
    """(*batch, unit, feature)"""
    hidden_intercept: np.ndarray
    """(*batch, unit)"""
    output_weight: np.ndarray
    """(*batch, unit)"""
    intercept: np.ndarray
    """(*batch)"""
    activation: str = "sigmoid"

    @property
    def features(self) -> str:
        return _features(self.hidden_weight)

    @property
    def hidden_units(self) -> int:
        return self.output_weight.shape[-1]

    @cached_property
    def params(self) -> np.ndarray:
        lines = np.concatenate([self.hidden_weight, self.hidden_intercept[..., None]], -1)
        lines = lines.reshape(*lines.shape[:-2], -1)
        return np.concatenate([lines, self.output_weight, np.asarray(self.intercept)[..., None]], -1)

    def like(self, params: np.ndarray) -> "Network":
        n = self.hidden_units
        lines = params[..., : -n - 1].reshape(*params.shape[:-1], n, -1)
        return Network(lines[..., :-1], lines[..., -1], params[..., -n - 1 : -1], params[..., -1], self.activation)

    @property
    def units(self) -> Neuron:
        return Neuron(self.hidden_weight, self.hidden_intercept)

    @property
    def direct(self) -> np.ndarray:
        return np.zeros((*self.output_weight.shape[:-1], self.hidden_weight.shape[-1]))

    def hidden(self, X: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore", invalid="ignore"):
            return _ACTIVATIONS[self.activation](self.units.logit(X))

    def logit(self, X: np.ndarray) -> np.ndarray:
        outputs = self.hidden(X)
        with np.errstate(invalid="ignore"):
            flat = outputs.reshape(*outputs.shape[: self.output_weight.ndim], -1)
            total = np.einsum("...u,...ur->...r", self.output_weight, flat) + np.asarray(self.intercept)[..., None]
        return total.reshape(*self.output_weight.shape[:-1], *X.shape[:-1])

    def exact_accuracy(self, gate: GateLike, noise_level: float) -> np.ndarray:
        return theory.network_accuracy(self._plain, gate, noise_level, self.features)

    def exact_log_loss(self, gate: GateLike, noise_level: float) -> np.ndarray:
        return theory.network_log_loss(self._plain, gate, noise_level, self.features)

    @property
    def _plain(self) -> theory.Network:
        values = (self.hidden_weight, self.hidden_intercept, self.output_weight, self.intercept)
        return theory.Network(*values, self.activation)


_ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "sigmoid": lambda sums: 0.5 * (1 + np.tanh(0.5 * sums)),
    "tanh": np.tanh,
    "relu": lambda sums: np.maximum(sums, 0),
}


def _features(weight: np.ndarray) -> str:
    return "interaction" if weight.shape[-1] == 3 else "linear"


def _sums(weight: np.ndarray, intercept: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Weighted sums of columns (..., feature): (*batch, ...)."""
    rows = columns.reshape(-1, columns.shape[-1])
    with np.errstate(over="ignore", invalid="ignore"):
        sums = weight @ rows.T + np.asarray(intercept)[..., None]
    return sums.reshape(*weight.shape[:-1], *columns.shape[:-1])


def n_params(hidden_units: int, features: str) -> int:
    """Numbers that a model of two inputs is made of."""
    line = 4 if features == "interaction" else 3
    return hidden_units * (line + 1) + 1 if hidden_units else line


def model_of(params: np.ndarray, hidden_units: int, activation: str) -> Model:
    """The models whose numbers stand in the engine's order, (*batch, p)."""
    if not hidden_units:
        return Neuron(params[..., :-1], params[..., -1])
    nothing = np.empty((0, hidden_units))
    return Network(nothing[..., None], nothing, nothing, np.empty(0), activation).like(params)
