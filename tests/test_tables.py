"""Models of tables against scikit-learn, statsmodels and single fits of resampled rows."""

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import torch
from numpy.testing import assert_allclose
from sklearn import datasets
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

import gatesweep as gs
from gatesweep.engine.loop import run
from gatesweep.errors import InputError
from gatesweep.tables.resampling import bootstrap_counts, stratified_folds


def two_classes(loaded: dict, first: int, second: int) -> pd.DataFrame:
    kept = np.isin(loaded["target"], (first, second))
    frame = pd.DataFrame(loaded["data"][kept]).add_prefix("x")
    return frame.assign(y=(loaded["target"][kept] == second).astype(int))


def real_tables() -> dict[str, pd.DataFrame]:
    """Tables of people, plants, tumours and votes; y is the target."""
    iris, wine, diabetes = datasets.load_iris(), datasets.load_wine(), datasets.load_diabetes(scaled=False)
    spector = sm.datasets.spector.load_pandas().data.rename(columns={"GRADE": "y"})
    votes = sm.datasets.anes96.load_pandas().data
    affairs = sm.datasets.fair.load_pandas().data.iloc[::8]
    return {
        "iris": two_classes(iris, 1, 2),
        "wine": two_classes(wine, 0, 1),
        "tumours": two_classes(datasets.load_breast_cancer(), 0, 1),
        "diabetes": pd.DataFrame(diabetes.data)
        .add_prefix("x")
        .assign(y=(diabetes.target > np.median(diabetes.target)).astype(int)),
        "grades": spector,
        "votes": votes[["logpopul", "selfLR", "age", "educ", "income"]].assign(y=votes["vote"].astype(int)),
        "affairs": affairs.drop(columns="affairs").assign(y=(affairs["affairs"] > 0).astype(int)),
    }


TABLES = real_tables()


def split(frame: pd.DataFrame, scaled: bool) -> tuple[np.ndarray, np.ndarray]:
    X = frame.drop(columns="y").to_numpy(float)
    return StandardScaler().fit_transform(X) if scaled else X, frame["y"].to_numpy()


def sklearn_optimum(X: np.ndarray, y: np.ndarray, C: float = 1.0, weight: np.ndarray | None = None) -> np.ndarray:
    """Weights and intercept, tightly: in columns of size 1, each with the penalty that its unit makes of it."""
    # newton-cholesky takes the columns as they are; lbfgs would stop early on raw ones.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LogisticRegression(C=C, solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(X, y, weight)
    return np.append(model.coef_[0], model.intercept_)


@pytest.mark.parametrize("scaled", [False, True], ids=["raw", "scaled"])
@pytest.mark.parametrize("name", TABLES)
def test_real_tables_have_scikit_learns_optimum(name, scaled):
    X, y = split(TABLES[name], scaled)
    found = gs.fit_table(TABLES[name], target="y", standardize=scaled, dtype="float64")
    assert found.status == 0 and found.n == len(y)
    logits = np.column_stack([X, np.ones(len(X))]) @ np.stack([found.estimate, sklearn_optimum(X, y)], 1)
    assert_allclose(logits[:, 0], logits[:, 1], rtol=1e-5, atol=1e-5)
    assert found.train_accuracy == np.mean((logits[:, 1] >= 0) == y)
    assert_allclose(found.train_loss, np.mean(np.logaddexp(0, np.where(y == 1, -1, 1) * logits[:, 1])), rtol=1e-6)


@pytest.mark.parametrize("scaled", [False, True], ids=["raw", "scaled"])
@pytest.mark.parametrize("name", ["iris", "diabetes", "grades", "votes", "affairs"])  # The others are separable.
def test_standard_errors_without_penalty_are_statsmodels(name, scaled):
    X, y = split(TABLES[name], scaled)
    oracle = sm.Logit(y, np.column_stack([X, np.ones(len(X))])).fit(disp=0, method="newton", tol=1e-12, maxiter=100)
    found = gs.fit_table(TABLES[name], target="y", C=np.inf, standardize=scaled, dtype="float64")
    assert found.status == 0
    assert_allclose(found.estimate, oracle.params, rtol=1e-6)
    assert_allclose(found.standard_error, oracle.bse, rtol=1e-6)
    table = gs.summaries.coefficients(found, level=0.9)
    assert_allclose(table[["low", "high"]], oracle.conf_int(0.1), rtol=1e-6)
    assert_allclose(table["odds_ratio"], np.exp(oracle.params), rtol=1e-5)


