"""Claims: due contacts are judged on the stored facts, and every judgement is written in one unit.

A contact that cannot be decided is set aside for a person, so that the others go on.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from dialer.domain.base.errors import NotNow, Unavailable, place_of
from dialer.domain.base.types import CampaignId, ContactId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.retry import NUMBER_BUSY, Due
from dialer.domain.campaigns.campaign import Campaign, CampaignState, PauseCause
from dialer.domain.consent import Contact
from dialer.domain.ledger.entries_calls import permitted, refused
from dialer.domain.ledger.event import LedgerEvent
from dialer.domain.ledger.row_digests import RecordedDecision
from dialer.ports.access import HasKeys
from dialer.ports.calls import HasAttempts
from dialer.ports.clock import Clock
from dialer.ports.consent import HasContacts, HasReviews
from dialer.ports.decision import HasDecisions
from dialer.ports.oppositions import HasNumberLocks
from dialer.ports.records import CampaignSnapshot, ClaimDecision, ContactFacts, JudgedContact, ListedContact
from dialer.ports.unit_of_work import Store, UnitOfWork
from dialer.services.acts.campaigns import StandingWork, pause, standing_of
from dialer.services.consent.reviews import set_aside
from dialer.services.decision.decider import Decider

SMALLEST_PAGE = 8
LONGEST_CLAIM = 1000
"""Contacts at a time.

PostgreSQL's table of locks holds 6,400 by default, for all processes together.
"""

JudgeContact = Callable[[CampaignSnapshot, ContactFacts], ClaimDecision]


class ClaimWork(
    StandingWork, HasContacts, HasAttempts, HasDecisions, HasNumberLocks, HasKeys, UnitOfWork, Protocol
):
    """The unit of work of a claim, from its campaign's lock to the evidence of each decision."""


class ClaimWatch(Protocol):
    """A watch that follows a claim, so that its caller knows how far it came."""

    def takes_up(self, contact_ids: Sequence[ContactId]) -> None:
        """Note the contacts that are read and judged next."""
        ...

    def enough(self) -> bool:
        """Return whether the rest is for another claim; asked after each judgement."""
        ...


async def claim_contacts(
    work: ClaimWork,
    campaign_id: CampaignId,
    *,
    now: datetime,
    limit: int,
    permits: int,
    judge: JudgeContact,
    watch: ClaimWatch | None = None,
) -> list[ClaimDecision]:
    """Judge up to `limit` contacts due at `now`, until `permits` were given.

    Return the decisions written. A permit becomes an attempt PERMITTED (the contact CALLING); a
    refusal is recorded and its contact waits or closes. No two processes claim one contact. No
    number has two live attempts (a unique index; the loser's contact waits). The inputs of a
    decision are stored with it.

    Raise `NotFound`. Raise `NotNow` where the campaign does not run or has not begun, calling is
    halted or the keys are being changed: no contact was touched. An error of `judge` undoes the
    unit.
    """
    if await work.keys.being_made():
        raise NotNow("the keys of the fingerprints are being changed")
    standing = await standing_of(work, campaign_id, lock=True)
    if why := closed(standing, now):
        raise NotNow(why)
    return await Claim(work, standing, now, min(limit, LONGEST_CLAIM), permits, judge, watch).run()


def closed(standing: CampaignSnapshot, now: datetime) -> str:
    """Return why no contact of the campaign can be called now, or an empty text."""
    campaign = standing.campaign
    if campaign.state is not CampaignState.RUNNING:
        return f"the campaign is {campaign.state}"
    if standing.halted:
        return "calling is halted"
    starts_at = campaign.definition.starts_at
    return f"the campaign starts at {starts_at.isoformat()}" if now < starts_at else ""


