"""The page of a table's models without a browser: what it lists, what it says of a group, its link, hostile files."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gatesweep as gs
from gatesweep.app.page import App
from gatesweep.app.table.table import TableView
from gatesweep.app.theme import DARK
from gatesweep.errors import InputError
from gatesweep.tables.models import Models, open_models
from gatesweep.tables.opening import open_table

SUFFIXES = (".nc", ".zarr", ".csv", ".parquet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A table of 30 sites, and results of each kind beside it."""
    folder = tmp_path_factory.mktemp("table")
    random = np.random.default_rng(3)
    site = np.repeat([f"s{i:02d}" for i in range(30)], 14)
    dose, age = random.normal(size=(2, len(site)))
    ill = (dose + random.logistic(size=len(site)) > 0).astype(int)
    ill[site == "s07"] = 1
    frame = pd.DataFrame({"dose": dose, "age": 50 + 9 * age, "ill": ill, "site": site})
    frame.to_csv(folder / "people.csv", index=False)
    for suffix in SUFFIXES:
        arguments = {"target": "ill", "group_by": "site", "C": float("inf"), "dtype": "float64"}
        gs.fit_table(folder / "people.csv", out=folder / f"plain{suffix}", **arguments)
        gs.fit_table(folder / "people.csv", out=folder / f"swept{suffix}", **arguments | {"C": [0.1, 1, 10]})
        gs.fit_table(folder / "people.csv", target="ill", features=["dose"], out=folder / f"one{suffix}")
    gs.fit_table(
        folder / "people.csv", target="ill", group_by="site", C=[0.1, 1, 10], folds=3, standardize=True,
        out=folder / "chosen.nc",
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def dataset(folder):
    return open_table(folder / "plain.nc")


@pytest.fixture
def view(folder):
    return TableView(open_models(folder / "plain.nc"))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", ["plain", "swept", "one"])
def test_every_kind_of_file_holds_the_same_models(name, suffix, folder):
    models, first = open_models(folder / f"{name}{suffix}"), open_models(folder / f"{name}.nc")
    assert models.coefficients == first.coefficients and models.groups.tolist() == first.groups.tolist()
    np.testing.assert_array_equal(models.C, first.C)
    np.testing.assert_array_equal(models.status, first.status)
    for of in ("numbers", "along_C"):
        mine, its = getattr(models, of), getattr(first, of)
        assert mine.keys() == its.keys()
        for key in mine:
            np.testing.assert_allclose(mine[key], its[key], rtol=1e-12)
    assert (models.source is None) == (suffix == ".csv")
    # A .csv file does not say which column the groups were of.
    assert models.group_by == ("" if name == "one" else "group" if suffix == ".csv" else "site")


def test_groups_are_sorted_searched_and_paged(view):
    estimate = view.models.numbers["estimate"][:, 0, 0]
    width = (view.models.numbers["high"] - view.models.numbers["low"])[:, 0, 0]
    unknown = np.isnan(estimate)
    assert unknown.any()

    def listed(**state):
        view.param.update(page=1, **state)
        pages = []
        for page in (1, 2):
            view.page = page
            pages += view._listed.names
        return [view.models.groups.tolist().index(name) for name in pages]

    assert listed(order="name") == list(range(30)) and view._listed.n_pages == 2
    for order, key in (("estimate", estimate), ("-estimate", -estimate), ("width", width), ("-width", -width)):
        assert listed(order=order) == np.argsort(key, kind="stable").tolist()  # NaN last
    assert set(listed(order="trouble")[: unknown.sum()]) == set(np.flatnonzero(unknown))
    view.param.update(order="name", find="S1", page=2)
    assert view._listed.names == [f"s{i}" for i in range(10, 20)] and view.layout.pages.visible is False
    view.find = "nothing has this"
    assert view._listed.names == [] and "0 found" in view.layout.summary.object


def test_the_forest_draws_estimates_and_intervals(view):
    view.coefficient = "age"
    columns = view.pictures.forest_columns
    fitted = gs.fit_table(view.models.source, target="ill", group_by="site", C=float("inf"), dtype="float64")
    table = gs.summaries.coefficients(fitted).query("coefficient == 'age' and group < 's25'").dropna()
    np.testing.assert_allclose(columns["estimates"]["estimate"], table["estimate"])
    np.testing.assert_allclose(columns["intervals"]["x0"], table["low"])
    np.testing.assert_allclose(columns["intervals"]["x1"], table["high"])
    assert "no estimate: separable" in columns["without"]["text"]


def test_a_tap_shows_a_groups_model_and_its_rows(view, folder):
    view.pictures._on_tap(3)
    view.settle()
    assert view.group == "s03"
    rows = pd.read_csv(folder / "people.csv").query("site == 's03'")
    estimate = view.models.numbers["estimate"][3, 0]
    drawn = view.pictures.row_columns["rows"]
    np.testing.assert_allclose(drawn["z"], rows[["dose", "age"]].to_numpy() @ estimate[:-1] + estimate[-1])
    assert drawn["label"].tolist() == rows["ill"].tolist()
    said = view.layout.about.object
    assert "site: s03" in said and "14 rows" in said and f"{rows.query('ill == 1')['age'].mean():.3g}" in said
    view.group = "s07"
    view.settle()
    assert "one class only" in view.layout.about.object and not view.layout.rows.visible


def test_rows_of_a_standardised_fit_are_standardised(folder):
    models = open_models(folder / "chosen.nc")
    rows = models.rows(4)
    np.testing.assert_allclose(rows.X.mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(rows.X.std(0), 1)
    view = TableView(models, group="s04")
    view.settle()
    assert view.layout.along.visible and "held out" in view.layout.about.object
    assert view.pictures.along_columns["held out"]["loss"].tolist() == models.along_C["held_out_loss"][4].tolist()


def test_where_the_file_is_not_at_hand_it_is_said(folder, tmp_path):
    (tmp_path / "plain.parquet").write_bytes((folder / "plain.parquet").read_bytes())
    view = TableView(open_models(tmp_path / "plain.parquet"), group="s01")
    assert "not at hand" in view.layout.note.object and "s01" in view.layout.about.object
    pd.DataFrame({"other": [1]}).to_csv(tmp_path / "people.csv", index=False)
    (tmp_path / "people.csv").write_text("other,columns\n1,2\n")
    view = TableView(open_models(tmp_path / "plain.parquet"), group="s01")
    view.settle()
    assert "must be as it was" in view.layout.note.object


def test_a_table_without_groups_is_a_forest_of_its_coefficients(folder):
    view = TableView(open_models(folder / "one.zarr"))
    view.settle()
    assert view._listed.names == ["dose", "intercept"] and "All rows" in view.layout.about.object
    assert len(view.pictures.row_columns["rows"]["z"]) == 420
    view.pictures._on_tap(0)
    assert view.group == ""


def test_labels_are_no_markup_and_no_tex(tmp_path):
    names = ["<img src=x onerror=alert(1)>", "$$\\frac{1}{2}$$", "=1+1"]
    frame = pd.DataFrame({"<b>x": np.arange(24) % 8, "y": np.arange(24) % 2, "s": np.repeat(names, 8)})
    gs.fit_table(frame, target="y", group_by="s", out=tmp_path / "odd.nc")
    view = TableView(open_models(tmp_path / "odd.nc"), group=names[0])
    assert "<img" not in view.layout.about.object and "<b>x" not in view.layout.about.object
    labels = view.pictures.figures[0].yaxis[0].major_label_overrides
    assert {type(label).__name__ for label in labels.values()} == {"PlainText"}


def test_the_page_has_the_table_and_its_link(folder):
    app = App(models=open_models(folder / "swept.parquet"), view="table")
    assert app.query == "?view=table"
    app.table.param.update(coefficient="age", C=10.0, order="-width", find="s1", group="s12")
    query = app.query
    other = App(models=open_models(folder / "swept.parquet"), view="table")
    other.go(query)
    assert other.query == query and other.table._listed.names == app.table._listed.names
    other.go("?view=table&coefficient=nope&group=nobody&C=7&order=sideways&page=0&x=1")
    assert other.table.coefficient == "dose" and other.table.group == "" and other.table.C == 1.0
    other.press("v")
    assert other.view == "lab" and other.query == "?view=lab"
    other._darken()
    assert other.table.pictures.palette is DARK
    other.press("d")  # Panel keeps the last one for the process.
    other.view = "table"
    other.table.param.update(find="", page=1)
    other.press("ArrowRight")
    assert other.table.page == 2
    app = App()  # Of no table.
    app.go("?view=table")
    assert app.view == "lab"


# --- files that may come from anyone --------------------------------------------------------------


def refuse(path) -> str:
    with pytest.raises(InputError) as error:
        open_models(path)
    assert len(str(error.value)) < 600
    return str(error.value)


def test_tables_that_are_none_of_ours_are_refused(folder, tmp_path):
    good = pd.read_csv(folder / "swept.csv")
    path = tmp_path / "bad.csv"
    for change in (
        lambda t: t.drop(columns="low"), lambda t: t.head(0), lambda t: t.iloc[:-1], lambda t: t.iloc[1:],
        lambda t: t.assign(status="splendid"), lambda t: t.assign(estimate="x"), lambda t: t.sort_values("C"),
        lambda t: t.assign(coefficient="dose"), lambda t: t.assign(C=np.nan), lambda t: t.drop(columns="group"),
        lambda t: t.assign(group=np.arange(len(t))),
    ):  # fmt: skip
        change(good).to_csv(path, index=False)
        refuse(path)


def test_a_result_that_does_not_fit_into_memory_is_refused(folder, monkeypatch):
    monkeypatch.setattr("gatesweep.tables.models.BYTES_OF_A_ROW", 1e12)
    assert "must fit into memory" in refuse(folder / "plain.parquet")


RECORDS = st.one_of(
    st.sampled_from(["", "[", "null", "1", '"a"', "{}", "[" * 5000]),
    st.dictionaries(
        st.sampled_from(["source", "target", "classes", "features", "categories", "group_by", "weights"]),
        st.one_of(
            st.none(), st.integers(), st.booleans(), st.lists(st.sampled_from(["dose", "ill", 0, 1, None]), max_size=3),
            st.sampled_from(["people.csv", "../people.csv", "/etc/passwd", "site", "ill", "dose", "\0"]),
            st.dictionaries(st.sampled_from(["dose", "site"]), st.lists(st.text(max_size=2), max_size=2), max_size=2),
        ),
    ).map(json.dumps),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(record=RECORDS)
def test_any_record_of_a_fit_gives_rows_or_none_or_one_error(record, dataset, folder):
    models = Models.of(dataset.assign_attrs(table=record), folder / "plain.nc")
    try:
        rows = models.rows(0)
    except InputError as error:
        assert len(str(error)) < 600
    else:
        assert rows is None or rows.X.ndim == 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 60_000), noise=st.binary(min_size=1, max_size=30), suffix=st.sampled_from([".nc", ".parquet"]))
def test_any_damage_of_a_result_gives_models_or_one_error(at, noise, suffix, folder, tmp_path):
    content = (folder / f"swept{suffix}").read_bytes()
    at %= len(content)
    path = tmp_path / f"damaged{suffix}"
    path.write_bytes(content[:at] + noise + content[at + len(noise) :])
    try:
        TableView(open_models(path))
    except InputError as error:
        assert len(str(error)) < 600
