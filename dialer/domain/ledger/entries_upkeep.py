"""Ledger events of the upkeep of the installation itself: its keys, its backups."""

from dataclasses import dataclass
from datetime import datetime

from dialer.domain.ledger.event import Kind, LedgerEvent
from dialer.domain.ledger.redaction import redacted


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
