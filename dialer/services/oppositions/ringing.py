"""Oppositions while the telephone rings: they count for the call on its way (T051, T052)."""

from collections.abc import Iterable

import structlog

from dialer.domain.base.errors import Unavailable
from dialer.domain.base.types import Fingerprint
from dialer.domain.calls.attempt import Attempt
from dialer.ports.calls.attempts import HasAttempts
from dialer.ports.unit_of_work import Store
from dialer.services.pbx.fleet import Fleet

log = structlog.get_logger()

Against = tuple[Fingerprint, str | None]
"""The fingerprint of the opposed number, and the sponsor; None for every sponsor."""


class RingingCalls:
    def __init__(self, store: Store[HasAttempts], fleet: Fleet) -> None:
        self._store = store
        self._fleet = fleet

    async def cancel(self, against: Iterable[Against]) -> None:
        """Revoke every unanswered permit for them. An answered call goes on to its end.

        A PBX that is away is logged: it makes no call without its link, and its ringing calls end
        by themselves.
        """
        sponsors: dict[Fingerprint, set[str | None]] = {}
        for fingerprint, sponsor in against:
            sponsors.setdefault(fingerprint, set()).add(sponsor)
        async with self._store.read() as work:
            alive = await work.attempts.alive_to(sponsors)
        for attempt in alive:
            if attempt.answered_at is None and sponsors[attempt.fingerprint] & {None, attempt.sponsor}:
                await self._revoke(attempt)

    async def _revoke(self, attempt: Attempt) -> None:
        told = log.bind(attempt=attempt.id, pbx=attempt.pbx)
        telephony = self._fleet.telephonies.get(attempt.pbx)
        if telephony is None:
            told.error("call not cancelled", error="this process does not know the PBX")
            return
        try:
            await telephony.revoke(attempt.id)
        except Unavailable as error:
            told.error("call not cancelled", error=str(error))
            self._fleet.note(attempt.pbx, str(error))
        else:
            self._fleet.note(attempt.pbx, None)
            told.info("call cancelled")
