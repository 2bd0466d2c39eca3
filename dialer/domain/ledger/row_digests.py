"""Digests of stored rows, so that a row changed behind the ledger's back is found.

An entry vouches through them for more than it tells. In its event a digest is SHA-256 over the
record. The sealer replaces it by an HMAC, so that a reader of the ledger cannot guess at the words
people wrote. Fingerprints and data sealed under a person's key stand in no digest, since new keys
change them; the entry's subject and its `decision_hash` vouch for those.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from dialer.domain.access import Token
from dialer.domain.base.types import AttemptId, CampaignId, ContactId, Fingerprint, ImportId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.campaigns.campaign import Campaign, CampaignState, CampaignVerb, PauseCause
from dialer.domain.consent import ConsentEvent, ConsentGiven, ConsentReinstated, ImportManifest
from dialer.domain.ledger.event import digest, redacted
from dialer.domain.oppositions.suppression import Suppression
from dialer.domain.probes.probe import Probe
from dialer.domain.upkeep import RetentionRun

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

VOUCHED = "hmac"
"""Key in an entry's body: digests, by part."""


class RecordKind(StrEnum):
    """The kind of record behind a digest, in words for a person."""

    PERMIT = "permit"
    CALL = "call"
    """In clear, as `record`: a reader of the evidence of a call may check it."""
    DECISION = "decision"
    INPUTS = "inputs of a decision"
    """Named by the `decision_hash` alone: they can be erased."""
    OPPOSITION = "opposition"
    NOTE = "note of an opposition"
    REMOVAL = "removal of an opposition"
    CONSENT = "consent"
    RESTORATION = "restoration of a consent"
    CAMPAIGN = "campaign"
    MOVE = "move of a campaign"
    IMPORT = "import"
    RESULT = "result of an import"
    ACCESS = "access token"
    REVOCATION = "revocation of an access token"
    HALT = "halt"
    RETENTION = "retention run"
    PROBE = "call-back probe"
    """In clear, too."""


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A decision as stored in its row, without sentences and inputs.

    `reasons`: rule and code of each.
    """

    at: datetime
    campaign_id: CampaignId
    contact_id: ContactId
    fingerprint: Fingerprint
    permitted: bool
    reasons: list[dict[str, str]]
    permit_until: datetime | None
    next_open: datetime | None
    zones: tuple[str, ...]
    caller_id: str | None
    rule_pack: str
    pack_hash: str
    hash: str
    attempt_id: AttemptId | None


@dataclass(frozen=True, slots=True)
class SuppressionRemoval:
    fingerprint: Fingerprint
    removed_at: datetime
    removed_by: str
    removed_reason: str


@dataclass(frozen=True, slots=True)
class CampaignMove:
    campaign_id: CampaignId
    verb: CampaignVerb
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Counts of an import; `report` is the import report as JSON."""

    id: ImportId
    rows: int | None = None
    imported: int | None = None
    duplicates: int | None = None
    rejected: int | None = None
    report: str | None = None


@dataclass(frozen=True, slots=True)
class Revocation:
    name: str
    revoked_at: datetime


@dataclass(frozen=True, slots=True)
class HaltRecord:
    halted: bool
    reason: str
    by: str
    at: datetime | None


RecordedValue = (
    Attempt
    | RecordedDecision
    | Suppression
    | SuppressionRemoval
    | ConsentEvent
    | ConsentReinstated
    | Campaign
    | CampaignMove
    | ImportManifest
    | ImportResult
    | Token
    | Revocation
    | HaltRecord
    | RetentionRun
    | Probe
)

IN_CLEAR = frozenset({RecordKind.CALL, RecordKind.PROBE})
_AT_THE_PERMIT = (
    *("id", "campaign_id", "contact_id", "sponsor", "decided_at", "permit_until", "expires_at"),
    *("decision_hash", "rule_pack", "trunk", "pbx", "caller_id", "script"),
)
_OF_A_TOKEN = ("name", "role", "secret_sha256", "created_at", "expires_at")
"""The other columns of its row change with its use, or by its revocation."""


def vouched(value: RecordedValue) -> dict[RecordKind, str]:
    """Return the SHA-256 that an entry about `value` vouches for, by part."""
    match value:
        case Attempt():
            permit = {RecordKind.PERMIT: digest({name: getattr(value, name) for name in _AT_THE_PERMIT})}
            return permit if value.alive else permit | {RecordKind.CALL: digest(call_record(value))}
        case Suppression():
            said = {RecordKind.OPPOSITION: digest(_without(value, "fingerprint", "note"))}
            return said if value.note is None else said | {RecordKind.NOTE: digest(value.note)}
        case Campaign():
            # The hash of the script is noted before the approval, and binds only from then on.
            bound = replace(value, script=None) if value.state is CampaignState.DRAFT else value
            known = bound.pause_cause is _cause_before_causes(bound)
            return {RecordKind.CAMPAIGN: digest(_without(bound, "pause_cause") if known else bound)}
        case Token():
            return {RecordKind.ACCESS: digest({name: getattr(value, name) for name in _OF_A_TOKEN})}
        case ConsentGiven(form=None):
            # Entries made before forms were known say nothing about them.
            return {RecordKind.CONSENT: digest(_without(value, "fingerprint", "form"))}
        case _:
            return {_PARTS[type(value)]: digest(_without(value, "fingerprint"))}


def _cause_before_causes(campaign: Campaign) -> PauseCause | None:
    """Return the cause that schema 0035 gave a campaign paused before causes were stored.

    Its entry says nothing of a cause. A digest therefore holds any cause but this one.
    """
    restored = campaign.state is CampaignState.PAUSED and campaign.reason.startswith("restored from a backup")
    return PauseCause.RESTORED if restored else None


_PARTS: dict[type[object], RecordKind] = {
    RecordedDecision: RecordKind.DECISION,
    SuppressionRemoval: RecordKind.REMOVAL,
    **dict.fromkeys(ConsentEvent.__args__, RecordKind.CONSENT),
    ConsentReinstated: RecordKind.RESTORATION,
    CampaignMove: RecordKind.MOVE,
    ImportManifest: RecordKind.IMPORT,
    ImportResult: RecordKind.RESULT,
    Revocation: RecordKind.REVOCATION,
    HaltRecord: RecordKind.HALT,
    RetentionRun: RecordKind.RETENTION,
    Probe: RecordKind.PROBE,
}


def id_of(value: RecordedValue) -> str | None:
    """Return the id that entries about `value` carry in `about`, None where it has none."""
    match value:
        case Attempt() | Campaign() | ImportManifest() | ImportResult() | Probe():
            return value.id
        case CampaignMove():
            return value.campaign_id
        case Token() | Revocation():
            return redacted(value.name)
        case _:
            return None


def call_record(attempt: Attempt) -> dict[str, object]:
    """Return a call as stored, its trace included, without number and fingerprint.

    The entry's subject alone says who was called.
    """
    return _without(attempt, "number", "fingerprint")


def keyed(body: Mapping[str, Any], key: bytes) -> Mapping[str, Any]:
    """Return the body of an entry with its digests under the ledger's own key."""
    digests = body.get(VOUCHED)
    if not digests:
        return body
    return {**body, VOUCHED: {part: keyed_digest(plain, key) for part, plain in digests.items()}}


def keyed_digest(plain: str, key: bytes) -> str:
    """Return the HMAC-SHA256 of a digest under the ledger's own key, in hexadecimal."""
    return hmac.new(key, plain.encode(), "sha256").hexdigest()


def _without(value: "DataclassInstance", *names: str) -> dict[str, object]:
    return {field.name: getattr(value, field.name) for field in fields(value) if field.name not in names}
