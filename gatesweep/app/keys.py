"""The keyboard: which keys do something, and the list of them that a visitor can call up."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from gatesweep.app.assets import sheets

__all__ = ["DRAWING", "KEYS", "MEANING", "KeyHelp", "caps"]

MEANING = (
    (("?",), "this list"),
    (("v",), "Lab or Explorer, or the models of a table"),
    (("d",), "light or dark"),
    ((" ",), "play or pause the epochs"),
    (("ArrowLeft", "ArrowRight"), "one epoch back, one on; of a table one page"),
    (("Home", "End"), "first epoch, last epoch"),
    (tuple("123456789"), "a lesson in the Lab, a comparison in the Explorer"),
    ((",", "."), "the one before, the next one"),
    (("0",), "close the lesson"),
    (("h", "a"), "hint, answer"),
    (("n",), "new draw: the next seed"),
    (("z", "y"), "undo, redo what was drawn"),
)
NAMES = {" ": "space", "ArrowLeft": "←", "ArrowRight": "→"}
KEYS = [key for keys, _ in MEANING for key in keys]
"""Keys that the page hands on, by their names in a browser."""

DRAWING = (
    "Arrows move a cross (with Shift finely), Enter draws there, Delete takes the nearest point away, "
    "m takes it along, c changes the class"
)
"""What keys do on the plane where own rows are drawn."""

CLOSE = {"& .MuiIconButton-root": {"color": "text.secondary"}}


class KeyHelp(pn.viewable.Viewer):
    """The list of keys in a dialog; Escape or its button closes it."""

    def __init__(self) -> None:
        super().__init__()
        rows = "".join(f"<tr><td>{caps(keys, '<kbd>{}</kbd>')}</td><td>{words}</td></tr>" for keys, words in MEANING)
        table = pn.pane.HTML(f"<table>{rows}</table>", stylesheets=sheets("keys"), sizing_mode="stretch_width")
        self.dialog = pmui.Dialog(
            table, title="Keys", title_variant="h6", show_close_button=True, close_on_click=True, sx=CLOSE
        )

    def toggle(self) -> None:
        self.dialog.open = not self.dialog.open

    def __panel__(self) -> Any:
        return self.dialog


def caps(keys: tuple[str, ...], form: str = "{}") -> str:
    """Names of keys, each in this form; of many the first and the last."""
    named = [form.format(NAMES.get(key, key)) for key in keys]
    return f"{named[0]} to {named[-1]}" if len(keys) > 2 else " ".join(named)
