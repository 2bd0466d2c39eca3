"""The ledger's use cases for the edges."""

from dataclasses import dataclass

from dialer.services.ledger.export import LedgerExport
from dialer.services.ledger.reader import LedgerReader
from dialer.services.ledger.verification import LedgerVerifier


@dataclass(frozen=True, slots=True)
class LedgerSuite:
    reader: LedgerReader
    verifier: LedgerVerifier
    export: LedgerExport
