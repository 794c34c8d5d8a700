"""The same as in `peers` by jax.jit(vmap): needs the extra `jax`."""

from collections.abc import Callable, Sequence
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from gatesweep.bench.peers import NEWTON_STEPS

__all__ = ["jax_newton", "jax_sgd"]

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


def jax_sgd(batches: Sequence[Sequence[np.ndarray]], learning_rate: float) -> Fit:
    """Mini-batch descent from ones, compiled; short batches are padded with rows of weight 0."""
    flat = [batch for epoch in batches for batch in epoch]
    width = max(map(len, flat))
    index = np.stack([np.pad(batch, (0, width - len(batch))) for batch in flat])
    weight = np.stack([np.pad(np.full(len(b), 1 / len(b), np.float32), (0, width - len(b))) for b in flat])
    return jax.jit(jax.vmap(partial(_sgd, index, weight, learning_rate)))
