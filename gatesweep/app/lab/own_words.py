"""What the Lab says about a model of own rows: nothing that only a true distribution could tell."""

from html import escape, unescape

import numpy as np

from gatesweep.app.lab import words
from gatesweep.app.lab.own import Own
from gatesweep.app.lab.own_model import FOLDS
from gatesweep.app.lab.own_rows import HELD_OUT_FROM, OwnRows
from gatesweep.app.lab.state import LabState, in_sweep
from gatesweep.app.lab.view_model import ViewModel
from gatesweep.app.legend import Key
from gatesweep.engine.solvers import solver_class
from gatesweep.plots.labels import percent
from gatesweep.theory.sample import EXACT_ROWS, SampleLine

__all__ = ["LOST", "MEANT", "as_python", "heading", "keys", "losses", "meaning", "summary", "unlinked"]

MEANT = {"Cross-validated": "cross_validated", "proven": "separable_rows", "best line": "best_line_on_rows"}
LOST = {"log loss": "log_loss", "train": "train", "test": "test", "threshold": "threshold"}
"""Which sentence is behind words of `meaning` and `losses`."""


def _own(view: ViewModel) -> Own:
    assert isinstance(view.run.rows, OwnRows)
    return view.run.rows.own


def meaning(view: ViewModel) -> str:
    """One or two sentences, as HTML: what this model is worth on these rows, and what can be said of any line."""
    rows, known = view.run.rows, view.resampled
    n, ones = len(rows.y), int(rows.y.sum())
    if not n:
        return "No rows yet: tap the picture to draw some, of both classes, or bring a table."
    if ones in (0, n):
        return "All rows are of one class, so there is nothing to separate: draw some of the other one."
    if not view.shown.is_finite:
        remedy = solver_class(in_sweep(view.solver)).remedy
        return f"The weights have run off to infinity: this is no model any more. {remedy} Or standardise the columns."
    right = n - int(view.shown.wrong.sum())
    said = [f"This model is right on {right:,} of {n:,} rows{words.at(view.shown.threshold)}."]
    if view.run.status == "diverged" and view.hand is None:
        said = ["The training diverged: its steps are too large. Take a smaller learning rate, or standardise."]
    if known is not None and known.best is not None:
        said.append(_of_any_line(known.best, known.is_separable))
        if np.isfinite(known.cross_validated):
            said.append(f"Cross-validated in {FOLDS} parts, models like it reach {percent(known.cross_validated)}.")
        else:
            said.append(f"Each class needs {FOLDS} rows to cross-validate.")
    if n < HELD_OUT_FROM:
        said.append(f"Below {HELD_OUT_FROM} rows none is held out for a test.")
    return " ".join(said)


def _of_any_line(best: SampleLine, is_separable: bool | None) -> str:
    if best.n_right == best.n_rows:
        return "A line separates the classes: proven, the best line is right on every row."
    if not best.is_exact:
        proof = "No line separates the classes, which is proven; " if is_separable is False else ""
        found = f"the best line that was found is right on {best.n_right:,}"
        return f"{proof}{found}, a lower bound: above {EXACT_ROWS:,} rows not all lines are looked at."
    return f"No line separates the classes, which is proven: the best line is right on {best.n_right:,} of them."


def losses(view: ViewModel) -> str:
    """Log losses side by side."""
    scores = view.shown.scores
    if not len(view.run.rows.y):
        return ""
    test = f" · test {words.loss(scores.test_loss)}" if np.isfinite(scores.test_loss) else ""
    threshold = "" if view.threshold == 0.5 else " · accuracies: threshold 0.5"
    return f"log loss: train {words.loss(scores.train_loss)}{test}{threshold}"


def summary(view: ViewModel) -> str:
    """The picture in words, for those who cannot see it."""
    rows, shown = view.run.rows, view.shown
    scores, n = shown.scores, len(rows.y)
    if not n:
        return "Own rows: none yet."
    test = f", test {percent(scores.test_accuracy)}" if np.isfinite(scores.test_accuracy) else ""
    counts = ", ".join(f"{np.sum(rows.y == label)} of class {_own(view).classes[label]}" for label in (0, 1))
    return escape(
        f"Own rows: {n}, {counts}. {int(shown.wrong.sum())} rows misclassified{words.at(shown.threshold)}. "
        f"Train accuracy {percent(scores.train_accuracy)}{test}."
    )


def keys(view: ViewModel, found: list[Key]) -> list[Key]:
    """What the marks mean: those of a gate's picture, with the names of the own classes, and no best boundary."""
    own, known = _own(view), view.resampled
    names = {f"class {label}": own.classes[label] for label in (0, 1) if own.classes != ("0", "1")}
    named = [key._replace(text=names.get(key.text, key.text)) for key in found]
    kept = [key for key in named if key.explained_by not in ("best_linear_accuracy", "bayes_accuracy", "corner")]
    if view.picture == "boundary" and view.limits and known is not None and known.best is not None:
        text = "best line on these rows" if known.best.is_exact else "best line found"
        kept.append(Key(words.stroke(view.palette.best_line), text, "best_line_on_rows"))
    return kept


def heading(view: ViewModel) -> str:
    """The model on show in one line, above a saved picture."""
    return f"{len(view.run.rows.y):,} own rows: {unescape(words.equation(view.shown))}"


def unlinked(rows: OwnRows) -> str:
    """What the page says of rows that no link carries; empty where one does."""
    if rows.own.is_linkable:
        return ""
    return (
        f"{len(rows.own):,} rows are more than a link carries: whoever opens it sees none. "
        "Share them as a file: Share, Rows as CSV."
    )


def as_python(rows: OwnRows) -> str:
    """A script that trains the same model with gatesweep, from the file that "Rows as CSV" saves."""
    settings, own = rows.settings, rows.own
    solver = in_sweep(settings["solver"])
    uses = ("solver", *solver_class(solver).uses, "init", "init_seed", "train_seed", "max_iter", "dtype")
    given = {name: settings[name] for name in uses} | {"solver": solver}
    usual = LabState.param
    args = "".join(f", {name}={v!r}" for name, v in given.items() if name == "solver" or v != usual[name].default)
    args = args.replace("=inf", '=float("inf")').replace(", init='hand'", "")
    scaled = "X = (X - X[train].mean(0)) / X[train].std(0)\n" if rows.standardize else ""
    product = "X = np.column_stack([X, X[:, 0] * X[:, 1]])\n" if rows.features == "interaction" else ""
    return f"""import gatesweep as gs
import numpy as np
import pandas as pd

rows = pd.read_csv("gatesweep.csv")  # {len(own):,} rows: Share, Rows as CSV
X, y, train = rows[["x1", "x2"]].to_numpy(), rows["y"].to_numpy(), (rows["part"] == "train").to_numpy()
{scaled}{product}fit = gs.fit(X[train], y[train]{args})
print(fit.weight, fit.intercept, "accuracy on the others", (fit.predict(X[~train]).numpy() == y[~train]).mean())
"""
