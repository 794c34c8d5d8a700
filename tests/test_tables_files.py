"""Tables from files and to files: what is hostile or broken ends in one error, what is long is read in parts."""

import csv
import io
import json
import os
import signal
import sys
import threading
import zipfile
from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import gatesweep as gs
from gatesweep.errors import InputError
from gatesweep.tables.labelled import LabelledTable, Selection
from gatesweep.tables.opening import open_table
from tests.commands import run

FIT_TABLE = import_module("gatesweep.tables.fit_table")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    random = np.random.default_rng(0)
    X = random.normal(2000, 30, size=(240, 2))
    y = (X[:, 0] + random.normal(0, 30, 240) > 2000).astype(int)
    return pd.DataFrame({"dose": X[:, 0], "age": X[:, 1], "y": y, "site": np.repeat([f"s{i}" for i in range(8)], 30)})


@pytest.fixture(scope="module")
def expected(frame) -> xr.Dataset:
    return gs.fit_table(frame, target="y", group_by="site", dtype="float64")


def fit(path, **arguments) -> xr.Dataset:
    return gs.fit_table(path, **{"target": "y", "group_by": "site", "dtype": "float64"} | arguments)


# --- reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"sep": ";", "decimal": ","},
        {"sep": "\t", "decimal": ","},
        {"sep": ";"},
        {"encoding": "utf-8-sig"},
        {"encoding": "utf-16"},
        {"lineterminator": "\r\n"},
        {"quoting": 1},
    ],
    ids=str,
)
def test_csv_files_of_all_kinds_are_the_frame(options, frame, expected, tmp_path):
    frame.to_csv(tmp_path / "table.csv", index=False, **options)
    found = fit(tmp_path / "table.csv")
    assert_allclose(found.estimate, expected.estimate, rtol=1e-6)
    assert found.group.values.tolist() == expected.group.values.tolist()
    assert found.coefficient.values.tolist() == ["dose", "age", "intercept"]


def test_a_csv_file_without_a_header_has_numbered_columns(frame, expected, tmp_path):
    numbers = frame.assign(site=frame["site"].str[1:].astype(int))
    numbers.to_csv(tmp_path / "table.csv", index=False, header=False)
    found = fit(tmp_path / "table.csv", target="column3", group_by="column4")
    assert_allclose(found.estimate, expected.estimate, rtol=1e-6)
    assert found.coefficient.values.tolist() == ["column1", "column2", "intercept"]


@pytest.mark.parametrize("row_group_size", [1000, 7])
@pytest.mark.parametrize("categories", [False, True])
def test_parquet_is_the_frame(row_group_size, categories, frame, expected, tmp_path):
    given = frame.astype({"site": "category"}) if categories else frame
    given.sample(frac=1, random_state=0).to_parquet(tmp_path / "t.parquet", index=False, row_group_size=row_group_size)
    assert_allclose(fit(tmp_path / "t.parquet").estimate, expected.estimate, rtol=1e-6)


def test_a_label_that_looks_like_a_missing_value_is_a_label(frame, tmp_path):
    named = frame.assign(site=frame["site"].replace({"s0": "NA", "s1": "null"}))
    named.to_csv(tmp_path / "table.csv", index=False)
    assert set(fit(tmp_path / "table.csv").group.values) >= {"NA", "null"}


HEAD = b"dose,age,y,site\n"
ROWS = b"".join(b"%d,%d,%d,a\n" % (i % 7, i % 5, i % 2) for i in range(40))


@pytest.mark.parametrize(
    "content, said",
    [
        (HEAD + b"1," + b"9" * 100_000_000 + b",0,a\n", "a line of a CSV file must have 1,000,000 characters at most"),
        (b",".join(b"c%d" % i for i in range(10_001)) + b"\n", "2 to 10,000 columns, got 10001"),
        (HEAD + ROWS + b"1,\x00,0,a\n", "without NUL bytes, got 'table.csv, line 42'"),
        (HEAD + ROWS + "1,2,0,Zürich\n".encode("latin-1"), "must be in UTF-8"),
        (HEAD.decode().encode("utf-16-le") + ROWS, "without NUL bytes"),
        (b"\xff\xfe" + b"a", "must be in UTF-8 (or UTF-16 with its mark)"),
        (b"", "a CSV file must hold rows"),
        (b"\n\n\n", "a CSV file must hold rows"),
        (HEAD, "a table must have rows"),
        (HEAD + ROWS + b"1,2,0,a,5\n", "as many cells as its first one"),
        (HEAD + b"1,2,0,a,5\n" + ROWS, "as many cells as its first one"),
        (HEAD + ROWS + b"1,2\n", "no missing values"),
        (HEAD + ROWS + b'1,"2,0,a\n' + ROWS, "as many cells as its first one"),
        (HEAD + b"".join(b"1,2,%d,a\n" % (i % 2) for i in range(4)) + b"high,2,0,a\n", "features must hold numbers"),
        (HEAD + ROWS * 5000 + b"high,2,0,a\n", "a feature must hold numbers (column 'dose'), got 'high'"),
        (b"y,y\n1,2\n", "must have different names, got 'y'"),
        (HEAD + ROWS + b"1,2,maybe,a\n", "two classes (column 'y'), got ['0', '1', 'maybe']"),
        (b"PK\x03\x04" + os.urandom(5000), "a CSV file must"),
        (b'"' * 5000 + b"\n" + b'"' * 7, "2 to 10,000 columns"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_hostile_csv_files_end_in_one_error(content, said, tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as raised:
        fit(path)
    assert said in str(raised.value) and len(str(raised.value)) < 500


def test_a_table_of_ten_thousand_columns_asks_which_ones(tmp_path):
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(12, 9_998)))
    wide = wide.add_prefix("x").assign(y=np.arange(12) % 2, site="a")
    wide.to_csv(tmp_path / "table.csv", index=False)
    with pytest.raises(InputError, match="1 to 999 features, got 9998"):
        fit(tmp_path / "table.csv")
    assert fit(tmp_path / "table.csv", features=["x17", "x9000"]).sizes["coefficient"] == 3


def test_a_table_that_does_not_fit_into_memory_is_refused(frame, tmp_path, monkeypatch):
    frame.to_parquet(tmp_path / "table.parquet", index=False)
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=10_000))
    with pytest.raises(InputError, match="a table without groups must fit into memory"):
        fit(tmp_path / "table.parquet", group_by=None, features=["dose"])
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=100_000))
    with pytest.raises(InputError, match="the models of a table must fit into memory"):
        fit(frame, bootstrap=1000)


@pytest.mark.parametrize(
    "broken",
    [lambda b: b"", lambda b: b[: len(b) // 2], lambda b: b[:-9] + b"\xff" * 9, lambda b: os.urandom(len(b))],
    ids=["empty", "half", "footer", "noise"],
)
def test_broken_parquet_files_end_in_one_error(broken, frame, tmp_path):
    path = tmp_path / "table.parquet"
    frame.to_parquet(path, index=False)
    path.write_bytes(broken(path.read_bytes()))
    with pytest.raises(InputError, match="must be a sound Parquet file"):
        fit(path)


def test_a_row_group_that_unpacks_to_too_much_is_refused(frame, tmp_path, monkeypatch):
    monkeypatch.setattr("gatesweep.tables.sources.MAX_ROW_GROUP", 1000)
    frame.to_parquet(tmp_path / "table.parquet", index=False)
    with pytest.raises(InputError, match="a row group of a Parquet file must unpack to"):
        fit(tmp_path / "table.parquet")


def test_another_suffix_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "table.zip", "w") as file:
        file.writestr("table.csv", "a,b\n")
    with pytest.raises(InputError, match="must be a .csv or .parquet file"):
        fit(tmp_path / "table.zip")


CELLS = st.one_of(
    st.integers(-3, 3).map(str), st.floats(-9, 9).map(str), st.text(max_size=5),
    st.sampled_from(["", '"', "NA", "inf", "1,5", "=1+1", "\n", ";", "0", "1"]),
)  # fmt: skip


@st.composite
def contents(draw):
    """Bytes of a file that is nearly a table."""
    sign = draw(st.sampled_from(",;\t"))
    rows = draw(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=12))
    text = "a;b;y\n1;2;0\n2;1;1\n4;4;0\n3;3;1\n".replace(";", sign) + "\n".join(map(sign.join, rows))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
    content, noise, at = text.encode(encoding, errors="replace"), draw(st.binary(max_size=6)), draw(st.integers(0, 200))
    return content[:at] + noise + content[at:]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=contents(),
    one_hot=st.booleans(),
    missing=st.sampled_from(["error", "drop"]),
)
def test_any_file_gives_a_result_or_one_error(content, one_hot, missing, tmp_path):
    path = tmp_path / "fuzz.csv"
    path.write_bytes(content)
    try:
        found = gs.fit_table(path, target="y", one_hot=one_hot, missing=missing)
    except InputError as error:
        assert len(str(error)) < 600
    else:
        fitted = found.status.item() in (0, 4)
        assert np.isfinite(found.estimate).all() == fitted


@settings(max_examples=100, deadline=None)
@given(
    content=contents(),
)
def test_any_bytes_in_the_lab_are_rows_or_one_error(content):
    try:
        table = LabelledTable.from_csv(content)
    except InputError as error:
        assert len(str(error)) < 600
    else:
        assert table.start is not None
        found = table.select(table.start, 5000)
        assert np.isfinite(found.X).all() and len(found.X) == len(found.y)


NUMBERS = st.floats(-1e6, 1e6)
KINDS = ["red", "blå", "x,y", "a;b", 'a "b"', "two words"]


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from(KINDS)), min_size=2, max_size=20),
    sign=st.sampled_from(",;\t"),
    comma=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_was_written_is_what_is_read(rows, sign, comma, encoding, end, quoting):
    rows = [(-1.5, 2.5, "red"), (0.5, 1.25, "blå"), *rows]
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=sign, lineterminator=end, quoting=quoting)
    writer.writerow(["width", "height", "kind"])
    for *numbers, kind in rows:
        texts = [repr(number) for number in numbers]
        writer.writerow([text.replace(".", ",") if comma and sign != "," else text for text in texts] + [kind])
    table = LabelledTable.from_csv(file.getvalue().encode(encoding))
    found = table.select(Selection("width", "height", "kind", ("red", "blå")), 5000)
    kept = [row for row in rows if row[2] in ("red", "blå")]
    np.testing.assert_array_equal(found.X, [row[:2] for row in kept])
    np.testing.assert_array_equal(found.y, [row[2] == "blå" for row in kept])


# --- writing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_coefficients_on_disk_are_those_of_the_dataset(suffix, frame, expected, tmp_path):
    out = tmp_path / f"coefficients{suffix}"
    models = fit(frame, out=out)
    assert models.models.sel(status="converged") == 8 and os.listdir(tmp_path) == [out.name]
    found = pd.read_csv(out) if suffix == ".csv" else pd.read_parquet(out)
    wanted = gs.summaries.coefficients(expected).astype({"status": str, "group": str})
    pd.testing.assert_frame_equal(found.astype({"status": str}), wanted, check_dtype=False, rtol=1e-12)


def test_without_pyarrow_a_fit_says_so_before_it_begins(frame, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    monkeypatch.setattr(FIT_TABLE, "survey", lambda *_: pytest.fail("it began"))
    with pytest.raises(gs.InputError, match=r"pyarrow, got .*pip install pyarrow"):
        fit(frame, out=tmp_path / "a.parquet")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_datasets_on_disk_are_the_dataset(suffix, frame, tmp_path):
    arguments = {"C": [0.1, 1.0], "folds": 2, "bootstrap": 3, "standardize": True}
    dataset = fit(frame, out=tmp_path / f"all{suffix}", **arguments)
    opened = open_table(tmp_path / f"all{suffix}")
    xr.testing.assert_equal(opened, dataset)
    assert json.loads(opened.attrs["table"])["group_by"] == "site"
    assert os.listdir(tmp_path) == [f"all{suffix}"]


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_labels_stay_whole_in_files_that_are_joined(suffix, frame, tmp_path):
    longer = frame.assign(site="Klagenfurt, " + frame["site"])
    opened = []
    for name, rows in (("short", frame), ("long", longer)):
        fit(rows, out=tmp_path / f"{name}{suffix}")
        opened.append(open_table(tmp_path / f"{name}{suffix}"))
    joined = xr.concat(opened, "group")
    joined.to_netcdf(tmp_path / "joined.nc", engine="h5netcdf")
    sites = sorted(set(frame["site"]))
    assert open_table(tmp_path / "joined.nc").group.values.tolist() == [*sites, *(f"Klagenfurt, {s}" for s in sites)]


def test_no_cell_of_a_csv_file_is_a_formula(frame, tmp_path):
    names = ['=HYPERLINK("http://a")', "+1", "-1", "@SUM(A1)", "\tx", "<b>s5</b>", "s6", "s7"]
    labels = dict(zip(sorted(set(frame["site"])), names, strict=True))
    risky = frame.assign(site=frame["site"].map(labels)).rename(columns={"dose": "=cmd|' /C calc'!A0"})
    fit(risky, out=tmp_path / "out.csv")
    found = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    assert (
        not found[["group", "coefficient"]].map(lambda cell: cell.startswith(("=", "+", "-", "@", "\t"))).any(axis=None)
    )
    assert "'=cmd|' /C calc'!A0" in set(found["coefficient"])
    fit(risky, out=tmp_path / "out.parquet")
    assert set(pd.read_parquet(tmp_path / "out.parquet")["group"]) == set(names)


def test_a_file_is_replaced_only_when_asked(frame, tmp_path):
    for suffix in (".csv", ".parquet", ".nc", ".zarr"):
        out = tmp_path / f"out{suffix}"
        fit(frame, out=out)
        with pytest.raises(InputError, match="must not replace a file unasked"):
            fit(frame, out=out)
        fit(frame, out=out, overwrite=True)
    with pytest.raises(InputError, match="must write to a folder that is there"):
        fit(frame, out=tmp_path / "absent" / "out.csv")


# --- long files ----------------------------------------------------------------------------------


@pytest.fixture
def in_parts(monkeypatch):
    """Every file is a long one."""
    monkeypatch.setattr(FIT_TABLE, "WHOLE", 400)
    monkeypatch.setattr(FIT_TABLE, "CHUNK", 100)
    monkeypatch.setattr(FIT_TABLE, "STEP", 25)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_long_file_is_fitted_part_by_part(suffix, frame, expected, tmp_path, in_parts):
    path = tmp_path / f"long{suffix}"
    backwards = frame.iloc[::-1]
    backwards.to_csv(path, index=False) if suffix == ".csv" else backwards.to_parquet(path, index=False)
    reports = []
    fit(path, out=tmp_path / "out.parquet", progress=lambda *report: reports.append(report))
    found = pd.read_parquet(tmp_path / "out.parquet").sort_values("group", kind="stable")
    assert_allclose(found["estimate"], np.ravel(expected.estimate), rtol=1e-6)
    assert reports[-1] == (8, 8) and len(reports) > 2
    assert all(done <= total for done, total in reports)


def test_groups_of_a_long_file_must_be_in_a_row(frame, tmp_path, in_parts):
    frame.sort_values("dose").to_parquet(tmp_path / "long.parquet", index=False)
    with pytest.raises(InputError, match="must have each group's rows in a row, got 'site s. comes again'. Sort"):
        fit(tmp_path / "long.parquet", out=tmp_path / "out.parquet")
    assert os.listdir(tmp_path) == ["long.parquet"]


def test_a_group_that_is_too_large_is_an_error(frame, tmp_path, in_parts):
    frame.assign(site="one").to_parquet(tmp_path / "long.parquet", index=False)
    with pytest.raises(InputError, match="must have rows that fit into memory"):
        fit(tmp_path / "long.parquet", out=tmp_path / "out.parquet")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_what_is_held_of_a_long_file_does_not_grow_with_it(suffix, frame, tmp_path, in_parts, monkeypatch):
    rows_at_once, fit_rows = [], FIT_TABLE.fit_rows
    monkeypatch.setattr(
        FIT_TABLE, "fit_rows", lambda rows, *others: rows_at_once.append(len(rows.y)) or fit_rows(rows, *others)
    )
    for copies in (1, 5):
        long = pd.concat([frame.assign(site=frame["site"] + f".{i}") for i in range(copies)])
        path = tmp_path / f"{copies}{suffix}"
        long.to_csv(path, index=False) if suffix == ".csv" else long.to_parquet(path, index=False)
        fit(path, out=tmp_path / f"{copies}.out.parquet")
    assert len(rows_at_once) == 48 and max(rows_at_once) == 30


# --- stopping ------------------------------------------------------------------------------------


def test_a_cancelled_fit_leaves_no_file(frame, tmp_path):
    stop = threading.Event()
    with pytest.raises(gs.Cancelled):
        fit(frame, bootstrap=100, out=tmp_path / "out.csv", cancel=stop, progress=lambda done, total: stop.set())
    assert os.listdir(tmp_path) == []


def test_an_interrupt_ends_the_command_and_leaves_no_file(frame, tmp_path, monkeypatch):
    frame.to_csv(tmp_path / "table.csv", index=False)
    # The first models are done: then comes Ctrl+C.
    interrupt = lambda done, total: os.kill(os.getpid(), signal.SIGINT)  # noqa: E731
    monkeypatch.setattr("gatesweep.cli.fit.reporter", lambda bar, kept: interrupt)
    arguments = ["--target", "y", "--group-by", "site", "--bootstrap", 10_000, "--out", tmp_path / "o.parquet"]
    result = run("fit", tmp_path / "table.csv", *arguments, status=130)
    assert "Stopped: nothing was written to" in result.output
    assert os.listdir(tmp_path) == ["table.csv"]


# --- command line --------------------------------------------------------------------------------


def test_the_command_does_what_the_function_does(frame, tmp_path):
    frame.to_parquet(tmp_path / "t.parquet", index=False)
    run(
        "fit", tmp_path / "t.parquet", "--target", "y", "--features", "dose, age", "--group-by", "site", "--C",
        "0.01:100:log:5", "--folds", 3, "--bootstrap", 7, "--seed", 3, "--standardize", "--dtype", "float64",
        "--out", tmp_path / "o.nc",
    )  # fmt: skip
    wanted = gs.fit_table(
        frame, target="y", features=["dose", "age"], group_by="site", C=[0.01, 0.1, 1, 10, 100], folds=3, bootstrap=7,
        seed=3, standardize=True, dtype="float64",
    )  # fmt: skip
    xr.testing.assert_equal(open_table(tmp_path / "o.nc"), wanted)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".nc", ".zarr"])
def test_show_prints_coefficients_intervals_and_status_counts(suffix, frame, tmp_path):
    table = frame.assign(site=frame["site"].replace({"s0": "\x1b[31m[red]", "s1": "s7"}))
    table.loc[table["site"] == "s3", "y"] = 1
    fit(table, out=tmp_path / f"out{suffix}")
    said = run("show", tmp_path / f"out{suffix}").output
    assert "7 of 7 groups" in said and "6 converged, 1 separable" in said and "\x1b" not in said and "[red]" in said
    lines = [line for line in said.splitlines() if "dose" in line]
    assert lines[0].split()[:2] == ["s7", "dose"] and " 60 " in lines[0]  # The largest group first.
    answer = json.loads(run("show", tmp_path / f"out{suffix}", "--json").output)
    assert answer["status"] == {"converged": 6, "separable": 1} and answer["groups"] == 7
    first = answer["coefficients"][0]
    one = fit(table).sel(group="s7", coefficient="dose")
    assert first["estimate"] == pytest.approx(float(one.estimate))
    assert first["high"] == pytest.approx(float(one.estimate + 1.959964 * one.standard_error), rel=1e-6)
    empty = next(row for row in answer["coefficients"] if row["group"] == "s3")
    assert empty["estimate"] is None and empty["status"] == "separable"


