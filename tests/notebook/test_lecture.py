"""The lecture's notebook runs from top to bottom in a kernel of its own, and its numbers hold."""

from pathlib import Path

import nbformat
import numpy as np
import pytest

from tests.lecture import generate_data_with_noise, perform_logistic_regression
from tests.notebook.running import assert_kept_without_outputs, cell, complaints, ran, text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lecture")


@pytest.fixture(scope="module")
def notebook(folder: Path) -> nbformat.NotebookNode:
    return ran("lecture.ipynb", folder)


def test_is_kept_without_outputs() -> None:
    assert_kept_without_outputs("lecture.ipynb")


def test_no_cell_warns(notebook: nbformat.NotebookNode) -> None:
    assert not complaints(notebook)


def test_weights_are_scikit_learn_s(notebook: nbformat.NotebookNode) -> None:
    rows = [line.split() for line in text(cell(notebook, "X_train")).splitlines()[1:]]
    shown = np.array([[float(value) for value in row[1:]] for row in rows])
    np.random.seed(42)
    model, _, _ = perform_logistic_regression(*generate_data_with_noise(500, "AND", 0.2), tol=1e-8)
    np.testing.assert_allclose(shown[:, 0], [*model.coef_[0], *model.intercept_], rtol=1e-4)


def test_scores_are_the_lecture_s(notebook: nbformat.NotebookNode) -> None:
    lines = {line.split()[0]: line.split() for line in text(cell(notebook, "gates =")).splitlines() if line.strip()}
    for column, gate in enumerate(("AND", "OR", "XOR"), start=1):
        np.random.seed(42)
        _, train, test = perform_logistic_regression(*generate_data_with_noise(500, gate, 0.05), tol=1e-8)
        shown = [float(lines[f"{part}_accuracy"][column]) for part in ("train", "test")]
        assert shown == pytest.approx([train, test], abs=6e-4)


def test_the_lottery_s_spread_is_that_of_a_loop(notebook: nbformat.NotebookNode) -> None:
    scores = []
    for seed in range(200):
        np.random.seed(seed)
        scores.append(perform_logistic_regression(*generate_data_with_noise(500, "XOR", 0.05), tol=1e-8)[2])
    beginning = f"from {min(scores):.2f} to {max(scores):.2f}, mean {np.mean(scores):.2f}"
    assert text(cell(notebook, "lottery")).startswith(beginning)


def test_more_neurons_find_it_more_often(notebook: nbformat.NotebookNode) -> None:
    lines = text(cell(notebook, "nets")).splitlines()[1:-1]
    solved = {int(units): float(share) for units, share in map(str.split, lines)}
    assert solved[1] == 0 and 0.4 < solved[2] < 0.8 and solved[8] > 0.95
    assert sorted(solved.values()) == list(solved.values())


def test_pictures_and_viewers_are_shown(notebook: nbformat.NotebookNode) -> None:
    for beginning in ("plots.heatmap", "plots.curves", "plots.surface", "lab = ", "explorer = "):
        kinds = {kind for output in cell(notebook, beginning).outputs for kind in output.get("data", {})}
        assert kinds & {
            "text/html",
            "application/vnd.holoviews_exec.v0+json",
            "application/vnd.jupyter.widget-view+json",
        }
    assert text(cell(notebook, "lab.gate")) == "0.1"


def test_the_page_is_written(notebook: nbformat.NotebookNode, folder: Path) -> None:
    assert 500_000 < (folder / "lecture.html").stat().st_size <= 1_500_000
