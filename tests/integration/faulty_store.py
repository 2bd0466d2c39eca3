"""A real store over a connection that fails.

It fails before a unit of work began, in its midst, or after its commit, about which the caller
cannot know.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from inspect import iscoroutinefunction
from random import Random
from typing import Any

from dialer.adapters.sql.store import SqlStore
from dialer.domain.base.errors import Unavailable


class Trouble:
    """Trouble of a connection. `rate` is how often a call fails, on either way.

    With `gone`, nothing gets through.
    """

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.rate = 0.0
        self.gone = False

    def strike(self) -> None:
        if self.gone or self._chance.random() < self.rate:
            raise Unavailable("the connection to the database failed")


class FaultyStore:
    """The door `dialer.ports.access.KeyStore`."""

    def __init__(self, store: SqlStore, trouble: Trouble) -> None:
        self._store = store
        self._trouble = trouble

    def read(self) -> AbstractAsyncContextManager[Any]:
        return self._unit(self._store.read())

    def write(self) -> AbstractAsyncContextManager[Any]:
        return self._unit(self._store.write())

    def write_alone(self) -> AbstractAsyncContextManager[Any]:
        return self._unit(self._store.write_alone())

    def adopt(self, version: int) -> None:
        self._store.adopt(version)

    @asynccontextmanager
    async def _unit(self, unit: AbstractAsyncContextManager[object]) -> AsyncIterator[Any]:
        self._trouble.strike()
        async with unit as work:
            yield Faulty(work, self._trouble)
        self._trouble.strike()


class Faulty:
    """A unit of work, or a repository of it: a failure undoes all of the unit."""

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
        return await method(*args, **named)

    return call
