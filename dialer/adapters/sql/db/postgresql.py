"""A connection to a server that may stop answering without closing anything.

It may be frozen, or behind a link that swallows packets.
"""

import asyncio
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

from dialer.adapters.sql.db.connections import to_the_end

ANSWER_SECONDS = 20.0
"""Longer than any statement of this program takes. Then a waiting caller gets an error."""

Answer = TypeVar("Answer")


class PatientConnection(psycopg.AsyncConnection[Any]):
    _waiting: asyncio.Task[Any] | None = None
    _ended = False

    async def wait(self, gen: PQGen[Answer], interval: float = 0.1, timeout: float | None = None) -> Answer:  # noqa: ASYNC109
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

    async def _answer(self, gen: PQGen[Answer], interval: float, within_s: float | None) -> Answer:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await super().wait(gen, interval, within_s)
        except TimeoutError:
            raise psycopg.OperationalError(f"no answer within {ANSWER_SECONDS:g} s") from None
        except asyncio.CancelledError:
            if self._ended:
                raise psycopg.OperationalError("closed before the answer came") from None
            raise
