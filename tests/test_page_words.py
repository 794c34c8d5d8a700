"""What the page says and draws is what the app says and draws: its modules in Node against the app's own in Python."""

import html
import json
import random
import re
from dataclasses import asdict
from types import SimpleNamespace
from urllib.parse import urlencode

import numpy as np
import pytest

import gatesweep as gs
from gatesweep.app.address import read_query, to_query
from gatesweep.app.explorer.state import ExplorerState
from gatesweep.app.lab import own_model, own_words, words
from gatesweep.app.lab.model import LossGrid, Shown, rows_of, train
from gatesweep.app.lab.own import Own
from gatesweep.app.lab.state import SETTINGS, VIEW, LabState
from gatesweep.app.refusal import Refusal
from gatesweep.engine.solvers import solver_class
from gatesweep.errors import InputError
from gatesweep.gates import GATE_NAMES
from gatesweep.lessons import COMPARISONS, LESSONS
from gatesweep.models import Neuron, model_of, n_params
from gatesweep.page.live import address_data, explorer_data
from gatesweep.plots import charts, labels
from gatesweep.plots.boundary import limit_columns, model_columns, row_columns
from gatesweep.plots.geometry import through
from gatesweep.plots.hidden import hidden_columns, hidden_labels, hidden_span, pair_of
from gatesweep.plots.look import LIGHT, unit_hue
from gatesweep.plots.neuron import neuron_columns
from gatesweep.plots.s_curve import s_curve_columns
from gatesweep.plots.scale import Scale, nice_ticks, number_text
from gatesweep.results.statistics import summary
from tests.page_cases import ask

