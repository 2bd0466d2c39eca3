"""What is worked out once for an object that many share: hashing a whole campaign file for each decision would cost more than the decision."""

from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class ByIdentity(Generic[Key, Value]):
    """Remembers the last `size` (or fewer) objects themselves, so that no other can take their identity."""

    def __init__(self, work_out: Callable[[Key], Value], size: int = 256) -> None:
        self._work_out = work_out
        self._size = size
        self._known: dict[int, tuple[Key, Value]] = {}

    def of(self, key: Key) -> Value:
        found = self._known.get(id(key))
        if found is not None:
            return found[1]
        if len(self._known) >= self._size:
            self._known.clear()
        value = self._work_out(key)
        self._known[id(key)] = (key, value)
        return value
