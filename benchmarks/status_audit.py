"""What every status claims, held against an independent answer for random tables of all kinds.

    python -m benchmarks.status_audit [--tables 20000] [--seed 0]

`converged` (and `redundant`) claims the optimum: the objective, in long doubles, may lie above it by the
tolerance of the dtype at most. `redundant` is about the columns but for their rounding: it is held against the
optimum without those that depend on others. `separable` claims that there is none. The answers come from
`tests/oracles.py`: Newton's method in long doubles with a bound by duality, and linear programs whose solutions
whole numbers check. A claim is false if the oracle has something better, proven if its bound says so, and else
counted as not proven. Exits with 1 after a false claim.
"""

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from multiprocessing import get_context

import numpy as np
import torch

import gatesweep as gs
from gatesweep.engine.solvers.protocol import Status
from tests.oracles import line_by_program, optimum, strict_line_by_program

__all__ = ["Audit", "audit"]

ALIKE = 20
"""Tables of one shape, fitted as one batch."""

TOLERANCE = {"float32": 1e-4, "float64": 1e-6}
"""How far an objective may lie above the optimum, relative to it."""

OPTIMA = ("converged", "redundant")
"""The statuses that claim an optimum."""

LARGEST_ORIGIN = {"float32": 6, "float64": 9}
"""Powers of ten: how many of its standard deviations a column lies from zero."""

STRENGTHS = (*(10.0**k for k in range(-6, 7)), *[np.inf] * 7)


@dataclass
class Audit:
    """What was claimed, and what of it was not true."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Tables by dtype and status."""
    worst: dict[tuple[str, str], tuple[float, str]] = field(default_factory=dict)
    """Largest relative excess of the objective where an optimum was claimed, and for which table."""
    false: list[str] = field(default_factory=list)
    """Claims that something better, or the contrary, was found to."""
    unsure: list[str] = field(default_factory=list)
    """Tables of which nothing was claimed, and claims that the oracle has found nothing against, and no proof for."""
    open: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Claims that the oracle has found nothing against, and no proof for."""
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Tables that a line separates, without a claim of that or of the contrary."""

    def add(self, other: "Audit") -> None:
        self.counts += other.counts
        for key, found in other.worst.items():
            self.worst[key] = max(found, self.worst.get(key, found))
        self.false += other.false
        self.unsure += other.unsure
        self.open += other.open
        self.missed += other.missed


