"""The page around Lab and Explorer, without a browser: what it holds, and that it lets go."""

import asyncio
import gc
import logging
import time
import weakref

import panel_material_ui as pmui
import pytest
from bokeh.application.handlers.document_lifecycle import DocumentLifecycleHandler
from bokeh.application.handlers.function import FunctionHandler
from bokeh.models import GlyphRenderer, Plot
from panel.io.application import Application
from panel.io.session import generate_session
from panel.io.state import set_curdoc, state
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from tornado.websocket import WebSocketClosedError

from gatesweep.app.compat import SCHEME
from gatesweep.app.keys import KEYS
from gatesweep.app.lab.model import population
from gatesweep.app.lab.state import SETTINGS, LabState
from gatesweep.app.page import EXPLORED, OF_GATES, App, create_app
from gatesweep.app.server import pass_over_closed_pages
from tests.test_app_explorer import wait


def visit(view: str) -> list[weakref.ref]:
    """Open a page, let it train, close it; references to what it was made of."""
    app = App(view=view)
    if app.explorer:
        end = time.monotonic() + 60
        while app.explorer.picture is None:
            assert time.monotonic() < end, "the Explorer trained nothing"
            time.sleep(0.01)
        app.explorer.close()
    return [weakref.ref(part) for part in (app, app.page, app.lab)]


@pytest.mark.parametrize("view", ["lab", "explorer"])
def test_nothing_of_a_visitor_stays(view):
    parts, end = visit(view), time.monotonic() + 60
    while any(part() is not None for part in parts):  # A thread may be about to return.
        assert time.monotonic() < end, [part() for part in parts]
        gc.collect()


def test_panel_forgets_a_page_whose_session_has_ended():
    application = Application(FunctionHandler(lambda document: made(document, "lab")))
    application.add(DocumentLifecycleHandler())  # As Bokeh's server does.
    known = set(state._views)
    session = generate_session(application)
    context = session.document.session_context
    assert set(state._views) > known
    session.destroy()
    asyncio.run(application.on_session_destroyed(context))
    assert set(state._views) == known


def test_keys_lead_where_their_list_says():
    app = App()
    for key in KEYS:
        assert isinstance(key, str) and KEYS.count(key) == 1
    app.press("v")
    assert app.view == "explorer"
    app.press("3")
    assert app.explorer.preset == "all_gates"
    app.press(".")
    assert app.explorer.preset == "interaction"
    app.press(",")
    assert app.explorer.preset == "all_gates"
    app.press("v")
    app.press("3")
    assert (app.view, app.lab.lesson) == ("lab", 3)
    for key, lesson in ((",", 2), (".", 3), (".", 4)):
        app.press(key)
        assert app.lab.lesson == lesson
    app.press("d")
    assert app.page.dark_theme and app.lab.dark and app.explorer.dark
    app.press("?")
    assert app.keys.dialog.open
    app.explorer.close()


def test_a_page_that_closes_is_not_reported_and_all_else_is(caplog):
    loop = asyncio.new_event_loop()
    with caplog.at_level(logging.ERROR, logger="asyncio"):
        pass_over_closed_pages(loop, {"message": "gone", "exception": WebSocketClosedError()})
        assert not caplog.records
        pass_over_closed_pages(loop, {"message": "broken", "exception": KeyError("weight")})
    loop.close()
    assert [record.message for record in caplog.records] == ["broken"]


def first_view(view: str, scheme: str = "light"):
    """The document of a newcomer whose browser has told its device's scheme."""
    headers = HTTPHeaders({"Cookie": f"{SCHEME}={scheme}", "Host": "localhost"})
    line = RequestStartLine("GET", "/", "HTTP/1.1")
    request = HTTPServerRequest(start_line=line, headers=headers, connection=Connection())

    application = Application(FunctionHandler(lambda document: made(document, view)))
    return generate_session(application, request=request).document


