"""The lecture's own code, as taught: what the bench times and the oracle of the parity tests.

Shortened only where it draws or prints: the per-epoch numbers it prints are returned, and the model
classes, loops, seeds, splits and defaults are as in the notebook (Data 100, Fall 2024, lecture 27).
"""

from typing import Any

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset, random_split

__all__ = [
    "LogisticRegressionModelA",
    "LogisticRegressionModelB",
    "OPTIMIZERS",
    "generate_data_with_noise",
    "make_tensors",
    "perform_logistic_regression",
    "perform_logistic_regression_pytorch",
]


def generate_data_with_noise(
    num_samples: int = 500, gate: str = "AND", noise_level: float = 0.05
) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and labels, drawn from NumPy's global stream."""
    if gate == "AND":
        base_X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        base_y = np.array([0, 0, 0, 1])
    elif gate == "OR":
        base_X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        base_y = np.array([0, 1, 1, 1])
    elif gate == "XOR":
        base_X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        base_y = np.array([0, 1, 1, 0])
    else:
        raise ValueError("Gate must be 'AND', 'OR', or 'XOR'.")
    X = np.repeat(base_X, num_samples // len(base_X), axis=0)
    y = np.repeat(base_y, num_samples // len(base_y), axis=0)
    X = X + np.random.normal(0, noise_level, X.shape)
    indices = np.arange(X.shape[0])
    np.random.shuffle(indices)
    return X[indices], y[indices]


def perform_logistic_regression(
    X: np.ndarray, y: np.ndarray, **options: Any
) -> tuple[LogisticRegression, float, float]:
    """The model, and its accuracy on the training and on the test rows."""
    x_train, x_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=140)
    model = LogisticRegression(**options).fit(x_train, y_train)
    return model, model.score(x_train, y_train), model.score(x_test, y_test)


def make_tensors(X: np.ndarray, y: np.ndarray) -> list[Any]:
    """The training and the test part."""
    data = TensorDataset(torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32).unsqueeze(1))
    torch.manual_seed(140)
    return random_split(data, [0.8, 0.2])


class LogisticRegressionModelA(nn.Module):
    """One neuron written out, first weights of one."""

    def __init__(self, input_size: int) -> None:
        super().__init__()
        self.intercept = nn.Parameter(torch.tensor(1.0))
        self.w = nn.Parameter(torch.ones(input_size, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.intercept + torch.matmul(x, self.w))

    def line(self) -> tuple[np.ndarray, float]:
        return self.w.detach().numpy()[:, 0].copy(), float(self.intercept.detach())


class LogisticRegressionModelB(nn.Module):
    """One neuron as torch's layer, first weights random."""

    def __init__(self, input_size: int) -> None:
        super().__init__()
        self.linear = nn.Linear(input_size, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.linear(x))

    def line(self) -> tuple[np.ndarray, float]:
        return self.linear.weight.detach().numpy()[0].copy(), float(self.linear.bias.detach())


OPTIMIZERS = {"sgd": optim.SGD, "adam": optim.Adam}


def perform_logistic_regression_pytorch(
    train_dataset: Any,
    test_dataset: Any,
    model: Any,
    loss_fn: nn.Module,
    batch_size: int = 64,
    nepochs: int = 20,
    optimizer: str = "sgd",
) -> list[tuple[float, float, np.ndarray, float]]:
    """Per epoch: last batch's loss, mean test loss over test batches (both printed), weights, intercept."""
    train_loader = DataLoader(train_dataset, batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(test_dataset, batch_size=batch_size, shuffle=False)
    descent: Any = OPTIMIZERS[optimizer](model.parameters(), lr=0.5)
    printed = []
    for _epoch in range(nepochs):
        for X, y in train_loader:
            descent.zero_grad()
            pred = model(X)
            loss = loss_fn(pred, y)
            loss.backward()
            descent.step()
        with torch.no_grad():
            test_loss_sum = 0.0
            for X_test, y_test in test_loader:
                test_loss_sum += loss_fn(model(X_test), y_test).item()
        printed.append((loss.item(), test_loss_sum / len(test_loader), *model.line()))
    return printed
