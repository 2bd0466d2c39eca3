"""The claim: contacts that are due, judged on what is stored at this moment, and every judgement written, in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.access.subject_keys import keys_of
from dialer.adapters.sql.calls.dossiers import LISTED, dossiers_of
from dialer.adapters.sql.calls.judgements import write_judgements
from dialer.adapters.sql.campaigns.contact_changes import change_contacts, changed_record
from dialer.adapters.sql.db.dialects import reserve
from dialer.adapters.sql.decision.decisions import Judged
from dialer.adapters.sql.schema.tables import attempts, contacts, live
from dialer.domain.base.errors import NotNow
from dialer.domain.base.types import Fingerprint
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.retry import Due
from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.consent.contact import Contact, ContactState
from dialer.ports.records import CampaignSnapshot, ClaimDecision, ContactFacts
from dialer.ports.review import ClaimWatch

NUMBER_BUSY = timedelta(minutes=5)
"""How long a contact waits whose number has a live attempt elsewhere: longer than nearly every call."""
SMALLEST_PAGE = 8
LONGEST_CLAIM = 1000
"""PostgreSQL's table of locks holds 6,400 by default, for all processes together."""
IN_ORDER = (contacts.c.next_due_at, contacts.c.id)

Judge = Callable[[CampaignSnapshot, ContactFacts], ClaimDecision]


def closed(standing: CampaignSnapshot, now: datetime) -> str:
    """Why nobody of the campaign can be called now; empty where somebody may be."""
    campaign = standing.campaign
    if campaign.state is not CampaignState.RUNNING:
        return f"the campaign is {campaign.state}"
    if standing.halted:
        return "calling is halted"
    starts_at = campaign.definition.starts_at
    return f"the campaign starts at {starts_at.isoformat()}" if now < starts_at else ""


@dataclass(slots=True)
class Claim:
    """One claim in progress: `limit` contacts may still be looked at, `permits` may still be given."""

    connection: AsyncConnection
    standing: CampaignSnapshot
    now: datetime
    limit: int
    permits: int
    judge: Judge
    watch: ClaimWatch | None
    judged: list[Judged] = field(default_factory=list)
    busy: list[Contact] = field(default_factory=list)

    async def run(self) -> list[ClaimDecision]:
        """Raise `NotNow` before any contact is looked at."""
        if why := closed(self.standing, self.now):
            raise NotNow(why)
        await self._judge_pages()
        written, losers = await write_judgements(self.connection, self.standing.campaign.id, self.judged)
        later = Due(self.now + NUMBER_BUSY)
        waiting = [changed_record(contact.id, later) for contact in [*self.busy, *losers]]
        await change_contacts(self.connection, waiting)
        return written

    async def _judge_pages(self) -> None:
        """Small pages first, then larger: few dossiers are read in vain, whether most contacts may be called or hardly any."""
        sponsor = self.standing.campaign.definition.sponsor.id
        self.limit = min(self.limit, LONGEST_CLAIM)
        size, page = max(SMALLEST_PAGE, self.permits), self._due()
        while self.limit > 0 and self.permits > 0:
            size = min(size, self.limit)
            rows = (await self.connection.execute(page.limit(size))).all()
            if self.watch:
                self.watch.takes_up([row.id for row in rows])
            mine = await reserve(self.connection, [row.fingerprint for row in rows])
            own = [row for row in rows if row.fingerprint in mine]
            await self._judge_page(await dossiers_of(self.connection, sponsor, own))
            if len(rows) < size:
                return
            page = self._due().where(tuple_(*IN_ORDER) > (rows[-1].next_due_at, rows[-1].id))
            self.limit -= size
            size *= 2

    def _due(self) -> Select[Any]:
        """Locked until the end of the transaction; what another process has locked is passed over."""
        return (
            LISTED.where(
                contacts.c.campaign_id == self.standing.campaign.id,
                contacts.c.state == ContactState.DUE,
                contacts.c.next_due_at <= self.now,
            )
            .order_by(*IN_ORDER)
            .with_for_update(of=contacts, skip_locked=True)
        )

    async def _judge_page(self, page: Sequence[ContactFacts]) -> None:
        fingerprints = [dossier.contact.fingerprint for dossier in page]
        taken, keys = await self._taken(fingerprints), await keys_of(self.connection, fingerprints)
        for dossier in page:
            if self.permits == 0:
                return
            if dossier.contact.fingerprint in taken:
                self.busy.append(dossier.contact)
                continue
            key = keys.get(dossier.contact.fingerprint)
            judgement = self.judge(self.standing, replace(dossier, key=key))
            self.judged.append((dossier.contact, judgement))
            self.permits -= isinstance(judgement.outcome, Attempt)
            if self.watch and self.watch.enough():
                self.limit = 0
                return

    async def _taken(self, fingerprints: Sequence[Fingerprint]) -> set[Fingerprint]:
        """Numbers that are being called by any campaign of any sponsor."""
        statement = select(attempts.c.fingerprint).where(attempts.c.fingerprint.in_(fingerprints), live)
        return set((await self.connection.execute(statement)).scalars())
