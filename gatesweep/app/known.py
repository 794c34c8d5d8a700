"""What was worked out for one visitor and is at hand for the next: a class looks at the same few things."""

import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["Known"]

Value = TypeVar("Value")


class Known(Generic[Value]):
    """The values that were asked for last, by what they are of; for all visitors of a process.

    Example:
        >>> squares = Known(2)
        >>> for number in (3, 4, 5):
        ...     squares.keep(number, number**2)
        >>> squares.get(5), squares.get(3)
        (25, None)
    """

    def __init__(self, size: int) -> None:
        """`size`: how many are kept."""
        self._size, self._lock = size, threading.Lock()
        self._values: dict[Hashable, Value] = {}

    def get(self, key: Hashable) -> Value | None:
        """None where it is not known."""
        with self._lock:
            found = self._values.pop(key, None)
            if found is not None:
                self._values[key] = found
            return found

    def keep(self, key: Hashable, value: Value) -> None:
        """In place of the one that was asked for longest ago, where there are too many."""
        with self._lock:
            self._values.pop(key, None)
            self._values[key] = value
            if len(self._values) > self._size:
                del self._values[next(iter(self._values))]
