"""The Lab on own rows, without a browser: drawing, undo, links, tables, and what is said."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import gatesweep as gs
from gatesweep.app.address import read_query, to_query
from gatesweep.app.lab import own_model, own_words
from gatesweep.app.lab.lab import Lab
from gatesweep.app.lab.own import MAX_ROWS, History, Own
from gatesweep.app.lab.state import SETTINGS, VIEW
from gatesweep.errors import InputError
from gatesweep.tables.labelled import BUILT_IN, MAX_BYTES, LabelledTable, Selection, built_in

POINTS = [([0.0, 0.0], 0), ([0.2, 0.5], 0), ([1.0, 1.0], 1), ([1.3, 0.4], 1)]


@pytest.fixture(scope="module")
def one_lab():
    return Lab()


@pytest.fixture
def lab(one_lab):
    """A Lab in which nothing was drawn yet."""
    one_lab.restore({"source": "own", "own": Own.of([], [])})
    one_lab.param.update(pen=1, tool="point", spread=0.2, dark=False, population=None)
    one_lab._history = History()
    return one_lab


def act(lab, *acts):
    """What the browser says was done."""
    board = lab.view.controls.own.board
    first = board.told["done"]
    numbered = [{"id": first + i, **what} for i, what in enumerate(acts, 1)]
    board._handle_msg({"n": board.told["n"] + 1, "acts": numbered})


def drawn(lab, points=POINTS):
    for point, label in points:
        lab.pen = label
        act(lab, {"kind": "tap", "to": point})
    return lab


def follow(lab):
    """Another page at the same address."""
    other = Lab()
    values, complaints = read_query(other, (*SETTINGS, *VIEW), to_query(lab.link_values, lab.usual()))
    other.restore(values)
    return other, complaints


# --- drawing -------------------------------------------------------------------------------------


def test_points_are_added_moved_and_taken_away(lab):
    drawn(lab)
    assert lab.data.to_numpy().tolist() == [[*point, label] for point, label in POINTS]
    act(lab, {"kind": "drag", "from": [1.0, 1.0], "to": [0.9, 0.9], "gesture": 9})
    act(lab, {"kind": "drag", "from": [1.0, 1.0], "to": [0.8, 0.7], "gesture": 9})
    assert lab.own.X[2].tolist() == [0.8, 0.7]
    lab.undo()
    assert lab.own.X[2].tolist() == [1.0, 1.0], "a drag is undone as one"
    lab.redo()
    act(lab, {"kind": "erase", "from": [0.2, 0.5]}, {"kind": "erase", "from": [0.21, 0.5]})
    assert lab.own.X.tolist() == [[0.0, 0.0], [0.8, 0.7], [1.3, 0.4]], "the second one is nowhere"
    lab.edit(lab.own.cleared())
    assert len(lab.own) == 0
    for _ in range(9):
        lab.undo()
    assert len(lab.own) == 0 and not lab.can_undo
    lab.redo()
    assert lab.own.X.tolist() == [[0.0, 0.0]]


def test_the_tool_of_the_moment_decides_what_a_tap_is_and_what_a_drag(lab):
    drawn(lab)
    lab.tool = "erase"
    act(lab, {"kind": "tap", "to": [0.21, 0.5], "from": [0.2, 0.5]}, {"kind": "tap", "to": [2, 2], "from": None})
    assert len(lab.own) == len(POINTS) - 1
    lab.undo()
    held = {"kind": "drag", "from": [0.2, 0.5], "gesture": 7}
    over = [[0.2, 0.5], None, [1.0, 1.0]]
    act(lab, *({**held, "to": [0.5, 0.5], "over": row} for row in over))
    assert lab.own.X.tolist() == [[0.0, 0.0], [1.3, 0.4]], "a drag takes away what it passes over"
    lab.undo()
    assert len(lab.own) == len(POINTS), "and is undone as one"
    lab.param.update(tool="point", by_hand=True)
    act(lab, {"kind": "drag", "from": [0.2, 0.5], "to": [0.9, 0.9], "gesture": 8})
    assert lab.own.X[1].tolist() == [0.2, 0.5], "while the line is held by hand a drag is not the rows'"


def test_an_act_is_done_once_however_often_it_is_said(lab):
    board = lab.view.controls.own.board
    first = board.told["done"]
    acts = [{"id": first + 1, "kind": "draw", "to": [0, 0]}]
    board._handle_msg({"n": board.told["n"] + 1, "acts": acts})
    board._handle_msg({"n": board.told["n"] + 1, "acts": [*acts, {"id": first + 2, "kind": "tap", "to": [1, 1]}]})
    assert lab.own.X.tolist() == [[0, 0], [1, 1]] and board.told["done"] == first + 2


@pytest.mark.parametrize(
    "acts",
    [
        None,
        "x",
        [1],
        [{}],
        [{"id": 10**6, "kind": "draw"}],
        [{"id": 10**6, "kind": "draw", "to": [np.nan, 1]}],
        [{"id": 10**6, "kind": "draw", "to": [1, 2, 3]}],
        [{"id": 10**6, "kind": "move", "from": "a", "to": {}}],
        [{"id": 10**6, "kind": "erase", "from": [5, 5]}],
        [{"id": 10**6, "kind": ["erase"], "from": None}],
    ],
)
def test_nonsense_from_the_browser_changes_nothing(lab, acts):
    drawn(lab)
    before = lab.own
    board = lab.view.controls.own.board
    board._handle_msg({"n": board.told["n"] + 1, "acts": acts})
    assert lab.own is before


def test_a_cloud_has_its_spread_and_is_not_the_same_twice(lab):
    lab.param.update(tool="cloud", spread=0.1)
    for _ in range(5):
        act(lab, {"kind": "tap", "to": [0.5, 0.5]})
    assert len({tuple(point) for point in lab.own.X.tolist()}) > 95
    assert 0.07 < lab.own.X.std() < 0.13


def test_rows_of_the_gate_are_taken_to_edit(lab):
    lab.param.update(source="gate", gate="XOR", noise_level=0.3, num_samples=60)
    X, y = gs.generate_data_with_noise(60, "XOR", 0.3, 42)
    lab.take_gate_rows()
    assert lab.source == "own"
    np.testing.assert_allclose(lab.data[["x1", "x2"]], X, atol=6e-4)
    np.testing.assert_array_equal(lab.data["y"], y)
    lab.source = "gate"
    lab.teach(1)
    lab.source = "own"
    assert len(lab.own) == 60, "a lesson takes no points away"


def test_standardised_rows_are_drawn_where_they_are_seen(lab):
    drawn(lab)
    lab.standardize = True
    seen = lab.fit.rows.X
    act(lab, {"kind": "erase", "from": seen[1].tolist()})
    assert lab.own.X.tolist() == [POINTS[0][0], POINTS[2][0], POINTS[3][0]]


# --- what is shown -------------------------------------------------------------------------------


def test_a_frame_can_be_given_and_is_read_back():
    frame = pd.DataFrame({"width": [1.0, 2.0, 2.5, 4.0], "height": [5.0, 3.0, 2.0, 1.0], "kind": [0, 0, 1, 1]})
    lab = Lab(data=frame)
    np.testing.assert_array_equal(lab.data.to_numpy(), frame.to_numpy())
    fitted = LogisticRegression(tol=1e-10).fit(frame.iloc[:, :2], frame["kind"])
    np.testing.assert_allclose(lab.fit.model.params, [*fitted.coef_[0], *fitted.intercept_], atol=1e-4)
    assert lab.pictures.boundary.figure.xaxis.axis_label == "width"
    with pytest.raises(InputError, match="two columns and a label"):
        lab.data = frame[["width", "kind"]]


def test_the_picture_follows_the_units_of_the_data(lab):
    lab.own = Own.from_text("breast_cancer.1.3.0.1")
    columns, X = lab.pictures.boundary.columns, lab.own.X
    figure = lab.pictures.boundary.figure
    assert figure.x_range.start < X[:, 0].min() and figure.x_range.end > X[:, 0].max()
    assert figure.y_range.end > X[:, 1].max() > 2000
    for name in ("boundary", "p = 0.25"):
        there = np.column_stack([columns[name]["x1"], columns[name]["x2"]])
        expected = 0 if name == "boundary" else np.log(0.25 / 0.75)
        np.testing.assert_allclose(lab.shown.model.logit(there), expected, atol=1e-4)
    wrong = np.column_stack([columns["misclassified"]["x1"], columns["misclassified"]["x2"]])
    np.testing.assert_allclose(wrong, X[lab.shown.wrong])
    image = columns["surface"]
    assert (image["x"][0], image["dw"][0]) == pytest.approx(
        (figure.x_range.start, figure.x_range.end - figure.x_range.start)
    )


def test_a_line_in_hand_is_turned_in_the_units_of_the_data(lab):
    lab.own = Own.from_text("wine.0.12.0.1")
    lab.by_hand = True
    trained = lab.shown.model
    grips = lab.view.pointer.grips
    held = np.array([grips.told["x1"], grips.told["x2"]]).T
    np.testing.assert_allclose(trained.logit(held), 0, atol=1e-4)
    moved = [[12.5, 13.5], [500.0, 1200.0]]
    grips._handle_msg({"n": grips.told["n"] + 1, "x1": moved[0], "x2": moved[1]})
    np.testing.assert_allclose(lab.shown.model.logit(np.array(moved).T), 0, atol=1e-6)


@pytest.mark.parametrize("picture", ["boundary", "neuron", "s_curve", "hidden"])
@pytest.mark.parametrize("hidden_units", [0, 3])
def test_every_picture_shows_own_rows(lab, picture, hidden_units):
    lab.param.update(own=Own.from_text("iris.0.2.1.2"), hidden_units=hidden_units, picture=picture)
    lab.population = own_model.resampled(lab.fit.rows)
    lab.param.update(row=7, cloud=True, limits=True, dark=True)
    assert lab.shown.is_finite


def test_without_rows_and_with_one_class_something_is_said(lab):
    def said():
        return lab.view.numbers.meaning.object

    assert "No rows yet" in said() and "converged" not in lab.view.stage.progress.object
    drawn(lab, POINTS[:2])
    assert "one class" in said()
    drawn(lab, POINTS[2:])
    assert "right on 4 of 4" in said() and "exact" not in said() and "Bayes" not in said()
    lab.population = own_model.resampled(lab.fit.rows)
    assert "A line separates the classes" in said()
    act(lab, {"kind": "tap", "to": [0.1, 0.2]})
    assert "separates" not in said(), "what is known of other rows is not said of these"
    assert "own rows" in own_words.heading(lab._view_model)


def test_names_from_a_table_are_text_and_no_markup(lab):
    lab.own = Own.of([[0, 1], [1, 3]], [0, 1], ("<b>a", "b"), ("<img src=x>", "&c"))
    assert "<img" not in lab.view.stage.legend.object and "&lt;img" in lab.view.stage.legend.object
    assert "<img" not in lab.view.stage.spoken.object


def test_the_script_makes_the_model_on_show(lab, tmp_path, monkeypatch, capsys):
    lab.param.update(own=Own.from_text("breast_cancer.1.3.0.1"), C=3.0, standardize=True, dtype="float64")
    (tmp_path / "gatesweep.csv").write_text(lab.rows_csv)
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(lab.plain_code, names)
    found = [*names["fit"].weight.tolist(), float(names["fit"].intercept)]
    np.testing.assert_allclose(found, lab.fit.model.params, rtol=1e-6)
    assert f"{float(lab.shown.scores.test_accuracy):.6f}"[:6] in capsys.readouterr().out


# --- links ---------------------------------------------------------------------------------------


def test_a_link_leads_to_the_same_points_and_model(lab):
    drawn(lab)
    lab.param.update(features="interaction", C=10.0)
    other, complaints = follow(lab)
    assert not complaints and other.own == lab.own
    np.testing.assert_array_equal(other.fit.model.params, lab.fit.model.params)
    lab.own = Own.from_text("wine.0.6.1.2")
    assert follow(lab)[0].own == lab.own


def test_what_no_link_carries_is_said_and_kept_in_the_page(lab):
    lab.own = Own.of(np.random.RandomState(0).normal(size=(150, 2)), np.arange(150) % 2)
    assert "150 rows are more than a link carries" in lab.view.controls.own.note.object
    query = to_query(lab.link_values, lab.usual())
    assert "own=" not in query.replace("source=own", "")
    before = lab.own
    lab.source = "gate"
    lab.restore(read_query(lab, (*SETTINGS, *VIEW), query)[0])
    assert lab.own is before and lab.source == "own"


def test_a_link_with_nonsense_says_so(lab):
    values, complaints = read_query(lab, (*SETTINGS, *VIEW), "?source=own&own=1,2,7")
    assert "own" not in values and "point of a link" in complaints[0]


# --- tables --------------------------------------------------------------------------------------


def test_a_csv_file_of_any_kind_becomes_rows(lab):
    panel = lab.view.controls.own.tables
    panel.open_csv("a.csv", "Höhe;Breite;Art\n1,5;2,25;a\n2,5;3;b\n;4;a\n7;1;c\n3,0;2;b\n".encode("utf-8-sig"))
    assert lab.own.X.tolist() == [[1.5, 2.25], [2.5, 3.0], [3.0, 2.0]] and lab.own.y.tolist() == [0, 1, 1]
    assert (lab.own.names, lab.own.classes) == (("Höhe", "Breite"), ("a", "b"))
    assert "1 of other classes" in panel.said.object and "1 with a missing number" in panel.said.object
    panel.menus["one"].value = "c"
    assert lab.own.classes == ("a", "c") and lab.own.X.tolist() == [[1.5, 2.25], [7.0, 1.0]]
    panel.menus["zero"].value = "c"
    assert lab.own.classes == ("c", "a"), "the other one gives way"
    panel.open_csv("b.txt", b"1\t2\t0\n3\t4\t1\n5\t7\t1\n")
    assert lab.own.X.tolist() == [[1, 2], [3, 4], [5, 7]] and lab.own.classes == ("0", "1")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 50,
        b"a,b,c\n",
        b"1,2\n3,4\n",
        b"a,b\n1,2,3\n",
        b"a,a,b\n1,2,3\n",
        b"\xff\xfea",
        b"\xe9,b,c\n1,2,x\n",
        b"x" * (MAX_BYTES + 1),
        b"a,b,c\n" + b"1," * 1_000_001,
        b"PAR1" + bytes(range(256)),
        b",".join(b"c%d" % i for i in range(20_000)) + b"\n1\n",
        b'a,b,c\n"1,2,x\n3,4,y\n',
        b"x,y,kind\n1e999,1,a\n-inf,2,b\n",
    ],
)
def test_a_hostile_file_ends_in_one_error_beside_it(lab, content):
    drawn(lab)
    before, panel = lab.own, lab.view.controls.own.tables
    panel.open_csv("<b>evil.csv", content)
    assert "role=alert" in panel.said.object and "<b>evil" not in panel.said.object
    assert lab.own is before


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_table_is_scikit_learns(lab, name):
    _, load, chosen = BUILT_IN[name]
    lab.view.controls.own.tables.built_in.value = name
    bunch = load(as_frame=True)
    names = list(bunch.target_names)
    kept = bunch.target.isin([names.index(text) for text in chosen.classes])
    np.testing.assert_array_equal(lab.own.X, bunch.data.loc[kept, [chosen.x1, chosen.x2]])
    np.testing.assert_array_equal(lab.own.y, bunch.target[kept] == names.index(chosen.classes[1]))
    assert lab.own.is_linkable


def test_the_first_rows_of_a_long_table_are_taken():
    n = MAX_ROWS + 7
    text = "a,b,kind\n" + "\n".join(f"{i},{-i},{'xy'[i % 2]}" for i in range(n))
    table = LabelledTable.from_csv(text.encode())
    own, skipped = Own.of_table(table, table.start)
    assert len(own) == MAX_ROWS and skipped == f"Skipped: 7 beyond the first {MAX_ROWS:,}."
    with pytest.raises(InputError):
        table.select(Selection("a", "kind", "kind", ("x", "y")), 10)
    assert built_in("iris") is built_in("iris")
