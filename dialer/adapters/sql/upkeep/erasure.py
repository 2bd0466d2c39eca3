"""What erasing does to rows, whoever asks for it: a person, or the end of a term."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.schema.tables import attempts, contacts, decisions, live, subject_keys
from dialer.domain.base.types import Fingerprint
from dialer.domain.consent.contact import ContactState


async def erase_contacts(connection: AsyncConnection, which: ColumnElement[bool], at: datetime) -> int:
    """Leave the fingerprint and how it ended; return how many had more. The row stays, so that the same list cannot bring it back."""
    emptied: dict[str, object] = dict.fromkeys(
        ("external_id", "language", "territory", "timezone", "next_due_at")
    )
    statement = update(contacts).where(which, contacts.c.erased_at.is_(None))
    erased = statement.values(
        emptied
        | {
            "number": "",
            "state": ContactState.CLOSED,
            "closed_reason": func.coalesce(contacts.c.closed_reason, "erased"),
            "erased_at": at,
        }
    )
    return (await connection.execute(erased)).rowcount


async def forget_sealed(connection: AsyncConnection, fingerprints: Sequence[Fingerprint]) -> tuple[int, int]:
    """Destroy the keys, and what was sealed under them: a number that comes back gets another key. Return how many keys and decisions."""
    keys = delete(subject_keys).where(subject_keys.c.fingerprint.in_(fingerprints))
    sealed = update(decisions).where(
        decisions.c.fingerprint.in_(fingerprints), decisions.c.sealed.is_not(None)
    )
    destroyed = (await connection.execute(keys)).rowcount
    forgotten = (await connection.execute(sealed.values(sealed=None, context_hash=None))).rowcount
    return destroyed, forgotten


async def being_called(connection: AsyncConnection, fingerprint: Fingerprint) -> bool:
    statement = select(attempts.c.id).where(attempts.c.fingerprint == fingerprint, live).limit(1)
    return (await connection.execute(statement)).first() is not None
