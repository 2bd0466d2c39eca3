"""Memories of answers: a decorator for pure methods, and a cache by the identity of its key.

Each memory belongs to an object that somebody made and passes on, never to a module.
"""

from collections.abc import Callable
from functools import lru_cache
from types import MethodType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

Question = ParamSpec("Question")
K = TypeVar("K")
V = TypeVar("V")


class RememberedMethod(Generic[Question, V]):
    """A method whose last `size` answers each instance remembers for itself.

    Its arguments must be hashable.
    """

    def __init__(self, function: Callable[Concatenate[Any, Question], V], size: int) -> None:
        self._function = function
        self._size = size
        self._name = ""

    def __set_name__(self, _: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, _: type | None = None) -> Callable[Question, V]:
        """Make the instance's own memory. Its attribute hides this method from then on."""
        method = lru_cache(maxsize=self._size)(MethodType(self._function, instance))
        instance.__dict__[self._name] = method
        return cast("Callable[Question, V]", method)


def remembered(
    size: int,
) -> Callable[[Callable[Concatenate[Any, Question], V]], RememberedMethod[Question, V]]:
    """Decorate a pure method so that each instance remembers its last `size` answers."""
    return lambda function: RememberedMethod(function, size)


class IdentityCache(Generic[K, V]):
    """Answers by the identity of a large object that many share: hashing it would cost too much.

    Holds the last `size` (or fewer) objects themselves, so that no other can take their identity.
    """

    def __init__(self, compute: Callable[[K], V], size: int = 256) -> None:
        self._compute = compute
        self._size = size
        self._known: dict[int, tuple[K, V]] = {}

    def __call__(self, key: K) -> V:
        found = self._known.get(id(key))
        if found is not None:
            return found[1]
        if len(self._known) >= self._size:
            self._known.clear()
        answer = self._compute(key)
        self._known[id(key)] = (key, answer)
        return answer
