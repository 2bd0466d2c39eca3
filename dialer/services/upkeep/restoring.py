"""Restoration: data from the journal and the exported heads that the restored database lacks.

It is done before any service can open the home. The machine is halted, and stays so until the lock
of each PBX was read back, too, and an operator ends the halt with a reason. Campaigns that ran are
paused: the calls of the last moments before the loss are unknown.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.access import Actor
from dialer.domain.base.errors import InvalidInput, NotFound
from dialer.domain.base.halt import Halt
from dialer.domain.base.types import AttemptId, CampaignId, Fingerprint
from dialer.domain.calls.attempt_transitions import mark_lost
from dialer.domain.calls.retry import ClosedReason, ContactClosed
from dialer.domain.campaigns.campaign import CampaignState, CampaignVerb, PauseCause
from dialer.domain.consent import ConsentWithdrawn
from dialer.domain.ledger.entries_admin import Gap, halt_changed, restored
from dialer.domain.ledger.event import REDACTED, Kind, redacted
from dialer.domain.ledger.journal import JournalLine, read_line
from dialer.domain.ledger.sealing import SignedHead, read_head
from dialer.domain.oppositions.suppression import OppositionChannel, Suppression
from dialer.domain.upkeep import BackupManifest
from dialer.ports.access import HasTokens
from dialer.ports.calls import HasAttempts, HasTrunks
from dialer.ports.campaigns import HasCampaigns
from dialer.ports.clock import Clock
from dialer.ports.consent import HasConsents, HasContacts
from dialer.ports.decision import HasDecisions
from dialer.ports.ledger import HasLedger, HeadFiles, Journal
from dialer.ports.oppositions import HasNumberLocks, HasSuppressions
from dialer.ports.pbx import HasHalts, HasLeases
from dialer.ports.records import Progression
from dialer.ports.unit_of_work import Store, UnitOfWork
from dialer.ports.upkeep import DatabaseRestore, HasRestores, HasSubjects, PastCall
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.access.tokens import revoke_token
from dialer.services.acts.campaigns import move_campaign
from dialer.services.acts.people import add_consents, erase_person, store_oppositions
from dialer.services.acts.progressions import commit_progressions
from dialer.services.pbx.halt_at_pbx import new_halt_id
from dialer.services.pbx.halts import add_halt

BATCH = 1000


class RestoringWork(
    HasAttempts,
    HasCampaigns,
    HasConsents,
    HasContacts,
    HasDecisions,
    HasHalts,
    HasLeases,
    HasLedger,
    HasNumberLocks,
    HasRestores,
    HasSubjects,
    HasSuppressions,
    HasTokens,
    HasTrunks,
    UnitOfWork,
    Protocol,
):
    """The unit of work of a restoration, which brings back data of nearly every kind."""


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """The result of a restoration; `gap` is the part not brought back.

    `paused` counts campaigns, `unreadable` lines of the journal.
    """

    gap: Gap
    oppositions: int
    withdrawals: int
    erasures: int
    calls: int
    revocations: int
    paused: int
    unreadable: int


class Restoring:
    def __init__(
        self,
        store: Store[RestoringWork],
        journal: Journal,
        heads: HeadFiles,
        fingerprints: Fingerprints,
        clock: Clock,
    ) -> None:
        self._store = store
        self._journal = journal
        self._heads = heads
        self._fingerprints = fingerprints
        self._clock = clock

    async def run(self, actor: Actor, manifest: BackupManifest) -> RestoreResult:
        """Restore. Raise `Unavailable`.

        Raise `InvalidInput` where the journal names people under keys that were not restored.
        """
        unreadable = await self._unreadable()
        gap = await self._gap(manifest.taken_at)
        reason = f"restored from a backup of {manifest.taken_at:%Y-%m-%d %H:%M} UTC: what happened since may not all be known"
        halt = Halt(new_halt_id(), actor.name, self._clock.now(), reason)
        async with self._store.write() as work:
            await begin_restoration(work, gap, halt)
        await self._lose_alive()
        counts: Counter[Kind] = Counter()
        async for lines, _ in self._days():
            since = [line for line in lines if line.index >= gap.held]
            for start in range(0, len(since), BATCH):
                counts += await self._replay(since[start : start + BATCH], actor.name)
        return RestoreResult(
            gap=gap,
            oppositions=counts[Kind.OPPOSITION],
            withdrawals=counts[Kind.WITHDRAWAL],
            erasures=counts[Kind.SUBJECT_ERASE],
            calls=counts[Kind.PERMIT],
            revocations=counts[Kind.ACCESS_REVOKE],
            paused=await self._pause(actor.name, reason),
            unreadable=unreadable,
        )

    async def _unreadable(self) -> int:
        """Count the unreadable lines, before anything is changed.

        Raise `InvalidInput` where a key is missing.
        """
        unreadable = 0
        async for lines, torn in self._days():
            unreadable += torn
            if newer := [line for line in lines if line.version > self._fingerprints.version]:
                raise InvalidInput(
                    f"the journal is under version {newer[0].version} of the fingerprint keys, which is missing",
                    hint="put its key into keys/ of what survived",
                )
        return unreadable

    async def _days(self) -> AsyncIterator[tuple[list[JournalLine], int]]:
        """Yield a day at a time, each line once, with the count of unreadable lines.

        Years of calls do not fit into memory.
        """
        async for texts in self._journal.days():
            lines: list[JournalLine] = []
            torn = 0
            for text in dict.fromkeys(texts):
                try:
                    lines.append(read_line(text))
                except ValueError:
                    torn += 1
            yield lines, torn

    async def _gap(self, taken_at: datetime) -> Gap:
        """Put aside heads of entries that the database lacks: it goes on from its own head."""
        async with self._store.read() as work:
            head = await work.ledger.head()
        held = head.head.size if head else 0
        lost = await self._heads.put_aside(await self._own_lines())
        signed = [found for line in lost if (found := _head(line)) is not None]
        named = {found.head.previous for found in signed}
        tips = tuple(sorted(found.head.hash for found in signed if found.head.hash not in named))
        return Gap(taken_at, held, max((found.head.size for found in signed), default=held), tips)

    async def _own_lines(self) -> frozenset[str]:
        size, lines = 0, set[str]()
        while True:
            async with self._store.read() as work:
                heads = await work.ledger.heads(after=size)
            if not heads:
                return frozenset(lines)
            lines.update(head.line for head in heads)
            size = heads[-1].size

    async def _lose_alive(self) -> None:
        """Mark the calls alive as lost: the callees may have heard everything.

        They count, and are not called again.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            alive = await work.attempts.alive()
            lost = [
                Progression(mark_lost(attempt, now), contact=ContactClosed(ClosedReason.LOST))
                for attempt in alive
            ]
            await commit_progressions(work, lost)

    async def _replay(self, lines: Sequence[JournalLine], by: str) -> Counter[Kind]:
        return Counter(
            {
                Kind.OPPOSITION: await self._oppositions([x for x in lines if x.kind is Kind.OPPOSITION]),
                Kind.WITHDRAWAL: await self._withdrawals([x for x in lines if x.kind is Kind.WITHDRAWAL], by),
                Kind.SUBJECT_ERASE: await self._erasures([x for x in lines if x.kind is Kind.SUBJECT_ERASE]),
                Kind.PERMIT: await self._calls([x for x in lines if x.kind is Kind.PERMIT]),
                Kind.ACCESS_REVOKE: await self._revocations(
                    [x for x in lines if x.kind is Kind.ACCESS_REVOKE]
                ),
            }
        )

    def _present(self, line: JournalLine) -> Fingerprint:
        return self._fingerprints.brought_forward(line.fingerprint or Fingerprint(""), line.version)

    async def _oppositions(self, lines: Sequence[JournalLine]) -> int:
        entries = [
            Suppression(
                fingerprint=self._present(line),
                sponsor=_sponsor(line),
                channel=OppositionChannel(line.body["channel"]),
                received_at=line.moment("received_at"),
                recorded_at=line.at,
                recorded_by=line.body["by"],
                source=line.about,
            )
            for line in lines
        ]
        async with self._store.read() as work:
            known = await work.suppressions.of_many({entry.fingerprint for entry in entries})
        told = {_opposition(entry) for found in known.values() for entry in found}
        new = [entry for entry in entries if _opposition(entry) not in told]
        await store_oppositions(self._store, new)
        return len(new)

    async def _withdrawals(self, lines: Sequence[JournalLine], by: str) -> int:
        events = [
            ConsentWithdrawn(
                self._present(line),
                _sponsor(line),
                line.body["channel"],
                line.moment("withdrawn_at"),
                line.at,
            )
            for line in lines
        ]
        async with self._store.write() as work:
            new = [event for event in events if event not in await work.consents.of(event.fingerprint)]
            await add_consents(work, new, by=by)
        return len(new)

    async def _erasures(self, lines: Sequence[JournalLine]) -> int:
        erased = 0
        for line in lines:
            fingerprint = self._present(line)
            async with self._store.write() as work:
                if (await work.subjects.file(fingerprint)).empty:
                    continue
                await erase_person(work, fingerprint, by=line.body["by"], at=line.at)
            erased += 1
        return erased

    async def _calls(self, lines: Sequence[JournalLine]) -> int:
        campaigns = {CampaignId(line.body["campaign"]) for line in lines}
        sponsors = {campaign_id: await self._sponsor_of(campaign_id) for campaign_id in campaigns}
        calls = [
            PastCall(
                AttemptId(line.about or ""),
                self._present(line),
                CampaignId(line.body["campaign"]),
                sponsors[CampaignId(line.body["campaign"])],
                line.at,
            )
            for line in lines
        ]
        async with self._store.write() as work:
            return await work.restores.add_calls(calls)

    async def _sponsor_of(self, campaign_id: CampaignId) -> str | None:
        """Return the sponsor, None for a campaign that is younger than the backup."""
        try:
            async with self._store.read() as work:
                return (await work.campaigns.get(campaign_id)).definition.sponsor.id
        except NotFound:
            return None

    async def _revocations(self, lines: Sequence[JournalLine]) -> int:
        names = {line.about: line for line in lines}
        revoked = 0
        async with self._store.write() as work:
            for token in await work.tokens.all():
                line = names.get(redacted(token.name))
                if line and token.revoked_at is None:
                    await revoke_token(work, token.name, by=line.body["by"], at=line.at)
                    revoked += 1
        return revoked

    async def _pause(self, by: str, reason: str) -> int:
        async with self._store.write() as work:
            running = await work.campaigns.in_state(CampaignState.RUNNING)
            for campaign in running:
                await move_campaign(
                    work,
                    campaign.id,
                    CampaignVerb.PAUSE,
                    by=by,
                    at=self._clock.now(),
                    reason=reason,
                    cause=PauseCause.RESTORED,
                )
        return len(running)


def _sponsor(line: JournalLine) -> str | None:
    """Return the sponsor of a line.

    A name struck out of the journal means every sponsor: that is the safe side.
    """
    sponsor = line.body["sponsor"]
    return None if sponsor is None or REDACTED in sponsor else str(sponsor)


def _opposition(entry: Suppression) -> tuple[object, ...]:
    return entry.fingerprint, entry.sponsor, entry.channel, entry.received_at


def _head(line: str) -> SignedHead | None:
    try:
        return read_head(line)
    except ValueError:
        return None


async def begin_restoration(work: RestoringWork, gap: Gap, halt: Halt) -> None:
    """Halt, and put the gap before everything else that still waits to be sealed.

    No PBX is leased: who held one is gone.
    """
    await add_halt(work, halt)
    await work.restores.add(DatabaseRestore(gap.taken_at, halt.at, halt.by, {}, None))
    await work.leases.clear()
    halted = halt_changed(halted=True, by=halt.by, at=halt.at, reason=halt.reason)
    await work.ledger.put_first([restored(gap, by=halt.by, at=halt.at), halted])
