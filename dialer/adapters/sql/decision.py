"""Decisions as the claims recorded them, their inputs, and the facts they are made from, stored.

The facts come by a fixed number of queries, however many contacts they are about.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.access import add_keys
from dialer.adapters.sql.calls import left_unanswered, unreached
from dialer.adapters.sql.consent import consents_of
from dialer.adapters.sql.db.dialects import chunks, insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.oppositions import lists_of, suppressions_of
from dialer.adapters.sql.records import CONTACT, columns_for, contact_of, record_of
from dialer.adapters.sql.schema.calls import attempts, decision_inputs, decisions
from dialer.adapters.sql.schema.people import contacts, imports, subject_keys
from dialer.adapters.sql.upkeep import past_calls_of
from dialer.domain.base.types import Fingerprint
from dialer.domain.calls.attempt import past_attempt
from dialer.domain.decision.facts import PastAttempt
from dialer.domain.ledger.row_digests import RecordedDecision
from dialer.ports import records

# `ListedContact`: the contact, the class of its list, and its place in the order of dialling. An
# erased contact is on no list any more.
LISTED: sa.Select[Any] = (
    CONTACT.add_columns(imports.c.source_class, contacts.c.next_due_at)
    .join_from(contacts, imports)
    .where(contacts.c.erased_at.is_(None))
)

# An earlier attempt as the rules look at it; `at` is when its INVITE left, or was permitted to.
PAST = sa.select(
    attempts.c.fingerprint,
    attempts.c.campaign_id,
    sa.func.coalesce(attempts.c.dialed_at, attempts.c.originated_at, attempts.c.decided_at).label("at"),
    attempts.c.state,
    attempts.c.result,
    (~unreached).label("counts"),
    left_unanswered.label("unanswered"),
).order_by(attempts.c.decided_at, attempts.c.id)


def listed_contact(row: sa.Row[Any]) -> records.ListedContact:
    """Read a row of `LISTED`."""
    return records.ListedContact(contact_of(row), row.source_class, row.next_due_at)


async def dossiers_of(
    connection: AsyncConnection, sponsor: str, listed: Sequence[records.ListedContact]
) -> list[records.ContactFacts]:
    """Return one for each, in their order: at most `dialects.LONGEST_LIST`."""
    fingerprints = [one.contact.fingerprint for one in listed]
    consents = await consents_of(connection, fingerprints)
    oppositions = await suppressions_of(connection, fingerprints)
    past = await _attempts_of(connection, sponsor, fingerprints)
    recalled = await past_calls_of(connection, sponsor, fingerprints)
    lists = await lists_of(connection, sponsor, fingerprints)
    return [
        records.ContactFacts(
            contact=one.contact,
            source_class=one.source_class,
            consents=consents.get(one.contact.fingerprint, ()),
            suppressions=tuple(oppositions.get(one.contact.fingerprint, ())),
            attempts=(
                *past.get(one.contact.fingerprint, ()),
                *recalled.get(one.contact.fingerprint, ()),
            ),
            lists=lists.of(one.contact.fingerprint),
        )
        for one in listed
    ]


async def _attempts_of(
    connection: AsyncConnection, sponsor: str, fingerprints: Sequence[Fingerprint]
) -> defaultdict[Fingerprint, list[PastAttempt]]:
    found: defaultdict[Fingerprint, list[PastAttempt]] = defaultdict(list)
    statement = PAST.where(attempts.c.fingerprint.in_(fingerprints), attempts.c.sponsor == sponsor)
    for row in await connection.execute(statement):
        found[row.fingerprint].append(
            past_attempt(
                row.campaign_id,
                row.at,
                state=row.state,
                result=row.result,
                counts=row.counts,
                unanswered=row.unanswered,
            )
        )
    return found


KEPT = columns_for(records.ArchivedDecision, decisions, subject_keys).join_from(
    decisions, subject_keys, decisions.c.fingerprint == subject_keys.c.fingerprint, isouter=True
)


class SqlDecisionRepository(SqlRepository):
    """`dialer.ports.decision.DecisionRepository`."""

    async def add(self, decided: Sequence[tuple[RecordedDecision, records.ArchivedInputs]]) -> None:
        if not decided:
            return
        await self._keep_shared([inputs for _, inputs in decided])
        new = {decision.fingerprint: inputs.new_key for decision, inputs in decided}
        keys = {fingerprint: key for fingerprint, key in new.items() if key is not None}
        await add_keys(self._connection, keys)
        rows = [
            record_of(decision) | {"context_hash": inputs.context.hash, "sealed": inputs.sealed}
            for decision, inputs in decided
        ]
        await self._connection.execute(sa.insert(decisions), rows)

    async def page(self, query: records.DecisionFilter) -> list[records.ArchivedDecision]:
        statement = KEPT.where(decisions.c.id > query.after).order_by(decisions.c.id).limit(query.limit)
        if query.campaign_id is not None:
            statement = statement.where(decisions.c.campaign_id == query.campaign_id)
        if query.attempt_id is not None:
            statement = statement.where(decisions.c.attempt_id == query.attempt_id)
        return [records.ArchivedDecision(*row) for row in await self._connection.execute(statement)]

    async def inputs(self, hashes: Iterable[str]) -> dict[str, records.SharedInput]:
        found: dict[str, records.SharedInput] = {}
        for some in chunks(hashes):
            statement = columns_for(records.SharedInput, decision_inputs).where(
                decision_inputs.c.hash.in_(some)
            )
            found.update(
                (row.hash, records.SharedInput(*row)) for row in await self._connection.execute(statement)
            )
        return found

    async def forget_sealed(self, fingerprints: Sequence[Fingerprint]) -> tuple[int, int]:
        return await forget_sealed(self._connection, fingerprints)

    async def _keep_shared(self, inputs: Sequence[records.ArchivedInputs]) -> None:
        shared = {one.context for one in inputs}
        shared |= {one.pack for one in inputs if one.pack is not None}
        # In one order everywhere, so that no two processes wait for each other.
        rows = [record_of(item) for item in sorted(shared, key=lambda item: item.hash)]
        await self._connection.execute(insert_new(self._connection, decision_inputs), rows)


async def forget_sealed(connection: AsyncConnection, fingerprints: Sequence[Fingerprint]) -> tuple[int, int]:
    """Destroy keys, and the texts sealed under them. Return the counts of keys and decisions."""
    keys = sa.delete(subject_keys).where(subject_keys.c.fingerprint.in_(fingerprints))
    sealed = sa.update(decisions).where(
        decisions.c.fingerprint.in_(fingerprints), decisions.c.sealed.is_not(None)
    )
    destroyed = (await connection.execute(keys)).rowcount
    forgotten = (await connection.execute(sealed.values(sealed=None, context_hash=None))).rowcount
    return destroyed, forgotten
