"""BatchedLogisticRegression: `gatesweep.fit` behind scikit-learn's interface."""

import warnings
from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import Tags, assert_all_finite, check_array, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from gatesweep.engine.device import to_host
from gatesweep.engine.solvers import solver_class
from gatesweep.engine.solvers.protocol import Status
from gatesweep.errors import InputError
from gatesweep.fit import fit

__all__ = ["BatchedLogisticRegression"]

WARNINGS = (
    (
        (Status.max_iter, Status.diverged),
        "did not converge (status_): drop entries that are no numbers of the column's "
        "kind (inf, fill values such as 1e20), or raise max_iter",
    ),
    (
        (Status.undecided,),
        "may not be fitted (status_): subtract the mean of columns far from zero, drop one of columns that nearly "
        "depend on each other, or give a finite C",
    ),
    (
        (Status.redundant,),
        "have linearly dependent columns (status_): their predictions are the optimum's, their weights "
        "the shortest of many; drop a column (one level of a one-hot group, say), or give a finite C",
    ),
)
"""What is said of which statuses, with its remedy."""


class BatchedLogisticRegression(ClassifierMixin, BaseEstimator):
    """Logistic regression of two classes, for one data set or for a whole batch of them at once.

    With X of shape (n, d) it is a scikit-learn classifier like `sklearn.linear_model.LogisticRegression`,
    with the same optimum. With X of shape (*batch, n, d) it fits one model to each data set, and every
    result gains the batch's dimensions in front.

    Parameters are those of `gatesweep.fit`, checked when `fit` is called. `C` and `learning_rate` may be
    of shape (*batch). `class_weight` is scikit-learn's: {label: how often its rows count} (1 for a label that
    is left out), or "balanced": each class counts the same in total, model by model.

    Attributes:
        coef_: weights, shape (1, d) as scikit-learn has it; (*batch, d) for a batch.
        intercept_: shape (1,); (*batch) for a batch.
        classes_: the two labels, sorted; the second one is the positive class. One pair for the batch.
        n_iter_: Newton steps or epochs, shaped like `intercept_`.
        status_: how each model ended, shaped likewise.
            0 converged: fitted; with sgd and adam, no more than a flat place (a mean gradient up to 1e-4).
            1 max_iter: the steps ended first, or the rows defeat float64. Raise max_iter; drop fill values
            such as 1e20 and columns of which most rows differ by next to nothing.
            2 separable: a line separates the classes and no penalty holds it, so there is no optimum;
            predictions are right on the training rows, weights mean nothing. Give a finite C.
            3 diverged: the numbers left the finite ones. Drop infinite entries; with sgd and adam, take a
            smaller learning_rate or scale the columns.
            4 redundant: fitted, and the predictions are the optimum's, but columns depend on each other (to
            their rounding), so many weights give them; these are the shortest. Drop a column (one level of a
            one-hot group, say) or give a finite C.
            5 undecided: the optimum needs weights that float64 does not hold, or it could not be proven that
            there is one. Subtract the mean of columns far from zero, drop one of columns that nearly
            depend on each other, or give a finite C.
        batch_shape_: shape of the batch, () for one data set.
        n_features_in_: d. feature_names_in_: columns of X, where X had names.

    Example:
        >>> import gatesweep as gs
        >>> X, y = gs.generate_data_with_noise(500, "OR", 0.1, random_state=0)
        >>> model = gs.BatchedLogisticRegression(C=10.0).fit(X, y)
        >>> model.coef_.shape, model.score(X, y), model.status_.tolist()
        ((1, 2), 1.0, [0])
    """

    def __init__(
        self,
        C: ArrayLike = 1.0,
        *,
        solver: str = "newton",
        learning_rate: ArrayLike = 0.5,
        epochs: int = 20,
        batch_size: int = 64,
        init: str = "auto",
        init_seed: int | None = None,
        train_seed: int = 140,
        max_iter: int = 100,
        dtype: str = "float64",
        device: str = "auto",
        class_weight: Mapping[Any, float] | Literal["balanced"] | None = None,
    ) -> None:
        self.C = C
        self.solver = solver
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.init = init
        self.init_seed = init_seed
        self.train_seed = train_seed
        self.max_iter = max_iter
        self.dtype = dtype
        self.device = device
        self.class_weight = class_weight

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.three_d_array = True
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit to X (*batch, n, d), labels y (*batch, n), each row counted sample_weight (*batch, n) times.

        What has no batch dimensions is shared by all models: weights (1000, n) refit one table (n, d)
        a thousand times.

        Raises InputError (a ValueError) for input that `gatesweep.fit` refuses, and for labels that are
        not of two classes. Warns with ConvergenceWarning where newton ended without an optimum.
        """
        rows, labels = self._rows(X, reset=True), _labels(y)
        if rows.ndim == 2 and _ndim(sample_weight) < 2:
            check_consistent_length(rows, labels)
            sample_weight = None if sample_weight is None else _check_sample_weight(sample_weight, rows)
        _check_binary(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        codes = codes.reshape(labels.shape)
        options = self.get_params(deep=False)
        class_weight = options.pop("class_weight")
        if class_weight is not None:
            sample_weight = _by_class(class_weight, self.classes_, codes, sample_weight)
        found = fit(rows, codes, sample_weight, **options)
        self.batch_shape_ = tuple(found.intercept.shape)
        single = self.batch_shape_ == ()
        self.coef_, self.intercept_, self.n_iter_, self.status_ = (
            to_host(values[None] if single else values)
            for values in (found.weight, found.intercept, found.n_iter, found.status)
        )
        if solver_class(self.solver).seeks_optimum:
            for statuses, what in WARNINGS:
                many = np.isin(self.status_, statuses).sum()
                if many:
                    text = f"{many} of {self.status_.size} models {what}"
                    warnings.warn(text, ConvergenceWarning, stacklevel=2)
        return self

    def decision_function(self, X: ArrayLike) -> np.ndarray:
        """Logit of the second class, shape (*batch, n), for X (*batch, n, d), or (n, d) for all models."""
        check_is_fitted(self)
        rows = self._rows(X, reset=False)
        weight = self.coef_.reshape(*self.batch_shape_, self.n_features_in_)
        return (rows @ weight[..., None])[..., 0] + self.intercept_.reshape(*self.batch_shape_, 1)

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Probability of each of the two classes, shape (*batch, n, 2)."""
        logits = self.decision_function(X)
        return expit(np.stack([-logits, logits], -1))

    def predict_log_proba(self, X: ArrayLike) -> np.ndarray:
        """Logarithm of `predict_proba`, finite where the probability itself underflows."""
        logits = self.decision_function(X)
        return log_expit(np.stack([-logits, logits], -1))

    def predict(self, X: ArrayLike) -> np.ndarray:
        """The more probable label, shape (*batch, n); a tie is the first class, as scikit-learn has it."""
        positive = self.decision_function(X) > 0
        return self.classes_[positive.astype(np.int64)]

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float | np.ndarray:
        """Accuracy, each row counted with its weight; for a batch one number for each model, shape (*batch)."""
        hit = self.predict(X) == _labels(y)
        weight = np.ones(hit.shape) if sample_weight is None else np.broadcast_to(sample_weight, hit.shape)
        accuracy = (hit * weight).sum(-1) / weight.sum(-1)
        return float(accuracy) if accuracy.ndim == 0 else accuracy

    def _rows(self, X: ArrayLike, reset: bool) -> np.ndarray:
        if _ndim(X) < 3:
            return validate_data(self, X, dtype=np.float64, reset=reset)
        rows = check_array(X, dtype=np.float64, allow_nd=True, ensure_all_finite=not reset, estimator=self)
        if reset:
            self.n_features_in_ = rows.shape[-1]
        elif rows.shape[-1] != self.n_features_in_:
            raise InputError(f"X must have {self.n_features_in_} features", rows.shape[-1], "Give those of fit")
        return rows


