"""The batched solve against LAPACK, and a singular system beside healthy ones."""

import numpy as np
import pytest
import torch

from gatesweep.engine.linear import solve_symmetric


def systems(p: int, batch: int = 7) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(p)
    root = torch.randn(batch, p, p + 3, dtype=torch.float64, generator=random)
    return root @ root.mT, torch.randn(batch, p, dtype=torch.float64, generator=random)


@pytest.mark.parametrize("p", [1, 2, 3, 16, 17, 60])
def test_solution_is_lapacks(p):
    matrix, vector = systems(p)
    expected = np.stack([np.linalg.solve(a, b) for a, b in zip(matrix.numpy(), vector.numpy(), strict=True)])
    np.testing.assert_allclose(solve_symmetric(matrix, vector).numpy(), expected, rtol=1e-7)


@pytest.mark.parametrize("p", [3, 30])
def test_a_singular_system_spoils_itself_alone(p):
    matrix, vector = systems(p)
    alone = solve_symmetric(matrix, vector)
    matrix[2] = 0
    found = solve_symmetric(matrix, vector)
    assert not torch.isfinite(found[2]).any()
    others = [i for i in range(7) if i != 2]
    assert torch.equal(found[others], alone[others])
