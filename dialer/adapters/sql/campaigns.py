"""Campaigns, their moves and their counts, stored.

Triggers keep the counts (`progress_counts`) in the transactions that change them.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import CAMPAIGN, campaign_record, record_of
from dialer.adapters.sql.schema.calls import attempts
from dialer.adapters.sql.schema.campaigns import campaign_moves, campaigns, progress_counts
from dialer.adapters.sql.schema.people import contacts
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import CampaignId
from dialer.domain.calls.attempt import AttemptState
from dialer.domain.campaigns.campaign import Campaign, CampaignState
from dialer.domain.campaigns.campaign_definition import Election
from dialer.domain.consent import ContactState
from dialer.domain.ledger.row_digests import CampaignMove
from dialer.ports.campaigns import Lock
from dialer.ports.records import Progress

FACTS: dict[str, sa.Column[Any]] = {
    "contact": contacts.c.state,
    "refusal": contacts.c.last_refusal,
    "attempt": attempts.c.state,
    "result": attempts.c.result,
}
"""The columns counted, by the first word of their fact; the value follows."""
OF_FACT = progress_counts.c.campaign_id, progress_counts.c.fact


async def progress_of(connection: AsyncConnection, campaign_id: CampaignId) -> Progress:
    counts = await _kept(connection, campaign_id)
    states, refusals, attempt_states, results = (dict(_of(counts, word)) for word in FACTS)
    next_due = sa.select(sa.func.min(contacts.c.next_due_at)).where(
        contacts.c.campaign_id == campaign_id, contacts.c.state == ContactState.DUE
    )
    return Progress(
        contacts=sum(states.values()),
        due=states.get(ContactState.DUE, 0),
        calling=states.get(ContactState.CALLING, 0),
        closed=states.get(ContactState.CLOSED, 0),
        attempts=sum(attempt_states.values()) - attempt_states.get(AttemptState.LAPSED, 0),
        results=results,
        refused=_by_code(refusals),
        next_due_at=(await connection.execute(next_due)).scalar_one(),
    )


async def fold_counts(connection: AsyncConnection) -> None:
    """Fold the counts into one row for each fact. Rows added meanwhile stay as they are."""
    if connection.dialect.name == "sqlite":
        return
    taken = sa.delete(progress_counts).returning(*OF_FACT, progress_counts.c.n).cte("taken")
    sums = sa.select(taken.c.campaign_id, taken.c.fact, sa.func.sum(taken.c.n)).group_by(
        taken.c.campaign_id, taken.c.fact
    )
    await connection.execute(_add(sums.having(sa.func.sum(taken.c.n) != 0)))


async def recount(connection: AsyncConnection) -> int:
    """Count everything and mend the stored counts, in one statement.

    Return the number of wrong facts.
    """
    told = [
        sa.select(
            column.table.c.campaign_id,
            (sa.literal(word + " ") + sa.cast(column, sa.Text)).label("fact"),
            sa.func.count().label("n"),
        )
        .where(column.is_not(None))
        .group_by(column.table.c.campaign_id, column)
        for word, column in FACTS.items()
    ]
    every = sa.union_all(*told, sa.select(*OF_FACT, -progress_counts.c.n)).subquery()
    sums = sa.select(every.c.campaign_id, every.c.fact, sa.func.sum(every.c.n)).group_by(
        every.c.campaign_id, every.c.fact
    )
    mended = _add(sums.having(sa.func.sum(every.c.n) != 0)).returning(progress_counts.c.id)
    return len((await connection.execute(mended)).all())


def _add(rows: sa.Select[tuple[str, str, int]]) -> sa.Insert:
    return sa.insert(progress_counts).from_select(["campaign_id", "fact", "n"], rows)


async def _kept(connection: AsyncConnection, campaign_id: CampaignId) -> dict[str, int]:
    statement = sa.select(progress_counts.c.fact, sa.func.sum(progress_counts.c.n)).where(
        progress_counts.c.campaign_id == campaign_id
    )
    rows = await connection.execute(statement.group_by(progress_counts.c.fact))
    return {fact: int(count) for fact, count in rows if count}


def _of(counts: dict[str, int], word: str) -> Iterator[tuple[str, int]]:
    """The values of one kind, and how often each occurs."""
    for fact, count in counts.items():
        kind, _, value = fact.partition(" ")
        if kind == word:
            yield value, count


def _by_code(refusals: dict[str, int]) -> dict[str, int]:
    codes: Counter[str] = Counter()
    for combination, count in refusals.items():
        codes.update(dict.fromkeys(combination.split(), count))
    return dict(codes)


IN_ORDER = (campaigns.c.created_at, campaigns.c.id)


class SqlCampaignRepository(SqlRepository):
    """`dialer.ports.campaigns.CampaignRepository`."""

    async def add(self, campaign: Campaign) -> None:
        await self._connection.execute(sa.insert(campaigns).values(campaign_record(campaign)))

    async def get(self, campaign_id: CampaignId, *, lock: Lock | None = None) -> Campaign:
        statement = CAMPAIGN.where(campaigns.c.id == campaign_id)
        if lock is not None:
            statement = statement.with_for_update(read=lock == "shared")
        row = (await self._connection.execute(statement)).first()
        if row is None:
            raise NotFound(f"there is no campaign {campaign_id}", hint="see `dialer campaign list`")
        return Campaign(*row)

    async def page(self, *, after: CampaignId | None = None, limit: int = 100) -> list[Campaign]:
        statement = CAMPAIGN.order_by(*IN_ORDER).limit(limit)
        if after is not None:
            cursor = sa.select(*IN_ORDER).where(campaigns.c.id == after).scalar_subquery()
            statement = statement.where(sa.tuple_(*IN_ORDER) > cursor)
        return [Campaign(*row) for row in await self._connection.execute(statement)]

    async def in_state(self, state: CampaignState) -> list[Campaign]:
        statement = CAMPAIGN.where(campaigns.c.state == state).order_by(*IN_ORDER)
        return [Campaign(*row) for row in await self._connection.execute(statement)]

    async def save(self, campaign: Campaign, *, before: Campaign) -> None:
        old = campaign_record(before)
        changed = {name: value for name, value in campaign_record(campaign).items() if value != old[name]}
        if changed:
            statement = sa.update(campaigns).where(campaigns.c.id == campaign.id)
            await self._connection.execute(statement.values(changed))

    async def add_move(self, move: CampaignMove) -> None:
        await self._connection.execute(sa.insert(campaign_moves).values(record_of(move)))

    async def elections(
        self, sponsor: str, states: Collection[CampaignState], *, but: CampaignId
    ) -> tuple[Election, ...]:
        statement = sa.select(campaigns.c.definition).where(
            campaigns.c.sponsor == sponsor, campaigns.c.state.in_(states), campaigns.c.id != but
        )
        rows = await self._connection.execute(statement.order_by(campaigns.c.id))
        return tuple(one.election for one in rows.scalars() if one.election is not None)

    async def progress(self, campaign_id: CampaignId) -> Progress:
        return await progress_of(self._connection, campaign_id)

    async def fold_counts(self) -> None:
        await fold_counts(self._connection)

    async def recount(self) -> int:
        return await recount(self._connection)

    async def unfinished(self, campaign_id: CampaignId) -> bool:
        waiting = sa.select(contacts.c.id).where(
            contacts.c.campaign_id == campaign_id,
            contacts.c.state.in_((ContactState.DUE, ContactState.CALLING)),
        )
        return (await self._connection.execute(waiting.limit(1))).first() is not None
