"""A list by kinds of callee: those of whom the same is stored are counted together, by the database.

People fall into one kind only where every column about them has the same value, but for the columns named here. A column that comes to a
table later makes kinds of its own until somebody says here that it does not matter.
"""

import sys
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Select,
    Subquery,
    Table,
    case,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.chunks import chunks
from dialer.adapters.sql.columns import to_micros
from dialer.adapters.sql.dialects import json_rows, uncompiled
from dialer.adapters.sql.dossiers import LISTED, PAST, dossiers_of
from dialer.adapters.sql.list_tables import current, list_entries, opposition_lists
from dialer.adapters.sql.restore_tables import past_calls
from dialer.adapters.sql.standing import campaign_of
from dialer.adapters.sql.tables import attempts, consents, contacts, suppressions
from dialer.domain.alike import Turns
from dialer.domain.campaign import CampaignId
from dialer.domain.contact import ContactId
from dialer.domain.intervals import Span
from dialer.ports.records import Alike, Dossier

OF_NOBODY_ELSE = {"id", "number", "fingerprint", "line", "external_id"}
OF_DIALLING = {"campaign_id", "state", "next_due_at", "closed_reason", "last_refusal", "erased_at"}
"""Of contacts: what names one, and where dialling stands. The number itself is judged by its kind."""
EVENT_ALONE = {"id", "fingerprint", "recorded_at"}
TOLD_OTHERWISE = {"at", "expires_at", "source", "proof"}
OPPOSITION_ALONE = {"id", "fingerprint", "received_at", "recorded_at", "recorded_by", "source", "note"}
ATTEMPT_ALONE = {"fingerprint", "at"}
BLANKS = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()]
"""Whatever `str.strip` takes away."""


class Kinds:
    """Reads one campaign's list from its beginning, page by page."""

    def __init__(self, campaign_id: CampaignId, turns: Turns, size: int) -> None:
        self._campaign_id = campaign_id
        self._turns = turns
        self._size = size
        self._last = 0

    async def next(self, connection: AsyncConnection) -> list[Alike]:
        """Empty at the end. Raise `NotFound` for an unknown campaign."""
        await uncompiled(connection)
        sponsor = (await campaign_of(connection, self._campaign_id)).definition.sponsor.id
        groups = (await connection.execute(Page(connection, sponsor, self._turns).of(self._after()))).all()
        self._last = max([self._last, *(group.last for group in groups)])
        dossiers = await dossiers_by_id(connection, sponsor, [group.first for group in groups])
        return [
            Alike(tuple(group[3:]), tuple(group.numbers.split(",")), dossiers[group.first])
            for group in groups
        ]

    def _after(self) -> Select[Any]:
        mine = (contacts.c.campaign_id == self._campaign_id, contacts.c.erased_at.is_(None))
        return (
            select(contacts)
            .where(*mine, contacts.c.id > self._last)
            .order_by(contacts.c.id)
            .limit(self._size)
        )