def test_fit_without_out_prints_and_says_it_as_json(frame, tmp_path):
    frame.to_csv(tmp_path / "t.csv", index=False)
    said = run("fit", tmp_path / "t.csv", "--target", "y", "--group-by", "site").output
    assert "8 converged" in said and "dose" in said
    answer = json.loads(
        run("fit", tmp_path / "t.csv", "--target", "y", "--group-by", "site", "--json", "--quiet").output
    )
    assert answer["models"] == 8 and len(answer["coefficients"]) == 24
    quiet = run(
        "fit", tmp_path / "t.csv", "--target", "y", "--group-by", "site", "--quiet", "--out", tmp_path / "o.csv"
    )
    assert quiet.output == ""


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--target", "nope"], "Error: target must be a column of the table"),
        (["--target", "y", "--C", "0:1:log:5"], "start:stop:log:count of numbers above 0"),
        (["--target", "y", "--C", "0"], "Error: C must be a number, more than 0"),
        (["--target", "y", "--folds", "1"], "Error: folds must be a whole number from 2"),
        (["--target", "y"], "Error: features must hold numbers"),
    ],
)
def test_refusals_are_one_line(arguments, said, frame, tmp_path):
    frame.to_csv(tmp_path / "t.csv", index=False)
    result = run("fit", tmp_path / "t.csv", "--quiet", *arguments, status=2)
    assert said in result.output and result.output.count("\n") == 1


def test_show_refuses_other_tables_and_changed_files(frame, tmp_path):
    frame.to_csv(tmp_path / "t.csv", index=False)
    assert "must be one that gatesweep fit wrote" in run("show", tmp_path / "t.csv", status=2).output
    fit(frame, out=tmp_path / "a.zarr")
    path = tmp_path / "a.zarr" / "zarr.json"
    original = json.loads(path.read_text())

    def refused(change) -> None:
        root = json.loads(json.dumps(original))
        change(root, root["consolidated_metadata"]["metadata"])
        path.write_text(json.dumps(root))
        assert "must be one that gatesweep wrote" in run("show", tmp_path / "a.zarr", status=2).output

    refused(lambda root, arrays: arrays["estimate"].update(shape=[10**12, 3]))
    refused(lambda root, arrays: arrays["estimate"]["codecs"].append({"name": "run", "configuration": {}}))
    refused(lambda root, arrays: arrays.pop("estimate"))
    refused(lambda root, arrays: arrays.update({"other": arrays["n"]}))
    refused(lambda root, arrays: root["attributes"].update(table="["))


@pytest.mark.parametrize("name", [*FIT_TABLE.fit_table.__kwdefaults__])
def test_every_argument_is_an_option(name):
    options = run("fit", "--help").output
    if name not in ("cancel", "progress"):
        assert f"--{name.replace('_', '-')} " in options.replace("\n", " ")
