"""What the view of a table's models says and draws: derived from the models and the state."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from gatesweep.app.table.state import TableState
from gatesweep.plots.labels import percent
from gatesweep.tables.layout import INTERCEPT, Rows
from gatesweep.tables.models import Models
from gatesweep.tables.schema import STATUSES

__all__ = ["PAGE", "Group", "Listed", "summary"]

PAGE = 25
"""Groups that stand below one another."""
MAX_LISTED = 60
"""Coefficients of a group's table."""
MEANINGS = {
    "converged": "",
    "redundant": "columns depend on each other: of all optima, the one with the shortest weights",
    "separable": "a line separates the classes, or there is one class only: without a penalty there is no optimum",
    "diverged": "a number that is not finite",
    "max_iter": "more Newton steps would be needed",
    "undecided": "rounding keeps it from being found",
    "unvalidated": "a class has too few rows for the folds",
}
"""What a status says of a group without an estimate."""


def _at_C(models: Models, C: float) -> int:
    """The place of the models' C."""
    return int(np.flatnonzero(models.C == C)[0]) if (models.C == C).any() else 0


@dataclass(frozen=True)
class Listed:
    """The rows of the forest: groups on one page, or of a table without groups its coefficients."""

    names: list[str]
    numbers: dict[str, np.ndarray]
    n: np.ndarray
    status: list[str]
    chosen: int | None
    """The row of the group that is looked at."""
    count: int
    """Groups that there are on all pages."""

    @classmethod
    def of(cls, models: Models, state: TableState, ordered: np.ndarray) -> "Listed":
        """`ordered`: see `sorted_groups`."""
        c = _at_C(models, state.C)
        if not models.is_grouped:
            names = list(models.coefficients[:MAX_LISTED])
            numbers = {name: values[0, c, : len(names)] for name, values in models.numbers.items()}
            word = STATUSES[models.status[0, c]]
            return cls(names, numbers, np.full(len(names), models.n[0]), [word] * len(names), None, 1)
        k = models.coefficients.index(state.coefficient)
        last = max(1, -(-len(ordered) // PAGE))
        first = (min(state.page, last) - 1) * PAGE
        places = ordered[first : first + PAGE]
        names = models.groups[places].tolist()
        return cls(
            names,
            {name: values[places, c, k] for name, values in models.numbers.items()},
            models.n[places],
            [STATUSES[i] for i in models.status[places, c]],
            names.index(state.group) if state.group in names else None,
            len(ordered),
        )

    @property
    def n_pages(self) -> int:
        return max(1, -(-self.count // PAGE))


def sorted_groups(models: Models, state: TableState) -> np.ndarray:
    """Places of the groups that are looked for, in their order; those without a number last."""
    places = np.arange(len(models.groups))
    if state.find:
        folded = state.find.casefold()
        places = np.array([i for i in places if folded in models.groups[i].casefold()], dtype=int)
    down, order = state.order.startswith("-"), state.order.lstrip("-")
    c, k = _at_C(models, state.C), models.coefficients.index(state.coefficient)
    of = {name: values[places, c, k] for name, values in models.numbers.items()}
    if order == "name":
        return places  # They were sorted when they were fitted.
    if order == "rows":
        key = models.n[places]
    elif order == "trouble":
        key = np.isfinite(of["estimate"]).astype(float)
    else:
        key = of["estimate"] if order == "estimate" else of["high"] - of["low"]
    return places[np.argsort(-key if down else key, kind="stable")]  # NaN comes last either way.


def summary(models: Models, listed: Listed) -> str:
    """HTML: how many models have each status."""
    counts = ", ".join(f"{n:,} {word}" for word, n in models.status_counts.items())
    name = "" if models.path is None else f"<b>{escape(models.path.name)}</b> "
    groups = f"{len(models.groups):,} groups of {escape(models.group_by)}, " if models.is_grouped else ""
    shown = f" {listed.count:,} found." if listed.count != len(models.groups) and models.is_grouped else ""
    return f"<h1>{name}</h1><p>{groups}{models.status.size:,} models: {counts}.{shown}</p>"


@dataclass(frozen=True)
class Group:
    """One group: its model, and what is known of its rows."""

    place: int
    title: str
    facts: str
    table: str
    chosen_C: float
    logit: np.ndarray | None
    y: np.ndarray | None

    @classmethod
    def of(cls, models: Models, state: TableState, place: int, rows: Rows | None) -> "Group":
        c = _at_C(models, state.C)
        numbers = {name: values[place, c] for name, values in models.numbers.items()}
        scores = {name: float(values[place, c]) for name, values in models.scores.items()}
        word = STATUSES[models.status[place, c]]
        chosen = scores.get("best_C", float(models.C[c]))
        facts = [f"{models.n[place]:,.0f} rows", f"status {word}"]
        facts += [f"C {chosen:.3g}"] if np.isfinite(chosen) else []
        labels = {"train_accuracy": "accuracy", "held_out_accuracy": "held out"}
        known = [name for name in labels if np.isfinite(scores.get(name, np.nan))]
        facts += [f"{labels[name]} {percent(scores[name])}" for name in known]
        if MEANINGS[word]:
            facts.append(MEANINGS[word])
        logit = None
        if rows is not None and np.isfinite(numbers["estimate"]).all():
            logit = rows.X @ numbers["estimate"][:-1] + numbers["estimate"][-1]
        title = models.groups[place] if models.is_grouped else "All rows"
        return cls(
            place,
            f"{models.group_by}: {title}" if models.is_grouped else title,
            ", ".join(facts),
            _table(models.coefficients, numbers, rows, models.given),
            chosen,
            logit,
            None if rows is None else rows.y,
        )

    @property
    def html(self) -> str:
        return f"<h2>{escape(self.title)}</h2><p>{escape(self.facts)}</p>{self.table}"


def _table(
    names: tuple[str, ...], numbers: Mapping[str, np.ndarray], rows: Rows | None, given: Mapping[str, Any]
) -> str:
    """HTML: a group's coefficients; of its rows, if they are at hand, the means of each column in both classes."""
    heads = ["", "estimate", "error", "interval", "odds ratio"]
    means: list[np.ndarray] = []
    if rows is not None:
        classes = [escape(str(value))[:20] for value in given["classes"]]
        heads += [f"mean in {word}" for word in classes]
        means = [rows.X[rows.y == label].mean(0) if (rows.y == label).any() else np.full(rows.X.shape[1], np.nan)
                 for label in (0, 1)]  # fmt: skip
    lines = []
    for i in [*range(min(len(names) - 1, MAX_LISTED)), len(names) - 1]:
        estimate, error, low, high = (numbers[name][i] for name in ("estimate", "standard_error", "low", "high"))
        with np.errstate(over="ignore"):
            odds = _number(np.exp(estimate)) if names[i] != INTERCEPT else ""
        interval = f"{_number(low)} to {_number(high)}" if np.isfinite(low) else ""
        cells = [_number(estimate), _number(error), interval, odds]
        cells += [_number(mean[i]) if i < len(mean) else "" for mean in means]
        lines.append(f"<tr><th scope=row>{escape(names[i])}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    more = f"<p>{len(names) - 1 - MAX_LISTED:,} more are in the file.</p>" if len(names) - 1 > MAX_LISTED else ""
    head = "".join(f"<th scope=col>{word}</th>" for word in heads)
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody>"
    return f"<div class=scrolls><table>{body}</table></div>{more}"


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−") if np.isfinite(value) else ""
