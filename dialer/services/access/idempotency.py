"""A request that is sent twice is carried out once."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from dialer.domain.base.errors import DialerError
from dialer.ports.clock import Clock
from dialer.ports.records import ArchivedAnswer, RequestKey
from dialer.ports.store import Store

LIFE = timedelta(hours=24)


class Idempotency:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def once(self, key: RequestKey, act: Callable[[], Awaitable[ArchivedAnswer]]) -> ArchivedAnswer:
        """Carry it out, or give the first answer again. Raise `Conflict` where the key stands for another request.

        A refused request frees its key. One that broke off otherwise may have had its effect, so the key stays taken.
        """
        now = self._clock.now()
        if earlier := await self._store.idempotency.begin(key, at=now, forget_before=now - LIFE):
            return earlier
        try:
            answer = await act()
        except DialerError:
            await self._store.idempotency.release(key)
            raise
        await self._store.idempotency.keep(key, answer)
        return answer
