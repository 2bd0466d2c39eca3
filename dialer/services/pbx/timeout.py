"""Waiting no longer than one can afford to."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from dialer.domain.base.errors import Unavailable

T = TypeVar("T")


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Raise `Unavailable` after so many seconds; the work goes on behind.

    It is not cancelled: a driver whose server hangs may take as long to give up as to answer.
    """
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.add_done_callback(_take_note)
        raise Unavailable(f"no answer within {seconds:g} s")
    return task.result()


def _take_note(task: asyncio.Future[Any]) -> None:
    """Whatever became of it, nobody waits for it any more; asyncio would complain of an error never looked at."""
    if not task.cancelled():
        task.exception()
