"""Decisions as the claims recorded them, and their inputs."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.access.subject_keys import add_keys
from dialer.adapters.sql.db.chunks import chunks
from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import columns_for, record_of
from dialer.adapters.sql.schema.tables import decision_inputs, decisions, subject_keys
from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.row_digests import RecordedDecision
from dialer.ports.records import ArchivedDecision, ArchivedInputs, DecisionFilter, SharedInput

KEPT = columns_for(ArchivedDecision, decisions, subject_keys).join_from(
    decisions, subject_keys, decisions.c.fingerprint == subject_keys.c.fingerprint, isouter=True
)


class SqlDecisionRepository(SqlRepository):
    """`dialer.ports.decisions.DecisionRepository`."""

    async def add(self, decided: Sequence[tuple[RecordedDecision, ArchivedInputs]]) -> None:
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
        await self._connection.execute(insert(decisions), rows)

    async def page(self, query: DecisionFilter) -> list[ArchivedDecision]:
        statement = KEPT.where(decisions.c.id > query.after).order_by(decisions.c.id).limit(query.limit)
        if query.campaign_id is not None:
            statement = statement.where(decisions.c.campaign_id == query.campaign_id)
        if query.attempt_id is not None:
            statement = statement.where(decisions.c.attempt_id == query.attempt_id)
        return [ArchivedDecision(*row) for row in await self._connection.execute(statement)]

    async def inputs(self, hashes: Iterable[str]) -> dict[str, SharedInput]:
        found: dict[str, SharedInput] = {}
        for some in chunks(hashes):
            statement = columns_for(SharedInput, decision_inputs).where(decision_inputs.c.hash.in_(some))
            found.update((row.hash, SharedInput(*row)) for row in await self._connection.execute(statement))
        return found

    async def forget_sealed(self, fingerprints: Sequence[Fingerprint]) -> tuple[int, int]:
        return await forget_sealed(self._connection, fingerprints)

    async def _keep_shared(self, inputs: Sequence[ArchivedInputs]) -> None:
        shared = {one.context for one in inputs}
        shared |= {one.pack for one in inputs if one.pack is not None}
        # In one order everywhere, so that no two processes wait for each other.
        rows = [record_of(item) for item in sorted(shared, key=lambda item: item.hash)]
        await self._connection.execute(insert_new(self._connection, decision_inputs), rows)


async def forget_sealed(connection: AsyncConnection, fingerprints: Sequence[Fingerprint]) -> tuple[int, int]:
    """Destroy keys, and the texts sealed under them. Return the counts of keys and decisions."""
    keys = delete(subject_keys).where(subject_keys.c.fingerprint.in_(fingerprints))
    sealed = update(decisions).where(
        decisions.c.fingerprint.in_(fingerprints), decisions.c.sealed.is_not(None)
    )
    destroyed = (await connection.execute(keys)).rowcount
    forgotten = (await connection.execute(sealed.values(sealed=None, context_hash=None))).rowcount
    return destroyed, forgotten