@dataclass(slots=True)
class Claim:
    """A claim in progress. `limit` contacts may still be read, `permits` may still be given."""

    work: ClaimWork
    standing: CampaignSnapshot
    now: datetime
    limit: int
    permits: int
    judge: JudgeContact
    watch: ClaimWatch | None
    judged: list[tuple[Contact, ClaimDecision]] = field(default_factory=list)
    busy: list[Contact] = field(default_factory=list)

    async def run(self) -> list[ClaimDecision]:
        await self._judge_pages()
        written = await self._write()
        later = Due(self.now + NUMBER_BUSY)
        await self.work.contacts.change({contact.id: later for contact in self.busy})
        return written

    async def _judge_pages(self) -> None:
        """Judge small pages first, then larger ones: few contacts are read in vain, in any case."""
        campaign, work = self.standing.campaign, self.work
        size = max(SMALLEST_PAGE, self.permits)
        last: ListedContact | None = None
        while self.limit > 0 and self.permits > 0:
            size = min(size, self.limit)
            page = await work.contacts.due(campaign.id, now=self.now, limit=size, after=last)
            if self.watch:
                self.watch.takes_up([one.contact.id for one in page])
            mine = await work.numbers.reserve([one.contact.fingerprint for one in page])
            own = [one for one in page if one.contact.fingerprint in mine]
            await self._judge_page(await work.contacts.dossiers(campaign.definition.sponsor.id, own))
            if len(page) < size:
                return
            last = page[-1]
            self.limit -= size
            size *= 2

    async def _judge_page(self, page: Sequence[ContactFacts]) -> None:
        taken = await self.work.attempts.taken([dossier.contact.fingerprint for dossier in page])
        for dossier in page:
            if self.permits == 0:
                return
            if dossier.contact.fingerprint in taken:
                self.busy.append(dossier.contact)
                continue
            judgement = self.judge(self.standing, dossier)
            self.judged.append((dossier.contact, judgement))
            self.permits -= isinstance(judgement.outcome, Attempt)
            if self.watch and self.watch.enough():
                self.limit = 0
                return

    async def _write(self) -> list[ClaimDecision]:
        """Write the judgements.

        Contacts whose number another process took in this very moment are busy, too.
        """
        outcomes = [judgement.outcome for _, judgement in self.judged]
        made = await self.work.attempts.add([one for one in outcomes if isinstance(one, Attempt)])
        kept: list[tuple[Contact, ClaimDecision]] = []
        for contact, judgement in self.judged:
            if isinstance(judgement.outcome, Attempt) and judgement.outcome.id not in made:
                self.busy.append(contact)
            else:
                kept.append((contact, judgement))
        recorded = [_recorded(self.standing.campaign.id, *one) for one in kept]
        written = [judgement for _, judgement in kept]
        inputs = [judgement.inputs for judgement in written]
        await self.work.decisions.add(list(zip(recorded, inputs, strict=True)))
        self.work.record(*(_event(*pair) for pair in zip(written, recorded, strict=True)))
        await self.work.contacts.judged([_judged(*one) for one in kept])
        return written


def _recorded(campaign_id: CampaignId, contact: Contact, judgement: ClaimDecision) -> RecordedDecision:
    """Leave out the sentences of its reasons, which may reveal the content of a consent.

    They are in the sealed half.
    """
    decision = judgement.decision
    return RecordedDecision(
        at=decision.at,
        campaign_id=campaign_id,
        contact_id=contact.id,
        fingerprint=contact.fingerprint,
        permitted=decision.permitted,
        reasons=[{"rule": reason.rule, "code": reason.code} for reason in decision.reasons],
        permit_until=decision.permit_until,
        next_open=decision.next_open,
        zones=decision.zones,
        caller_id=decision.caller_id,
        rule_pack=decision.rule_pack,
        pack_hash=decision.pack_hash,
        hash=judgement.decision_hash,
        attempt_id=judgement.outcome.id if isinstance(judgement.outcome, Attempt) else None,
    )


def _event(judgement: ClaimDecision, recorded: RecordedDecision) -> LedgerEvent:
    if isinstance(judgement.outcome, Attempt):
        return permitted(judgement.outcome, judgement.decision, recorded)
    return refused(judgement.decision, recorded)


