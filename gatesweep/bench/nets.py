"""The rows of the bench for nets: the same in a loop of torch, in one of scikit-learn, and batched otherwise."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
import xarray as xr
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from torch import Tensor, nn, optim
from torch.func import grad, vmap
from torch.utils.data import DataLoader

from gatesweep.bench import lecture, peers
from gatesweep.bench.job import Bench, Row
from gatesweep.bench.spread import Spread, spread_over
from gatesweep.bench.timing import interleaved
from gatesweep.engine.solvers.descent import MEAN_DECAY, SMALLEST_SIZE, SQUARE_DECAY
from gatesweep.experiment import Experiment
from gatesweep.lecture import minibatches
from gatesweep.sweep import sweep

__all__ = ["nets"]

UNITS, EPOCHS, RATE, BATCH_SIZE = 4, 50, 0.1, 64


def nets(bench: Bench) -> Iterator[Row]:
    """Nets of two inputs and four sigmoid units, 50 epochs of adam: fit against fit."""
    job = _job(bench)
    few, several, many = (spread_over(job, n) for n in (bench.size.torch_loop, bench.size.loop, bench.size.batched))
    count = job.n_models * many.train[1].shape[1] * EPOCHS * UNITS
    rivals = _batched(many)
    ours, loop, scikit, limit, *batched = interleaved(
        (bench.size.repeats + 1) // 2,
        bench.fit_phase(job),
        lambda: sequential_loop(few),
        lambda: scikit_learn_loop(several),
        lambda: peers.sigmoids(count),
        *rivals.values(),
    )
    dataset = sweep(job, device="cpu")
    against = f"{job.n_models:,} nets 2-{UNITS}-1, {EPOCHS} epochs of adam:"

    def row(name: str, text: str, target: float, seconds: float, error: float | None, note: str = "") -> Row:
        ratio = seconds / ours.seconds
        return Row(f"nets {name}", f"{against} {text}", ratio, "x", target, True, ours.seconds, seconds, error, note)

    yield row("torch", "a loop of nn.Sequential, as the lecture trains", 1000, loop.seconds * few.scale,
              _error(few, dataset, loop.result))  # fmt: skip
    accuracies = [float(np.mean(found)) for found in (scikit.result, several.scores(dataset)[:, 0])]
    note = f"its starts and orders are others: mean train accuracy {accuracies[0]:.3f}, ours {accuracies[1]:.3f}"
    yield row("sklearn", "scikit-learn's MLPClassifier in a loop", 1000, scikit.seconds * several.scale, None, note)
    for name, timed in zip(rivals, batched, strict=True):
        text, target = {"vmap": ("torch.func.vmap(grad)", 5), "jax": ("jax.jit(vmap)", 3)}[name]
        error, note = _error(many, dataset, np.asarray(timed.result)), ""
        if name == "vmap":
            note = (
                f"the error is float32's rounding, which training multiplies: in float64 {_error_in_float64(bench):.0e}"
            )
        yield row(name, f"{text} on materialised rows", target, timed.seconds * many.scale, error, note)
    yield Row(
        "nets limit",
        f"physical limit: {count / 1e6:,.0f} million torch.sigmoid in the cache, on all cores",
        ours.seconds / limit.seconds,
        "x the limit",
        None,
        False,
        ours.seconds,
        limit.seconds,
    )


def _job(bench: Bench, seeds: int | None = None, **parameters: Any) -> Experiment:
    training = {"epochs": EPOCHS, "batch_size": BATCH_SIZE, "learning_rate": RATE}
    return bench.job("adam", seeds, hidden_units=UNITS, **training, **parameters)


def _error_in_float64(bench: Bench) -> float:
    """What is left of the difference to `vmap_adam` where rounding is next to nothing.

    Some nets pass through places where training multiplies a difference in the last digit by thousands: in
    float32 two right programs differ there, each as far from its own result in float64.
    """
    job = _job(bench, seeds=1, dtype="float64")
    spread = spread_over(job, job.n_models)
    return _error(spread, sweep(job, device="cpu"), np.asarray(_batched(spread, "float64")["vmap"]()))


def _error(spread: Spread, dataset: xr.Dataset, theirs: np.ndarray) -> float:
    return float((np.abs(spread.params(dataset) - theirs) / (1 + np.abs(theirs))).max())


def sequential_loop(spread: Spread) -> np.ndarray:
    """A plain net in the lecture's loop, model by model: parameters (m, q) in the order of `engine.network`."""
    found = []
    for X, y in zip(spread.X, spread.y, strict=True):
        train, test = lecture.make_tensors(X, y)
        hidden, output = nn.Linear(2, UNITS), nn.Linear(UNITS, 1)
        model = nn.Sequential(hidden, nn.Sigmoid(), output)
        train_loader, test_loader = DataLoader(train, BATCH_SIZE, shuffle=True), DataLoader(test, BATCH_SIZE)
        loss, descent = nn.BCEWithLogitsLoss(), optim.Adam(model.parameters(), lr=RATE)
        for _ in range(EPOCHS):
            for rows, labels in train_loader:
                descent.zero_grad()
                loss(model(rows), labels).backward()
                descent.step()
            with torch.no_grad():
                _ = sum(loss(model(rows), labels).item() for rows, labels in test_loader)
        lines = torch.cat([hidden.weight, hidden.bias[:, None]], 1).detach()
        found.append(torch.cat([lines.flatten(), output.weight[0].detach(), output.bias.detach()]).numpy())
    return np.stack(found)


