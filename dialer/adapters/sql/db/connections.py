"""Ownership of connections: each that was ever begun to be opened is closed.

That holds regardless of the fate of its user.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, Protocol, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.domain.base.errors import Unavailable

log = structlog.get_logger()

GRACE_SECONDS = 10.0
"""Seconds for transactions left by cancelled users, still under way when the store is closed."""
CLOSING_SECONDS = 30.0
"""Seconds for a connection to close; no shorter than SQLite waits for a lock."""


class Closable(Protocol):
    @property
    def closed(self) -> bool: ...

    async def close(self) -> None: ...


Opened = TypeVar("Opened", bound=Closable)
Answer = TypeVar("Answer")
Options = ParamSpec("Options")


async def to_the_end(work: asyncio.Future[Answer], *, give_up: bool = False) -> Answer:
    """Wait for `work`, however often the caller is cancelled; that is raised once the work is done.

    `give_up`: the work is cancelled, too, but only once, for it may take a while to clean up.
    """
    cancelled: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError as error:
            if give_up and not cancelled:
                work.cancel()
            cancelled = error
    if cancelled:
        _look_at(work)
        raise cancelled
    return work.result()


def _look_at(work: asyncio.Future[Any]) -> None:
    """Read the error of an abandoned task: asyncio complains of an unread one."""
    if not work.cancelled():
        work.exception()


class Connections:
    """The connections of one store.

    The pools hand them out and take them back; this one knows them all, and closes them in the end.
    """

    def __init__(self) -> None:
        self._open: set[Closable] = set()
        self._loans: set[asyncio.Task[None]] = set()
        self._closing = self._closed = False

    def owned(
        self, connect: Callable[Options, Awaitable[Opened]]
    ) -> Callable[Options, Coroutine[Any, Any, Opened]]:
        """Wrap `connect`, and know the connections it opens."""

        async def open_one(*words: Options.args, **options: Options.kwargs) -> Opened:
            connection = await connect(*words, **options)
            if self._closed:
                await connection.close()
                raise _ended()
            self._open = {each for each in self._open if not each.closed} | {connection}
            return connection

        return open_one

    @asynccontextmanager
    async def lent(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """Lend a connection of the pool for a transaction.

        Raise `Unavailable` once the store is being closed. A task that is never cancelled takes it,
        opens it where need be, and gives it back. Cut off in the midst of that, drivers and pools
        leave a connection, or a thread, to the garbage collector. A user cancelled while waiting
        for it is let go at once; the task then gives back the connection.
        """
        if self._closing:
            raise _ended()
        taken: asyncio.Future[AsyncConnection] = asyncio.get_running_loop().create_future()
        done = asyncio.Event()
        loan = asyncio.create_task(_lend(engine, taken, done))
        self._loans.add(loan)
        loan.add_done_callback(self._end)
        try:
            both: set[asyncio.Future[Any]] = {loan, taken}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not taken.done():
                loan.result()
            yield taken.result()
        finally:
            done.set()
            if taken.done():
                await to_the_end(loan)

    def _end(self, loan: asyncio.Task[None]) -> None:
        self._loans.discard(loan)
        _look_at(loan)

    async def close(self) -> None:
        """Begin no transaction any more, wait for those under way, and close every connection.

        All of it takes bounded time, and comes to its end however often the caller is cancelled.
        """
        self._closing = True
        await to_the_end(asyncio.create_task(self._close()))

    async def _close(self) -> None:
        if self._loans:
            await asyncio.wait(self._loans, timeout=GRACE_SECONDS)
        self._closed = True
        opened = [each for each in self._open if not each.closed]
        # SQLite folds its log back into the database where the last one closes alone.
        left = await _close_all(opened[1:]) | await _close_all(opened[:1])
        if left or self._loans:
            log.warning(
                "database closed under a transaction", transactions=len(self._loans), hanging=len(left)
            )


async def _close_all(connections: Sequence[Closable]) -> set[asyncio.Task[None]]:
    """Close connections; return the tasks that hang."""
    closing = {asyncio.create_task(each.close()) for each in connections}
    return (await asyncio.wait(closing, timeout=CLOSING_SECONDS))[1] if closing else set()


async def _lend(engine: AsyncEngine, taken: asyncio.Future[AsyncConnection], done: asyncio.Event) -> None:
    async with engine.connect() as connection:
        taken.set_result(connection)
        await done.wait()


def _ended() -> Unavailable:
    return Unavailable("the database was closed: this process ends", hint="start it again")
