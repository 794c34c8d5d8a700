"""What the Lab says about a model in words: equation, meaning, state of the training, summary."""

from html import escape, unescape

import numpy as np

from gatesweep.app.explain import explained
from gatesweep.app.lab.model import Run, Shown
from gatesweep.app.lab.state import SCIKIT_LEARN, LabState, in_sweep, unit_of
from gatesweep.app.lab.view_model import ViewModel
from gatesweep.app.legend import Key
from gatesweep.engine.solvers import solver_class
from gatesweep.models import Model
from gatesweep.plots.boundary import beyond
from gatesweep.plots.labels import number, percent, subscript, unit_name
from gatesweep.plots.look import unit_hue

__all__ = [
    "PARAMETERS",
    "confusion",
    "difference",
    "at",
    "equation",
    "heading",
    "keys",
    "legend",
    "loss",
    "losses",
    "meaning",
    "pinned",
    "progress",
    "stroke",
    "summary",
]

MEANT = {
    "No line": "best_linear_accuracy",
    "no line": "best_linear_accuracy",
    "best one": "best_linear_accuracy",
    "nobody can beat": "bayes_accuracy",
    "limit for any classifier": "bayes_accuracy",
    "new points": "exact",
    "corners": "corner",
    "diverged": "diverged",
}
LOST = {"log loss": "log_loss", "train": "train", "test": "test", "exact": "exact_log_loss", "threshold": "threshold"}
CONFUSED = {"test rows": "confusion_matrix", "precision": "precision", "recall": "recall"}
"""Which sentence is behind words of `meaning`, `losses` and `confusion`."""

TERMS = ("x₁", "x₂", "x₁x₂")
LINE = {"w1": "w₁", "w2": "w₂", "w3": "w₃", "intercept": "intercept"}
UNITS = range(1, LabState.param["hidden_units"].bounds[1] + 1)
PARAMETERS = (
    LINE
    | {f"v{u}": f"v{subscript(u)}" for u in UNITS}
    | {f"h{u}{name}": f"{unit_name(u - 1)} {text}" for u in UNITS for name, text in LINE.items()}
)
"""What the screen calls a model's numbers."""
MOST_TERMS = 4
"""Hidden neurons that an equation says one by one."""


def _signed(value: float) -> str:
    return (" − " if value < 0 else " + ") + number(abs(value))


def equation(shown: Shown) -> str:
    """The model with its numbers, as HTML; of a network, what the output makes of its hidden neurons."""
    model = shown.model
    if model.hidden_units > MOST_TERMS:
        return f"p = σ( {model.hidden_units} hidden neurons, weighed{_signed(float(model.intercept))} )"
    terms = [unit_name(u) for u in range(model.hidden_units)] or TERMS
    (w, term), *rest = zip(model.output_weight if model.hidden_units else model.direct, terms, strict=False)
    said = f"{number(w)}&hairsp;{term}" + "".join(f"{_signed(w)}&hairsp;{t}" for w, t in rest)
    return f"p = σ( {said}{_signed(float(model.intercept))} )"


def _made_of(model: Model) -> str:
    """What lets its boundary bend; nothing if it is a line."""
    if model.hidden_units:
        return "one hidden neuron" if model.hidden_units == 1 else f"{model.hidden_units} hidden neurons"
    return "x₁x₂" if model.features == "interaction" else ""


def meaning(run: Run, shown: Shown, solver: str, by_hand: bool = False) -> str:
    """One sentence: what this accuracy is worth at this gate and noise level."""
    gate, noise = run.rows.gate, run.rows.noise_level
    line, bayes, here = map(percent, (run.best_linear_accuracy, run.bayes_accuracy, shown.exact_accuracy))
    remedy, made_of = solver_class(in_sweep(solver)).remedy, _made_of(shown.model)
    this = "this net" if shown.model.hidden_units else "this one"
    if not shown.is_finite:
        return f"The weights have run off to infinity: this is no model any more. {remedy}"
    if run.status == "diverged" and not by_hand:
        return (
            f"The training diverged: its steps are too large. What is left of it is right on {here} of new points. "
            f"{remedy}"
        )
    if len(set(gate.truth)) == 1:
        return f"{gate} never changes its answer, so there is nothing to separate: guessing it is always right."
    if made_of and not gate.is_linearly_separable:
        bends = "is a line still" if shown.model.hidden_units == 1 and shown.model.features == "linear" else "bends"
        reached = f"this one is right on {here} of new points. The limit for any classifier is {bayes}."
        return f"No line beats {line} on {gate}. With {made_of} the boundary {bends}: {reached}"
    if not gate.is_linearly_separable:
        return (
            f"No line can do better than {line} on {gate}; this one is right on {here} of new points. "
            f"The limit for any classifier is {bayes}."
        )
    if noise == 0:
        return f"Without noise a line can be right on every point of {gate}; {this} is on {here}."
    if run.bayes_accuracy > 0.9995:
        return f"{gate} can be solved by a line: the best one is right on {line} of new points, {this} on {here}."
    return (
        f"At noise level {noise:g} the corners overlap: nobody can beat {bayes} on {gate}, no line {line}; "
        f"{this} gets {here}."
    )


