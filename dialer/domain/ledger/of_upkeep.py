"""Ledger events of the upkeep of the installation itself: its keys, its backups."""

from datetime import datetime

from dialer.domain.ledger.event import Kind, LedgerEvent
from dialer.domain.ledger.redaction import redacted


def keys_rotated(version: int, *, by: str, at: datetime, reason: str, numbers: int) -> LedgerEvent:
    """`numbers`: how many have got another fingerprint. The ledger goes on calling each by the name it had."""
    body = {"by": redacted(by), "reason": redacted(reason), "version": version, "numbers": numbers}
    return LedgerEvent(at=at, kind=Kind.KEYS_ROTATE, body=body)
