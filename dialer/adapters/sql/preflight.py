"""Contacts grouped by the fields that rules read: the database counts together those judged alike.

People fall into one kind only where every column about them has the same value, but for the columns
named here. A column that comes to a table later makes kinds of its own until it is declared
irrelevant here. Most people of a list have at most one consent and no other data: `plain_kinds`
reads them, and `OtherKinds` all others. Where that consent ends within the forecast, its end comes
with the number: the domain need not be asked about each.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.columns import from_micros, to_micros
from dialer.adapters.sql.db.dialects import by_contact, chunks, json_row, json_rows
from dialer.adapters.sql.decision import LISTED, PAST, dossiers_of, listed_contact
from dialer.adapters.sql.schema import people
from dialer.adapters.sql.schema.calls import attempts
from dialer.adapters.sql.schema.machine import past_calls
from dialer.domain.base.intervals import Intervals
from dialer.domain.base.types import CampaignId, ContactId, PhoneNumber
from dialer.domain.consent import ContactDetails
from dialer.domain.decision.facts import Facts
from dialer.domain.preflight.forecast import TimeBoundaries
from dialer.ports.records import ContactFacts, ContactGroup

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


def columns_but(rows: sa.Table | sa.Subquery, names: set[str]) -> list[sa.ColumnElement[Any]]:
    return [column for column in rows.c if column.name not in names]


def of_contact(rows: sa.Table | sa.Subquery) -> list[sa.ColumnElement[Any]]:
    return columns_but(rows, OF_NOBODY_ELSE | OF_DIALLING | OF_NO_RULE)


def of_consent(given: Intervals) -> list[sa.ColumnElement[Any]]:
    """Return its columns but the end."""
    return [
        *columns_but(people.consents, EVENT_ALONE | TOLD_OTHERWISE),
        stated(people.consents.c.source),
        stated(people.consents.c.proof),
        reached(people.consents.c.at, given),
    ]


def stated(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Reduce a text to the fact that it is there.

    One that begins with a blank may be blanks only.
    """
    return sa.case((sa.func.substr(column, 1, 1).in_(BLANKS), column), (column == "", ""), else_="stated")


def reached(
    column: sa.ColumnElement[Any], spans: Intervals, within: sa.ColumnElement[int] | None = None
) -> sa.ColumnElement[int]:
    """Return the time itself, or `within`, inside a span.

    Else return, below zero, how many spans lie before it. NULL stays NULL.
    """
    time = sa.type_coerce(column, sa.BigInteger)
    whens: list[tuple[sa.ColumnElement[bool], sa.ColumnElement[int]]] = [(time.is_(None), time)]
    for before, (start, end) in enumerate(spans):
        whens += [
            (time <= to_micros(start), sa.literal(-before - 1, sa.BigInteger)),
            (time <= to_micros(end), time if within is None else within),
        ]
    return sa.case(*whens, else_=sa.literal(-len(spans) - 1, sa.BigInteger))


ENDING = sa.literal(0, sa.BigInteger)
"""Stands for an end that comes with the number."""
JOINED = people.contacts.outerjoin(
    people.consents, people.consents.c.fingerprint == people.contacts.c.fingerprint
)


def plain_kinds(
    connection: AsyncConnection, listed: sa.ColumnElement[bool], turns: TimeBoundaries
) -> sa.Select[Any]:
    """Return the query. A row has ids and numbers with commas between, and the kind.

    Without a kind, there is more data about these. A contact with several consents has its id as
    often.
    """
    end = reached(people.consents.c.expires_at, turns.expires, ENDING)
    kind = json_row(connection, [*of_contact(people.contacts), *of_consent(turns.given), end])
    with_end = (
        people.contacts.c.number
        + "@"
        + sa.cast(sa.type_coerce(people.consents.c.expires_at, sa.BigInteger), sa.Text)
    )
    known = (
        sa.select(
            sa.cast(people.contacts.c.id, sa.Text).label("id"),
            sa.case((end == ENDING, with_end), else_=people.contacts.c.number).label("number"),
            sa.case((more(), sa.null()), else_=kind).label("kind"),
        )
        .select_from(JOINED)
        .where(listed)
        .subquery("known")
    )
    ids = sa.func.aggregate_strings(known.c.id, ",").label("ids")
    numbers = sa.func.aggregate_strings(known.c.number, ",").label("numbers")
    return sa.select(ids, numbers, known.c.kind).group_by(known.c.kind)


def more() -> sa.ColumnElement[bool]:
    """Tell whether more than a consent is stored about a contact."""
    in_force = sa.select(people.suppressions.c.id).where(people.suppressions.c.removed_at.is_(None))
    stored = (
        (in_force, people.suppressions),
        (sa.select(attempts.c.id), attempts),
        (sa.select(past_calls.c.attempt_id), past_calls),
        (sa.select(people.list_entries.c.list_id), people.list_entries),
    )
    return sa.or_(
        *(rows.where(table.c.fingerprint == people.contacts.c.fingerprint).exists() for rows, table in stored)
    )


def describe_numbers(numbers: Sequence[str]) -> tuple[tuple[PhoneNumber, ...], tuple[datetime, ...]]:
    """Return the numbers of a kind, and the ends of their consents where these come with them."""
    if "@" not in numbers[0]:
        return tuple(map(PhoneNumber, numbers)), ()
    pairs = [token.split("@") for token in numbers]
    return tuple(PhoneNumber(number) for number, _ in pairs), tuple(from_micros(int(end)) for _, end in pairs)


class OtherKinds:
    """The query for the kinds among some contacts. `sponsor` is the campaign's.

    Attempts for other sponsors do not count, nor do their lists.
    """

    def __init__(self, connection: AsyncConnection, sponsor: str, turns: TimeBoundaries) -> None:
        self._connection = connection
        self._sponsor = sponsor
        self._turns = turns

    def of(self, listed: sa.Select[Any]) -> sa.Select[Any]:
        """Return the query.

        A row has the first contact's id, all numbers with commas, then the kind.
        """
        page = listed.subquery("page")
        known = sa.select(
            page.c.id,
            page.c.number,
            *of_contact(page),
            self._consents(page).label("consents"),
            self._rows(self._oppositions(page)).label("oppositions"),
            self._attempts(page).label("attempts"),
            self._rows(self._recalled(page)).label("recalled"),
            self._rows(self._lists(page)).label("lists"),
        ).subquery("known")
        kind = columns_but(known, {"id", "number"})
        numbers = sa.func.aggregate_strings(known.c.number, ",").label("numbers")
        return sa.select(sa.func.min(known.c.id).label("first"), numbers, *kind).group_by(*kind)

    def _rows(self, rows: sa.Select[Any]) -> sa.ScalarSelect[str]:
        return sa.select(json_rows(self._connection, rows.subquery().c)).scalar_subquery()

    def _consents(self, page: sa.Subquery) -> sa.ColumnElement[Any]:
        """Return the consents; several have their order in time, since one may end another."""
        told = (
            *of_consent(self._turns.given),
            reached(people.consents.c.expires_at, self._turns.expires),
        )
        rank = sa.func.dense_rank().over(order_by=people.consents.c.at)
        several = self._rows(
            about(page, sa.select(rank, *told).order_by(people.consents.c.id), people.consents)
        )
        known = sa.case((sa.func.count() > 1, several), else_=json_rows(self._connection, told))
        return about(page, sa.select(known), people.consents).scalar_subquery()

    def _oppositions(self, page: sa.Subquery) -> sa.Select[Any]:
        told = sa.select(*columns_but(people.suppressions, OPPOSITION_ALONE)).where(
            people.suppressions.c.removed_at.is_(None)
        )
        return about(page, told.order_by(people.suppressions.c.id), people.suppressions)

    def _attempts(self, page: sa.Subquery) -> sa.ColumnElement[Any]:
        """Return the attempts. Their number decides how far back each counts.

        Calls from before a restoration count towards it.
        """
        recalled = sa.select(sa.func.count()).select_from(self._recalled(page).subquery()).scalar_subquery()
        past = PAST.add_columns((sa.func.count().over() + recalled).label("made"))
        made = about(page, past.where(attempts.c.sponsor == self._sponsor), attempts).subquery()
        since = [(made.c.made >= count, to_micros(after)) for count, after in reversed(self._turns.called)]
        time = sa.type_coerce(made.c.at, sa.BigInteger)
        told = sa.select(
            *columns_but(made, {*ATTEMPT_ALONE, "made"}), sa.case((time > sa.case(*since), time))
        )
        return sa.case((about(page, sa.select(attempts.c.id), attempts).exists(), self._rows(told)))

    def _recalled(self, page: sa.Subquery) -> sa.Select[Any]:
        theirs = sa.or_(past_calls.c.sponsor.is_(None), past_calls.c.sponsor == self._sponsor)
        told = sa.select(past_calls.c.campaign_id, past_calls.c.at).where(theirs)
        return about(page, told.order_by(past_calls.c.at), past_calls)

    def _lists(self, page: sa.Subquery) -> sa.Select[Any]:
        held = sa.select(people.list_entries.c.list_id).join_from(
            people.list_entries, people.opposition_lists
        )
        speaking = sa.or_(
            people.opposition_lists.c.sponsor.is_(None), people.opposition_lists.c.sponsor == self._sponsor
        )
        return about(
            page,
            held.where(people.current, speaking).order_by(people.list_entries.c.list_id),
            people.list_entries,
        )


