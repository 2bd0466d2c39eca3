"""After a database was restored from a backup: everything that the journal and the exported heads know of and it does not, brought back.

Done before any service can open the home. The machine is halted, and stays so until the lock of each PBX was read back, too, and an
operator ends the halt with a reason. Campaigns that ran are paused: of the last moments before the loss nobody can know who was called.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dialer.domain.access.roles import Actor
from dialer.domain.base.errors import InvalidInput, NotFound
from dialer.domain.base.halt import Halt
from dialer.domain.base.types import AttemptId, CampaignId, Fingerprint
from dialer.domain.calls.attempt_transitions import mark_lost
from dialer.domain.calls.retry import ContactClosed
from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.domain.consent.consent import ConsentWithdrawn
from dialer.domain.ledger.entries_upkeep import Gap
from dialer.domain.ledger.event import Kind
from dialer.domain.ledger.head import SignedHead, read_head
from dialer.domain.ledger.journal import JournalLine, read_line
from dialer.domain.ledger.redaction import REDACTED, redacted
from dialer.domain.oppositions.suppression import OppositionChannel, Suppression
from dialer.domain.upkeep.backup import BackupManifest
from dialer.ports.clock import Clock
from dialer.ports.journal import Journal
from dialer.ports.ledger import HeadFiles
from dialer.ports.records import Progression
from dialer.ports.restores import PastCall
from dialer.ports.store import Store
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.pbx.stopping import new_halt_id

RESTORED = "restored from a backup"
"""How the reason of a campaign's pause and of the halt begins."""
BATCH = 1000


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What was brought back; `gap` is what was not. `paused`: campaigns. `unreadable`: lines of the journal."""

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
        self, store: Store, journal: Journal, heads: HeadFiles, fingerprints: Fingerprints, clock: Clock
    ) -> None:
        self._store = store
        self._journal = journal
        self._heads = heads
        self._fingerprints = fingerprints
        self._clock = clock

    async def run(self, actor: Actor, manifest: BackupManifest) -> RestoreResult:
        """Raise `InvalidInput` where the journal names people under keys that were not restored, `Unavailable`."""
        unreadable = await self._unreadable()
        gap = await self._gap(manifest.taken_at)
        reason = (
            f"{RESTORED} of {manifest.taken_at:%Y-%m-%d %H:%M} UTC: what happened since may not all be known"
        )
        await self._store.restores.begin(gap, Halt(new_halt_id(), actor.name, self._clock.now(), reason))
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
        """How many lines nobody can read. Looked at before anything is changed. Raise `InvalidInput` where a key is missing."""
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
        """A day at a time, each line once, and how many cannot be read: years of calls do not fit into memory."""
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
        """Heads of entries that the database does not hold are put aside: it goes on from where it is."""
        head = await self._store.ledger.head()
        held = head.head.size if head else 0
        lost = await self._heads.put_aside(await self._own_lines())
        signed = [found for line in lost if (found := _head(line)) is not None]
        named = {found.head.previous for found in signed}
        tips = tuple(sorted(found.head.hash for found in signed if found.head.hash not in named))
        return Gap(taken_at, held, max((found.head.size for found in signed), default=held), tips)

    async def _own_lines(self) -> frozenset[str]:
        size, lines = 0, set[str]()
        while heads := await self._store.ledger.heads(after=size):
            lines.update(head.line for head in heads)
            size = heads[-1].size
        return frozenset(lines)

    async def _lose_alive(self) -> None:
        """Whoever was being called may have heard everything: they count, and are not called again."""
        now = self._clock.now()
        alive = await self._store.attempts.alive()
        lost = [Progression(mark_lost(attempt, now), contact=ContactClosed("lost")) for attempt in alive]
        if lost:
            await self._store.attempts.commit(lost)

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
        known = await self._store.suppressions.of_many({entry.fingerprint for entry in entries})
        told = {_opposition(entry) for found in known.values() for entry in found}
        new = [entry for entry in entries if _opposition(entry) not in told]
        if new:
            await self._store.suppressions.add(new)
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
        new = [event for event in events if event not in await self._store.consents.of(event.fingerprint)]
        if new:
            await self._store.consents.add(new, by=by)
        return len(new)

    async def _erasures(self, lines: Sequence[JournalLine]) -> int:
        erased = 0
        for line in lines:
            fingerprint = self._present(line)
            if not (await self._store.subjects.file(fingerprint)).empty:
                await self._store.subjects.erase(fingerprint, by=line.body["by"], at=line.at)
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
        return await self._store.restores.add_calls(calls)

    async def _sponsor_of(self, campaign_id: CampaignId) -> str | None:
        """None for a campaign that is younger than the backup."""
        try:
            return (await self._store.campaigns.get(campaign_id)).definition.sponsor.id
        except NotFound:
            return None

    async def _revocations(self, lines: Sequence[JournalLine]) -> int:
        names = {line.about: line for line in lines}
        revoked = 0
        for token in await self._store.tokens.all():
            line = names.get(redacted(token.name))
            if line and token.revoked_at is None:
                await self._store.tokens.revoke(token.name, by=line.body["by"], at=line.at)
                revoked += 1
        return revoked

    async def _pause(self, by: str, reason: str) -> int:
        running = await self._store.campaigns.running()
        for campaign in running:
            await self._store.campaigns.move(
                campaign.id, CampaignVerb.PAUSE, by=by, at=self._clock.now(), reason=reason
            )
        return len(running)


def _sponsor(line: JournalLine) -> str | None:
    """Whose name was struck out of the journal is taken for every sponsor: that is the safe side."""
    sponsor = line.body["sponsor"]
    return None if sponsor is None or REDACTED in sponsor else str(sponsor)


def _opposition(entry: Suppression) -> tuple[object, ...]:
    return entry.fingerprint, entry.sponsor, entry.channel, entry.received_at


def _head(line: str) -> SignedHead | None:
    try:
        return read_head(line)
    except ValueError:
        return None
