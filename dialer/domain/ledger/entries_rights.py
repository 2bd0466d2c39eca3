"""Ledger events of people's rights and of retention, told in counts: the rows are gone (E8).

The ledger keeps about an erased person: permits, refusals and outcomes with their times and
results. Their name there is an HMAC of the number's fingerprint, itself an HMAC of the number.

Nothing in an entry leads back to the person: not the rest of the export, nor the database, from
which number, proofs and inputs of decisions are gone. But a holder of both keys and a number can
find out whether an entry belongs to it. So for this installation it stays pseudonymous personal
data (GDPR 4(5), recital 26). It is no longer identified only for a reader of an export without the
keys.

It is kept for the defence of claims and to show that the law was kept (GDPR 17(3)(b) and (e)); an
opposition could not be honoured without it. `subject export` and `erase` find it by the number
alone, which this installation no longer has.
"""

from collections.abc import Mapping
from datetime import datetime

from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.event import Kind, LedgerEvent
from dialer.domain.ledger.redaction import redacted, redacted_or_none
from dialer.domain.ledger.row_digests import VOUCHED, vouched
from dialer.domain.upkeep.retention import RetentionRun


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
