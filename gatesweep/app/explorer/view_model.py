"""What the Explorer's widgets say of a picture: derived from it, and nothing computed again."""

from dataclasses import dataclass
from typing import Any

from gatesweep.app.explorer import words
from gatesweep.app.legend import Key
from gatesweep.app.theme import Palette
from gatesweep.plots.labels import short_label
from gatesweep.plots.picture import Axis, Picture

__all__ = ["Menu", "ViewModel"]


@dataclass(frozen=True)
class Menu:
    """A drop-down: values by what it calls them."""

    name: str
    """What it chooses: a parameter of the Explorer, or one of the sweep."""
    label: str
    options: dict[str, Any]
    value: Any

    @classmethod
    def of(cls, axis: Axis, value: Any) -> "Menu":
        """The values of an axis, one of them chosen."""
        values = axis.values.tolist()
        chosen = values[values.index(value)]
        return cls(axis.name, axis.short_label, dict(zip(axis.texts, values, strict=True)), chosen)


@dataclass(frozen=True)
class ViewModel:
    """Words, legends and menus for one picture in one palette."""

    heading: str
    title: str
    over_cells: list[Key]
    """Keys of what is drawn over the cells."""
    lines: list[Key]
    """Keys of the lines of the curves."""
    ink: str
    axes: dict[str, Menu]
    """What lies across, down and side by side, and what else could."""
    cell: dict[str, Menu]
    """The cell to open, by its place on each axis."""
    rest: list[Menu]
    """Swept parameters that the picture leaves out, and the value of each that it is of."""
    is_of_seeds: bool
    """Whether a statistic sums up several numbers."""
    of_what: str
    """What these are numbers of: seeds, or nets that differ by their first weights, too."""
    last_epoch: int | None

    @classmethod
    def of(cls, p: Picture, palette: Palette, last_epoch: int | None, is_first: bool) -> "ViewModel":
        shown = {"x": p.x, "y": p.y} | ({"panel": p.panel} if p.panel else {})
        names = {short_label(name, p.unit): name for name in p.known}
        axes = {place: Menu(place, "", names, axis.name) for place, axis in shown.items()}
        axes["panel"] = Menu("panel", "", names | {"one picture": ""}, p.panel.name if p.panel else "")
        return cls(
            heading=p.heading,
            title=words.title(p, is_first),
            over_cells=words.cell_keys(p),
            lines=words.keys(p, palette),
            ink=palette.ink,
            axes=axes,
            cell={n: Menu.of(axis, axis.values.tolist()[0]) for n, axis in shown.items() if axis.name != "epoch"},
            rest=[Menu.of(axis, p.at[axis.name]) for axis in p.hidden if len(axis.values) > 1],
            is_of_seeds=p.is_of_seeds,
            of_what=p.of_what,
            last_epoch=last_epoch,
        )