USUAL = {name: LabState.param[name].default for name in SETTINGS}


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
  const {gate, noise_level: noiseLevel, threshold, remedy, unit} = settings, data = dataOf(settings);
  const fitted = fit(settings, data), {path, status} = fitted, params = path.at(-1), truth = truthOf(gate);
  const isTest = new Uint8Array(data.rows.n), model = modelOf(params, settings), [best, bayes] = [
    exactAccuracy(bestLine(truth, noiseLevel), truth, noiseLevel), bayesAccuracy(truth, noiseLevel)];
  for (const row of data.test) isTest[row] = 1;
  const rows = {...data.rows, test: isTest}, found = path.map((one) => scoresOf(fitted, one)), last = found.at(-1);
  const isNetwork = settings.hidden_units > 0, own = {...DEFAULTS, ...settings};
  const exact = (isNetwork ? networkAccuracy : exactAccuracy)(params, truth, noiseLevel, own);
  const counts = confusion(model, rows, threshold), loss = (isNetwork ? networkLogLoss : exactLogLoss);
  const of = {gate, truth, noiseLevel, best, bayes, exact, model, status, remedy, byHand: false};
  const [[, b], [c]] = confusion(model, {...rows, test: isTest.map(() => 1)}, threshold), epoch = path.length - 1;
  const scores = {
    train: last.trainAccuracy, test: last.testAccuracy, trainLoss: last.trainLoss, testLoss: last.testLoss,
  };
  return {
    equation: equation(model), meaning: meaning(of), counts,
    progress: progress(status, found.map(({trainLoss}) => trainLoss), false, unit, new Set(truth).size === 1),
    losses: losses(scores, loss(params, truth, noiseLevel, own), threshold),
    rates: [rate(counts[1][1], counts[0][1] + counts[1][1]), rate(counts[1][1], counts[1][0] + counts[1][1])],
    summary: summary({...of, rows: rows.n, unit, epoch, last: epoch, wrong: b + c, threshold, scores}),
  };
}"""
COUNTED = re.compile(r"after \d+ steps?|step \d+ of \d+")
"""Where newton says how many steps it took: the last one may be no more than rounding, in one engine alone."""


def test_the_same_words_for_the_same_models(tmp_path) -> None:
    cases = settings_of(60)
    given = [
        case
        | {"threshold": (0.5, 0.3)[i % 2]}
        | {name: getattr(solver_class(case["solver"]), name) for name in ("remedy", "unit")}
        for i, case in enumerate(cases)
    ]
    found = ask(SAY, given, tmp_path)
    for case, said in zip(given, found, strict=True):
        run = train(USUAL | {name: value for name, value in case.items() if name in USUAL})
        shown = Shown(run.model, run.rows, case["threshold"])
        assert said["meaning"] == words.meaning(run, shown, case["solver"]), case
        spoken = (
            list(words.progress(run, case["solver"], run.last_epoch, False)),
            words.summary(run, shown, run.last_epoch, solver_class(case["solver"]).unit),
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


def test_the_same_numbers_and_states(tmp_path) -> None:
    dice = np.random.default_rng(3)
    given = [
        5.0,
        4.998,
        5.17,
        4937.2,
        99999.6,
        9.996,
        0.0001,
        3e-5,
        123456.0,
        0.125,
        -2.0,
        0.0,
        float("inf"),
        0.5,
        4940.0,
    ]
    given += (dice.normal(size=200) * 10.0 ** dice.integers(-6, 7, 200)).round(9).tolist()
    texts = ask("(x) => number(x === null ? Infinity : x)", [x if np.isfinite(x) else None for x in given], tmp_path)
    assert texts == [labels.number(x) for x in given]
    assert texts[:6] == ["5", "5.00", "5.17", "4937", "1.00e+05", "10.0"]
    [states] = ask("() => STATES", [0], tmp_path)
    assert {name: tuple(state) for name, state in states.items()} == words.STATES


def test_the_same_scales(tmp_path) -> None:
    dice = np.random.default_rng(4)
    kinds = ("accuracy", "share", "gap", "index", "positive", "plain")
    given = [
        {"kind": kind, "values": (dice.random(6) * size + shift).round(6).tolist()}
        for kind in kinds
        for size, shift in ((1, 0), (0.3, 0.6), (0.1, -0.1), (900, 0), (0.2, 0.0001))
    ]
    found = ask(
        "({kind, values}) => { const s = scaleOf(kind, values); return {...s, ...ticksOf(s)} }", given, tmp_path
    )
    for case, mine in zip(given, found, strict=True):
        its = Scale.of(case["kind"], np.array(case["values"]))
        assert (mine["isLog"], mine.get("isDiverging", False)) == (its.is_log, its.is_diverging), case
        np.testing.assert_allclose([mine["low"], mine["high"]], [its.low, its.high], atol=1e-9, err_msg=str(case))
        if not its.is_log:
            ticks = nice_ticks(its.low, its.high)
            np.testing.assert_allclose(mine["at"], ticks, atol=1e-9)
            assert mine["texts"] == [number_text(float(f"{t:.6g}")) for t in ticks]


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
    program = "({w1, w2, w3, intercept}) => modelColumns(modelOf([w1, w2, w3, intercept]), {n: 0}, 0.3, true)"
    drawn = ask(program, given, tmp_path)
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
  for (const [model, parts] of crowd(job)) population.take({models: [model], parts});
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


REFUSED = [
    {"compare": "C", "compare_values": "0.01, many"},
    {"compare": "num_samples", "compare_values": "20, 1.5"},
    {"also": "activation", "also_values": "relu, gelu", "hidden_units": 2, "solver": "adam"},
    {"compare": "C", "compare_values": "0.1, 10, 0.10"},
    {"compare": "C", "compare_values": ","},
    {"compare": "C", "compare_values": "1, 2,"},
    {"compare": "init_seed", "compare_values": "3", "solver": "adam"},
]


def test_grids_are_refused_in_the_app_s_words(tmp_path) -> None:
    explorer, expected = explorer_data(), []
    for asked in REFUSED:
        try:
            ExplorerState(**asked).experiment()
            expected.append("")
        except InputError as error:
            expected.append(Refusal(dict, "").text({"": str(error)}).strip().replace("got ()", "got nothing"))
    given = [
        {"values": explorer["usual"] | asked, "explorer": explorer, "rules": address_data()["rules"]}
        for asked in REFUSED
    ]
    found = ask(
        "({values, explorer, rules}) => refusalOf(jobOf(values, explorer), values, explorer, rules)", given, tmp_path
    )
    assert found == expected


# --- networks -------------------------------------------------------------------------------------


def networks(count: int) -> list[dict]:
    """Networks with random numbers, on rows of a gate."""
    dice, cases = np.random.default_rng(16), []
    for i in range(count):
        units, product = (1, 2, 3, 5, 9, 16)[i % 6], i % 4 == 3
        kind = {"hidden_units": units, "activation": ("sigmoid", "tanh", "relu")[i % 3]}
        kind["features"] = "interaction" if product else "linear"
        params = dice.normal(0, 4, n_params(units, kind["features"]))
        rows = {"gate": GATE_NAMES[i % 16], "noise_level": 0.1 * (i % 5), "seed": i, "num_samples": 80}
        cases.append(rows | kind | {"solver": "adam", "params": params.tolist(), "threshold": (0.5, 0.3)[i % 2]})
    return cases


DRAW = """({palette, params, threshold, ...settings}) => {
  const {rows, test} = dataOf(settings), isTest = new Uint8Array(rows.n), truth = truthOf(settings.gate);
  for (const row of test) isTest[row] = 1;
  const own = {...rows, test: isTest}, model = modelOf(Float64Array.from(params), settings);
  const pair = pairOf(model, own, [0, 0]), image = new Uint8Array(3600);
  return {
    equation: equation(model), lines: modelColumns(model, own, threshold, true, palette),
    pair, labels: hiddenLabels(pair), neuron: neuronColumns(model, [1, 0], truth[2], threshold, palette),
    s_curve: sCurveColumns(model, own, threshold, palette),
    hidden: hiddenColumns(model, pair, own, threshold, palette, image), span: hiddenSpan(model, own),
    loss: networkLogLoss(Float64Array.from(params), truth, settings.noise_level, settings),
  };
}"""


def test_networks_are_drawn_alike(tmp_path) -> None:
    cases = networks(24)
    palette = asdict(LIGHT) | {"surface": LIGHT.surface, "units": [unit_hue(place, LIGHT) for place in range(16)]}
    found = ask(DRAW, [case | {"palette": palette} for case in cases], tmp_path)
    for case, drawn in zip(cases, found, strict=True):
        model = model_of(np.array(case["params"]), case["hidden_units"], case["activation"])
        rows = rows_of(USUAL | {name: value for name, value in case.items() if name in USUAL})
        shown = Shown(model, rows, case["threshold"])
        assert drawn["equation"] == html.unescape(words.equation(shown)).replace("\u200a", " ")
        lines = model_columns(model, rows.X[shown.wrong], case["threshold"], False, True)
        for name in ("boundary", "p = 0.25", "p = 0.75"):
            assert_same_line(drawn["lines"][name], lines[name])
        for name in ("misclassified", "grips", "neurons", "neuron names"):
            assert_same_columns(drawn["lines"][name], lines[name])
        pair = pair_of(model, rows.X)
        assert drawn["pair"] == list(pair) and drawn["labels"] == list(hidden_labels(pair))
        np.testing.assert_allclose(drawn["span"], hidden_span(model, rows.X))
        given = (rows.X, rows.y, rows.is_test)
        expected = {
            "neuron": neuron_columns(model, (1, 0), rows.gate.truth[2], case["threshold"], LIGHT),
            "s_curve": s_curve_columns(*given, shown.logit, shown.loss, shown.wrong, case["threshold"], LIGHT),
            "hidden": hidden_columns(model, pair, *given, shown.wrong, case["threshold"], LIGHT),
        }
        assert_same_line(drawn["hidden"].pop("boundary"), expected["hidden"].pop("boundary"))
        mine, its = (np.array(one["hidden"]["surface"].pop("image")[0], dtype=float) for one in (drawn, expected))
        assert np.abs(mine - its.ravel()).max() <= 1 and (mine != its.ravel()).mean() < 0.01
        del expected["s_curve"]["rows"]["loss"]  # The page has no word for it.
        for picture, layers in expected.items():
            for name, columns in layers.items():
                assert_same_columns(drawn[picture][name], columns)
        exact = float(model.exact_log_loss(rows.gate, rows.noise_level))
        assert drawn["loss"] == pytest.approx(exact, rel=1e-3, abs=1e-3), case


def assert_same_columns(found: dict, expected: dict) -> None:
    """Columns of one layer: numbers to what rounding leaves, texts letter by letter."""
    assert set(expected) <= set(found)
    for name, column in expected.items():
        if len(column) and isinstance(column[0], str):
            assert found[name] == list(column), name
        elif len(column) and np.ndim(column[0]):
            for one, other in zip(found[name], column, strict=True):
                np.testing.assert_allclose(columns_of(one), np.array(other, dtype=float), rtol=1e-7, atol=1e-7)
        else:
            np.testing.assert_allclose(columns_of(found[name]), np.array(column, dtype=float), rtol=1e-7, atol=1e-7)


def assert_same_line(found: dict, expected: dict) -> None:
    """The same pieces of line, in whatever order they are drawn."""
    one, other = (np.array([columns_of(line[axis]) for axis in line]).reshape(2, -1).T for line in (found, expected))

    def segments(points: np.ndarray) -> np.ndarray:
        """Middles and lengths, sorted."""
        middles, steps = (points[1:] + points[:-1]) / 2, np.diff(points, axis=0)
        pieces = np.column_stack([middles, np.hypot(*steps.T)])
        pieces = np.round(pieces[np.isfinite(pieces).all(1) & (pieces[:, 2] > 1e-9)], 7) + 0.0
        return pieces[np.lexsort(pieces.T)]

    a, b = segments(one), segments(other)
    assert len(a) == len(b)
    np.testing.assert_allclose(a, b, atol=2e-6)


@pytest.mark.parametrize("gate", GATE_NAMES)
def test_the_limits_are_drawn_alike(gate: str, tmp_path) -> None:
    levels = (0.0, 0.05, 0.3, 1.0)
    program = "({gate, noiseLevel}) => limitColumns({truth: truthOf(gate), noiseLevel})"
    found = ask(program, [{"gate": gate, "noiseLevel": level} for level in levels], tmp_path)
    for level, columns in zip(levels, found, strict=True):
        for name, expected in limit_columns(gs.as_gate(gate), level).items():
            assert_same_columns(columns[name], expected)


# --- own rows -------------------------------------------------------------------------------------


OWN_SAY = """({text, threshold, remedy, ...settings}) => {
  const data = ownData(readOwn(text), UNIT, settings), fitted = fit(settings, data), params = fitted.path.at(-1);
  const {status} = fitted;
  const isTest = new Uint8Array(data.rows.n), model = modelOf(params, settings), last = scoresOf(fitted, params);
  for (const row of data.test) isTest[row] = 1;
  const rows = {...data.rows, test: isTest}, all = {...rows, test: isTest.map(() => 1)};
  const [[, b], [c]] = confusion(model, all, threshold);
  const scores = {
    train: last.trainAccuracy, test: last.testAccuracy, trainLoss: last.trainLoss, testLoss: last.testLoss,
  };
  const of = {rows, wrong: b + c, model, threshold, status, remedy, byHand: false, scores};
  return {
    params: [...params], status, meaning: ownMeaning(of), summary: ownSummary(of), losses: ownLosses(scores, threshold),
  };
}"""


def drawn_rows(count: int) -> Own:
    dice = np.random.default_rng(count)
    X = dice.uniform(-1, 2, (count, 2)).round(3)
    return Own.of(X, (X.sum(1) + dice.normal(0, 0.4, count) > 1).astype(int))


@pytest.mark.parametrize("solver", ["newton", "sgd", "adam"])
def test_own_rows_train_the_app_s_models(solver: str, tmp_path) -> None:
    cases = []
    for i, count in enumerate((0, 1, 7, 30, 60, 100)):
        units = 2 if i == 4 and solver == "adam" else 0
        case = {"solver": solver, "features": ("linear", "interaction")[i % 2], "dtype": "float64", "epochs": 5}
        case |= {"batch_size": 16, "hidden_units": units, "threshold": (0.5, 0.3)[i % 2]}
        cases.append(case | {"text": drawn_rows(count).text, "remedy": solver_class(solver).remedy})
    for case, found in zip(cases, ask(OWN_SAY, cases, tmp_path), strict=True):
        own = Own.from_text(case["text"])
        run = own_model.train(own, False, USUAL | {name: value for name, value in case.items() if name in USUAL})
        view = SimpleNamespace(run=run, shown=Shown(run.model, run.rows, case["threshold"]), resampled=None, hand=None)
        view.threshold, view.solver = case["threshold"], solver
        assert found["status"] == run.status
        if run.status != "separable":  # Without an optimum newton stops where it likes.
            np.testing.assert_allclose(found["params"], run.model.params, rtol=1e-5, atol=1e-6, err_msg=str(case))
            assert found["losses"] == own_words.losses(view) or not len(own)
        assert found["meaning"] == own_words.meaning(view)
        assert found["summary"] == own_words.summary(view)


def test_own_rows_in_a_link_are_the_app_s(tmp_path) -> None:
    state, few = LabState(), drawn_rows(20)
    both = few, Own.of(few.X, few.y, ("a_b", "x, y"), ("no", "yes"))
    links = [to_query({"source": "own", "own": own}, state.usual()).lstrip("?") for own in both]
    program = "({link, data}) => toQuery(readQuery(link, data.rules), data.usual)"
    given = [{"link": link, "data": address_data()} for link in links]
    for own, back in zip(both, ask(program, given, tmp_path), strict=True):
        values, complaints = read_query(state, (*SETTINGS, *VIEW), back)
        assert not complaints and values == {"source": "own", "own": own}


NO_ROWS = [
    "1,2",
    "1,2,3",
    "1,2,0_",
    "nan,1,0",
    "1e16,1,1",
    "iris.0.1.0.3",
    "iris.0.4.0.1",
    "iris.0.1.1.1",
    "iris.0.1.0",
    "_".join(["0,1,1"] * 101),
    "0,,1",
    "0,1,0.5",
]


@pytest.mark.parametrize("text", NO_ROWS)
def test_what_are_no_own_rows_is_left_out(text: str, tmp_path) -> None:
    given = {"query": urlencode({"own": text}), "data": address_data()}
    assert ask("({query, data}) => readQuery(query, data.rules)", [given], tmp_path) == [{}]


EDIT = """(acts) => {
  const drawing = new Drawing(() => {});
  return acts.map(([act, ...given]) => { drawing[act](...given); return writeOwn(drawing.own); });
}"""


def test_edits_are_undone_a_gesture_at_a_time(tmp_path) -> None:
    acts = [
        ["add", [0.12345, 3], 1], ["add", [1, 1], 0], ["move", 1, [1.1, 1], 7], ["move", 1, [1.2, 0.9], 7], ["undo"],
        ["redo"], ["remove", 0], ["undo"], ["clear"], ["undo"], ["undo"], ["undo"], ["undo"], ["undo"], ["redo"],
    ]  # fmt: skip
    one, two, moved = "0.123,2,1", "0.123,2,1_1,1,0", "0.123,2,1_1.2,0.9,0"
    expected = [one, two, "0.123,2,1_1.1,1,0", moved, two, moved, "1.2,0.9,0", moved, "", moved, two, one, "", "", one]
    assert ask(EDIT, [acts], tmp_path) == [expected]


# --- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", range(len(LESSONS) + 1))
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
      return [{...all, own: writeOwn(all.own)}, toQuery(all, {...usual, lesson: 0})];
    }"""
    [[found, back]] = ask(program, [{"link": link.lstrip("?"), "data": data}], tmp_path)
    expected = {name: plain({name: value})[name] for name, value in moved.items() if name in data["usual"]}
    assert {name: value for name, value in found.items()} == json.loads(json.dumps(expected))
    values, complaints = read_query(state, (*SETTINGS, *VIEW), back)
    assert not complaints
    assert usual | values == moved


def plain(values: dict) -> dict:
    texts = {name: value.text for name, value in values.items() if isinstance(value, Own)}
    return {name: "inf" if value == float("inf") else value for name, value in values.items()} | texts


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
