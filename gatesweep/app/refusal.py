"""What was refused, said beside the field that asked for it."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any, NamedTuple

import panel as pn

from gatesweep.app.assets import sheets
from gatesweep.plots.labels import short_label

__all__ = ["Place", "Refusal", "problem"]


class Place(NamedTuple):
    """Where a field stands."""

    column: pn.Column
    field: Any
    fold: Any = None
    """What has to be open for it to be seen."""

    @property
    def is_there(self) -> bool:
        """Whether this lesson or picture has it."""
        return self.field.visible and (self.fold is None or self.fold.visible)


def problem(text: str) -> str:
    """Something that is wrong, as HTML for a pane with the style sheet "problem"."""
    return f"<div class=problem role=alert>{escape(text[0].upper() + text[1:])}</div>"


class Refusal:
    """Says what was refused beside the first of these fields that asked for it, until there is something else to say.

    Args:
        places: the fields that there are now, by the parameter that each sets.
        kept: what is on show meanwhile.
    """

    def __init__(self, places: Callable[[], Mapping[str, Place]], kept: str) -> None:
        self._places, self._kept = places, kept
        self._column: pn.Column | None = None
        self._pane = pn.pane.HTML("", stylesheets=sheets("problem"), margin=(0, 12), sizing_mode="stretch_width")

    def say(self, refused: Mapping[str, str]) -> bool:
        """Say what is wrong, by parameter; nothing where nothing is. Whether there is a field to say it beside."""
        if self._column is not None:
            self._column.remove(self._pane)
            self._column = None
        places = self._places() if refused else {}
        name = next((name for name, place in places.items() if name in refused and place.is_there), None)
        if name is None:
            return False
        column, field, fold = places[name]
        if fold is not None:
            fold.active = [0]
        self._pane.object = problem(self.text(refused))
        column.insert(column.objects.index(field) + 1, self._pane)
        self._column = column
        return True

    def text(self, refused: Mapping[str, str]) -> str:
        """What is wrong and what is on show, with the parameter by its name on the screen."""
        name, rule = next(iter(refused.values())).rstrip(".").split(" ", 1)
        return f"{short_label(name)} {rule}. {self._kept}"
