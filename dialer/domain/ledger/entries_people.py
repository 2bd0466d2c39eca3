"""Ledger events about people: consents, withdrawals, oppositions, access, erasure and retention.

Nothing in them identifies a person: the digest vouches for the rest.
"""

from collections.abc import Mapping
from datetime import datetime

from dialer.domain.base.types import Fingerprint
from dialer.domain.consent import ConsentEvent, ConsentGiven, ConsentReinstated, ConsentWithdrawn
from dialer.domain.ledger.event import Kind, LedgerEvent, act, redacted, redacted_or_none
from dialer.domain.ledger.row_digests import VOUCHED, SuppressionRemoval, vouched
from dialer.domain.oppositions.suppression import Suppression
from dialer.domain.upkeep import RetentionRun


def opposed(entry: Suppression) -> LedgerEvent:
    body = {
        "sponsor": redacted_or_none(entry.sponsor),
        "channel": entry.channel,
        "received_at": entry.received_at,
        VOUCHED: vouched(entry),
    }
    return act(
        Kind.OPPOSITION,
        body,
        by=entry.recorded_by,
        at=entry.recorded_at,
        about=entry.source,
        fingerprint=entry.fingerprint,
    )


def opposition_lifted(
    fingerprint: Fingerprint, sponsor: str | None, *, by: str, at: datetime, reason: str, count: int
) -> LedgerEvent:
    """Build the event of a removal.

    `count`: how many oppositions went out of force, of `sponsor` alone or of all.
    """
    body = {
        "sponsor": redacted_or_none(sponsor),
        "count": count,
        VOUCHED: vouched(SuppressionRemoval(fingerprint, at, by, reason)),
    }
    return act(Kind.OPPOSITION_LIFTED, body, by=by, at=at, reason=reason, fingerprint=fingerprint)


def consented(event: ConsentEvent, *, by: str) -> LedgerEvent:
    """Build the event of a consent given or withdrawn. `by`: the person who recorded it."""
    if isinstance(event, ConsentGiven):
        kind, about, said = Kind.CONSENT, event.import_id, _terms(event)
    else:
        kind, about, said = Kind.WITHDRAWAL, None, {"withdrawn_at": event.withdrawn_at}
    body = {
        "sponsor": redacted_or_none(event.sponsor),
        "channel": redacted(event.channel),
        VOUCHED: vouched(event),
        **said,
    }
    return act(kind, body, by=by, at=event.recorded_at, about=about, fingerprint=event.fingerprint)


def _terms(given: ConsentGiven) -> dict[str, object]:
    terms = {
        "purpose": redacted(given.purpose),
        "given_at": given.given_at,
        "expires_at": given.expires_at,
        "act": given.act,
        "basis": given.basis,
    }
    return terms | {"form": given.form.wording} if given.form else terms


def consent_restored(voiding: ConsentWithdrawn, restoration: ConsentReinstated) -> LedgerEvent:
    """Build the event of one number: `voiding` ends no consent any more."""
    body = {
        "sponsor": redacted_or_none(voiding.sponsor),
        "withdrawn_at": voiding.withdrawn_at,
        "trunk": redacted(restoration.trunk),
        VOUCHED: vouched(restoration),
    }
    return act(
        Kind.RESTORATION,
        body,
        by=restoration.restored_by,
        at=restoration.restored_at,
        reason=restoration.restored_reason,
        fingerprint=restoration.fingerprint,
    )


def consents_restored(
    trunk: str, since: datetime, until: datetime, *, by: str, at: datetime, reason: str, numbers: int
) -> LedgerEvent:
    """Build the event of the act as a whole, also where it found nothing."""
    body = {"trunk": redacted(trunk), "since": since, "until": until, "numbers": numbers}
    return act(Kind.RESTORATION, body, by=by, at=at, reason=reason)


def subject_exported(fingerprint: Fingerprint, *, by: str, at: datetime) -> LedgerEvent:
    return act(Kind.SUBJECT_EXPORT, {}, by=by, at=at, fingerprint=fingerprint)


def subject_erased(
    fingerprint: Fingerprint, counts: Mapping[str, int], *, by: str, at: datetime
) -> LedgerEvent:
    """Build the event of an erasure. `counts`: rows by what they were."""
    return act(Kind.SUBJECT_ERASE, counts, by=by, at=at, fingerprint=fingerprint)


def retention_ran(run: RetentionRun, *, by: str, at: datetime, next_run_at: datetime | None) -> LedgerEvent:
    body = {
        "started_at": run.started_at,
        "contacts": run.contacts,
        "consents": run.consents,
        "keys": run.keys,
        "error": redacted_or_none(run.error),
        "next_run_at": next_run_at,
        VOUCHED: vouched(run),
    }
    return act(Kind.RETENTION, body, by=by, at=at)
