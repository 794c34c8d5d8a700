"""The lecture's own code, as taught: the oracle of the parity tests.

Shortened only where it draws or prints: the per-epoch numbers it prints are returned, and the model
classes, loops, seeds, splits and defaults are as in the notebook (Data 100, Fall 2024, lecture 27).
"""

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset, random_split


def generate_data_with_noise(num_samples=500, gate="AND", noise_level=0.05):
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


def perform_logistic_regression(X, y, **options):
    x_train, x_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=140)
    model = LogisticRegression(**options).fit(x_train, y_train)
    return model, model.score(x_train, y_train), model.score(x_test, y_test)


def make_tensors(X, y):
    data = TensorDataset(torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32).unsqueeze(1))
    torch.manual_seed(140)
    return random_split(data, [0.8, 0.2])


class LogisticRegressionModelA(nn.Module):
    def __init__(self, input_size):
        super().__init__()
        self.intercept = nn.Parameter(torch.tensor(1.0))
        self.w = nn.Parameter(torch.ones(input_size, 1))

    def forward(self, x):
        return torch.sigmoid(self.intercept + torch.matmul(x, self.w))

    def line(self):
        return self.w.detach().numpy()[:, 0].copy(), float(self.intercept.detach())


class LogisticRegressionModelB(nn.Module):
    def __init__(self, input_size):
        super().__init__()
        self.linear = nn.Linear(input_size, 1)

    def forward(self, x):
        return torch.sigmoid(self.linear(x))

    def line(self):
        return self.linear.weight.detach().numpy()[0].copy(), float(self.linear.bias.detach())


OPTIMIZERS = {"sgd": optim.SGD, "adam": optim.Adam}


def perform_logistic_regression_pytorch(
    train_dataset, test_dataset, model, loss_fn, batch_size=64, nepochs=20, optimizer="sgd"
):
    """Per epoch: last batch's loss, mean test loss over test batches (both printed), weights, intercept."""
    train_loader = DataLoader(train_dataset, batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(test_dataset, batch_size=batch_size, shuffle=False)
    optimizer = OPTIMIZERS[optimizer](model.parameters(), lr=0.5)
    printed = []
    for _epoch in range(nepochs):
        for X, y in train_loader:
            optimizer.zero_grad()
            pred = model(X)
            loss = loss_fn(pred, y)
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            test_loss_sum = 0.0
            for X_test, y_test in test_loader:
                test_loss_sum += loss_fn(model(X_test), y_test).item()
        printed.append((loss.item(), test_loss_sum / len(test_loader), *model.line()))
    return printed
