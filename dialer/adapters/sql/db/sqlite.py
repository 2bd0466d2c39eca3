"""A connection to SQLite: a thread of its own works it, and it is closed once, by that thread."""

import asyncio
import sqlite3
from functools import partial
from typing import Any, Self

import aiosqlite

from dialer.adapters.sql.db.connections import to_the_end


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
