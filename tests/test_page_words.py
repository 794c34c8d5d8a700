"""What the page says and draws is what the app says and draws: its modules in Node against the app's own in Python."""

import html
import json
import random
import re

import numpy as np
import pytest

import gatesweep as gs
from gatesweep.app.address import read_query, to_query
from gatesweep.app.explorer.state import ExplorerState
from gatesweep.app.lab import words
from gatesweep.app.lab.model import LossGrid, Shown, train
from gatesweep.app.lab.state import SETTINGS, VIEW, LabState
from gatesweep.engine.solvers import solver_class
from gatesweep.gates import GATE_NAMES
from gatesweep.lessons import COMPARISONS, LESSONS
from gatesweep.models import Neuron
from gatesweep.page.live import address_data, explorer_data
from gatesweep.plots import charts
from gatesweep.plots.boundary import model_columns, row_columns
from gatesweep.plots.geometry import through
from gatesweep.plots.look import LIGHT
from gatesweep.results.statistics import summary
from tests.page_cases import node, open_bundle

USUAL = {name: LabState.param[name].default for name in SETTINGS}


def ask(program: str, given: list, tmp_path) -> list:
    """What `program`, a function of one case, gives for each case, with all of the page's modules at hand."""
    script = f"{open_bundle('page.js')}\nconst answer = {program};\nconst given = {json.dumps(given)};\n"
    numbers = (
        '(_, v) => (ArrayBuffer.isView(v) ? [...v] : typeof v === "number" && !Number.isFinite(v) ? String(v) : v)'
    )
    return json.loads(
        node(f"{script}console.log(JSON.stringify(given.map((one) => answer(one)), {numbers}));", tmp_path)
    )


def settings_of(count: int) -> list[dict]:
    dice, cases = random.Random(16), []
    for i in range(count):
        solver = ("newton", "sgd", "adam")[i % 3]
        case = {
            "gate": dice.choice(GATE_NAMES),
            "noise_level": dice.choice([0.0, 0.05, 0.1, 0.37, 0.6]),
            "solver": solver,
        }
        case |= {"num_samples": dice.choice([40, 100, 500]), "seed": dice.randrange(100)}
        case |= {"features": dice.choice(["linear", "interaction"]), "dtype": "float64"}
        if solver == "newton":
            if case["gate"] in ("FALSE", "TRUE"):  # Its weights are 0, or what rounding leaves of that.
                case["gate"] = "NAND"
            case["C"] = dice.choice([0.1, 1.0, 100.0])
        else:
            case |= {"learning_rate": dice.choice([0.1, 0.5, 2.0]), "epochs": dice.choice([3, 20])}
        cases.append(case)
    return cases


SAY = """(settings) => {
  const {gate, noise_level: noiseLevel, threshold, remedy} = settings, data = dataOf(settings);
  const fitted = fit(settings, data), {path, status} = fitted, params = path.at(-1);
  const truth = truthOf(gate), hasProduct = params.length > 3;
  const isTest = new Uint8Array(data.rows.n), model = modelOf(params), [best, bayes] = [
    exactAccuracy(bestLine(truth, noiseLevel), truth, noiseLevel), bayesAccuracy(truth, noiseLevel)];
  for (const row of data.test) isTest[row] = 1;
  const rows = {...data.rows, test: isTest}, found = path.map((one) => scoresOf(fitted, one)), last = found.at(-1);
  const exact = exactAccuracy(params, truth, noiseLevel), counts = confusion(model, rows, threshold);
  const of = {gate, truth, noiseLevel, best, bayes, exact, model, hasProduct, status, remedy, byHand: false};
  const [[, b], [c]] = confusion(model, {...rows, test: isTest.map(() => 1)}, threshold), epoch = path.length - 1;
  const scores = {
    train: last.trainAccuracy, test: last.testAccuracy, trainLoss: last.trainLoss, testLoss: last.testLoss,
  };
  return {
    equation: equation(model, hasProduct), meaning: meaning(of), counts,
    progress: progress(status, found.map(({trainLoss}) => trainLoss), false),
    losses: losses(scores, exactLogLoss(params, truth, noiseLevel), threshold),
    rates: [rate(counts[1][1], counts[0][1] + counts[1][1]), rate(counts[1][1], counts[1][0] + counts[1][1])],
    summary: summary({...of, rows: rows.n, epoch, last: epoch, wrong: b + c, threshold, scores}),
  };
}"""
COUNTED = re.compile(r"after \d+ steps?|epoch \d+ of \d+")
"""Where newton says how many steps it took: the last one may be no more than rounding, in one engine alone."""


def test_the_same_words_for_the_same_models(tmp_path) -> None:
    cases = settings_of(60)
    given = [
        case | {"threshold": (0.5, 0.3)[i % 2], "remedy": solver_class(case["solver"]).remedy}
        for i, case in enumerate(cases)
    ]
    found = ask(SAY, given, tmp_path)
    for case, said in zip(given, found, strict=True):
        run = train(USUAL | {name: value for name, value in case.items() if name in USUAL})
        shown = Shown(run.model, run.rows, case["threshold"])
        assert said["meaning"] == words.meaning(run, shown, case["solver"]), case
        spoken = (
            list(words.progress(run, case["solver"], run.last_epoch, False)),
            words.summary(run, shown, run.last_epoch),
        )
        for mine, its in zip((*said["progress"], said["summary"]), (*spoken[0], spoken[1]), strict=True):
            if case["solver"] == "newton":
                mine, its = COUNTED.sub("", mine), COUNTED.sub("", its)
            assert mine == its, case
        assert said["equation"] == html.unescape(words.equation(shown)).replace("\u200a", " "), case
        assert said["losses"] == words.losses(shown), case
        assert said["counts"] == shown.confusion.tolist(), case
        table = words.confusion(shown)
        assert said["rates"] == re.findall("<b>(.*?)</b>", table), case


def columns_of(value: object) -> np.ndarray:
    return np.array(value, dtype=float)


def test_the_same_lines_and_grips(tmp_path) -> None:
    dice = np.random.default_rng(5)
    weights = np.round(dice.normal(0, 5, (40, 3)), 3)
    weights[:20, 2] = 0
    weights[20:, 2] *= 10.0 ** dice.integers(-4, 2, 20)  # Little of a slight bend is in the view.
    weights[0] = 0
    intercepts = np.round(dice.normal(0, 3, 40), 3)
    given = [
        {"w1": w[0], "w2": w[1], "w3": w[2], "intercept": b}
        for w, b in zip(weights.tolist(), intercepts.tolist(), strict=True)
    ]
    drawn = ask("(m) => modelColumns(m, {n: 0}, 0.3, true)", given, tmp_path)
    for model, weight, intercept, found in zip(given, weights, intercepts, drawn, strict=True):
        own = weight if weight[2] else weight[:2]
        expected = model_columns(Neuron(own, np.array(intercept)), np.empty((0, 2)), 0.3, False, True)
        for layer in ("boundary", "p = 0.25", "p = 0.75", "grips"):
            for axis in ("x1", "x2"):
                np.testing.assert_allclose(
                    columns_of(found[layer][axis]), expected[layer][axis], rtol=1e-9, atol=1e-9, err_msg=str(model)
                )


def test_the_same_rows_beyond_the_frame(tmp_path) -> None:
    X = np.round(np.random.default_rng(6).normal(0.5, 1.5, (60, 2)), 3)
    rows = {"n": 60, "x1": X[:, 0].tolist(), "x2": X[:, 1].tolist(), "label": [0] * 60, "test": [0] * 60}
    [found] = ask('(rows) => rowColumns(rows, {classes: ["", ""]}).beyond', [rows], tmp_path)
    zeros = np.zeros(60, int)
    expected = row_columns(X, zeros, zeros.astype(bool), LIGHT)["beyond"]
    assert found["text"] == expected["text"] and len(found["text"]) == 4
    np.testing.assert_array_equal([found["x1"], found["x2"]], [expected["x1"], expected["x2"]])


def test_the_same_line_through_two_grips(tmp_path) -> None:
    points = np.array([[0.2, -0.3], [1.4, 0.9]])
    [found] = ask(
        "({x1, x2}) => through({x1, x2}, 7)", [{"x1": points[:, 0].tolist(), "x2": points[:, 1].tolist()}], tmp_path
    )
    weight, intercept = through(points, 7)
    np.testing.assert_allclose([found["w1"], found["w2"], found["intercept"]], [*weight, intercept], rtol=1e-12)


def test_the_same_charts(tmp_path) -> None:
    dice = np.random.default_rng(8)
    given = [
        {"accuracy": dice.random(200).tolist(), "train": dice.random(5).tolist(), "test": dice.random(5).tolist()}
        for _ in range(5)
    ]
    program = """({accuracy, train, test}) => (
      {...populationColumns(accuracy), ...lossColumns(train, test), span: lossSpan(train, test)})"""
    for case, found in zip(given, ask(program, given, tmp_path), strict=True):
        bars = charts.population_columns(np.array(case["accuracy"]))["seeds"]
        np.testing.assert_allclose([found["seeds"][side] for side in bars], list(bars.values()))
        np.testing.assert_allclose(
            [*found["span"].values()], [*charts.loss_span(np.array(case["train"]), np.array(case["test"])).values()]
        )
        assert found["train"]["train"] == case["train"]


@pytest.mark.parametrize("names", [("w1", "w2"), ("w2", "intercept")])
def test_the_same_loss_surface(names, tmp_path) -> None:
    settings = {"gate": "XOR", "noise_level": 0.2, "solver": "sgd", "features": "interaction", "dtype": "float64"}
    run = train(USUAL | settings)
    places = tuple(["w1", "w2", "w3", "intercept"].index(name) for name in names)
    expected = LossGrid.of(run, Shown(run.model, run.rows), places)
    program = (
        "({settings, places}) => { const f = fit(settings); return valley(f.train, f.path, f.path.at(-1), places); }"
    )
    [found] = ask(program, [{"settings": settings, "places": places}], tmp_path)
    np.testing.assert_allclose(found["spans"], expected.spans, atol=1e-5)
    np.testing.assert_allclose(found["loss"], expected.loss.ravel(), rtol=1e-4)