def audit(tables: int, seed: int = 0, processes: int | None = None) -> Audit:
    """Fit and check so many random tables. Each batch has a seed of its own: (seed, number of the batch)."""
    total, batches = Audit(), -(-tables // ALIKE)
    with ProcessPoolExecutor(processes, get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        for number, found in enumerate(pool.map(audit_batch, repeat(seed), range(batches))):
            total.add(found)
            for said in (*found.false, *found.unsure):
                print(" ", said, flush=True)
            if number % 50 == 49:
                print(f"{(number + 1) * ALIKE:6} tables, {len(total.false)} false claims", flush=True)
    return total


def audit_batch(seed: int, number: int, most_rows: int = 1000) -> Audit:
    """Fit and check one batch."""
    random = np.random.default_rng((seed, number))
    dtype = ("float32", "float64")[number % 2]
    n, d = int(np.exp(random.uniform(np.log(4), np.log(most_rows + 1)))), int(random.integers(1, 31))
    tables = [random_table(random, n, d, LARGEST_ORIGIN[dtype]) for _ in range(ALIKE)]
    X, y, weight = (np.stack(values) for values in zip(*tables, strict=True))
    C = random.choice(STRENGTHS, ALIKE)
    fit = gs.fit(X, y, weight, C=C, dtype=dtype)
    status = [Status(int(s)).name for s in fit.status]
    line = [has_line(*table) if c == np.inf or one_class(table) else False for table, c in zip(tables, C, strict=True)]
    asked = [i for i in range(ALIKE) if line[i] is not True]
    best = dict(zip(asked, bounds(*(values[asked] for values in (X, y, weight, C))), strict=True))
    reached = objective(fit, X, y, weight, C)
    result = Audit(Counter((dtype, name) for name in status))

    def leave_open(name: str, where: str) -> None:
        result.open[dtype, name] += 1
        result.unsure.append(f"{name}, not proven: {where}")

    for i, name in enumerate(status):
        where = f"{dtype} batch {number} table {i}: n={n} d={d} C={C[i]:g}"
        if name in OPTIMA:
            least, bound = best.get(i, (0, -np.inf))
            if name == "redundant":
                columns = independent_columns(X[i], weight[i])
                line[i] = has_line(X[i][:, columns], y[i], weight[i])
                (least, bound), *_ = bounds(X[i : i + 1, :, columns], y[i : i + 1], weight[i : i + 1], C[i : i + 1])
            excess = np.inf if line[i] else float((reached[i] - least) / least)
            result.worst[dtype, name] = max((excess, where), result.worst.get((dtype, name), (excess, where)))
            if not excess <= TOLERANCE[dtype]:
                result.false.append(f"{name}, but {excess:.2g} above the optimum: {where}")
            elif line[i] is None or not reached[i] - bound <= TOLERANCE[dtype] * bound:
                leave_open(name, where)
        elif name == "separable":
            if line[i] is None:
                leave_open(name, where)
            elif not line[i]:
                result.false.append(f"separable, but no line: {where}")
        else:
            result.unsure.append(f"{name}{', but a line separates' if line[i] else ''}: {where}")
            result.missed[dtype, name] += bool(line[i])
    return result


def bounds(X: np.ndarray, y: np.ndarray, weight: np.ndarray, C: np.ndarray) -> list[tuple[np.longdouble, ...]]:
    """For each table, an objective that there is, and what none is below."""
    if not len(X):
        return []
    found = optimum(X, y, weight, C)
    return list(zip(found.objective, found.bound, strict=True))


def independent_columns(X: np.ndarray, weight: np.ndarray) -> list[int]:
    """The columns less those that are combinations of the others but for what rounding may make of them."""
    X = X[weight > 0]
    size = X.std(0)
    kept = np.flatnonzero((X != X[0]).any(0)).tolist()
    wide = X.astype(np.longdouble)  # The mean of large numbers in doubles would be a constant that stays.
    Z = ((wide - wide.mean(0)) / np.where(size > 0, size, 1)).astype(float)
    rounding = np.finfo(float).eps * (1 + np.abs(X).max(0) / np.where(size > 0, size, 1))
    for k in list(kept):
        others = [j for j in kept if j != k]
        share = np.linalg.lstsq(Z[:, others], Z[:, k], rcond=1e-15)[0]
        if np.abs(Z[:, others] @ share - Z[:, k]).max() <= 32 * (rounding[k] + np.abs(share) @ rounding[others]):
            kept = others
    return kept


def random_table(random: np.random.Generator, n: int, d: int, largest_origin: int) -> tuple[np.ndarray, ...]:
    """X, y and weights, with the troubles that real tables have."""
    kind = random.choice(["normal", "whole", "binary", "heavy"])
    Z = {
        "normal": lambda: random.normal(size=(n, d)),
        "whole": lambda: random.integers(-3, 4, (n, d)).astype(float),
        "binary": lambda: (random.random((n, d)) < random.uniform(0.02, 0.5, d)).astype(float),
        "heavy": lambda: random.standard_t(2, (n, d)),
    }[kind]()
    direction = random.normal(size=d) / np.sqrt(d)
    logits = Z @ direction
    labels = random.choice(["noisy", "clear", "near", "random"])
    noise = {"noisy": 1.0, "clear": 0.1, "near": 0.0, "random": 1e9}[labels]
    y = (logits + noise * random.logistic(size=n) > random.normal() / 2).astype(int)
    if labels == "near" and random.random() < 0.7:  # The row next to the line changes sides.
        nearest = np.argmin(np.abs(logits - np.median(logits)))
        y[nearest] = 1 - y[nearest]
    for _ in range(random.choice([0, 0, 1, 3])):
        i, j, k = random.integers(0, d, 3)
        almost = random.choice([0, 0, 1e-9, 1e-5, 1e-2]) * random.normal(size=n)
        Z[:, i] = {"copy": Z[:, j], "sum": Z[:, j] + Z[:, k] + almost, "constant": np.ones(n)}[
            random.choice(["copy", "sum", "constant"])
        ]
    if random.random() < 0.5:
        Z = Z + random.choice([-1, 1], d) * 10 ** random.uniform(0, largest_origin, d) * (random.random(d) < 0.5)
    if random.random() < 0.5:
        Z = Z * 10 ** random.uniform(-8, 8, d)
    weight = {
        "once": lambda: np.ones(n),
        "counts": lambda: random.integers(0, 4, n).astype(float),
        "any": lambda: random.exponential(size=n),
    }[random.choice(["once", "once", "counts", "any"])]()
    weight[random.integers(n)] += 1
    return Z, y, weight


def one_class(table: tuple[np.ndarray, ...]) -> bool:
    _, y, weight = table
    return len(set(y[weight > 0].tolist())) == 1


def has_line(X: np.ndarray, y: np.ndarray, weight: np.ndarray) -> bool | None:
    """Whether a line separates the rows that count; None if the oracles do not know."""
    X, y, weight = (values[weight > 0] for values in (X, y, weight))
    if strict_line_by_program(X, y):
        return True
    found = optimum(X[None], y[None], weight[None], np.array([np.inf]))
    if found.change[0] < 1e-3 and found.decrement[0] < 1e-12:
        return False
    return line_by_program(X, y)


def objective(fit: gs.Fit, X: np.ndarray, y: np.ndarray, weight: np.ndarray, C: np.ndarray) -> np.ndarray:
    """sum(weight * log loss) + |w|^2 / (2 C) of the fitted models, from their logits."""
    logits = fit.logits(X).numpy().astype(np.longdouble) * (1 - 2 * y)
    loss = (weight * np.logaddexp(0, logits)).sum(1)
    return loss + (fit.weight.numpy().astype(np.longdouble) ** 2).sum(1) / (2 * C.astype(np.longdouble))


def main() -> int:
    """Run the audit and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=None, help="all cores, if not said")
    options = parser.parse_args()
    found = audit(options.tables, options.seed, options.processes)
    for dtype in TOLERANCE:
        print(f"\n{dtype}: an objective may be {TOLERANCE[dtype]:g} above the optimum, relative to it")
        for status in Status:
            if count := found.counts[dtype, status.name]:
                excess, where = found.worst.get((dtype, status.name), (None, ""))
                said = f"  {status.name:10} {count:6}   not proven {found.open[dtype, status.name]:5}"
                if missed := found.missed[dtype, status.name]:
                    said += f"   separable {missed:5}"
                print(said + (f"   worst {excess:9.2g}   {where}" if where else ""))
    print(f"\n{len(found.false)} false claims; {found.open.total()} claims neither proven nor disproven by the oracles")
    return 1 if found.false else 0


if __name__ == "__main__":
    sys.exit(main())
