"""Judgements, written: the attempts permitted, the decisions, and what becomes of each contact."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.campaigns.contact_changes import change_contacts, changed_record
from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.decision.decisions import Judged, record_decisions
from dialer.adapters.sql.ledger.ledger_pending import record
from dialer.adapters.sql.records import Record, attempt_record
from dialer.adapters.sql.schema.tables import attempts
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.consent.contact import Contact, ContactState
from dialer.domain.ledger.entries_calls import permitted, refused
from dialer.domain.ledger.event import LedgerEvent
from dialer.domain.ledger.row_digests import RecordedDecision
from dialer.ports.records import ClaimDecision


async def write_judgements(
    connection: AsyncConnection, campaign_id: CampaignId, judged: Sequence[Judged]
) -> tuple[list[ClaimDecision], list[Contact]]:
    """Return what was written, and the contacts whose number another process took in this very moment: for them nothing was."""
    made = await _insert_attempts(connection, judged)
    kept: list[Judged] = []
    losers: list[Contact] = []
    for contact, judgement in judged:
        if isinstance(judgement.outcome, Attempt) and judgement.outcome.id not in made:
            losers.append(contact)
        else:
            kept.append((contact, judgement))
    recorded = await record_decisions(connection, campaign_id, kept)
    events = [_event(judgement, told) for (_, judgement), told in zip(kept, recorded, strict=True)]
    await record(connection, events)
    await change_contacts(connection, [_contact_record(contact, judgement) for contact, judgement in kept])
    return [judgement for _, judgement in kept], losers


async def _insert_attempts(connection: AsyncConnection, judged: Sequence[Judged]) -> set[AttemptId]:
    """The unique index on live numbers decides which go in."""
    permits = [judgement.outcome for _, judgement in judged if isinstance(judgement.outcome, Attempt)]
    if not permits:
        return set()
    statement = insert_new(connection, attempts).returning(attempts.c.id)
    return set(
        (await connection.execute(statement, [attempt_record(permit) for permit in permits])).scalars()
    )


def _event(judgement: ClaimDecision, recorded: RecordedDecision) -> LedgerEvent:
    if isinstance(judgement.outcome, Attempt):
        return permitted(judgement.outcome, judgement.decision, recorded)
    return refused(judgement.decision, recorded)


def _contact_record(contact: Contact, judgement: ClaimDecision) -> Record:
    if isinstance(judgement.outcome, Attempt):
        calling: Record = {"state": ContactState.CALLING, "next_due_at": None, "closed_reason": None}
        return calling | {"contact": contact.id, "last_refusal": None}
    codes = " ".join(sorted(judgement.decision.codes))
    return changed_record(contact.id, judgement.outcome) | {"last_refusal": codes}
