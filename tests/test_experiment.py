"""The declaration of every parameter: what is refused, how values are read, and the identity of a grid."""

import json
import subprocess
import sys
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gatesweep as gs
from gatesweep.experiment import BATCHED, GRID, OUTER, SWEPT, Experiment
from gatesweep.gates import GATE_NAMES
from gatesweep.settings import Settings

REFUSED = {
    "no name": ({"gatte": "AND"}, r"parameter must be one that gatesweep knows, got 'gatte'. Known: C, activation"),
    "param's own name": ({"name": "x"}, "parameter must be one that gatesweep knows"),
    "gate": ({"gate": "MAYBE"}, "a gate must be one of the 16 two-input names"),
    "table length": ({"gate": [0, 1, 1]}, "a truth table must hold 2, 4, 8 or 16 values"),
    "sizes": ({"gate": ["AND", "01101001"]}, "gates of a sweep must have one number of inputs"),
    "no gate": ({"gate": []}, "truth table must hold|gate must have at least one value"),
    "negative noise": ({"noise_level": -0.1}, r"noise_level must be a number, 0 or more, at most .*got -0.1"),
    "NaN noise": ({"noise_level": [0.1, np.nan]}, "noise_level must be a number, 0 or more"),
    "infinite noise": ({"noise_level": np.inf}, "noise_level must be a number, 0 or more"),
    "words": ({"noise_level": "loud"}, "noise_level must be a number"),
    "missing": ({"noise_level": None}, "noise_level must be a number"),
    "bool noise": ({"noise_level": [[0.1]]}, "noise_level must be a number"),
    "empty": ({"noise_level": []}, "noise_level must have at least one value"),
    "no seeds": ({"seed": range(0)}, "seed must have at least one value"),
    "repeated": ({"seed": [1, 2, 1]}, r"the values of seed must differ, got 1\. Give each value once"),
    "gate by two names": ({"gate": ["xor", "0110"]}, "the values of gate must differ, got 'XOR'"),
    "equal numbers": ({"noise_level": [0, 0.0]}, "the values of noise_level must differ"),
    "seed": ({"seed": -1}, "seed must be a whole number, 0 or more, at most 4294967295, got -1"),
    "seed too large": ({"seed": 2**32}, "seed must be a whole number"),
    "seed between": ({"seed": 1.5}, "seed must be a whole number"),
    "no samples": ({"num_samples": 0}, "num_samples must be a whole number, 4 or more"),
    "few samples": ({"num_samples": 3}, "num_samples must be a whole number, 4 or more"),
    "no test row": ({"num_samples": 4, "solver": "sgd"}, "the torch split needs 5 rows"),
    "few samples for the gate": ({"num_samples": 15, "gate": "0" * 16}, "at least 16"),
    "solver": ({"solver": "lbfgs"}, "solver must be one of newton, sgd, adam, got 'lbfgs'. The default is 'newton'"),
    "solvers": ({"solver": ["newton", "sgd"]}, "solver must be one of"),
    "C": ({"C": 0}, "C must be a number, more than 0, got 0"),
    "rate": ({"learning_rate": -0.5}, "learning_rate must be a number, more than 0"),
    "no rate": ({"learning_rate": 0.0}, "learning_rate must be a number, more than 0"),
    "epochs": ({"epochs": 0}, "epochs must be a whole number, 1 or more"),
    "batch_size": ({"batch_size": 0}, "batch_size must be a whole number, 1 or more"),
    "features": ({"features": "cubic"}, "features must be one of linear, interaction"),
    "init": ({"init": "zeros"}, "init must be one of auto, ones, linear, population"),
    "split": ({"split": "half"}, "split must be one of"),
    "dtype": ({"dtype": "float16"}, "dtype must be one of float32, float64"),
    "record": ({"record": "all"}, "record must be one of"),
    "endless": ({"seed": range(2**32)}, "seed must have at most 1,000,000,000 values"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_in_one_sentence(case):
    parameters, message = REFUSED[case]
    with pytest.raises(gs.InputError, match=message) as caught:
        Experiment.of(**parameters)
    assert len(str(caught.value)) < 400 and "\n" not in str(caught.value)


def test_a_grid_beyond_a_billion_models_is_refused():
    axes = {"noise_level": np.linspace(0, 1, 1001), "seed": range(1001), "C": np.geomspace(1e-3, 1e3, 1001)}
    with pytest.raises(gs.InputError, match="at most 1,000,000,000 models, got '3,009,009,003'"):
        Experiment.of(**axes)


def test_the_defaults_are_the_lectures():
    fixed = Experiment.of().fixed
    grid = Experiment.of().grid
    lecture = {"epochs": 20, "batch_size": 64, "train_seed": 140, "solver": "newton"}
    assert {name: fixed[name] for name in lecture} == lecture
    assert (grid["num_samples"], grid["C"], grid["learning_rate"]) == ((500,), (1.0,), (0.5,))
    assert grid["gate"] == ("AND", "OR", "XOR") and grid["noise_level"][-1] == 1.0 and len(grid["seed"]) == 20


def test_auto_is_what_the_lecture_does_for_the_solver():
    found = {s: (Experiment.of(solver=s).split, Experiment.of(solver=s).init) for s in ("newton", "sgd", "adam")}
    assert found == {"newton": ("sklearn", "population"), "sgd": ("torch", "ones"), "adam": ("torch", "ones")}
    given = Experiment.of(solver="sgd", split="stratified", init="linear")
    assert (given.split, given.init) == ("stratified", "linear")


def test_dimensions_stand_in_the_order_of_the_schema():
    experiment = Experiment.of(
        features=["linear"], learning_rate=[0.5, 1], C=2.0, seed=3, gate="XOR", num_samples=[100]
    )
    assert experiment.swept == ("gate", "noise_level", "seed", "learning_rate", "num_samples", "features")
    assert experiment.shape == (1, 21, 1, 2, 1, 1) and experiment.n_models == 42
    assert SWEPT == GRID + BATCHED + OUTER


def test_a_truth_table_is_one_gate_and_a_list_of_names_many():
    assert Experiment.of(gate=[0, 1, 1, 0]).grid["gate"] == ("XOR",)
    assert Experiment.of(gate=np.array([0, 1, 1, 0])).grid["gate"] == ("XOR",)
    assert Experiment.of(gate=[[0, 1, 1, 0], "and", gs.as_gate("1000")]).grid["gate"] == ("XOR", "AND", "NOR")


def test_numbers_are_read_alike_in_every_form():
    forms = [
        [1, 2],
        (1.0, 2.0),
        np.array([1, 2], np.int8),
        np.array([1.0, 2.0], np.float32),
        iter([1, 2]),
        {1: 0, 2: 0},
    ]
    hashes = {Experiment.of(seed=f, num_samples=np.int64(100)).hash for f in forms}
    assert len(hashes) == 1
    assert Experiment.of(C=np.float32(2)).grid["C"] == (2.0,)


# --- identity ------------------------------------------------------------------------------------

floats = st.floats(1e-6, 1e6, allow_nan=False)


@st.composite
def parameters(draw):
    """Random valid parameters, each as one value or as a sequence."""

    def axis(value, one=True):
        several = st.lists(value, min_size=1, max_size=4, unique=True)
        return draw(st.one_of(value, several) if one else several)

    given = {
        "gate": axis(st.sampled_from(GATE_NAMES)),
        "noise_level": axis(st.floats(0, 1e6)),
        "seed": axis(st.integers(0, 2**32 - 1)),
        "num_samples": axis(st.integers(8, 10_000)),
        "features": axis(st.sampled_from(["linear", "interaction"])),
        "C": axis(st.one_of(floats, st.just(np.inf))),
        "learning_rate": axis(floats),
        "solver": draw(st.sampled_from(["newton", "sgd", "adam"])),
        "init_seed": draw(st.one_of(st.none(), st.integers(0, 2**32 - 1))),
        "dtype": draw(st.sampled_from(["float32", "float64"])),
        "epochs": draw(st.integers(1, 1000)),
    }
    return {name: given[name] for name in draw(st.sets(st.sampled_from(sorted(given))))}


@given(parameters())
def test_an_experiment_comes_back_from_its_json(values):
    experiment = Experiment.of(**values)
    text = experiment.to_json()
    again = Experiment.from_dict(json.loads(text, parse_constant=pytest.fail))
    assert again == experiment and again.hash == experiment.hash and again.to_json() == text
    assert Experiment.of(**{**values}) == experiment


@given(parameters(), st.randoms())
def test_the_hash_does_not_know_the_order_in_which_parameters_came(values, random):
    names = list(values)
    random.shuffle(names)
    assert Experiment.of(**{name: values[name] for name in names}).hash == Experiment.of(**values).hash


@given(parameters(), parameters())
def test_equal_hashes_mean_equal_experiments(first, second):
    one, other = Experiment.of(**first), Experiment.of(**second)
    assert (one.hash == other.hash) == (one == other)


def test_anything_that_changes_a_result_changes_the_hash():
    changes = [{}, {"C": 2.0}, {"C": [1.0]}, {"seed": [1, 0]}, {"seed": [0, 1]}, {"C": np.inf}, {"init_seed": 0}]
    changes += [{"solver": "sgd"}, {"split": "torch"}, {"dtype": "float64"}, {"features": "interaction"}]
    assert len({Experiment.of(**change).hash for change in changes}) == len(changes)


def test_the_hash_is_the_same_in_every_process():
    """Python's own hash is not: it is salted."""
    program = (
        "import gatesweep as gs; print(gs.Experiment.of(gate=['XOR', 'AND'], C=[1, float('inf')], seed=range(5)).hash)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=300)
    experiment = Experiment.of(seed=range(5), C=[1, float("inf")], gate=["XOR", "AND"])
    assert done.stdout.strip() == experiment.hash


@pytest.mark.parametrize(
    "values", [{"gate": "AND", "colour": 1}, {"seed": ["inf"]}, {"noise_level": "inf"}, {"C": "-inf"}]
)
def test_an_experiment_that_was_tampered_with_is_refused(values):
    with pytest.raises(gs.InputError):
        Experiment.from_dict(values)


def test_every_parameter_is_declared_with_its_help():
    undocumented = [
        name for name in Settings.param if name != "name" and not (Settings.param[name].doc or "").endswith(".")
    ]
    assert undocumented == []


def test_the_order_of_a_grids_values_is_kept():
    for seeds in permutations((4, 0, 2)):
        assert Experiment.of(seed=seeds).grid["seed"] == seeds