class Page:
    """The question for the kinds among some contacts. `sponsor` is the campaign's: attempts for others do not count, nor do others' lists."""

    def __init__(self, connection: AsyncConnection, sponsor: str, turns: Turns) -> None:
        self._connection = connection
        self._sponsor = sponsor
        self._turns = turns

    def of(self, listed: Select[Any]) -> Select[Any]:
        """Each row: the first and the last contact's id, all numbers with commas between, and then what makes the kind."""
        page = listed.subquery("page")
        known = select(
            page.c.id,
            page.c.number,
            *columns_but(page, OF_NOBODY_ELSE | OF_DIALLING),
            self._consents(page).label("consents"),
            self._rows(self._oppositions(page)).label("oppositions"),
            self._attempts(page).label("attempts"),
            self._rows(self._recalled(page)).label("recalled"),
            self._rows(self._lists(page)).label("lists"),
        ).subquery("known")
        kind = columns_but(known, {"id", "number"})
        numbers = func.aggregate_strings(known.c.number, ",").label("numbers")
        ids = func.min(known.c.id).label("first"), func.max(known.c.id).label("last")
        return select(*ids, numbers, *kind).group_by(*kind)

    def _rows(self, rows: Select[Any]) -> ScalarSelect[str]:
        return select(json_rows(self._connection, rows.subquery().c)).scalar_subquery()

    def _consents(self, page: Subquery) -> ColumnElement[Any]:
        """Where there are several, with their order in time: one may end another."""
        told = (
            *columns_but(consents, EVENT_ALONE | TOLD_OTHERWISE),
            stated(consents.c.source),
            stated(consents.c.proof),
            reached(consents.c.at, self._turns.given),
            reached(consents.c.expires_at, self._turns.expires),
        )
        rank = func.dense_rank().over(order_by=consents.c.at)
        several = self._rows(about(page, select(rank, *told).order_by(consents.c.id), consents))
        known = case((func.count() > 1, several), else_=json_rows(self._connection, told))
        return about(page, select(known), consents).scalar_subquery()

    def _oppositions(self, page: Subquery) -> Select[Any]:
        told = select(*columns_but(suppressions, OPPOSITION_ALONE)).where(suppressions.c.removed_at.is_(None))
        return about(page, told.order_by(suppressions.c.id), suppressions)

    def _attempts(self, page: Subquery) -> ColumnElement[Any]:
        """By their number it is known how far back each counts: those of before a restore are of it."""
        recalled = select(func.count()).select_from(self._recalled(page).subquery()).scalar_subquery()
        past = PAST.add_columns((func.count().over() + recalled).label("made"))
        made = about(page, past.where(attempts.c.sponsor == self._sponsor), attempts).subquery()
        since = [(made.c.made >= count, to_micros(after)) for count, after in reversed(self._turns.called)]
        time = type_coerce(made.c.at, BigInteger)
        told = select(*columns_but(made, {*ATTEMPT_ALONE, "made"}), case((time > case(*since), time)))
        return case((about(page, select(attempts.c.id), attempts).exists(), self._rows(told)))

    def _recalled(self, page: Subquery) -> Select[Any]:
        theirs = or_(past_calls.c.sponsor.is_(None), past_calls.c.sponsor == self._sponsor)
        told = select(past_calls.c.campaign_id, past_calls.c.at).where(theirs)
        return about(page, told.order_by(past_calls.c.at), past_calls)

    def _lists(self, page: Subquery) -> Select[Any]:
        held = select(list_entries.c.list_id).join_from(list_entries, opposition_lists)
        speaking = or_(opposition_lists.c.sponsor.is_(None), opposition_lists.c.sponsor == self._sponsor)
        return about(page, held.where(current, speaking).order_by(list_entries.c.list_id), list_entries)


def about(page: Subquery, rows: Select[Any], table: Table) -> Select[Any]:
    """Of `rows`, those about a contact of the page."""
    return rows.where(table.c.fingerprint == page.c.fingerprint).correlate(page)


def columns_but(rows: Table | Subquery, names: set[str]) -> list[ColumnElement[Any]]:
    return [column for column in rows.c if column.name not in names]


def stated(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Only whether there is a text matters; one that begins with a blank may be nothing but blanks."""
    return case((func.substr(column, 1, 1).in_(BLANKS), column), (column == "", ""), else_="stated")


def reached(column: ColumnElement[Any], spans: Span) -> ColumnElement[int]:
    """The time itself within a span; else, below zero, how many of them lie before it. NULL stays what it is."""
    time = type_coerce(column, BigInteger)
    whens: list[tuple[ColumnElement[bool], ColumnElement[int]]] = [(time.is_(None), time)]
    for before, (start, end) in enumerate(spans):
        whens += [
            (time <= to_micros(start), literal(-before - 1, BigInteger)),
            (time <= to_micros(end), time),
        ]
    return case(*whens, else_=literal(-len(spans) - 1, BigInteger))


async def dossiers_by_id(
    connection: AsyncConnection, sponsor: str, ids: Iterable[ContactId]
) -> dict[ContactId, Dossier]:
    found: dict[ContactId, Dossier] = {}
    for some in chunks(ids):
        listed = (await connection.execute(LISTED.where(contacts.c.id.in_(some)))).all()
        found |= {dossier.contact.id: dossier for dossier in await dossiers_of(connection, sponsor, listed)}
    return found
