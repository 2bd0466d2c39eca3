"""A connection to a server that may stop answering without closing anything: frozen, or behind a link that swallows packets."""

import asyncio
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

ANSWER_SECONDS = 20.0
"""Longer than any one statement of this program takes; who waits is told then, instead of never."""

Answer = TypeVar("Answer")


class PatientConnection(psycopg.AsyncConnection[Any]):
    async def wait(self, gen: PQGen[Answer], interval: float = 0.1, timeout: float | None = None) -> Answer:  # noqa: ASYNC109
        """As psycopg waits, but not for ever: with the time to try a cancellation, some ten seconds longer at most."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await super().wait(gen, interval, timeout)
        except TimeoutError:
            raise psycopg.OperationalError(f"no answer within {ANSWER_SECONDS:g} s") from None
