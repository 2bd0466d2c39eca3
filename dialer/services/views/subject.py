"""All that is kept about one person, as one JSON document (GDPR 15)."""

import json
from typing import Any

from dialer.domain.consent.consent import ConsentEvent, ConsentGiven
from dialer.domain.decision.facts_json import plain
from dialer.ports.restores import PastCall
from dialer.ports.subjects import Erased, ListedPerson, Opposition
from dialer.services.inspection.subjects import OpenedDecision, Subject
from dialer.services.views.imports import manifest_view
from dialer.services.views.instants import instant_text
from dialer.services.views.opposition import suppression_view


def subject_view(subject: Subject) -> dict[str, Any]:
    file = subject.file
    return {
        "phone_number": subject.number,
        "fingerprint": subject.fingerprint,
        "contacts": [_contact_view(listed) for listed in file.contacts],
        "consents": [_consent_view(event) for event in file.consents],
        "oppositions": [_opposition_view(entry) for entry in file.oppositions],
        "opposition_lists": list(file.lists),
        "calls": subject.calls,
        "past_calls": [_past_call_view(call) for call in file.past_calls],
        "decisions": [_decision_view(decision) for decision in subject.decisions],
        "imports": [manifest_view(manifest) for manifest in file.manifests],
    }


def erased_view(erased: Erased) -> dict[str, Any]:
    return {
        "contacts_erased": erased.contacts,
        "consents_erased": erased.consents,
        "decisions_made_unreadable": erased.decisions,
        "keys_destroyed": erased.keys,
        "oppositions_kept": erased.oppositions,
    }


def _contact_view(listed: ListedPerson) -> dict[str, Any]:
    contact = listed.contact
    return {
        "campaign_id": contact.campaign_id,
        "import_id": contact.import_id,
        "line": contact.line,
        "phone_number": contact.number or None,
        "external_id": contact.external_id,
        "language": contact.language,
        "territory": contact.territory,
        "timezone": contact.timezone,
        "state": listed.state.value,
        "next_due_at": instant_text(listed.next_due_at),
        "closed_reason": listed.closed_reason,
        "erased_at": instant_text(listed.erased_at),
    }


def _consent_view(event: ConsentEvent) -> dict[str, Any]:
    kind = "given" if isinstance(event, ConsentGiven) else "withdrawn"
    told = plain(event)
    assert isinstance(told, dict), "a dataclass has fields"
    return {"kind": kind} | {name: value for name, value in told.items() if name != "fingerprint"}


def _opposition_view(opposition: Opposition) -> dict[str, Any]:
    return suppression_view(opposition.entry) | {
        "removed_at": instant_text(opposition.removed_at),
        "removed_by": opposition.removed_by,
        "removed_reason": opposition.removed_reason,
    }


def _past_call_view(call: PastCall) -> dict[str, Any]:
    return {
        "attempt_id": call.attempt_id,
        "campaign_id": call.campaign_id,
        "sponsor": call.sponsor,
        "at": instant_text(call.at),
    }


def _decision_view(opened: OpenedDecision) -> dict[str, Any]:
    """`facts`: all it was made from; where they cannot be read, `unreadable` says why, and of reasons rule and code are left."""
    row, told = opened.row, opened.told
    return {
        "id": row.id,
        "at": instant_text(row.at),
        "campaign_id": row.campaign_id,
        "attempt_id": row.attempt_id,
        "decision": "permit" if row.permitted else "refuse",
        "reasons": told.decision["reasons"] if told else row.reasons,
        "permit_until": instant_text(row.permit_until),
        "next_open": instant_text(row.next_open),
        "rule_pack": row.rule_pack,
        "decision_hash": row.hash,
        "facts": json.loads(told.facts) if told else None,
        "unreadable": opened.why or None,
    }