def test_weights_are_counts_for_estimates_and_standard_errors():
    frame = TABLES["iris"].assign(times=np.arange(100) % 4)
    repeated = frame.loc[frame.index.repeat(frame["times"])].drop(columns="times")
    once = gs.fit_table(frame, target="y", weights="times", C=np.inf, dtype="float64")
    plain = gs.fit_table(repeated, target="y", C=np.inf, dtype="float64")
    for name in ("estimate", "standard_error", "train_loss", "train_accuracy"):
        assert_allclose(once[name], plain[name], rtol=1e-7)
    assert once.n == (frame["times"] > 0).sum()


def test_standard_errors_of_a_penalised_fit_are_the_inverse_hessians():
    X, y = split(TABLES["tumours"], True)
    found = gs.fit_table(TABLES["tumours"], target="y", C=0.3, standardize=True, dtype="float64")
    rows = np.column_stack([X, np.ones(len(X))])
    p = 1 / (1 + np.exp(-rows @ found.estimate.values))
    hessian = (rows.T * p * (1 - p)) @ rows + np.diag([*[1 / 0.3] * X.shape[1], 0])
    assert_allclose(found.standard_error, np.sqrt(np.diag(np.linalg.inv(hessian))), rtol=1e-6)
    assert "penalised" in found.standard_error.comment


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ["iris", "tumours"])
def test_a_bootstrap_is_the_fit_of_the_rows_it_drew(name, weighted):
    frame = TABLES[name].assign(w=1 + np.arange(len(TABLES[name])) % 3)
    found = gs.fit_table(
        frame, target="y", weights="w" if weighted else None, features=[c for c in frame if c[0] == "x"],
        bootstrap=70, seed=5, standardize=True, dtype="float64",
    )  # fmt: skip
    y, weight = frame["y"].to_numpy(), frame["w"].to_numpy() if weighted else np.ones(len(frame))
    X = StandardScaler().fit_transform(frame.filter(like="x"), sample_weight=weight)
    for replicate in (0, 31, 32, 69):
        counts = bootstrap_counts(5, "", len(frame), replicate // 32 * 32, 32)[replicate % 32]
        rows = np.repeat(np.arange(len(frame)), counts)
        expected = sklearn_optimum(X[rows], y[rows], weight=weight[rows])
        assert_allclose(found.replicate_estimate[replicate], expected, rtol=1e-5, atol=1e-6)
    table = gs.summaries.coefficients(found)
    assert_allclose(table["low"], np.quantile(found.replicate_estimate, 0.025, axis=0))
    assert_allclose(table["odds_ratio_high"], np.exp(np.quantile(found.replicate_estimate, 0.975, axis=0)))
    assert (table["replicates"] == 70).all()


def test_bootstraps_begin_where_a_step_of_newtons_ends_most_of_them(monkeypatch):
    steps = []

    def counted(*arguments, **options):
        path = run(*arguments, **options)
        steps.append(path.n_iter)
        return path

    monkeypatch.setattr("gatesweep.tables.fitting.run", counted)
    frame, given = TABLES["tumours"], {"target": "y", "standardize": True}
    gs.fit_table(frame, bootstrap=64, C=[0.1, 1.0], **given)
    alone, *resampled = steps
    assert (alone > 4).all() and torch.cat(resampled, 1).float().mean() < 1.6


def test_a_draw_depends_on_seed_label_and_number_only():
    frame = TABLES["votes"].assign(site=np.arange(len(TABLES["votes"])) % 5)
    arguments = {"target": "y", "group_by": "site", "seed": 3, "dtype": "float64"}
    many = gs.fit_table(frame, bootstrap=50, **arguments)
    few = gs.fit_table(frame[frame["site"].isin([1, 4])], bootstrap=40, **arguments)
    assert_allclose(few.replicate_estimate, many.replicate_estimate.sel(group=[1, 4])[:, :40], rtol=1e-7)
    other = gs.fit_table(frame, bootstrap=50, **arguments | {"seed": 4})
    assert (other.replicate_estimate != many.replicate_estimate).all()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ["iris", "diabetes", "votes", "affairs", "tumours"])
def test_cross_validation_chooses_as_logistic_regression_cv(name, weighted):
    frame = TABLES[name].assign(site=np.arange(len(TABLES[name])) % 3, w=1 + np.arange(len(TABLES[name])) % 2)
    Cs = np.logspace(-3, 2, 7)
    features = list(TABLES[name].columns.drop("y"))
    found = gs.fit_table(
        frame, target="y", features=features, group_by="site", C=Cs, folds=4, standardize=True, dtype="float64",
        weights="w" if weighted else None,
    )  # fmt: skip
    for site, rows in frame.groupby("site"):
        weight = rows["w"].to_numpy(float) if weighted else np.ones(len(rows))
        X = StandardScaler().fit_transform(rows[features], sample_weight=weight)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            oracle = LogisticRegressionCV(
                Cs=Cs, cv=4, tol=1e-10, solver="newton-cholesky", max_iter=1000, l1_ratios=(0,), scoring="accuracy"
            ).fit(X, rows["y"], weight)
        one = found.sel(group=site)
        assert_allclose(one.held_out_accuracy.T, np.reshape(oracle.scores_[1], (4, 7)), rtol=1e-12)
        assert one.best_C == np.ravel(oracle.C_)[0]
        assert_allclose(one.estimate, np.append(oracle.coef_[0], oracle.intercept_), rtol=1e-5, atol=1e-6)


def test_folds_are_scored_on_the_rows_that_they_hold_out():
    X, y = split(TABLES["diabetes"], True)
    found = gs.fit_table(TABLES["diabetes"], target="y", folds=3, standardize=True, dtype="float64")
    assert found.held_out_loss.dims == ("fold",) and "best_C" not in found
    for fold, (train, test) in enumerate(StratifiedKFold(3).split(X, y)):
        expected = sklearn_optimum(X[train], y[train])
        assert_allclose(found.fold_estimate[fold], expected, rtol=1e-5)
        logits = X[test] @ expected[:-1] + expected[-1]
        assert_allclose(found.held_out_loss[fold], np.mean(np.logaddexp(0, (1 - 2 * y[test]) * logits)), rtol=1e-6)
        assert found.held_out_accuracy[fold] == np.mean((logits >= 0) == y[test])


