"""What a lesson and a comparison consist of."""

import re
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Lesson", "unbroken"]

KEPT = re.compile(r" (?=[=+−] )|(?<= [=+−]) |(?<=\d) (?=points?\b)")
"""Spaces at which no line may break: those within an equation, and before a number's unit."""


def unbroken(text: str) -> str:
    """The text with no space at which a line could break where none should."""
    return KEPT.sub("\N{NO-BREAK SPACE}", text)


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

    def __post_init__(self) -> None:
        for name in ("question", "hint", "answer"):
            object.__setattr__(self, name, unbroken(getattr(self, name)))
