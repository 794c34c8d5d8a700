"""The Explorer as a visitor meets it: how browser tests serve it, move its controls and read what it shows."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import numpy as np
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.tolerances import TOLERANCE

SOON = 60_000
FIND = "(name) => Bokeh.documents.flatMap((d) => [...d._all_models.values()]).find((m) => m.name === name)"
CELLS = f"""() => Object.fromEntries(
  Object.entries(({FIND})("cells").data).map(([name, column]) => [name, Array.from(column)]))"""
PLACE = f"""([name, x, y, index]) => {{
  const find = {FIND}, data = find("cells").data, view = Bokeh.index.find_one_by_id(find(name).id)
  const box = view.canvas_view.el.getBoundingClientRect()
  return [box.x + view.frame.x_scale.compute(data[x][index]), box.y + view.frame.y_scale.compute(data[y][index])]
}}"""


def go(page: Page, query: str) -> None:
    """Follow a link within the page, as Back and Forward do."""
    page.evaluate("(q) => { history.pushState({}, '', q); dispatchEvent(new PopStateEvent('popstate')) }", query)


def query_of(page: Page) -> dict[str, str]:
    """What the address line asks for."""
    return dict(parse_qsl(urlsplit(page.url).query))


def until(page: Page, is_so: Callable[[], bool], why: str = "it never came to that") -> None:
    for _ in range(600):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError(why)


def rests(page: Page, read: Callable[[], int]) -> int:
    """What stays the same for a second, however busy the machine is."""
    for _ in range(60):
        found = read()
        page.wait_for_timeout(1000)
        if read() == found:
            return found
    raise AssertionError("it never came to rest")


# What is shown


def cells(page: Page) -> dict[str, list]:
    """The columns behind both pictures, one row a cell in the order (side by side, down, across)."""
    return page.evaluate(CELLS)


def is_near(shown: list, expected: object) -> bool:
    wanted = np.ravel(np.asarray(expected, float))
    found = np.array(shown, float)
    return found.shape == wanted.shape and np.allclose(found, wanted, equal_nan=True, **TOLERANCE["float32"])


def shows(page: Page, expected: object) -> None:
    """Wait until the cells hold these numbers, in the order (side by side, down, across)."""
    for _ in range(300):
        if is_near(shown := cells(page)["number"], expected):
            return
        page.wait_for_timeout(100)
    np.testing.assert_allclose(shown, np.ravel(np.asarray(expected, float)), **TOLERANCE["float32"])


def lab_shows(page: Page, weight: object) -> None:
    """Wait until the Lab is on show with a model of these weights."""
    weight = np.asarray(weight, float)
    padded = np.pad(weight, (0, 3 - len(weight)))
    for _ in range(200):
        shown = page.evaluate(f"Array.from(({FIND})('model').data.w)")
        if "view=explorer" not in page.url and np.allclose(shown, padded, rtol=2e-3, atol=2e-3):
            return
        page.wait_for_timeout(100)
    np.testing.assert_allclose(shown, padded, rtol=2e-3, atol=2e-3)
    raise AssertionError(f"the address is still {page.url}")


# What is done


def place(page: Page, figure: str, index: int) -> tuple[float, float]:
    """Where on the screen a cell is: its middle in the "heatmap", its point in the "curves"."""
    columns = {"heatmap": ("mx", "my"), "curves": ("cx", "cy")}[figure]
    x, y = page.evaluate(PLACE, [figure, *columns, index])
    return x, y


def point_at(page: Page, index: int, figure: str = "heatmap") -> None:
    """Move the pointer onto a cell; Bokeh takes the first move as an arrival, the second one as a look."""
    x, y = place(page, figure, index)
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)


def click_cell(page: Page, index: int, figure: str = "heatmap") -> None:
    point_at(page, index, figure)
    page.mouse.click(*place(page, figure, index))


def control(page: Page, role: str, name: str, nth: int = 0) -> Locator:
    """A visible control whose name begins so; what stands behind it says its value or explains it."""
    return page.get_by_role(role, name=re.compile(rf"^{re.escape(name)}(:.*| [A-Z].*)?$")).nth(nth)


def choose(page: Page, name: str, option: str) -> None:
    """Take an option of a drop-down; of a menu that stays open for more, click beside it at the end."""
    item = page.get_by_role("menuitem", name=option, exact=True)
    for is_last in (False, False, True):
        control(page, "combobox", name).click(timeout=20_000)
        try:
            item.click(timeout=5_000)
            break
        except TimeoutError:  # The menus of a picture that has just come closed it.
            if is_last:
                raise
            page.keyboard.press("Escape")
    close_menu(page)


def close_menu(page: Page) -> None:
    # A click while a menu fades would open it again.
    page.wait_for_timeout(300)
    if page.get_by_role("listbox").count():
        page.mouse.click(700, 25)
        expect(page.get_by_role("listbox")).to_have_count(0)


def slide(page: Page, name: str, *keys: str, nth: int = 0) -> None:
    thumb = control(page, "slider", name, nth)
    thumb.focus()
    for key in keys:
        thumb.press(key)
