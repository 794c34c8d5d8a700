"""The page: Lab, Explorer and a table's models under one header; the address line, keys, and what is copied."""

import logging
from functools import cached_property
from typing import Any, TypeVar

import panel as pn
import panel_material_ui as pmui
import param
import xarray as xr

from gatesweep.app import code
from gatesweep.app.address import Address, read_query, to_query
from gatesweep.app.assets import asset, sheets
from gatesweep.app.browser import Browser
from gatesweep.app.compat import (
    SCHEME,
    forget_at_end,
    ignore_busy_state,
    page_template,
    send_at_once,
    take_sheets_from_here,
    valid,
)
from gatesweep.app.controls import brisk, filled
from gatesweep.app.explorer import downloads
from gatesweep.app.explorer.explorer import Explorer
from gatesweep.app.explorer.models import one_model
from gatesweep.app.explorer.state import LINKED, SLICES, slice_of
from gatesweep.app.keys import KeyHelp
from gatesweep.app.lab import words
from gatesweep.app.lab.lab import Lab
from gatesweep.app.lab.state import SETTINGS, VIEW
from gatesweep.app.students import StudentLink
from gatesweep.app.table.state import LINKED as OF_TABLE
from gatesweep.app.table.state import first_state
from gatesweep.app.table.table import TableView
from gatesweep.app.theme import THEME_CONFIG
from gatesweep.gates import GATE_NAMES
from gatesweep.grids.model import stored_path
from gatesweep.tables.models import Models

__all__ = ["App", "create_app"]

OF_THE_PAGE = ("view", "embed")
"""Names in a link that are the page's own: view=explorer, embed=true (no header, for a frame)."""
SHARE = {"Copy link": "link", "Copy as Python": "code", "Copy as command": "terminal"}
TAKE_AWAY = {
    "Copy as plain Python": "school",
    "Rows as CSV": "table_rows",
    "Picture as PNG": "image",
    "Picture as SVG": "image",
}
"""What the Lab gives beside; the Explorer has buttons of its own."""
SCREEN = {"Full screen": "fullscreen"}
QR_CODE = {"QR code": "qr_code_2"}
FOR_STUDENTS = {"Page for students": "qr_code"}
EXPLORED = {f"This model, {slice_}": "grid_on" for slice_ in SLICES}
"""Ways from the Lab to the Explorer."""
OF_GATES = ("Copy as command", "Copy as plain Python", *EXPLORED)
"""What own rows have no use for."""
FILL = {"sizing_mode": "stretch_both", "margin": 0}
LOOK = {
    "main": {"backgroundColor": "background.default"},
    ".title": {
        "color": "text.primary",
        "fontSize": {"xs": "1rem", "sm": "1.25rem"},
        "fontWeight": 700,
        "letterSpacing": "-0.01em",
        "marginRight": "8px",
        "overflow": "hidden",
        "textOverflow": "ellipsis",
        "@media (max-width: 419px)": {"display": "none"},
    },
    # Whatever the font, the title gives way and no button leaves the screen.
    "header .MuiToolbar-root > :has(.title), header a:has(.title)": {"minWidth": 0},
    "header .MuiToolbar-root > :has(.title)": {"flexShrink": 1},
    "header .MuiToolbar-root > :not(:has(.title))": {"flexShrink": 0},
    # Nothing is said there, and its height would be missing below.
    "header .MuiLinearProgress-root": {"display": "none"},
    "main .MuiToolbar-root": {"margin": "0 0 1px !important"},
    "main .MuiToolbar-root > h5": {"display": "none"},
}
Built = TypeVar("Built", Lab, Explorer, TableView)
BARE = {"header": {"display": "none"}, "main .MuiToolbar-root": {"display": "none"}}


class App(param.Parameterized):
    """One visitor's page. `page` is what to serve."""

    view = param.Selector(default="lab", objects=["lab", "explorer", "table"])
    has_student_page = param.Boolean(False, constant=True, doc="Whether /page has the page that needs no server.")

    def __init__(self, dataset: xr.Dataset | None = None, models: Models | None = None, **params: Any) -> None:
        super().__init__(**params)
        self._models = models
        self._views = ["lab", "explorer", *([] if models is None else ["table"])]
        query = pn.state.location.search if pn.state.location else ""
        asked = dict(part.partition("=")[::2] for part in query.lstrip("?").split("&"))
        self._bare = asked.get("embed") == "true"
        self._dataset, self._home = dataset, self.view
        self._built: list[Lab | Explorer | TableView] = []
        self.browser = Browser(self.press, self.go, self._darken, width=0, height=0, margin=0)
        self.address = Address(self.browser, lambda: None if self._is_passing else self.query)
        look = {"stylesheets": sheets("view"), "css_classes": ["gs-bare"] if self._bare else []} | FILL
        self._places = {view: pn.Column(visible=False, **look) for view in self._views}
        self._main = filled(pn.Column(**FILL), *self._places.values())
        self.page = self._page(self._bare)
        if query:
            self.go(query)
        else:
            self.address.changed(replaces=True)
        if self.view == "explorer":
            self.explorer.prepare()
        self._show()
        self.param.watch(self._turn, "view")

    def _page(self, bare: bool) -> pmui.Page:
        views = brisk(
            pmui.RadioButtonGroup.from_param(
                self.param.view,
                label="View",
                options={view.capitalize(): view for view in self._views},
                size="small",
                margin=(0, 12),
                stylesheets=sheets("no_label", "views"),
                description="",
            )
        )
        self._share = share = pmui.MenuButton(
            label="Share",
            icon="share",
            size="small",
            variant="text",
            margin=(0, 4),
            stylesheets=sheets("share"),
        )
        share.on_click(lambda item: (self.explore if item["label"] in EXPLORED else self.share)(item["label"]))
        help_button = pmui.IconButton(
            icon="keyboard",
            label="Keys",
            description="Keys (?)",
            size="1.4em",
            margin=0,
            on_click=lambda _: self.keys.toggle(),
        )
        page = pmui.Page(
            title="gatesweep",
            header=[
                pn.Row(
                    views,
                    pn.HSpacer(),
                    share,
                    help_button,
                    self.browser,
                    sizing_mode="stretch_width",
                    margin=0,
                    align="center",
                )
            ],
            main=[self._main],
            theme_config=THEME_CONFIG,
            raw_css=[asset("page.css")],
            busy_indicator=None,
            sx=LOOK | (BARE if bare else {}),
            dark_theme=pn.config.theme == "dark",
            template=page_template(),
            meta_description="Logistic models on noisy logic gates, live.",
        )
        ignore_busy_state(page)
        page.param.watch(self._theme, "dark_theme")
        return page

    def _offer(self, *events: param.parameterized.Event) -> None:
        """What can be shared of what is on show: own rows are no sweep, and have no other gates or noise levels."""
        is_lab, is_table = self.view == "lab", self.view == "table"
        items = ({"Copy link": SHARE["Copy link"]} if is_table else SHARE) | QR_CODE
        items |= (TAKE_AWAY | EXPLORED if is_lab else {}) | SCREEN
        items |= FOR_STUDENTS if self.has_student_page and not is_table else {}
        left_out = OF_GATES if is_lab and self.lab.source == "own" else ()
        self._share.items = [{"label": label, "icon": icon} for label, icon in items.items() if label not in left_out]

    def _theme(self, *events: param.parameterized.Event) -> None:
        for view in self._built:
            view.dark = self.page.dark_theme

    def _darken(self) -> None:
        # Where cookies are refused, as in another page's frame, it is heard of late.
        if SCHEME not in pn.state.cookies:
            self.page.dark_theme = True

    # Views

    @cached_property
    def lab(self) -> Lab:
        """Made when it is first asked for, as the Explorer is: half of the page is enough to begin with."""
        made = self._followed(Lab(dark=self.page.dark_theme), [*SETTINGS, *VIEW, "playing"])
        made.param.watch(self._offer, "source")
        return made

    @cached_property
    def explorer(self) -> Explorer:
        made = Explorer(self._dataset, on_open=self.open, dark=self.page.dark_theme)
        return self._followed(made, [*LINKED, "playing"])

    @cached_property
    def table(self) -> TableView:
        assert self._models is not None, "the view is one of those that there are"
        return self._followed(TableView(self._models, dark=self.page.dark_theme), [*OF_TABLE])

    @cached_property
    def keys(self) -> KeyHelp:
        """Made when it is first called up, as the students' link is."""
        self._main.append(made := KeyHelp())
        return made

    @cached_property
    def students(self) -> StudentLink:
        self._main.append(made := StudentLink())
        return made

    def _followed(self, view: Built, linked: list[str]) -> Built:
        view.param.watch(self._changed, linked)
        self._built.append(view)
        return view

    def _show(self) -> None:
        if not self._places[self.view].objects:
            self._places[self.view].append(self._on_show.root)
        for name, place in self._places.items():
            place.visible = name == self.view
        self._offer()

    @property
    def _on_show(self) -> Lab | Explorer | TableView:
        return self.lab if self.view == "lab" else self.explorer if self.view == "explorer" else self.table

    def _turn(self, *events: param.parameterized.Event) -> None:
        self._show()
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
                    values[name] = valid(self.lab.param[name], settings[name])
                except ValueError as error:
                    complaints.append(str(error))
        if complaints:
            self._complain(complaints)
            return
        dataset = self.explorer.dataset
        kind = {name: settings[name] for name in ("hidden_units", "activation")}
        path = None if dataset is None else stored_path(one_model(dataset, settings), **kind)
        self.lab.restore(values, path)
        self.view = "lab"

    # Links

    @property
    def _is_passing(self) -> bool:
        """Whether a link to what is on show would lead to something else: while it plays, or is not what was asked."""
        is_refused = self.view == "explorer" and bool(self.explorer.error)
        return is_refused or any(view.playing for view in self._built)

    @property
    def query(self) -> str:
        """The link to what is on show, from its question mark."""
        query = self._view_query
        return f"{query or '?'}{'&' if query else ''}embed=true" if self._bare else query

    @property
    def _view_query(self) -> str:
        if self.view == "lab":
            query = to_query(self.lab.link_values, self.lab.usual(self.lab.lesson) | {"lesson": 0})
            return query or ("" if self._home == "lab" else "?view=lab")
        if self.view == "table":
            values = {name: getattr(self.table, name) for name in OF_TABLE}
            return to_query({"view": "table"} | values, first_state(self.table.models))
        e = self.explorer
        values = {name: getattr(e, name) for name in LINKED}
        return to_query({"view": "explorer"} | values, e.usual(e.preset) | {"preset": e.param.preset.default})

    def go(self, query: str) -> None:
        """Show what a link asks for; what it gets wrong is left out and said."""
        asked = set(query.lstrip("?").split("&")) - {"", "embed=true"}
        named = [view for view in self._views if f"view={view}" in asked]
        self.view = self._home if not asked else named[0] if named else "lab"
        if self.view == "lab":
            values, complaints = read_query(self.lab, (*SETTINGS, *VIEW), query, ignore=OF_THE_PAGE)
            self.lab.restore(values)
        elif self.view == "table":
            values, complaints = read_query(self.table, OF_TABLE, query, ignore=OF_THE_PAGE)
            values, more = self.table.completed(values, self.table.models)
            complaints += more
            self.table.restore(values)
        else:
            values, complaints = read_query(self.explorer, LINKED, query, ignore=OF_THE_PAGE)
            values, more = self.explorer.completed(values)
            complaints += more
            self.explorer.restore(values)
        self._complain(complaints)
        self.address.changed(replaces=True)

    def _complain(self, complaints: list[str]) -> None:
        def say() -> None:
            for complaint in complaints[:3]:
                pn.state.notifications.warning(complaint, duration=8000)

        if complaints and pn.state.notifications:
            pn.state.onload(say)

    def _changed(self, *events: param.parameterized.Event) -> None:
        self.address.changed()

    def explore(self, what: str) -> None:
        """Show the Lab's model in the Explorer, among those that differ from it in one way; see EXPLORED."""
        model = code.nearest_sweep(self.lab.settings)
        settings = model.fixed | {name: values[0] for name, values in model.grid.items()}
        values = slice_of(settings, SLICES[what.partition(", ")[2]])
        self.view = "explorer"
        self.explorer.restore(self.explorer.usual(self.explorer.param.preset.default) | values)

    def share(self, what: str) -> None:
        """Copy a link or code for what is on show, save what it consists of, or show students the way to their page."""
        if what in EXPLORED:
            self.explore(what)
            return
        if what in SCREEN:
            self.browser.fill_screen()
            return
        if what == "Rows as CSV":
            self.browser.save("gatesweep.csv", self.lab.rows_csv)
            return
        if what.startswith("Picture"):
            self.browser.save_figure(kind=what[-3:].lower(), **self.lab.saved_picture)
            return
        if what in QR_CODE:
            self.students.show(self._address, "QR code", "What is on show, for whoever scans it.")
            return
        if what in FOR_STUDENTS:
            self.students.show(self._student_address)
            return
        if what == "Copy link":
            self.browser.copy("{origin}" + self.query)
        else:
            self.browser.copy(self.lab.plain_code if "plain" in what else self._code("Python" in what))
        if pn.state.notifications:
            pn.state.notifications.success("Copied", duration=1500)

    @property
    def _student_address(self) -> str:
        """Where students find what is on show, in the page that needs no server."""
        query = self._view_query.lstrip("?")
        return f"{self._origin}/page{f'#{query}' if query else ''}"

    @property
    def _address(self) -> str:
        """Where what is on show is found."""
        here = pn.state.location
        return f"{self._origin}{here.pathname if here else '/'}{self.query}"

    @property
    def _origin(self) -> str:
        here = pn.state.location
        return f"{here.protocol}//{here.hostname}{f':{here.port}' if here.port else ''}" if here else ""

    def _code(self, python: bool) -> str:
        if self.view == "lab":
            lab = self.lab
            if lab.source == "own":
                return lab.plain_code
            experiment = code.nearest_sweep(lab.settings)
            note = words.difference(lab.fit, lab.solver, lab.init, lab.by_hand)
            return note + (code.as_python(experiment) if python else code.as_command(experiment))
        experiment = self.explorer.shown
        if python:
            return downloads.as_python(experiment, self.explorer, self.explorer.picture)
        return code.as_command(experiment, out="sweep.nc")

    def press(self, key: str) -> None:
        """What a key does; see `gatesweep.app.keys`."""
        if key == "d":
            self.page.dark_theme = not self.page.dark_theme
        elif key == "v":
            self.view = self._views[(self._views.index(self.view) + 1) % len(self._views)]
        elif key == "?":
            self.keys.toggle()
        else:
            self._on_show.press(key)


def _report(error: Exception) -> None:
    """Say what went wrong and keep the session alive."""
    logging.getLogger("gatesweep").error("Error in a session", exc_info=error)
    if pn.state.notifications:
        pn.state.notifications.error(f"{type(error).__name__}: {error}"[:300], duration=8000)


def create_app(
    dataset: xr.Dataset | None = None,
    view: str = "lab",
    has_student_page: bool = False,
    models: Models | None = None,
) -> pmui.Page:
    """A fresh page for one visitor: the Lab, and the Explorer on a live grid or on a finished sweep.

    Args:
        models: those of a table, for a view of their own.
        has_student_page: whether the server also hands out, at /page, the page that needs no server.
    """
    pn.extension(notifications=True, exception_handler=_report)
    # What is made from here on is made for the device's own scheme: to repaint it all takes longer than to make it.
    pn.config.theme = "dark" if pn.state.cookies.get(SCHEME) == "dark" else "default"
    send_at_once()
    take_sheets_from_here()
    forget_at_end()
    return App(dataset, models, view=view, has_student_page=has_student_page).page