def made(document, view):
    """A newcomer's page, in this document."""
    with set_curdoc(document):
        create_app(view=view).server_doc(document)


class Connection:
    """What Tornado asks of a request's connection."""

    def set_close_callback(self, callback):
        pass


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["lab", "explorer"])
def test_all_of_a_first_view_is_in_the_device_s_scheme(view, scheme):
    document = first_view(view, scheme)
    data = [model.data for model in document.models if "data" in model.properties()]
    told = [d.dark_theme for d in data if hasattr(d, "dark_theme")]
    assert len(told) > 20 and set(told) == {scheme == "dark"}
    papers = {plot.background_fill_color for plot in document.models if isinstance(plot, Plot)}
    assert papers == {"#12181f" if scheme == "dark" else "#ffffff"}


@pytest.mark.parametrize(
    ("view", "figures"),
    [("lab", {"boundary", "scores", "loss", "seeds"}), ("explorer", {"heatmap", "curves"})],
)
def test_a_first_view_has_the_figures_that_it_shows(view, figures):
    assert {plot.name for plot in first_view(view).models if isinstance(plot, Plot)} == figures


def test_the_lab_s_first_view_has_the_other_seeds_where_they_are_known():
    state = LabState()
    found = population({name: getattr(state, name) for name in SETTINGS})
    layers = [model for model in first_view("lab").models if isinstance(model, GlyphRenderer)]
    [bars] = [layer for layer in layers if layer.name == "seeds"]
    assert sum(bars.data_source.data["top"]) == len(found.value)


def test_the_explorer_s_first_view_is_trained_and_its_menus_say_what_is_on_show():
    models = list(first_view("explorer").models)
    menus = [model.data for model in models if getattr(model, "class_name", "") == "Select"]
    shown = {menu.label: menu.value for menu in menus}
    assert (shown["Across"], shown["Down"], shown["Side by side"]) == ("noise level", "gate", "one picture")
    assert len(next(m for m in models if m.name == "cells").data["number"]) == 3 * 21


def test_own_rows_offer_nothing_that_is_of_gates():
    app = App()
    menu = next(item for item in app.page.header[0] if isinstance(item, pmui.MenuButton))
    usual = [item["label"] for item in menu.items]
    assert set(OF_GATES) < set(usual)
    app.lab.source = "own"
    assert [item["label"] for item in menu.items] == [label for label in usual if label not in OF_GATES]
    app.lab.source = "gate"
    assert [item["label"] for item in menu.items] == usual
    assert "lab" in vars(app) and "explorer" not in vars(app)


def test_what_is_refused_leaves_the_address_alone(monkeypatch):
    monkeypatch.setattr("gatesweep.app.address.REST", 0)
    app, written = App(view="explorer"), []
    monkeypatch.setattr(app.browser, "write", lambda query, replaces: written.append(query))
    for values in ("1, two", "1, 2"):
        app.explorer.param.update(compare="C", compare_values=values)
        asyncio.run(app.address._write())
    assert [query for query in written if "two" in query] == [] and "compare_values=1,+2" in written[-1]
    app.explorer.close()


@pytest.mark.parametrize("what", EXPLORED)
def test_the_lab_s_model_is_marked_among_others_and_opens_again(what):
    app = App()
    app.lab.param.update(gate="XOR", noise_level=0.15, seed=7, num_samples=60, solver="sgd", epochs=3)
    settings, accuracy = app.lab.settings, app.lab.shown.exact_accuracy
    app.share(what)
    explorer = app.explorer
    wait(lambda: explorer.picture is not None and explorer.picture.marked is not None)
    place = explorer.picture.marked
    assert explorer.picture.value[*place, 0] == pytest.approx(accuracy, abs=1e-5)
    sides = explorer.pictures._heatmap.sources["marked"].data
    assert [len(side) for side in sides.values()] == [1] * 4
    explorer._tapped(*place, again=False)
    assert app.view == "lab" and app.lab.settings == settings
    explorer.close()
