"""The shape of what is kept about one person."""

from typing import Any, Literal

from pydantic import Field

from dialer.api.calls import CallView
from dialer.api.http.wire import Instant, Wire
from dialer.domain.consent.basis import Basis
from dialer.domain.consent.consent import Mention
from dialer.domain.consent.contact import ContactState, SourceClass
from dialer.domain.oppositions.suppression import OppositionChannel


class ListedView(Wire):
    """A row of a list. Of an erased one only its place is left."""

    campaign_id: str
    import_id: str
    line: int
    phone_number: str | None
    external_id: str | None
    language: str | None
    territory: str | None
    timezone: str | None
    state: ContactState
    next_due_at: Instant | None
    closed_reason: str | None
    erased_at: Instant | None


class FormView(Wire):
    """`wording`: SHA-256 of the form as it was shown."""

    wording: str
    mentions: list[Mention]


class ConsentEventView(Wire):
    """A consent, or its withdrawal: then only sponsor (null: all), channel and times are told."""

    kind: Literal["given", "withdrawn"]
    sponsor: str | None
    channel: str
    recorded_at: Instant
    withdrawn_at: Instant | None = None
    purpose: str | None = None
    source: str | None = None
    proof: str | None = None
    given_at: Instant | None = None
    expires_at: Instant | None = None
    windows: list[dict[str, Any]] = Field(default=[], description="Days count from Monday, 0.")
    appointment_at: Instant | None = None
    act: str | None = None
    territory: str | None = None
    timezone: str | None = None
    import_id: str | None = None
    basis: Basis | None = None
    form: FormView | None = None


class RecordedOppositionView(Wire):
    """In force unless removed."""

    sponsor: str | None
    channel: OppositionChannel
    received_at: Instant
    recorded_at: Instant
    recorded_by: str
    source: str | None
    note: str | None
    removed_at: Instant | None
    removed_by: str | None
    removed_reason: str | None


class SubjectReasonView(Wire):
    """`detail` is erased with the person."""

    rule: str
    code: str
    detail: str | None = None


class SubjectDecisionView(Wire):
    """`facts`: all it was made from. Where they are null, `unreadable` says why: erased, most likely."""

    id: int
    at: Instant
    campaign_id: str
    attempt_id: str | None
    decision: Literal["permit", "refuse"]
    reasons: list[SubjectReasonView]
    permit_until: Instant | None
    next_open: Instant | None
    rule_pack: str
    decision_hash: str
    facts: dict[str, Any] | None
    unreadable: str | None


class SubjectManifestView(Wire):
    """Where a list came from that told of this person."""

    id: str
    kind: str
    campaign_id: str | None
    source_class: SourceClass | None
    supplier: str | None
    collected_at: Instant | None
    file_name: str
    file_sha256: str
    imported_by: str
    imported_at: Instant


class PastCallView(Wire):
    """A call that a restored backup did not hold: that it was made is all that is known."""

    attempt_id: str
    campaign_id: str
    sponsor: str | None
    at: Instant


class SubjectView(Wire):
    """All that is kept about one person."""

    phone_number: str
    fingerprint: str
    contacts: list[ListedView]
    consents: list[ConsentEventView]
    oppositions: list[RecordedOppositionView]
    opposition_lists: list[str] = Field(description="Lists kept by others that hold the number.")
    calls: list[CallView]
    past_calls: list[PastCallView]
    decisions: list[SubjectDecisionView]
    imports: list[SubjectManifestView]


class ErasedView(Wire):
    """How many rows lost what they told. Oppositions are kept as a fingerprint."""

    contacts_erased: int
    consents_erased: int
    decisions_made_unreadable: int
    keys_destroyed: int
    oppositions_kept: int
