"""The lock of one PBX, made whole from the database, and the calls that an opposition cancels.

The lock holds the oppositions in today's fingerprints. It is made whole after any loss of the PBX's
link, before the first call. An opposition while the telephone rings counts for the call on its way
(T051, T052).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import structlog

from dialer.domain.base.errors import Unavailable
from dialer.domain.base.types import Fingerprint
from dialer.domain.calls.attempt import Attempt
from dialer.domain.oppositions.suppression import (
    OppositionChannel,
    PbxSuppression,
    Suppression,
    pbx_entries,
    sponsor_key,
)
from dialer.ports.calls import HasAttempts
from dialer.ports.campaigns import HasCampaigns
from dialer.ports.clock import Clock
from dialer.ports.telephony import Telephony
from dialer.ports.unit_of_work import Store
from dialer.ports.upkeep import HasRestores
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.acts.people import OppositionWork, changed_oppositions, store_oppositions
from dialer.services.pbx.fleet import Fleet

if TYPE_CHECKING:
    from dialer.domain.base.types import CampaignId


async def sponsors_by_key(store: Store[HasCampaigns]) -> dict[str, str]:
    """Return the sponsors of all campaigns by key.

    A sponsor without a campaign is missing: its oppositions then count against every sponsor.
    """
    found: dict[str, str] = {}
    last: CampaignId | None = None
    while True:
        async with store.read() as work:
            page = await work.campaigns.page(after=last)
        if not page:
            return found
        found |= {sponsor_key(c.definition.sponsor.id): c.definition.sponsor.id for c in page}
        last = page[-1].id


log = structlog.get_logger()

Against = tuple[Fingerprint, str | None]
"""The fingerprint of the opposed number, and the sponsor; None for every sponsor."""


class RingingCalls:
    """The calls that ring while their callee opposes."""

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


AT_ONCE = 100
READ_BACK = "read back from the lock of the PBX after a restoration"


class LockWork(OppositionWork, HasCampaigns, HasRestores, Protocol):
    """The unit of work of a PBX's lock. It reads the lock back after a restoration."""


