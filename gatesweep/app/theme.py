"""Colours and type of the app, in one place: light and dark, safe for colour-blind eyes, no network.

The two classes are told apart by marker and by hue (Okabe and Ito's blue and vermilion, which
every common colour vision keeps apart); reference values have colours of their own.
"""

from dataclasses import dataclass

from bokeh.models import Plot

__all__ = ["DARK", "FONT", "LIGHT", "MARKERS", "THEME_CONFIG", "Palette", "paint"]

FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"
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

_PLAIN = {"styleOverrides": {"root": {"textTransform": "none"}}}
_LOW_BAR = {
    "styleOverrides": {
        "root": {"minHeight": "52px !important", "@media (max-width: 480px)": {"paddingLeft": 10, "paddingRight": 10}}
    }
}


def _material(palette: Palette, background: str) -> dict:
    bar = {"backgroundColor": palette.paper, "color": palette.ink, "boxShadow": "none", "backgroundImage": "none"}
    tab = {"textTransform": "none", "minHeight": 38, "padding": "6px 14px"}
    return {
        "palette": {
            "primary": {"main": palette.classes[0]},
            "secondary": {"main": palette.classes[1]},
            "background": {"default": background, "paper": palette.paper},
            "text": {"primary": palette.ink, "secondary": palette.muted},
        },
        "typography": {"fontFamily": FONT},
        "shape": {"borderRadius": 10},
        "components": {
            "MuiButton": _PLAIN,
            "MuiToggleButton": _PLAIN,
            "MuiTab": {"styleOverrides": {"root": tab}},
            "MuiTabs": {"styleOverrides": {"root": {"minHeight": 38}}},
            "MuiToolbar": _LOW_BAR,
            "MuiAppBar": {"styleOverrides": {"root": bar | {"borderBottom": f"1px solid {palette.grid}"}}},
        },
    }


THEME_CONFIG = {"light": _material(LIGHT, "#f2f4f8"), "dark": _material(DARK, "#0a0e13")}
"""panel-material-ui's theme for both modes."""


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
        axis.major_label_text_font_size = "12px"
        axis.axis_label_text_font_size = "13px"
    for grid in plot.grid:
        grid.grid_line_color = palette.grid
    for legend in plot.legend:
        legend.background_fill_color = palette.paper
        legend.label_text_color = palette.ink
        legend.label_text_font = FONT
