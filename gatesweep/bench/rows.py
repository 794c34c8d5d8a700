"""The rows of the bench: each measures gatesweep and one alternative in turn, on the same models."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
import xarray as xr

from gatesweep.bench import memory, nets, peers, tables
from gatesweep.bench.job import Bench, Row
from gatesweep.bench.spread import Spread, spread_over
from gatesweep.bench.timing import interleaved
from gatesweep.experiment import Experiment
from gatesweep.lecture import minibatches
from gatesweep.sweep import sweep

__all__ = ["ROWS"]


def _error(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float((np.abs(ours - theirs) / (1 + np.abs(theirs))).max())


def scikit_learn(bench: Bench) -> Iterator[Row]:
    """The lecture's function in a loop, against the whole sweep."""
    job, spread = bench.job(), bench.loop
    ours, theirs = interleaved(bench.size.repeats, lambda: sweep(job, device="cpu"), lambda: peers.lecture_loop(spread))
    exact, scores = peers.lecture_loop(spread, tol=1e-12, max_iter=10_000)
    off = np.abs(spread.scores(ours.result) - scores).max()
    yield Row(
        "sklearn",
        "the lecture's scikit-learn function in a loop: split, fit, two scores",
        theirs.seconds * spread.scale / ours.seconds,
        "x",
        500,
        ours=ours.seconds,
        theirs=theirs.seconds * spread.scale,
        error=_error(spread.params(ours.result), exact),
        note=f"accuracies differ by {off:.1g} at most; scikit-learn stops {_error(theirs.result[0], exact):.0e} "
        "from its own optimum, to which ours is compared",
    )


def fit_alone(bench: Bench) -> Iterator[Row]:
    """LogisticRegression().fit in a loop, and in processes: fit against fit."""
    job, spread, workers = bench.job(), bench.loop, torch.get_num_threads()
    many = spread_over(job, 8 * len(spread))
    ours, loop, processes = interleaved(
        bench.size.repeats,
        bench.fit_phase(job),
        lambda: peers.fit_loop(spread),
        lambda: peers.fit_joblib(many, workers),
    )
    dataset = sweep(job, device="cpu")
    against = "LogisticRegression().fit alone, fit against fit"
    for name, text, target, timed, models in (
        ("fit", f"{against}: in a loop", 300, loop, spread),
        ("joblib", f"{against}: joblib on {workers} cores", 200, processes, many),
    ):
        seconds = timed.seconds * models.scale
        error = _error(models.params(dataset), timed.result)
        note = "error against scikit-learn at its default tolerance" if name == "fit" else ""
        yield Row(name, text, seconds / ours.seconds, "x", target, True, ours.seconds, seconds, error, note)


def torch_loop(bench: Bench) -> Iterator[Row]:
    """The lecture's PyTorch loop against the whole sgd sweep."""
    job = bench.job("sgd")
    spread = spread_over(job, bench.size.torch_loop)
    ours, theirs = interleaved(
        bench.size.repeats, lambda: sweep(job, device="cpu"), lambda: peers.lecture_torch_loop(spread)
    )
    seconds = theirs.seconds * spread.scale
    yield Row(
        "torch",
        "the lecture's PyTorch loop: 20 epochs, mini-batches of 64",
        seconds / ours.seconds,
        "x",
        20_000,
        ours=ours.seconds,
        theirs=seconds,
        error=_error(spread.params(ours.result), theirs.result),
    )


def vmap(bench: Bench) -> Iterator[Row]:
    """torch.func.vmap and, where it is installed, jax.jit(vmap) on materialised rows: fit against fit."""
    for solver in ("newton", "sgd"):
        job, spread = bench.job(solver), bench.batched(solver)
        names, candidates = zip(*_batched_peers(spread, solver).items(), strict=True)
        ours, *theirs = interleaved(bench.size.repeats, bench.fit_phase(job), *candidates)
        params = spread.params(sweep(job, device="cpu"))
        for name, timed in zip(names, theirs, strict=True):
            seconds = timed.seconds * spread.scale
            yield Row(
                f"{name} {solver}",
                f"{'torch.func.vmap' if name == 'vmap' else 'jax.jit(vmap)'} on materialised rows: {solver}",
                seconds / ours.seconds,
                "x",
                10 if name == "vmap" else 5,
                ours=ours.seconds,
                theirs=seconds,
                error=_error(params, np.asarray(timed.result)),
            )


