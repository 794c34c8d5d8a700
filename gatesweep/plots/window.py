"""The part of the plane that a picture shows, in the units of its data.

All geometry is that of the gates' plane, from -1 to 2 both ways (`plots.geometry`). Data of other units are seen
through a window: an affine map of each axis takes them there, and what is drawn back.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gatesweep.models import Model, Network, Neuron
from gatesweep.plots.drawn import Columns
from gatesweep.plots.geometry import PLANE

__all__ = ["UNIT", "Window"]

MARGIN = 0.06
"""Of what the rows span, on each side."""


@dataclass(frozen=True)
class Window:
    """From `low` to `high` in x1 and in x2."""

    low: tuple[float, float]
    high: tuple[float, float]

    @classmethod
    def around(cls, rows: np.ndarray) -> "Window":
        """What holds these rows (n, 2), with a margin; a column that does not vary gets room for 1 on both sides."""
        low, high = rows.min(0), rows.max(0)
        room = np.where(high > low, MARGIN * (high - low), 1.0)
        return cls(tuple((low - room).tolist()), tuple((high + room).tolist()))

    @property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        return np.array(self.low), np.array(self.high)

    @property
    def unit(self) -> np.ndarray:
        """How much of each axis is 1 in the plane of the gates."""
        low, high = self.ends
        return (high - low) / (PLANE[1] - PLANE[0])

    @property
    def origin(self) -> np.ndarray:
        """What is 0 there."""
        return self.ends[0] - PLANE[0] * self.unit

    def to_plane(self, points: np.ndarray) -> np.ndarray:
        """Points (..., 2) of the data in the plane of the gates."""
        return (points - self.origin) / self.unit

    def from_plane(self, points: np.ndarray) -> np.ndarray:
        """The inverse."""
        return self.origin + points * self.unit

    def line_to_plane(self, weight: np.ndarray, intercept: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """The weighted sum (2 or 3 weights) that is there what this one is of the data."""
        return _substituted(weight, intercept, self.origin, self.unit)

    def line_from_plane(self, weight: np.ndarray, intercept: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """The inverse."""
        return _substituted(weight, intercept, -self.origin / self.unit, 1 / self.unit)

    def to_plane_model(self, model: Model) -> Model:
        """The model that says there what this one says of the data."""
        if self == UNIT:
            return model
        if not model.hidden_units:
            return Neuron(*self.line_to_plane(model.direct, model.intercept))
        lines = self.line_to_plane(model.units.weight, model.units.intercept)
        return Network(*lines, model.output_weight, model.intercept, model.activation)

    def seen(self, columns: Columns) -> Columns:
        """What a picture of the gates' plane draws, in units of the data."""
        if self == UNIT:
            return columns
        return {name: self._seen(column) for name, column in columns.items()}

    def _seen(self, column: dict[str, Any]) -> dict[str, Any]:
        found = dict(column)
        for axis, names in enumerate((("x1", "x", "xs"), ("x2", "y", "ys"))):
            origin, unit = self.origin[axis], self.unit[axis]
            for name in {*names} & {*found}:
                values = [found[name]] if not name.endswith("s") else found[name]
                mapped = [origin + unit * np.asarray(line, dtype=float) for line in values]
                found[name] = mapped if name.endswith("s") else mapped[0]
            if (size := ("dw", "dh")[axis]) in found:
                found[size] = unit * np.asarray(found[size])
        return found

    def scaled(self, centre: np.ndarray, unit: np.ndarray) -> "Window":
        """The same window of data from which `centre` was taken, in `unit`."""
        low, high = ((end - centre) / unit for end in self.ends)
        return Window(tuple(low.tolist()), tuple(high.tolist()))


def _substituted(
    weight: np.ndarray, intercept: ArrayLike, origin: np.ndarray, unit: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The weighted sum with origin + unit * x in the place of x; weight (..., 2 or 3)."""
    weight = np.asarray(weight, dtype=float)
    product = weight[..., 2:].sum(-1)
    slopes = unit * (weight[..., :2] + product[..., None] * origin[::-1])
    constant = np.asarray(intercept) + weight[..., :2] @ origin + product * origin.prod()
    return np.concatenate([slopes, weight[..., 2:] * unit.prod()], -1), constant


UNIT = Window((PLANE[0], PLANE[0]), (PLANE[1], PLANE[1]))
"""The plane of the gates."""
