"""Ledger events of acts on the machine and its campaigns, each with its author."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dialer.domain.access.roles import Token
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import Campaign, CampaignVerb
from dialer.domain.consent.contact import ImportManifest
from dialer.domain.decision.record import ReasonCode
from dialer.domain.ledger.event import Kind, LedgerEvent, digest
from dialer.domain.ledger.redaction import redacted, redacted_or_none
from dialer.domain.ledger.row_digests import (
    VOUCHED,
    CampaignMove,
    HaltRecord,
    ImportResult,
    Revocation,
    vouched,
)


def campaign_created(campaign: Campaign) -> LedgerEvent:
    return LedgerEvent(
        at=campaign.created_at,
        kind=Kind.CAMPAIGN_CREATE,
        about=campaign.id,
        body={
            "by": redacted(campaign.created_by),
            "definition": digest(campaign.definition),
            VOUCHED: vouched(campaign),
        },
    )


def campaign_moved(campaign: Campaign, verb: CampaignVerb, *, by: str, at: datetime) -> LedgerEvent:
    """Build the event of a move; `campaign` as it is after it."""
    move = CampaignMove(campaign.id, verb, by, at, campaign.reason)
    return LedgerEvent(
        at=at,
        kind=Kind(f"campaign.{verb}"),
        about=campaign.id,
        body={
            "by": redacted(by),
            "reason": redacted(campaign.reason),
            "state": campaign.state,
            "self_approved": campaign.self_approved,
            "definition": digest(campaign.definition),
            "script": campaign.script,
            VOUCHED: vouched(campaign) | vouched(move),
        },
    )


def recording_kept(campaign_id: CampaignId, key: str, sha256: str, *, by: str, at: datetime) -> LedgerEvent:
    """Build the event of a recording.

    `key` of `[prompts]`, and the SHA-256 of the audio that stands there from now on.
    """
    body = {"by": redacted(by), "prompt": key, "sha256": sha256}
    return LedgerEvent(at=at, kind=Kind.CAMPAIGN_RECORDING, about=campaign_id, body=body)


def campaign_inspected(
    campaign_id: CampaignId, manifest: str, *, by: str, at: datetime, masked: bool
) -> LedgerEvent:
    """Build the event of a pack handed over; `manifest` is the SHA-256 of its manifest."""
    body = {"by": redacted(by), "manifest_sha256": manifest, "masked": masked}
    return LedgerEvent(at=at, kind=Kind.CAMPAIGN_INSPECT, about=campaign_id, body=body)


def import_begun(manifest: ImportManifest) -> LedgerEvent:
    return LedgerEvent(
        at=manifest.imported_at,
        kind=Kind.IMPORT_BEGIN,
        about=manifest.id,
        body={
            "by": redacted(manifest.imported_by),
            "kind": manifest.kind,
            "campaign": manifest.campaign_id,
            "source_class": manifest.source_class,
            "supplier": redacted_or_none(manifest.supplier),
            "collected_at": manifest.collected_at,
            "file_sha256": manifest.file_sha256,
            VOUCHED: vouched(manifest),
        },
    )


def import_ended(manifest: ImportManifest, counts: Mapping[str, int], report: str) -> LedgerEvent:
    """Build the event of an import's end, dated as the import it belongs to.

    `counts`: rows, imported, duplicates, rejected.
    """
    result = ImportResult(manifest.id, **counts, report=report)
    return LedgerEvent(
        at=manifest.imported_at,
        kind=Kind.IMPORT_END,
        about=manifest.id,
        body={
            "by": redacted(manifest.imported_by),
            "file_sha256": manifest.file_sha256,
            **counts,
            VOUCHED: vouched(result),
        },
    )


def halt_changed(*, halted: bool, by: str, at: datetime, reason: str) -> LedgerEvent:
    kind = Kind.HALT if halted else Kind.UNHALT
    state = vouched(HaltRecord(halted, reason, by, at))
    return LedgerEvent(
        at=at, kind=kind, body={"by": redacted(by), "reason": redacted(reason), VOUCHED: state}
    )


def token_created(token: Token, *, by: str) -> LedgerEvent:
    return LedgerEvent(
        at=token.created_at,
        kind=Kind.ACCESS_GRANT,
        about=redacted(token.name),
        body={
            "by": redacted(by),
            "role": token.role,
            "expires_at": token.expires_at,
            VOUCHED: vouched(token),
        },
    )


def token_revoked(name: str, *, by: str, at: datetime) -> LedgerEvent:
    body = {"by": redacted(by), VOUCHED: vouched(Revocation(name, at))}
    return LedgerEvent(at=at, kind=Kind.ACCESS_REVOKE, about=redacted(name), body=body)


def suspension_changed(reasons: Sequence[ReasonCode], *, detail: str, at: datetime) -> LedgerEvent:
    """Build the event of a machine that calls no contact for `reasons`, or calls again without any.

    `detail`: the fault of its clock.
    """
    kind = Kind.SUSPEND if reasons else Kind.GO_ON
    return LedgerEvent(at=at, kind=kind, body={"reasons": tuple(reasons), "detail": detail})


def link_changed(pbx: str, *, up: bool, at: datetime) -> LedgerEvent:
    """Build the event of a PBX link.

    `up`: connected, and the events of the meantime read back.
    """
    return LedgerEvent(at=at, kind=Kind.PBX_UP if up else Kind.PBX_DOWN, about=pbx, body={})


def poll_dates_changed(
    campaign: Campaign, before: dict[str, date], *, by: str, at: datetime, reason: str
) -> LedgerEvent:
    """Build the event; `campaign` as it is after the change, `before` its dates until then."""
    election = campaign.definition.election
    return LedgerEvent(
        at=at,
        kind=Kind.CAMPAIGN_POLLS,
        about=campaign.id,
        body={
            "by": redacted(by),
            "reason": redacted(reason),
            "before": before,
            "after": election.poll_dates if election else {},
            "definition": digest(campaign.definition),
            VOUCHED: vouched(campaign),
        },
    )


@dataclass(frozen=True, slots=True)
class Gap:
    """Entries missing from a restored backup of `taken_at`.

    It ended at entry `held`, while heads were signed for up to `lost` entries. `lost_heads`: the
    hash of the last head of each line of the ledger that came to its end with the restoration.
    """

    taken_at: datetime
    held: int
    lost: int
    lost_heads: tuple[str, ...]


def restored(gap: Gap, *, by: str, at: datetime) -> LedgerEvent:
    """Build the first entry added to a restored ledger: every verifier reports it."""
    body: dict[str, object] = {
        "by": redacted(by),
        "taken_at": gap.taken_at,
        "held": gap.held,
        "lost": gap.lost,
        "lost_heads": gap.lost_heads,
    }
    return LedgerEvent(at=at, kind=Kind.RESTORE, about=Kind.RESTORE.value, body=body)


def backup_taken(*, by: str, at: datetime, keys: str) -> LedgerEvent:
    """Build the event of a backup. `keys`: whether they went with it, and how."""
    return LedgerEvent(at=at, kind=Kind.BACKUP, body={"by": redacted(by), "keys": keys})


def rotation_begun(version: int, *, by: str, at: datetime, reason: str) -> LedgerEvent:
    """Build the event that begins a rotation: until `keys_rotated` no contact is judged."""
    body = {"by": redacted(by), "reason": redacted(reason), "version": version}
    return LedgerEvent(at=at, kind=Kind.KEYS_ROTATION, body=body)


def keys_rotated(version: int, *, by: str, at: datetime, reason: str, numbers: int) -> LedgerEvent:
    """Build the event that ends a rotation.

    `numbers`: how many have a new fingerprint. The ledger goes on calling each by its former name.
    """
    body = {"by": redacted(by), "reason": redacted(reason), "version": version, "numbers": numbers}
    return LedgerEvent(at=at, kind=Kind.KEYS_ROTATE, body=body)
