"""What the Lab shows, as parameters only: the settings of one model and how it is looked at."""

from collections.abc import Mapping
from typing import Any

import param

from gatesweep.app.lab.own import Own
from gatesweep.engine.solvers import SOLVERS, solver_class
from gatesweep.errors import InputError
from gatesweep.gates import GATE_MENU
from gatesweep.lessons import LESSONS
from gatesweep.models import n_params
from gatesweep.settings import Settings

__all__ = [
    "CHOICES",
    "HAND",
    "HIDEABLE",
    "LOOK",
    "PAIRS",
    "OWN",
    "PIN",
    "SCIKIT_LEARN",
    "SETTINGS",
    "TRAINING",
    "VIEW",
    "TRAINED_NETWORK",
    "LabState",
    "in_sweep",
    "unit_of",
    "needs_convex_loss",
    "numbers_of",
]

SCIKIT_LEARN = "scikit-learn"
"""The lecture's own call: a solver of the Lab alone, since it fits one model at a time."""
CHOICES = (SCIKIT_LEARN, *SOLVERS)
"""Solvers of the Lab."""
TRAINING = ("C", "learning_rate", "epochs", "batch_size", "init", "init_seed")
"""Controls that are folded away under Training."""
DATA = ("gate", "truth", "noise_level", "num_samples", "seed")
MODEL = ("hidden_units", "activation", "solver", "features")
HIDEABLE = (*DATA, *MODEL, *TRAINING, "training", "hand")
"""What a link or a lesson can hide: single controls, the truth table, and two folds."""
PAIRS = ("w1,w2", "w1,intercept", "w2,intercept", "w1,w3", "w2,w3", "w3,intercept", "v1,v2", "v1,intercept")
"""What a loss surface can span; w3, the weight of x1*x2, only where there is one, and v1, what the output makes of
the first hidden neuron."""
TRAINED_NETWORK = {"solver": "adam", "learning_rate": 0.1, "epochs": 100}
"""What trains a network that was chosen while the solver was one for a convex loss; numbers that are not at their
default any more stay as they are."""
MAX_ROW_VISITS = 4_000_000
"""Rows times epochs that the Lab trains at most while the page waits."""
MAX_STEPS = 20_000
"""Mini-batches that the Lab trains at most while the page waits."""


def in_sweep(solver: str) -> str:
    """What a sweep has for a solver of the Lab: scikit-learn's optimum is newton's."""
    return "newton" if solver == SCIKIT_LEARN else solver


def unit_of(solver: str) -> str:
    """What an epoch of a solver of the Lab is called: see `Solver.unit`."""
    return solver_class(in_sweep(solver)).unit


def needs_convex_loss(solver: str) -> bool:
    """Whether it is for models without hidden neurons alone."""
    return solver_class(in_sweep(solver)).needs_convex_loss


def numbers_of(hidden_units: int, features: str) -> tuple[str, ...]:
    """What a model's numbers are called, in the engine's order.

    w1, w2, w3 with the product feature, intercept; of hidden neuron 2 they are h2w1 and so on, and v2 is what the
    output makes of it.
    """
    line = ("w1", "w2", *(["w3"] if features == "interaction" else []), "intercept")
    if not hidden_units:
        return line
    units = range(1, hidden_units + 1)
    return (*(f"h{u}{name}" for u in units for name in line), *(f"v{u}" for u in units), "intercept")


