"""What a lesson and a comparison consist of."""

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Lesson"]


@dataclass(frozen=True)
class Lesson:
    """A question, and the settings under which what is on show answers it; all else is at its default."""

    title: str
    question: str
    hint: str
    answer: str
    settings: dict[str, Any] = field(default_factory=dict)
    hide: tuple[str, ...] = ()
    """Controls of the Lab that would only distract."""
    page: dict[str, Any] | None = field(default_factory=dict)
    """What the page without a server shows besides (`show`, `measure`); None where it cannot show the lesson."""
