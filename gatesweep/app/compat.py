"""Where the app leans on what its libraries do not promise: each with its reason, what upstream knows of it, and the
versions it was tried with. tests/test_compat.py and tests/ui/test_compat.py fail when one of them breaks.

Style sheets lean on two more such things, the class names of Material UI and the ids of Panel's flex boxes;
tests/ui/test_compat.py looks every one of them up in a page. docs/upstream.md says what each library could do.
"""

import asyncio
import json
import re
from base64 import b64encode
from collections import deque
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import bokeh.model.util
import panel as pn
import panel_material_ui as pmui
import param
from bokeh.core.has_props import HasProps, MetaHasProps, is_DataModel
from bokeh.core.property.descriptors import DataSpecPropertyDescriptor, PropertyDescriptor
from bokeh.core.property.singletons import Intrinsic, Undefined
from bokeh.core.property.wrappers import PropertyValueContainer
from bokeh.core.serialization import Ref, Serializer
from bokeh.core.types import ID
from bokeh.model import DataModel, Model
from bokeh.model.util import collect_filtered_models
from bokeh.model.util import visit_value_and_its_immediate_references as visit_value
from bokeh.server.views.ws import WSHandler
from bokeh.settings import settings
from panel.config import panel_extension
from panel.custom import ReactiveESM
from panel.io.document import _cleanup_doc
from panel.io.resources import Resources, get_dist_path
from panel.io.server import server_html_page_for_session
from panel.io.session import generate_session
from panel.io.state import set_curdoc, state
from panel.pane.markup import HTMLBasePane
from panel.reactive import Reactive, ReactiveCustomBase, Syncable
from panel.util import edit_readonly
from panel_material_ui.base import MaterialComponent
from param.parameterized import no_instance_params

from gatesweep.app.assets import asset
from gatesweep.notebook import call, pack

__all__ = [
    "Dropdown",
    "KernelOutput",
    "SCHEME",
    "TRIED",
    "WIDGET_HEIGHTS",
    "answer_after",
    "file_button",
    "forget_at_end",
    "has_extension",
    "ignore_busy_state",
    "keep_newest",
    "keep_sheets",
    "material_script",
    "page_of",
    "page_template",
    "remember_defaults",
    "save_figures",
    "send_at_once",
    "spare_bokehjs",
    "spare_components",
    "take_sheets_from_here",
    "take_material_from_page",
    "valid",
    "with_token",
]

TRIED = {"bokeh": "3.9.2", "panel": "1.9.4", "panel-material-ui": "0.16.6", "param": "2.4.2"}
"""The versions that all of this was tried with."""


# --- Bokeh ----------------------------------------------------------------------------------------

_open = WSHandler.open


def _open_and_send_at_once(handler: WSHandler) -> None:
    _open(handler)
    handler.set_nodelay(True)


def send_at_once() -> None:
    """Switch Nagle's algorithm off for every websocket that this process accepts from now on.

    Bokeh sends a message as several frames, each array in two of its own. Left alone, the kernel
    holds a small frame back until the browser has acknowledged the one before, which it does 40 ms
    late: longer than training the model. Tornado's documentation asks interactive programs to call
    `set_nodelay`; Bokeh does not, and has no setting for it.

    Leans on: WSHandler.open, replaced. Not reported upstream.
    """
    WSHandler.open = _open_and_send_at_once


_get_default = PropertyDescriptor._get_default
_query_values = HasProps.query_properties_with_values
_encode = Serializer.encode
_define = Serializer._encoders[MetaHasProps]
_SENT_AS_THEY_ARE = frozenset({bool, str, type(None)})
_PLAIN = frozenset({bool, int, float, str, type(None)})
"""Kinds of values that nobody can change in place."""


