"""The one declaration of every parameter: name, type, bounds, default and help.

Command line options, widgets, the URL and the provenance of a dataset are all read off it.
"""

from typing import Any

import numpy as np
import param

from gatesweep.engine.solvers import SOLVERS
from gatesweep.errors import InputError
from gatesweep.gates import as_gate

__all__ = ["Settings", "checked", "describe", "plain"]


class Settings(param.Parameterized):
    """Every parameter of one model, with the lecture's values as defaults.

    Example:
        >>> Settings.check("epochs", 0)
        Traceback (most recent call last):
        gatesweep.errors.InputError: epochs must be a whole number, 1 or more, at most 100000, got 0. The default is 20
        >>> Settings.check("noise_level", 1)
        1.0
    """

    gate = param.Parameter("AND", doc="Boolean truth table: one of the 16 two-input names, or bits such as 0110.")
    noise_level = param.Number(
        0.05,
        bounds=(0, 1e6),
        softbounds=(0, 1),
        step=0.01,
        doc="Standard deviation of the Gaussian noise added to the inputs.",
    )
    seed = param.Integer(
        42,
        bounds=(0, 2**32 - 1),
        softbounds=(0, 999),
        doc="What the lecture passes to np.random.seed: fixes the noise draws and the row order.",
    )
    num_samples = param.Integer(
        500,
        bounds=(4, 10_000_000),
        softbounds=(100, 1000),
        step=100,
        doc="Rows drawn for a model, the same number at each corner; a fifth of them is the test part.",
    )
    features = param.Selector(
        default="linear",
        objects=["linear", "interaction"],
        doc="The inputs alone, or with all their products (x₁x₂), which lets the boundary bend.",
    )
    hidden_units = param.Integer(
        0,
        bounds=(0, 16),
        softbounds=(0, 8),
        doc="Neurons between the features and the output; 0 is the logistic model (more: sgd and adam only).",
    )
    activation = param.Selector(
        default="sigmoid",
        objects=["sigmoid", "tanh", "relu"],
        doc="What a hidden neuron makes of its weighted sum.",
    )
    solver = param.Selector(
        default="newton",
        objects=list(SOLVERS),
        doc="newton: the scikit-learn optimum. sgd, adam: torch.optim with mini-batches, as the lecture trains.",
    )
    C = param.Number(
        1.0,
        bounds=(0, None),
        inclusive_bounds=(False, True),
        softbounds=(1e-3, 1e3),
        doc="Inverse strength of the L2 penalty (newton only); inf for none.",
    )
    learning_rate = param.Number(
        0.5,
        bounds=(0, 1e12),
        inclusive_bounds=(False, True),
        softbounds=(1e-3, 10),
        doc="Step size (sgd and adam).",
    )
    epochs = param.Integer(
        20, bounds=(1, 100_000), softbounds=(1, 200), doc="Passes over the training rows (sgd and adam)."
    )
    batch_size = param.Integer(
        64, bounds=(1, 10_000_000), softbounds=(1, 500), doc="Rows of a mini-batch (sgd and adam)."
    )
    init = param.Selector(
        default="auto",
        objects=["auto", "ones", "linear", "population"],
        doc="First weights: ones (the lecture's Model A), linear (Model B, nn.Linear), population (the optimum "
        "of infinitely many rows); auto is population for newton, ones for sgd and adam, linear with hidden neurons.",
    )
    init_seed = param.Integer(
        None,
        allow_None=True,
        bounds=(0, 2**32 - 1),
        doc="torch seed of init=linear; none draws the values from the train_seed stream, as the lecture does.",
    )
    train_seed = param.Integer(
        140,
        bounds=(0, 2**32 - 1),
        doc="What the lecture passes to train_test_split and to torch.manual_seed: fixes the split, the values "
        "of init=linear and the mini-batch order.",
    )
    split = param.Selector(
        default="auto",
        objects=["auto", "sklearn", "torch", "stratified"],
        doc="Train and test rows by scikit-learn's train_test_split, by torch's random_split, or stratified by "
        "corner; auto is sklearn for newton and torch for sgd and adam.",
    )
    max_iter = param.Integer(100, bounds=(1, 100_000), doc="Newton steps at most.")
    dtype = param.Selector(default="float32", objects=["float32", "float64"], doc="Number format of the fit.")
    record = param.Selector(
        default="none",
        objects=["none", "epoch"],
        doc="epoch keeps losses, accuracies and weights of every model at every epoch (newton: every step).",
    )

    @classmethod
    def check(cls, name: str, value: Any) -> Any:
        """`value` in the type that parameter `name` declares; InputError if it breaks the declaration."""
        if name != "gate":
            return checked(cls, name, value)
        try:
            return as_gate(plain(value)).name
        except InputError:
            raise
        except (TypeError, ValueError) as error:
            raise _refused(cls.param[name], value) from error


def checked(state: type[param.Parameterized], name: str, value: Any) -> Any:
    """`value` in the type that a parameter of the state declares; InputError if it breaks the declaration."""
    declared = state.param[name]
    try:
        value = plain(value)
        if isinstance(declared, param.Integer) and isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(declared, param.Number) and isinstance(value, float) and np.isnan(value):
            raise ValueError("NaN")
        declared._validate(value)
        # + 0.0 turns -0.0 into 0.0: equal settings must have one text and one hash.
        return float(value) + 0.0 if type(declared) is param.Number else value
    except (TypeError, ValueError) as error:
        raise _refused(declared, value) from error


def _refused(declared: param.Parameter, value: Any) -> InputError:
    return InputError(f"{declared.name} must be {describe(declared)}", value, f"The default is {declared.default!r}")


def plain(value: Any) -> Any:
    """NumPy scalars as Python's own; everything else as it is."""
    return value.item() if isinstance(value, np.generic) else value


def describe(declared: param.Parameter) -> str:
    """The rule of a declared parameter in words, such as "a number, more than 0"."""
    if isinstance(declared, param.Selector):
        return "one of " + ", ".join(map(str, declared.objects))
    if isinstance(declared, param.List):
        return "numbers, with commas between them"
    if not isinstance(declared, param.Number):
        return "a gate's name or its truth table"
    kind = "a whole number" if isinstance(declared, param.Integer) else "a number"
    low, high = declared.bounds
    inclusive = declared.inclusive_bounds
    parts = [kind]
    if low is not None:
        parts.append(f"{low} or more" if inclusive[0] else f"more than {low}")
    if high is not None:
        parts.append(f"at most {high:g}" if isinstance(high, float) else f"at most {high}")
    return ", ".join(parts)
