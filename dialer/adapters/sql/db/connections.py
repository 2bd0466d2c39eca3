"""Ownership of connections: each that was ever begun to be opened is closed.

That holds regardless of the fate of its user.

A connection to SQLite: a thread of its own works it, and it is closed once, by that thread.

A connection to a server that may stop answering without closing anything. It may be frozen, or
behind a link that swallows packets.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, ParamSpec, Protocol, Self, TypeVar

import aiosqlite
import psycopg
import structlog
from psycopg.abc import PQGen
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


C = TypeVar("C", bound=Closable)
T = TypeVar("T")
Options = ParamSpec("Options")


async def to_the_end(work: asyncio.Future[T], *, give_up: bool = False) -> T:
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

    def owned(self, connect: Callable[Options, Awaitable[C]]) -> Callable[Options, Coroutine[Any, Any, C]]:
        """Wrap `connect`, and know the connections it opens."""

        async def open_one(*words: Options.args, **options: Options.kwargs) -> C:
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


ANSWER_SECONDS = 20.0
"""Longer than any statement of this program takes. Then a waiting caller gets an error."""


class PatientConnection(psycopg.AsyncConnection[Any]):
    _waiting: asyncio.Task[Any] | None = None
    _ended = False

    async def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:  # noqa: ASYNC109
        """Wait as psycopg does, but for a limited time.

        With the time to try a cancellation it is some ten seconds longer at most. A caller
        cancelled, however often, waits until the server has given the query up: it might commit
        behind their back otherwise.
        """
        self._waiting = asyncio.create_task(self._answer(gen, interval, timeout))
        return await to_the_end(self._waiting, give_up=True)

    async def close(self) -> None:
        """Close the connection. A caller waiting for an answer gets an error."""
        self._ended = True
        if self._waiting and not self._waiting.done():
            self._waiting.cancel()
            await asyncio.wait({self._waiting})
        await super().close()

    async def _answer(self, gen: PQGen[T], interval: float, within_s: float | None) -> T:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await super().wait(gen, interval, within_s)
        except TimeoutError:
            raise psycopg.OperationalError(f"no answer within {ANSWER_SECONDS:g} s") from None
        except asyncio.CancelledError:
            if self._ended:
                raise psycopg.OperationalError("closed before the answer came") from None
            raise


class SelfEnding(sqlite3.Connection):
    """A connection that ends its transaction before it closes.

    A cancelled call closes its connection. But SQLite keeps a closed one open, lock included, while
    any statement of it lives. The frames of the exception keep the statement as long as the
    exception itself.
    """

    def close(self) -> None:
        try:
            if self.in_transaction:
                self.rollback()
        finally:
            super().close()


class ThreadedConnection(aiosqlite.Connection):
    """A connection whose thread ends once, however often and by however many it is closed.

    Each caller waits for its end. The driver's own waits for ever where another has ended the
    thread: a task that is cancelled twice while it closes leaves one behind.
    """

    _ended: asyncio.Future[Any] | None = None

    @classmethod
    async def connect(cls, path: str, *, timeout: float, check_same_thread: bool) -> Self:  # noqa: ASYNC109
        """Open a connection. `timeout` is SQLite's own, for a lock held by another."""
        how = {"timeout": timeout, "check_same_thread": check_same_thread, "factory": SelfEnding}
        connection = cls(partial(sqlite3.connect, path, **how), iter_chunk_size=64)
        # A disk that hangs does not keep the process from ending.
        connection._thread.daemon = True
        await connection
        return connection

    @property
    def closed(self) -> bool:
        return self._ended is not None and self._ended.done()

    def stop(self) -> asyncio.Future[Any] | None:
        """Stop after the requests so far. No more are taken."""
        if self._ended is None:
            self._ended = super().stop()
        return self._ended

    async def close(self) -> None:
        if ended := self.stop():
            await to_the_end(ended)