def scikit_learn_loop(spread: Spread) -> np.ndarray:
    """`MLPClassifier` with as many epochs of as large mini-batches, model by model: train accuracies (m,)."""
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for X, y in zip(*spread.train, strict=True):
            model = MLPClassifier((UNITS,), activation="logistic", alpha=0, batch_size=BATCH_SIZE, max_iter=EPOCHS,
                                  learning_rate_init=RATE, n_iter_no_change=EPOCHS + 1, random_state=0)  # fmt: skip
            found.append(model.fit(X, y).score(X, y))
    return np.array(found)


def _batched(spread: Spread, dtype: str = "float32") -> dict[str, Callable[[], Any]]:
    X, y = (array.astype(dtype) for array in spread.train)
    drawn = minibatches(spread.y.shape[1], y.shape[1], BATCH_SIZE, EPOCHS, linear=True, hidden_units=UNITS)
    flat, first = [batch for epoch in drawn.batches for batch in epoch], drawn.first.astype(np.float32).astype(dtype)
    rows, labels, index = torch.from_numpy(X), torch.from_numpy(y), [torch.as_tensor(batch) for batch in flat]
    found: dict[str, Callable[[], Any]] = {"vmap": lambda: vmap_adam(rows, labels, index, torch.from_numpy(first))}
    if find_spec("jax"):
        from gatesweep.bench.jax_peers import jax_adam

        compiled = jax_adam(flat, RATE, first, UNITS)
        found["jax"] = lambda: np.asarray(compiled(X, y))
    return found


def _mean_loss(params: Tensor, rows: Tensor, labels: Tensor) -> Tensor:
    lines, output = params[: -UNITS - 1].unflatten(0, (UNITS, -1)), params[-UNITS - 1 : -1]
    logits = torch.sigmoid(rows @ lines[:, :-1].mT + lines[:, -1]) @ output + params[-1]
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, labels)


def vmap_adam(rows: Tensor, labels: Tensor, batches: Sequence[Tensor], first: Tensor) -> Tensor:
    """Adam over mini-batches on rows (m, n, 2) and labels (m, n), all from one start (q,): params (m, q)."""
    params = first.expand(len(rows), -1).clone()
    mean, square, gradient = torch.zeros_like(params), torch.zeros_like(params), vmap(grad(_mean_loss))
    for update, index in enumerate(batches, start=1):
        found = gradient(params, rows[:, index], labels[:, index])
        mean.lerp_(found, 1 - MEAN_DECAY)
        square.mul_(SQUARE_DECAY).addcmul_(found, found, value=1 - SQUARE_DECAY)
        size = (square / (1 - SQUARE_DECAY**update)).sqrt_().add_(SMALLEST_SIZE)
        params.addcdiv_(mean, size, value=-RATE / (1 - MEAN_DECAY**update))
    return params
