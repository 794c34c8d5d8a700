"""How every picture looks: its colours in light and dark, type and markers, in one place.

The two classes are told apart by marker and by hue (Okabe and Ito's blue and vermilion, which
every common colour vision keeps apart); reference values have colours of their own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import holoviews as hv
from bokeh.core.properties import value
from bokeh.core.property.vectorization import Field
from bokeh.models import Plot

from gatesweep import notebook

__all__ = [
    "ACCENT",
    "DARK",
    "FONT",
    "LIGHT",
    "LIMIT_STYLES",
    "MARKERS",
    "TEXT",
    "TICK",
    "Palette",
    "on_paper",
    "own_colours",
    "paint",
    "painted",
    "typed",
    "unfading",
    "unit_hue",
    "with_bokeh",
]

FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"
TICK, TEXT = "0.925em", "0.85rem"
"""Size of ticks and of words in a picture. In the figure's own measure Bokeh can tell how much room a tick takes; what
has no room of its own follows the page."""
ACCENT = "#d55e00"
"""What the pointer is on, and fits that diverged."""
MARKERS = ("circle", "square")
"""Marker of class 0 and of class 1."""


@dataclass(frozen=True)
class Palette:
    """The colours of one mode."""

    ink: str
    """Text, the boundary line, what is shown."""
    muted: str
    """Axes, secondary text, other seeds."""
    paper: str
    """Behind the plots."""
    grid: str
    classes: tuple[str, str]
    """Class 0 and class 1."""
    train: str
    test: str
    exact: str
    best_line: str
    bayes: str
    alert: str

    @property
    def surface(self) -> list[str]:
        """256 colours from class 0 through paper to class 1, for probabilities 0 to 1."""
        ends = [_mix(self.paper, colour, 0.5) for colour in self.classes]
        half = [i / 127 for i in range(128)]
        return [_mix(ends[0], self.paper, t) for t in half] + [_mix(self.paper, ends[1], t) for t in half]


LIGHT = Palette(
    ink="#15202b",
    muted="#6b7785",
    paper="#ffffff",
    grid="#e6eaef",
    classes=("#0072B2", "#D55E00"),
    train="#0072B2",
    test="#CC79A7",
    exact="#15202b",
    best_line="#E69F00",
    bayes="#009E73",
    alert="#b3261e",
)
DARK = Palette(
    ink="#eef3f8",
    muted="#93a1b0",
    paper="#12181f",
    grid="#27313c",
    classes=("#56B4E9", "#FF8A3D"),
    train="#56B4E9",
    test="#E29BC4",
    exact="#eef3f8",
    best_line="#F0C04A",
    bayes="#2CC79B",
    alert="#ff8a80",
)

UNITS = {
    LIGHT.paper: ("#6A3D9A", "#00796B", "#C2185B", "#827717", "#5D4037", "#283593", "#2E7D32", "#455A64"),
    DARK.paper: ("#C5A3F0", "#4DD0C0", "#F48FB1", "#DCE775", "#D7B8A3", "#9FA8DA", "#A5D6A7", "#B0BEC5"),
}
"""Hues of hidden neurons on light and on dark paper: none of a class, none of a limit."""


def unit_hue(place: int, palette: Palette) -> str:
    """The colour of a hidden neuron, counted from 0; from the ninth on they come again."""
    hues = UNITS[palette.paper]
    return hues[place % len(hues)]


LIMIT_STYLES: dict[str, tuple[str, str | list[int], float]] = {
    "bayes_accuracy": ("bayes", "dashed", 2),
    "best_linear_accuracy": ("best_line", [9, 3, 2, 3], 2),
    "population_accuracy": ("test", [3, 2], 1.5),
    "majority_accuracy": ("muted", [1, 4], 1.5),
}
"""Colour (a name in Palette), dash and width of each limit."""


@contextmanager
def with_bokeh() -> Iterator[None]:
    """Within, HoloViews draws with Bokeh, and a notebook has its scripts; afterwards with what the user has chosen."""
    notebook.load()
    hv.renderer("bokeh")  # loads it, beside the one that was chosen
    chosen = hv.Store.current_backend
    if chosen == "bokeh":  # to set it again takes longer than to draw a picture
        yield
        return
    hv.Store.set_current_backend("bokeh")
    try:
        yield
    finally:
        hv.Store.set_current_backend(chosen)


def _mix(first: str, second: str, share: float) -> str:
    pairs = [(int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def paint(plot: Plot, palette: Palette) -> None:
    """Give a figure the palette's background, axes and type."""
    plot.background_fill_color, plot.border_fill_color = palette.paper, None
    plot.outline_line_color = palette.grid
    for axis in plot.axis:
        axis.axis_line_color = axis.major_tick_line_color = None
        axis.minor_tick_line_color = None
        axis.major_label_text_color = axis.axis_label_text_color = palette.muted
        axis.major_label_text_font = axis.axis_label_text_font = FONT
        axis.axis_label_text_font_style = "normal"
        axis.major_label_text_font_size, axis.axis_label_text_font_size = TICK, "1em"
    for grid in plot.grid:
        grid.grid_line_color = palette.grid
    for legend in plot.legend:
        legend.background_fill_color = palette.paper
        legend.label_text_color = palette.ink
        legend.label_text_font, legend.label_text_font_size = FONT, TICK


def painted(palette: Palette, **properties: Any) -> Callable[[Any, Any], None]:
    """A hook for `.opts(hooks=[...])`: the palette's look, and properties of Bokeh's figure that have no option."""

    def hook(plot: Any, element: Any) -> None:
        paint(plot.state, palette)
        plot.state.update(**properties)

    return hook


def typed(plot: Any, element: Any) -> None:
    """A hook for labels: the type as a value, since HoloViews hands a list of families on as a column's name."""
    plot.handles["glyph"].text_font = value(FONT)


def on_paper(palette: Palette) -> Callable[[Any, Any], None]:
    """A hook for labels: legible whatever they stand on."""

    def hook(plot: Any, element: Any) -> None:
        plot.handles["glyph"].update(background_fill_color=palette.paper, padding=3, border_radius=4)

    return hook


def unfading(plot: Any, element: Any) -> None:
    """A hook: a click on a mark asks for what it stands for, and nothing else fades for that."""
    plot.handles["glyph_renderer"].update(selection_glyph=None, nonselection_glyph=None)


def own_colours(colours: list[str], name: str = "line_color") -> Callable[[Any, Any], None]:
    """A hook: HoloViews takes the colours of paths for categories, and would choose others for them; and those of an
    empty layer for numbers, which BokehJS does not take for colours."""

    def hook(plot: Any, element: Any) -> None:
        plot.handles["source"].data[name] = colours
        setattr(plot.handles["glyph"], name, Field(name))

    return hook
