"""The gate's truth table as four buttons."""

import panel as pn

from gatesweep.app.controls import button
from gatesweep.app.explain import explain_class
from gatesweep.app.lab.commands import Commands
from gatesweep.gates import as_gate

__all__ = ["TruthTable"]


class TruthTable(pn.viewable.Viewer):
    """The gate's four outputs, laid out as the corners lie in the plot; a press flips one."""

    def __init__(self, lab: Commands) -> None:
        super().__init__()
        self._lab = lab
        self.buttons = {
            (x1, x2): button("", lambda x1=x1, x2=x2: lab.flip(x1, x2), sizing_mode="stretch_width", margin=2)
            for x2 in (1, 0)
            for x1 in (0, 1)
        }
        lab.param.watch(lambda *events: self._label(), "gate")
        self._label()
        cells = list(self.buttons.values())
        self._layout = pn.Column(
            pn.Row(*cells[:2], sizing_mode="stretch_width", margin=0),
            pn.Row(*cells[2:], sizing_mode="stretch_width", margin=0),
            sizing_mode="stretch_width",
            margin=(0, 8, 4, 8),
            css_classes=[explain_class("truth_table")],
        )

    def _label(self) -> None:
        truth = as_gate(self._lab.gate).truth
        for (x1, x2), cell in self.buttons.items():
            output = truth[2 * x1 + x2]
            cell.param.update(label=f"{x1} {x2} → {output}", color="secondary" if output else "primary")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout
