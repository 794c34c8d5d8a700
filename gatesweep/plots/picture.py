"""What is drawn of a sweep: a summary (`results.statistics.summary`) as arrays with axes, scales and words."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import xarray as xr

from gatesweep.plots.labels import label, short_label
from gatesweep.plots.look import FONT
from gatesweep.plots.scale import Scale, number_text
from gatesweep.results.measures import LIMITS, MEASURES, axes, limit_name
from gatesweep.results.statistics import STATISTICS, drawn, summary

__all__ = ["Axis", "Picture", "row_name"]


@dataclass(frozen=True)
class Axis:
    """A dimension on show: its values in order, evenly spaced on the screen whatever they are."""

    name: str
    values: np.ndarray
    unit: str = "epoch"
    """What an epoch is called (see `Solver.unit`)."""

    @property
    def label(self) -> str:
        return label(self.name, self.unit)

    @property
    def short_label(self) -> str:
        return short_label(self.name, self.unit)

    @property
    def is_number(self) -> bool:
        return self.values.dtype.kind in "iuf"

    @cached_property
    def texts(self) -> list[str]:
        return [number_text(v) if self.is_number else str(v) for v in self.values.tolist()]

    def ticks(self, at_most: int) -> list[int]:
        """Indices to label: all of them, or every second, fifth, tenth ..."""
        steps = (s * 10**p for p in range(7) for s in (1, 2, 5))
        step = next(s for s in steps if (len(self.values) - 1) // s + 1 <= max(at_most, 1))
        return list(range(0, len(self.values), step))


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
    n_models: int | None
    """Of a cell: what a statistic sums up; None where only the summary is known."""
    known: tuple[str, ...] = ()
    """Every dimension that could be an axis."""
    hidden: tuple[Axis, ...] = ()
    """The swept parameters that are left out: the picture is of one value of each."""
    marked: tuple[int, int, int] | None = None
    """The cell (panel, row, column) that has a frame."""
    noun: str = "model"
    """What one of the models is called: a net, if it has hidden neurons."""

    @classmethod
    def of(
        cls,
        frame: xr.Dataset,
        x: str,
        y: str,
        panel: str | None,
        n_models: int | None,
        known: tuple[str, ...] = (),
        hidden: tuple[Axis, ...] = (),
        noun: str = "model",
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
        unit = _unit(frame)
        return cls(
            measure=frame.attrs["measure"],
            statistic=frame.attrs["statistic"],
            x=Axis(x, frame[x].values, unit),
            y=Axis(y, frame[y].values, unit),
            panel=Axis(panel, frame[panel].values, unit) if panel else None,
            epochs=frame["epoch"].values if plays else None,
            value=array("value"),
            low=array("low") if "low" in frame else None,
            median=array("median" if "median" in frame else "value"),
            high=array("high") if "high" in frame else None,
            diverged=array("diverged"),
            limits={name: array(drawn)[..., 0] for name, drawn in limits.items() if drawn in frame},
            frame=frame,
            n_models=n_models,
            known=known,
            hidden=hidden,
            noun=noun,
        )

    @classmethod
    def from_data(cls, data: xr.Dataset, view: Mapping[str, Any]) -> "Picture":
        """Of a sweep and what `summary` takes, or of a summary."""
        if "value" not in data:
            frame = summary(data, **view)
            shown = {"x": "noise_level", "y": "gate", "panel": None} | dict(view)
            known, noun = axes(data, frame.attrs["measure"]), "model" if "weight" in data else "net"
            over = drawn(known, {*shown.values(), *(shown.get("at") or {})})
            n_models = prod(data.sizes[dim] for dim in over)
            return cls.of(frame, shown["x"], shown["y"], shown["panel"], n_models, known, noun=noun)
        dims = [str(d) for d in data["value"].dims]
        *panel, y, x = dims[:-1] if len(dims) > 2 and dims[-1] == "epoch" else dims
        return cls.of(data, x, y, panel[0] if panel else None, None)

    @classmethod
    def blank(cls) -> "Picture":
        """Of nothing yet: one empty cell."""
        one = ("gate", "noise_level"), [[np.nan]]
        attrs = {"measure": next(iter(MEASURES)), "statistic": next(iter(STATISTICS))}
        frame = xr.Dataset({"value": one, "diverged": one}, {"gate": [""], "noise_level": [""]}, attrs)
        return cls.of(frame, "noise_level", "gate", None, None)

    @property
    def shape_key(self) -> tuple:
        """Equal for pictures whose cells and curves lie at the same places."""
        axes = [(a.name, tuple(a.texts)) for a in (self.panel, self.y, self.x) if a]
        return (*axes, self.facets[0], self.marked)

    def has_limits_of(self, other: "Picture") -> bool:
        """Whether the limits and the scale that they are drawn on are the same."""
        same = self.limits.keys() == other.limits.keys() and self.height == other.height
        return same and all(np.array_equal(self.limits[n], other.limits[n], equal_nan=True) for n in self.limits)

    @property
    def unit(self) -> str:
        """What an epoch is called."""
        return _unit(self.frame)

    @property
    def kind(self) -> str:
        return "positive" if self.statistic == "spread" else MEASURES[self.measure].kind

    @property
    def has_single_models(self) -> bool:
        """Whether each cell is of one seed: there is nothing to sum up."""
        return self.n_models == 1 or (self.n_models is None and "seed" in self._shown)

    @property
    def _shown(self) -> tuple[str, ...]:
        return tuple(axis.name for axis in (self.panel, self.y, self.x) if axis)

    @property
    def of_what(self) -> str:
        """What a statistic is taken over: seeds, or models that differ by their first weights, too."""
        are_seeds = drawn(self.known or ("seed",), {*self._shown, *self.at}) == ("seed",)
        return "seeds" if are_seeds else f"{self.noun}s"

    @property
    def band_name(self) -> str:
        """What the band holds."""
        return f"10 to 90% of {self.of_what}"

    @property
    def is_of_seeds(self) -> bool:
        """Whether a statistic sums up several numbers."""
        return MEASURES[self.measure].kind != "share" and not self.has_single_models

    @property
    def middle(self) -> np.ndarray:
        """What the curves go along: the statistic itself, if it is a place on the measure's scale; else the median."""
        return self.median if self.statistic == "spread" else self.value

    @property
    def middle_name(self) -> str:
        """Which statistic that is, by its name in STATISTICS."""
        return "median" if self.statistic == "spread" else self.statistic

    @property
    def title(self) -> str:
        label = MEASURES[self.measure].label
        at = [row_name(Axis(name, np.array([value])), 0) for name, value in self.at.items()]
        where = f", at {' and '.join(at)}" if at else ""
        if MEASURES[self.measure].kind == "share":
            return label + where
        if self.has_single_models:
            return label + (", spread of one seed" if self.statistic == "spread" else "") + where
        seeds = "" if self.n_models is None else f" of {self.n_models:,} {self.of_what}"
        return f"{label}, {STATISTICS[self.statistic]}{seeds}{where}"

    @property
    def heading(self) -> str:
        """The title as a sentence begins."""
        return self.title[0].upper() + self.title[1:]

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
        return Scale.of("plain" if kind == "gap" else kind, self.middle, *bands, *self.limits.values())

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

    @property
    def places(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Panel, row and column of every cell, in the order in which all columns of cells are."""
        panel, row, column = (i.ravel() for i in np.indices(self.value.shape[:3]))
        return panel, row, column

    @property
    def facet(self) -> np.ndarray:
        """Which of the small pictures of curves each cell is a point of."""
        panel, row, _ = self.places
        return row if self.facets[0] == "row" else panel

    def up(self, row: np.ndarray) -> np.ndarray:
        """How many rows lie below these: names run down, numbers run up."""
        return row if self.y.is_number else len(self.y.values) - 1 - row

    def columns(self, epoch: int) -> dict[str, np.ndarray]:
        """What the pointer reads off every cell, in the heatmap and in the curves."""
        low, high = (self.value if edge is None else edge for edge in (self.low, self.high))
        arrays = {"number": self.value, "low": low, "high": high}
        return {name: array[..., epoch].ravel() for name, array in arrays.items()}

    @property
    def names(self) -> list[str]:
        """What every cell is called: "XOR, noise level 0.1"; "20 nets of 2 hidden neurons, noise level 0.1"."""
        rows, columns = ([self._place(axis, text) for text in axis.texts] for axis in (self.y, self.x))
        panels = [self._place(self.panel, text) for text in self.panel.texts] if self.panel else [""]
        return [self._cell(a, b, c) for a in panels for b in rows for c in columns]

    def _place(self, axis: Axis, text: str) -> str:
        if axis.name == "gate":
            return text
        if axis.name != "hidden_units":
            return f"{axis.short_label} {text}"
        alone = self.n_models in (1, None)
        nets = "a net" if alone else f"{self.n_models:,} nets"
        models = "a model" if alone else f"{self.n_models:,} models"
        return (
            f"{models} without hidden neurons" if text == "0" else f"{nets} of {text} hidden neuron{'s'[text == '1' :]}"
        )

    def _cell(self, *places: str) -> str:
        """The models first: they are what lies at all the rest."""
        return ", ".join(sorted(filter(None, places), key=lambda place: "hidden neuron" not in place))

    @property
    def tooltip(self) -> str:
        """HTML for the pointer, of `columns` and `where`."""
        band = "" if self.low is None else f"<br>{self.band_name}: @low{{0.000}} to @high{{0.000}}"
        number = f"{self.title}: <b>@number{{0.000}}</b>"
        return f"<div style='font:13px {FONT.replace(chr(39), '')};padding:2px'><b>@where</b><br>{number}{band}</div>"

    def curves(self, array: np.ndarray) -> np.ndarray:
        """(panel, y, x) as (facet, line, x)."""
        return {"panel": array, "row": array[0][:, None], "one": array}[self.facets[0]]


def row_name(axis: Axis, i: int) -> str:
    """What a row or a panel is called: "XOR", "samples 50"."""
    return axis.texts[i] if axis.name == "gate" else f"{axis.short_label} {axis.texts[i]}"


def _unit(frame: xr.Dataset) -> str:
    """What a summary says that an epoch is called."""
    return frame["epoch"].attrs.get("long_name", "epoch") if "epoch" in frame.coords else "epoch"
