"""The comparisons of the course, each one click, and the question that the chosen one asks."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from gatesweep.app.assets import sheets
from gatesweep.app.controls import brisk, button, choice
from gatesweep.app.explain import explain_class
from gatesweep.app.explorer import words
from gatesweep.app.explorer.commands import Commands
from gatesweep.app.explorer.state import GRID_NAMES, VIEW_NAMES
from gatesweep.lessons import COMPARISONS

__all__ = ["PresetBar"]

SEEN, UNSEEN = {"visibility": "inherit"}, {"visibility": "hidden"}
"""Out of sight and not read out; its place is kept, so that nothing moves at the first change."""
ONE = {"whiteSpace": "nowrap", "padding": "4px 8px", "width": "auto"}
BUTTON = {"flexWrap": "wrap", "& .MuiToggleButton-root": ONE}


class PresetBar(pn.viewable.Viewer):
    """Buttons side by side, or a menu on a phone, whose edge would hide the chosen one."""

    def __init__(self, explorer: Commands) -> None:
        super().__init__()
        self._explorer = explorer
        titles = {preset.title: name for name, preset in COMPARISONS.items()}
        preset, label = explorer.param.preset, "Comparison"
        look = {
            "size": "small",
            "margin": (6, 8),
            "description": "",
            "sx": BUTTON,
            "css_classes": [explain_class("preset")],
        }
        buttons = pmui.RadioButtonGroup.from_param(
            preset, options=titles, label=label, stylesheets=sheets("no_label", "explorer/only_wide"), **look
        )
        menu = choice(explorer, "preset", label, options=titles, stylesheets=sheets("explorer/only_narrow"))
        self._more = ""
        self._question = pn.pane.HTML(
            "",
            sizing_mode="stretch_width",
            margin=(4, 14, 6, 14),
            stylesheets=sheets("answer", "explorer/question"),
            css_classes=["gs-question"],
        )
        asked = (
            button(name, lambda name=name: self.reveal(name.lower()), variant="text", margin=(0, 4, 2, 0))
            for name in ("Hint", "Answer")
        )
        self._progress = pn.pane.HTML("", margin=(6, 8, 0, 8), css_classes=["gs-progress"])
        main: dict[str, Any] = {"variant": "contained", "margin": (0, 8, 8, 0), "css_classes": ["gs-next"]}
        following = button("Next", lambda: self.go(1), **main)
        self._reset = button(
            "Reset",
            self._go_back,
            "restart_alt",
            variant="text",
            margin=(0, 4, 2, 0),
            styles=UNSEEN,
            css_classes=["gs-reset"],
        )
        explorer.param.watch(self._offer_reset, [*GRID_NAMES, *VIEW_NAMES])
        row = {
            "css_classes": ["gs-row"],
            "stylesheets": sheets("explorer/presets_row"),
            "sizing_mode": "stretch_width",
            "margin": 0,
        }
        self._layout = pn.Column(
            pn.Row(brisk(buttons), menu, **row),
            pn.Row(self._question, self._reset, *asked, self._progress, following, **row),
            css_classes=["gs-presets"],
            stylesheets=sheets("card", "explorer/presets"),
            sizing_mode="stretch_width",
            margin=0,
        )

    def _offer_reset(self, *events: Any) -> None:
        """The chosen button itself does nothing; once something was changed, Reset leads back to its comparison."""
        usual = self._explorer.usual(self._explorer.preset)
        is_changed = any(getattr(self._explorer, name) != usual[name] for name in (*GRID_NAMES, *VIEW_NAMES))
        self._reset.styles = SEEN if is_changed else UNSEEN

    def go(self, by: int) -> None:
        """Choose the comparison that is so many on; after the last one comes the first."""
        names = list(COMPARISONS)
        self._explorer.preset = names[(names.index(self._explorer.preset) + by) % len(names)]

    def _go_back(self) -> None:
        self._explorer.restore(self._explorer.usual(self._explorer.preset))

    def ask(self) -> None:
        """Ask the chosen comparison's question."""
        self._more = ""
        preset = self._explorer.preset
        self._progress.object = words.place(list(COMPARISONS).index(preset) + 1, len(COMPARISONS))
        self.write()

    def reveal(self, more: str) -> None:
        """Show the hint or the answer under the question; asked for again, hide it."""
        self._more = "" if more == self._more else more
        self.write()

    def write(self) -> None:
        """The question, with the hint or the answer that is open."""
        chosen = COMPARISONS[self._explorer.preset]
        self.say(chosen.question, getattr(chosen, self._more) if self._more else "")

    def say(self, sentence: str, more: str = "") -> None:
        """Put a sentence where the question stands, and what is known of it below."""
        self._question.object = words.sentence(sentence, more)

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout
