"""Counts of one campaign, kept by the transactions that change them.

Triggers keep them in `progress_counts`.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Insert, Select, Text, cast, delete, func, insert, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.schema.count_tables import progress_counts
from dialer.adapters.sql.schema.tables import attempts, contacts
from dialer.domain.base.types import CampaignId
from dialer.domain.calls.attempt import AttemptState
from dialer.domain.consent.contact import ContactState
from dialer.ports.records import Progress

FACTS: dict[str, Column[Any]] = {
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
    next_due = select(func.min(contacts.c.next_due_at)).where(
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
    taken = delete(progress_counts).returning(*OF_FACT, progress_counts.c.n).cte("taken")
    sums = select(taken.c.campaign_id, taken.c.fact, func.sum(taken.c.n)).group_by(
        taken.c.campaign_id, taken.c.fact
    )
    await connection.execute(_add(sums.having(func.sum(taken.c.n) != 0)))


async def recount(connection: AsyncConnection) -> int:
    """Count everything and mend the stored counts, in one statement.

    Return the number of wrong facts.
    """
    told = [
        select(
            column.table.c.campaign_id,
            (literal(word + " ") + cast(column, Text)).label("fact"),
            func.count().label("n"),
        )
        .where(column.is_not(None))
        .group_by(column.table.c.campaign_id, column)
        for word, column in FACTS.items()
    ]
    every = union_all(*told, select(*OF_FACT, -progress_counts.c.n)).subquery()
    sums = select(every.c.campaign_id, every.c.fact, func.sum(every.c.n)).group_by(
        every.c.campaign_id, every.c.fact
    )
    mended = _add(sums.having(func.sum(every.c.n) != 0)).returning(progress_counts.c.id)
    return len((await connection.execute(mended)).all())


def _add(rows: Select[tuple[str, str, int]]) -> Insert:
    return insert(progress_counts).from_select(["campaign_id", "fact", "n"], rows)


async def _kept(connection: AsyncConnection, campaign_id: CampaignId) -> dict[str, int]:
    statement = select(progress_counts.c.fact, func.sum(progress_counts.c.n)).where(
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