def about(page: sa.Subquery, rows: sa.Select[Any], table: sa.Table) -> sa.Select[Any]:
    """Return the ones of `rows` about a contact of the page."""
    return rows.where(table.c.fingerprint == page.c.fingerprint).correlate(page)


async def page_end(
    connection: AsyncConnection, campaign_id: CampaignId, after: ContactId, size: int
) -> ContactId | None:
    """The last of the `size` contacts after one; None where none is left."""
    mine = (people.contacts.c.campaign_id == campaign_id, people.contacts.c.id > after)
    page = (
        sa.select(people.contacts.c.id)
        .where(*mine)
        .order_by(people.contacts.c.id)
        .limit(size)
        .subquery("page")
    )
    last: ContactId | None = (await connection.execute(sa.select(sa.func.max(page.c.id)))).scalar_one()
    return last


async def alike_between(
    connection: AsyncConnection,
    campaign_id: CampaignId,
    sponsor: str,
    turns: TimeBoundaries,
    after: ContactId,
    until: ContactId,
) -> list[ContactGroup]:
    """The kinds among the contacts after `after`, `until` included."""
    await by_contact(connection)
    mine = sa.and_(people.contacts.c.campaign_id == campaign_id, people.contacts.c.erased_at.is_(None))
    page = sa.and_(mine, people.contacts.c.id > after, people.contacts.c.id <= until)
    rows = (await connection.execute(plain_kinds(connection, page, turns))).all()
    found, others = sorted_out(rows)
    question = OtherKinds(connection, sponsor, turns)
    for some in chunks(sorted(others)):
        listed = sa.select(people.contacts).where(people.contacts.c.id.in_(some))
        for row in await connection.execute(question.of(listed)):
            found.append(Group(tuple(row[2:]), row.first, row.numbers.split(",")))
    dossiers = await dossiers_by_id(connection, sponsor, [group.example for group in found])
    return [
        ContactGroup(group.kind, *describe_numbers(group.numbers), dossiers[group.example]) for group in found
    ]


class Group(NamedTuple):
    """`numbers`: see `plain_kinds`. `example`: one of them."""

    kind: Hashable
    example: ContactId
    numbers: Sequence[str]


def sorted_out(rows: Sequence[sa.Row[Any]]) -> tuple[list[Group], set[ContactId]]:
    """Return the kinds of the rows of `plain_kinds`, and the contacts for the other query."""
    members = [(row.kind, row.ids.split(","), row.numbers.split(",")) for row in rows]
    times = Counter(chain.from_iterable(ids for _, ids, _ in members))
    several = {one for one, often in times.items() if often > 1} if len(times) < times.total() else set()
    found, others = [], set(several)
    for kind, ids, numbers in members:
        if kind is None:
            others.update(ids)
        elif several.isdisjoint(ids):
            found.append(Group(kind, ContactId(int(ids[0])), numbers))
        else:
            left = [pair for pair in zip(ids, numbers, strict=True) if pair[0] not in several]
            if left:
                found.append(Group(kind, ContactId(int(left[0][0])), [number for _, number in left]))
    return found, {ContactId(int(one)) for one in others}


async def dossiers_by_id(
    connection: AsyncConnection, sponsor: str, ids: Iterable[ContactId]
) -> dict[ContactId, ContactFacts]:
    found: dict[ContactId, ContactFacts] = {}
    for some in chunks(ids):
        rows = await connection.execute(LISTED.where(people.contacts.c.id.in_(some)))
        dossiers = await dossiers_of(connection, sponsor, [listed_contact(row) for row in rows])
        found |= {dossier.contact.id: dossier for dossier in dossiers}
    return found
