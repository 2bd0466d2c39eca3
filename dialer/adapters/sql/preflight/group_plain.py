"""The query for the kinds among people with at most one consent, and no other data.

They are nearly all of most lists. Where that consent ends within the forecast, its end comes with
the number: the domain need not be asked about each.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.columns import from_micros
from dialer.adapters.sql.db.dialects import json_row
from dialer.adapters.sql.preflight.group_columns import of_consent, of_contact, reached
from dialer.adapters.sql.schema.list_tables import list_entries
from dialer.adapters.sql.schema.restore_tables import past_calls
from dialer.adapters.sql.schema.tables import attempts, consents, contacts, suppressions
from dialer.domain.base.types import PhoneNumber
from dialer.domain.preflight.contact_groups import TimeBoundaries

ENDING = literal(0, BigInteger)
"""Stands for an end that comes with the number."""
JOINED = contacts.outerjoin(consents, consents.c.fingerprint == contacts.c.fingerprint)


def plain_kinds(
    connection: AsyncConnection, listed: ColumnElement[bool], turns: TimeBoundaries
) -> Select[Any]:
    """Return the query. A row has ids and numbers with commas between, and the kind.

    Without a kind, there is more data about these. A contact with several consents has its id as
    often.
    """
    end = reached(consents.c.expires_at, turns.expires, ENDING)
    kind = json_row(connection, [*of_contact(contacts), *of_consent(turns.given), end])
    with_end = contacts.c.number + "@" + cast(type_coerce(consents.c.expires_at, BigInteger), Text)
    known = (
        select(
            cast(contacts.c.id, Text).label("id"),
            case((end == ENDING, with_end), else_=contacts.c.number).label("number"),
            case((more(), null()), else_=kind).label("kind"),
        )
        .select_from(JOINED)
        .where(listed)
        .subquery("known")
    )
    ids = func.aggregate_strings(known.c.id, ",").label("ids")
    numbers = func.aggregate_strings(known.c.number, ",").label("numbers")
    return select(ids, numbers, known.c.kind).group_by(known.c.kind)


def more() -> ColumnElement[bool]:
    """Tell whether more than a consent is stored about a contact."""
    in_force = select(suppressions.c.id).where(suppressions.c.removed_at.is_(None))
    stored = (
        (in_force, suppressions),
        (select(attempts.c.id), attempts),
        (select(past_calls.c.attempt_id), past_calls),
        (select(list_entries.c.list_id), list_entries),
    )
    return or_(
        *(rows.where(table.c.fingerprint == contacts.c.fingerprint).exists() for rows, table in stored)
    )


def describe_numbers(numbers: Sequence[str]) -> tuple[tuple[PhoneNumber, ...], tuple[datetime, ...]]:
    """Return the numbers of a kind, and the ends of their consents where these come with them."""
    if "@" not in numbers[0]:
        return tuple(map(PhoneNumber, numbers)), ()
    pairs = [token.split("@") for token in numbers]
    return tuple(PhoneNumber(number) for number, _ in pairs), tuple(from_micros(int(end)) for _, end in pairs)
