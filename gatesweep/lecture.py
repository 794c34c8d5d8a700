"""The lecture's data: noise draws, row order, split, initial values and mini-batch order.

Every random number comes from the CPU and from a named seed: NumPy's frozen RandomState stream for
the noise and the row order (NEP 19), torch's CPU generator for what the lecture draws with torch.
"""

from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, Dataset, random_split

from gatesweep.errors import InputError
from gatesweep.gates import GateLike, as_gate, corners

__all__ = [
    "Draw",
    "MiniBatches",
    "Stream",
    "draw",
    "generate_data_with_noise",
    "gate_data",
    "minibatches",
    "n_rows",
    "split_rows",
]

TEST_FRACTION = 0.2

_TORCH_STREAM = Lock()
"""Held while torch's global generator gives the lecture's numbers: blocks on several threads draw from it."""


def n_rows(num_samples: int, n_inputs: int = 2) -> int:
    """Rows that `num_samples` gives: the lecture puts num_samples // 2**n_inputs at each corner."""
    n_corners = 2**n_inputs
    if num_samples != int(num_samples) or num_samples < n_corners:
        raise InputError(
            f"num_samples must be a whole number, at least {n_corners} (one row a corner)",
            num_samples,
            f"Give {n_corners} or more",
        )
    return int(num_samples) // n_corners * n_corners


@dataclass(frozen=True)
class Draw:
    """What a seed decides, before any gate or noise level: row i is corner[i] + noise_level * eps[i]."""

    eps: np.ndarray
    """Standard normal noise, float64 of shape (n, n_inputs), in row order."""
    corner: np.ndarray
    """Index of each row's corner, int64 of shape (n,)."""

    def rows(self, noise_level: float) -> np.ndarray:
        """Inputs at this noise level (standard deviation), float64 of shape (n, n_inputs)."""
        return corners(self.eps.shape[1])[self.corner] + noise_level * self.eps

    def labels(self, gate: GateLike) -> np.ndarray:
        """The gate's output at each row's corner, int64 of shape (n,)."""
        return np.array(as_gate(gate).truth)[self.corner]


