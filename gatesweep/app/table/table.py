"""The models of a table on a page: their coefficients over all groups, and each group with its rows."""

from collections.abc import Mapping
from html import escape
from typing import Any

import panel as pn
import param

from gatesweep.app.cell import Guest, prepare
from gatesweep.app.drawing import drawing
from gatesweep.app.jobs import Job, Session
from gatesweep.app.table.layout import Layout
from gatesweep.app.table.pictures import Pictures
from gatesweep.app.table.state import LINKED, TableState, first_state
from gatesweep.app.table.view_model import Group, Listed, sorted_groups
from gatesweep.app.theme import DARK, LIGHT
from gatesweep.errors import InputError
from gatesweep.grids.training import Cancelled
from gatesweep.tables.layout import Rows
from gatesweep.tables.models import Models

__all__ = ["TableView"]

LONG = 1.0
"""Seconds that a source may take to look through: more than small work."""
NOT_AT_HAND = (
    "<p>The rows are not at hand: the result does not say which file they came from (a .csv never does), or that "
    "file lies neither beside it nor in the current folder.</p>"
)


class TableView(Guest, TableState, pn.viewable.Viewer):
    """The models of a table; every parameter can be set from Python.

    Args:
        models: from `gatesweep.tables.models.open_models`, or `Models.of` a dataset of `gatesweep.fit_table`.
    """

    dark = param.Boolean(False, doc="Colours for a dark page.")
    playing = False
    """There is nothing to play."""

    def __init__(self, models: Models, **params: Any) -> None:
        prepare()
        self.models = models
        self._session = Session()
        self._reader = self._session.worker(self._read)
        self._rows: tuple[int, Rows | None] | None = None
        self._problem = ""
        self.pictures = Pictures(self._tapped)
        super().__init__(**first_state(models) | params)
        self.layout = Layout(self, models, self.pictures)
        self._ordered = sorted_groups(models, self)
        self._paint()
        self._draw()
        self._look()
        self._session.at_end(self._reader.close)
        self.param.watch(self._changed, [*LINKED, "dark"])

    @property
    def root(self) -> pn.Column:
        return self.layout.root

    def restore(self, values: Mapping[str, Any]) -> None:
        """Show a state that a link carried."""
        self.param.update(**values)

    def press(self, key: str) -> bool:
        """What a key does; see `gatesweep.app.keys`. Whether it does anything."""
        move = {"ArrowLeft": -1, "ArrowRight": 1}.get(key)
        if move is None:
            return False
        self.page = max(1, min(self.page + move, self._listed.n_pages))
        return True

    @property
    def place(self) -> int | None:
        """The group that is looked at, by its place."""
        if not self.models.is_grouped:
            return 0
        found = (self.models.groups == self.group).nonzero()[0] if self.group else []
        return int(found[0]) if len(found) else None

    def _changed(self, *events: param.parameterized.Event) -> None:
        names = {event.name for event in events}
        if names & {"coefficient", "C", "order", "find"}:
            self._ordered = sorted_groups(self.models, self)
        if names & {"order", "find"} and "page" not in names and self.page != 1:
            self.page = 1  # It comes back here.
            return
        with drawing(self.layout.root):
            if "dark" in names:
                self._paint()
            self._draw()
            if "group" in names:
                self._look()

    def _tapped(self, row: int) -> None:
        if self.models.is_grouped:
            self.group = self._listed.names[row]

    # Drawing

    def _paint(self) -> None:
        self.pictures.theme(DARK if self.dark else LIGHT)

    def _draw(self) -> None:
        """All that is on show, from what is known now."""
        self._listed = Listed.of(self.models, self, self._ordered)
        of = f"coefficient of {self.coefficient}" if self.models.is_grouped else "coefficient"
        self.pictures.list(self._listed, of)
        self.layout.list(self._listed)
        place, note = self.place, ""
        if place is None:
            self.layout.show(None, "")
            return
        rows = None
        if self._rows is not None and self._rows[0] == place:
            rows = self._rows[1]
            note = NOT_AT_HAND if rows is None else ""
        elif self._problem:
            note = f"<p>{escape(self._problem)}</p>"
        elif self.models.source is not None:
            note = "<p>Reading the rows …</p>"
        group = Group.of(self.models, self, place, rows)
        self.pictures.show(group, self.models)
        self.layout.show(group, note)

    def _look(self) -> None:
        """Read the rows of the group that is looked at."""
        place = self.place
        self._rows, self._problem = None, ""
        if place is None:
            self._reader.cancel()
        elif self.models.source is None:
            self._rows = place, None
            self._draw()
        else:
            self._reader.submit(lambda job: (place, self.models.rows(place, lambda: _go_on(job))), LONG)

    def _read(self, job: Job) -> None:
        if not self._reader.is_newest(job) or isinstance(job.error, Cancelled):
            return
        if job.error is None:
            self._rows = job.result
        else:
            is_ours = isinstance(job.error, InputError)
            self._problem = str(job.error) if is_ours else f"{type(job.error).__name__}: {job.error}"
        with drawing(self.layout.root):
            self._draw()

    def settle(self) -> None:
        """Have the rows read: a cell's output is what a saved notebook shows."""
        self._reader.wait()
        self._session.take_in()


def _go_on(job: Job) -> None:
    if job.cancel.is_set():
        raise Cancelled("another group is looked at")
