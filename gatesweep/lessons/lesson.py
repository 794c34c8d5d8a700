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
