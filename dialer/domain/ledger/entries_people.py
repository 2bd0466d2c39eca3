"""Ledger events of consents, withdrawals and oppositions.

Nothing in them identifies a person: the digest vouches for the rest.
"""

from collections.abc import Mapping
from datetime import datetime

from dialer.domain.base.types import Fingerprint
from dialer.domain.consent.consent import ConsentEvent, ConsentGiven, ConsentReinstated, ConsentWithdrawn
from dialer.domain.ledger.event import Kind, LedgerEvent
from dialer.domain.ledger.redaction import redacted, redacted_or_none
from dialer.domain.ledger.row_digests import VOUCHED, SuppressionRemoval, vouched
from dialer.domain.oppositions.suppression import Suppression
from dialer.domain.upkeep.retention import RetentionRun


def opposed(entry: Suppression) -> LedgerEvent:
    return LedgerEvent(
        at=entry.recorded_at,
        kind=Kind.OPPOSITION,
        about=entry.source,
        fingerprint=entry.fingerprint,
        body={
            "sponsor": redacted_or_none(entry.sponsor),
            "channel": entry.channel,
            "received_at": entry.received_at,
            "by": redacted(entry.recorded_by),
            VOUCHED: vouched(entry),
        },
    )


def opposition_lifted(
    fingerprint: Fingerprint, sponsor: str | None, *, by: str, at: datetime, reason: str, count: int
) -> LedgerEvent:
    """Build the event of a removal.

    `count`: how many oppositions went out of force, of `sponsor` alone or of all.
    """
    return LedgerEvent(
        at=at,
        kind=Kind.OPPOSITION_LIFTED,
        fingerprint=fingerprint,
        body={
            "sponsor": redacted_or_none(sponsor),
            "by": redacted(by),
            "reason": redacted(reason),
            "count": count,
            VOUCHED: vouched(SuppressionRemoval(fingerprint, at, by, reason)),
        },
    )


def consented(event: ConsentEvent, *, by: str) -> LedgerEvent:
    """Build the event of a consent given or withdrawn. `by`: the person who recorded it."""
    body: dict[str, object] = {
        "sponsor": redacted_or_none(event.sponsor),
        "channel": redacted(event.channel),
        "by": redacted(by),
        VOUCHED: vouched(event),
    }
    if not isinstance(event, ConsentGiven):
        return LedgerEvent(
            at=event.recorded_at,
            kind=Kind.WITHDRAWAL,
            fingerprint=event.fingerprint,
            body=body | {"withdrawn_at": event.withdrawn_at},
        )
    return LedgerEvent(
        at=event.recorded_at,
        kind=Kind.CONSENT,
        about=event.import_id,
        fingerprint=event.fingerprint,
        body=body
        | {
            "purpose": redacted(event.purpose),
            "given_at": event.given_at,
            "expires_at": event.expires_at,
            "act": event.act,
            "basis": event.basis,
            **({"form": event.form.wording} if event.form else {}),
        },
    )


def consent_restored(voiding: ConsentWithdrawn, restoration: ConsentReinstated) -> LedgerEvent:
    """Build the event of one number: `voiding` ends no consent any more."""
    return LedgerEvent(
        at=restoration.restored_at,
        kind=Kind.RESTORATION,
        fingerprint=restoration.fingerprint,
        body={
            "sponsor": redacted_or_none(voiding.sponsor),
            "withdrawn_at": voiding.withdrawn_at,
            "trunk": redacted(restoration.trunk),
            "by": redacted(restoration.restored_by),
            "reason": redacted(restoration.restored_reason),
            VOUCHED: vouched(restoration),
        },
    )


def consents_restored(
    trunk: str, since: datetime, until: datetime, *, by: str, at: datetime, reason: str, numbers: int
) -> LedgerEvent:
    """Build the event of the act as a whole, also where it found nothing."""
    body = {
        "trunk": redacted(trunk),
        "since": since,
        "until": until,
        "by": redacted(by),
        "reason": redacted(reason),
        "numbers": numbers,
    }
    return LedgerEvent(at=at, kind=Kind.RESTORATION, body=body)


def subject_exported(fingerprint: Fingerprint, *, by: str, at: datetime) -> LedgerEvent:
    return LedgerEvent(at=at, kind=Kind.SUBJECT_EXPORT, fingerprint=fingerprint, body={"by": redacted(by)})


def subject_erased(
    fingerprint: Fingerprint, counts: Mapping[str, int], *, by: str, at: datetime
) -> LedgerEvent:
    """Build the event of an erasure. `counts`: rows by what they were."""
    body = {"by": redacted(by), **counts}
    return LedgerEvent(at=at, kind=Kind.SUBJECT_ERASE, fingerprint=fingerprint, body=body)


def retention_ran(run: RetentionRun, *, by: str, at: datetime, next_run_at: datetime | None) -> LedgerEvent:
    return LedgerEvent(
        at=at,
        kind=Kind.RETENTION,
        body={
            "by": redacted(by),
            "started_at": run.started_at,
            "contacts": run.contacts,
            "consents": run.consents,
            "keys": run.keys,
            "error": redacted_or_none(run.error),
            "next_run_at": next_run_at,
            VOUCHED: vouched(run),
        },
    )
