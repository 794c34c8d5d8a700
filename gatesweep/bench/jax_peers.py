"""The same as in `peers` by jax.jit(vmap): needs the extra `jax`."""

from collections.abc import Callable, Sequence
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from gatesweep.bench.peers import NEWTON_STEPS
from gatesweep.engine.solvers.descent import MEAN_DECAY, SMALLEST_SIZE, SQUARE_DECAY

__all__ = ["jax_adam", "jax_newton", "jax_sgd"]

Fit = Callable[[np.ndarray, np.ndarray], jax.Array]


def _losses(params: jax.Array, rows: jax.Array, labels: jax.Array) -> jax.Array:
    logits = rows @ params[:-1] + params[-1]
    return jax.nn.softplus(logits) - labels * logits


def _objective(params: jax.Array, rows: jax.Array, labels: jax.Array) -> jax.Array:
    return _losses(params, rows, labels).sum() + params[:-1] @ params[:-1] / 2


def _newton(rows: jax.Array, labels: jax.Array) -> jax.Array:
    def step(_: int, params: jax.Array) -> jax.Array:
        gradient = jax.grad(_objective)(params, rows, labels)
        return params - jnp.linalg.solve(jax.hessian(_objective)(params, rows, labels), gradient)

    return jax.lax.fori_loop(0, NEWTON_STEPS, step, jnp.zeros(rows.shape[-1] + 1))


def _sgd(index: np.ndarray, weight: np.ndarray, learning_rate: float, rows: jax.Array, labels: jax.Array) -> jax.Array:
    def loss(params: jax.Array, chosen: jax.Array, share: jax.Array) -> jax.Array:
        return _losses(params, rows[chosen], labels[chosen]) @ share

    def step(params: jax.Array, batch: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        return params - learning_rate * jax.grad(loss)(params, *batch), None

    return jax.lax.scan(step, jnp.ones(rows.shape[-1] + 1), (jnp.asarray(index), jnp.asarray(weight)))[0]


def jax_newton() -> Fit:
    """Newton's method from zero, compiled: rows (m, n, 2) and labels (m, n) to params (m, 3)."""
    return jax.jit(jax.vmap(_newton))


def jax_adam(batches: Sequence[np.ndarray], learning_rate: float, first: np.ndarray, units: int) -> Fit:
    """Adam over mini-batches for a net with one hidden layer of sigmoids, compiled; all from one start (q,)."""
    index, weight = _padded(batches)
    # In float32, 1 - 0.999 would keep four digits.
    rise = [(1 - decay ** np.arange(1, len(index) + 1)).astype(np.float32) for decay in (MEAN_DECAY, SQUARE_DECAY)]

    def loss(params: jax.Array, rows: jax.Array, labels: jax.Array, share: jax.Array) -> jax.Array:
        lines, output = params[: -units - 1].reshape(units, -1), params[-units - 1 : -1]
        logits = jax.nn.sigmoid(rows @ lines[:, :-1].T + lines[:, -1]) @ output + params[-1]
        return (jax.nn.softplus(logits) - labels * logits) @ share

    def fit(rows: jax.Array, labels: jax.Array) -> jax.Array:
        def step(state: tuple, batch: tuple) -> tuple[tuple, None]:
            params, mean, square = state
            mean_rise, square_rise, chosen, share = batch
            found = jax.grad(loss)(params, rows[chosen], labels[chosen], share)
            mean = MEAN_DECAY * mean + (1 - MEAN_DECAY) * found
            square = SQUARE_DECAY * square + (1 - SQUARE_DECAY) * found**2
            size = jnp.sqrt(square / square_rise) + SMALLEST_SIZE
            return (params - learning_rate / mean_rise * mean / size, mean, square), None

        start = jnp.asarray(first)
        state = (start, jnp.zeros_like(start), jnp.zeros_like(start))
        return jax.lax.scan(step, state, tuple(map(jnp.asarray, (*rise, index, weight))))[0][0]

    return jax.jit(jax.vmap(fit))


def jax_sgd(batches: Sequence[Sequence[np.ndarray]], learning_rate: float) -> Fit:
    """Mini-batch descent from ones, compiled; short batches are padded with rows of weight 0."""
    index, weight = _padded([batch for epoch in batches for batch in epoch])
    return jax.jit(jax.vmap(partial(_sgd, index, weight, learning_rate)))


def _padded(batches: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers and what each row counts, both (batch, row): short batches are filled with rows of weight 0."""
    width = max(map(len, batches))
    index = np.stack([np.pad(batch, (0, width - len(batch))) for batch in batches])
    weight = np.stack([np.pad(np.full(len(b), 1 / len(b), np.float32), (0, width - len(b))) for b in batches])
    return index, weight
