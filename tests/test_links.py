"""Links, Python and commands of Lab and Explorer: over random states each leads back to where it came from."""

import re
import shlex

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gatesweep as gs
from gatesweep.app import code
from gatesweep.app.address import read_query, to_query
from gatesweep.app.explorer import downloads
from gatesweep.app.explorer.state import COMPARE, LINKED, ExplorerState
from gatesweep.app.lab.state import SETTINGS, VIEW, LabState
from gatesweep.cli.values import given_parameters
from gatesweep.experiment import Experiment
from gatesweep.gates import GATE_NAMES
from gatesweep.lessons import COMPARISONS, LESSONS
from gatesweep.results.measures import MEASURES
from gatesweep.settings import Settings

POSITIVE = st.floats(1e-300, 1e12, exclude_min=True)
SHARED = {
    "num_samples": st.integers(25, 10_000),
    "features": st.sampled_from(["linear", "interaction"]),
    "activation": st.sampled_from(["sigmoid", "tanh", "relu"]),
    "C": POSITIVE | st.just(np.inf),
    "learning_rate": POSITIVE,
    "epochs": st.integers(1, 100_000),
    "batch_size": st.integers(1, 10_000_000),
    "init": st.sampled_from(["auto", "ones", "linear", "population"]),
    "init_seed": st.none() | st.integers(0, 2**32 - 1),
    "train_seed": st.integers(0, 2**32 - 1),
    "split": st.sampled_from(["auto", "sklearn", "torch", "stratified"]),
    "max_iter": st.integers(1, 100_000),
    "dtype": st.sampled_from(["float32", "float64"]),
}
LAB = st.fixed_dictionaries(
    {},
    optional=SHARED
    | {
        "gate": st.sampled_from(GATE_NAMES),
        "noise_level": st.floats(0, 1e6),
        "seed": st.integers(0, 2**32 - 1),
        "solver": st.sampled_from(["scikit-learn", "newton", "sgd", "adam"]),
        "w1": st.floats(-1e6, 1e6),
        "by_hand": st.booleans(),
        "surface": st.sampled_from(["probability", "label"]),
        "lesson": st.integers(0, len(LESSONS)),
    },
)
EXPLORER = st.fixed_dictionaries(
    {},
    optional=SHARED
    | {
        "preset": st.sampled_from(list(COMPARISONS)),
        "gate": st.lists(st.sampled_from(GATE_NAMES), unique=True, min_size=1),
        "noise_level": st.tuples(st.floats(0, 4), st.floats(5, 10)),
        "noise_count": st.integers(2, 60),
        "seed": st.integers(0, 2**31),
        "seed_count": st.integers(1, 50),
        "solver": st.sampled_from(["newton", "sgd", "adam"]),
        "record": st.sampled_from(["none", "epoch"]),
        "measure": st.sampled_from(list(MEASURES)),
        "statistic": st.sampled_from(["median", "mean"]),
        "x": st.sampled_from(["noise_level", "epoch", "C"]),
        "panel": st.sampled_from(["", "gate"]),
        "run": st.sampled_from(["best", "worst"]),
        "epoch": st.integers(0, 10**9),
    },
)
NETS = {"solver": "adam", "init": "auto"}
COMPARED = st.sampled_from([{}, {"compare": "C", "compare_values": "7"}] + [
    {"compare": name, "compare_values": text} for name, text in COMPARE.items()
])  # fmt: skip


def explorer_state(asked: dict) -> ExplorerState:
    state = ExplorerState()
    return ExplorerState(**trainable(state.usual(asked.get("preset", state.preset)) | asked))


def trainable(values: dict) -> dict:
    """The same, with a solver and first weights that a network can have, where there is one."""
    nets = values["hidden_units"] or "hidden_units" in (values.get("compare"), values.get("also"))
    return values | (NETS if nets else {})


