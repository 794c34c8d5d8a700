"""The Lab's widgets. Each is bound to one parameter of the state; its limits come from there."""

from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
import param

from gatesweep.app.state import LabState
from gatesweep.gates import as_gate

__all__ = ["NO_LABEL", "TruthTable", "brisk", "button", "choice", "decades", "number", "slider", "switch", "toggle"]

BRISK = 12
"""Milliseconds that a widget waits for a newer value before it acts; Panel's own 50 are felt when dragging."""
WIDE = {"sizing_mode": "stretch_width", "size": "small", "description": ""}

NO_LABEL = [
    ".MuiFormLabel-root { position: absolute !important; clip-path: inset(50%) } button { white-space: nowrap }"
]
"""For a group whose meaning is plain to the eye; the label is still read out."""


def brisk(widget: Any) -> Any:
    """The widget, answering at once."""
    widget._debounce = BRISK
    return widget


def slider(state: LabState, name: str, label: str, **options) -> Any:
    """A slider over the parameter's soft bounds; a value beyond them (from a link) widens it."""
    declared = state.param[name]
    kind = pmui.IntSlider if isinstance(declared, param.Integer) else pmui.FloatSlider
    low, high = declared.get_soft_bounds()
    options = {"start": low, "end": high, "step": declared.step or 1} | options
    value = getattr(state, name)
    widget = kind(label=label, margin=(3, 14, 3, 12), **(WIDE | options))
    _link(widget, state, name, value)
    return brisk(widget)


def _link(widget: Any, state: LabState, name: str, value: Any) -> None:
    def widen(value: Any) -> None:
        widget.param.update(start=min(widget.start, value), end=max(widget.end, value), value=value)

    widen(value)
    # Not event.new: another watcher may have refused the value meanwhile.
    state.param.watch(lambda event: widen(getattr(state, name)), name)
    widget.param.watch(lambda event: state.param.update(**{name: event.new}), "value")


def decades(state: LabState, name: str, label: str, highest: float) -> Any:
    """A slider over powers of ten from 0.001 to `highest`, 2 significant digits."""
    low, high = -3.0, np.log10(highest)
    widget = pmui.FloatSlider(start=low, end=high, step=0.1, show_value=False, margin=(3, 14, 3, 12), **WIDE)

    def show(value: float) -> None:
        shown = np.clip(np.log10(value), low, high)
        text = "no limit" if np.isinf(value) else f"{value:g}"
        widget.param.update(label=f"{label}: {text}", value=float(round(shown, 1)))

    def take(event: Any) -> None:
        # A slider that only follows must not round the value that it was told.
        if abs(np.clip(np.log10(getattr(state, name)), low, high) - event.new) > 0.051:
            setattr(state, name, float(f"{10**event.new:.2g}"))

    show(getattr(state, name))
    state.param.watch(lambda event: show(getattr(state, name)), name)
    widget.param.watch(take, "value")
    return brisk(widget)


def number(state: LabState, name: str, label: str, **options) -> Any:
    """A field for a whole number whose range is too wide for a slider."""
    declared = state.param[name]
    low, high = declared.bounds
    return brisk(
        pmui.IntInput.from_param(declared, label=label, margin=(6, 8), **(WIDE | {"start": low, "end": high} | options))
    )


def choice(state: LabState, name: str, label: str, **options) -> Any:
    """A drop-down of the parameter's values."""
    return brisk(pmui.Select.from_param(state.param[name], label=label, margin=(7, 10), **(WIDE | options)))


def toggle(state: LabState, name: str, label: str, options: dict) -> Any:
    """A few values side by side."""
    return brisk(
        pmui.RadioButtonGroup.from_param(
            state.param[name],
            label=label,
            options=options,
            size="small",
            stylesheets=NO_LABEL,
            description="",
            margin=0,
        )
    )


def switch(state: LabState, name: str, label: str, **options) -> Any:
    """On or off."""
    return brisk(
        pmui.Switch.from_param(
            state.param[name], label=label, **({"size": "small", "margin": (3, 12), "description": ""} | options)
        )
    )


def button(label: str, act: Any, icon: str | None = None, **options) -> Any:
    """A button that calls `act` without arguments; without text its label is read out and shown on hover."""
    defaults = {"size": "small", "variant": "outlined", "margin": 0, "icon": icon, "label": label}
    made = brisk(pmui.Button(**(defaults | options)))
    made.on_click(lambda event: act())
    return made


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
