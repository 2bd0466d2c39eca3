"""Proofs of consent, sealed from their arrival (FP-32b).

They stand apart from the contact, and are never dialable. The key of a month seals the source and
the proof of every consent recorded in it. It is none of the keys of people, so that the proof stays
readable when a contact is erased after 60 days, and it is destroyed when the last consent of its
month has passed its three years. Rules only ask whether there is a proof: they, the stored inputs
of decisions and the ledger's digests have the sealed text, and none opens it.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from dialer.domain.base.errors import InvalidInput
from dialer.domain.consent import ConsentEvent, ConsentGiven
from dialer.ports.access import Cipher, Vault
from dialer.ports.consent import HasProofs, ProofRow
from dialer.ports.unit_of_work import Store

SEALED = "sealed:"
SINCE = "sealed-since:"
"""Stored in clear when its consent was recorded, and vouched for so in the ledger."""
DESTROYED = "[destroyed]"
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Sealing:
    """The seal of one month. An empty text stays empty: it is no proof."""

    month: str
    cipher: Cipher

    def seal(self, text: str, *, form: str = SEALED) -> str:
        if not text.strip():
            return text
        return f"{form}{self.month}:{base64.b64encode(self.cipher.seal(text)).decode()}"


class Opening:
    """An opener with every key that existed when it was made."""

    def __init__(self, ciphers: Mapping[str, Cipher]) -> None:
        self._ciphers = ciphers

    def clear(self, event: ConsentEvent) -> ConsentEvent:
        """Return the event as it was given."""
        return self._with(event, (SEALED, SINCE))

    def as_recorded(self, event: ConsentEvent) -> ConsentEvent:
        """Return the event as the ledger recorded it: texts sealed later are opened."""
        return self._with(event, (SINCE,))

    def _with(self, event: ConsentEvent, forms: tuple[str, ...]) -> ConsentEvent:
        if not isinstance(event, ConsentGiven):
            return event
        # A row that was tampered with may hold no text at all.
        source, proof = event.source or "", event.proof or ""
        if not source.startswith(forms) and not proof.startswith(forms):
            return event
        return replace(event, source=self._open(source, forms), proof=self._open(proof, forms))

    def _open(self, text: str, forms: tuple[str, ...]) -> str:
        """Open a sealed text. A text that only looks sealed is returned unchanged."""
        form = next((form for form in forms if text.startswith(form)), None)
        if form is None:
            return text
        month, _, sealed = text.removeprefix(form).partition(":")
        try:
            content = base64.b64decode(sealed, validate=True)
            return self._ciphers[month].open(content) if month in self._ciphers else DESTROYED
        except (binascii.Error, InvalidInput):
            return text


class ConsentProofs:
    def __init__(self, store: Store[HasProofs], vault: Vault) -> None:
        self._store = store
        self._vault = vault

    async def sealing(self, at: datetime) -> Sealing:
        """Return the seal for consents recorded at `at`."""
        month = month_of(at)
        async with self._store.write() as work:
            key = await work.proofs.keep_key(month, self._vault.new_key(_owner(month)))
        return Sealing(month, self._vault.cipher(_owner(month), key))

    async def opening(self) -> Opening:
        async with self._store.read() as work:
            keys = await work.proofs.keys()
        return Opening({month: self._vault.cipher(_owner(month), key) for month, key in keys.items()})

    async def seal_older(self) -> int:
        """Seal the proofs that older versions stored in clear; return the number of consents."""
        sealed = 0
        while True:
            async with self._store.read() as work:
                rows = await work.proofs.in_clear(sealed=(SEALED, SINCE), limit=BATCH)
            if not rows:
                return sealed
            sealings = {
                month: await self.sealing(at)
                for month, at in {month_of(r.recorded_at): r.recorded_at for r in rows}.items()
            }
            replaced = [_sealed(row, sealings[month_of(row.recorded_at)]) for row in rows]
            async with self._store.write() as work:
                await work.proofs.replace(replaced)
            sealed += len(rows)

    async def destroy_keys(self, *, before: datetime) -> int:
        """Destroy the keys of earlier months without consents left; return their number."""
        async with self._store.write() as work:
            return await work.proofs.destroy_keys(before=month_of(before))


def month_of(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m}"


def _owner(month: str) -> str:
    return f"proofs of {month}"


def _sealed(row: ProofRow, sealing: Sealing) -> ProofRow:
    def seal(text: str) -> str:
        return text if text.startswith((SEALED, SINCE)) else sealing.seal(text, form=SINCE)

    return replace(row, source=seal(row.source), proof=seal(row.proof))
