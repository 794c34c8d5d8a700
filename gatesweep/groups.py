"""A table with a column of labels as a batch: one padded data set for each label."""

import numpy as np
from numpy.typing import ArrayLike

from gatesweep.errors import InputError

__all__ = ["padded_groups"]


def padded_groups(
    X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, groups: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The rows of each group side by side, in their order, filled up with rows of weight 0.

    Args:
        X: shape (n, d). y, groups: shape (n,). sample_weight: shape (n,) or None.

    Returns:
        X (groups, m, d), y and sample_weight (groups, m), m being the rows of the largest group, and
        the distinct labels, sorted, shape (groups,).
    """
    names = np.asarray(groups)
    weight = np.ones(names.shape) if sample_weight is None else sample_weight
    table = [np.asarray(values) for values in (X, y, weight)]
    shapes = [table[0].shape[:-1], *(values.shape for values in table[1:])]
    if names.ndim != 1 or any(shape != names.shape for shape in shapes):
        raise InputError(
            "with groups, X must be one table (n, d), and y, groups and sample_weight must have shape (n,)",
            [values.shape for values in (*table, names)],
            "Give one label to each row",
        )
    if names.dtype == object and any(name is None or name != name for name in names):
        raise InputError("groups must give each row a label", "None or NaN", "Drop those rows, or name their group")
    labels, group, sizes = np.unique(names, return_inverse=True, return_counts=True)
    order = np.argsort(group, kind="stable")
    place = np.arange(len(names)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    padded = []
    for values in table:
        filled = np.zeros((len(labels), sizes.max(), *values.shape[1:]), values.dtype)
        filled[group[order], place] = values[order]
        padded.append(filled)
    return padded[0], padded[1], padded[2], labels
