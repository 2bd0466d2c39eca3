"""Sample calls, and decisions to make them or not."""

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dialer.domain.base.types import AttemptId, CampaignId, ContactId, Fingerprint, PhoneNumber
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.calls.call_events import TraceStep, TraceVerb
from dialer.domain.calls.retry import ClosedReason, ContactClosed
from dialer.domain.decision.record import Decision, ReasonCode, RefusalReason
from dialer.ports.pbx import Driver
from dialer.ports.records import (
    ArchivedInputs,
    CampaignSnapshot,
    ClaimDecision,
    ContactFacts,
    InputKind,
    SharedInput,
)
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, MONDAY, NOW, SPONSOR

DRIVER = Driver("pbx1", "0" * 32)

Judge = Callable[[CampaignSnapshot, ContactFacts], ClaimDecision]


def an_attempt(**changes: Any) -> Attempt:
    """Make an attempt whose Originate was just sent."""
    attempt = Attempt(
        id=AttemptId("0123456789abcdef0123456789abcdef"),
        campaign_id=CAMPAIGN,
        contact_id=ContactId(1),
        number=PhoneNumber("+33199000001"),
        fingerprint=Fingerprint("f" * 64),
        sponsor=SPONSOR,
        state=AttemptState.ORIGINATING,
        decided_at=MONDAY,
        permit_until=MONDAY + timedelta(hours=2),
        expires_at=MONDAY + timedelta(seconds=10),
        decision_hash="d" * 64,
        rule_pack="fr-political@1",
        trunk="default",
        pbx="pbx1",
        caller_id=PhoneNumber("+33162000001"),
        script="5" * 64,
        originated_at=MONDAY,
    )
    return replace(attempt, **changes)


def after(seconds: float) -> datetime:
    return MONDAY + timedelta(seconds=seconds)


def a_trace(*steps: str) -> tuple[TraceStep, ...]:
    """Build a trace from `"0 play notice"`: seconds after Monday's instant, verb, name."""
    parts = [step.split() for step in steps]
    return tuple(TraceStep(after(float(at)), TraceVerb(verb), name) for at, verb, name in parts)


def permit(standing: CampaignSnapshot, dossier: ContactFacts) -> ClaimDecision:
    decision = Decision(
        at=NOW,
        permitted=True,
        reasons=(),
        permit_until=NOW + timedelta(hours=1),
        next_open=None,
        zones=("Europe/Paris",),
        rule_pack="fr-political@1",
        pack_hash="b" * 64,
        caller_id="+33162000001",
    )
    contact = dossier.contact
    attempt = an_attempt(
        id=AttemptId(uuid.uuid4().hex),
        campaign_id=standing.campaign.id,
        contact_id=contact.id,
        number=contact.number,
        fingerprint=contact.fingerprint,
        sponsor=standing.campaign.definition.sponsor.id,
        state=AttemptState.PERMITTED,
        decided_at=NOW + timedelta(microseconds=contact.id),
        permit_until=NOW + timedelta(hours=1),
        open_until=NOW + timedelta(hours=2),
        expires_at=NOW + timedelta(seconds=10),
        originated_at=None,
        decision_hash="c" * 64,
        script="d" * 64,
    )
    return ClaimDecision(decision, "c" * 64, kept_inputs(dossier), attempt)


def refuse(*codes: ReasonCode, outcome: object = None) -> Judge:
    """Refuse every contact with `codes`; it closes unless told otherwise."""

    def judge(standing: CampaignSnapshot, dossier: ContactFacts) -> ClaimDecision:
        decision = permit(standing, dossier).decision._replace(
            permitted=False,
            permit_until=None,
            reasons=tuple(RefusalReason("FP-02", code, f"because of {code}") for code in codes),
        )
        change = ContactClosed(ClosedReason.NO_KEY) if outcome is None else outcome
        return ClaimDecision(decision, "e" * 64, kept_inputs(dossier), change)  # type: ignore[arg-type]

    return judge


def kept_inputs(dossier: ContactFacts) -> ArchivedInputs:
    """Inputs as they come to the store, which looks into nothing."""
    digest = hashlib.sha256(dossier.contact.fingerprint.encode()).digest()
    return ArchivedInputs(
        context=SharedInput("a" * 64, InputKind.CONTEXT, "{}"),
        pack=SharedInput("b" * 64, InputKind.PACK, "{}"),
        sealed=b"sealed " + digest,
        new_key=None if dossier.key else b"key " + digest,
    )


async def claimed(store: ActStore, campaign_id: CampaignId = CAMPAIGN) -> list[Attempt]:
    """Claim every due contact, permitted."""
    judgements = await store.attempts.claim(campaign_id, now=NOW, limit=1000, permits=1000, judge=permit)
    return [judgement.outcome for judgement in judgements if isinstance(judgement.outcome, Attempt)]


async def sent(store: ActStore, attempt_ids: Sequence[AttemptId]) -> list[AttemptId]:
    """Mark attempts as sent by the process that drives their PBX. Return those it may send."""
    assert (await store.leases.take(DRIVER)).holder == DRIVER.holder
    return await store.attempts.originating(attempt_ids, at=NOW, driver=DRIVER)
