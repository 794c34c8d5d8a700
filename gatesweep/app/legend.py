"""What something drawn means, for the legends of Lab and Explorer and beneath the title of a saved picture."""

from typing import NamedTuple

__all__ = ["Key"]


class Key(NamedTuple):
    """A mark and its meaning."""

    mark: str
    """SVG, 10 high; empty for a heading."""
    text: str
    explained_by: str = ""
    """The name of the sentence behind it, if it has one."""
