"""Calls that the database does not know, because it was put back to an earlier state.

Their oppositions count all the same.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import structlog

from dialer.domain.base.errors import Unavailable
from dialer.domain.base.types import AttemptId
from dialer.domain.calls.call_events import CallEvent, Dialing, Ended, Opposed, Ringing
from dialer.domain.oppositions.suppression import OppositionChannel, Suppression, pbx_entries
from dialer.ports.campaigns import HasCampaigns
from dialer.ports.clock import Clock
from dialer.ports.telephony import Telephony
from dialer.ports.unit_of_work import Store
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.acts.people import OppositionWork, store_oppositions
from dialer.services.decision.decider import LedgerState
from dialer.services.oppositions.pbx_lock import sponsors_by_key
from dialer.services.pbx.fleet import Fleet

log = structlog.get_logger()

NOTE = "pressed in a call that this database does not know"


class StrangerWork(OppositionWork, HasCampaigns, Protocol):
    """The unit of work that stores oppositions of calls that the store does not know."""


class UnknownCalls:
    """Calls of which the store knows nothing, whose oppositions are taken all the same.

    Where the ledger accepts the database as the right one, the entries on the PBX are cleared once
    they are stored. Elsewhere they stay: the database that knows these calls may come back, and
    must learn of them as well.
    """

    def __init__(
        self,
        store: Store[StrangerWork],
        fleet: Fleet,
        fingerprints: Fingerprints,
        clock: Clock,
        ledger: LedgerState,
    ) -> None:
        self._store = store
        self._fleet = fleet
        self._fingerprints = fingerprints
        self._clock = clock
        self._ledger = ledger
        self._met: set[AttemptId] = set()

    async def take(self, telephony: Telephony, events: Sequence[CallEvent]) -> None:
        """Store the oppositions of unknown attempts, and cancel their unanswered calls.

        A callee who has answered may still object, or hears that it is recorded. Raise
        `Unavailable` where nothing can be stored.
        """
        opposed = [event for event in events if isinstance(event, Opposed)]
        stored = await self._keep(telephony, opposed) if opposed else []
        fresh = {event.attempt_id for event in events} - self._met
        self._met |= fresh
        for stranger in fresh:
            log.error("a call nobody decided", attempt=stranger, pbx=telephony.pbx)
        unanswered = [
            stranger
            for stranger in fresh
            if all(isinstance(event, Dialing | Ringing) for event in events if event.attempt_id == stranger)
        ]
        try:
            for stranger in unanswered:
                await telephony.cancel(stranger)
            if self._ledger.writable:
                await telephony.clear_opposed(stored)
                await telephony.clear_ended(
                    [event.attempt_id for event in events if isinstance(event, Ended)]
                )
        except Unavailable as error:
            log.warning("pbx not settled", pbx=telephony.pbx, error=str(error))

    async def _keep(self, telephony: Telephony, opposed: Sequence[Opposed]) -> list[AttemptId]:
        """Return the attempts whose opposition is stored.

        An event does not name the person of a 9; the PBX's own entry does.
        """
        entries = opposed if all(one.whose for one in opposed) else await telephony.opposed()
        unknown = {one.attempt_id for one in opposed}
        said = {entry.attempt_id: entry for entry in entries if entry.attempt_id in unknown and entry.whose}
        sponsors = await sponsors_by_key(self._store)
        fresh = [
            one for entry in said.values() async for one in self._unstored(entry, telephony.pbx, sponsors)
        ]
        if fresh:
            await store_oppositions(self._store, fresh)
            await self._fleet.suppress(pbx_entries(fresh))
            log.error("opposed in calls nobody decided", pbx=telephony.pbx, oppositions=len(fresh))
        return list(said)

    async def _unstored(
        self, entry: Opposed, pbx: str, sponsors: dict[str, str]
    ) -> AsyncIterator[Suppression]:
        """Yield one entry for each key version that its fingerprint could be of."""
        if entry.whose is None:
            return
        sponsor, now = sponsors.get(entry.whose.sponsor_key or ""), self._clock.now()
        readings = self._fingerprints.readings(entry.whose.fingerprint)
        async with self._store.read() as work:
            known = await work.suppressions.of_many(readings)
        for one in readings:
            if entry.attempt_id not in {suppression.source for suppression in known.get(one, ())}:
                yield Suppression(
                    one, sponsor, OppositionChannel.DTMF, entry.at, now, pbx, entry.attempt_id, NOTE
                )
