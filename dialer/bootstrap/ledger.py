"""The ledger's parts: the sealer, the reader, and the check of records against it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dialer.adapters.clock import SystemClock
from dialer.adapters.home.keys import Ed25519Signer, ledger_signing_key, ledger_subjects_key
from dialer.adapters.home.ledger_files import HeadFolder, JournalFolder
from dialer.adapters.sql.store import SqlStore
from dialer.bootstrap.parts import Runtime
from dialer.services.consent.consent_proofs import ConsentProofs
from dialer.services.ledger.export import LedgerExport
from dialer.services.ledger.reader import LedgerReader, LedgerSuite
from dialer.services.ledger.sealer import Sealer
from dialer.services.ledger.verification import LedgerVerifier, RecordCheck
from dialer.settings import Settings


@asynccontextmanager
async def sealing(settings: Settings, store: SqlStore, clock: SystemClock) -> AsyncIterator[Sealer]:
    """Seal the ledger at both ends of the block: a command may run where no service seals."""
    files, signer = head_files(settings)
    key, pretended = ledger_subjects_key(settings.home), bool(clock.shift)
    journal = JournalFolder(settings.home / "journal")
    sealer = Sealer(store, files, journal, signer, clock, key, pretended=pretended)
    await sealer.tick()
    try:
        yield sealer
    finally:
        await sealer.tick()


def head_files(settings: Settings) -> tuple[HeadFolder, Ed25519Signer]:
    signer = Ed25519Signer(ledger_signing_key(settings.home))
    return HeadFolder(settings.home / "heads", signer.public_pem), signer


def ledger_suite(parts: Runtime) -> LedgerSuite:
    store, vault = parts.store, parts.vault
    files, signer = head_files(parts.settings)
    proofs, key = ConsentProofs(store, vault), ledger_subjects_key(parts.home)
    records = RecordCheck(store, vault, proofs, key)
    return LedgerSuite(
        reader=LedgerReader(store),
        verifier=LedgerVerifier(store, files, signer, records),
        export=LedgerExport(store, files, signer),
    )
