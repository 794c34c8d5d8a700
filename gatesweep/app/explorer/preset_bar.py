"""The comparisons of the course, each one click, and the question that the chosen one asks."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from gatesweep.app.controls import NO_LABEL, brisk, choice
from gatesweep.app.explorer import words
from gatesweep.app.explorer.presets import PRESETS
from gatesweep.app.explorer.style import ONLY_NARROW, ONLY_WIDE
from gatesweep.app.style import CARD

__all__ = ["PresetBar"]

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
            preset, options=titles, label=label, stylesheets=[*NO_LABEL, ONLY_WIDE], **look
        )
        menu = choice(explorer, "preset", label, options=titles, stylesheets=[ONLY_NARROW])
        self._question = pn.pane.HTML("", sizing_mode="stretch_width", margin=(0, 14, 6, 14))
        self._layout = pn.Column(
            brisk(buttons),
            menu,
            self._question,
            css_classes=["gs-presets"],
            stylesheets=[CARD],
            sizing_mode="stretch_width",
            margin=0,
        )

    def ask(self) -> None:
        """Ask the chosen preset's question."""
        self.say(PRESETS[self._explorer.preset].question)

    def say(self, sentence: str) -> None:
        """Put a sentence where the question stands."""
        self._question.object = words.sentence(sentence)

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout
