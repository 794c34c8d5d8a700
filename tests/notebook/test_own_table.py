"""The notebook on a table of one's own runs from top to bottom, and its numbers are those of other libraries."""

import nbformat
import numpy as np
import pytest
import statsmodels.api as sm
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegressionCV
from sklearn.preprocessing import StandardScaler

from tests.notebook.running import assert_kept_without_outputs, cell, complaints, ran, text

COLUMNS = ["mean radius", "mean texture", "mean smoothness"]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    return ran("own_table.ipynb", tmp_path_factory.mktemp("own_table"))


@pytest.fixture(scope="module")
def table() -> tuple[np.ndarray, np.ndarray]:
    frame = load_breast_cancer(as_frame=True).frame
    return StandardScaler().fit_transform(frame[COLUMNS]), frame["target"].to_numpy()


def test_is_kept_without_outputs() -> None:
    assert_kept_without_outputs("own_table.ipynb")


def test_no_cell_warns(notebook: nbformat.NotebookNode) -> None:
    assert not complaints(notebook)


def test_estimates_and_their_errors_are_statsmodels(
    notebook: nbformat.NotebookNode, table: tuple[np.ndarray, np.ndarray]
) -> None:
    X, y = table
    expected = sm.Logit(y, sm.add_constant(X, prepend=False)).fit(disp=0)
    lines = text(cell(notebook, "ds = ")).splitlines()[2:]
    shown = np.array([line.split()[-5:] for line in lines], float)
    np.testing.assert_allclose(shown[:, 0], expected.params, atol=6e-4)
    np.testing.assert_allclose(shown[:, 1], expected.bse, atol=6e-4)
    assert (shown[:, 2] < shown[:, 0]).all() and (shown[:, 0] < shown[:, 3]).all()


def test_the_difference_to_scikit_learn_is_small(notebook: nbformat.NotebookNode) -> None:
    assert float(text(cell(notebook, "from sklearn.linear_model")).split()[-1]) < 1e-6


def test_the_best_penalty_is_scikit_learn_s(
    notebook: nbformat.NotebookNode, table: tuple[np.ndarray, np.ndarray]
) -> None:
    expected = LogisticRegressionCV(
        Cs=np.logspace(-3, 3, 13), cv=5, tol=1e-10, solver="newton-cholesky", max_iter=1000, l1_ratios=(0,),
        scoring="accuracy", use_legacy_attributes=False,
    ).fit(*table)  # fmt: skip
    assert float(text(cell(notebook, 'print(f"best C')).split()[-1]) == pytest.approx(float(expected.C_), rel=0.01)


def test_a_group_says_why_it_is_not_fitted(notebook: nbformat.NotebookNode) -> None:
    lines = [line.split() for line in text(cell(notebook, "groups = ")).splitlines()[2:]]
    assert {line[0]: line[-1] for line in lines} == {
        "north": "converged", "rare": "separable", "south": "converged", "west": "converged"
    }  # fmt: skip
