"""The gate's truth table as four buttons."""

import panel as pn

from gatesweep.app.controls import button
from gatesweep.app.lab.state import LabState
from gatesweep.gates import as_gate

__all__ = ["TruthTable"]


class TruthTable(pn.viewable.Viewer):
    """The gate's four outputs, laid out as the corners lie in the plot; a press flips one."""

    def __init__(self, state: LabState) -> None:
        super().__init__()
        self._state = state
        self.buttons = {
            (x1, x2): button("", lambda x1=x1, x2=x2: self.flip(x1, x2), sizing_mode="stretch_width", margin=2)
            for x2 in (1, 0)
            for x1 in (0, 1)
        }
        state.param.watch(lambda *events: self._label(), "gate")
        self._label()
        cells = list(self.buttons.values())
        self._layout = pn.Column(
            pn.Row(*cells[:2], sizing_mode="stretch_width", margin=0),
            pn.Row(*cells[2:], sizing_mode="stretch_width", margin=0),
            sizing_mode="stretch_width",
            margin=(0, 8, 4, 8),
        )

    def flip(self, x1: int, x2: int) -> None:
        """Turn the output at one corner around; the gate follows."""
        truth = list(as_gate(self._state.gate).truth)
        truth[2 * x1 + x2] ^= 1
        self._state.gate = as_gate(truth).name

    def _label(self) -> None:
        truth = as_gate(self._state.gate).truth
        for (x1, x2), cell in self.buttons.items():
            output = truth[2 * x1 + x2]
            cell.param.update(label=f"{x1} {x2} → {output}", color="secondary" if output else "primary")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout
