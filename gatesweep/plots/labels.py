"""What the screen calls the parameters that a sweep goes through, and how it writes a model's numbers."""

import numpy as np

__all__ = ["label", "number", "percent", "short_label", "subscript", "unit_name"]

LABELS = {
    "gate": "gate",
    "noise_level": "noise level",
    "test_noise_level": "test noise level",
    "seed": "seed",
    "num_samples": "rows",
    "hidden_units": "hidden neurons",
    "C": "C (inverse penalty)",
    "learning_rate": "learning rate",
    "features": "features",
}
WHOLE = 1e-6
"""What may be missing from all of something."""


def label(name: str, unit: str = "epoch") -> str:
    """With a word of explanation where the name needs one; `unit`: what the solver calls an epoch (`Solver.unit`)."""
    return unit if name == "epoch" else LABELS.get(name, name.replace("_", " "))


def short_label(name: str, unit: str = "epoch") -> str:
    """The name alone, as it stands before a value or in a menu."""
    return label(name, unit).split(" (")[0]


def number(value: float) -> str:
    """Three significant digits, with a true minus sign: as few as there are of 0.5, but 4.998 is 5.00 beside a 5.17."""
    if not np.isfinite(value):
        return "not a number"
    size = abs(value)
    text = f"{size:.2e}"
    is_exact, power = float(text) == size, int(text.split("e")[1])
    if -5 < power < 5:
        text = f"{size:.{max(0, 2 - power)}f}"
        text = f"{size:g}" if is_exact else text
    return ("−" if value < 0 else "") + text


def percent(share: float | np.ndarray) -> str:
    """One decimal; 100.0% says that nothing is missing, and not that it was rounded away."""
    text = f"{float(share):.1%}"
    return ">99.9%" if text == "100.0%" and share < 1 - WHOLE else text


def subscript(place: int) -> str:
    """A whole number as it stands below the line."""
    return str(place).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def unit_name(place: int) -> str:
    """What the screen calls a hidden neuron, counted from 0."""
    return f"h{subscript(place + 1)}"
