"""Own data on the page against the app's own: tables, windows, refits, folds, the best line, and words."""

from types import SimpleNamespace

import numpy as np
import pytest

from gatesweep.app.lab import own_model, own_words
from gatesweep.app.lab.drawing_board import CLOUD
from gatesweep.app.lab.model import Shown
from gatesweep.app.lab.own import Own
from gatesweep.app.lab.own_rows import OwnRows
from gatesweep.app.lab.state import SETTINGS, LabState
from gatesweep.errors import InputError
from gatesweep.models import model_of
from gatesweep.page.live import address_data
from gatesweep.plots.boundary import model_columns
from gatesweep.plots.look import LIGHT
from gatesweep.tables.labelled import BUILT_IN, LabelledTable, Selection, built_in
from gatesweep.tables.resampling import bootstrap_counts, stratified_folds
from gatesweep.theory.sample import best_line_on_rows
from tests.page_cases import ask

USUAL = {name: LabState.param[name].default for name in SETTINGS} | {"dtype": "float64"}
TABLES = {"tables": address_data()["rules"]["own"]["tables"]}


def table_of(name: str) -> Own:
    return Own.of_table(built_in(name), BUILT_IN[name][2])[0]


# --- draws ----------------------------------------------------------------------------------------


def test_bootstraps_and_folds_are_numpy_s_and_scikit_learn_s(tmp_path) -> None:
    dice = np.random.default_rng(3)
    labels = [dice.integers(0, 2, n).tolist() for n in (12, 31, 200)] + [[1] * 5 + [0] * 8, [0, 1] * 7]
    program = "(label) => [bootstrapCounts(label.length, 70).map((one) => [...one]), stratifiedFolds(label, 5)]"
    for label, (counts, folds) in zip(labels, ask(program, labels, tmp_path), strict=True):
        np.testing.assert_array_equal(counts, bootstrap_counts(0, "", len(label), 0, 70))
        np.testing.assert_array_equal(folds, stratified_folds(np.array(label), np.array([len(label)]), 5))


# --- what the rows say of models ------------------------------------------------------------------

SURVEY = """({link, tables, standardize, threshold, remedy, ...settings}) => {
  const own = readOwn(link, tables), data = ownData(own, Window.around(own.points), {standardize});
  const {rows, train, test} = data, fitted = fit(settings, data), params = fitted.path.at(-1), {status} = fitted;
  const job = {own: data, settings, axes: {refit: Array(200).fill(0)}, numbers: params.length};
  const refits = [...crowd(job)].map(([, kept]) => kept), survey = surveyOf(job);
  let step;
  do step = survey.next(); while (!step.done);
  const known = step.value, model = modelOf(params, settings), isTest = new Uint8Array(rows.n);
  for (const row of test) isTest[row] = 1;
  const [[, b], [c]] = confusion(model, {...rows, test: isTest.map(() => 1)}, threshold);
  return {
    params, status, validated: known.validated, right: known.best.right, isExact: known.best.isExact,
    isParted: known.isParted, accuracy: refits.map((one) => one[2]), models: refits.map((one) => [...one.slice(6)]),
    meaning: ownMeaning({rows, wrong: b + c, model, threshold, status, remedy, byHand: false, known}),
    keys: ownKeys(data.classes, known), names: data.names, window: data.window.spans,
  };
}"""


def cases() -> list[dict]:
    dice = np.random.default_rng(8)
    X = dice.uniform(-1, 2, (60, 2)).round(3)
    drawn = Own.of(X, (X.sum(1) + dice.normal(0, 0.4, 60) > 1).astype(int), classes=("no", "yes"))
    apart = Own.of(X, (X.sum(1) > 1).astype(int))
    few = Own.of(X[:8], apart.y[:8])
    links = [*(table_of(name).text for name in BUILT_IN), drawn.text, apart.text, few.text, "0,0,1_1,1,1"]
    solvers = [
        {"solver": "newton", "C": 1.0},
        {"solver": "sgd", "epochs": 5, "batch_size": 16, "standardize": True},
        {"solver": "adam", "epochs": 5, "batch_size": 16, "standardize": True, "hidden_units": 2},
    ]
    chosen = [(link, solvers[0]) for link in links] + [(link, one) for link in links[2:5] for one in solvers[1:]]
    chosen.append((table_of("iris").text, {"solver": "newton", "C": 10.0, "features": "interaction"}))
    return [{"link": link, "threshold": 0.5, "standardize": False} | one for link, one in chosen]