class PbxLock:
    def __init__(self, store: Store[LockWork], fingerprints: Fingerprints, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._fingerprints = fingerprints
        self._given: dict[str, str] = {}

    async def make_whole(self, telephony: Telephony) -> None:
        """Give the PBX every opposition that it may have missed.

        Its lock is whole before the first call. Where the database was restored from a backup, the
        database first learns the entries that only this PBX holds.
        """
        self._given.pop(telephony.pbx, None)
        await self._read_back(telephony)
        since = await self._whole_until(telephony)
        async for batch in changed_oppositions(self._store, in_force=True, since=since):
            await telephony.suppress(pbx_entries(batch))

    async def relieve(self, telephony: Telephony) -> None:
        """Take away lifted entries, and those with a successor under newer keys.

        Call it after the outbox was read: the entries left belong to no call still to be reported.
        """
        since = await self._whole_until(telephony)
        if since is None:
            await self._forget_outdated(telephony)
        async for batch in changed_oppositions(self._store, in_force=False, since=since):
            await self._unlock(telephony, batch)

    async def keep_whole(self, telephony: Telephony) -> None:
        """Give the PBX again any missing entries, and mark how far its lock is whole.

        To be called again and again. Entries present at one look were given at the one before, if
        not earlier. Asterisk takes back a whole second of writes where its disk fails, and the mark
        must not outlive them.
        """
        async with self._store.read() as work:
            now = self._mark(await work.suppressions.revision())
        if await telephony.lock_mark() == now:
            return
        lacking = 0
        since = await self._whole_until(telephony)
        async for batch in changed_oppositions(self._store, in_force=True, since=since):
            missed = await telephony.lacking(pbx_entries(batch))
            await telephony.suppress(missed)
            lacking += len(missed)
        await self.relieve(telephony)
        given = self._given.get(telephony.pbx)
        if given and not lacking:
            await telephony.set_lock_mark(given)
        self._given[telephony.pbx] = now

    async def _whole_until(self, telephony: Telephony) -> str | None:
        """Return the revision of the oppositions that the PBX holds in full.

        Return None where it knows nothing, or only another history or other keys.
        """
        keys, _, revision = (await telephony.lock_mark() or "").partition("-")
        if keys != self._fingerprints.mark:
            return None
        async with self._store.read() as work:
            return revision if await work.suppressions.place_of(revision) else None

    def _mark(self, revision: str) -> str:
        return f"{self._fingerprints.mark}-{revision}"

    async def _unlock(self, telephony: Telephony, lifted: Sequence[Suppression]) -> None:
        """Unlock lifted entries.

        A person who opposed again since stays locked, and is locked again where that was stored in
        this very moment.
        """
        meant = {suppression.fingerprint for suppression in lifted}
        again = set(await self._in_force(meant))
        for entry in dict.fromkeys(pbx_entries(lifted)):
            if entry not in again:
                await telephony.unsuppress(entry)
        await telephony.suppress(await self._in_force(meant))

    async def _in_force(self, fingerprints: Iterable[Fingerprint]) -> list[PbxSuppression]:
        async with self._store.read() as work:
            found = await work.suppressions.of_many(fingerprints)
        return pbx_entries([suppression for each in found.values() for suppression in each])

    async def _read_back(self, telephony: Telephony) -> None:
        async with self._store.read() as work:
            restoration = await work.restores.last()
        if restoration is None or restoration.ended_at or telephony.pbx in restoration.read_back:
            return
        unknown = await self._unknown(await telephony.suppressed(), telephony.pbx)
        await store_oppositions(self._store, unknown)
        async with self._store.write() as work:
            await work.restores.note_read_back(telephony.pbx, oppositions=len(unknown))
        log.warning("oppositions read back after a restoration", pbx=telephony.pbx, entries=len(unknown))

    async def _unknown(self, entries: Sequence[PbxSuppression], pbx: str) -> list[Suppression]:
        """Return oppositions that the lock holds and the database does not.

        The version of their keys is unknown: return one for each that could be.
        """
        sponsors = await sponsors_by_key(self._store)
        now, unknown = self._clock.now(), list[Suppression]()
        for some in _batches(entries):
            readings = {entry: self._fingerprints.readings(entry.fingerprint) for entry in some}
            known = await self._in_force_of(readings.values())
            for entry, found in readings.items():
                sponsor = sponsors.get(entry.sponsor_key or "")
                told = {suppression.sponsor for one in found for suppression in known.get(one, ())}
                if told.isdisjoint({None, sponsor}):
                    unknown += [
                        Suppression(one, sponsor, OppositionChannel.IMPORT, now, now, pbx, note=READ_BACK)
                        for one in found
                    ]
        return unknown

    async def _forget_outdated(self, telephony: Telephony) -> None:
        """Take away entries under older keys whose successor is in force.

        Entries that the database does not know stay locked.
        """
        if self._fingerprints.version == 1:
            return
        outdated = await self._outdated(await telephony.suppressed())
        for entry in outdated:
            await telephony.unsuppress(entry)
        if outdated:
            log.info("oppositions under older keys taken off", pbx=telephony.pbx, entries=len(outdated))

    async def _outdated(self, entries: Sequence[PbxSuppression]) -> list[PbxSuppression]:
        outdated: list[PbxSuppression] = []
        for some in _batches(entries):
            successors = {entry: tuple(self._fingerprints.successors(entry.fingerprint)) for entry in some}
            in_force = await self._in_force_of(successors.values())
            outdated += [
                entry for entry, found in successors.items() if not in_force.keys().isdisjoint(found)
            ]
        return outdated

    async def _in_force_of(
        self, fingerprints: Iterable[Iterable[Fingerprint]]
    ) -> Mapping[Fingerprint, Sequence[Suppression]]:
        async with self._store.read() as work:
            return await work.suppressions.of_many({one for found in fingerprints for one in found})


def _batches(entries: Sequence[PbxSuppression]) -> Iterator[Sequence[PbxSuppression]]:
    """Split entries into batches.

    Their fingerprints under every version of the keys hold the event loop for some milliseconds
    only.
    """
    return (entries[first : first + AT_ONCE] for first in range(0, len(entries), AT_ONCE))
