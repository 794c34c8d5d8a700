"""A model's scores from its weights, row by row in NumPy and float64: the oracle of what a sweep reports."""

from itertools import combinations

import numpy as np
from scipy.special import expit
from scipy.stats import norm

from gatesweep.lecture import gate_data


def data_of(model, num_samples, split, features="linear"):
    """Rows with their features, labels, and the row numbers of both parts, of a dataset's one model."""
    X, y, train, test = gate_data(str(model.gate.item()), float(model.noise_level), int(model.seed), num_samples, split)
    k = X.shape[1]
    largest = k if features == "interaction" else 1
    products = [c for size in range(1, largest + 1) for c in combinations(range(k), size)]
    return np.column_stack([X[:, list(c)].prod(1) for c in products]), y, train, test


def scores(X, y, weight, intercept):
    """Mean log loss in nats, and accuracy, class 1 being where the logit is 0 or more."""
    logit = X @ np.asarray(weight, np.float64) + float(intercept)
    return np.logaddexp(0, np.where(y == 1, -logit, logit)).mean(), ((logit >= 0) == y).mean()


def objective_gradient(X, y, weight, intercept, C):
    """Gradient of sum(log loss) + |w|^2 / (2 C) by weights and intercept."""
    weight = np.asarray(weight, np.float64)
    error = expit(X @ weight + float(intercept)) - y
    return np.append(X.T @ error + weight / C, error.sum())


def exact_accuracy(weight, intercept, truth, noise_level):
    """A line's accuracy at a noise level above 0: mean over corners of Phi(s (w.c + b) / (sigma |w|))."""
    weight = np.asarray(weight, np.float64)
    k = len(weight)
    corners = np.array([[i >> (k - 1 - j) & 1 for j in range(k)] for i in range(2**k)])
    logit, scale = corners @ weight + float(intercept), noise_level * np.linalg.norm(weight)
    ones = norm.cdf(logit / scale) if scale else (logit >= 0).astype(float)
    return np.where(truth, ones, 1 - ones).mean()
