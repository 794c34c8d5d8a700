"""The only loop, in which a design and a solver give a path of models."""

from collections.abc import Callable

from jaxtyping import Float
from torch import Tensor

from gatesweep.engine.design import log_loss
from gatesweep.engine.device import to_host
from gatesweep.engine.linear import SIDE_BY_SIDE
from gatesweep.engine.path import Path, Scores
from gatesweep.engine.solvers.protocol import DesignT, Solver, StateT

__all__ = ["run"]


def run(
    design: DesignT,
    solver: Solver[StateT, DesignT],
    params: Float[Tensor, "*batch p"],
    record: bool = False,
    check: Callable[[], None] = lambda: None,
) -> Path:
    """Start, step until every model is done, finish. `check` is called between steps and may raise.

    Models that are done may be left out by columns, places along the batch's last dimension.
    """
    # A parameter of all models side by side: along these, not along p, elementwise operations are fast.
    params = params.movedim(-1, 0).contiguous().movedim(0, -1)
    state = everyone = solver.start(design, params)
    rows, places, steps = design, None, [params]
    for _ in range(solver.max_steps):
        columns = state.running if state.running.ndim < 2 else state.running.flatten(0, -2).any(0)
        kept = to_host(columns.sum())
        if not kept:
            break
        check()
        kept = max(kept, SIDE_BY_SIDE)
        if kept <= 0.75 * columns.numel():
            chosen = columns.byte().argsort(descending=True, stable=True)[:kept].sort().values
            if (fewer := solver.part(rows, state, chosen)) is not None:
                everyone = state if places is None else everyone.with_part(places, state)
                places = chosen if places is None else places[chosen]
                rows, state = fewer
        state = solver.step(rows, state)
        if record:
            steps.append(state.params if places is None else everyone.with_part(places, state).params)
    if places is not None:
        state = everyone.with_part(places, state)
    if not record:
        steps = [state.params]
    logits, pull_back = design.vjp(state.params)
    loss = design.mean(log_loss(logits))
    status = solver.finish(design, state, logits, loss, pull_back)
    # After the solver's judgement: `correct` overwrites the logits.
    last = Scores(loss, design.mean(design.correct(logits)))
    return solver.settle(design, state, Path(tuple(steps), design.original(state.params), status, state.n_iter, last))
