"""Silent calls, counted by the transactions that end them: whoever asks reads hours, not calls."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.dialects import insert_into
from dialer.adapters.sql.schema.count_tables import silence_hours
from dialer.domain.base.types import CampaignId
from dialer.domain.calls.abandonment import SLOW, SilentCalls, abandoned, silence_after_answer
from dialer.domain.calls.attempt import Attempt

COUNTS = ("answered", "slow", "abandoned")


async def count_silences(connection: AsyncConnection, ended: Iterable[Attempt]) -> None:
    """Of attempts that this transaction makes final. To be called last: who counts in the same hour waits until it ends."""
    counts: Counter[tuple[CampaignId, datetime, str]] = Counter()
    for attempt in ended:
        silence = silence_after_answer(attempt)
        if silence is not None:
            unheard = abandoned(attempt)
            told = {"answered": 1, "slow": silence > SLOW or unheard, "abandoned": unheard}
            counts.update(
                {(attempt.campaign_id, hour_of(attempt.decided_at), name): told[name] for name in COUNTS}
            )
    statement = insert_into(connection, silence_hours)
    more = {name: silence_hours.c[name] + statement.excluded[name] for name in COUNTS}
    for campaign_id, hour in sorted({(campaign_id, hour) for campaign_id, hour, _ in counts}):
        row = {name: counts[campaign_id, hour, name] for name in COUNTS}
        added = statement.values(campaign_id=campaign_id, hour=hour, **row)
        await connection.execute(
            added.on_conflict_do_update(index_elements=["campaign_id", "hour"], set_=more)
        )


async def silent_calls(connection: AsyncConnection, campaign_id: CampaignId, since: datetime) -> SilentCalls:
    sums = (func.coalesce(func.sum(silence_hours.c[name]), 0) for name in COUNTS)
    statement = select(*sums).where(
        silence_hours.c.campaign_id == campaign_id, silence_hours.c.hour >= hour_of(since)
    )
    return SilentCalls(*map(int, (await connection.execute(statement)).one()))


def hour_of(at: datetime) -> datetime:
    """When its hour began, UTC."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
