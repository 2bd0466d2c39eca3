"""The columns that separate people into kinds, and how finely.

People fall into one kind only where every column about them has the same value, but for the columns
named here. A column that comes to a table later makes kinds of its own until it is declared
irrelevant here.
"""

from dataclasses import fields
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Subquery, Table, case, func, literal, type_coerce

from dialer.adapters.sql.db.columns import to_micros
from dialer.adapters.sql.schema.tables import consents
from dialer.domain.base.intervals import Span
from dialer.domain.consent.contact import ContactDetails
from dialer.domain.decision.facts import Facts

OF_NOBODY_ELSE = {"id", "number", "fingerprint", "line"}
OF_DIALLING = {"campaign_id", "state", "next_due_at", "closed_reason", "last_refusal", "erased_at"}
"""Columns of contacts that identify one, or hold the state of dialling.

The number itself is judged by its kind.
"""
OF_NO_RULE = ContactDetails.model_fields.keys() - {field.name for field in fields(Facts)}
"""Details of a contact that are no facts of a decision: no rule can read them."""
EVENT_ALONE = {"id", "fingerprint", "recorded_at"}
TOLD_OTHERWISE = {"at", "expires_at", "source", "proof"}
OPPOSITION_ALONE = {
    "id",
    "fingerprint",
    "received_at",
    "recorded_at",
    "recorded_by",
    "source",
    "note",
    "revision",
}
ATTEMPT_ALONE = {"fingerprint", "at"}
BLANKS = [chr(code) for code in range(0x3001) if chr(code).isspace()]
"""The characters that `str.strip` takes away: the last one of Unicode is U+3000."""


def columns_but(rows: Table | Subquery, names: set[str]) -> list[ColumnElement[Any]]:
    return [column for column in rows.c if column.name not in names]


def of_contact(rows: Table | Subquery) -> list[ColumnElement[Any]]:
    return columns_but(rows, OF_NOBODY_ELSE | OF_DIALLING | OF_NO_RULE)


def of_consent(given: Span) -> list[ColumnElement[Any]]:
    """Return its columns but the end."""
    return [
        *columns_but(consents, EVENT_ALONE | TOLD_OTHERWISE),
        stated(consents.c.source),
        stated(consents.c.proof),
        reached(consents.c.at, given),
    ]


def stated(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Reduce a text to the fact that it is there.

    One that begins with a blank may be blanks only.
    """
    return case((func.substr(column, 1, 1).in_(BLANKS), column), (column == "", ""), else_="stated")


def reached(
    column: ColumnElement[Any], spans: Span, within: ColumnElement[int] | None = None
) -> ColumnElement[int]:
    """Return the time itself, or `within`, inside a span.

    Else return, below zero, how many spans lie before it. NULL stays NULL.
    """
    time = type_coerce(column, BigInteger)
    whens: list[tuple[ColumnElement[bool], ColumnElement[int]]] = [(time.is_(None), time)]
    for before, (start, end) in enumerate(spans):
        whens += [
            (time <= to_micros(start), literal(-before - 1, BigInteger)),
            (time <= to_micros(end), time if within is None else within),
        ]
    return case(*whens, else_=literal(-len(spans) - 1, BigInteger))
