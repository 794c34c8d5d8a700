"""The model on show, to take along: a few lines of NumPy, scikit-learn or PyTorch alone, and its rows as CSV."""

import re
from typing import Any

import numpy as np

from gatesweep.app.assets import asset
from gatesweep.app.code import literal
from gatesweep.app.lab.model import Run, Shown
from gatesweep.app.lab.own_rows import OwnRows
from gatesweep.engine.solvers.protocol import Status
from gatesweep.grids.model import Rows
from gatesweep.models import Model, Network

__all__ = ["LINES", "as_csv", "as_plain"]

LINES = asset("lab/plain.txt")
"""All lines that a script may have, each after the words that must hold (with a - those that must not) and a bar.

The page without a server fills in the same ones (page/plain.js).
"""
TRAINED = (Status.converged.name, Status.redundant.name)
"""Where newton has found the optimum, which scikit-learn finds too."""


def as_plain(run: Run, shown: Shown, epoch: int, by_hand: bool) -> str:
    """A script that draws the same rows and trains the same model up to this epoch.

    Args:
        run: trained here, from its first values; of a sweep that recorded no steps it has none.
    """
    assert isinstance(run.rows, Rows), "own rows have a script of their own"
    rows, model = run.rows, shown.model if by_hand else run.models[0]
    experiment, n, [init_seed] = rows.experiment, len(rows.y), rows.experiment.grid["init_seed"]
    numbers, is_drawn = _numbers(model), rows.batch.models.init == "linear"
    first = [number for part in numbers.values() for number in np.ravel(part).tolist()]
    # A network set by hand takes torch's place among its random numbers all the same.
    is_given = not is_drawn or not np.array_equal(rows.batch.first.ravel(), model.params.astype(np.float32))
    is_aside = init_seed is not None if is_drawn else model.hidden_units > 0
    holds = {
        rows.features: True,
        **({"network": True, model.activation: True} if isinstance(model, Network) else {"line": True}),
        "by_hand" if by_hand else "trained": True,
    }
    if not by_hand:
        is_newton = "C" in experiment.solver.uses
        holds |= {
            experiment.split: True,
            experiment.fixed["solver"]: True,
            "descent": not is_newton,
            "drawn": is_drawn,
            "given": is_given,
            "aside": is_aside,
            "elsewhere": run.status not in TRAINED,
            "on_the_way": epoch < run.last_epoch,
            "one_class": len(np.unique(rows.y[rows.train])) < 2,
        }
    return _filled(
        {word for word, is_so in holds.items() if is_so},
        experiment.fixed
        | {name: values[0] for name, values in experiment.grid.items()}
        | {name: np.asarray(part).tolist() for name, part in numbers.items()}
        | {"n": n, "quarter": n // 4, "truth": list(rows.gate.truth), "epoch": epoch, "init_seed": init_seed or 0}
        | {"first": first, "first_weight": first[:-1], "first_intercept": first[-1], "units": model.hidden_units}
        | {"features": rows.X.shape[1] + (rows.features == "interaction"), "indent": "    " if is_aside else ""},
    )


def _numbers(model: Model) -> dict[str, np.ndarray]:
    """A model's numbers by what the script calls them, a network's in the order of torch's layers."""
    if isinstance(model, Network):
        hidden = {"hidden_weight": model.hidden_weight, "hidden_intercept": model.hidden_intercept}
        return hidden | {"weight": model.output_weight, "intercept": model.intercept}
    return {"weight": model.direct, "intercept": model.intercept}


def _filled(holds: set[str], values: dict[str, Any]) -> str:
    """Those of LINES whose words hold, with values in them."""

    def is_shown(words: str) -> bool:
        return all((word.lstrip("-") in holds) != word.startswith("-") for word in words.split())

    def text_of(found: re.Match) -> str:
        value = values[found[1]]
        return value if isinstance(value, str) else literal(value)

    lines = (line.partition("|") for line in LINES.splitlines())
    shown = [text for words, _, text in lines if is_shown(words)]
    return re.sub(r"\{(\w+)\}", text_of, "\n".join([*shown, ""]))


def as_csv(shown: Shown) -> str:
    """Its rows with their labels, their part, and what the model says of them."""
    rows = shown.rows
    part = np.where(rows.is_test, "test", "train")
    X = rows.own.X if isinstance(rows, OwnRows) else rows.X
    columns = (*X.T, rows.y, part, shown.probability, shown.loss)
    lines = (",".join(map(str, line)) for line in zip(*(column.tolist() for column in columns), strict=True))
    return "\n".join(["x1,x2,y,part,p,loss", *lines, ""])
