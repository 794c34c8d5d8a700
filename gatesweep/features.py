"""Feature maps: the inputs alone, or with all their products; as rows, and factored for CornerDesign."""

from itertools import combinations

import numpy as np

from gatesweep.gates import corners

__all__ = ["exclusive_columns", "expand", "factor_columns", "factor_lift", "feature_names"]


def _subsets(n_inputs: int, features: str) -> list[tuple[int, ...]]:
    """Inputs whose product each feature is: all single ones, then (interaction) all pairs, triples, ..."""
    largest = n_inputs if features == "interaction" else 1
    return [s for size in range(1, largest + 1) for s in combinations(range(n_inputs), size)]


def feature_names(n_inputs: int, features: str) -> list[str]:
    """x1, x2, and for interaction x1*x2: the labels of the dimension `feature`."""
    return ["*".join(f"x{i + 1}" for i in subset) for subset in _subsets(n_inputs, features)]


def expand(X: np.ndarray, features: str) -> np.ndarray:
    """Features of inputs of shape (..., n_inputs), in the order of `feature_names`."""
    return np.stack([X[..., list(s)].prod(-1) for s in _subsets(X.shape[-1], features)], -1)


def _corner_basis(n_inputs: int, features: str) -> tuple[np.ndarray, np.ndarray]:
    """What the corners are to the columns, (corners, k), and what turns weights and intercept into its coefficients,
    (k, p): the corner's features and a one, or the one-hot corner where that has no more columns.
    """
    at = np.pad(expand(corners(n_inputs), features), [(0, 0), (0, 1)], constant_values=1)
    return (at, np.eye(at.shape[1])) if at.shape[1] < len(at) else (np.eye(len(at)), at)


def exclusive_columns(n_inputs: int, features: str) -> int:
    """How many of the last `factor_columns` are one-hot."""
    basis, _ = _corner_basis(n_inputs, features)
    return len(basis) if basis.shape[0] == basis.shape[1] else 0


def factor_columns(eps: np.ndarray, corner: np.ndarray, features: str) -> np.ndarray:
    """Columns that serve every gate and noise level: noise polynomials, then what the corner is without noise.

    A product of noisy inputs is a polynomial in the noise level: prod (c_i + s e_i) over a subset is
    the sum over t of s^t times a column of noise and corner alone. The power t = 0 is the corner's own.

    Args:
        eps: shape (seeds, n, n_inputs). corner: shape (seeds, n).

    Returns:
        Shape (seeds, n, q).
    """
    n_inputs = eps.shape[-1]
    at = corners(n_inputs)[corner]
    columns = []
    for subset in _subsets(n_inputs, features):
        for power in range(1, len(subset) + 1):
            terms = [
                eps[..., list(noisy)].prod(-1) * at[..., [i for i in subset if i not in noisy]].prod(-1)
                for noisy in combinations(subset, power)
            ]
            columns.append(sum(terms))
    basis, _ = _corner_basis(n_inputs, features)
    return np.concatenate([np.stack(columns, -1), basis[corner]], -1)


def factor_lift(noise_level: np.ndarray, n_inputs: int, features: str) -> tuple[np.ndarray, np.ndarray]:
    """What turns weights and intercept into coefficients of `factor_columns`: scale[r] * (lift @ params).

    Args:
        noise_level: shape (r,).

    Returns:
        scale, shape (r, q): the power of the noise level that belongs to each column, and lift, shape
        (q, p), p being the features and the intercept.
    """
    subsets = _subsets(n_inputs, features)
    powers = [(f, t) for f, subset in enumerate(subsets) for t in range(1, len(subset) + 1)]
    _, of_corner = _corner_basis(n_inputs, features)
    exponents = [t for _, t in powers] + [0] * len(of_corner)
    noise = np.eye(len(subsets), len(subsets) + 1)[[f for f, _ in powers]]
    return noise_level[:, None] ** np.array(exponents), np.concatenate([noise, of_corner])
