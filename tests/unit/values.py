"""Values that tests start from: a campaign, an attempt, an instant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dialer.domain.base.types import AttemptId, CampaignId, ContactId, Fingerprint, PhoneNumber
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.calls.call_events import TraceStep, TraceVerb
from dialer.domain.campaigns.campaign import Campaign, CampaignState
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.consent.contact import ContactDetails

MONDAY = datetime(2027, 2, 1, 9, 30, tzinfo=UTC)
"""Monday 1 February 2027, 10:30 in Paris."""


DETAILS_IN_FULL = {
    name: field.examples[0] for name, field in ContactDetails.model_fields.items() if field.examples
}
"""Every detail that a list may state, by its column."""


def a_definition(**changes: Any) -> CampaignDefinition:
    keys: dict[str, Any] = {
        "name": "Municipales 2027",
        "caller_id": "+33162000001",
        "starts_at": "2027-02-01T09:00:00+01:00",
        "ends_at": "2027-02-05T20:00:00+01:00",
        "purpose": "political",
        "sponsor": {
            "id": "liste-demo",
            "name": "Liste Demo",
            "postal_address": "1 place de la Mairie, 75004 Paris",
            "email": "contact@liste-demo.example",
            "callback_number": "+33162000001",
        },
        "prompts": {"message": "Bonjour."},
    }
    return CampaignDefinition.model_validate(keys | changes)


def a_campaign(**changes: Any) -> Campaign:
    campaign = Campaign(CampaignId("c0123456789ab"), a_definition(), CampaignState.DRAFT, "alice", MONDAY)
    return replace(campaign, **changes)


def an_attempt(**changes: Any) -> Attempt:
    attempt = Attempt(
        id=AttemptId("0123456789abcdef0123456789abcdef"),
        campaign_id=CampaignId("c0123456789ab"),
        contact_id=ContactId(1),
        number=PhoneNumber("+33199000001"),
        fingerprint=Fingerprint("f" * 64),
        sponsor="liste-demo",
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


def details_of(**stated: str | None) -> ContactDetails:
    """Make the details of a person whose list states these columns alone."""
    return ContactDetails(**dict.fromkeys(ContactDetails.model_fields) | stated)


def after(seconds: float) -> datetime:
    return MONDAY + timedelta(seconds=seconds)


def a_trace(*steps: str) -> tuple[TraceStep, ...]:
    """Build a trace from `"0 play notice"`: seconds after Monday's instant, verb, name."""
    parts = [step.split() for step in steps]
    return tuple(TraceStep(after(float(at)), TraceVerb(verb), name) for at, verb, name in parts)
