"""The query for the kinds among people with more stored data than one consent."""

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
    or_,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.calls.dossiers import PAST
from dialer.adapters.sql.db.columns import to_micros
from dialer.adapters.sql.db.dialects import json_rows
from dialer.adapters.sql.preflight.group_columns import (
    ATTEMPT_ALONE,
    OPPOSITION_ALONE,
    columns_but,
    of_consent,
    of_contact,
    reached,
)
from dialer.adapters.sql.schema.list_tables import current, list_entries, opposition_lists
from dialer.adapters.sql.schema.restore_tables import past_calls
from dialer.adapters.sql.schema.tables import attempts, consents, suppressions
from dialer.domain.preflight.contact_groups import TimeBoundaries


class OtherKinds:
    """The query for the kinds among some contacts. `sponsor` is the campaign's.

    Attempts for other sponsors do not count, nor do their lists.
    """

    def __init__(self, connection: AsyncConnection, sponsor: str, turns: TimeBoundaries) -> None:
        self._connection = connection
        self._sponsor = sponsor
        self._turns = turns

    def of(self, listed: Select[Any]) -> Select[Any]:
        """Return the query.

        A row has the first contact's id, all numbers with commas, then the kind.
        """
        page = listed.subquery("page")
        known = select(
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
        numbers = func.aggregate_strings(known.c.number, ",").label("numbers")
        return select(func.min(known.c.id).label("first"), numbers, *kind).group_by(*kind)

    def _rows(self, rows: Select[Any]) -> ScalarSelect[str]:
        return select(json_rows(self._connection, rows.subquery().c)).scalar_subquery()

    def _consents(self, page: Subquery) -> ColumnElement[Any]:
        """Return the consents; several have their order in time, since one may end another."""
        told = (
            *of_consent(self._turns.given),
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
        """Return the attempts. Their number decides how far back each counts.

        Calls from before a restoration count towards it.
        """
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
    """Return the ones of `rows` about a contact of the page."""
    return rows.where(table.c.fingerprint == page.c.fingerprint).correlate(page)
