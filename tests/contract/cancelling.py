"""Cancel work at a chosen suspension: where asyncio would, and at every place where it could."""

import asyncio
import types
from collections.abc import Collection, Coroutine, Generator
from typing import Any


async def cancelled_at(
    work: Coroutine[Any, Any, object], suspensions: Collection[int], *, late: bool = False
) -> BaseException | None:
    """Run `work` and cancel it when it waits for the n-th time, for each n of `suspensions`.

    n is counted from 1. Return the error it raised, its frames still attached as a caller's log
    would keep them. Return None where it came to its end.
    """
    (outcome,) = await asyncio.gather(_task(work, suspensions, late), return_exceptions=True)
    return outcome if isinstance(outcome, BaseException) else None


def _task(
    work: Coroutine[Any, Any, object], suspensions: Collection[int], late: bool
) -> asyncio.Task[object]:
    loop = asyncio.get_running_loop()

    @types.coroutine
    def counted() -> Generator[Any, Any, object]:
        waited, error = 0, None
        while True:
            try:
                waiting_for = work.throw(error) if error else work.send(None)
            except StopIteration as end:
                return end.value
            waited += 1
            if waited in suspensions:
                if late and isinstance(waiting_for, asyncio.Future):
                    waiting_for.add_done_callback(lambda _done: task.cancel())
                else:
                    loop.call_soon(task.cancel)
            try:
                error = None
                yield waiting_for
            except BaseException as raised:
                error = raised

    async def run() -> object:
        return await counted()

    task: asyncio.Task[object] = asyncio.create_task(run())
    return task
