"""Events on their way into the ledger, committed together with their records."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, and_, case, delete, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.chunks import AT_ONCE, chunks
from dialer.adapters.sql.db.engine import PRETENDED
from dialer.adapters.sql.schema.key_tables import LAST_VERSION, key_rotation, pseudonyms, rekeyed
from dialer.adapters.sql.schema.ledger_tables import pending
from dialer.domain.base.canonical_json import canonical
from dialer.domain.base.errors import Conflict
from dialer.domain.ledger.event import Kind, LedgerEvent
from dialer.domain.ledger.sealing import Pending

_other = pending.alias()
# An import fills the table with consents: entries that stop or prove a call go before them. They do
# not go before a consent of the same person: the entries before a decision are those known to it,
# and an erasure covers those before it.
_CAN_WAIT = and_(
    pending.c.kind == Kind.CONSENT.value,
    pending.c.fingerprint.not_in(
        select(_other.c.fingerprint).where(
            _other.c.kind != Kind.CONSENT.value, _other.c.fingerprint.is_not(None)
        )
    ),
)
_moved = exists().where(rekeyed.c.new == pending.c.fingerprint, exists().where(key_rotation.c.collected))
WAITING = (
    select(
        pending,
        pseudonyms.c.subject,
        # Of a number that was moved already, while the keys are being changed, it is the next.
        (LAST_VERSION + case((_moved, 1), else_=0)).label("version"),
    )
    .join_from(pending, pseudonyms, pending.c.fingerprint == pseudonyms.c.fingerprint, isouter=True)
    .order_by(case((_CAN_WAIT, 1), else_=0), pending.c.id)
)


async def record(connection: AsyncConnection, events: Iterable[LedgerEvent]) -> None:
    """Record events in the transaction of their rows: neither exists without the other."""
    for some in chunks(events, AT_ONCE):
        await connection.execute(insert(pending), _rows(connection, some))


async def record_first(connection: AsyncConnection, events: Sequence[LedgerEvent]) -> None:
    """Record events as `record`, before all waiting ones."""
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


async def first_pending(connection: AsyncConnection, limit: int) -> Sequence[Row[Any]]:
    """Return rows of `WAITING`; of one person, causes before their consequences."""
    return (await connection.execute(WAITING.limit(limit))).all()


async def take_out(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Raise `Conflict` unless all of them still waited."""
    taken = 0
    for some in chunks(ids):
        taken += (await connection.execute(delete(pending).where(pending.c.id.in_(some)))).rowcount
    if taken != len(ids):
        raise Conflict("events that were to be sealed wait no more", hint="run `dialer ledger verify`")


def pending_of(row: Row[Any]) -> Pending:
    """Read a row of `WAITING`."""
    event = LedgerEvent(row.at, Kind(row.kind), json.loads(row.body), row.fingerprint, row.about)
    return Pending(event, row.pretended, row.subject, row.version)