STATES = {
    "converged": ("success", "converged"),
    "max_iter": ("info", "stopped"),
    "separable": ("warning", "separable: weights grow for ever"),
    "diverged": ("error", "diverged"),
    "redundant": ("info", "converged; some inputs say the same"),
    "undecided": ("warning", "undecided: neither fitted nor proven to have no optimum"),
}
ONE_CLASS = "separable: the intercept grows for ever"
"""Weights have nothing to do where all rows are of one class."""


def progress(run: Run, solver: str, epoch: int, by_hand: bool) -> tuple[str, str]:
    """How the training went, as a severity (success, info, warning, error) and a few words."""
    if by_hand:
        return "info", "set by hand"
    if not len(run.rows.y):
        return "info", "no rows to learn from"
    if run.is_under_way:
        return "info", "training …"
    severity, words = STATES[run.status]
    if run.status == "converged":
        unit = "step" if run.n_iter == 1 else "steps"
        words = "converged" if solver == SCIKIT_LEARN else f"converged after {run.n_iter} {unit}"
    elif run.status == "separable" and len(np.unique(run.rows.y)) == 1:
        words = ONE_CLASS
    elif run.status == "max_iter" and run.last_epoch > 1:
        loss = run.history.train_loss
        rises = (np.diff(loss) > 0.1 * loss[:-1]).sum()
        trend = "loss still falling" if loss[-1] < loss[-2] * 0.999 else "loss has settled"
        trend = "loss leaps up and down" if rises > 2 else trend
        words = f"{run.last_epoch} {unit_of(solver)}s, {trend}"
    return severity, words


def summary(run: Run, shown: Shown, epoch: int, unit: str) -> str:
    """The picture in words, for those who cannot see it. `unit`: what an epoch is called (see `Solver.unit`)."""
    rows, scores = run.rows, shown.scores
    place, half = at(shown.threshold), "" if shown.threshold == 0.5 else "At threshold 0.5: "
    return (
        f"{rows.gate} gate, noise level {rows.noise_level:g}, {len(rows.y)} rows, {unit} {epoch} of {run.last_epoch}. "
        f"{int(shown.wrong.sum())} rows misclassified{place}. {half}Train accuracy {percent(scores.train_accuracy)}, "
        f"test {percent(scores.test_accuracy)}, exact {percent(shown.exact_accuracy)}. "
        f"Log loss {loss(scores.train_loss)} on train rows, {loss(scores.test_loss)} on test rows."
    )


def at(threshold: float) -> str:
    """Where it is not the usual threshold, what it is."""
    return "" if threshold == 0.5 else f" at threshold {threshold:g}"


def _rate(part: int, whole: int) -> str:
    return percent(part / whole) if whole else "none"


def confusion(shown: Shown) -> str:
    """The test rows' confusion matrix with precision and recall of class 1, as an HTML table."""
    (tn, fp), (fn, tp) = shown.confusion.tolist()
    return (
        "<div class=confusion><table>"
        "<tr><th>test rows</th><th scope=col>predicted 0</th><th scope=col>predicted 1</th></tr>"
        f"<tr><th scope=row>true 0</th><td class=ok>{tn}</td><td>{fp}</td></tr>"
        f"<tr><th scope=row>true 1</th><td>{fn}</td><td class=ok>{tp}</td></tr></table>"
        f"<p>precision <b>{_rate(tp, tp + fp)}</b></p><p>recall <b>{_rate(tp, tp + fn)}</b></p></div>"
    )


def loss(value: float | np.ndarray) -> str:
    """A log loss in nats."""
    nats = float(value)
    return f"{nats:.3f}" if abs(nats) < 1e4 else number(nats)