def draw(random_state: int | np.random.RandomState, num_samples: int, n_inputs: int = 2) -> Draw:
    """Noise and row order as the lecture draws them after `np.random.seed(random_state)`.

    Equal bit for bit to the lecture's array, since `normal(0, s)` is `0 + s * normal(0, 1)`.
    """
    n = n_rows(num_samples, n_inputs)
    if not isinstance(random_state, np.random.RandomState):
        random_state = np.random.RandomState(random_state)
    eps = random_state.normal(0, 1, (n, n_inputs))
    order = np.arange(n)
    random_state.shuffle(order)
    return Draw(eps[order], order // (n // 2**n_inputs))


def generate_data_with_noise(
    num_samples: int = 500,
    gate: GateLike = "AND",
    noise_level: float = 0.05,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The lecture's function, for every gate, with its seed as an argument.

    Args:
        num_samples: rows asked for; each corner gets num_samples // number of corners of them.
        gate: a name, a bit string or a truth table.
        noise_level: standard deviation of the Gaussian added to the inputs, finite and >= 0.
        random_state: what the lecture passes to `np.random.seed`; None goes on with NumPy's
            global stream, as the lecture's own function does.

    Returns:
        X, float64 of shape (n, n_inputs), and y, int64 of shape (n,), in shuffled order.

    Example:
        >>> X, y = generate_data_with_noise(500, "AND", 0.05, random_state=42)
        >>> X.shape, y.mean()
        ((500, 2), np.float64(0.25))
    """
    if not (np.isfinite(noise_level) and noise_level >= 0):
        raise InputError("noise_level must be a finite standard deviation, 0 or more", noise_level, "Give 0.05, say")
    stream = np.random.mtrand._rand if random_state is None else random_state
    table = as_gate(gate)
    rows = draw(stream, num_samples, table.n_inputs)
    return rows.rows(noise_level), rows.labels(table)


class _Indices(Dataset):
    """Row numbers as a dataset, so that torch's own splitting and loading code orders them."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, index: int) -> int:
        return index

    def __getitems__(self, indices: list[int]) -> list[int]:
        return indices


def _keep(indices: list[int]) -> list[int]:
    return indices


@lru_cache(maxsize=256)
def _shared_split(n: int, split: str, train_seed: int) -> tuple[np.ndarray, np.ndarray]:
    if split == "sklearn":
        train, test = train_test_split(np.arange(n), test_size=TEST_FRACTION, random_state=train_seed)
    else:
        with _TORCH_STREAM, torch.random.fork_rng(devices=[]):
            torch.manual_seed(train_seed)
            parts = random_split(_Indices(n), [1 - TEST_FRACTION, TEST_FRACTION])
        train, test = (np.array(part.indices) for part in parts)
    for rows in (train, test):
        rows.setflags(write=False)
    return train, test


def split_rows(corner: np.ndarray, split: str, train_seed: int = 140) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers of the training and the test part, in the lecture's order.

    Args:
        corner: the corner of each row (only "stratified" looks at it), shape (n,).
        split: "sklearn" (train_test_split), "torch" (random_split) or "stratified" (train_test_split
            with every corner in the same proportion).
        train_seed: the lecture's 140, as `random_state` or `torch.manual_seed`.
    """
    if split != "stratified":
        return _shared_split(len(corner), split, train_seed)
    try:
        train, test = train_test_split(
            np.arange(len(corner)), test_size=TEST_FRACTION, random_state=train_seed, stratify=corner
        )
    except ValueError as error:
        raise InputError(
            "a stratified split needs rows of each corner in both parts", len(corner), "Take more samples"
        ) from error
    return train, test


@dataclass(frozen=True)
class MiniBatches:
    """What the lecture draws with torch after its split."""

    batches: tuple[tuple[np.ndarray, ...], ...]
    """For each epoch the row numbers (within the training part) of each mini-batch."""
    first: np.ndarray
    """Initial values of `nn.Linear`, weights and bias, float32 of shape (n_features + 1,); with hidden units those of
    `nn.Sequential(nn.Linear(d, h), ..., nn.Linear(h, 1))`: weights and bias of each unit, then of the output."""


def _first_values(n_features: int, hidden_units: int) -> np.ndarray:
    """What torch's generator gives next to new layers."""
    with torch.no_grad():
        if not hidden_units:
            line = torch.nn.Linear(n_features, 1)
            return torch.cat([line.weight[0], line.bias]).numpy()
        hidden, output = torch.nn.Linear(n_features, hidden_units), torch.nn.Linear(hidden_units, 1)
        lines = torch.cat([hidden.weight, hidden.bias[:, None]], 1)
        return torch.cat([lines.flatten(), output.weight[0], output.bias]).numpy()


@lru_cache(maxsize=1024)
def minibatches(
    n_total: int,
    n_train: int,
    batch_size: int,
    epochs: int,
    train_seed: int = 140,
    n_features: int = 2,
    linear: bool = False,
    init_seed: int | None = None,
    hidden_units: int = 0,
) -> MiniBatches:
    """The lecture's torch stream in its order: seed, random_split, the model's layers, then a shuffle an epoch.

    The initial values of `nn.Linear` shift the shuffles only where the lecture draws them from the
    same stream: `linear=True` with no `init_seed`. Each epoch also opens the test loader, which
    takes one number from the stream. Leaves torch's global generator as it was.
    """
    with _TORCH_STREAM, torch.random.fork_rng(devices=[]):
        torch.manual_seed(train_seed)
        torch.randperm(n_total)  # what random_split takes from the stream
        if linear and init_seed is None:
            first = _first_values(n_features, hidden_units)
        train = DataLoader(_Indices(n_train), batch_size, shuffle=True, collate_fn=_keep)
        test = DataLoader(_Indices(1), batch_size, shuffle=False, collate_fn=_keep)
        orders = []
        for _ in range(epochs):
            orders.append(tuple(np.array(batch) for batch in train))
            iter(test)
        if not linear or init_seed is not None:
            torch.manual_seed(train_seed if init_seed is None else init_seed)
            first = _first_values(n_features, hidden_units)
    return MiniBatches(tuple(orders), first)


@dataclass(frozen=True)
class Stream:
    """What one training run takes from torch's generator: its mini-batches, and the first values of `nn.Linear`.

    Nothing is drawn before it is asked for: not every solver has mini-batches.
    """

    n_total: int
    n_train: int
    n_features: int
    train_seed: int
    linear: bool
    """Whether the first values are those of `nn.Linear`."""
    init_seed: int | None
    hidden_units: int = 0

    def batches(self, epochs: int, batch_size: int) -> tuple[tuple[np.ndarray, ...], ...]:
        """For each epoch the row numbers (within the training part) of each mini-batch."""
        return self._drawn(batch_size, epochs).batches

    def first(self) -> np.ndarray:
        """The model's initial values, in the order of `MiniBatches.first`."""
        return self._drawn(1, 0).first

    def _drawn(self, batch_size: int, epochs: int) -> MiniBatches:
        return minibatches(
            self.n_total,
            self.n_train,
            batch_size,
            epochs,
            self.train_seed,
            self.n_features,
            self.linear,
            self.init_seed,
            self.hidden_units,
        )


def gate_data(
    gate: GateLike, noise_level: float, seed: int, num_samples: int, split: str = "sklearn", train_seed: int = 140
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """One model's data: X (n, n_inputs), y (n,), and the row numbers of the train and the test part."""
    table = as_gate(gate)
    rows = draw(seed, num_samples, table.n_inputs)
    return rows.rows(noise_level), rows.labels(table), *split_rows(rows.corner, split, train_seed)
