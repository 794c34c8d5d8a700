"""The controls of own rows: what is drawn, undo and redo, and tables to start from."""

from typing import Any

import panel as pn

from gatesweep.app.assets import sheets
from gatesweep.app.controls import button, fold, slider, switch, toggle
from gatesweep.app.lab.commands import Commands
from gatesweep.app.lab.drawing_board import DrawingBoard
from gatesweep.app.lab.own_rows import OwnRows
from gatesweep.app.lab.own_words import unlinked
from gatesweep.app.lab.pictures import Boundary
from gatesweep.app.lab.table_panel import TablePanel

__all__ = ["OwnPanel"]

ACROSS = {"sizing_mode": "stretch_width", "margin": 0}
TOOLS = {"Point": "point", "Cloud": "cloud", "Erase": "erase"}


class OwnPanel(pn.viewable.Viewer):
    """What a tap draws, and what happens to all rows at once."""

    def __init__(self, lab: Commands, boundary: Boundary) -> None:
        super().__init__()
        self._lab = lab
        self.board = DrawingBoard(lab, boundary)
        self.pen = toggle(lab, "pen", "Class", {"0": 0, "1": 1})
        self.tool = toggle(lab, "tool", "Tool", TOOLS)
        self.spread = slider(lab, "spread", "Spread of a cloud")
        look: dict[str, Any] = {"margin": 2, "variant": "text"}
        self.undo = button("Undo", lab.undo, "undo", **look)
        self.redo = button("Redo", lab.redo, "redo", **look)
        self.clear = button("Clear", lambda: lab.edit(lab.own.cleared()), "delete_sweep", **look)
        self.from_gate = button("From the gate", lab.take_gate_rows, explained_by="from_gate", **look)
        self.tables = TablePanel(lab)
        self.note = pn.pane.HTML("", stylesheets=sheets("lab/text"), margin=(2, 12), sizing_mode="stretch_width")
        self._layout = pn.Column(
            pn.FlexBox(self.tool, self.pen, margin=(4, 10), sizing_mode="stretch_width", gap=".4rem"),
            self.spread,
            pn.FlexBox(self.undo, self.redo, self.clear, self.from_gate, self.board, **ACROSS),
            self.note,
            switch(lab, "standardize", "Standardise"),
            fold("Table", "table", self.tables),
            **ACROSS,
        )
        lab.param.watch(lambda *events: self.draw(), ["source", "own", "tool", "fit"])
        self.draw()

    def draw(self) -> None:
        """Only what can be done now."""
        lab, rows = self._lab, self._lab.fit.rows
        self.spread.visible, self.pen.visible = lab.tool == "cloud", lab.tool != "erase"
        self.undo.disabled, self.redo.disabled = not lab.can_undo, not lab.can_redo
        self.clear.disabled = not len(lab.own)
        zero, one = lab.own.classes
        if list(self.pen.options) != [zero, one] and zero != one:
            self.pen.options = {zero: 0, one: 1}
        note = unlinked(rows) if isinstance(rows, OwnRows) else ""
        self.note.object = f"<div class=losses role=status>{note}</div>" if note else ""

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout
