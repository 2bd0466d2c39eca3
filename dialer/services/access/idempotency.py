"""Idempotency keys: a request that is sent twice is carried out once."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from dialer.domain.base.errors import Conflict, DialerError
from dialer.ports.access import HasIdempotency, KeptRequest
from dialer.ports.clock import Clock
from dialer.ports.records import ArchivedAnswer, RequestKey
from dialer.ports.unit_of_work import Store

LIFE = timedelta(hours=24)


class Idempotency:
    def __init__(self, store: Store[HasIdempotency], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def once(self, key: RequestKey, act: Callable[[], Awaitable[ArchivedAnswer]]) -> ArchivedAnswer:
        """Carry out the request, or give the first answer again.

        Raise `Conflict` where the key stands for another request. A refused request frees its key.
        One that broke off otherwise may have had its effect, so the key stays taken.
        """
        now = self._clock.now()
        if earlier := await begin_request(self._store, key, at=now, forget_before=now - LIFE):
            return earlier
        try:
            answer = await act()
        except DialerError:
            async with self._store.write() as work:
                await work.idempotency.release(key)
            raise
        async with self._store.write() as work:
            await work.idempotency.keep(key, answer)
        return answer


async def begin_request(
    store: Store[HasIdempotency], key: RequestKey, *, at: datetime, forget_before: datetime
) -> ArchivedAnswer | None:
    """Take the key (None), or return the answer that its request was given. Raise `Conflict`.

    What began before `forget_before` is forgotten.
    """
    async with store.write() as work:
        await work.idempotency.forget(before=forget_before)
        earlier = await work.idempotency.begin(key, at=at)
    return None if earlier is None else _answer(earlier, key)


def _answer(earlier: KeptRequest, key: RequestKey) -> ArchivedAnswer:
    """Raise `Conflict` where the key stands for another request, or one that has no answer."""
    if earlier.request_sha256 != key.request_sha256:
        raise Conflict(
            "this Idempotency-Key stands for another request", hint="take a new key for every new request"
        )
    if earlier.answer is None:
        raise Conflict(
            "the request with this Idempotency-Key has not been answered",
            hint="wait for its answer; if the service was ended meanwhile, see what was done and take a new key",
        )
    return earlier.answer