CELLS = """({values, explorer, shown}) => {
  const job = jobOf(values, explorer), population = new Population(job, () => {});
  [...crowd(job)].forEach((parts, from) => population.take({from, parts}));
  const grid = Object.assign(population, {limitsOf: (gate, level) => {
    const truth = truthOf(gate), best = exactAccuracy(bestLine(truth, level), truth, level);
    return {bayes: bayesAccuracy(truth, level), best, majority: majorityAccuracy(truth)};
  }});
  const axes = axesOf(grid, values.measure), base = {};
  const over = drawn(axes, Object.fromEntries(shown.map((name) => [name, 0])));
  for (const name of Object.keys(axes)) if (!over.includes(name)) base[name] = name === "epoch" ? grid.steps - 1 : 0;
  const visit = ([name, ...rest], index) => (name === undefined ? cellOf(grid, axes, index, values)
    : axes[name].map((_, i) => visit(rest, {...index, [name]: i})));
  return visit(shown, base);
}"""


@pytest.mark.parametrize("name", COMPARISONS)
def test_a_comparison_s_cells_are_the_explorer_s(name: str, tmp_path) -> None:
    usual = {name: ExplorerState.param[name].default for name in explorer_data()["usual"]}
    values = usual | COMPARISONS[name].settings | {"seed_count": 3, "preset": name}
    values |= {"noise_count": min(3, values["noise_count"]), "dtype": "float64"}
    if values["compare"] == "learning_rate":
        # At far larger rates training is chaotic: the last bit of one step decides about the next.
        values["compare_values"] = "0.001, 0.1, 1, 10"
    shown = [values[axis] for axis in ("panel", "y", "x") if values[axis]]
    own = {name: "inf" if value == float("inf") else value for name, value in values.items()}
    [cells] = ask(CELLS, [{"values": own, "explorer": explorer_data(), "shown": shown}], tmp_path)
    dataset = gs.sweep(ExplorerState(**values).experiment())
    expected = summary(
        dataset, values["measure"], values["statistic"], x=values["x"], y=values["y"], panel=values["panel"] or None
    )
    if "epoch" in expected["value"].dims and "epoch" not in shown:
        expected = expected.isel(epoch=-1)
    expected = expected.transpose(*shown)

    def column(part: str, cells: object) -> object:
        return [column(part, one) for one in cells] if isinstance(cells, list) else cells[part]

    for part in ("value", "low", "median", "high"):
        if part in expected:
            np.testing.assert_allclose(
                columns_of(column(part, cells)), expected[part].values, rtol=2e-3, atol=2e-3, err_msg=part
            )


# --- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", [0, *(i for i, one in enumerate(LESSONS, 1) if not one.is_of_a_network)])
def test_a_link_of_the_app_says_the_same_on_the_page_and_back(lesson: int, tmp_path) -> None:
    state = LabState()
    usual = state.usual(lesson)
    moved = usual | {
        "gate": "NAND",
        "noise_level": 0.123,
        "seed": 7,
        "C": float("inf"),
        "epoch": 2,
        "threshold": 0.3,
        "w1": -2.5,
    }
    link = to_query(moved, usual | {"lesson": 0})
    data = address_data() | {"lessons": [{"settings": plain(one.settings), "hide": list(one.hide)} for one in LESSONS]}
    program = """({link, data}) => {
      const values = readQuery(link, data.rules), usual = Lab.prototype.usual(data, values.lesson ?? 0);
      const all = {...usual, ...values};
      return [all, toQuery(all, {...usual, lesson: 0})];
    }"""
    [[found, back]] = ask(program, [{"link": link.lstrip("?"), "data": data}], tmp_path)
    expected = {name: plain({name: value})[name] for name, value in moved.items() if name in data["usual"]}
    assert {name: value for name, value in found.items()} == json.loads(json.dumps(expected))
    values, complaints = read_query(state, (*SETTINGS, *VIEW), back)
    assert not complaints
    assert usual | values == moved


def plain(values: dict) -> dict:
    return {name: "inf" if value == float("inf") else value for name, value in values.items()}


@pytest.mark.parametrize(
    "query",
    [
        "gate=<script>",
        "noise_level=NaN&seed=-1&num_samples=1e99",
        "epoch=-3&C=0",
        "constructor=1&__proto__=2",
        "hide=data",
        "w1=",
        "%%%",
    ],
)
def test_what_breaks_its_rule_is_left_out(query: str, tmp_path) -> None:
    [found] = ask(
        "({query, data}) => readQuery(query, data.rules)", [{"query": query, "data": address_data()}], tmp_path
    )
    assert found == {}
