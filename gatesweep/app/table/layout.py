"""Where things stand on the page of a table's models: built once; a phone stacks it."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from gatesweep.app.assets import sheets
from gatesweep.app.controls import brisk, choice
from gatesweep.app.explain import Explain, explain_class
from gatesweep.app.table.pictures import MAX_DRAWN, Pictures
from gatesweep.app.table.state import ORDERS, TableState
from gatesweep.app.table.view_model import Group, Listed, summary
from gatesweep.tables.models import Models

__all__ = ["Layout"]


class Layout:
    """The panes and widgets; `root` is the page."""

    def __init__(self, state: TableState, models: Models, pictures: Pictures) -> None:
        self._state, self._models = state, models
        self.summary, self.about, self.note = (
            pn.pane.HTML("", sizing_mode="stretch_width", margin=(4, 12), stylesheets=sheets("table/text"))
            for _ in range(3)
        )
        forest, along, rows = (pn.pane.Bokeh(f, sizing_mode="stretch_both", margin=0) for f in pictures.figures)
        forest.css_classes, along.css_classes, rows.css_classes = ["gs-forest"], ["gs-along"], ["gs-rows"]
        self.along, self.rows = along, rows
        self.pages = pmui.Pagination(count=1, value=0, size="small", margin=(4, 8), visible=False)
        self.pages.param.watch(lambda event: setattr(state, "page", event.new + 1), "value")
        self.along.visible = bool(models.along_C)
        card = {"sizing_mode": "stretch_both", "margin": 0}
        inner = pn.Column(
            pn.Column(
                self.summary, *self._controls(), css_classes=["gs-controls"], stylesheets=sheets("card", "table/part"),
                sizing_mode="stretch_width", margin=0,
            ),
            pn.Column(
                forest, self.pages, css_classes=["gs-list"], stylesheets=sheets("card", "figure", "table/part"), **card
            ),
            pn.Column(
                self.about, rows, self.note, along, css_classes=["gs-group"],
                stylesheets=sheets("card", "figure", "table/part"), **card,
            ),
            Explain(state),
            stylesheets=sheets("table/grid"), **card,
        )  # fmt: skip
        self.root = pn.Column(inner, stylesheets=sheets("themed", "table/root"), **card)

    def _controls(self) -> list[Any]:
        state, models = self._state, self._models
        several = {f"{C:.3g}": float(C) for C in models.C.tolist()} if len(models.C) > 1 else {}
        menu = {"sizing_mode": "stretch_width"}
        found = pmui.TextInput.from_param(
            state.param.find, label="Find a group", size="small", description="", margin=(6, 10),
            css_classes=[explain_class("find")], **menu,
        )  # fmt: skip
        controls = []
        if models.is_grouped:
            names = {name: name for name in models.coefficients}
            controls += [
                choice(state, "coefficient", "Coefficient", options=names),
                choice(state, "order", "Order", options=ORDERS),
                brisk(found),
            ]
        if several:
            controls.append(choice(state, "C", "C (inverse penalty)", options=several))
        return controls

    def list(self, listed: Listed) -> None:
        """The groups on show."""
        self.summary.object = summary(self._models, listed)
        page = min(self._state.page, listed.n_pages) - 1
        # It must lie among the pages that there are, before and after.
        self.pages.value = min(page, self.pages.count - 1)
        self.pages.param.update(count=listed.n_pages, visible=listed.n_pages > 1)
        self.pages.value = page

    def show(self, group: Group | None, note: str) -> None:
        """One group; without one, how to come to it."""
        self.about.object = "<p>Tap a group for its model and its rows.</p>" if group is None else group.html
        self.rows.visible = group is not None and group.logit is not None
        self.along.visible = group is not None and bool(self._models.along_C)
        more = 0 if group is None or group.y is None else len(group.y) - MAX_DRAWN
        self.note.object = note + (f"<p>{more:,} more rows are not drawn.</p>" if more > 0 else "")
