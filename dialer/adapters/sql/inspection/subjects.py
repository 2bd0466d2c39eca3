"""One person: all that is kept, and its erasing."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.calls.attempts import CALL, IN_ORDER
from dialer.adapters.sql.consent.consents import append_consents, consents_of
from dialer.adapters.sql.db.dialects import reserve
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.db.stored_as import stored_as, to_be_stored_as
from dialer.adapters.sql.ledger.ledger_pending import record
from dialer.adapters.sql.records import CONTACT, MANIFEST, SUPPRESSION, columns_for, names_of, record_of
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
from dialer.adapters.sql.upkeep.erasure import being_called, erase_contacts, forget_sealed
from dialer.domain.base.errors import Conflict
from dialer.domain.base.types import Fingerprint
from dialer.domain.calls.attempt import Attempt
from dialer.domain.consent.consent import ConsentWithdrawn
from dialer.domain.consent.contact import Contact, ImportManifest
from dialer.domain.ledger.entries_rights import subject_erased
from dialer.domain.oppositions.suppression import Suppression
from dialer.ports.records import CallRow
from dialer.ports.restores import PastCall
from dialer.ports.subjects import DecisionRow, Erased, ListedPerson, Opposition, SubjectFile

PAST_CALL = columns_for(PastCall, past_calls)
BY_ERASURE = "erasure"
"""The channel of the withdrawal that an erasure is."""
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


class SqlSubjects:
    """`dialer.ports.subjects.Subjects`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def file(self, fingerprint: Fingerprint) -> SubjectFile:
        async with self._database.read() as connection:
            fingerprint = (await stored_as(connection, [fingerprint]))[fingerprint]
            calls = CALL.where(contacts.c.fingerprint == fingerprint).order_by(*IN_ORDER)
            return SubjectFile(
                contacts=await _listed(connection, fingerprint),
                manifests=await _manifests(connection, fingerprint),
                consents=(await consents_of(connection, [fingerprint])).get(fingerprint, ()),
                oppositions=await _oppositions(connection, fingerprint),
                lists=await _lists(connection, fingerprint),
                calls=tuple(CallRow(Attempt(*row[:-1]), row[-1]) for row in await connection.execute(calls)),
                decisions=await _decisions(connection, fingerprint),
                past_calls=await _past_calls(connection, fingerprint),
            )

    async def erase(self, fingerprint: Fingerprint, *, by: str, at: datetime) -> Erased:
        async with self._database.write() as connection:
            fingerprint = (await to_be_stored_as(connection, [fingerprint]))[fingerprint]
            if not await reserve(connection, [fingerprint]):
                raise Conflict("the number is being judged at this moment", hint="try again")
            if await being_called(connection, fingerprint):
                raise Conflict(
                    "the number is being called at this moment", hint="try again when the call is over"
                )
            withdrawal = ConsentWithdrawn(fingerprint, None, BY_ERASURE, at, at)
            erased = await _erase(connection, fingerprint, at)
            await append_consents(connection, [withdrawal], by=by)
            await record(connection, [subject_erased(fingerprint, record_of(erased), by=by, at=at)])
        return erased


async def _erase(connection: AsyncConnection, fingerprint: Fingerprint, at: datetime) -> Erased:
    people = await erase_contacts(connection, contacts.c.fingerprint == fingerprint, at)
    given = delete(consents).where(consents.c.fingerprint == fingerprint, consents.c.withdrawn.is_(False))
    agreed = (await connection.execute(given)).rowcount
    keys, sealed = await forget_sealed(connection, [fingerprint])
    # An opposition is kept as fingerprint, channel and time; a note may hold anything.
    mine = update(suppressions).where(suppressions.c.fingerprint == fingerprint)
    opposed = (await connection.execute(mine.values(note=None))).rowcount
    return Erased(people, agreed, sealed, keys, opposed)


async def _listed(connection: AsyncConnection, fingerprint: Fingerprint) -> tuple[ListedPerson, ...]:
    rows = await connection.execute(
        PERSON.where(contacts.c.fingerprint == fingerprint).order_by(contacts.c.id)
    )
    return tuple(ListedPerson(Contact(*row[:-4]), *row[-4:]) for row in rows)


async def _manifests(connection: AsyncConnection, fingerprint: Fingerprint) -> tuple[ImportManifest, ...]:
    """Of every import that told something of the number."""
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