def by_command(command: str) -> Experiment:
    """What `gatesweep sweep` makes of a command line, fitting nothing."""
    words = shlex.split(command)
    assert words[:2] == ["gatesweep", "sweep"]
    options = dict.fromkeys(name for name in Settings.param if name != "name")
    options |= {w[2:].replace("-", "_"): text for w, text in zip(words[2::2], words[3::2], strict=True)}
    return Experiment.of(**given_parameters(options))


def by_python(script: str) -> Experiment:
    """What a script sweeps, fitting nothing."""
    (call,) = re.findall(r"gs\.sweep\((.*?)\n?\)\n", script, re.DOTALL)
    return eval(f"Experiment.of({call})", {"Experiment": Experiment})


@given(LAB)
def test_a_lab_s_link_python_and_command_say_the_same(asked):
    state = LabState(**trainable(LabState().usual(asked.get("lesson", 0)) | asked))
    values = {name: getattr(state, name) for name in (*SETTINGS, *VIEW)}
    usual = state.usual(state.lesson) | {"lesson": 0}
    found, complaints = read_query(LabState(), values, to_query(values, usual))
    assert not complaints
    assert usual | found | {"lesson": state.lesson} == values
    solver = "newton" if state.solver == "scikit-learn" else state.solver
    chosen = {name: values[name] for name in SETTINGS} | {"solver": solver}
    grid = {name: [chosen[name]] for name in ("gate", "noise_level", "seed")}
    expected = Experiment.of(**(chosen | grid)).hash
    assert by_command(code.as_command(code.nearest_sweep({n: values[n] for n in SETTINGS}))).hash == expected
    assert by_python(code.as_python(code.nearest_sweep({n: values[n] for n in SETTINGS}))).hash == expected


@given(EXPLORER, COMPARED)
def test_an_explorer_s_link_leads_back(asked, compared):
    state = explorer_state(asked | compared)
    values = {name: getattr(state, name) for name in LINKED}
    usual = state.usual(state.preset) | {"preset": "three_gates"}
    found, complaints = read_query(ExplorerState(), LINKED, to_query(values, usual))
    completed, more = ExplorerState().completed(found)
    assert not complaints + more
    assert completed == values


@given(EXPLORER, COMPARED)
def test_an_explorer_s_python_and_command_make_its_experiment(asked, compared):
    state = explorer_state(asked | compared)
    experiment = state.experiment()
    command = code.as_command(experiment)
    assert by_command(command).hash == experiment.hash
    assert by_python(downloads.as_python(experiment, state)).hash == experiment.hash


def test_scattered_seeds_stay_scattered():
    experiment = Experiment.of(seed=[1, 5, 9], gate="XOR")
    command = code.as_command(experiment)
    assert by_command(command).hash == experiment.hash
    assert by_python(downloads.as_python(experiment, ExplorerState())).hash == experiment.hash


@pytest.mark.parametrize(
    "query",
    [
        "preset=<script>", "measure=__class__", "x=<img src=x>", "y=__init__", "panel=seedy", "epoch=-1", "epoch=1.5",
        "gate=", "gate=AND,AND", "gate=AND,rm", "noise_level=nan,nan", "noise_level=0", "noise_level=-1,5",
        "noise_level=0,inf", "noise_count=0", "noise_count=99999", "seed_count=1000000000", "seed=-1",
        "compare=gate", "compare=C&compare_values=0,1", "compare=C&compare_values=one", "compare=C&compare_values=",
        "compare=num_samples&compare_values=" + "9" * 400, "solver=scikit-learn", "dataset=x", "error=x", "dark=true",
        "noise_count=1001&seed_count=100000&compare=num_samples&gate=" + ",".join(GATE_NAMES),
    ],
)  # fmt: skip
def test_a_hostile_link_leaves_the_explorer_as_its_preset_has_it(query):
    found, complaints = read_query(ExplorerState(), LINKED, query)
    completed, more = ExplorerState().completed(found)
    assert complaints + more
    assert completed == ExplorerState().usual("three_gates")


def test_the_names_in_a_link_are_those_of_the_command_line():
    named = set(Settings.param) - {"name"}
    assert named <= set(LINKED)
    assert named - {"record"} <= set(SETTINGS)
    assert gs.Settings is Settings
