"""The app's own look, from the colours and the type of its pictures: light and dark, no network."""

from gatesweep.plots.look import DARK, FONT, LIGHT, MARKERS, Palette, paint

__all__ = ["DARK", "FONT", "LIGHT", "MARKERS", "THEME_CONFIG", "Palette", "paint"]

_PLAIN = {"styleOverrides": {"root": {"textTransform": "none"}, "sizeSmall": {"fontSize": "0.82rem"}}}
_SWITCH = {
    "styleOverrides": {
        "sizeSmall": {
            "width": "2.5rem", "height": "1.5rem", "padding": "0.4375rem",
            "& .MuiSwitch-thumb": {"width": "1rem", "height": "1rem"},
            "& .MuiSwitch-switchBase": {"padding": "0.25rem"},
            "& .MuiSwitch-switchBase.Mui-checked": {"transform": "translateX(1rem)"},
        }
    }
}  # fmt: skip
_INPUT = {
    "styleOverrides": {
        "inputSizeSmall": {"padding": "0.53rem 0.875rem"},
        "notchedOutline": {"paddingLeft": "0.5rem"},
    }
}
_LABEL = {
    "styleOverrides": {
        "root": {
            "&.MuiInputLabel-outlined.MuiInputLabel-sizeSmall": {"transform": "translate(0.875rem, 0.56rem) scale(1)"},
            "&.MuiInputLabel-outlined.MuiInputLabel-shrink": {"transform": "translate(0.875rem, -0.56rem) scale(0.75)"},
        }
    }
}
_SLIDER = {
    "styleOverrides": {
        "sizeSmall": {"height": "0.125rem", "& .MuiSlider-thumb": {"width": "0.8125rem", "height": "0.8125rem"}},
    }
}
"""Material UI's own sizes, in the page's measure instead of pixels."""
_LOW_BAR = {
    "styleOverrides": {
        "root": {
            "minHeight": "3.25rem !important",
            "@media (max-width: 480px)": {"paddingLeft": 10, "paddingRight": 10},
        }
    }
}


def _material(palette: Palette, background: str, written: str) -> dict:
    """`written`: the colour of class 1, dark enough for letters."""
    bar = {"backgroundColor": palette.paper, "color": palette.ink, "boxShadow": "none", "backgroundImage": "none"}
    tab = {"textTransform": "none", "minHeight": "2.4rem", "padding": "6px 14px"}
    return {
        "palette": {
            "primary": {"main": palette.classes[0]},
            "secondary": {"main": written},
            "background": {"default": background, "paper": palette.paper},
            "text": {"primary": palette.ink, "secondary": palette.muted},
        },
        "typography": {"fontFamily": FONT},
        "spacing": "0.5rem",
        "shape": {"borderRadius": 10},
        "components": {
            # Below the question of the page there is no heading that these would be a part of.
            # What is folded away is a part like the others, not a landmark, for which it would need a name of its own.
            "MuiAccordion": {
                "defaultProps": {"slotProps": {"heading": {"component": "h2"}, "region": {"role": "presentation"}}}
            },
            "MuiButton": _PLAIN,
            "MuiToggleButton": _PLAIN,
            "MuiTab": {"styleOverrides": {"root": tab}},
            "MuiTabs": {"styleOverrides": {"root": {"minHeight": "2.4rem"}}},
            "MuiSwitch": _SWITCH,
            "MuiFormControlLabel": {"styleOverrides": {"label": {"fontSize": "0.875rem"}}},
            "MuiOutlinedInput": _INPUT,
            "MuiInputLabel": _LABEL,
            "MuiSlider": _SLIDER,
            "MuiToolbar": _LOW_BAR,
            "MuiAppBar": {"styleOverrides": {"root": bar | {"borderBottom": f"1px solid {palette.grid}"}}},
        },
    }


THEME_CONFIG = {"light": _material(LIGHT, "#f2f4f8", "#b34f00"), "dark": _material(DARK, "#0a0e13", DARK.classes[1])}
"""panel-material-ui's theme for both modes."""
