"""The app's widgets. Each is bound to one parameter of a state; its limits come from there, and what explains it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import panel as pn
import panel_material_ui as pmui
import param

from gatesweep.app.assets import sheets
from gatesweep.app.compat import WIDGET_HEIGHTS, Dropdown, answer_after
from gatesweep.app.explain import explain_class
from gatesweep.app.numbered import Field, Numbered, Range, Slider
from gatesweep.codec import read
from gatesweep.errors import InputError

__all__ = [
    "BRISK",
    "IN_ROW",
    "NO_LABEL",
    "SLIDER",
    "WIDE",
    "PickedMenu",
    "at_most",
    "brisk",
    "button",
    "choice",
    "choices",
    "decades",
    "filled",
    "fold",
    "number",
    "range_slider",
    "select",
    "slider",
    "switch",
    "text",
    "toggle",
    "wide",
    "within",
]

BRISK = 4
"""Milliseconds that a widget waits for a newer value before it acts; Panel's own 50 are felt when dragging."""
SLIDER = {"sizing_mode": "stretch_width", "margin": (3, 14, 3, 12)}
WIDE = {"sizing_mode": "stretch_width", "size": "small", "description": ""}

IN_ROW = {"size": "small", "margin": (6, 4)}
"""Look of a menu beside others."""
NO_LABEL = sheets("no_label")
"""For a group whose meaning is plain to the eye."""


def brisk(widget: Any) -> Any:
    """The widget, answering at once and with its place kept."""
    answer_after(widget, BRISK)
    widget.min_height = WIDGET_HEIGHTS.get(type(widget))
    return widget


def slider(state: param.Parameterized, name: str, label: str, **options: Any) -> Slider:
    """A slider over the parameter's soft bounds; a value beyond them (from a link) widens it while it lasts."""
    declared = state.param[name]
    low, high = declared.get_soft_bounds()
    low, high, step = (options.pop(key, usual) for key, usual in (("start", low), ("end", high), ("step", None)))
    step = step or declared.step or 1

    def show() -> dict[str, Any]:
        value = getattr(state, name)
        ends = {"start": min(low, value), "end": max(high, value)}
        return {"label": label, "value": value, "step": step, "text": None} | ends

    def take(request: Mapping[str, Any]) -> None:
        shown = show()
        value = within(request, shown["start"], shown["end"])
        if value is not None:
            # A browser adds steps of 0.1 without rounding.
            exact = round(value) if isinstance(declared, param.Integer) else round(value, 10)
            state.param.update(**{name: exact})

    return _following(state, name, Slider(show, take, css_classes=[explain_class(name)], **(SLIDER | options)))


def decades(state: param.Parameterized, name: str, label: str, highest: float) -> Slider:
    """A slider over powers of ten from 0.001 to `highest`, 2 significant digits."""
    low, high = -3.0, float(np.log10(highest))

    def show() -> dict[str, Any]:
        value = getattr(state, name)
        text = "no limit" if np.isinf(value) else f"{value:g}"
        place = float(np.clip(np.log10(value), low, high).round(1))
        return {"label": label, "value": place, "start": low, "end": high, "step": 0.1, "text": text, "is_log": True}

    def take(request: Mapping[str, Any]) -> None:
        power = within(request, low, high)
        if power is not None:
            state.param.update(**{name: float(f"{10**power:.2g}")})

    return _following(state, name, Slider(show, take, css_classes=[explain_class(name)], **SLIDER))


def range_slider(state: param.Parameterized, name: str, label: str) -> Range:
    """Two thumbs for the ends of a range; a value beyond the parameter's soft bounds widens it while it lasts."""
    declared = state.param[name]
    low, high = declared.get_soft_bounds()

    def show() -> dict[str, Any]:
        first, last = getattr(state, name)
        ends = {"start": min(low, first), "end": max(high, last), "step": declared.step}
        return {"label": label, "low": first, "high": last} | ends

    def take(request: Mapping[str, Any]) -> None:
        shown = show()
        first = within(request, shown["start"], shown["high"], "low")
        last = within(request, shown["low"], shown["end"], "high")
        ends = (shown["low"] if first is None else round(first, 10), shown["high"] if last is None else round(last, 10))
        state.param.update(**{name: ends})

    return _following(state, name, Range(show, take, css_classes=[explain_class(name)], **SLIDER))