def _labels(y: ArrayLike) -> np.ndarray:
    """Labels of shape (*batch, n) as an array; a column (n, 1) is taken for (n,), with scikit-learn's warning."""
    labels = np.asarray(y)
    return column_or_1d(labels, warn=True) if labels.ndim < 2 or labels.shape[-1] == 1 else labels


def _by_class(
    class_weight: Mapping[Any, float] | str, classes: np.ndarray, codes: np.ndarray, sample_weight: ArrayLike | None
) -> np.ndarray:
    """What each row counts, by itself and by its class, for codes 0 and 1 of shape (*batch, n): (*batch, n)."""
    own = np.ones(codes.shape) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    if own.shape[-1:] != codes.shape[-1:]:
        raise InputError("sample_weight and y must agree in n", (own.shape, codes.shape), "Give each row a weight")
    if isinstance(class_weight, Mapping):
        unknown, unnamed = set(class_weight) - set(classes), set(classes) - set(class_weight)
        if unknown and unnamed:
            raise InputError("class_weight must name classes of y", class_weight, f"The classes are {classes.tolist()}")
        factors = np.array([class_weight.get(label, 1.0) for label in classes], dtype=np.float64)
    elif class_weight == "balanced":
        counts = np.stack([(own * (codes == code)).sum(-1) for code in (0, 1)], -1)
        factors = counts.sum(-1, keepdims=True) / (2 * np.where(counts > 0, counts, 1))
    else:
        raise InputError(
            "class_weight must be a dict, balanced or None", class_weight, 'Try {"yes": 2.0} or "balanced"'
        )
    return own * np.where(codes == 1, factors[..., 1:], factors[..., :1])


def _ndim(values: ArrayLike | None) -> int:
    ndim = getattr(values, "ndim", None)
    return np.asarray(values).ndim if ndim is None else int(ndim)


def _check_binary(labels: np.ndarray) -> None:
    flat = labels.ravel()
    assert_all_finite(flat, input_name="y")
    check_classification_targets(flat)
    kind, n_classes = type_of_target(flat), len(np.unique(flat))
    if n_classes != 2:
        raise InputError(
            f"Only binary classification is supported. The type of the target is {kind}; y must have 2 classes",
            f"{n_classes} class" + "es" * (n_classes > 1),
            "Select the rows of two classes",
        )
