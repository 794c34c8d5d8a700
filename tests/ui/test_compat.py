"""What the style sheets and the layout take for granted of other libraries' pages, looked up in a real one."""

import re
from pathlib import Path

import gatesweep.app.assets
from gatesweep.app.compat import WIDGET_HEIGHTS
from gatesweep.page.export import export
from tests.ui.page_probe import opened

SHEETS = sorted(Path(gatesweep.app.assets.__file__).parent.rglob("*.css"))
INSIDE = """
  const inside = (node) => [...node.children].flatMap((child) =>
    [child, ...inside(child), ...(child.shadowRoot ? inside(child.shadowRoot) : [])])
"""
FOUND = f"(selector) => {{ {INSIDE}; return inside(document.body).some((element) => element.matches(selector)) }}"


def fragile() -> set[str]:
    """Each class of Material UI and each id of Panel that a style sheet names."""
    text = "\n".join(sheet.read_text() for sheet in SHEETS)
    return set(re.findall(r"\.Mui[\w-]+|\[id\^=[\w-]+\]", text))


def test_what_the_style_sheets_name_is_there(page, app_url):
    missing = fragile()
    assert missing, "the style sheets name nothing of other libraries: this test can go"
    for query, width in (("", 1400), ("?view=explorer&seed_count=3", 390)):
        opened = page(app_url + query, width=width, height=844)
        opened.wait_for_function("window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].is_idle", timeout=40_000)
        missing = {selector for selector in missing if not opened.evaluate(FOUND, selector)}
    assert not missing


def test_widgets_are_as_high_as_their_place(open_lab):
    """`min_height` keeps the place; a widget that outgrew it would move all below once it is drawn."""
    lab = open_lab("?solver=sgd")
    heights = {
        "Switch": lab.get_by_role("switch").first,
        "Select": lab.get_by_role("combobox", name="Gate", exact=True),
        "Button": lab.get_by_role("button", name="New draw"),
    }
    for kind, widget in heights.items():
        (expected,) = [height for widget_type, height in WIDGET_HEIGHTS.items() if widget_type.__name__ == kind]
        assert widget.bounding_box()["height"] <= expected + 4, kind


LOOKS = """() => Object.values(Bokeh.index).flatMap((root) => root.computed_renderer_views ?? [])
  .filter((one) => one.glyph).flatMap((layer) => [layer.selection_glyph, layer.nonselection_glyph, layer.muted_glyph,
    layer.decimated_glyph].map((look) => Object.getPrototypeOf(look) === layer.glyph))"""


def test_a_layer_of_the_page_has_one_look(page, tmp_path):
    visited = opened(page(export(tmp_path / "page.html").as_uri()))
    found = visited.evaluate(LOOKS)
    assert len(found) >= 60 and all(found)  # of the boundary alone
