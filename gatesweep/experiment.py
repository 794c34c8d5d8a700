"""The experiment: a grid of models, made of checked settings."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike

from gatesweep.codec import from_json, to_json
from gatesweep.engine.solvers import solver_class
from gatesweep.errors import InputError
from gatesweep.gates import Gate, GateLike, as_gate
from gatesweep.settings import Settings, plain

if TYPE_CHECKING:
    from gatesweep.engine.solvers.protocol import Solver

__all__ = ["BATCHED", "DEFAULT_GRID", "GRID", "MAX_MODELS", "OUTER", "SWEPT", "Experiment", "Parameters"]

GRID = ("gate", "noise_level", "seed")
"""Always dimensions of the result, even of length one."""
BATCHED = ("C", "learning_rate", "init_seed")
"""Fitted side by side in one batch; a dimension where a sequence is given."""
OUTER = ("num_samples", "features", "hidden_units", "activation")
"""One batch after the other; a dimension where a sequence is given."""
SWEPT = GRID + BATCHED + OUTER
LATER = ("hidden_units", "activation")
"""Not written where they are at their default: so what was written before there were any has its hash still."""

MAX_MODELS = 1_000_000_000

MIN_ROWS = {"sklearn": 2, "torch": 5, "stratified": 2}
"""Fewest rows of which a split leaves one to each part: train_test_split rounds up, random_split down."""


class Parameters(TypedDict, total=False):
    """What may be given of `gatesweep.Settings`, for editors and type checkers; a sequence makes a dimension."""

    gate: GateLike | Iterable[GateLike]
    noise_level: ArrayLike
    seed: ArrayLike
    num_samples: ArrayLike
    features: str | Iterable[str]
    hidden_units: ArrayLike
    activation: str | Iterable[str]
    solver: str
    C: ArrayLike
    learning_rate: ArrayLike
    epochs: int
    batch_size: int
    init: str
    init_seed: ArrayLike | None
    train_seed: int
    split: str
    max_iter: int
    dtype: str
    record: str


def _is_sequence(name: str, value: Any) -> bool:
    if isinstance(value, (str, Gate)) or not isinstance(value, Iterable):
        return False
    # A gate may itself be a list: [0, 1, 1, 0] is one truth table, ["AND", "XOR"] two gates.
    return not (name == "gate" and all(plain(v) in (0, 1) and not isinstance(v, (str, Gate)) for v in value))


@dataclass(frozen=True)
class Experiment:
    """A grid of models: a tuple of values for every swept parameter, one value for each other.

    Build it with `Experiment.of`, which checks everything. Equal experiments have equal `hash`.

    Example:
        >>> experiment = Experiment.of(gate=("AND", "XOR"), noise_level=[0.1, 0.2, 0.3], seed=range(10))
        >>> experiment.n_models, experiment.shape
        (60, (2, 3, 10))
    """

    grid: dict[str, tuple]
    """Values of each name in SWEPT, at least one."""
    swept: tuple[str, ...]
    """Dimensions of the result, in order: GRID, then every other parameter given as a sequence."""
    fixed: dict[str, Any]
    """The value of each parameter that is not in SWEPT."""

    @classmethod
    def of(cls, **parameters: Unpack[Parameters]) -> "Experiment":
        """Check every value against `Settings`; sequences become dimensions.

        Raises InputError for an unknown name, a value out of bounds, an empty or repeated grid
        value, gates of different numbers of inputs, and a grid of more than a billion models.
        """
        values: dict[str, Any] = {**parameters}
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
        from gatesweep.lecture import n_rows  # With it come torch and scikit-learn: a help text needs neither.

        inputs = {gate.n_inputs for gate in self.gates}
        if len(inputs) > 1:
            raise InputError(
                "the gates of a sweep must have one number of inputs", self.grid["gate"], "Sweep them apart"
            )
        for num_samples in self.grid["num_samples"]:
            if n_rows(num_samples, self.n_inputs) < MIN_ROWS[self.split]:
                raise InputError(
                    f"the {self.split} split needs {MIN_ROWS[self.split]} rows to leave one for the test part",
                    num_samples,
                    "Take more samples",
                )
        if any(self.grid["hidden_units"]):
            self._check_network()
        if "init_seed" in self.swept and None in self.grid["init_seed"]:
            raise InputError("several init_seeds must be whole numbers", self.grid["init_seed"], "Leave none out")
        if self.n_models > MAX_MODELS:
            raise InputError(
                f"a sweep must have at most {MAX_MODELS:,} models", f"{self.n_models:,}", "Take fewer values"
            )

    def _check_network(self) -> None:
        units, solver = self.grid["hidden_units"], self.fixed["solver"]
        if self.solver.needs_convex_loss:
            raise InputError(
                f"{solver} needs a convex loss, which a model with hidden_units has not", units, "Take adam or sgd"
            )
        if self.init == "population":
            raise InputError("init=population is an optimum of models without hidden_units", units, "Take linear")

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
    def solver(self) -> "type[Solver[Any, Any]]":
        """The solver, which knows its own start, split, steps and words."""
        return solver_class(self.fixed["solver"])

    @property
    def n_steps(self) -> int:
        """Steps or epochs that each model takes at most."""
        return int(self.fixed[self.solver.budget])

    @property
    def records(self) -> bool:
        """Whether the result keeps every step of every model."""
        return self.fixed["record"] == "epoch"

    @property
    def split(self) -> str:
        """The split in use: `auto` is the one that the lecture takes for this solver."""
        return self.solver.split if self.fixed["split"] == "auto" else self.fixed["split"]

    @property
    def init(self) -> str:
        """The initial values of models without hidden units: `auto` is what this solver starts from."""
        return self.solver.init if self.fixed["init"] == "auto" else self.fixed["init"]

    def to_dict(self) -> dict[str, Any]:
        """Every parameter by name: lists for the dimensions, plain values for the rest; JSON-ready."""
        values: dict[str, Any] = {}
        for name, given in self.grid.items():
            if name in LATER and name not in self.swept and given == (Settings.param[name].default,):
                continue
            items = [to_json(value) for value in given]
            values[name] = items if name in self.swept else items[0]
        return values | self.fixed

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Experiment":
        """The experiment that `to_dict` wrote; checks like `of`."""
        restored: dict[str, Any] = {}
        for name, value in values.items():
            restored[name] = [from_json(item) for item in value] if isinstance(value, list) else from_json(value)
        return cls.of(**restored)

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Experiment":
        """The experiment that `to_json` wrote, as a dataset carries it in `attrs["experiment"]`; checks like `of`."""
        return cls.from_dict(json.loads(text))

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
