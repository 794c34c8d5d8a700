"""What a user would write instead of a sweep: a loop, joblib, or torch.func.vmap over materialised rows."""

from collections.abc import Sequence

import numpy as np
import torch
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.func import grad, hessian, vmap

from gatesweep.bench import lecture
from gatesweep.bench.spread import Spread
from gatesweep.bench.timing import on_all_cores

__all__ = ["fit_joblib", "fit_loop", "lecture_loop", "lecture_torch_loop", "sigmoids", "vmap_newton", "vmap_sgd"]

NEWTON_STEPS = 8
"""From zero, what the hardest model of the lecture's grid takes to come to its optimum in float32."""
CACHED = 1 << 15
"""Numbers that stay in a core's own cache, input and output."""


def _params(model: LogisticRegression) -> np.ndarray:
    return np.append(model.coef_[0], model.intercept_)


def lecture_loop(spread: Spread, **options: float) -> tuple[np.ndarray, np.ndarray]:
    """The lecture's function model by model: params (m, 3), and both scores (m, 2)."""
    fitted = [lecture.perform_logistic_regression(X, y, **options) for X, y in zip(spread.X, spread.y, strict=True)]
    return np.stack([_params(model) for model, *_ in fitted]), np.array([scores for _, *scores in fitted])


def _fit(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    return _params(LogisticRegression().fit(X, y))


def fit_loop(spread: Spread) -> np.ndarray:
    """`LogisticRegression().fit` alone, model by model: params (m, 3)."""
    return np.stack([_fit(X, y) for X, y in zip(*spread.train, strict=True)])


def fit_joblib(spread: Spread, workers: int) -> np.ndarray:
    """The same in `workers` processes."""
    fitted = Parallel(n_jobs=workers)(delayed(_fit)(X, y) for X, y in zip(*spread.train, strict=True))
    return np.stack(fitted)


def lecture_torch_loop(spread: Spread) -> np.ndarray:
    """The lecture's PyTorch loop (Model A, 20 epochs, mini-batches of 64) model by model: params (m, 3)."""
    found = []
    for X, y in zip(spread.X, spread.y, strict=True):
        train, test = lecture.make_tensors(X, y)
        model = lecture.LogisticRegressionModelA(2)
        printed = lecture.perform_logistic_regression_pytorch(train, test, model, torch.nn.BCELoss())
        found.append(np.append(*printed[-1][2:]))
    return np.stack(found)


def _mean_loss(params: Tensor, rows: Tensor, labels: Tensor) -> Tensor:
    return torch.nn.functional.binary_cross_entropy_with_logits(rows @ params[:-1] + params[-1], labels)


def _objective(params: Tensor, rows: Tensor, labels: Tensor) -> Tensor:
    return len(rows) * _mean_loss(params, rows, labels) + params[:-1] @ params[:-1] / 2


def vmap_sgd(rows: Tensor, labels: Tensor, batches: Sequence[Sequence[Tensor]], learning_rate: float) -> Tensor:
    """Mini-batch descent from ones on rows (m, n, 2) and labels (m, n): params (m, 3)."""
    params = torch.ones(len(rows), rows.shape[-1] + 1, device=rows.device)
    gradient = vmap(grad(_mean_loss))
    for epoch in batches:
        for index in epoch:
            params = params - learning_rate * gradient(params, rows[:, index], labels[:, index])
    return params


def vmap_newton(rows: Tensor, labels: Tensor) -> Tensor:
    """Newton's method from zero on rows (m, n, 2) and labels (m, n), penalty C = 1: params (m, 3)."""
    params = torch.zeros(len(rows), rows.shape[-1] + 1, device=rows.device)
    gradient, curvature = vmap(grad(_objective)), vmap(hessian(_objective))
    for _ in range(NEWTON_STEPS):
        params = params - torch.linalg.solve(curvature(params, rows, labels), gradient(params, rows, labels))
    return params


def sigmoids(count: int) -> None:
    """`count` evaluations of torch.sigmoid in the cache, on all cores."""
    threads = torch.get_num_threads()
    rounds = max(1, count // (threads * CACHED))

    def work(_: int) -> None:
        logits = torch.linspace(-5, 5, CACHED)
        result = torch.empty_like(logits)
        for _ in range(rounds):
            torch.sigmoid(logits, out=result)

    on_all_cores(work, range(threads))
