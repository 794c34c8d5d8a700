"""Tables as own rows: those built in, or a CSV file, dropped, pasted or chosen; which columns and which classes."""

import base64
import binascii
from collections.abc import Callable
from html import escape
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param
from panel.custom import JSComponent

from gatesweep.app.assets import asset, sheets
from gatesweep.app.compat import Dropdown
from gatesweep.app.controls import WIDE, brisk
from gatesweep.app.lab.commands import Commands
from gatesweep.app.lab.own import Own
from gatesweep.app.refusal import problem
from gatesweep.errors import InputError
from gatesweep.tables.labelled import BUILT_IN, MAX_BYTES, LabelledTable, Selection, built_in

__all__ = ["TablePanel"]

ACROSS = {"sizing_mode": "stretch_width", "margin": 0}


class FileDrop(JSComponent):
    """Hands over the bytes and the name of a file, in one message; of one that is too large, its size."""

    most = param.Integer(MAX_BYTES)

    _esm = asset("lab/drop.js")

    def __init__(self, take: Callable[[str, bytes], None], refuse: Callable[[InputError], None]) -> None:
        super().__init__(stylesheets=sheets("lab/drop"), margin=(4, 10), sizing_mode="stretch_width")
        self._take, self._refuse = take, refuse

    def _handle_msg(self, data: dict[str, Any]) -> None:
        name, content = str(data.get("name") or "the table"), data.get("content")
        with pn.io.hold():
            if isinstance(content, str):
                try:
                    self._take(name, base64.b64decode(content, validate=True))
                except binascii.Error:
                    return
            elif isinstance(size := data.get("size"), int):
                rule = f"a table for the Lab must have {MAX_BYTES / 1e6:g} MB at most"
                given = f"{size / 1e6:.1f} MB"
                self._refuse(InputError(rule, given, "Leave out columns or rows; gatesweep fit takes more"))


class TablePanel(pn.viewable.Viewer):
    """Where rows come from that nobody draws."""

    def __init__(self, lab: Commands) -> None:
        super().__init__()
        self._lab = lab
        self._table: LabelledTable | None = None
        self._chosen: Selection | None = None
        self._is_filling = False
        names = {"none": ""} | {label: name for name, (label, *_) in BUILT_IN.items()}
        self.built_in = brisk(pmui.Select(label="Built-in table", options=names, value="", margin=(7, 10), **WIDE))
        self.built_in.param.watch(lambda event: self._open_built_in(event.new), "value")
        self.drop = FileDrop(self.open_csv, self._refuse)
        labels = {"x1": "x₁", "x2": "x₂", "label": "Label", "zero": "Class 0", "one": "Class 1"}
        self.menus = {
            name: brisk(Dropdown(label=label, options=[], visible=False, margin=(7, 10), **WIDE))
            for name, label in labels.items()
        }
        for name, menu in self.menus.items():
            menu.param.watch(lambda event, name=name: self._choose(name), "value")
        self.said = pn.pane.HTML("", stylesheets=sheets("problem"), margin=(0, 12), sizing_mode="stretch_width")
        self._layout = pn.Column(self.built_in, self.drop, self.said, *self.menus.values(), **ACROSS)

    def _open_built_in(self, name: str) -> None:
        if name and not self._is_filling:
            self._open(built_in(name), BUILT_IN[name][2])

    def open_csv(self, name: str, content: bytes) -> None:
        """Show a CSV file's rows; what is wrong with it is said beside it."""
        try:
            table = LabelledTable.from_csv(content, name)
        except InputError as error:
            self._refuse(error)
            return
        self._open(table, table.start)

    def _open(self, table: LabelledTable, chosen: Selection | None) -> None:
        if chosen is None:
            return
        before = self._table, self._chosen
        self._table, self._chosen = table, chosen
        if not self._show():
            self._table, self._chosen = before
            return
        self._fill()

    def _fill(self) -> None:
        """Have the menus offer what the table has, and stand at what is chosen."""
        table, chosen = self._table, self._chosen
        if table is None or chosen is None:
            return
        classes = table.classes[chosen.label]
        zero, one = chosen.classes
        offered = {
            "x1": (table.numeric, chosen.x1),
            "x2": (table.numeric, chosen.x2),
            "label": (table.labels, chosen.label),
            "zero": (classes, zero),
            "one": (classes, one),
        }
        self._is_filling = True
        try:
            self.built_in.value = table.name if table.name in BUILT_IN and built_in(table.name) is table else ""
            for name, (options, value) in offered.items():
                self.menus[name].param.update(options=list(options), value=value, visible=True)
        finally:
            self._is_filling = False

    def _choose(self, name: str) -> None:
        if self._is_filling or self._table is None or self._chosen is None or self.menus[name].value is None:
            return
        at = {key: menu.value for key, menu in self.menus.items()}
        before = self._chosen
        if name == "label":
            at["zero"], at["one"] = self._table.classes[at["label"]][:2]
        elif at["zero"] == at["one"]:  # The other one gives way.
            at["one" if name == "zero" else "zero"] = before.classes[0 if name == "zero" else 1]
        self._chosen = Selection(at["x1"], at["x2"], at["label"], (at["zero"], at["one"]))
        if not self._show():
            self._chosen = before
        self._fill()

    def _show(self) -> bool:
        """Whether the Lab has taken the rows."""
        if self._table is None or self._chosen is None:
            return False
        try:
            own, skipped = Own.of_table(self._table, self._chosen)
        except InputError as error:
            self._refuse(error)
            return False
        self._lab.edit(own)
        rows = f"{len(own):,} rows of {self._table.name}."
        self.said.object = f"<div class=losses role=status>{escape(f'{rows} {skipped}')}</div>"
        return True

    def _refuse(self, error: InputError) -> None:
        self.said.object = problem(str(error))

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout
