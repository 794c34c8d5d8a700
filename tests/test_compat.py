"""What the app leans on and its libraries do not promise: each of these fails when one of them breaks it."""

import asyncio
import base64
import gc
import inspect
import json
import re
import subprocess
import sys
import weakref
from gzip import decompress as gunzip
from importlib.metadata import version
from pathlib import Path
from threading import Thread, get_ident

import panel as pn
import panel_material_ui as pmui
import param
import pytest
from bokeh.document import Document
from bokeh.models import ImportedStyleSheet
from bokeh.plotting import figure
from bokeh.protocol import Protocol
from bokeh.server.views.ws import WSHandler
from bokeh.settings import PrioritizedSetting, settings
from packaging.version import Version
from panel.io.state import set_curdoc, state
from panel.links import Callback
from panel.pane.markup import HTMLBasePane
from panel.util import edit_readonly
from panel_material_ui.base import MaterialComponent
from pyviz_comms import Comm

from gatesweep.app import compat
from gatesweep.app.page import create_app
from gatesweep.app.server import serve


@pytest.mark.parametrize("name", compat.TRIED)
def test_the_versions_tried_are_near_the_installed_ones(name):
    """A minor version up, go through gatesweep/app/compat.py again and write the new number into TRIED."""
    assert Version(version(name)).release[:2] == Version(compat.TRIED[name]).release[:2]


def test_websockets_send_at_once(monkeypatch):
    opened = []

    class Socket:
        def set_nodelay(self, value):
            opened.append(value)

    assert hasattr(WSHandler, "set_nodelay")
    monkeypatch.setattr(compat, "_open", lambda handler: opened.append("open"))
    monkeypatch.setattr(WSHandler, "open", WSHandler.open)
    compat.send_at_once()
    WSHandler.open(Socket())
    assert opened == ["open", True]


def test_a_script_s_arguments_are_kept_for_ever_and_a_saving_button_gives_it_none():
    def remains(**arguments):
        shown, button = figure(), pmui.Button()
        button.js_on_click(args={name: shown for name in arguments}, code="")
        Callback.registry[button][0].args["button"] = button if arguments else None
        return weakref.ref(shown)

    kept, gone = remains(figure=True), remains()
    gc.collect()
    assert kept() is not None, "Panel lets go of a script's arguments now: save.js may be given its figures"
    assert gone() is None


def test_a_saving_script_names_its_figures():
    shown = figure(name="heatmap")
    assert f'save(["svg", "heatmap", "{shown.id}", "serif"])' in compat.save_figures([shown], "svg", "serif")


def test_a_widget_answers_after_the_time_it_is_given():
    waited = []

    class Document:
        session_context = object()

        def add_timeout_callback(self, callback, milliseconds):
            waited.append(milliseconds)

    slider = pmui.FloatSlider(value=0.0)
    compat.answer_after(slider, 4)
    assert type(slider)._debounce == 50
    document = Document()
    slider._server_change(document, "ref", None, "value", 0.0, 1.0)
    assert waited == [4]


def test_the_first_extension_is_told_from_the_second():
    asks = "from gatesweep.app.compat import has_extension as asked"
    told = "import panel as pn; before = asked(); pn.extension(); print(before, asked())"
    run = subprocess.run([sys.executable, "-c", f"{asks}; {told}"], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "True"]


def test_a_cell_s_messages_wait_for_the_kernel_s_own_thread(monkeypatch):
    heard = []
    monkeypatch.setattr(pn.Column, "_on_msg", lambda self, ref, manager, msg: heard.append((msg, get_ident())))

    async def cell():
        output = compat.KernelOutput()
        come = Thread(target=lambda: output._on_msg("ref", None, {"content": {"events": []}}))
        come.start()
        come.join()
        assert not heard
        await asyncio.sleep(0)

    asyncio.run(cell())
    assert heard == [({"content": {"events": []}}, get_ident())]


def test_a_page_does_not_follow_the_busy_state():
    page = pmui.Page(busy_indicator=None)
    with edit_readonly(state):
        state.param.update(busy=True)
        assert page.busy
        state.param.update(busy=False)
    compat.ignore_busy_state(page)
    with edit_readonly(state):
        state.param.update(busy=True)
        assert not page.busy
        state.param.update(busy=False)


def test_a_file_s_button_is_plain_text_and_warns_of_nothing():
    button = compat.file_button("CSV", "table.csv", lambda: None, size="small")
    assert (button.variant, button.label, button.filename) == ("text", "CSV", "table.csv")
    with pytest.warns(Warning):  # else the button could be given its look like any other
        pmui.FileDownload(variant="text")


def test_in_a_notebook_a_component_takes_its_module_from_the_page(monkeypatch):
    monkeypatch.setattr(MaterialComponent, "_get_model", MaterialComponent._get_model)
    monkeypatch.setattr(pn.config, "inline", True)
    served = pmui.Button().get_root()
    assert len(pmui.Button().get_root(comm=Comm()).esm) > 1_000_000, "Panel sends the module once now"
    compat.take_material_from_page()
    shown = pmui.Button().get_root(comm=Comm())
    assert len(shown.esm) + len(shown.css_bundle) < 1000 and "Material Icons" in shown.css_bundle
    saved = pmui.Button().get_root()
    assert (saved.bundle, saved.esm, saved.css_bundle) == (served.bundle, served.esm, served.css_bundle)


def test_the_page_is_given_the_module_and_the_font():
    script = compat.material_script()
    asked = json.loads(re.search(r'giveMaterial\((\{".*\})\)', script)[1])
    module = gunzip(base64.b64decode(asked["module"])).decode()
    assert module == (Path(pmui.__file__).parent / "dist" / "panel-material-ui.bundle.js").read_text()
    assert base64.b64decode(asked["fonts"]["Material Icons"]).startswith(b"wOF2")
    assert f"gatesweepModules['{asked['name']}']" in compat._FROM_PAGE


def test_a_pane_that_changes_keeps_its_style_sheets_in_a_notebook(monkeypatch):
    monkeypatch.setattr(HTMLBasePane, "_update", HTMLBasePane._update)
    compat.keep_sheets()
    for comm, keeps in ((Comm(), True), (None, False)):
        pane = pn.pane.HTML("before")
        document = Document()
        root = pane.get_root(document, comm)
        monkeypatch.setitem(state._views, root.ref["id"], (pane, root, document, comm))
        model, _ = pane._models[root.ref["id"]]
        sheets = model.stylesheets = ["body {}"]
        pane.object = "after"
        assert (model.text, model.stylesheets == sheets) == ("after", keeps)


def test_a_value_is_checked_without_being_set():
    class State(param.Parameterized):
        share = param.Number(0.5, bounds=(0, 1))

    assert compat.valid(State.param.share, 0.7) == 0.7
    with pytest.raises(ValueError, match="share"):
        compat.valid(State.param.share, 2)
    assert State().share == 0.5


def test_a_session_without_its_html_asks_no_cdn_for_style_sheets():
    # As with several processes: one wrote the HTML, another one makes the session.
    doc = Document()
    with set_curdoc(doc):
        create_app().server_doc(doc)
    sheets = [model.url for model in doc.models if isinstance(model, ImportedStyleSheet)]
    assert sheets
    assert [url for url in sheets if "://" in url] == []


def test_bokehjs_still_looks_for_a_style_sheet_s_word_on_every_property():
    """Where it no longer does, bokehjs/styles.js has nothing to replace."""
    script = compat.spare_bokehjs()
    assert '"core/visuals/visual":' in script and "main.require = require" in script
    assert re.search(r"_get_css_value\(\w\){return getComputedStyle\(", script)
    assert "_get_css_value" in compat.page_template()


def test_bokehjs_still_keeps_each_layer_several_times_over():
    """Where it no longer does, bokehjs/glyphs.js has nothing to replace."""
    script = compat.spare_bokehjs()
    assert "GlyphRendererView" in script and "async build_glyph_view(" in script
    for look in ("selection", "nonselection", "muted", "decimated"):
        assert f"this.{look}_glyph.set_data(" in script


def test_a_choice_that_is_no_option_any_more_is_passed_over():
    menu = compat.Dropdown(options={"h1": 1, "h2": 2, "h3": 3}, value=3)
    menu.options = {"h1": 1, "h2": 2}
    menu.value = 1
    menu._process_events({"value": "h3"})
    assert menu.value == 1
    menu._process_events({"value": "h2"})
    assert menu.value == 2
    with pytest.raises(ValueError, match="not in list"):
        pmui.Select(options={"h1": 1}, value=1)._process_events({"value": "h3"})


