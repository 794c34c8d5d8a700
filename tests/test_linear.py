"""The batched solve against LAPACK, and a singular system beside healthy ones."""

import numpy as np
import pytest
import torch

from gatesweep.engine.linear import solve_symmetric


def systems(p: int, batch: int = 7) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(p)
    root = torch.randn(batch, p, p + 3, dtype=torch.float64, generator=random)
    return root @ root.mT, torch.randn(batch, p, dtype=torch.float64, generator=random)


@pytest.mark.parametrize("batch", [7, 40])  # few and many
@pytest.mark.parametrize("p", [1, 2, 3, 16, 17, 60])
def test_solution_is_lapacks(p, batch):
    matrix, vector = systems(p, batch)
    expected = np.stack([np.linalg.solve(a, b) for a, b in zip(matrix.numpy(), vector.numpy(), strict=True)])
    np.testing.assert_allclose(solve_symmetric(matrix, vector)[0].numpy(), expected, rtol=1e-7)


@pytest.mark.parametrize("batch", [7, 40])
@pytest.mark.parametrize("p", [3, 30])
def test_a_singular_system_spoils_itself_alone(p, batch):
    matrix, vector = systems(p, batch)
    alone, pivots = solve_symmetric(matrix, vector)
    matrix[2] = 0
    found, smallest = solve_symmetric(matrix, vector)
    assert not torch.isfinite(found[2]).any() and not smallest[2] > 0
    others = [i for i in range(batch) if i != 2]
    assert torch.equal(found[others], alone[others]) and torch.equal(smallest[others], pivots[others])


@pytest.mark.parametrize("p", [2, 3, 16, 17])
def test_the_smallest_pivot_is_what_the_last_column_has_of_its_own(p):
    """1 - R^2 of a column on those before it, by least squares; no unit moves it."""
    columns = np.random.default_rng(p).normal(size=(100, p))
    columns[:, -1] = columns[:, :-1].sum(1) + 1e-3 * columns[:, -1]
    rest = columns[:, -1] - columns[:, :-1] @ np.linalg.lstsq(columns[:, :-1], columns[:, -1])[0]
    expected = (rest @ rest) / (columns[:, -1] @ columns[:, -1])
    for unit in (1, np.logspace(-6, 6, p)):
        matrix = torch.tensor((columns * unit).T @ (columns * unit))
        for copies in (1, 40):
            many = matrix.expand(copies, p, p).contiguous()
            found = solve_symmetric(many, torch.ones(copies, p, dtype=torch.float64))[1]
            np.testing.assert_allclose(found, np.full(copies, expected), rtol=1e-6)
