"""The comparisons of the course, each one click, and the question that the chosen one asks."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from gatesweep.app.assets import sheets
from gatesweep.app.controls import brisk, button, choice
from gatesweep.app.explorer import words
from gatesweep.app.explorer.presets import PRESETS
from gatesweep.app.explorer.state import GRID_NAMES, VIEW_NAMES

__all__ = ["PresetBar"]

SEEN, UNSEEN = {"visibility": "inherit"}, {"visibility": "hidden"}
"""Out of sight and not read out; its place is kept, so that nothing moves at the first change."""
BUTTON = {"& .MuiToggleButton-root": {"whiteSpace": "nowrap", "padding": "4px 12px"}}


class PresetBar(pn.viewable.Viewer):
    """Buttons side by side, or a menu on a phone, whose edge would hide the chosen one."""

    def __init__(self, explorer: Any) -> None:
        super().__init__()
        self._explorer = explorer
        titles = {preset.title: name for name, preset in PRESETS.items()}
        preset, label = explorer.param.preset, "Comparison"
        look = {"size": "small", "margin": (6, 8), "description": "", "sx": BUTTON}
        buttons = pmui.RadioButtonGroup.from_param(
            preset, options=titles, label=label, stylesheets=sheets("no_label", "explorer/only_wide"), **look
        )
        menu = choice(explorer, "preset", label, options=titles, stylesheets=sheets("explorer/only_narrow"))
        self._question = pn.pane.HTML("", sizing_mode="stretch_width", margin=(0, 14, 6, 14))
        self._reset = button("Reset", self._go_back, "restart_alt", variant="text", margin=(8, 8, 0, 0), styles=UNSEEN)
        explorer.param.watch(self._offer_reset, [*GRID_NAMES, *VIEW_NAMES])
        self._layout = pn.Column(
            pn.Row(brisk(buttons), menu, self._reset, sizing_mode="stretch_width", margin=0),
            self._question,
            css_classes=["gs-presets"],
            stylesheets=sheets("card"),
            sizing_mode="stretch_width",
            margin=0,
        )

    def _offer_reset(self, *events: Any) -> None:
        """The chosen button itself does nothing; once something was changed, Reset leads back to its comparison."""
        usual = self._explorer.usual(self._explorer.preset)
        is_changed = any(getattr(self._explorer, name) != usual[name] for name in (*GRID_NAMES, *VIEW_NAMES))
        self._reset.styles = SEEN if is_changed else UNSEEN

    def _go_back(self) -> None:
        self._explorer.restore(self._explorer.usual(self._explorer.preset))

    def ask(self) -> None:
        """Ask the chosen preset's question."""
        self.say(PRESETS[self._explorer.preset].question)

    def say(self, sentence: str) -> None:
        """Put a sentence where the question stands."""
        self._question.object = words.sentence(sentence)

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout
