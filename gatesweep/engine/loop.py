"""The only loop: a design and a solver give fitted models."""

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float, Int
from torch import Tensor

from gatesweep.engine.design import Design, log_loss
from gatesweep.engine.device import to_host
from gatesweep.engine.solvers.protocol import Solver, StateT

__all__ = ["Outcome", "evaluate", "run"]


@dataclass(frozen=True)
class Outcome:
    """What `run` found for a batch of models."""

    params: Float[Tensor, "*batch p"]
    status: Int[Tensor, "*batch"]
    n_iter: Int[Tensor, "*batch"]
    loss: Float[Tensor, "*batch"]
    accuracy: Float[Tensor, "*batch"]
    path: list[Float[Tensor, "*batch p"]]
    """Parameters after each step, the initial ones first; empty unless recorded."""


def run(
    design: Design,
    solver: Solver[StateT],
    params: Float[Tensor, "*batch p"],
    record: bool = False,
    check: Callable[[], None] = lambda: None,
) -> Outcome:
    """Start, step until every model is done, finish. `check` is called between steps and may raise."""
    state = solver.start(design, params)
    path = [params] if record else []
    for _ in range(solver.max_steps):
        check()
        state = solver.step(design, state)
        if record:
            path.append(state.params)
        if not to_host(state.running.any()):
            break
    logits = design.logits(state.params)
    loss = design.mean(log_loss(logits))
    status = solver.finish(design, state, logits, loss)
    return Outcome(state.params, status, state.n_iter, loss, design.mean(design.correct(logits)), path)


def evaluate(design: Design, params: Float[Tensor, "*batch p"]) -> tuple[Tensor, Tensor]:
    """Mean log loss in nats, and accuracy, of each model on a design's rows."""
    logits = design.logits(params)
    loss = design.mean(log_loss(logits))
    return loss, design.mean(design.correct(logits))