def _batched_peers(spread: Spread, solver: str) -> dict[str, Callable[[], Any]]:
    X, y = (array.astype(np.float32) for array in spread.train)
    rows, labels = torch.from_numpy(X), torch.from_numpy(y)
    fixed = spread.experiment.fixed
    rate = spread.experiment.grid["learning_rate"][0]
    batches = minibatches(spread.y.shape[1], y.shape[1], fixed["batch_size"], fixed["epochs"]).batches
    index = [[torch.as_tensor(batch) for batch in epoch] for epoch in batches]
    newton = solver == "newton"
    found: dict[str, Callable[[], Any]] = {
        "vmap": lambda: peers.vmap_newton(rows, labels) if newton else peers.vmap_sgd(rows, labels, index, rate)
    }
    if find_spec("jax"):
        from gatesweep.bench.jax_peers import jax_newton, jax_sgd

        compiled = jax_newton() if newton else jax_sgd(batches, rate)
        found["jax"] = lambda: np.asarray(compiled(X, y))
    return found


def sigmoid(bench: Bench) -> Iterator[Row]:
    """The sgd sweep against nothing but the sigmoids it needs."""
    job = bench.job("sgd")
    n_train = spread_over(job, 1).train[1].shape[1]
    count = job.n_models * n_train * job.fixed["epochs"]
    ours, fit, limit = interleaved(
        bench.size.repeats,
        lambda: sweep(job, device="cpu"),
        bench.fit_phase(job),
        lambda: peers.sigmoids(count),
    )
    yield Row(
        "sigmoid",
        f"physical limit: {count / 1e6:,.0f} million torch.sigmoid in the cache, on all cores",
        ours.seconds / limit.seconds,
        "x the limit",
        2.5,
        False,
        ours.seconds,
        limit.seconds,
        note=f"the fits alone: {fit.seconds / limit.seconds:.2f} x",
    )


def interactive(bench: Bench) -> Iterator[Row]:
    """The grid behind a slider, counted in single fits."""
    job = Experiment.of(gate=("AND", "OR", "XOR"), noise_level=np.linspace(0, 1, 21), seed=range(20))
    spread = spread_over(job, bench.size.loop)
    ours, theirs = interleaved(3 * bench.size.repeats, lambda: sweep(job, device="cpu"), lambda: peers.fit_loop(spread))
    single = theirs.seconds / len(spread)
    yield Row(
        "interactive",
        "interactive grid of 3 x 21 x 20 models, in single LogisticRegression().fit calls",
        ours.seconds / single,
        "calls",
        20,
        False,
        ours.seconds,
        single,
        _error(spread.params(ours.result), theirs.result),
        "error against scikit-learn at its default tolerance",
    )


def tenfold(bench: Bench) -> Iterator[Row]:
    """Time of ten times the models."""
    seeds = bench.size.seeds
    jobs = [bench.job(seeds=count) for count in (max(1, seeds // 10), seeds, 10 * seeds)]
    timed = interleaved(bench.size.repeats, *((lambda job=job: sweep(job, device="cpu").sizes) for job in jobs))
    for small, large, before, after in zip(jobs, jobs[1:], timed, timed[1:], strict=False):
        yield Row(
            "tenfold",
            f"ten times the models: {small.n_models:,} to {large.n_models:,}",
            after.seconds / before.seconds,
            "x the time",
            11,
            False,
            after.seconds,
            before.seconds,
        )


def million(bench: Bench) -> Iterator[Row]:
    """Growth of peak memory beyond the result."""
    found = memory.measure(*bench.size.million)
    yield Row(
        "million",
        f"{found['models']:,} models: growth of peak memory beyond the result",
        found["growth_bytes"] / 1e6,
        "MB",
        500,
        False,
        found["seconds"],
        note=f"the result itself: {found['result_bytes'] / 1e6:.0f} MB",
    )


def record(bench: Bench) -> Iterator[Row]:
    """What it costs to keep every epoch of every model."""
    jobs = [bench.job("sgd", min(10, bench.size.seeds), record=record) for record in ("epoch", "none")]
    ours, plain = interleaved(bench.size.repeats, *((lambda job=job: sweep(job, device="cpu")) for job in jobs))
    yield Row(
        "record",
        "record='epoch' against none: losses, accuracies and weights at all 20 epochs, sgd",
        ours.seconds / plain.seconds,
        "x the time",
        None,
        False,
        ours.seconds,
        plain.seconds,
        _last_epoch_error(ours.result),
        f"{jobs[0].n_models:,} models, {ours.result.nbytes / 1e6:.0f} MB; error of the last epoch against the result",
    )


def _last_epoch_error(dataset: xr.Dataset) -> float:
    return _error(dataset["weight_history"].isel(epoch=-1).values, dataset["weight"].values)


ROWS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "sklearn": scikit_learn,
    "fit": fit_alone,
    "torch": torch_loop,
    "vmap": vmap,
    "sigmoid": sigmoid,
    "interactive": interactive,
    "tenfold": tenfold,
    "million": million,
    "record": record,
    "nets": nets.nets,
    "bootstraps": tables.bootstraps,
    "groups": tables.groups,
    "cv": tables.cross_validation,
    "one": tables.one_table,
    "streamed": tables.streamed,
}
"""What `--rows` takes."""
