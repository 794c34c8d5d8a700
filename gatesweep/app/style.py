"""Style sheets that Lab and Explorer share."""

__all__ = ["CARD"]

CARD = """
:host { background: var(--panel-surface-color);
    border-radius: 12px; box-sizing: border-box; position: relative; overflow: clip;
  border: 1px solid color-mix(in srgb, var(--panel-on-surface-color) 11%, transparent); }
"""
