"""Random settings for the page's engine, and the functions that Node and Chromium answer them with."""

import json
import random
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import xarray as xr

import gatesweep as gs
from gatesweep.gates import GATE_NAMES
from gatesweep.page.scripts import bundle

PLAYWRIGHT = find_spec("playwright")
assert PLAYWRIGHT is not None and PLAYWRIGHT.origin is not None
NODE = Path(PLAYWRIGHT.origin).parent / "driver" / "node"


def open_bundle(entry: str) -> str:
    """A module and all that it imports, with its names in reach of what follows."""
    return bundle(entry).removeprefix('(() => {\n"use strict";\n').removesuffix("})();\n")


ENGINE = (
    open_bundle("engine/crowd.js")
    + """
const rowsOf = ({gate, noise_level, seed, num_samples}) => {
  const drawn = draw(seed, num_samples), {x1, x2, label} = makeRows(drawn, truthOf(gate), noise_level);
  return {eps1: [...drawn.eps1], eps2: [...drawn.eps2], x1: [...x1], x2: [...x2], label: [...label]};
};
const limitsOf = ({gate, noise_level}) => {
  const truth = truthOf(gate), best = bestLine(truth, noise_level);
  return {
    bayes_accuracy: bayesAccuracy(truth, noise_level), majority_accuracy: majorityAccuracy(truth),
    best_linear_accuracy: exactAccuracy(best, truth, noise_level),
  };
};
const networksOf = ({seeds, ...settings}) => seeds.map((seed) => {
  const model = fit({...settings, seed}), params = model.path.at(-1), scores = scoresOf(model, params);
  const exact = networkAccuracy(params, truthOf(settings.gate), settings.noise_level, {...DEFAULTS, ...settings});
  return {
    params: [...params], status: model.status, exact_accuracy: exact, train_accuracy: scores.trainAccuracy,
    test_accuracy: scores.testAccuracy, train_loss: scores.trainLoss, test_loss: scores.testLoss,
  };
});
const modelOf = (settings) => {
  const model = fit(settings), params = model.path.at(-1), scores = scoresOf(model, params);
  return {
    params: [...params], status: model.status, ...limitsOf(settings),
    exact_accuracy: exactAccuracy(params, truthOf(settings.gate), settings.noise_level),
    exact_loss: exactLogLoss(params, truthOf(settings.gate), settings.noise_level),
    train_accuracy: scores.trainAccuracy, test_accuracy: scores.testAccuracy,
    train_loss: scores.trainLoss, test_loss: scores.testLoss,
  };
};
"""
)
"""The engine's modules as one script, with a function for each kind of case."""


def node(program: str, tmp_path: Path) -> str:
    script = tmp_path / "program.mjs"
    script.write_text(program)
    done = subprocess.run([NODE, script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ask(program: str, given: list, folder: Path) -> list:
    """What `program`, a function of one case, gives for each case, with all of the page's modules at hand."""
    script = f"{open_bundle('page.js')}\nconst answer = {program};\nconst given = {json.dumps(given)};\n"
    numbers = (
        '(_, v) => (ArrayBuffer.isView(v) ? [...v] : typeof v === "number" && !Number.isFinite(v) ? String(v) : v)'
    )
    return json.loads(node(f"{script}console.log(JSON.stringify(given.map((one) => answer(one)), {numbers}));", folder))


def row_cases(count: int) -> list[dict]:
    dice = random.Random(19)
    return [
        {
            "gate": dice.choice(GATE_NAMES),
            "noise_level": round(dice.uniform(0, 1.5), 3),
            "seed": dice.randrange(2**32),
            "num_samples": dice.randrange(4, 300),
        }
        for _ in range(count)
    ]


def model_cases(count: int) -> list[dict]:
    """Settings of every kind: gates, features, solvers, penalties, rates, mini-batches, first weights."""
    dice, cases = random.Random(27), []
    for case in row_cases(count):
        case |= {"num_samples": dice.randrange(24, 500), "features": dice.choice(("linear", "interaction"))}
        solver = dice.choice(("newton", "sgd", "adam"))
        if solver == "newton":
            case |= {"C": 10 ** dice.uniform(-4, 4), "init": dice.choice(("auto", "population"))}
        else:
            # At far larger rates training is chaotic: the last bit of one step decides about the next.
            case |= {"learning_rate": 10 ** dice.uniform(-3, 0.5), "batch_size": dice.choice((7, 16, 64, 1000))}
            case |= {"epochs": 20, "init": dice.choice(("ones", "linear", "population"))}
            if case["init"] == "linear" and dice.random() < 0.5:
                case |= {"init_seed": dice.randrange(1000)}
        cases.append(case | {"solver": solver})
    return cases


def network_cases(count: int, seeds: int) -> list[dict]:
    """Settings of networks with one hidden layer, so many seeds of each."""
    dice, cases = random.Random(33), []
    for case in row_cases(count):
        solver = dice.choice(("sgd", "adam"))
        case |= {"num_samples": dice.randrange(24, 300), "features": dice.choice(("linear", "interaction"))}
        case |= {"hidden_units": dice.randrange(1, 17), "activation": dice.choice(("sigmoid", "tanh", "relu"))}
        case |= {"solver": solver, "learning_rate": 10 ** dice.uniform(-3, -1 if solver == "adam" else -0.3)}
        case |= {"batch_size": dice.choice((16, 64, 1000)), "epochs": 20, "init": dice.choice(("auto", "ones"))}
        case |= {"init_seed": dice.choice((None, dice.randrange(1000)))}
        first = case.pop("seed") % 2**31
        cases.append(case | {"seeds": list(range(first, first + seeds))})
    return cases


@cache
def swept(case: str) -> xr.Dataset:
    """The big engine's model of a case (as JSON), fitted once for Node and Chromium."""
    return gs.sweep(**json.loads(case), dtype="float64").squeeze()
