"""From a summary (`results.statistics.summary`) to coordinates, colours and labels. NumPy only, no widgets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from gatesweep.app.explorer.labels import label, short_label
from gatesweep.app.explorer.state import fitting_axes
from gatesweep.results.measures import LIMITS, MEASURES, TEST_NOISE, axes, limit_name
from gatesweep.results.statistics import STATISTICS, summary

__all__ = ["Axis", "Picture", "Scale", "Trellis", "draw", "nice_ticks", "row_name"]

DECADES = 6
"""How far down a logarithmic scale reaches."""


def nice_ticks(low: float, high: float, count: int = 5) -> np.ndarray:
    """About `count` round numbers from `low` to `high`, a step of 1, 2 or 5 times a power of ten apart."""
    step = max(high - low, 1e-12) / max(count - 1, 1)
    power = 10.0 ** np.floor(np.log10(step))
    step = power * min((1, 2, 5, 10), key=lambda s: abs(s - step / power))
    return np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1) * step


def _text(value: float) -> str:
    """The number, as short as it can be told from others: seeds and samples may be large and close."""
    value += 0.0  # no minus before a zero
    short = f"{value:.6g}"
    forms = (f"{value:.0e}", short, f"{value:.0f}") if abs(value) >= 1e5 else (short,)
    return re.sub(r"e\+0*", "e", next((form for form in forms if float(form) == value), short))


@dataclass(frozen=True)
class Axis:
    """A dimension on show: its values in order, evenly spaced on the screen whatever they are."""

    name: str
    values: np.ndarray

    @property
    def label(self) -> str:
        return label(self.name)

    @property
    def is_number(self) -> bool:
        return self.values.dtype.kind in "iuf"

    @cached_property
    def texts(self) -> list[str]:
        return [_text(v) if self.is_number else str(v) for v in self.values.tolist()]

    def ticks(self, at_most: int) -> list[int]:
        """Indices to label: all of them, or every second, fifth, tenth ..."""
        steps = (s * 10**p for p in range(7) for s in (1, 2, 5))
        step = next(s for s in steps if (len(self.values) - 1) // s + 1 <= max(at_most, 1))
        return list(range(0, len(self.values), step))


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
            return {round(float(t), 9): _text(float(f"{t:.6g}")) for t in places[:: -(-len(places) // max(2, at_most))]}
        decades = np.arange(np.ceil(self.low), np.floor(self.high) + 1)
        if len(decades) < 2:
            return {end: _text(float(f"{10**end:.2g}")) for end in (self.low, self.high)}
        return {float(d): _text(10.0**d) for d in decades[:: -(-len(decades) // max(2, at_most))]}


@dataclass(frozen=True)
class Trellis:
    """Small pictures of size 1 x 1 in rows and columns on one canvas, the first one at the top left."""

    n: int
    columns: int
    gap: tuple[float, float] = (0.06, 0.2)
    """Between pictures, in units of one; the vertical one holds the title."""

    @property
    def rows(self) -> int:
        return -(-self.n // self.columns)

    @property
    def width(self) -> float:
        return self.columns * (1 + self.gap[0]) - self.gap[0]

    @property
    def height(self) -> float:
        return self.rows * (1 + self.gap[1])

    @property
    def origin(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower left corners, each of shape (n,)."""
        i = np.arange(self.n)
        return (i % self.columns) * (1 + self.gap[0]), (self.rows - 1 - i // self.columns) * (1 + self.gap[1])


@dataclass(frozen=True)
class Picture:
    """All that is drawn; arrays have the shape (panel, y, x, epoch), an axis that is not shown has length 1."""

    measure: str
    statistic: str
    x: Axis
    y: Axis
    panel: Axis | None
    epochs: np.ndarray | None
    value: np.ndarray
    low: np.ndarray | None
    median: np.ndarray
    high: np.ndarray | None
    diverged: np.ndarray
    limits: dict[str, np.ndarray]
    frame: xr.Dataset
    n_seeds: int
    known: tuple[str, ...] = ()
    """Every dimension that could be an axis."""
    hidden: tuple[Axis, ...] = ()
    """The swept parameters that are left out: the picture is of one value of each."""

    @classmethod
    def of(
        cls,
        frame: xr.Dataset,
        x: str,
        y: str,
        panel: str | None,
        n_seeds: int,
        known: tuple[str, ...] = (),
        hidden: tuple[Axis, ...] = (),
    ) -> "Picture":
        dims = ((panel,) if panel else ()) + (y, x)
        plays = "epoch" in frame["value"].dims and "epoch" not in dims
        wanted = dims + (("epoch",) if plays else ())

        sizes = {d: frame.sizes[d] for d in wanted}

        def array(name: str) -> np.ndarray:
            # On variables: aligning coordinates that are known to agree takes longer than all the rest.
            full = frame[name].variable.set_dims(sizes).transpose(*wanted).values.astype(float)
            full = full if panel else full[None]
            return full if plays else full[..., None]

        limits = {name: limit_name(name, frame.attrs["measure"]) for name in LIMITS}
        return cls(
            measure=frame.attrs["measure"],
            statistic=frame.attrs["statistic"],
            x=Axis(x, frame[x].values),
            y=Axis(y, frame[y].values),
            panel=Axis(panel, frame[panel].values) if panel else None,
            epochs=frame["epoch"].values if plays else None,
            value=array("value"),
            low=array("low") if "low" in frame else None,
            median=array("median" if "median" in frame else "value"),
            high=array("high") if "high" in frame else None,
            diverged=array("diverged"),
            limits={name: array(drawn)[..., 0] for name, drawn in limits.items() if drawn in frame},
            frame=frame,
            n_seeds=n_seeds,
            known=known,
            hidden=hidden,
        )

    @property
    def shape_key(self) -> tuple:
        """Equal for pictures whose cells and curves lie at the same places."""
        axes = [(a.name, tuple(a.texts)) for a in (self.panel, self.y, self.x) if a]
        return (*axes, self.facets[0])

    def has_limits_of(self, other: "Picture") -> bool:
        """Whether the limits and the scale that they are drawn on are the same."""
        same = self.limits.keys() == other.limits.keys() and self.height == other.height
        return same and all(np.array_equal(self.limits[n], other.limits[n], equal_nan=True) for n in self.limits)

    @property
    def kind(self) -> str:
        return "positive" if self.statistic == "spread" else MEASURES[self.measure].kind

    @property
    def has_single_models(self) -> bool:
        """Whether each cell is of one seed: there is nothing to sum up."""
        return self.n_seeds == 1 or "seed" in (self.x.name, self.y.name, self.panel and self.panel.name)

    @property
    def title(self) -> str:
        label = MEASURES[self.measure].label
        at = [row_name(Axis(name, np.array([value])), 0) for name, value in self.at.items()]
        where = f", at {' and '.join(at)}" if at else ""
        if MEASURES[self.measure].kind == "share":
            return label + where
        if self.has_single_models:
            return label + (", spread of one seed" if self.statistic == "spread" else "") + where
        return f"{label}, {STATISTICS[self.statistic]} of {self.n_seeds:,} seeds{where}"

    @property
    def at(self) -> dict[str, Any]:
        """Values of the swept parameters that are not on show."""
        return {name: value for name, value in self.frame.attrs.items() if name not in ("measure", "statistic")}

    @cached_property
    def colour(self) -> Scale:
        return Scale.of(self.kind, self.value)

    @cached_property
    def height(self) -> Scale:
        """The scale of the curves: holds bands and limits too."""
        bands = [a for a in (self.low, self.high) if a is not None]
        kind = MEASURES[self.measure].kind
        return Scale.of("plain" if kind == "gap" else kind, self.median, *bands, *self.limits.values())

    @property
    def panel_texts(self) -> list[str]:
        return [row_name(self.panel, i) for i in range(len(self.panel.values))] if self.panel else [""]

    @property
    def facets(self) -> tuple[str, list[str]]:
        """How the curves are split: by panel, by row, or all rows in one; and the titles."""
        if self.panel:
            return "panel", self.panel_texts
        if len(self.y.values) <= 16:
            return "row", [row_name(self.y, i) for i in range(len(self.y.values))]
        return "one", [""]

    def curves(self, array: np.ndarray) -> np.ndarray:
        """(panel, y, x) as (facet, line, x)."""
        return {"panel": array, "row": array[0][:, None], "one": array}[self.facets[0]]


def row_name(axis: Axis, i: int) -> str:
    """What a row or a panel is called: "XOR", "samples 50"."""
    return axis.texts[i] if axis.name == "gate" else f"{short_label(axis.name)} {axis.texts[i]}"


def draw(dataset: xr.Dataset, view: Mapping[str, Any]) -> Picture:
    """The picture of a sweep that a view (see `state.VIEW_NAMES`) asks for, as near as the sweep comes to it."""
    known = axes(dataset, view["measure"])
    x, y, panel = fitting_axes(view["x"], view["y"], view["panel"], known)
    wanted = dict(part.partition(":")[::2] for part in view["at"].split(","))
    names = [d for d in known if d not in (x, y, panel, "seed", "epoch")]
    hidden = tuple(Axis(d, dataset["noise_level" if d == TEST_NOISE else d].values) for d in names)
    at = {}
    for axis in hidden:
        text = wanted.get(axis.name, "")
        at[axis.name] = axis.values[axis.texts.index(text) if text in axis.texts else 0]
    frame = summary(dataset, view["measure"], view["statistic"], x=x, y=y, panel=panel or None, at=at)
    return Picture.of(frame, x, y, panel or None, dataset.sizes["seed"], known, hidden)
