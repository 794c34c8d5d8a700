"""Any seat: a phone in the hand, the last row of a hall, a browser with other fonts."""

import pytest
from playwright.sync_api import expect

from gatesweep.lessons import COMPARISONS, LESSONS
from tests.ui.conftest import FILLED, untroubled, visitor
from tests.ui.explorer_pages import FIND, SOON, go
from tests.ui.lab_page import HELD, IDLE, NAMED, PAINTED, control, pixel, press, show, unfold, wait

LINK = "?view=explorer&seed_count=3"
PHONES = [(390, 844), (360, 740)]
LYING = (844, 390)
HEADER = ["Lab", "Explorer", "Share", "Keys", "Toggle theme"]
SCROLLED = """() => {
  const tops = (root) => [...root.querySelectorAll("*")].flatMap(
    (part) => [part.scrollTop, ...(part.shadowRoot ? tops(part.shadowRoot) : [])])
  return Math.max(...tops(document))
}"""
"""JavaScript: how far the page is scrolled, whichever part of it does that."""
TO_TOP = """() => {
  const rewind = (root) => root.querySelectorAll("*").forEach((part) => {
    part.scrollTop = 0
    if (part.shadowRoot) rewind(part.shadowRoot)
  })
  rewind(document)
}"""
BOX = f"""(name) => {{
  const {{left, top, right, bottom}} = Bokeh.index.find_one_by_id(({FIND})(name).id).el.getBoundingClientRect()
  return [left, top, right, bottom]
}}"""
"""JavaScript: where on the screen a figure is."""
NUMBERS = f"""(font) => {{
  const axis = ({NAMED})("numbers"), figure = ({NAMED})("scores")
  if (font) axis.major_label_text_font = font
  const view = Bokeh.index.find_one_by_id(figure.id), size = 0.925 * parseFloat(getComputedStyle(view.el).fontSize)
  const pen = document.createElement("canvas").getContext("2d")
  pen.font = `bold ${{size}}px ${{axis.major_label_text_font}}`
  const texts = [...axis.major_label_overrides.values()], room = figure.outer_width - view.frame.bbox.right
  return {{size, room, needed: Math.max(...texts.map((text) => pen.measureText(text).width))}}
}}"""
"""JavaScript: the size of a tick, and the room of the accuracies' numbers and what they need of it."""
LISTEN = """() => {
  const pen = CanvasRenderingContext2D.prototype
  window.plainFillText ??= pen.fillText
  window.letters = {}
  pen.fillText = function(text, ...place) {
    if (text.trim()) letters[text] = parseFloat(this.font.match(/[\\d.]+px/)[0])
    return plainFillText.call(this, text, ...place)
  }
}"""
"""JavaScript: from now on `letters` says in how many pixels each text was drawn last."""


@pytest.fixture(scope="module")
def phone_visitor(browser, app_url):
    with visitor(browser, app_url, IDLE, has_touch=True, is_mobile=True) as visited:
        yield visited


@pytest.fixture
def phone(phone_visitor):
    """A Lab under fingers."""
    yield from untroubled(phone_visitor)


@pytest.fixture(scope="module")
def explorer_phone_visitor(browser, app_url):
    with visitor(browser, app_url + LINK, FILLED, has_touch=True, is_mobile=True) as visited:
        yield visited


@pytest.fixture
def explorer_phone(explorer_phone_visitor):
    """An Explorer under fingers."""
    yield from untroubled(explorer_phone_visitor)


def sit(page, width, height):
    """Have the page on a screen of this size, and drawn for it."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function(f"innerWidth === {width} && innerHeight === {height} && Bokeh.documents[0].is_idle")


def box(page, what):
    """Left, top, right and bottom of a figure, by its name, or of an element."""
    if isinstance(what, str):
        return page.evaluate(BOX, what)
    found = what.bounding_box()
    return [found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]]


STILL = f"""(name) => {{
  const place = JSON.stringify(({BOX})(name)), frames = place === window.lastPlace ? (window.framesThere ?? 0) + 1 : 0
  window.lastPlace = place
  window.framesThere = frames
  return frames > 30
}}"""
"""JavaScript: a figure has stood at one place for half a second of painted frames; new rows and words move it first."""


def outside(page, parts):
    """What does not lie whole on the screen, and where it lies."""
    width, height = page.viewport_size["width"], page.viewport_size["height"]

    def is_in(place):
        left, top, right, bottom = place
        return left >= -0.5 and top >= -0.5 and right <= width + 0.5 and bottom <= height + 0.5

    return {name: place for name, part in parts.items() if not is_in(place := box(page, part))}


def header(page):
    return {name: page.locator("header").get_by_role("button", name=name) for name in HEADER}


@pytest.mark.parametrize(("width", "height"), [*PHONES, LYING])
def test_a_phone_shows_picture_controls_and_accuracy_at_once(phone, width, height):
    sit(phone, width, height)
    lasting = {"picture": "boundary"}
    passing = {
        "gate": control(phone, "combobox", "Gate"),
        "noise level": control(phone, "slider", "Noise level"),
        "new draw": control(phone, "button", "New draw"),
        "accuracy": "scores",
    }
    assert outside(phone, header(phone) | lasting | passing) == {}
    assert phone.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("width", "height"), PHONES)
def test_a_phone_s_first_screen_has_the_heatmap_and_its_gates(explorer_phone, width, height):
    page = explorer_phone
    sit(page, width, height)
    gates = page.get_by_role("combobox", name="Gates")
    assert outside(page, header(page) | {"heatmap": "heatmap", "gates": gates}) == {}
    assert page.evaluate("document.documentElement.scrollWidth") == width


def to_top(page):
    """Scroll back, until no swipe before moves the page any more."""
    page.wait_for_function(f"() => {{ const before = ({SCROLLED})(); ({TO_TOP})(); return before === 0 }}")


def swipe(page, place, up):
    """A finger that touches the screen there and moves up by so many pixels."""
    left, top, right, bottom = place
    x, y, screen = (left + right) / 2, (top + bottom) / 2, page.context.new_cdp_session(page)
    for kind, moved in (("touchStart", 0), *(("touchMove", up * step / 8) for step in range(1, 9)), ("touchEnd", 0)):
        points = [] if kind == "touchEnd" else [{"x": x, "y": y - moved}]
        screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def stays_while_the_rest_scrolls(page, picture):
    """A swipe that begins on the picture moves all the rest; the picture is seen all the time."""
    assert page.evaluate(SCROLLED) == 0
    for done in (60, 240, 480):
        while page.evaluate(SCROLLED) < done:
            before = page.evaluate(SCROLLED)
            swipe(page, box(page, picture), 120)
            page.wait_for_function(f"({SCROLLED})() > {before + 40}")
        assert outside(page, {picture: picture}) == {}


@pytest.mark.parametrize(
    ("link", "heading"),
    [("?lesson=3", LESSONS[2].question), ("?lesson=4", LESSONS[3].question)],
    ids=["trained", "by hand"],
)
@pytest.mark.parametrize(("width", "height"), [PHONES[1], LYING])
def test_on_a_phone_the_picture_stays_and_a_swipe_over_it_scrolls(phone, width, height, link, heading):
    sit(phone, width, height)
    go(phone, link)
    expect(phone.get_by_role("heading", name=heading)).to_be_attached(timeout=SOON)
    to_top(phone)
    stays_while_the_rest_scrolls(phone, "boundary")
    assert phone.evaluate("document.documentElement.scrollWidth") == width


def test_a_finger_on_a_grip_drags_the_line_and_scrolls_nothing(phone):
    sit(phone, *PHONES[1])
    go(phone, "?by_hand=true&w1=4&w2=4&intercept=-2")
    before = wait(phone, f"{HELD} && s.w[0] === 4")
    to_top(phone)
    phone.evaluate(PAINTED)
    swipe(phone, [*pixel(phone, *before["grips"][0])] * 2, 60)
    wait(phone, "s.w[0] !== 4")
    assert phone.evaluate(SCROLLED) == 0


@pytest.mark.parametrize(("width", "height"), [PHONES[1], LYING])
def test_on_a_phone_the_heatmap_stays_and_a_swipe_over_it_scrolls(explorer_phone, width, height):
    sit(explorer_phone, width, height)
    to_top(explorer_phone)
    stays_while_the_rest_scrolls(explorer_phone, "heatmap")


@pytest.mark.parametrize("picture", ["neuron", "s_curve", "hidden", "boundary"])
def test_each_picture_has_the_whole_frame(lab, picture):
    go(lab, f"?gate=XOR&noise_level=0.1&solver=adam&epochs=3&hidden_units=2&picture={picture}")
    lab.wait_for_function(f"() => Bokeh.index.find_one_by_id(({FIND})('{picture}')?.id)?.el.clientHeight > 300")
    assert outside(lab, {picture: picture}) == {}


def test_the_whole_screen_is_filled_and_left_again(lab):
    show(lab)
    for is_full in ("true", "false"):
        lab.locator("header").get_by_role("button", name="Share").click()
        lab.get_by_role("menuitem", name="Full screen").click()
        lab.wait_for_function(f"Boolean(document.fullscreenElement) === {is_full}")
        lab.wait_for_function(STILL, arg="boundary")
        assert outside(lab, header(lab) | {"picture": "boundary", "scores": "scores"}) == {}


def test_a_hall_has_larger_controls(lab):
    show(lab, "?gate=XOR")
    lab.evaluate(LISTEN)
    sit(lab, 1920, 1080)
    try:
        sizes = {
            name: float(
                control(lab, role, name).evaluate("(part) => getComputedStyle(part).fontSize").removesuffix("px")
            )
            for role, name in (("combobox", "Gate"), ("button", "New draw"), ("button", "Play"), ("button", "Neuron"))
        }
        assert min(sizes.values()) >= 18, sizes
        drawn = (
            "() => ['x₁', '0.5', 'best line', 'step', 'exact accuracy', 'seeds'].every((text) => letters[text] >= 16)"
        )
        lab.wait_for_function(drawn)
        assert {text: size for text, size in lab.evaluate("letters").items() if size < 16} == {}
    finally:
        sit(lab, 1400, 900)


@pytest.mark.parametrize("font", ["DejaVu Sans Condensed, sans-serif", "DejaVu Sans Mono, monospace"])
def test_numbers_have_the_room_that_their_font_needs(lab, font):
    show(lab, "?gate=OR&noise_level=0")
    usual = lab.evaluate(f"({NAMED})('numbers').major_label_text_font")
    lab.evaluate(NUMBERS, font)
    lab.wait_for_function(f"() => {{ const {{room, needed}} = ({NUMBERS})(null); return room > needed }}")
    lab.evaluate(NUMBERS, usual)


def test_a_hall_reads_the_axes_of_the_heatmap_and_of_its_colours(page, app_url):
    opened = page(width=1920, height=1080)
    opened.add_init_script(f"({LISTEN})()")
    opened.goto(app_url + LINK)
    opened.wait_for_function("() => ['noise level', '0.05', '0.9', 'AND', '1.00'].every((text) => letters[text] >= 16)")
    assert {text: size for text, size in opened.evaluate("letters").items() if size < 16} == {}


TOO_LONG = """(menu, texts) => {
  const {font, paddingLeft, paddingRight} = getComputedStyle(menu)
  const pen = document.createElement("canvas").getContext("2d")
  pen.font = font
  const room = menu.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
  return texts.filter((text) => pen.measureText(text).width > room)
}"""
"""JavaScript: which texts a menu has no room for."""


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (1920, 1080)])
def test_no_title_of_a_lesson_is_cut(lab, width, height):
    sit(lab, width, height)
    titles = [f"{i}  {lesson.title}" for i, lesson in enumerate(LESSONS, 1)]
    menu = control(lab, "combobox", "Lesson")
    assert menu.evaluate(TOO_LONG, titles + ["W" * 80]) == ["W" * 80]
    sit(lab, 1400, 900)


def are_apart(one, other):
    (left, top, right, bottom), (left2, top2, right2, bottom2) = one, other
    return right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (1920, 1080)])
def test_an_answer_in_the_explorer_leaves_pictures_and_menus_free(page, app_url, width, height):
    opened = page(app_url + LINK + "&preset=penalty", width=width, height=height)
    opened.wait_for_function(FILLED)
    for name in ("Hint", "Answer"):
        press(opened, name)
        more = opened.locator(".more")
        expect(more).to_contain_text(getattr(COMPARISONS["penalty"], name.lower()), timeout=SOON)
        for part in (control(opened, "combobox", "Measure"), "heatmap", "curves"):
            assert are_apart(box(opened, more), box(opened, part)), part
    assert outside(opened, {"answer": more}) == {}


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (1920, 1080)])
@pytest.mark.parametrize("lesson", [7, 12])
def test_an_answer_moves_nothing_and_covers_nothing(lab, width, height, lesson):
    """The two longest ones."""
    show(lab)
    sit(lab, width, height)
    go(lab, f"?lesson={lesson}")
    menu = control(lab, "combobox", f"Lesson {lesson} of {len(LESSONS)}")
    expect(menu).to_be_visible(timeout=SOON)
    parts = {name: control(lab, "button", name) for name in ("Plane", "Hint", "Gate")}
    parts |= {"menu": menu, "gates": control(lab, "combobox", "Gate"), "scores": "scores", "others": "seeds"}
    parts["picture"] = "hidden" if lesson == 12 else "boundary"
    lab.wait_for_function(STILL, arg=parts["picture"])
    before = {name: box(lab, part) for name, part in parts.items()}
    press(lab, "Answer")
    answer = lab.locator(".more")
    expect(answer).to_have_text(LESSONS[lesson - 1].answer)
    assert outside(lab, {"answer": answer} | parts) == {}
    assert {name: box(lab, part) for name, part in parts.items()} == before
    assert [name for name, place in before.items() if not are_apart(box(lab, answer), place)] == []
    press(lab, "Answer")
    expect(answer).to_be_hidden()
    sit(lab, 1400, 900)


@pytest.mark.parametrize(("link", "picture"), [("?lesson=5", "boundary"), (LINK + "&preset=penalty", "heatmap")])
def test_on_a_phone_an_answer_stands_above_the_picture_it_speaks_of(page, app_url, link, picture):
    phone = page(app_url + link, width=390, height=844)
    press(phone, "Answer")
    answer = phone.locator(".more")
    expect(answer).to_be_visible()
    phone.wait_for_function(STILL, arg=picture)
    left, _, right, bottom = box(phone, answer)
    assert 0 <= left and right <= 390 and bottom <= box(phone, picture)[1]


def test_a_slider_over_powers_of_ten_says_its_value(lab):
    show(lab)
    unfold(lab, "Training")
    slider = control(lab, "slider", "C (inverse penalty)")
    for key, said in (("ArrowRight", "1.3"), ("Home", "0.001"), ("End", "10000")):
        slider.press(key)
        expect(slider).to_have_attribute("aria-valuetext", said)
