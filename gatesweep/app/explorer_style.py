"""The Explorer's style sheets."""

from typing import Any

__all__ = ["GRID", "ONE_ROW", "PICTURES", "SCROLL"]

GRID = """
:host { display: grid !important; gap: 10px; width: 100%; height: var(--lab-height, 836px); padding: 10px 12px;
  box-sizing: border-box; grid-template-columns: 268px minmax(0, 1fr); grid-template-rows: auto minmax(0, 1fr);
  grid-template-areas: "presets presets" "controls pictures"; }
:host > .gs-presets { grid-area: presets } :host > .gs-controls { grid-area: controls; overflow-y: auto }
:host > .gs-pictures { grid-area: pictures }
:host > * { min-width: 0; min-height: 0; }
@media (max-width: 900px) { :host { height: auto; grid-template-columns: minmax(0, 1fr); grid-template-rows: none;
  grid-template-areas: "presets" "pictures" "controls"; padding: 6px } }
"""
PICTURES = """
:host { display: grid !important; padding: 6px 10px;
  grid-template-rows: auto auto minmax(0, 11fr) auto minmax(0, 9fr) auto auto; }
:host > * { min-width: 0; min-height: 0; }
@media (max-width: 900px) { :host { height: auto;
  grid-template-rows: auto auto minmax(340px, auto) auto minmax(420px, auto) auto auto } }
"""
SCROLL = ":host { overflow-x: auto; scrollbar-width: thin }"
ONE_ROW: dict[str, Any] = {
    "flexDirection": "row",
    "alignItems": "center",
    "gap": "14px",
    "& > .MuiFormLabel-root": {"minWidth": "80px"},
    "& > .MuiBox-root:last-of-type": {"order": -1, "flexWrap": "nowrap !important"},
}
"""The player's buttons, label and slider side by side: the height belongs to the pictures."""
