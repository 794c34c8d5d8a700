"""Drop-downs of the Explorer."""

from typing import Any

import panel_material_ui as pmui

from gatesweep.app.controls import brisk

__all__ = ["choose", "select"]


def select(explorer: Any, name: str, label: str, options: dict[str, str], width: int) -> Any:
    """A drop-down of a fixed width, bound to a parameter."""
    return brisk(
        pmui.Select.from_param(
            explorer.param[name], label=label, options=options, size="small", width=width, margin=(6, 4)
        )
    )


def choose(menu: Any, options: dict[str, Any], value: Any) -> None:
    """New options, then the value: the browser drops a value that it has no option for."""
    if menu.options != options:
        menu.options = options
    menu.value = value
