"""Counts of one campaign, each answered from an index alone."""

from collections import Counter
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.tables import attempts, contacts
from dialer.domain.attempt import AttemptState
from dialer.domain.campaign import CampaignId
from dialer.domain.contact import ContactState
from dialer.ports.records import Progress


async def progress_of(connection: AsyncConnection, campaign_id: CampaignId) -> Progress:
    listed = contacts.c.campaign_id == campaign_id
    states = await _counts(connection, select(contacts.c.state).where(listed))
    refusals = await _counts(
        connection, select(contacts.c.last_refusal).where(listed, contacts.c.last_refusal.is_not(None))
    )
    tried = attempts.c.campaign_id == campaign_id
    attempt_states = await _counts(connection, select(attempts.c.state).where(tried))
    results = await _counts(
        connection, select(attempts.c.result).where(tried, attempts.c.result.is_not(None))
    )
    next_due = select(func.min(contacts.c.next_due_at)).where(listed, contacts.c.state == ContactState.DUE)
    return Progress(
        contacts=states.total(),
        due=states[ContactState.DUE],
        calling=states[ContactState.CALLING],
        closed=states[ContactState.CLOSED],
        attempts=attempt_states.total() - attempt_states[AttemptState.LAPSED],
        results={str(result): count for result, count in results.items()},
        refused=_by_code(refusals),
        next_due_at=(await connection.execute(next_due)).scalar_one(),
    )


async def _counts(connection: AsyncConnection, statement: Select[Any]) -> Counter[Any]:
    """How often each value of the statement's one column occurs."""
    (column,) = statement.selected_columns
    rows = await connection.execute(statement.add_columns(func.count()).group_by(column))
    return Counter({row[0]: row[1] for row in rows})


def _by_code(refusals: Counter[str]) -> dict[str, int]:
    codes: Counter[str] = Counter()
    for combination, count in refusals.items():
        codes.update(dict.fromkeys(combination.split(), count))
    return dict(codes)
