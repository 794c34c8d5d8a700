"""Which rows a model counts, and how often: bootstraps and folds, for many groups at once."""

import zlib

import numpy as np

__all__ = ["DRAWN_AT_ONCE", "bootstrap_counts", "stratified_folds"]

DRAWN_AT_ONCE = 32
"""Replicates that share a random stream. A part of them is drawn without those before it."""


def bootstrap_counts(seed: int, label: object, n_rows: int, first: int, n_replicates: int) -> np.ndarray:
    """How often each row of a group is drawn, shape (n_replicates, n_rows), from replicate number `first` on.

    n_rows draws with replacement for each replicate. The stream is keyed by seed, label and replicate, so
    neither the other groups nor the number of replicates changes a draw.

    Args:
        first: a multiple of DRAWN_AT_ONCE.
    """
    key, stream, parts = zlib.crc32(str(label).encode()), np.random.RandomState(), []
    for begin in range(first, first + n_replicates, DRAWN_AT_ONCE):
        stream.seed([seed, key, begin // DRAWN_AT_ONCE])
        drawn = stream.randint(0, n_rows, (DRAWN_AT_ONCE, n_rows)) + n_rows * np.arange(DRAWN_AT_ONCE)[:, None]
        parts.append(np.bincount(drawn.ravel(), minlength=DRAWN_AT_ONCE * n_rows).reshape(DRAWN_AT_ONCE, n_rows))
    return np.concatenate(parts)[:n_replicates]


def stratified_folds(y: np.ndarray, sizes: np.ndarray, n_folds: int) -> np.ndarray:
    """The fold that holds each row out, as scikit-learn's StratifiedKFold(n_folds) has it for each group.

    It deals the rows of the class that comes first over the folds, then goes on with the other class
    where it stopped; within a class the first rows go to the first fold.

    Args:
        y: 0 or 1, shape (n,), groups one after the other.
        sizes: rows of each group, shape (groups,), all of them more than 0.
    """
    starts = np.cumsum(sizes) - sizes
    later = (y != np.repeat(y[starts], sizes)).astype(int)
    so_far = np.cumsum(later)
    before = np.repeat(so_far[starts] - later[starts], sizes)
    number_later = so_far - before - later
    place = np.arange(len(y)) - np.repeat(starts, sizes)
    number = np.where(later == 1, number_later, place - number_later)
    n_later = np.add.reduceat(later, starts)
    n_first = sizes - n_later
    # Rows of each class that fold i holds out: places i, i + n_folds, ... of the sorted classes.
    fold = np.arange(n_folds)
    up_to = [-((fold - count[:, None]) // n_folds) for count in (n_first, sizes)]
    held = np.stack([up_to[0], up_to[1] - up_to[0]], 1).cumsum(-1)
    group = np.repeat(np.arange(len(sizes)), sizes)
    return (number[:, None] >= held[group, later]).sum(-1)
