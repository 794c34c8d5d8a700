"""Style sheets and scripts as files. Each sheet is one component's: a component has a shadow root of its own."""

from functools import cache
from pathlib import Path

__all__ = ["asset", "sheets"]


@cache
def asset(name: str) -> str:
    """The text of a file beside this one, such as "browser.js"."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def sheets(*names: str) -> list[str]:
    """Style sheets for a component, such as "card" and "lab/stage"."""
    return [asset(f"{name}.css") for name in names]