def test_many_penalties_in_any_order_are_each_what_one_alone_is():
    """Of a dense grid a few are fitted first, and the others start from these."""
    frame = pd.concat([TABLES["diabetes"].assign(site=0), TABLES["diabetes"][::2].assign(site=1)])
    Cs = np.random.default_rng(3).permutation([*np.geomspace(1e-3, 1e3, 37), 1e-9, np.inf]).tolist()
    given = {"target": "y", "group_by": "site", "folds": 3, "standardize": True, "dtype": "float64"}
    many = gs.fit_table(frame, C=Cs, **given)
    every = gs.fit_table(frame, C=Cs, **given | {"folds": None})
    for C in (Cs[0], Cs[20], 1e-9, np.inf):
        one = gs.fit_table(frame, C=C, **given)
        assert_allclose(many.fold_estimate.sel(C=C), one.fold_estimate, rtol=1e-7, atol=1e-12)
        assert_allclose(every.estimate.sel(C=C), one.estimate, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_steps_of_many_penalties_are_few_in_any_order(seed):
    """Half of them start from where a polynomial through the optima around them is, and that is next to theirs."""
    given = {"target": "y", "standardize": True, "dtype": "float64"}
    Cs = np.append(np.geomspace(1e-2, 1e4, 48), np.inf)
    rising = gs.fit_table(TABLES["diabetes"], C=Cs, **given)
    alone = [int(gs.fit_table(TABLES["diabetes"], C=C, **given).n_iter) for C in Cs[1:47:2]]
    assert min(alone) > 2 and (rising.n_iter[1:47:2] <= 2).all()
    mixed = np.random.default_rng(seed).permutation(Cs)
    assert (gs.fit_table(TABLES["diabetes"], C=mixed, **given).n_iter.sel(C=Cs) == rising.n_iter).all()


@pytest.mark.parametrize("n_folds", [2, 3, 7])
def test_folds_are_stratified_as_scikit_learn_does(n_folds):
    random = np.random.default_rng(n_folds)
    sizes = random.integers(n_folds, 30, 100)
    labels = [random.integers(0, 2, size) for size in sizes]
    found = np.split(stratified_folds(np.concatenate(labels), sizes, n_folds), np.cumsum(sizes)[:-1])
    for y, folds in zip(labels, found, strict=True):
        if np.bincount(y).max() < n_folds:
            continue  # scikit-learn refuses those.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parts = list(StratifiedKFold(n_folds).split(y, y))
        assert [np.flatnonzero(folds == k).tolist() for k in range(n_folds)] == [test.tolist() for _, test in parts]


def test_groups_are_single_fits_in_any_order_and_company():
    frame = TABLES["diabetes"].assign(site=np.random.default_rng(0).choice(["b", "a", "c"], 442, p=[0.7, 0.2, 0.1]))
    found = gs.fit_table(frame, target="y", group_by="site", C=[0.1, 10], standardize=True, dtype="float64")
    assert found.estimate.dims == ("group", "C", "coefficient") and found.group.values.tolist() == ["a", "b", "c"]
    assert found.group.long_name == "site"
    for site, rows in frame.groupby("site"):
        alone = gs.fit_table(rows.drop(columns="site"), target="y", C=[0.1, 10], standardize=True, dtype="float64")
        one = found.sel(group=site)
        assert one.n == len(rows)
        for name in ("estimate", "standard_error", "train_loss", "mean", "scale"):
            assert_allclose(one[name], alone[name], rtol=1e-8, atol=1e-10)
    mixed = gs.fit_table(
        frame.sample(frac=1, random_state=1), target="y", group_by="site", C=[0.1, 10], dtype="float64"
    )
    plain = gs.fit_table(frame, target="y", group_by="site", C=[0.1, 10], dtype="float64")
    assert_allclose(mixed.estimate, plain.estimate, rtol=1e-6)


def test_float32_is_near_float64():
    for name, frame in TABLES.items():
        X, _ = split(frame, True)
        rows = np.column_stack([X, np.ones(len(X))])
        fits = [gs.fit_table(frame, target="y", standardize=True, dtype=kind) for kind in ("float32", "float64")]
        assert_allclose(rows @ fits[0].estimate.values, rows @ fits[1].estimate.values, rtol=1e-3, atol=1e-3), name


def test_only_dimensions_that_were_asked_for():
    iris = TABLES["iris"]
    assert set(gs.fit_table(iris, target="y").dims) == {"coefficient"}
    assert set(gs.fit_table(iris, target="y", C=[1.0]).dims) == {"C", "coefficient"}
    assert set(gs.fit_table(iris, target="y", bootstrap=1).dims) == {"replicate", "coefficient"}
    assert set(gs.fit_table(iris.assign(site=1), target="y", group_by="site").dims) == {"group", "coefficient"}
    chosen = gs.fit_table(iris, target="y", C=[0.1, 1], folds=2, bootstrap=2)
    assert chosen.estimate.dims == ("coefficient",) and chosen.replicate_estimate.dims == ("replicate", "coefficient")
    assert chosen.held_out_loss.dims == ("C", "fold") and chosen.best_C.dims == ()


def test_bootstraps_of_a_chosen_C_are_fits_at_that_C():
    frame = TABLES["votes"].assign(site=np.arange(len(TABLES["votes"])) % 4)
    chosen = gs.fit_table(frame, target="y", group_by="site", C=[1e-4, 1], folds=3, bootstrap=5, dtype="float64")
    every = gs.fit_table(frame, target="y", group_by="site", C=[1e-4, 1], bootstrap=5, dtype="float64")
    assert_allclose(chosen.estimate, every.estimate.sel(C=chosen.best_C), rtol=1e-8)
    assert_allclose(chosen.replicate_estimate, every.replicate_estimate.sel(C=chosen.best_C), rtol=1e-5)


# --- trouble -------------------------------------------------------------------------------------


def trouble() -> pd.DataFrame:
    """Groups that have no optimum, or none of their own, among those that have."""
    random = np.random.default_rng(0)
    groups = {
        "plain": (random.normal(size=(40, 3)), random.integers(0, 2, 40)),
        "one class": (random.normal(size=(20, 3)), np.ones(20, int)),
        "separable": (np.linspace(-1, 1, 60).reshape(20, 3), (np.arange(20) >= 10).astype(int)),
        "tiny": (random.normal(size=(2, 3)), np.array([0, 1])),
        "one row": (random.normal(size=(1, 3)), np.array([1])),
        "constant": (np.column_stack([random.normal(size=(30, 2)), np.full(30, 7.0)]), random.integers(0, 2, 30)),
        "twice": (random.normal(size=(30, 2))[:, [0, 1, 1]], random.integers(0, 2, 30)),
        "infinite": (np.where(np.arange(36).reshape(12, 3) == 4, np.inf, 1.5), np.arange(12) % 2),
    }
    frames = [pd.DataFrame(X, columns=["a", "b", "c"]).assign(y=y, site=name) for name, (X, y) in groups.items()]
    return pd.concat(frames, ignore_index=True)


def statuses(found) -> dict[str, str]:
    names = found.status.flag_meanings.split()
    return {str(group): names[status] for group, status in zip(found.group.values, found.status.values, strict=True)}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_trouble_is_a_status_of_its_group(dtype):
    frame = trouble()
    found = gs.fit_table(frame, target="y", group_by="site", C=np.inf, dtype=dtype, bootstrap=3)
    assert statuses(found) == {
        "plain": "converged", "one class": "separable", "separable": "separable", "tiny": "separable",
        "one row": "separable", "constant": "redundant", "twice": "redundant", "infinite": "diverged",
    }  # fmt: skip
    fitted = found.status.isin([0, 4])
    assert (np.isfinite(found.estimate).all("coefficient") == fitted).all()
    assert (np.isfinite(found.standard_error).all("coefficient") == (found.status == 0)).all()
    assert (np.isfinite(found.train_loss) == fitted).all()
    assert (np.isfinite(found.replicate_estimate).all("coefficient") == found.replicate_status.isin([0, 4])).all()
    alone = gs.fit_table(frame[frame["site"] == "plain"], target="y", group_by="site", C=np.inf, dtype=dtype)
    assert_allclose(found.estimate.sel(group="plain"), alone.estimate[0], rtol=1e-5)


def test_a_penalty_fits_all_that_has_two_classes():
    found = gs.fit_table(trouble(), target="y", group_by="site", dtype="float64")
    no_optimum = {"one class": "separable", "one row": "separable", "infinite": "diverged"}
    assert statuses(found) == dict.fromkeys(statuses(found), "converged") | no_optimum
    for name in ("separable", "tiny", "constant", "twice"):
        rows = trouble().query("site == @name")
        expected = sklearn_optimum(rows[["a", "b", "c"]].to_numpy(), rows["y"].to_numpy())
        assert_allclose(found.estimate.sel(group=name), expected, rtol=1e-5, atol=1e-6)


def test_cross_validation_that_cannot_be_made_is_a_status():
    found = gs.fit_table(trouble(), target="y", group_by="site", C=[0.1, 1], folds=3)
    said = statuses(found)
    assert {said[name] for name in ("one class", "tiny", "one row", "infinite")} == {"unvalidated"}
    assert said["plain"] == "converged"
    unvalidated = found.status == 6
    assert np.isnan(found.best_C.where(unvalidated, drop=True)).all()
    assert np.isnan(found.estimate.where(unvalidated, drop=True)).all()
    assert (found.best_C.where(~unvalidated, drop=True) > 0).all()


def test_missing_values_are_an_error_or_left_out():
    frame = TABLES["iris"].assign(site=np.repeat(["a", "b"], 50)).sample(frac=1, random_state=0)
    holes = frame.copy()
    holes.iloc[3, 0] = holes.iloc[10, 2] = np.nan
    holes.iloc[20, 5] = None
    with pytest.raises(InputError, match=r"no missing values .*3 rows \(1 in 'x0', 1 in 'x2', 1 in 'site'\)"):
        gs.fit_table(holes, target="y", group_by="site")
    found = gs.fit_table(holes, target="y", group_by="site", missing="drop", folds=2)
    assert found.identical(
        gs.fit_table(holes.dropna(subset="site"), target="y", group_by="site", missing="drop", folds=2)
    )
    plain = gs.fit_table(holes.dropna(), target="y", group_by="site", folds=2)
    assert_allclose(found.estimate, plain.estimate)
    assert found.n_missing.sum() == 2 and found.n.sum() == 97


# --- columns -------------------------------------------------------------------------------------


def test_one_hot_is_dummies_without_the_first():
    frame = TABLES["votes"].assign(party=np.array(["c", "a", "b"])[np.arange(len(TABLES["votes"])) % 3])
    found = gs.fit_table(frame, target="y", one_hot=True, dtype="float64")
    assert found.coefficient.values.tolist()[-3:] == ["party=b", "party=c", "intercept"]
    dummies = pd.get_dummies(frame, columns=["party"], prefix_sep="=", drop_first=True, dtype=float)
    assert_allclose(found.estimate, gs.fit_table(dummies, target="y", dtype="float64").estimate, rtol=1e-7)


@pytest.mark.parametrize("classes", [("no", "yes"), (False, True), (-1, 1), (2.5, 10.0), ("9", "10")])
def test_the_second_class_is_class_one(classes):
    frame = TABLES["iris"]
    named = frame.assign(y=np.array(classes, dtype=object)[frame["y"]])
    assert_allclose(gs.fit_table(named, target="y").estimate, gs.fit_table(frame, target="y").estimate)


IRIS = TABLES["iris"].assign(name="a", w=1.0, site=1)


@pytest.mark.parametrize(
    "arguments, said",
    [
        ({"target": "z"}, "target must be a column of the table, got 'z'. Columns: x0, x1"),
        ({"features": ["x0", "nope"]}, "features must be a column of the table, got 'nope'"),
        ({"group_by": "y"}, "each column must have one part"),
        ({"features": ["x0", "x0"]}, "each column must have one part"),
        ({}, "features must hold numbers, got \"'name' holds text\""),
        ({"target": "x0", "features": ["x1"]}, "must have two classes"),
        ({"target": "site", "features": ["x1"]}, "must have two classes"),
        ({"weights": "name", "features": ["x0"]}, "weights must hold numbers"),
        ({"features": ["x0"], "folds": 1}, "folds must be a whole number from 2"),
        ({"features": ["x0"], "bootstrap": 2.5}, "bootstrap must be a whole number"),
        ({"features": ["x0"], "C": []}, "C must have a value"),
        ({"features": ["x0"], "C": [1, 1]}, "values of C must be different"),
        ({"features": ["x0"], "C": -1}, "C must be a number, more than 0"),
        ({"features": ["x0"], "missing": "zero"}, "missing must be error or drop"),
        ({"features": ["x0"], "out": "a.xlsx"}, "models of a table are written to .csv, .parquet, .nc, .zarr"),
        ({"features": ["x0"], "dtype": "float16"}, "dtype must be one of"),
    ],
)
def test_each_mistake_has_one_clear_error(arguments, said):
    with pytest.raises(InputError) as raised:
        gs.fit_table(IRIS, **{"target": "y"} | arguments)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "data, said",
    [
        (IRIS.assign(w=-1.0), "weights must be finite and 0 or more"),
        (IRIS.assign(w=np.inf), "weights must be finite and 0 or more"),
        (IRIS.assign(w=0.0), "a table must have rows to fit"),
        (IRIS.iloc[:0], "a table must have rows"),
        (IRIS.rename(columns={"x0": "intercept"}), "none of them 'intercept'"),
        (pd.concat([IRIS, IRIS], axis=1), "must have different names"),
        ({"y": [0, 1]}, "2 to 10,000 columns"),
        ({"y": [0, 1], "x": [[1, 2], [3, 4]]}, "features must hold numbers"),
        (3, "a table must be a pandas DataFrame"),
        ("absent.csv", "a table must be a file that is there"),
    ],
)
def test_each_bad_table_has_one_clear_error(data, said):
    features = [c for c in IRIS if c[0] == "x"] if isinstance(data, pd.DataFrame) and "x0" in data else None
    weights = "w" if isinstance(data, pd.DataFrame) and "w" in data else None
    if isinstance(data, pd.DataFrame) and "intercept" in data:
        features = ["intercept"]
    with pytest.raises(InputError) as raised:
        gs.fit_table(data, target="y", features=features, weights=weights)
    assert said in str(raised.value)


def test_coefficients_are_those_of_a_table():
    with pytest.raises(InputError, match="coefficients are those of a table's models"):
        gs.summaries.coefficients(gs.sweep(gate="AND", noise_level=0.1, seed=0))
    with pytest.raises(InputError, match="between 0 and 1"):
        gs.summaries.coefficients(gs.fit_table(TABLES["iris"], target="y"), level=95)