def test_refits_folds_and_the_best_line_are_the_app_s(tmp_path) -> None:
    given = [case | TABLES | {"remedy": "Take another C."} for case in cases()]
    for case, found in zip(cases(), ask(SURVEY, given, tmp_path), strict=True):
        own, named = Own.from_text(case["link"]), {name: value for name, value in case.items() if name in USUAL}
        run = own_model.train(own, case["standardize"], USUAL | named)
        assert isinstance(run.rows, OwnRows)
        known = own_model.resampled(run.rows)
        assert known.best is not None
        np.testing.assert_allclose(found["params"], run.model.params, rtol=1e-5, atol=1e-6, err_msg=str(case))
        # A row that lies next to a refit's boundary may be on either side: of few rows one, of few refits.
        accuracy = np.array(found["accuracy"], dtype=float)
        assert np.isclose(accuracy, known.accuracy, atol=1e-6, equal_nan=True).mean() >= 0.98, case
        assert float(found["validated"]) == pytest.approx(known.cross_validated, abs=1e-9, nan_ok=True), case
        assert (found["right"], found["isExact"]) == (known.best.n_right, known.best.is_exact), case
        assert found["isParted"] == known.is_separable, case
        if case["link"] != "0,0,1_1,1,1":  # All of one class, refits have no optimum but one at infinity.
            several = np.array([model for model, own_one in zip(found["models"], known.accuracy, strict=True)])
            whole = np.isfinite(known.models.params).all(-1)
            error = np.abs(several - known.models.params)[whole] / (1 + np.abs(known.models.params[whole]))
            assert np.quantile(error.max(-1), 0.95) < 1e-4, case
        shown = Shown(run.model, run.rows, case["threshold"])
        view = SimpleNamespace(run=run, shown=shown, resampled=known, hand=None, threshold=0.5, solver=case["solver"])
        assert found["meaning"] == own_words.meaning(view), case
        assert found["names"] == list(run.rows.names)
        window = [list(ends) for ends in zip(run.rows.window.low, run.rows.window.high, strict=True)]
        np.testing.assert_allclose([found["window"]["x"], found["window"]["y"]], window, rtol=1e-12)


LINE = """({x1, x2, label}) => {
  const rows = {n: label.length, x1, x2, label}, search = bestLineOnRows(rows);
  let step;
  do step = search.next(); while (!step.done);
  return {...step.value, isParted: partsClasses(rows)};
}"""


def samples() -> list[tuple[np.ndarray, np.ndarray]]:
    dice = np.random.default_rng(5)
    found = []
    for n, digits in ((1, 1), (2, 0), (9, 0), (40, 1), (40, 12), (300, 1), (1300, 3)):
        X = dice.normal(0, 1, (n, 2)).round(digits)
        found += [(X, dice.integers(0, 2, n)), (X, (X[:, 0] > X[:, 1]).astype(int)), (X, (X[:, 0] > 0).astype(int))]
    line = np.linspace(0, 1, 11).round(1)
    found += [(np.column_stack([line, 2 * line]), (line > 0.5).astype(int)), (np.ones((4, 2)), np.array([0, 1, 1, 1]))]
    return found


def test_the_best_line_on_rows_and_whether_any_parts_them_are_the_engine_s(tmp_path) -> None:
    given = [{"x1": X[:, 0].tolist(), "x2": X[:, 1].tolist(), "label": y.tolist()} for X, y in samples()]
    for (X, y), found in zip(samples(), ask(LINE, given, tmp_path), strict=True):
        best = best_line_on_rows(X, y)
        assert (found["right"], found["isExact"]) == (best.n_right, best.is_exact)
        w1, w2, intercept = found["params"]
        assert found["right"] == ((X @ [w1, w2] + intercept >= 0) == (y == 1)).sum()
        if 0 < y.sum() < len(y):
            known = own_model._is_separable(OwnRows(Own.of(X, y), USUAL))
            assert found["isParted"] == known or known is None


# --- tables ---------------------------------------------------------------------------------------

FILES = [
    b"a,b,class\n1,2,no\n3,4.5,yes\n-1e3,.5,no\n",
    b"\xef\xbb\xbfa;b;class\r\n1,5;2;no\r\n3;4,5;yes\r\n\r\n ;1;yes\r\n",
    "größe\tb\tKlasse\n1\t2\tä\n3\t4\tö\n".encode("utf-16"),
    b"1,2,0\n3,4,1\n5,6,2\n7,8,1\n",
    b'a,b,"the, class"\n1,2,"x ""y"""\n3,4,z\n5,NA,z\ninf,2,z\n1,2,\n',
    b"id,flag,a,b\n1,True,0.5,2\n2,false,1.5,3\n3,True,2.5,5\n",
    b"a,b,c\n1,2\n3,4,x\n5,6,y\n",
    b"a,b,k\n1,2,1.0\n3,4,2\n5,6,\n7,8,1.5\n",
    b"a, b, c\n1, 2, no\n3, 4, yes\n",
    b"",
    b"\n\n",
    b"a\n1\n",
    b"a,a,c\n1,2,x\n",
    b"a,b\nx,y\nz,w\n",
    b"a,b\n1,2\n3,4\n",
    b"a,b,c\n1,2,x\0\n",
    b"a,b,c\n1,2,\xff\n",
    b"a,b,class\n" + b"".join(b"%d,%d,%d\n" % (i, i * i, i % 3) for i in range(9000)),
]
READ = """(bytes) => {
  try {
    const table = LabelledTable.fromCsv(Uint8Array.from(bytes), "it's.csv"), {numeric, labels, classes, start} = table;
    const {own, skipped} = ownOfTable(table, start);
    return {numeric, labels, classes, start, points: own.points, named: own.named, skipped};
  } catch (error) {
    return {refused: error.message};
  }
}"""


