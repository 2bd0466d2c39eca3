"""Events on their way into the ledger: committed together with what they record."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.chunks import chunks
from dialer.adapters.sql.engine import PRETENDED
from dialer.adapters.sql.key_tables import LAST_VERSION, pseudonyms
from dialer.adapters.sql.ledger_tables import pending
from dialer.domain.facts_json import canonical
from dialer.domain.ledger.event import Kind, LedgerEvent
from dialer.domain.ledger.sealing import Pending

WAITING = (
    select(pending, pseudonyms.c.subject, LAST_VERSION.label("version"))
    .join_from(pending, pseudonyms, pending.c.fingerprint == pseudonyms.c.fingerprint, isouter=True)
    .order_by(pending.c.id)
)


async def record(connection: AsyncConnection, events: Iterable[LedgerEvent]) -> None:
    """In this transaction, so that neither is ever there without the other."""
    if rows := _rows(connection, events):
        await connection.execute(insert(pending), rows)


async def record_first(connection: AsyncConnection, events: Sequence[LedgerEvent]) -> None:
    """As `record`, before whatever waits already."""
    first = (await connection.execute(select(func.min(pending.c.id)))).scalar_one() or 0
    numbered = enumerate(_rows(connection, events), first - len(events))
    await connection.execute(insert(pending), [row | {"id": number} for number, row in numbered])


def _rows(connection: AsyncConnection, events: Iterable[LedgerEvent]) -> list[dict[str, Any]]:
    pretended = bool(
        connection.sync_connection and connection.sync_connection.get_execution_options().get(PRETENDED)
    )
    return [
        {
            "at": event.at,
            "kind": event.kind.value,
            "fingerprint": event.fingerprint,
            "about": event.about,
            "body": canonical(event.body),
            "pretended": pretended,
        }
        for event in events
    ]


async def take_pending(connection: AsyncConnection, limit: int) -> list[Pending]:
    """Remove and return the first committed ones, an earlier commit's before those that followed from it."""
    rows = (await connection.execute(WAITING.limit(limit))).all()
    for ids in chunks(row.id for row in rows):
        await connection.execute(delete(pending).where(pending.c.id.in_(ids)))
    return [pending_of(row) for row in rows]


def pending_of(row: Row[Any]) -> Pending:
    """Of a row of `WAITING`."""
    event = LedgerEvent(row.at, Kind(row.kind), json.loads(row.body), row.fingerprint, row.about)
    return Pending(event, row.pretended, row.subject, row.version)
