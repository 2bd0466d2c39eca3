"""The file of one person, and its erasure."""

from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.calls.attempts import CALL, IN_ORDER
from dialer.adapters.sql.consent.consents import consents_of
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import CONTACT, MANIFEST, SUPPRESSION, columns_for, contact_of, names_of
from dialer.adapters.sql.schema.list_tables import current, list_entries, opposition_lists
from dialer.adapters.sql.schema.restore_tables import past_calls
from dialer.adapters.sql.schema.tables import (
    consents,
    contacts,
    decision_inputs,
    decisions,
    imports,
    subject_keys,
    suppressions,
)
from dialer.domain.base.types import Fingerprint
from dialer.domain.calls.attempt import Attempt
from dialer.domain.consent.contact import ImportManifest
from dialer.domain.oppositions.suppression import Suppression
from dialer.ports.records import CallRow
from dialer.ports.upkeep.restores import PastCall
from dialer.ports.upkeep.subjects import DecisionRow, ListedPerson, Opposition, SubjectFile

PAST_CALL = columns_for(PastCall, past_calls)
PERSON = CONTACT.add_columns(
    contacts.c.state, contacts.c.next_due_at, contacts.c.closed_reason, contacts.c.erased_at
)
OPPOSITION = SUPPRESSION.add_columns(
    suppressions.c.removed_at, suppressions.c.removed_by, suppressions.c.removed_reason
)
ELSEWHERE = {"context": decision_inputs.c.content.label("context"), "key": subject_keys.c.key}
DECISION: Select[Any] = (
    select(
        *(ELSEWHERE[name] if name in ELSEWHERE else decisions.c[name] for name in names_of(DecisionRow)),
    )
    .select_from(decisions)
    .join(decision_inputs, decisions.c.context_hash == decision_inputs.c.hash, isouter=True)
    .join(subject_keys, decisions.c.fingerprint == subject_keys.c.fingerprint, isouter=True)
    .order_by(decisions.c.id)
)


class SqlSubjectRepository(SqlRepository):
    """`dialer.ports.upkeep.subjects.SubjectRepository`."""

    async def file(self, fingerprint: Fingerprint) -> SubjectFile:
        fingerprint = (await self._names.of([fingerprint]))[fingerprint]
        calls = CALL.where(contacts.c.fingerprint == fingerprint).order_by(*IN_ORDER)
        return SubjectFile(
            contacts=await _listed(self._connection, fingerprint),
            manifests=await _manifests(self._connection, fingerprint),
            consents=(await consents_of(self._connection, [fingerprint])).get(fingerprint, ()),
            oppositions=await _oppositions(self._connection, fingerprint),
            lists=await _lists(self._connection, fingerprint),
            calls=tuple(
                CallRow(Attempt(*row[:-1]), row[-1]) for row in await self._connection.execute(calls)
            ),
            decisions=await _decisions(self._connection, fingerprint),
            past_calls=await _past_calls(self._connection, fingerprint),
        )


async def _listed(connection: AsyncConnection, fingerprint: Fingerprint) -> tuple[ListedPerson, ...]:
    rows = await connection.execute(
        PERSON.where(contacts.c.fingerprint == fingerprint).order_by(contacts.c.id)
    )
    return tuple(ListedPerson(contact_of(row), *row[-4:]) for row in rows)


async def _manifests(connection: AsyncConnection, fingerprint: Fingerprint) -> tuple[ImportManifest, ...]:
    """Return the manifests of every import with data on the number."""
    named = or_(
        imports.c.id.in_(select(contacts.c.import_id).where(contacts.c.fingerprint == fingerprint)),
        imports.c.id.in_(select(consents.c.import_id).where(consents.c.fingerprint == fingerprint)),
        imports.c.id.in_(select(suppressions.c.source).where(suppressions.c.fingerprint == fingerprint)),
        imports.c.id.in_(select(list_entries.c.list_id).where(list_entries.c.fingerprint == fingerprint)),
    )
    rows = await connection.execute(MANIFEST.where(named).order_by(imports.c.imported_at, imports.c.id))
    return tuple(ImportManifest(*row) for row in rows)


async def _oppositions(connection: AsyncConnection, fingerprint: Fingerprint) -> tuple[Opposition, ...]:
    mine = OPPOSITION.where(suppressions.c.fingerprint == fingerprint).order_by(suppressions.c.id)
    return tuple(Opposition(Suppression(*row[:-3]), *row[-3:]) for row in await connection.execute(mine))


async def _lists(connection: AsyncConnection, fingerprint: Fingerprint) -> tuple[str, ...]:
    names = select(opposition_lists.c.name).join_from(list_entries, opposition_lists)
    mine = names.where(current, list_entries.c.fingerprint == fingerprint)
    return tuple((await connection.execute(mine.order_by(opposition_lists.c.name))).scalars())


async def _decisions(connection: AsyncConnection, fingerprint: Fingerprint) -> tuple[DecisionRow, ...]:
    rows = await connection.execute(DECISION.where(decisions.c.fingerprint == fingerprint))
    return tuple([DecisionRow(*row) for row in rows])


async def _past_calls(connection: AsyncConnection, fingerprint: Fingerprint) -> tuple[PastCall, ...]:
    mine = PAST_CALL.where(past_calls.c.fingerprint == fingerprint).order_by(past_calls.c.at)
    return tuple(PastCall(*row) for row in await connection.execute(mine))