def losses(shown: Shown) -> str:
    """Log losses side by side."""
    scores = shown.scores
    return (
        f"log loss: train {loss(scores.train_loss)} · test {loss(scores.test_loss)} · "
        f"exact {loss(shown.exact_log_loss)}" + ("" if shown.threshold == 0.5 else " · accuracies: threshold 0.5")
    )


def pinned(shown: Shown) -> str:
    """The model that is compared with, as HTML."""
    exact = "" if shown.rows.gate is None else f", exact {percent(shown.exact_accuracy)}"
    return f"pinned: {equation(shown)}{exact}"


def keys(view: ViewModel) -> list[Key]:
    """What the marks of the picture on show mean."""
    palette = view.palette
    zero, one = palette.classes
    if view.picture == "neuron":
        hidden = (
            [Key("", "into a hidden neuron: less or more of it", "hidden")] if view.shown.model.hidden_units else []
        )
        return [
            Key(stroke(zero, 4), "speaks for 0", "weight"),
            Key(stroke(one, 4), "speaks for 1", "weight"),
            Key("", "the wider, the larger the weight"),
            *hidden,
        ]
    hollow, ring = f"fill='none' stroke='{palette.muted}'", f"fill='none' stroke='{palette.ink}'"
    found = [
        Key(f"<circle cx='6' cy='6' r='5' fill='{zero}'/>", "class 0", "class"),
        Key(f"<rect x='1' y='1' width='10' height='10' fill='{one}'/>", "class 1", "class"),
        Key(f"<circle cx='6' cy='6' r='5' {hollow} stroke-width='2'/>", "test row", "test_row"),
        Key(
            f"<circle cx='6' cy='6' r='6.5' {ring} stroke-width='1.6'/><circle cx='6' cy='6' r='3' "
            f"fill='{palette.muted}'/>",
            f"misclassified{at(view.threshold)}",
            "misclassified",
        ),
    ]
    if view.picture == "s_curve":
        return found
    if view.picture == "hidden":
        rest = view.shown.model.hidden_units - 2
        more = "the other neuron at its mean" if rest == 1 else f"the other {rest} neurons at their mean"
        return [*found, Key("", "digits: the four corners", "corner"), *([Key("", more)] if rest > 0 else [])]
    outside = 0 if view.run.rows.gate is None else sum(beyond(view.run.rows.X))
    found += [Key("", f"{outside} rows beyond the frame", "beyond")] if outside else []
    if view.limits:
        found += [
            Key(stroke(palette.best_line), "best line", "best_linear_accuracy"),
            Key(stroke(palette.bayes), "best boundary", "bayes_accuracy"),
        ]
    if view.shown.model.hidden_units:
        arrow = f"<path d='M0 6H9M6 2L10 6L6 10' fill='none' stroke='{unit_hue(0, palette)}' stroke-width='2'/>"
        found.append(Key(arrow, "a hidden neuron's own line", "hidden"))
    return found + ([Key(stroke(palette.test), "pinned", "pin")] if view.pinned else [])


def stroke(hue: str, width: float = 3) -> str:
    """The mark of a line, as SVG."""
    return f"<path d='M0 6H12' stroke='{hue}' stroke-width='{width}'/>"


def legend(keys: list[Key]) -> str:
    """Keys for the page, as HTML."""
    mark = "<svg viewBox='0 0 12 12' aria-hidden=true>{}</svg>"

    def entry(key: Key) -> str:
        shown = (mark.format(key.mark) if key.mark else "") + escape(key.text, quote=False)
        return explained(key.explained_by, shown) if key.explained_by else shown

    return f"<div class=legend>{''.join(f'<span>{entry(key)}</span>' for key in keys)}</div>"


def heading(view: ViewModel) -> str:
    """The model on show in one line, above a saved picture."""
    rows = view.run.rows
    terms = unescape(equation(view.shown))
    return f"{rows.gate}, noise level {rows.noise_level:g}: {terms}"


def difference(run: Run, solver: str, init: str, by_hand: bool) -> str:
    """Comment lines for a script: what a sweep of these settings does otherwise than the Lab."""
    notes = (
        (by_hand, "The model on show is set by hand; this is the trained one."),
        (init == "hand", "The Lab starts from the weights set by hand; a sweep starts as usual."),
        (solver == SCIKIT_LEARN, "scikit-learn stops a little before the optimum that this finds."),
        (run.status == "separable", "Separable: weights grow for ever, and where they stop depends on the start."),
    )
    return "".join(f"# {note}\n" for holds, note in notes if holds)
