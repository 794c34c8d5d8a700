"""Where numbers go on a colour bar or an axis, and which of them are labelled. NumPy only."""

import re
from dataclasses import dataclass

import numpy as np

__all__ = ["Scale", "nice_ticks", "number_text"]

DECADES = 6
"""How far down a logarithmic scale reaches."""


def nice_ticks(low: float, high: float, count: int = 5) -> np.ndarray:
    """About `count` round numbers from `low` to `high`, a step of 1, 2 or 5 times a power of ten apart."""
    step = max(high - low, 1e-12) / max(count - 1, 1)
    power = 10.0 ** np.floor(np.log10(step))
    step = power * min((1, 2, 5, 10), key=lambda s: abs(s - step / power))
    return np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1) * step


def number_text(value: float) -> str:
    """The number, as short as it can be told from others: seeds and samples may be large and close."""
    value += 0.0  # no minus before a zero
    short = f"{value:.6g}"
    forms = (f"{value:.0e}", short, f"{value:.0f}") if abs(value) >= 1e5 else (short,)
    return re.sub(r"e\+0*", "e", next((form for form in forms if float(form) == value), short))


@dataclass(frozen=True)
class Scale:
    """Where numbers go on a colour bar or an axis, and which of them are labelled."""

    low: float
    high: float
    is_log: bool
    is_diverging: bool = False

    @classmethod
    def of(cls, kind: str, *arrays: np.ndarray) -> "Scale":
        """A scale with round ends that holds all finite numbers of `arrays`."""
        finite = np.concatenate([a[np.isfinite(a)].ravel() for a in arrays]) if arrays else np.empty(0)
        if not finite.size:
            return cls(0.0, 1.0, False)
        low, high = float(finite.min()), float(finite.max())
        if kind in ("accuracy", "share"):
            return cls(
                float(np.clip(np.floor(low * 10 + 1e-6) / 10, 0, 0.9)) if kind == "accuracy" else 0.0, 1.0, False
            )
        if kind == "gap":
            reach = max(0.05, np.ceil(max(-low, high) * 20 - 1e-6) / 20)
            return cls(-reach, reach, False, True)
        if kind == "index":
            return cls(max(-1.0, min(0.0, np.floor(low * 5) / 5)), 1.0, False)
        if kind == "plain":
            step = (high - low) / 20 or 0.05
            return cls(low - step, high + step, False)
        positive = finite[finite > 0]
        if positive.size and positive.max() > 100 * positive.min():
            top = np.log10(positive.max())
            return cls(max(np.log10(positive.min()), top - DECADES), top, True)
        if high <= 0:
            return cls(0.0, 1.0, False)
        ticks = nice_ticks(0, high)
        return cls(0.0, float(ticks[-1]) if ticks[-1] >= high else high, False)

    def to(self, values: np.ndarray) -> np.ndarray:
        """Numbers in the units of `low` and `high`."""
        if not self.is_log:
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.maximum(np.log10(values), self.low)

    def ticks(self, at_most: int) -> dict[float, str]:
        """Labels by place."""
        if not self.is_log:
            places = nice_ticks(self.low, self.high, max(2, at_most))
            return {
                round(float(t), 9): number_text(float(f"{t:.6g}"))
                for t in places[:: -(-len(places) // max(2, at_most))]
            }
        decades = np.arange(np.ceil(self.low), np.floor(self.high) + 1)
        if len(decades) < 2:
            return {end: number_text(float(f"{10**end:.2g}")) for end in (self.low, self.high)}
        return {float(d): number_text(10.0**d) for d in decades[:: -(-len(decades) // max(2, at_most))]}