def remember_defaults() -> None:
    """Let Bokeh remember what a class of models has by default, from now on in this process.

    It looks it up, copies and validates it anew whenever a model is asked for a value that it was not given, 40,000
    times in one page; and it asks for all values of a model, up to a hundred, where those that were given are meant: a
    model is made, searched for others, and sent. The answer is the same for all models of a class, unless a theme says
    otherwise or a function makes it; then it is worked out as before. Each page is also sent the definitions of 150
    classes, the same for all.

    Leans on: __init__ and query_properties_with_values of HasProps, PropertyDescriptor._get_default,
    visit_immediate_value_references, Serializer.encode and its encoder of classes: replaced; and on a model's
    __themed_values__, HasProps._overridden_defaults and PropertyDescriptor.has_unstable_default.
    https://github.com/bokeh/bokeh/pull/13174 (merged) calls it a very expensive operation, and saves it for some.
    """
    plain: dict[tuple[Any, type[HasProps]], Any] = {}
    definitions: dict[type[HasProps], Any] = {}

    @cache
    def own(cls: type[HasProps]) -> list[Any]:
        """Descriptors of a class's properties that are no other names of these."""
        return [d for d in map(cls.lookup, cls.properties(_with_props=True)) if isinstance(d, PropertyDescriptor)]

    def is_empty(value: Any) -> bool:
        return isinstance(value, PropertyValueContainer) and not value

    @cache
    def empty(cls: type[HasProps]) -> frozenset[str]:
        """What is an empty list or dictionary by default."""
        return frozenset(d.name for d in own(cls) if d.has_unstable_default(cls) and is_empty(d.class_default(cls)))

    @cache
    def made_for_each(cls: type[HasProps]) -> list[Any]:
        """Descriptors of what no two models share by default. What is empty is made once it is asked for."""
        return [d for d in own(cls) if d.has_unstable_default(cls) and d.name not in empty(cls)]

    @cache
    def settable(cls: type[HasProps]) -> dict[str, Any]:
        """Descriptors that set one value and nothing else, by name."""
        return {d.name: d for d in own(cls) if type(d) in (PropertyDescriptor, DataSpecPropertyDescriptor)}

    @cache
    def required(cls: type[HasProps]) -> list[str]:
        """What has no default."""
        overridden = cls._overridden_defaults()
        return [d.name for d in own(cls) if overridden.get(d.name, d.property._default) is Undefined]

    def put(model: HasProps, descriptor: Any, value: Any) -> None:
        """Set a value that nobody has heard of yet; one that is the default is none."""
        value = descriptor.property.prepare_value(model, descriptor.name, value)
        if descriptor.name in empty(type(model)):
            is_default = is_empty(value)
        else:
            is_default = descriptor.property.matches(value, descriptor._get(model))
        if not is_default:
            descriptor._set_value(model, value)

    def begin(model: HasProps, **given: Any) -> None:
        super(HasProps, model).__init__()
        model._property_values = {}
        model._unstable_default_values = {}
        model._unstable_themed_values = {}
        descriptors = settable(type(model))
        for name, value in given.items():
            if value is Undefined or value is Intrinsic:
                continue
            if name in descriptors:
                put(model, descriptors[name], value)
            else:
                setattr(model, name, value)
        for descriptor in made_for_each(type(model)):
            if descriptor.name not in given:
                descriptor._get(model)
        model._initialized = True

    def values_of(model: HasProps, query: Any, *, include_defaults: bool = True, **options: Any) -> dict[str, Any]:
        cls, given, made = type(model), model._property_values, model._unstable_default_values
        if include_defaults or any(name not in given for name in required(cls)):
            return _query_values(model, query, include_defaults=include_defaults, **options)
        themed = themed_of(model) or ()
        values = {}
        for name in cls.properties(_with_props=True):
            if name in given or name in made or name in themed:
                descriptor = cls.lookup(name)
                if query(descriptor):
                    value = descriptor.get_value(model)
                    if name not in made or name in themed or not isinstance(value, PropertyValueContainer):
                        values[name] = value
        return values

    def visit_given(value: Any, visitor: Any) -> None:
        if not isinstance(value, HasProps):
            visit_value(value, visitor)
            return
        for name in value.properties_with_refs():
            for values in (value._property_values, value._unstable_themed_values, value._unstable_default_values):
                if name in values:
                    visit_value(values[name], visitor)
                    break

    def default_of(descriptor: Any, model: HasProps) -> Any:
        themed = themed_of(model)
        if themed is not None and descriptor.name in themed:
            return _get_default(descriptor, model)
        key = descriptor, type(model)
        if key in plain:
            return plain[key]
        value = _get_default(descriptor, model)
        if type(value) in _PLAIN and not descriptor.has_unstable_default(model):
            plain[key] = value
        return value

    def themed_of(model: HasProps) -> dict[str, Any] | None:
        # By getattr, as Bokeh asks, it comes out of an AttributeError for nearly every model.
        return vars(model).get("__themed_values__")

    def defined(cls: type[HasProps], serializer: Serializer) -> Any:
        bases = [base for base in cls.__bases__ if is_DataModel(base) and base is not DataModel]
        if cls not in definitions or not all(map(serializer.has_ref, bases)):
            before = len(serializer._references), len(serializer._buffers)
            definition = _define(cls, serializer)
            if (len(serializer._references) - 1, len(serializer._buffers)) == before:
                definitions[cls] = definition
            return definition
        serializer.add_ref(cls, Ref(id=ID(cls.__qualified_model__)))
        return definitions[cls]

    def encode(serializer: Serializer, value: Any) -> Any:
        return value if type(value) in _SENT_AS_THEY_ARE else _encode(serializer, value)

    replaced: tuple[tuple[Any, str, Any], ...] = (
        (HasProps, "__init__", begin),
        (HasProps, "query_properties_with_values", values_of),
        (bokeh.model.util, "visit_immediate_value_references", visit_given),
        (PropertyDescriptor, "_get_default", default_of),
        (Serializer, "encode", encode),
    )
    for owner, name, method in replaced:
        setattr(owner, name, method)
    Serializer._encoders[MetaHasProps] = defined


def save_figures(figures: Iterable[Model], kind: str, font: str) -> str:
    """JavaScript that saves figures as "png" or "svg", each under its title and the keys of its lines (its tags).

    A save tool knows PNG alone, and shows a toolbar. A figure is looked up by its id: Panel keeps the
    arguments of a script in a registry whose values hold their own keys, for ever, and with a figure all of its
    session.

    Leans on: Bokeh.index (a ViewManager since https://github.com/bokeh/bokeh/pull/13351) and a view's `export`,
    neither of them documented. SVG by the save tool: https://github.com/bokeh/bokeh/issues/9616, open. The
    registry (panel.links.Callback.registry): not reported upstream.
    """
    calls = [f"save({json.dumps([kind, figure.name, figure.id, font])})" for figure in figures]
    return "\n".join([asset("save.js"), *calls])


# --- Panel ----------------------------------------------------------------------------------------

_TOKEN = "the-token-goes-here"


def page_of(application: Any, tornado: Any) -> str:
    """The HTML of an application's page, for `with_token`.

    All its pages have the same: BokehJS fills their places in the order of the document's roots, whatever the ids
    of these are. It costs a session, which is dropped.

    Leans on: generate_session and server_html_page_for_session of panel.io, and _cleanup_doc, as panel's own
    `warm=True` does. Not reported upstream: reuse_sessions keeps one session for ever, and makes the HTML each time.
    """
    session = generate_session(application)
    doc = session.document
    with set_curdoc(doc):
        page = server_html_page_for_session(
            session,
            resources=Resources.from_bokeh(tornado.resources()),
            title=doc.title,
            token=_TOKEN,
            template=doc.template,
            template_variables=doc.template_variables,
        )
    _cleanup_doc(doc)
    return page


def with_token(page: str, token: str) -> str:
    """The page of the session that this token opens."""
    return page.replace(_TOKEN, token, 1)


def take_sheets_from_here() -> None:
    """Let the page of the current document ask this server for its style sheets, never a CDN.

    Panel says where they are when it writes the page's HTML. With several processes the page's session may be made
    by another one than wrote the HTML, and Panel's address in a session without is that of its CDN.

    Leans on: the template variable "dist_url", which Reactive._process_param_change reads. Not reported upstream.
    """
    if pn.state.curdoc is not None:
        pn.state.curdoc.template_variables.setdefault("dist_url", get_dist_path(cdn=False))


def answer_after(widget: Any, milliseconds: int) -> None:
    """Let a widget wait so long for a newer value before it acts; Panel's own 50 ms are felt while dragging.

    Leans on: Syncable._debounce, a constant of the class. Not reported upstream.
    """
    widget._debounce = milliseconds


def has_extension() -> bool:
    """Whether `pn.extension` was called in this process; a second call sends all of BokehJS again.

    Leans on: panel_extension._loaded. https://github.com/holoviz/panel/issues/3547 (closed) asks for a second call
    that does no harm.
    """
    return panel_extension._loaded


def keep_sheets() -> None:
    """Let a pane whose text changes keep the style sheets it has, in this kernel's notebook.

    Left alone, it sends them anew each time, as addresses on a CDN, in place of those that `inline=True` put there.

    Leans on: HTMLBasePane._update, replaced; and on Bokeh's sending the last of several values. Not reported upstream.
    """
    HTMLBasePane._update = _update_but_sheets


_update_all = HTMLBasePane._update


def _update_but_sheets(pane: HTMLBasePane, ref: str, model: Model) -> None:
    sheets = model.stylesheets
    _update_all(pane, ref, model)
    if state._views.get(ref, [None])[-1] is not None:
        model.stylesheets = sheets


class KernelOutput(pn.Column):
    """A cell's output, whose page is listened to on the kernel's own thread.

    JupyterLab has the page's messages handled on a thread of their own (a subshell), beside the cell that
    runs. Two threads that change one view, or write to its page at once, lose what either of them did.

    Leans on: Viewable._on_msg and _render_mimebundle, overridden; Document.callbacks._held_events.
    https://github.com/jupyterlab/jupyterlab/pull/17363 brought the threads;
    https://github.com/jupyterlab/jupyterlab/issues/19719 (open) shows what they break.
    """

    def __init__(self, *objects: Any, **params: Any) -> None:
        super().__init__(*objects, **params)
        try:
            self._kernel_loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._kernel_loop = None
        self._waiting: deque[tuple[str, Any, dict]] = deque()
        self._pages: list[_Unseen] = []

    def _render_mimebundle(self, model: Any, doc: Any, comm: Any, location: Any = None) -> Any:
        self._pages.append(_Unseen(comm))
        bundle = super()._render_mimebundle(model, doc, comm, location)
        # What made the page is in it: sent once more, it brings models that the page has.
        doc.callbacks._held_events.clear()
        return bundle

    def seen(self) -> None:
        """Send what was kept for pages that were not there yet. A page calls it by its first word."""
        for page in self._pages:
            page.seen()

    def _on_msg(self, ref: str, manager: Any, msg: dict) -> None:
        if self._kernel_loop is None:
            super()._on_msg(ref, manager, msg)
        else:
            self._waiting.append((ref, manager, msg))
            self._kernel_loop.call_soon_threadsafe(self._listen)

    def _listen(self) -> None:
        """Take in what has come since the last time."""
        come = [self._waiting.popleft() for _ in range(len(self._waiting))]
        keep_newest([msg["content"] for _, _, msg in come])
        for ref, manager, msg in come:
            super()._on_msg(ref, manager, msg)


class _Unseen:
    """Keeps, in their order, the messages to a page that is not on the screen yet.

    A page opens its comm long before it is built, and until then it passes over what it is sent, one piece of a
    message after the other: what arrives while it gets ready is lost in part, and all that follows is misread. And
    what comes before the comm is open, Panel tries again every 0.1 s, so that it arrives in any order.

    Leans on: Comm.init and Comm._comm of pyviz_comms, replaced on one comm. Not reported upstream.
    """

    def __init__(self, comm: Any) -> None:
        self._messages: list[tuple[tuple, dict]] = []
        self._comm = comm
        comm._comm, comm.init = self, lambda: None

    def send(self, *args: Any, **kwargs: Any) -> None:
        self._messages.append((args, kwargs))

    def close(self) -> None:
        self._messages.clear()

    def seen(self) -> None:
        if self._comm._comm is not self:
            return
        del self._comm.init
        self._comm.init()
        messages, self._messages = self._messages, []
        for args, kwargs in messages:
            self._comm._comm.send(*args, **kwargs)


def keep_newest(patches: list[dict]) -> None:
    """Drop, from Bokeh's patches in the order they came, each value that a later one replaces: it is past."""
    replaced: set[tuple[str, str]] = set()
    for patch in reversed(patches):
        kept = []
        for event in reversed(patch["events"]):
            if event["kind"] == "ModelChanged":
                target = event["model"]["id"], event["attr"]
                if target in replaced:
                    continue
                replaced.add(target)
            kept.append(event)
        patch["events"] = kept[::-1]


def spare_bokehjs() -> str:
    """BokehJS for a page in which nothing is selected, and only models with `styles` are styled by a sheet.

    Leans on: VisualProperties._get_css_value, replaced (assets/bokehjs/styles.js):
    https://github.com/bokeh/bokeh/issues/15286, open; https://github.com/bokeh/bokeh/pull/15205 (merged, not in 3.9)
    remembers what it has found. GlyphRendererView.build_glyph_view, replaced (assets/bokehjs/glyphs.js); not reported.
    """
    # Of `bokeh.resources` one would get the scripts of every extension that is loaded (Panel's, say).
    library = (Path(settings.bokehjs_path()) / "js" / "bokeh.min.js").read_text(encoding="utf-8")
    return "\n".join([library, asset("bokehjs/styles.js"), asset("bokehjs/glyphs.js")])


# --- panel-material-ui ----------------------------------------------------------------------------


SCHEME = "gatesweep-scheme"
"""The cookie that says whether the device is set to dark; see first.js."""


def page_template() -> str:
    """The HTML of a page, with the script first.js, which runs when BokehJS is there and has not asked for anything.

    A browser's first request says nothing of the device's scheme (Sec-CH-Prefers-Color-Scheme comes over https alone,
    and from Chromium alone), and the page's HTML is the same for all; the session is made when the page's script
    connects, with a cookie that the script has set. Repainting a page that was made for the other scheme takes longer
    than making it: each component is told by itself, twice.

    Leans on: the blocks of panel-material-ui's base.html; see `spare_bokehjs` for assets/bokehjs/styles.js. On visuals
    and base_font_size of TextBox of BokehJS, replaced (assets/bokehjs/sizes.js); not reported.
    """
    script = asset("first.js") + asset("bokehjs/styles.js") + asset("bokehjs/sizes.js")
    return (
        '{% extends "base.html" %}{% block postamble %}{{ super() }}'
        f"<script>{{% raw %}}{script}{{% endraw %}}</script>{{% endblock %}}"
    )


def ignore_busy_state(page: pmui.Page) -> None:
    """Let a page not follow Panel's process-wide busy state.

    The state would hold the page for ever, and have it drawn anew at every move of every visitor, also where no
    indicator is shown.

    Leans on: Page.busy, which is read-only (it came with
    https://github.com/panel-extensions/panel-material-ui/pull/235). Not reported upstream.
    """
    with edit_readonly(page):
        page.busy = param.rx(False)  # a reference takes the old one's place; a plain value would leave it


def forget_at_end() -> None:
    """Let Panel forget all of the page that is being made, when its session ends.

    It keeps the view of a page's notifications for ever, 36 kB a visitor: they are a root of the page, but in no list
    of documents by which `Viewable._server_destroy` would find them.

    Leans on: state._views. Not reported upstream.
    """
    document = pn.state.curdoc

    def forget(_context: Any) -> None:
        for ref, (view, root, its_document, _comm) in list(state._views.items()):
            if its_document is document:
                view._cleanup(root)
                del state._views[ref]

    if document is not None:
        pn.state.on_session_destroyed(forget)


def spare_components() -> None:
    """Let components cost a served page less, from now on in this process.

    Each carries the addresses on a CDN of what its module might import, 2 kB that a browser takes in 34 times in one
    Lab; the served module imports nothing, and by one name alone a browser knows a Material component. And each makes
    copies of the declarations of all its parameters, which nothing changes, works out for each of them which ones are
    synced, lets all take references though its class does already, and looks through all that is in it for what to mark
    as the page's, though what is in it has done so before.

    Leans on: MaterialComponent._process_importmap, ReactiveCustomBase._patch_datamodel_ref, Syncable._init_params and
    Reactive.__init__, replaced; and that buttons, menus, switches and layouts change no parameter's declaration in an
    instance. Not reported upstream.
    """
    MaterialComponent._process_importmap = classmethod(lambda cls: {"imports": {"@mui/": "bundled:/"}})
    ReactiveCustomBase._patch_datamodel_ref = staticmethod(_tag)
    Syncable._init_params = _given
    Reactive.__init__ = _begin
    buttons = pmui.Button, pmui.IconButton, pmui.MenuButton, pmui.RadioButtonGroup
    layouts = pn.Column, pn.Row, pmui.Accordion
    own = [kind for kind in param.descendents(ReactiveESM) if kind.__module__.startswith("gatesweep.")]
    for kind in (*buttons, *layouts, *own, pmui.Select, pmui.Switch):
        no_instance_params(kind)


def _given(component: Syncable) -> dict[str, Any]:
    synced = set(component._synced_params)
    values = {name: getattr(component, name) for name in component.param if name in synced}
    return {name: value for name, value in values.items() if value is not None}


_begin_first = Reactive.__init__
_begun: set[type[Reactive]] = set()


def _begin(component: Reactive, refs: Any = None, **params: Any) -> None:
    """The first of a class lets all its parameters take references; they are the class's own."""
    if refs is None and type(component) in _begun:
        super(Reactive, component).__init__(**params)
    else:
        _begun.add(type(component))
        _begin_first(component, refs, **params)


def _tag(data: Any, root: str) -> None:
    """Mark a component's data as that of a page, by the id of its root."""
    for model in collect_filtered_models(lambda model: not isinstance(model, DataModel), data):
        if (tag := f"__ref:{root}") not in model.tags:
            model.tags.append(tag)


def file_button(label: str, filename: str, make: Any, **look: Any) -> pmui.FileDownload:
    """A button of plain text, without an icon, that downloads what `make` returns.

    Leans on: `variant` set after the constructor, which would warn of a name that panel-material-ui itself
    passes on; and the class of an icon, which no option leaves out. Not reported upstream.
    """
    bare = {"& .MuiButton-startIcon": {"display": "none"}}
    button = pmui.FileDownload(callback=make, filename=filename, label=label, sx=bare, **look)
    button.variant = "text"
    return button


class Dropdown(pmui.Select):
    """A drop-down whose options change with what is on show.

    A value that the browser has sent may be one of the options before: it is past, where Panel would raise.

    Leans on: SingleSelectBase._process_property_change, overridden. Not reported upstream.
    """

    def _process_property_change(self, props: dict[str, Any]) -> dict[str, Any]:
        if "value" in props and props["value"] not in ("", *self.labels, *self.unicode_values):
            props = {name: value for name, value in props.items() if name != "value"}
        return super()._process_property_change(props)


_DIST = Path(pmui.__file__).parent / "dist"
_MATERIAL = "panel-material-ui"
_FROM_PAGE = f"export default (await window.gatesweepModules['{_MATERIAL}']).default"
_whole_model = MaterialComponent._get_model


def material_script() -> str:
    """A script that gives a notebook's page the module of all components, and the font of their icons.

    Leans on: where the package keeps them. Panel's pages without a network:
    https://github.com/holoviz/panel/issues/7073, open.
    """
    [font] = _DIST.glob("material-icons-[!o]*.woff2")
    what = {
        "name": _MATERIAL,
        "module": pack((_DIST / "panel-material-ui.bundle.js").read_bytes()),
        "fonts": {"Material Icons": b64encode(font.read_bytes()).decode()},
    }
    return call("giveMaterial", what)


def take_material_from_page() -> None:
    """Let every component in this kernel's notebook take its module from the page, which has `material_script`.

    Left alone, each of them carries the whole text, 1.4 MB and 32 times in one Lab, and lacks the rule that
    makes an icon of its name; without `pn.extension(inline=True)` it asks a CDN. What is served or saved from
    the kernel has no comm, and is left as it is.

    Leans on: MaterialComponent._get_model, replaced; the properties of its model; and that React is taken from the
    module which is kept under the name in `bundle`. Not reported upstream.
    """
    MaterialComponent._get_model = _model_without_module


def _model_without_module(
    component: MaterialComponent, doc: Any, root: Any = None, parent: Any = None, comm: Any = None
) -> Any:
    model = _whole_model(component, doc, root, parent, comm)
    if comm is not None:
        model.update(bundle=_MATERIAL, esm=_FROM_PAGE, css_bundle=_icon_rule())
    return model


@cache
def _icon_rule() -> str:
    sheet = (_DIST / "panel-material-ui.bundle.css").read_text(encoding="utf-8")
    [rule] = re.findall(r"\.material-icons{[^}]*}", sheet)
    return rule


WIDGET_HEIGHTS = {
    pmui.RadioButtonGroup: 39,
    pmui.Button: 35,
    pmui.Select: 35,
    Dropdown: 35,
    pmui.Switch: 25,
}
"""Pixels of a small widget. It is empty until the browser has drawn it: where its place is kept, nothing below it
moves meanwhile, and the page need not be laid out anew for each. Not reported upstream."""


# --- Param ----------------------------------------------------------------------------------------


def valid(declared: param.Parameter, value: Any) -> Any:
    """The value, checked against a parameter's declaration without being set; ValueError if it breaks it.

    Leans on: Parameter._validate. https://github.com/holoviz/param/issues/300 (closed) asked for a public one; there
    is none.
    """
    declared._validate(value)
    return value
