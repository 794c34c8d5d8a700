"""The page: Lab and Explorer under one header, the address line, keys, and what goes to the clipboard."""

import asyncio
import logging
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param
import xarray as xr
from panel.util import edit_readonly

from gatesweep.app.bridge import Bridge
from gatesweep.app.controls import NO_LABEL, brisk
from gatesweep.app.explorer import downloads
from gatesweep.app.explorer.explorer import Explorer
from gatesweep.app.explorer.state import LINKED
from gatesweep.app.keys import KeyHelp
from gatesweep.app.lab import words
from gatesweep.app.lab.lab import Lab
from gatesweep.app.lab.state import SETTINGS, VIEW
from gatesweep.app.links import as_command, as_python, read_query, to_query
from gatesweep.app.notebook import has_loop
from gatesweep.app.prompt import send_at_once
from gatesweep.app.theme import LIGHT, THEME_CONFIG
from gatesweep.gates import GATE_NAMES

__all__ = ["Shell", "create_app"]

REST = 0.6
"""Seconds without a change before the address line follows, so that a drag is one step of Back."""
OWN = ("view", "embed")
"""Names in a link that are the shell's: view=explorer, embed=true (no header, for a frame)."""
CHOSEN = f"button[aria-pressed=true] {{ color: #fff !important; background-color: {LIGHT.classes[0]} !important }}"
"""The view on show, as plain as every other choice on the page; a header's own colours hide it."""
SHARE = {"Copy link": "link", "Copy as Python": "code", "Copy as command": "terminal"}
SHARE_LOOK = """
button { color: var(--panel-on-surface-color) !important }
@media (max-width: 480px) { :host { width: 44px !important } button { min-width: 0 !important; font-size: 0 !important }
  .MuiButton-startIcon { margin: 0 } .MuiButton-startIcon * { font-size: 22px !important }
  button svg { display: none } }
"""
"""On a phone the icon alone: the name stays for those who are read to."""
FILL = {"sizing_mode": "stretch_both", "margin": 0}
LOOK = {
    "main": {"backgroundColor": "background.default"},
    ".title": {
        "color": "text.primary",
        "fontSize": {"xs": 16, "sm": 20},
        "fontWeight": 700,
        "letterSpacing": "-0.01em",
        "marginRight": "8px",
        "@media (max-width: 359px)": {"display": "none"},
    },
}
BARE = {"header": {"display": "none"}, "main .MuiToolbar-root": {"display": "none"}}


class Shell(param.Parameterized):
    """One visitor's page. `page` is what to serve."""

    view = param.Selector(default="lab", objects=["lab", "explorer"])

    def __init__(self, dataset: xr.Dataset | None = None, **params: Any) -> None:
        super().__init__(**params)
        location = pn.state.location
        query = location.search if location else ""
        asked = dict(part.partition("=")[::2] for part in query.lstrip("?").split("&"))
        self._bare = bare = asked.get("embed") == "true"
        self.lab, self._dataset, self._home = Lab(), dataset, self.view
        self.explorer: Explorer | None = None
        self.keys = KeyHelp()
        self.bridge = Bridge(self._key, self.go, self._darken, search=query, width=0, height=0, margin=0)
        height = f":host {{ --lab-height: calc(100dvh - {0 if bare else 53}px) }}"
        self._lab_place = pn.Column(self.lab, stylesheets=[height], **FILL)
        self._explorer_place = pn.Column(visible=False, stylesheets=[height], **FILL)
        self.page = self._page(bare)
        self.param.watch(self._show, "view")
        self.lab.param.watch(self._changed, [*SETTINGS, *VIEW, "playing"])
        # What changes between a page's making and its loading does not reach the address line.
        self._generation, self._linked, self._loaded = 0, -1, False
        if self.view == "explorer":
            self._show()
        if query:
            self.go(query)
        pn.state.onload(self._begin)

    def _begin(self) -> None:
        self._loaded = True
        self._linked_to()

    def _page(self, bare: bool) -> pmui.Page:
        views = brisk(
            pmui.RadioButtonGroup.from_param(
                self.param.view,
                label="View",
                options={"Lab": "lab", "Explorer": "explorer"},
                size="small",
                margin=(0, 12),
                stylesheets=[*NO_LABEL, CHOSEN],
                description="",
            )
        )
        share = pmui.MenuButton(
            label="Share",
            icon="share",
            size="small",
            variant="text",
            margin=(0, 4),
            width=110,
            stylesheets=[SHARE_LOOK],
            items=[{"label": label, "icon": icon} for label, icon in SHARE.items()],
        )
        share.on_click(lambda item: self.share(item["label"]))
        help_button = pmui.IconButton(
            icon="keyboard",
            label="Keys",
            description="Keys (?)",
            size="1.4em",
            margin=0,
            on_click=lambda _: self.keys.toggle(),
            stylesheets=["@media (max-width: 480px) { :host { display: none } }"],
        )
        page = pmui.Page(
            title="gatesweep",
            header=[
                pn.Row(
                    views,
                    pn.HSpacer(),
                    share,
                    help_button,
                    self.bridge,
                    sizing_mode="stretch_width",
                    margin=0,
                    align="center",
                )
            ],
            main=[pn.Column(self._lab_place, self._explorer_place, self.keys, **FILL)],
            theme_config=THEME_CONFIG,
            busy_indicator=None,
            sx=LOOK | (BARE if bare else {}),
            meta_description="Logistic models on noisy logic gates, live.",
        )
        # A page follows Panel's process-wide busy state: it would be held by it for ever, and drawn anew at
        # every move of every visitor.
        with edit_readonly(page):
            page.busy = param.rx(False)  # a reference takes the old one's place; a plain value would leave it
        page.param.watch(self._theme, "dark_theme")
        return page

    def _theme(self, *events: param.parameterized.Event) -> None:
        self.lab.dark = self.page.dark_theme
        if self.explorer:
            self.explorer.dark = self.page.dark_theme

    def _darken(self) -> None:
        self.page.dark_theme = True

    # Views

    def _show(self, *events: param.parameterized.Event) -> None:
        if self.view == "explorer" and self.explorer is None:
            self.explorer = Explorer(self._dataset, on_open=self.open)
            self.explorer.dark = self.page.dark_theme
            self.explorer.param.watch(self._changed, list(LINKED))
            self._explorer_place.append(self.explorer)
        self._lab_place.visible = self.view == "lab"
        self._explorer_place.visible = self.view == "explorer"
        self._changed()

    def open(self, **settings: Any) -> None:
        """Show a model of the Explorer in the Lab, at its epoch."""
        values, complaints = {"epoch": settings.get("epoch")}, []
        if settings.get("gate") not in GATE_NAMES:
            self._complain([f"The Lab shows gates of two inputs, and {settings.get('gate')} has another number."])
            return
        for name in SETTINGS:
            if name in settings:
                try:
                    values[name] = type(self.lab).check(name, settings[name])
                    self.lab.param[name]._validate(values[name])
                except ValueError as error:
                    complaints.append(str(error))
        if complaints:
            self._complain(complaints)
            return
        self.lab.restore(values)
        self.view = "lab"

    # Links

    @property
    def query(self) -> str:
        """The link to what is on show, from its question mark."""
        query = self._view_query
        return f"{query or '?'}{'&' if query else ''}embed=true" if self._bare else query

    @property
    def _view_query(self) -> str:
        if self.view == "lab" or self.explorer is None:
            query = to_query(self.lab.link_values, self.lab.usual(self.lab.lesson) | {"lesson": 0})
            return query or ("" if self._home == "lab" else "?view=lab")
        e = self.explorer
        values = {name: getattr(e, name) for name in LINKED}
        return to_query({"view": "explorer"} | values, e.usual(e.preset) | {"preset": e.param.preset.default})

    def go(self, query: str) -> None:
        """Show what a link asks for; what it gets wrong is left out and said."""
        asked = set(query.lstrip("?").split("&")) - {"", "embed=true"}
        self.view = self._home if not asked else "explorer" if "view=explorer" in asked else "lab"
        if self.view == "lab" or self.explorer is None:
            values, complaints = read_query(self.lab, (*SETTINGS, *VIEW), query, ignore=OWN)
            self.lab.restore(values)
        else:
            values, complaints = read_query(self.explorer, LINKED, query, ignore=OWN)
            values, more = self.explorer.completed(values)
            complaints += more
            self.explorer.restore(values)
        self._complain(complaints)
        self._linked_to()

    def _linked_to(self) -> None:
        """What is on show is a link's: the next address takes the place of the last."""
        self._changed()
        self._linked = self._generation

    def _complain(self, complaints: list[str]) -> None:
        def say() -> None:
            for complaint in complaints[:3]:
                pn.state.notifications.warning(complaint, duration=8000)

        if complaints and pn.state.notifications:
            pn.state.onload(say)

    def _changed(self, *events: param.parameterized.Event) -> None:
        self._generation += 1
        if self._loaded and has_loop():
            pn.state.execute(self._write_address)

    async def _write_address(self) -> None:
        generation = self._generation
        await asyncio.sleep(REST)
        if generation == self._generation and not self.lab.playing:
            # What a link got wrong or said twice is no step of its own: Back would never get past it.
            self.bridge.write(self.query, replaces=generation == self._linked)

    def share(self, what: str) -> None:
        """Put the link, the Python or the command for what is on show on the clipboard."""
        if what == "Copy link":
            self.bridge.copy("{origin}" + self.query)
        else:
            self.bridge.copy(self._code("Python" in what))
        if pn.state.notifications:
            pn.state.notifications.success("Copied", duration=1500)

    def _code(self, python: bool) -> str:
        if self.view == "lab" or self.explorer is None:
            lab = self.lab
            note = words.difference(lab.fit, lab.solver, lab.init, lab.by_hand)
            return note + (as_python(lab) if python else as_command(lab))
        experiment = self.explorer.shown
        if python:
            return downloads.as_python(experiment, self.explorer, self.explorer.picture)
        return downloads.as_command(experiment)

    def _key(self, key: str) -> None:
        if key == "d":
            self.page.dark_theme = not self.page.dark_theme
        elif key == "v":
            self.view = "lab" if self.view == "explorer" else "explorer"
        elif key == "?":
            self.keys.toggle()
        elif self.view == "lab":
            self.lab.press(key)
        elif self.explorer:
            self.explorer.press(key)


def _report(error: Exception) -> None:
    """Say what went wrong and keep the session alive."""
    logging.getLogger("gatesweep").error("Error in a session", exc_info=error)
    if pn.state.notifications:
        pn.state.notifications.error(f"{type(error).__name__}: {error}"[:300], duration=8000)


def create_app(dataset: xr.Dataset | None = None, view: str = "lab") -> pmui.Page:
    """A fresh page for one visitor: the Lab, and the Explorer on a live grid or on a finished sweep."""
    pn.extension(notifications=True, exception_handler=_report)
    send_at_once()
    return Shell(dataset, view=view).page
