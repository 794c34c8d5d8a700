"""The app's own look, from the colours and the type of its pictures: light and dark, no network."""

from gatesweep.plots.look import DARK, FONT, LIGHT, MARKERS, Palette, paint

__all__ = ["DARK", "FONT", "LIGHT", "MARKERS", "THEME_CONFIG", "Palette", "paint"]

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