def _judged(contact: Contact, judgement: ClaimDecision) -> JudgedContact:
    if isinstance(judgement.outcome, Attempt):
        return JudgedContact(contact.id, None, None)
    return JudgedContact(contact.id, judgement.outcome, " ".join(sorted(judgement.decision.codes)))


log = structlog.get_logger()

LOOK_AHEAD = 500
"""Contacts judged in one transaction while looking for one that may be called."""
NARROWER = 4
"""Factor by which the search for a contact that breaks its claim is narrowed, and widened again."""
MOST_ASIDE = 10
"""Contacts set aside one after another: so many are not at fault, and the campaign is paused."""


MOST_JUDGING_S = 0.02
"""Processor time of a claim, in seconds.

A halt, a 9 and other writers to the database wait meanwhile.
"""


class ClaimingWork(ClaimWork, HasReviews, Protocol):
    """The unit of work of a claim, or of setting aside the contact that breaks it."""


class Judging:
    """The judge of one claim, and its `claim.ClaimWatch`."""

    def __init__(
        self, judge: Callable[[CampaignSnapshot, ContactFacts], ClaimDecision], clock: Clock
    ) -> None:
        self._judge = judge
        self._clock = clock
        self._spent_s = 0.0
        self.ids: Sequence[ContactId] = ()

    def judge(self, standing: CampaignSnapshot, dossier: ContactFacts) -> ClaimDecision:
        before = self._clock.cpu()
        try:
            return self._judge(standing, dossier)
        finally:
            self._spent_s += self._clock.cpu() - before

    def takes_up(self, contact_ids: Sequence[ContactId]) -> None:
        self.ids = contact_ids

    def enough(self) -> bool:
        return self._spent_s >= MOST_JUDGING_S


class Claiming:
    def __init__(self, store: Store[ClaimingWork], judge: Decider, clock: Clock) -> None:
        self._store = store
        self._judge = judge
        self._clock = clock
        self._limits: dict[CampaignId, int] = {}
        self._aside: Counter[CampaignId] = Counter()

    async def claim(self, campaign: Campaign, pbx: str, permits: int) -> list[ClaimDecision]:
        """Judge due contacts until `permits` were given, or for 20 ms, for calls on `pbx`.

        Raise `NotNow` and `Unavailable`. A claim that breaks is undone and tried with fewer
        contacts, until one is alone. Its fault, bad data or an error of this program, says nothing
        about the next.
        """
        limit = self._limits.get(campaign.id, LOOK_AHEAD)
        while True:
            judging = Judging(partial(self._judge.claimed, pbx=pbx), self._clock)
            try:
                async with self._store.write() as work:
                    found = await claim_contacts(
                        work,
                        campaign.id,
                        now=self._clock.now(),
                        limit=limit,
                        permits=permits,
                        judge=judging.judge,
                        watch=judging,
                    )
            except (NotNow, Unavailable):
                raise
            except Exception as error:
                if not judging.ids:
                    raise
                self._limits[campaign.id] = 1
                if limit == 1:
                    await self._set_aside(campaign, judging.ids[0], place_of(error))
                    return []
                limit = max(1, limit // NARROWER)
            else:
                self._limits[campaign.id] = min(limit * NARROWER, LOOK_AHEAD)
                self._aside.pop(campaign.id, None)
                return found

    async def _set_aside(self, campaign: Campaign, contact: ContactId, error: str) -> None:
        async with self._store.write() as work:
            aside = await set_aside(work, contact, error=error, at=self._clock.now())
        if not aside:
            return
        log.error("contact closed for review", campaign=campaign.id, contact=contact, error=error)
        self._aside[campaign.id] += 1
        if self._aside[campaign.id] < MOST_ASIDE:
            return
        del self._aside[campaign.id]
        reason = f"review: {MOST_ASIDE} contacts one after another could not be judged: {error}"
        await pause(self._store, self._clock, campaign.id, PauseCause.REVIEW, reason)
