"""The pictures of a table's models on their page: each is drawn once from its definition, then fed."""

from collections.abc import Callable
from typing import Any

import holoviews as hv
import numpy as np

from gatesweep.app.table.view_model import PAGE, Group, Listed
from gatesweep.plots import tables
from gatesweep.plots.drawn import Drawn
from gatesweep.plots.look import LIGHT, Palette
from gatesweep.tables.models import Models

__all__ = ["Pictures"]

EMPTY = np.empty(0)
ROW = 20
"""Pixels of a row of the forest at least."""


class Pictures:
    """Forest, losses along C, and rows; `on_tap` is told the row of the forest that was tapped."""

    def __init__(self, on_tap: Callable[[int], None]) -> None:
        self._on_tap, self.palette = on_tap, LIGHT
        none = dict.fromkeys(("estimate", "low", "high"), EMPTY)
        self._listed = Listed([], none, EMPTY, [], None, 0)
        self.forest_columns = tables.forest_columns([], none, EMPTY, [], None, LIGHT)
        self.along_columns = tables.along_columns(EMPTY, {}, np.nan)
        self.row_columns = tables.row_columns(EMPTY, EMPTY, LIGHT)
        self._forest = Drawn(self.forest, "forest")
        self._along = Drawn(self.along, "along_C")
        self._rows = Drawn(self.rows, "rows")
        self._forest.figure.on_event("tap", self._tapped)
        self.figures = self._forest.figure, self._along.figure, self._rows.figure

    @property
    def forest(self) -> hv.Overlay:
        """The forest on show, as a HoloViews object."""
        return tables.forest(self.forest_columns, self.palette)

    @property
    def along(self) -> hv.Overlay:
        """The losses on show, as a HoloViews object."""
        return tables.along_C(self.along_columns, self.palette)

    @property
    def rows(self) -> hv.Overlay:
        """The rows on show, as a HoloViews object."""
        return tables.on_rows(self.row_columns, self.palette)

    def list(self, listed: Listed, label: str) -> None:
        """Show these rows of the forest; `label` says of what they are."""
        self._listed = listed
        self.forest_columns = tables.forest_columns(
            listed.names, listed.numbers, listed.n, listed.status, listed.chosen, self.palette
        )
        fig, n = self._forest.figure, len(listed.names)
        self._forest.span(**tables.forest_span(self.forest_columns, n))
        self._forest.write(self.forest_columns)
        tables.name_rows(fig, listed.names)
        fig.xaxis[0].axis_label = label
        fig.min_height = ROW * min(n, PAGE) + 60

    def show(self, group: Group, models: Models) -> None:
        """Show what is known of a group."""
        values = {name: array[group.place] for name, array in models.along_C.items()}
        self.along_columns = tables.along_columns(models.tried, values, group.chosen_C)
        self._along.span(**tables.along_span(self.along_columns))
        self._along.write(self.along_columns)
        logit, y = (EMPTY, EMPTY) if group.logit is None or group.y is None else (group.logit, group.y)
        self.row_columns = tables.row_columns(logit[:MAX_DRAWN], y[:MAX_DRAWN], self.palette)
        self._rows.span(**tables.row_span(logit[:MAX_DRAWN]))
        self._rows.write(self.row_columns)

    def theme(self, palette: Palette) -> None:
        """Light or dark; what is on show is to be shown again."""
        if palette is self.palette:
            return
        self.palette = palette
        for drawn, element in ((self._forest, self.forest), (self._along, self.along), (self._rows, self.rows)):
            drawn.restyle(element)

    def _tapped(self, event: Any) -> None:
        if event.y is not None and 0 <= (row := round(-event.y)) < len(self._listed.names):
            self._on_tap(row)


MAX_DRAWN = 2_000
"""Rows of a group that are drawn."""
