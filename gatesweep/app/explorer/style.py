"""The Explorer's style sheets."""

from typing import Any

__all__ = ["GRID", "ONE_ROW", "ONLY_NARROW", "ONLY_WIDE", "PAIRS", "PICTURES", "WRAP"]

GRID = """
:host { display: grid !important; gap: 10px; width: 100%; height: var(--lab-height, 836px); padding: 10px 12px;
  box-sizing: border-box; grid-template-columns: 268px minmax(0, 1fr); grid-template-rows: auto minmax(0, 1fr);
  grid-template-areas: "presets presets" "controls pictures"; }
:host > .gs-presets { grid-area: presets } :host > .gs-controls { grid-area: controls; overflow-y: auto }
:host > .gs-pictures { grid-area: pictures }
:host > * { min-width: 0; min-height: 0; }
@media (max-width: 900px) {
  :host { overflow-y: auto; padding: 6px; grid-template-columns: minmax(0, 1fr);
    grid-template-rows: max-content max-content max-content; grid-template-areas: "presets" "pictures" "controls" }
  :host > * { height: auto !important; min-height: max-content !important; overflow: visible !important }
}
"""
PICTURES = """
:host { display: grid !important; padding: 6px 10px; overflow: hidden auto;
  grid-template-rows: repeat(2, max-content) minmax(200px, 11fr) max-content minmax(170px, 9fr)
    repeat(2, max-content); }
:host > * { min-width: 0; min-height: 0; }
@media (max-width: 900px) {
  :host { height: auto !important; padding: 6px 4px;
    grid-template-rows: auto minmax(340px, auto) auto minmax(420px, auto) auto auto auto }
  :host > .gs-text { height: auto !important; min-height: max-content !important }
  :host > .gs-view { order: 1 }
}
"""
ONLY_WIDE = "@media (max-width: 1070px) { :host { display: none !important } }"
ONLY_NARROW = "@media (min-width: 1071px) { :host { display: none !important } }"
WRAP = "@media (max-width: 900px) { :host { flex-wrap: wrap !important; height: auto !important } }"
PAIRS = """
@media (max-width: 900px) {
  :host { width: 100% !important }
  [id^=flexbox] { display: grid !important; grid-template-columns: repeat(2, minmax(0, 1fr)) }
  [id^=flex-item] > * { width: auto !important; max-width: none !important }
}
"""
"""Menus in two columns of one width where there is no room for a row."""
ONE_ROW: dict[str, Any] = {
    "flexDirection": "row",
    "alignItems": "center",
    "gap": "14px",
    "flexWrap": {"xs": "wrap", "sm": "nowrap"},
    "& > .MuiFormLabel-root": {"minWidth": "80px"},
    "& > .MuiBox-root:last-of-type": {"order": -1, "flexWrap": "nowrap !important"},
}
"""The player's buttons, label and slider side by side: the height belongs to the pictures."""
