"""A real store, reached over a connection that fails: before a call was carried out, or after it, when nobody knows that it was."""

from collections.abc import Callable
from inspect import iscoroutinefunction
from random import Random
from typing import Any

from dialer.domain.base.errors import Unavailable
from dialer.ports.store import Store


class Trouble:
    """`rate`: how often a call fails, on either way; `gone`: nothing gets through."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.rate = 0.0
        self.gone = False

    def strike(self) -> None:
        if self.gone or self._chance.random() < self.rate:
            raise Unavailable("the connection to the database failed")


class Faulty:
    """Any part of a store, and the store itself."""

    def __init__(self, part: object, trouble: Trouble) -> None:
        self._part = part
        self._trouble = trouble

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if iscoroutinefunction(found):
            return _failing(found, self._trouble)
        return found if callable(found) else Faulty(found, self._trouble)


def _failing(method: Callable[..., Any], trouble: Trouble) -> Callable[..., Any]:
    async def call(*args: Any, **named: Any) -> Any:
        trouble.strike()
        result = await method(*args, **named)
        trouble.strike()
        return result

    return call


def over_faulty_connection(store: Store, trouble: Trouble) -> Store:
    reached: Any = Faulty(store, trouble)
    return reached  # type: ignore[no-any-return]
