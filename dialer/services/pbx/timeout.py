"""Waiting no longer than one can afford to."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from dialer.domain.base.errors import Unavailable

T = TypeVar("T")


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Raise `Unavailable` after so many seconds; the work goes on in the background.

    It is not cancelled: a driver whose server hangs may take as long to give up as to answer.
    """
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.add_done_callback(_take_note)
        raise Unavailable(f"no answer within {seconds:g} s")
    return task.result()


def _take_note(task: asyncio.Future[Any]) -> None:
    """Take note of an error that has no reader any more: asyncio would complain of it."""
    if not task.cancelled():
        task.exception()
