"""Ledger events of acts on the machine and its campaigns, each with its author."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dialer.domain.access import Token
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import Campaign, CampaignVerb
from dialer.domain.consent import ImportManifest
from dialer.domain.decision.record import ReasonCode
from dialer.domain.ledger import row_digests
from dialer.domain.ledger.event import Kind, LedgerEvent, act, digest, redacted, redacted_or_none


def campaign_created(campaign: Campaign) -> LedgerEvent:
    body = {
        "definition": digest(campaign.definition),
        row_digests.VOUCHED: row_digests.vouched(campaign),
    }
    return act(Kind.CAMPAIGN_CREATE, body, by=campaign.created_by, at=campaign.created_at, about=campaign.id)


def campaign_moved(campaign: Campaign, verb: CampaignVerb, *, by: str, at: datetime) -> LedgerEvent:
    """Build the event of a move; `campaign` as it is after it."""
    move = row_digests.CampaignMove(campaign.id, verb, by, at, campaign.reason)
    body = {
        "state": campaign.state,
        "self_approved": campaign.self_approved,
        "definition": digest(campaign.definition),
        "script": campaign.script,
        row_digests.VOUCHED: row_digests.vouched(campaign) | row_digests.vouched(move),
    }
    return act(Kind(f"campaign.{verb}"), body, by=by, at=at, reason=campaign.reason, about=campaign.id)


def recording_kept(campaign_id: CampaignId, key: str, sha256: str, *, by: str, at: datetime) -> LedgerEvent:
    """Build the event of a recording.

    `key` of `[prompts]`, and the SHA-256 of the audio that stands there from now on.
    """
    body = {"prompt": key, "sha256": sha256}
    return act(Kind.CAMPAIGN_RECORDING, body, by=by, at=at, about=campaign_id)


def campaign_inspected(
    campaign_id: CampaignId, manifest: str, *, by: str, at: datetime, masked: bool
) -> LedgerEvent:
    """Build the event of a pack handed over; `manifest` is the SHA-256 of its manifest."""
    body = {"manifest_sha256": manifest, "masked": masked}
    return act(Kind.CAMPAIGN_INSPECT, body, by=by, at=at, about=campaign_id)


def import_begun(manifest: ImportManifest) -> LedgerEvent:
    body = {
        "kind": manifest.kind,
        "campaign": manifest.campaign_id,
        "source_class": manifest.source_class,
        "supplier": redacted_or_none(manifest.supplier),
        "collected_at": manifest.collected_at,
        "file_sha256": manifest.file_sha256,
        row_digests.VOUCHED: row_digests.vouched(manifest),
    }
    return act(Kind.IMPORT_BEGIN, body, by=manifest.imported_by, at=manifest.imported_at, about=manifest.id)


def import_ended(manifest: ImportManifest, counts: Mapping[str, int], report: str) -> LedgerEvent:
    """Build the event of an import's end, dated as the import it belongs to.

    `counts`: rows, imported, duplicates, rejected.
    """
    body = {
        "file_sha256": manifest.file_sha256,
        row_digests.VOUCHED: row_digests.vouched(
            row_digests.ImportResult(manifest.id, **counts, report=report)
        ),
        **counts,
    }
    return act(Kind.IMPORT_END, body, by=manifest.imported_by, at=manifest.imported_at, about=manifest.id)


def halt_changed(*, halted: bool, by: str, at: datetime, reason: str) -> LedgerEvent:
    kind = Kind.HALT if halted else Kind.UNHALT
    state = row_digests.vouched(row_digests.HaltRecord(halted, reason, by, at))
    return act(kind, {row_digests.VOUCHED: state}, by=by, at=at, reason=reason)


def token_created(token: Token, *, by: str) -> LedgerEvent:
    body = {
        "role": token.role,
        "expires_at": token.expires_at,
        row_digests.VOUCHED: row_digests.vouched(token),
    }
    return act(Kind.ACCESS_GRANT, body, by=by, at=token.created_at, about=redacted(token.name))


def token_revoked(name: str, *, by: str, at: datetime) -> LedgerEvent:
    body = {row_digests.VOUCHED: row_digests.vouched(row_digests.Revocation(name, at))}
    return act(Kind.ACCESS_REVOKE, body, by=by, at=at, about=redacted(name))


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
    body = {
        "before": before,
        "after": election.poll_dates if election else {},
        "definition": digest(campaign.definition),
        row_digests.VOUCHED: row_digests.vouched(campaign),
    }
    return act(Kind.CAMPAIGN_POLLS, body, by=by, at=at, reason=reason, about=campaign.id)


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
    body = {
        "taken_at": gap.taken_at,
        "held": gap.held,
        "lost": gap.lost,
        "lost_heads": gap.lost_heads,
    }
    return act(Kind.RESTORE, body, by=by, at=at, about=Kind.RESTORE.value)


def backup_taken(*, by: str, at: datetime, keys: str) -> LedgerEvent:
    """Build the event of a backup. `keys`: whether they went with it, and how."""
    return act(Kind.BACKUP, {"keys": keys}, by=by, at=at)


def rotation_begun(version: int, *, by: str, at: datetime, reason: str) -> LedgerEvent:
    """Build the event that begins a rotation: until `keys_rotated` no contact is judged."""
    return act(Kind.KEYS_ROTATION, {"version": version}, by=by, at=at, reason=reason)


def keys_rotated(version: int, *, by: str, at: datetime, reason: str, numbers: int) -> LedgerEvent:
    """Build the event that ends a rotation.

    `numbers`: how many have a new fingerprint. The ledger goes on calling each by its former name.
    """
    body = {"version": version, "numbers": numbers}
    return act(Kind.KEYS_ROTATE, body, by=by, at=at, reason=reason)
