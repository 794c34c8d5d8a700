"""`gatesweep.fit`: one logistic model to each data set of a batch."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from math import prod

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import ArrayLike
from torch import Tensor

from gatesweep.engine import compensated
from gatesweep.engine.design import DenseDesign, Design
from gatesweep.engine.device import Place, to_host, wide
from gatesweep.engine.loop import run
from gatesweep.engine.path import Path
from gatesweep.engine.scaling import standard_frame
from gatesweep.engine.solvers import solver_class
from gatesweep.engine.threads import one_thread
from gatesweep.errors import InputError
from gatesweep.groups import padded_groups
from gatesweep.lecture import Stream
from gatesweep.settings import Settings

__all__ = ["Fit", "History", "dense_design", "fit"]

FEW_ELEMENTS = 100_000
"""With so few entries in the rows of all models, waking other threads takes longer than the work."""

ROUNDING = 1e-9
"""How much of a logit the sum of its terms may lose before it is summed in twice the precision."""


@dataclass(frozen=True)
class History:
    """Every model at every epoch (newton: step); index 0 holds the initial values."""

    weight: Float[Tensor, "*batch epoch d"]
    intercept: Float[Tensor, "*batch epoch"]
    train_loss: Float[Tensor, "*batch epoch"]
    train_accuracy: Float[Tensor, "*batch epoch"]


@dataclass(frozen=True)
class Fit:
    """Fitted models, one for each index of the batch, without gradients.

    Example:
        >>> import gatesweep as gs
        >>> found = gs.fit([[-2.0], [-1.0], [0.0], [1.0], [2.0]], [0, 0, 1, 0, 1])
        >>> int(found.status), found.predict([[-3.0], [3.0]]).tolist()
        (0, [0, 1])
    """

    weight: Float[Tensor, "*batch d"]
    intercept: Float[Tensor, "*batch"]
    """Both rounded to the dtype; predictions are made with what they were rounded from."""
    status: Int[Tensor, "*batch"]
    """A `gatesweep.engine.solvers.protocol.Status` each."""
    n_iter: Int[Tensor, "*batch"]
    """Newton steps or epochs."""
    train_loss: Float[Tensor, "*batch"]
    """Mean log loss over the training rows, in nats, without the penalty."""
    train_accuracy: Float[Tensor, "*batch"]
    params: Float[Tensor, "*batch p"] = field(repr=False)
    """Weights and intercept in float64: with columns far from 0 the logit is a small difference of large numbers."""
    history: History | None = None
    groups: np.ndarray | None = None
    """The label that each model of the batch stands for, if the rows were grouped."""

    def logits(self, X: ArrayLike) -> Float[Tensor, "*batch n"]:
        """weight . x + intercept for X of shape (*batch, n, d), or (n, d) for all models: whatever `fit` takes."""
        rows, d = _tensor("X", X), self.weight.shape[-1]
        if rows.ndim < 2 or rows.shape[-1] != d:
            rule = f"X must have the shape (*batch, n, {d}), with the columns of the fit"
            raise InputError(rule, tuple(rows.shape), "Give those columns, in their order")
        rows, weight, intercept = wide(rows).to(self.params.device), self.params[..., :-1, None], self.params[..., -1:]
        logits = (rows @ weight)[..., 0] + intercept
        size = (rows.abs() @ weight.abs())[..., 0] + intercept.abs()
        cancelled = torch.finfo(size.dtype).eps * (d + 1) * size > ROUNDING * (1 + logits.abs())
        if cancelled.any():
            batch = torch.broadcast_shapes(rows.shape[:-2], self.params.shape[:-1])
            exact = compensated.logits(rows.expand(*batch, -1, -1), self.params.expand(*batch, -1))
            logits = torch.where(cancelled & exact.isfinite(), exact, logits)
        return logits.to(self.weight)

    def predict_proba(self, X: ArrayLike) -> Float[Tensor, "*batch n"]:
        """Probability of class 1."""
        return torch.sigmoid(self.logits(X))

    def predict(self, X: ArrayLike) -> Int[Tensor, "*batch n"]:
        """Class 1 where its probability is 0.5 or more, the lecture's rule."""
        return (self.logits(X) >= 0).to(torch.int64)


def fit(
    X: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    groups: ArrayLike | None = None,
    solver: str = "newton",
    C: ArrayLike = 1.0,
    learning_rate: ArrayLike = 0.5,
    epochs: int = 20,
    batch_size: int = 64,
    init: str = "auto",
    init_seed: int | None = None,
    train_seed: int = 140,
    max_iter: int = 100,
    dtype: str = "float32",
    device: str | torch.device = "auto",
    record: str = "none",
) -> Fit:
    """Fit one logistic model to each data set of a batch.

    Args:
        X: inputs, shape (*batch, n, d); (n, d) is shared by the whole batch and not copied.
        y: labels 0 and 1, shape (*batch, n) or (n,).
        sample_weight: how often each row counts, shape (*batch, n) or (n,): zeros pad batches of
            unequal length, bootstrap counts refit one table thousands of times. What a row of weight 0
            holds does not matter.
        groups: a label for each row, shape (n,), with X (n, d): one model for each label, in the order
            of `Fit.groups`. Padded to the largest group: sgd and adam draw their mini-batches from as many
            rows, so a smaller group meets its own in another order than it would alone.
        solver: newton, sgd or adam.
        C: inverse penalty strength (newton), a number or shape (*batch); inf for none.
        learning_rate: step size (sgd, adam), a number or shape (*batch).
        init: auto (zeros for newton, ones otherwise), ones or linear.

    The other arguments are those of `gatesweep.Settings`.

    Raises:
        InputError: shapes that do not fit, NaN in X, labels other than 0 and 1, weights that are
            negative, infinite or all zero, parameters out of bounds. An infinite X is that model's trouble
            only: its status is diverged.

    Example:
        >>> import gatesweep as gs
        >>> X, y = gs.generate_data_with_noise(500, "AND", 0.05, random_state=42)
        >>> found = gs.fit(X, y, C=[0.1, 1.0, 10.0])  # one table, three penalties
        >>> found.weight.shape, found.train_accuracy.tolist()
        (torch.Size([3, 2]), [1.0, 1.0, 1.0])
    """
    given = {"solver": solver, "epochs": epochs, "batch_size": batch_size, "init": init, "init_seed": init_seed}
    given |= {"train_seed": train_seed, "max_iter": max_iter, "dtype": dtype, "record": record}
    for name, value in given.items():
        if not _is_default(name, value):
            Settings.check(name, value)
    place = Place.of(dtype, device)
    labels = None
    if groups is not None:
        X, y, sample_weight, labels = padded_groups(X, y, sample_weight, groups)
    method = solver_class(solver)
    with torch.inference_mode():  # A fifth less of the time that a small operation takes.
        design, batch = dense_design(X, y, sample_weight, method.any_coordinates, place)
        strength = _checked("C", C).to(place.device)
        rate = place.tensor(_checked("learning_rate", learning_rate))
        batch = _common_batch(batch, tuple(strength.shape), tuple(rate.shape))
        n, d = design.n_rows, design.n_params - 1
        stream = Stream(n, n, d, train_seed, init == "linear", init_seed)
        first = torch.as_tensor(_first(init, method.origin, stream)).to(design.given.device).expand(*batch, d + 1)
        controls = {"C": strength, "learning_rate": rate} | given
        with _threads(place, prod(batch) * n * d):
            path = run(design, method.of(controls, stream.batches), place.tensor(design.own(first)), record == "epoch")
    return _as_fit(path, design, labels, record == "epoch", place)


def _threads(place: Place, n_elements: int) -> AbstractContextManager[None]:
    few = place.device.type == "cpu" and n_elements <= FEW_ELEMENTS
    return one_thread() if few else nullcontext()


def _first(init: str, origin: float, stream: Stream) -> np.ndarray:
    """The first weights and intercept, (d + 1,)."""
    if init == "population":
        raise InputError("init=population needs a gate to know the population of", init, "Use auto, ones or linear")
    return stream.first() if init == "linear" else np.full(stream.n_features + 1, origin if init == "auto" else 1.0)


def _is_default(name: str, value: object) -> bool:
    """Whether this is what `fit` takes if nothing is given, which needs no check."""
    return value is (fit.__kwdefaults__ or {})[name]


def _checked(name: str, value: ArrayLike) -> Tensor:
    values = _tensor(name, value)
    if not _is_default(name, value):
        for extreme in (values.min(), values.max()):
            Settings.check(name, to_host(extreme))
    return values


def _tensor(name: str, value: ArrayLike) -> Tensor:
    """Real numbers in float32 or float64: in the precision in which they were given, whole numbers in float64."""
    if isinstance(value, Tensor):
        if value.is_complex():
            raise _not_numbers(name, value.dtype)
        precise = torch.promote_types(value.dtype, torch.float32) if value.is_floating_point() else torch.float64
        return value.detach().to(precise)
    if hasattr(value, "toarray"):
        raise InputError(f"{name} must be dense", type(value).__name__, "Pass its .toarray()")
    try:
        array = np.asarray(value)
        if array.dtype.kind == "c":
            raise _not_numbers(name, array.dtype)
        # torch warns of an array that it could write to against NumPy's flag, so it gets a copy of such.
        array = np.require(array, np.float32 if array.dtype in (np.float16, np.float32) else np.float64, ["C", "W"])
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise _not_numbers(name, type(value).__name__) from error
    return torch.as_tensor(array)


def _not_numbers(name: str, given: object) -> InputError:
    return InputError(f"{name} must hold numbers, in a regular shape, none of them complex", given, "Convert it")


def _common_batch(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*shapes)  # torch's own imports sympy: a second
    except ValueError as error:
        raise InputError(
            "X (*batch, n, d), y and sample_weight (*batch, n), C and learning_rate (*batch) must agree in *batch",
            list(shapes),
            "Reshape them",
        ) from error


def dense_design(
    X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, any_coordinates: bool, place: Place
) -> tuple[DenseDesign, tuple[int, ...]]:
    """The rows as the engine has them, checked, and the shape of their batch; centred and scaled in float64 where the
    solver finds its optimum in any coordinates."""
    given = [("X", X), ("y", y)] + ([] if sample_weight is None else [("sample_weight", sample_weight)])
    inputs, labels, *weights = (_tensor(name, value).to(_home(place.device)) for name, value in given)
    if inputs.ndim < 2 or 0 in inputs.shape:
        raise InputError("X must have the shape (*batch, n, d), none of them 0", tuple(inputs.shape), "Reshape X")
    shapes = [tuple(values.shape) for values in (inputs[..., 0], labels, *weights)]
    if len({shape[-1:] for shape in shapes}) > 1:
        raise InputError("X (*batch, n, d), y and sample_weight (*batch, n) must agree in n", shapes, "Reshape them")
    batch = _common_batch(*(shape[:-1] for shape in shapes))
    counts = None
    if weights:
        _check_weights(weights[0])
        counts = weights[0] > 0
        inputs, labels = _without_idle_rows(inputs, counts), torch.where(counts, labels, 0)
    _check_values(inputs, labels)
    with _threads(place, inputs.numel()):
        frame = standard_frame(inputs, counts) if any_coordinates else None
    rows = place.tensor(inputs if frame is None else frame.rows(inputs))
    rows = torch.nn.functional.pad(rows, (0, 1), value=1.0)
    weight = None
    if counts is not None:
        # A row that counts next to nothing still counts: its label may be the only one of its class.
        weight = torch.where(
            counts.to(place.device), place.tensor(weights[0]).clamp_min(torch.finfo(place.dtype).tiny), 0
        )
    return DenseDesign(rows, place.tensor(1 - 2 * labels), weight, inputs, frame), batch


def _home(device: torch.device) -> str | torch.device:
    """Where the data as given stay: on the device, or on the CPU where the device has no float64."""
    return "cpu" if device.type == "mps" else device


def _without_idle_rows(inputs: Tensor, counts: Tensor) -> Tensor:
    """Inputs with zeros in the rows of weight 0, whose numbers could overflow (and 0 * inf is not 0).

    Shared rows serve models that count different ones, so they are copied for each model where an entry
    would poison a model that does not count it: where it is not finite.
    """
    idle = ~counts
    if inputs.ndim == 2 and to_host(torch.isfinite(inputs).all()):
        idle = idle.reshape(-1, idle.shape[-1]).all(0)
    return torch.where(idle[..., None], 0, inputs)


def _check_values(inputs: Tensor, labels: Tensor) -> None:
    if to_host(torch.isnan(inputs).any()):
        raise InputError("X must not hold NaN", "NaN", "Drop or impute those rows, or give them a weight of 0")
    if not to_host(((labels == 0) | (labels == 1)).all()):
        raise InputError(
            "labels must be 0 and 1", to_host(labels.unique())[:5].tolist(), "Map the two classes to 0 and 1"
        )


def _check_weights(weight: Tensor) -> None:
    if not to_host((torch.isfinite(weight) & (weight >= 0)).all()) or not to_host((weight.sum(-1) > 0).all()):
        raise InputError(
            "sample_weight must be finite, 0 or more, and not all 0 for a model",
            to_host(weight.flatten())[:5].tolist(),
            "Drop the models without rows",
        )


def _as_fit(path: Path, design: Design, groups: np.ndarray | None, record: bool, place: Place) -> Fit:
    """Copies, made outside inference mode: tensors like any others."""
    history = None
    if record:
        params, scores = place.tensor(design.original(path.stacked())), path.scores(design)
        history = History(params[..., :-1], params[..., -1], scores.loss, scores.accuracy)
    rounded = place.tensor(path.params).clone()
    return Fit(
        weight=rounded[..., :-1],
        intercept=rounded[..., -1],
        status=path.status.clone(),
        n_iter=path.n_iter.clone(),
        train_loss=path.last.loss.clone(),
        train_accuracy=path.last.accuracy.clone(),
        history=history,
        groups=groups,
        params=wide(path.params).clone(),
    )
