"""The state of a ledger, where no sealer runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LedgerIs:
    """`dialer.services.judge.LedgerState`."""

    writable: bool


WRITABLE = LedgerIs(writable=True)
UNWRITABLE = LedgerIs(writable=False)
