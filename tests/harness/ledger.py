"""The state of a ledger, where no sealer runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LedgerIs:
    """`dialer.services.decision.decider.LedgerState`."""

    writable: bool

    @property
    def why(self) -> str:
        return "" if self.writable else "no sealer runs"


WRITABLE = LedgerIs(writable=True)
UNWRITABLE = LedgerIs(writable=False)