class LabState(Settings):
    """One model's settings (see `gatesweep.experiment.Settings`) and the view of it.

    Every name is also its name in the URL.
    """

    gate = param.Selector(default="AND", objects=list(GATE_MENU))
    solver = param.Selector(
        default="newton",
        objects=list(CHOICES),
        doc="scikit-learn: the lecture's LogisticRegression. newton: the same optimum, step by step. sgd, adam: "
        "torch.optim with mini-batches, as the lecture trains.",
    )
    init = param.Selector(
        default="auto",
        objects=["auto", "ones", "linear", "population", "hand"],
        doc="First weights: ones, linear and population as in a sweep, or hand: the weights set by hand. auto is 0 "
        "for newton, as the way to the optimum is worth seeing, and ones for sgd and adam.",
    )
    record = param.Selector(default="epoch", objects=["epoch"], constant=True, precedence=-1)

    source = param.Selector(
        default="gate", objects=["gate", "own"], doc="Rows of a gate, or your own: drawn, or from a table."
    )
    own = param.ClassSelector(
        class_=Own, default=Own.of([], []), doc="Your own rows. A link carries up to 100 of them, or a table's name."
    )
    standardize = param.Boolean(
        False,
        doc="Count each column of your own rows from its mean, in standard deviations of the training rows.",
    )

    epoch = param.Integer(None, allow_None=True, bounds=(0, None), doc="The epoch shown; none is the last one.")
    picture = param.Selector(
        default="boundary",
        objects=["boundary", "neuron", "s_curve", "hidden"],
        doc="The rows in the plane of their inputs; the neurons with their numbers; the rows on the S-curve; or where "
        "the hidden neurons put them.",
    )
    corner = param.Selector(
        default="11", objects=["00", "01", "10", "11"], doc="The inputs x₁, x₂ that the neuron is shown."
    )
    row = param.Integer(1, bounds=(1, None), doc="The own row that the neuron is shown.")
    surface = param.Selector(default="probability", objects=["probability", "label"], doc="What colours the plane.")
    loss_over = param.Selector(
        default="w1,w2", objects=list(PAIRS), doc="The two parameters that the loss surface spans."
    )
    threshold = param.Number(0.5, bounds=(0, 1), step=0.01, doc="Probability from which a row counts as class 1.")
    unit_x = param.Integer(0, bounds=(0, 16), doc="The hidden neuron across the hidden space; 0: what weighs most.")
    unit_y = param.Integer(0, bounds=(0, 16), doc="And the one up it; 0: what weighs most of the others.")
    cloud = param.Boolean(False, doc="Draw the boundaries of the other seeds.")
    others = param.Selector(
        default="seed",
        objects=["seed", "init_seed"],
        doc="What the 200 others differ in: seed, other rows; init_seed, other first weights (of a network).",
    )
    limits = param.Boolean(False, doc="Draw the best line, and the best boundary of any kind.")
    pin = param.List(
        [],
        item_type=float,
        bounds=(0, n_params(16, "interaction")),
        doc="The numbers of a model to compare with, in the order of a model set by hand; none is empty.",
    )
    pin_units = param.Integer(0, bounds=(0, 16), doc="How many hidden neurons the pinned model has.")
    pin_activation = param.Selector(
        default="sigmoid", objects=[*Settings.param.activation.objects], doc="What they make of their weighted sums."
    )
    by_hand = param.Boolean(False, doc="Show the line set by hand instead of the trained one.")
    w1 = param.Number(1.0, bounds=(-1e6, 1e6), softbounds=(-20, 20), step=0.1, doc="Weight of x₁, by hand.")
    w2 = param.Number(1.0, bounds=(-1e6, 1e6), softbounds=(-20, 20), step=0.1, doc="Weight of x₂, by hand.")
    w3 = param.Number(0.0, bounds=(-1e6, 1e6), softbounds=(-40, 40), step=0.1, doc="Weight of x₁x₂, by hand.")
    intercept = param.Number(-1.0, bounds=(-1e6, 1e6), softbounds=(-20, 20), step=0.1, doc="Intercept, by hand.")
    network = param.List(
        [],
        item_type=float,
        bounds=(0, n_params(16, "interaction")),
        doc="A network by hand: each hidden neuron's weights and intercept, the output's weights, its intercept.",
    )
    lesson = param.Integer(0, bounds=(0, len(LESSONS)), doc="The lesson on show, from 1; 0 is none.")
    hide = param.ListSelector([], objects=list(HIDEABLE), doc="Controls that are hidden.")

    def usual(self, lesson: int = 0) -> dict[str, Any]:
        """The values that everything has when a lesson (0: none) is opened."""
        usual = {name: self.param[name].default for name in (*SETTINGS, *VIEW)}
        if not lesson:
            return usual
        chosen = LESSONS[lesson - 1]
        return usual | dict(chosen.settings) | {"lesson": lesson, "hide": list(chosen.hide)}

    @classmethod
    def affordable(cls, settings: Mapping[str, Any]) -> None:
        """Refuse a training run that the Lab cannot show, or that would keep the page waiting: InputError."""
        steps, visits = cls._work(settings)
        if visits > MAX_ROW_VISITS or steps > MAX_STEPS:
            raise InputError(
                f"the Lab trains at most {MAX_STEPS:,} steps and {MAX_ROW_VISITS:,} row visits at once",
                f"{steps:,} steps on {settings['num_samples']:,} rows",
                "Take fewer rows or epochs, or gatesweep.sweep",
            )

    @classmethod
    def seconds(cls, settings: Mapping[str, Any]) -> float:
        """About how long training takes."""
        steps, visits = cls._work(settings)
        return 2e-4 * steps + 2e-8 * visits

    @staticmethod
    def _work(settings: Mapping[str, Any]) -> tuple[int, int]:
        """Steps, and rows looked at."""
        solver, rows = solver_class(in_sweep(settings["solver"])), settings["num_samples"]
        epochs = settings[solver.budget]
        visits = rows * epochs * max(1, settings["hidden_units"])
        return epochs * -(-rows // solver.rows_at_once(rows, settings)), visits


SETTINGS = tuple(name for name in Settings.param if name not in ("name", "record"))
"""Parameters that decide which model is trained."""
OWN = ("source", "own", "standardize")
"""What decides which rows it is trained on, beside a gate's settings."""
HAND = ("by_hand", "w1", "w2", "w3", "intercept", "network")
"""The model set by hand."""
PIN = ("pin", "pin_units", "pin_activation")
"""The model to compare with."""
LOOK = (
    *("epoch", "picture", "corner", "row", "surface", "loss_over", "threshold", "unit_x", "unit_y"),
    *("cloud", "others", "limits", *PIN, *HAND),
)
"""What decides how a model is drawn."""
VIEW = (*OWN, *LOOK, "lesson", "hide")
"""What belongs in a link beside the settings: the rows where they are no gate's, and how the model is looked at."""
