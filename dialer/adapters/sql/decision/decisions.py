"""Decisions, as the claims recorded them, and what they were made from."""

from collections.abc import Iterable

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.access.subject_keys import add_keys
from dialer.adapters.sql.db.chunks import chunks
from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.records import columns_for, record_of
from dialer.adapters.sql.schema.tables import decision_inputs, decisions, subject_keys
from dialer.domain.base.types import CampaignId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.consent.contact import Contact
from dialer.domain.ledger.row_digests import RecordedDecision
from dialer.ports.records import ArchivedDecision, ClaimDecision, DecisionFilter, SharedInput

Judged = tuple[Contact, ClaimDecision]
KEPT = columns_for(ArchivedDecision, decisions, subject_keys).join_from(
    decisions, subject_keys, decisions.c.fingerprint == subject_keys.c.fingerprint, isouter=True
)


class SqlDecisions:
    """`dialer.ports.store.Decisions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, query: DecisionFilter) -> list[ArchivedDecision]:
        statement = KEPT.where(decisions.c.id > query.after).order_by(decisions.c.id).limit(query.limit)
        if query.campaign_id is not None:
            statement = statement.where(decisions.c.campaign_id == query.campaign_id)
        if query.attempt_id is not None:
            statement = statement.where(decisions.c.attempt_id == query.attempt_id)
        async with self._database.read() as connection:
            return [ArchivedDecision(*row) for row in await connection.execute(statement)]

    async def inputs(self, hashes: Iterable[str]) -> dict[str, SharedInput]:
        found: dict[str, SharedInput] = {}
        async with self._database.read() as connection:
            for some in chunks(hashes):
                statement = columns_for(SharedInput, decision_inputs).where(decision_inputs.c.hash.in_(some))
                found.update((row.hash, SharedInput(*row)) for row in await connection.execute(statement))
        return found


async def record_decisions(
    connection: AsyncConnection, campaign_id: CampaignId, judged: list[Judged]
) -> list[RecordedDecision]:
    """What the decisions were made from goes in first: none is stored that could not be made again. Return them in their order."""
    if not judged:
        return []
    await _keep_shared(connection, [judgement for _, judgement in judged])
    new = {contact.fingerprint: judgement.inputs.new_key for contact, judgement in judged}
    await add_keys(connection, {fingerprint: key for fingerprint, key in new.items() if key is not None})
    told = [_recorded(campaign_id, contact, judgement) for contact, judgement in judged]
    records = [
        record_of(one) | {"context_hash": judgement.inputs.context.hash, "sealed": judgement.inputs.sealed}
        for one, (_, judgement) in zip(told, judged, strict=True)
    ]
    await connection.execute(insert(decisions), records)
    return told


async def _keep_shared(connection: AsyncConnection, judgements: list[ClaimDecision]) -> None:
    shared = {judgement.inputs.context for judgement in judgements}
    shared |= {judgement.inputs.pack for judgement in judgements if judgement.inputs.pack is not None}
    # In one order everywhere, so that no two processes wait for each other.
    records = [record_of(item) for item in sorted(shared, key=lambda item: item.hash)]
    await connection.execute(insert_new(connection, decision_inputs), records)


def _recorded(campaign_id: CampaignId, contact: Contact, judgement: ClaimDecision) -> RecordedDecision:
    """Reasons without their sentences, which may tell what somebody consented to: those are in the sealed half."""
    decision = judgement.decision
    return RecordedDecision(
        at=decision.at,
        campaign_id=campaign_id,
        contact_id=contact.id,
        fingerprint=contact.fingerprint,
        permitted=decision.permitted,
        reasons=[{"rule": reason.rule, "code": reason.code} for reason in decision.reasons],
        permit_until=decision.permit_until,
        next_open=decision.next_open,
        zones=decision.zones,
        caller_id=decision.caller_id,
        rule_pack=decision.rule_pack,
        pack_hash=decision.pack_hash,
        hash=judgement.decision_hash,
        attempt_id=judgement.outcome.id if isinstance(judgement.outcome, Attempt) else None,
    )