def test_files_are_read_as_the_app_reads_them(tmp_path) -> None:
    for content, found in zip(FILES, ask(READ, [list(content) for content in FILES], tmp_path), strict=True):
        try:
            table = LabelledTable.from_csv(content, "it's.csv")
            assert table.start is not None
            own, skipped = Own.of_table(table, table.start)
        except InputError as error:
            assert found == {"refused": str(error)}
            continue
        start = Selection(**found["start"] | {"classes": tuple(found["start"]["classes"])})
        assert (found["numeric"], found["labels"], found["classes"]) == (table.numeric, table.labels, table.classes)
        assert (start, found["skipped"]) == (table.start, skipped)
        assert found["named"] == [*own.names, *own.classes]
        np.testing.assert_array_equal(np.array(found["points"]), np.column_stack([own.X, own.y]))


def test_a_row_with_too_many_cells_is_named(tmp_path) -> None:
    [found] = ask(READ, [list(b"a,b,c\n1,2,x\n3,4,y\n5,6,y,7\n")], tmp_path)
    assert "as many cells as its first one (Expected 3 fields in line 4, saw 4)" in found["refused"]


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_tables_are_scikit_learn_s_and_stand_in_a_link(name: str, tmp_path) -> None:
    own, program = (
        table_of(name),
        "({link, tables}) => { const own = readOwn(link, tables); return {...own, link: writeOwn(own)}; }",
    )
    [found] = ask(program, [{"link": own.text} | TABLES], tmp_path)
    assert found["link"] == own.text
    assert found["named"] == [*own.names, *own.classes]
    np.testing.assert_array_equal(np.array(found["points"]), np.column_stack([own.X, own.y]))


# --- drawing --------------------------------------------------------------------------------------


def test_a_cloud_is_the_app_s_and_edits_leave_the_window(tmp_path) -> None:
    own = table_of("iris")
    program = """({link, tables}) => {
      const drawing = new Drawing(() => {});
      drawing.take(readOwn(link, tables));
      drawing.cloud([4, 1.5], 1, 0.2);
      drawing.add([100, -100], 0);
      return {points: drawing.own.points, spans: drawing.window.spans, link: writeOwn(drawing.own)};
    }"""
    [found] = ask(program, [{"link": own.text} | TABLES], tmp_path)
    eps = np.random.RandomState(len(own)).normal(0, 0.2, (CLOUD, 2)) * own.window.unit
    expected = own.added(np.array([4, 1.5]) + eps, 1).added([[100, -100]], 0)
    np.testing.assert_allclose(np.array(found["points"]), np.column_stack([expected.X, expected.y]), atol=1e-12)
    assert (found["spans"]["x"], found["spans"]["y"]) == tuple(
        map(list, zip(own.window.low, own.window.high, strict=True))
    )


def test_a_boundary_is_seen_through_the_window(tmp_path) -> None:
    own, kinds = table_of("breast_cancer"), ({}, {"features": "interaction"}, {"hidden_units": 2})
    numbers = [[0.3, -0.01, 2.0], [0.3, -0.01, 0.0004, 2.0], [0.3, -0.01, 1, 0.1, 0.002, -3, 1.5, -2, 0.2]]
    program = """({link, tables, params, kind, palette}) => {
      const window = Window.around(readOwn(link, tables).points), rows = {n: 0, x1: [], x2: [], label: []};
      const columns = modelColumns(window.modelToPlane(modelOf(params, kind)), rows, 0.5, true, palette);
      return window.seen(columns);
    }"""
    palette = {"units": ["#000", "#111"]}
    given = [
        {"link": own.text, "params": p, "kind": kind, "palette": palette} | TABLES
        for p, kind in zip(numbers, kinds, strict=True)
    ]
    for params, kind, found in zip(numbers, kinds, ask(program, given, tmp_path), strict=True):
        model = own.window.to_plane_model(model_of(np.array(params), kind.get("hidden_units", 0), "sigmoid"))
        expected = own.window.seen(model_columns(model, np.empty((0, 2)), 0.5, False, True, LIGHT))
        for label in ("boundary", "p = 0.25", "grips"):
            for axis in ("x1", "x2"):
                values = np.array(found[label][axis], dtype=float)
                np.testing.assert_allclose(values, expected[label][axis], rtol=1e-6, atol=1e-6, err_msg=label)