def within(request: Mapping[str, Any], low: float, high: float, name: str = "value") -> float | None:
    """The value that a slider asks for, brought within its ends; None where it asks for none."""
    value = request.get(name)
    return float(np.clip(value, low, high)) if isinstance(value, int | float) and np.isfinite(value) else None


Followed = TypeVar("Followed", bound=Numbered)


def _following(state: param.Parameterized, name: str, control: Followed) -> Followed:
    state.param.watch(control.tell, name)
    return control


def number(state: Any, name: str, label: str, highest: Callable[[], int] | None = None, **options: Any) -> Field:
    """A field for a whole number whose range is too wide for a slider; what is out of it, `state.refused` says.

    Args:
        highest: what the range ends at, where that changes.
    """
    declared = state.param[name]
    low = declared.bounds[0]

    def high() -> int:
        return declared.bounds[1] if highest is None else max(low, highest())

    def show() -> dict[str, Any]:
        value = getattr(state, name)
        text = "" if value is None else str(min(value, high()))
        told = {"text": text, "low": low, "high": high(), "is_refused": name in state.refused}
        return {"label": label, "placeholder": "none" if declared.allow_None else ""} | told

    def take(request: Mapping[str, Any]) -> None:
        text = str(request.get("text", ""))[:40].strip()
        try:
            value = None if declared.allow_None and not text else read(declared, text)
        except InputError:
            value = np.nan
        if value is None or low <= value <= high():
            state.refused = {}
            state.param.update(**{name: value})
        else:
            rule = f"{label} must be a whole number from {low:,} to {high():,}"
            state.refused = {name: f"{rule}, got {text or 'nothing'}"}

    look = {"sizing_mode": "stretch_width", "margin": (6, 10), "css_classes": [explain_class(name)]} | options
    made = _following(state, name, Field(show, take, **look))
    state.param.watch(made.tell, "refused")
    return made


def choice(state: param.Parameterized, name: str, label: str, **options: Any) -> Any:
    """A drop-down of the parameter's values."""
    options = WIDE | {"margin": (7, 10), "css_classes": [explain_class(name)]} | options
    return brisk(Dropdown.from_param(state.param[name], label=label, **options))


def choices(state: param.Parameterized, name: str, label: str) -> Any:
    """A drop-down that takes several of the parameter's values."""
    options = {"sizing_mode": "stretch_width", "margin": (6, 10), "css_classes": [explain_class(name)]}
    return brisk(
        pmui.MultiChoice.from_param(
            state.param[name], label=label, chip=False, searchable=True, description="", **options
        )
    )


def text(state: param.Parameterized, name: str, label: str) -> Any:
    """A field for a parameter that is text."""
    cut = {"& input": {"textOverflow": "ellipsis"}}
    options = WIDE | {"margin": (6, 10), "css_classes": [explain_class(name)], "sx": cut}
    return pmui.TextInput.from_param(state.param[name], label=label, **options)


def toggle(state: param.Parameterized, name: str, label: str, options: dict) -> Any:
    """A few values side by side."""
    return brisk(
        pmui.RadioButtonGroup.from_param(
            state.param[name],
            label=label,
            options=options,
            size="small",
            stylesheets=NO_LABEL,
            description="",
            css_classes=[explain_class(name)],
            margin=0,
        )
    )


def switch(state: param.Parameterized, name: str, label: str, **options: Any) -> Any:
    """On or off."""
    options = {"size": "small", "margin": (3, 12), "description": "", "css_classes": [explain_class(name)]} | options
    return brisk(pmui.Switch.from_param(state.param[name], label=label, **options))


def button(label: str, act: Any, icon: str | None = None, explained_by: str = "", **options: Any) -> Any:
    """A button that calls `act` without arguments; without text its label is read out and shown on hover."""
    defaults: dict[str, Any] = {"size": "small", "variant": "outlined", "margin": 0, "icon": icon, "label": label}
    defaults["css_classes"] = [explain_class(explained_by)] if explained_by else []
    made = brisk(pmui.Button(**(defaults | options)))
    made.on_click(lambda event: act())
    return made


def wide(width: str) -> dict[str, Any]:
    """Size of what is as wide as that whatever is in it; Bokeh's own widths are pixels."""
    sheet = f":host {{ width: {width} !important; flex: none !important }}"
    return {"sizing_mode": None, "width": None, "stylesheets": [sheet]}


def at_most(width: int) -> dict[str, Any]:
    """Size of a menu that shares a row with others; `width` is of 1/16 of the page's measure."""
    return {"sizing_mode": "stretch_width", "styles": {"max-width": f"{width / 16:g}rem"}}


def select(state: param.Parameterized, name: str, label: str, options: dict[str, str], **size: Any) -> Any:
    """A drop-down in a row, bound to a parameter."""
    look = IN_ROW | {"css_classes": [explain_class(name)], "description": ""} | size
    return brisk(Dropdown.from_param(state.param[name], label=label, options=options, **look))


Layout = TypeVar("Layout", bound=pn.Column | pn.Row | pn.FlexBox)


def filled(layout: Layout, *parts: Any) -> Layout:
    """The layout with these parts. One that is hidden takes its place when it is first shown, and keeps it.

    A part that nobody sees costs the server, the line and the browser as much as one that all see.
    """
    views, first = [pn.panel(part) for part in parts], len(layout.objects)

    def take_place(event: param.parameterized.Event) -> None:
        if event.obj not in layout.objects:
            place = next(i for i, view in enumerate(views) if view is event.obj)
            before = [layout.objects.index(view) for view in views[:place] if view in layout.objects]
            layout.insert(max(before, default=first - 1) + 1, event.obj)

    layout.extend([view for view in views if view.visible])
    for view in views:
        if not view.visible:
            view.param.watch(take_place, "visible")
    return layout


def fold(title: str, explained_by: str, *parts: Any) -> pmui.Accordion:
    """A fold that is filled when it is first opened: what nobody looks at is not part of the page's first view."""
    inside = pn.Column(sizing_mode="stretch_width", margin=0)
    fold = pmui.Accordion(
        (title, inside),
        css_classes=[explain_class(explained_by)],
        active=[],
        disable_gutters=True,
        elevation=0,
        title_variant="body2",
        sizing_mode="stretch_width",
        margin=0,
        sx={"backgroundColor": "transparent", "&:before": {"display": "none"}},
    )

    def fill(*events: Any) -> None:
        if fold.active and not inside.objects:
            inside[:] = parts

    fold.param.watch(fill, "active")
    return fold


class PickedMenu(pn.viewable.Viewer):
    """A drop-down that follows what is shown. `picked(name, value)` hears what a visitor chooses, and no more."""

    def __init__(self, picked: Callable[[str, Any], None], **look: Any) -> None:
        super().__init__()
        self.name_of_choice = ""
        self._picked = picked
        self._known: Any = None
        """What it was told to show, or was heard of last: any other value is a choice."""
        self.select = Dropdown(**(IN_ROW | look))
        self.select.param.watch(self._hear, "value")

    @property
    def text(self) -> str:
        """What the menu calls its value."""
        return next(text for text, value in self.select.options.items() if value == self.select.value)

    def show(self, name: str, label: str, options: dict[str, Any], value: Any) -> None:
        """Offer these options, with one of them chosen."""
        self.name_of_choice, self._known = name, value
        # The options, then the value: the browser drops a value that it has no option for.
        shown = {"options": options, "value": value, "visible": True, "css_classes": [explain_class(name)]}
        self.select.param.update(**shown, **({"label": label} if label else {}))

    def hide(self) -> None:
        self.select.visible = False

    def _hear(self, event: Any) -> None:
        if event.new is not None and event.new != self._known:
            self._known = event.new
            self._picked(self.name_of_choice, event.new)

    def __panel__(self) -> Any:
        return self.select