def test_what_the_server_switches_off_is_known_to_bokeh():
    """Bokeh takes any name for a setting, and changes nothing by one that it does not know."""
    names = re.findall(r"^ +settings\.(\w+) = ", Path(inspect.getfile(serve)).read_text(), re.MULTILINE)
    assert len(names) == 2
    assert all(isinstance(vars(type(settings))[name], PrioritizedSetting) for name in names)


def page_as_it_is_sent() -> str:
    """What a browser is sent of a page, with names in the order of their appearance: Bokeh and Param count them on."""
    doc = Document()
    with set_curdoc(doc):
        create_app().server_doc(doc)
    sent = json.loads(Protocol().create("PULL-DOC-REPLY", "", doc).content_json)["doc"]
    names: dict[str, int] = {}
    counted = r"\bp\d{4,}\b|(?<=[A-Za-z])\d{5}\b|\b[0-9a-f]{32}\b|\b[0-9a-f-]{36}\b"
    return re.sub(counted, lambda match: str(names.setdefault(match[0], len(names))), json.dumps(sent, indent=0))


def test_what_is_remembered_changes_nothing_that_a_page_is_sent():
    """In a Python of its own: what is replaced there stays replaced."""
    script = """
import json, sys
sys.path.insert(0, sys.argv[1])
from test_compat import compat, page_as_it_is_sent
page_as_it_is_sent()
before = page_as_it_is_sent()
compat.remember_defaults()
assert page_as_it_is_sent() == before and len(before) > 100_000
compat.spare_components()
def without_importmaps(page):
    return json.loads(page, object_hook=lambda node: {key: node[key] for key in node if key != "importmap"})
assert without_importmaps(page_as_it_is_sent()) == without_importmaps(before)
"""
    subprocess.run([sys.executable, "-c", script, str(Path(__file__).parent)], check=True)


def test_defaults_of_a_theme_and_of_a_function_are_worked_out_anew():
    script = """
from bokeh.models import ColumnDataSource, Line, LinearAxis
from bokeh.themes import Theme
from gatesweep.app import compat
compat.remember_defaults()
assert LinearAxis().axis_line_width == LinearAxis().axis_line_width == 1
themed = LinearAxis()
Theme(json={"attrs": {"LinearAxis": {"axis_line_width": 7}}}).apply_to_model(themed)
assert (themed.axis_line_width, LinearAxis().axis_line_width) == (7, 1)
one, other = ColumnDataSource(), ColumnDataSource()
one.data["x"] = [1]
assert not other.data and one.selected is not other.selected
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_model_s_own_values_and_references_are_those_that_bokeh_finds():
    """Of a figure with a theme; and that a value which a model needs is missing is still said."""
    script = """
from bokeh.core.property.descriptors import UnsetValueError
from bokeh.models import CustomJS, GlyphRenderer, HoverTool
from bokeh.plotting import figure
from bokeh.themes import built_in_themes
from gatesweep.app import compat
shown = figure(title="title", tools=[HoverTool()])
shown.scatter([1, 2], [3, 4], color="red", legend_label="points")
shown.x_range.js_on_change("start", CustomJS(args={"line": shown.line([1], [2])}, code=""))
for model in shown.references():
    built_in_themes["dark_minimal"].apply_to_model(model)
found = lambda: (models := shown.references(), {m.id: m.properties_with_values(include_defaults=False) for m in models})
before = found()
compat.remember_defaults()
assert found() == before and len(before[0]) > 30
try:
    GlyphRenderer().properties_with_values(include_defaults=False)
except UnsetValueError:
    pass
else:
    raise AssertionError("said nothing")
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_components_that_share_their_declarations_keep_their_own_values():
    script = """
import panel_material_ui as pmui
from gatesweep.app import compat
compat.spare_components()
one, other = pmui.Select(options=["a", "b"], value="a"), pmui.Select(options=["b", "c"], value="b")
heard = []
one.param.watch(lambda event: heard.append(event.new), "value")
other.value = "c"
one.value = "b"
assert heard == ["b"] and (one.value, other.value) == ("b", "c") and one.options == ["a", "b"]
assert [*pmui.Button()._process_importmap()["imports"]] == ["@mui/"]
leader = pmui.TextInput(value="a")
followers = [pmui.TextInput(value=leader.param.value) for _ in range(2)]
leader.value = "b"
assert [follower.value for follower in followers] == ["b", "b"]
"""
    subprocess.run([sys.executable, "-c", script], check=True)
