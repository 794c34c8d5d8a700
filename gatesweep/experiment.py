"""The one declaration of every parameter, and the experiment (a grid of models) made of them.

`Settings` declares names, types, bounds, defaults and help. Command line options, widgets, the URL
and the provenance of a dataset are all read off it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import param

from gatesweep.data import n_rows
from gatesweep.errors import InputError
from gatesweep.gates import Gate, as_gate

__all__ = ["BATCHED", "GRID", "OUTER", "SWEPT", "Experiment", "Settings"]

GRID = ("gate", "noise_level", "seed")
"""Always dimensions of the result, even of length one."""
BATCHED = ("C", "learning_rate")
"""Fitted side by side in one batch; a dimension where a sequence is given."""
OUTER = ("num_samples", "features")
"""One batch after the other; a dimension where a sequence is given."""
SWEPT = GRID + BATCHED + OUTER

MAX_MODELS = 1_000_000_000


class Settings(param.Parameterized):
    """Every parameter of one model, with the lecture's values as defaults."""

    gate = param.Parameter("AND", doc="Boolean truth table: one of the 16 two-input names, or bits such as 0110.")
    noise_level = param.Number(
        0.05,
        bounds=(0, 1e6),
        softbounds=(0, 1),
        step=0.01,
        doc="Standard deviation of the Gaussian noise added to the inputs.",
    )
    seed = param.Integer(
        42,
        bounds=(0, 2**32 - 1),
        softbounds=(0, 999),
        doc="What the lecture passes to np.random.seed: fixes the noise draws and the row order.",
    )
    num_samples = param.Integer(
        500,
        bounds=(4, 10_000_000),
        softbounds=(100, 1000),
        step=100,
        doc="Rows drawn for a model, the same number at each corner; a fifth of them is the test part.",
    )
    features = param.Selector(
        default="linear",
        objects=["linear", "interaction"],
        doc="The inputs alone, or with all their products (x1*x2), which lets the boundary bend.",
    )
    solver = param.Selector(
        default="newton",
        objects=["newton", "sgd", "adam"],
        doc="newton: the scikit-learn optimum. sgd, adam: torch.optim with mini-batches, as the lecture trains.",
    )
    C = param.Number(
        1.0,
        bounds=(0, None),
        inclusive_bounds=(False, True),
        softbounds=(1e-3, 1e3),
        doc="Inverse strength of the L2 penalty (newton only); inf for none.",
    )
    learning_rate = param.Number(
        0.5,
        bounds=(0, 1e12),
        inclusive_bounds=(False, True),
        softbounds=(1e-3, 10),
        doc="Step size (sgd and adam).",
    )
    epochs = param.Integer(
        20, bounds=(1, 100_000), softbounds=(1, 200), doc="Passes over the training rows (sgd and adam)."
    )
    batch_size = param.Integer(
        64, bounds=(1, 10_000_000), softbounds=(1, 500), doc="Rows of a mini-batch (sgd and adam)."
    )
    init = param.Selector(
        default="auto",
        objects=["auto", "ones", "linear", "population"],
        doc="First weights: ones (the lecture's Model A), linear (Model B, nn.Linear), population (the optimum "
        "of infinitely many rows); auto is population for newton and ones for sgd and adam.",
    )
    init_seed = param.Integer(
        None,
        allow_None=True,
        bounds=(0, 2**32 - 1),
        doc="torch seed of init=linear; none draws the values from the train_seed stream, as the lecture does.",
    )
    train_seed = param.Integer(
        140,
        bounds=(0, 2**32 - 1),
        doc="What the lecture passes to train_test_split and to torch.manual_seed: fixes the split, the values "
        "of init=linear and the mini-batch order.",
    )
    split = param.Selector(
        default="auto",
        objects=["auto", "sklearn", "torch", "stratified"],
        doc="Train and test rows by scikit-learn's train_test_split, by torch's random_split, or stratified by "
        "corner; auto is sklearn for newton and torch for sgd and adam.",
    )
    max_iter = param.Integer(100, bounds=(1, 100_000), doc="Newton steps at most.")
    dtype = param.Selector(default="float32", objects=["float32", "float64"], doc="Number format of the fit.")
    record = param.Selector(
        default="none",
        objects=["none", "epoch"],
        doc="epoch keeps losses, accuracies and weights of every model at every epoch (newton: every step).",
    )

    @classmethod
    def check(cls, name: str, value: Any) -> Any:
        """`value` in the type that parameter `name` declares; InputError if it breaks the declaration."""
        declared = cls.param[name]
        try:
            value = _plain(value)
            if name == "gate":
                return as_gate(value).name
            if isinstance(declared, param.Integer) and isinstance(value, float) and value.is_integer():
                value = int(value)
            if isinstance(declared, param.Number) and isinstance(value, float) and np.isnan(value):
                raise ValueError("NaN")
            declared._validate(value)
            return float(value) if type(declared) is param.Number else value
        except InputError:
            raise
        except (TypeError, ValueError) as error:
            raise InputError(
                f"{name} must be {describe(declared)}", value, f"The default is {declared.default!r}"
            ) from error


def _plain(value: Any) -> Any:
    """NumPy scalars as Python's own; everything else as it is."""
    return value.item() if isinstance(value, np.generic) else value


def describe(declared: param.Parameter) -> str:
    """The rule of a declared parameter in words, such as "a number, more than 0"."""
    if isinstance(declared, param.Selector):
        return "one of " + ", ".join(map(str, declared.objects))
    if not isinstance(declared, param.Number):
        return "a gate's name or its truth table"
    kind = "a whole number" if isinstance(declared, param.Integer) else "a number"
    low, high = declared.bounds
    inclusive = declared.inclusive_bounds
    parts = [kind]
    if low is not None:
        parts.append(f"{low} or more" if inclusive[0] else f"more than {low}")
    if high is not None:
        parts.append(f"at most {high:g}" if isinstance(high, float) else f"at most {high}")
    return ", ".join(parts)


def _is_sequence(name: str, value: Any) -> bool:
    if isinstance(value, (str, Gate)) or not isinstance(value, Iterable):
        return False
    # A gate may itself be a list: [0, 1, 1, 0] is one truth table, ["AND", "XOR"] two gates.
    return not (name == "gate" and all(_plain(v) in (0, 1) and not isinstance(v, (str, Gate)) for v in value))


@dataclass(frozen=True)
class Experiment:
    """A grid of models: a tuple of values for every swept parameter, one value for each other.

    Build it with `Experiment.of`, which checks everything. Equal experiments have equal `hash`.
    """

    grid: dict[str, tuple]
    """Values of each name in SWEPT, at least one."""
    swept: tuple[str, ...]
    """Dimensions of the result, in order: GRID, then every other parameter given as a sequence."""
    fixed: dict[str, Any]
    """The value of each parameter that is not in SWEPT."""

    @classmethod
    def of(cls, **values: Any) -> "Experiment":
        """Check every value against `Settings`; sequences become dimensions.

        Raises InputError for an unknown name, a value out of bounds, an empty or repeated grid
        value, gates of different numbers of inputs, and a grid of more than a billion models.
        """
        names = list(Settings.param.values())
        names.remove("name")
        for name in values:
            if name not in names:
                raise InputError("a parameter must be one that gatesweep knows", name, f"Known: {', '.join(names)}")
        for name in GRID:
            values.setdefault(name, DEFAULT_GRID[name])
        grid, swept, fixed = {}, list(GRID), {}
        for name in names:
            value = values.get(name, Settings.param[name].default)
            if name not in SWEPT:
                fixed[name] = Settings.check(name, value)
                continue
            sequence = _is_sequence(name, value)
            grid[name] = _distinct(name, value if sequence else [value])
            if sequence and name not in GRID:
                swept.append(name)
        experiment = cls({name: grid[name] for name in SWEPT}, tuple(n for n in SWEPT if n in swept), fixed)
        experiment._check_together()
        return experiment

    def _check_together(self) -> None:
        inputs = {gate.n_inputs for gate in self.gates}
        if len(inputs) > 1:
            raise InputError(
                "the gates of a sweep must have one number of inputs", self.grid["gate"], "Sweep them apart"
            )
        for num_samples in self.grid["num_samples"]:
            n_rows(num_samples, self.n_inputs)
        if self.n_models > MAX_MODELS:
            raise InputError(
                f"a sweep must have at most {MAX_MODELS:,} models", f"{self.n_models:,}", "Take fewer values"
            )

    @property
    def gates(self) -> tuple[Gate, ...]:
        return tuple(as_gate(gate) for gate in self.grid["gate"])

    @property
    def n_inputs(self) -> int:
        return self.gates[0].n_inputs

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the dimensions in `swept`."""
        return tuple(len(self.grid[name]) for name in self.swept)

    @property
    def n_models(self) -> int:
        return int(np.prod([len(v) for v in self.grid.values()], dtype=object))

    @property
    def split(self) -> str:
        """The split in use: `auto` is the one that the lecture takes for this solver."""
        auto = "sklearn" if self.fixed["solver"] == "newton" else "torch"
        return auto if self.fixed["split"] == "auto" else self.fixed["split"]

    @property
    def init(self) -> str:
        """The initial values in use: `auto` is population for newton, ones for sgd and adam."""
        auto = "population" if self.fixed["solver"] == "newton" else "ones"
        return auto if self.fixed["init"] == "auto" else self.fixed["init"]

    def to_dict(self) -> dict[str, Any]:
        """Every parameter by name: lists for the dimensions, plain values for the rest; JSON-ready."""
        values: dict[str, Any] = {}
        for name, given in self.grid.items():
            items = ["inf" if value == np.inf else value for value in given]
            values[name] = items if name in self.swept else items[0]
        return values | self.fixed

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Experiment":
        """The experiment that `to_dict` wrote; checks like `of`."""
        restored = {}
        for name, value in values.items():
            items = value if isinstance(value, list) else [value]
            items = [np.inf if item == "inf" else item for item in items]
            restored[name] = items if isinstance(value, list) else items[0]
        return cls.of(**restored)

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), sort_keys=True)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the JSON form: equal for equal experiments, whatever order they were given in."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


DEFAULT_GRID = {
    "gate": ("AND", "OR", "XOR"),
    "noise_level": tuple(round(0.05 * i, 2) for i in range(21)),
    "seed": tuple(range(20)),
}


def _distinct(name: str, values: Iterable) -> tuple:
    if isinstance(values, range) and len(values) > MAX_MODELS:
        raise InputError(f"{name} must have at most {MAX_MODELS:,} values", values, "Take fewer values")
    checked = tuple(Settings.check(name, value) for value in values)
    if not checked:
        raise InputError(
            f"{name} must have at least one value", values, f"The default is {Settings.param[name].default!r}"
        )
    if len(set(checked)) < len(checked):
        repeated = next(v for i, v in enumerate(checked) if v in checked[:i])
        raise InputError(f"the values of {name} must differ", repeated, "Give each value once")
    return checked
