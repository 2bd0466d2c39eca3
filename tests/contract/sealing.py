"""Sealing as the service does it, with a key of the tests."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dialer.adapters.sql.store import SqlStore
from dialer.domain.ledger.head import SignedHead, key_name
from dialer.domain.ledger.sealing import Pending, Stamp, Tail, seal
from dialer.ports.ledger import Sealed
from tests.contract.samples import NOW

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
STAMP = Stamp(NOW, pretended=False, key=key_name(PUBLIC), subject_key=b"subjects of the tests")


async def sign(tail: Tail, pending: Sequence[Pending]) -> Sealed:
    batch = seal(tail, pending, STAMP)
    return Sealed(batch, SignedHead(batch.head, PRIVATE.sign(batch.head.text.encode()).hex()))


async def seal_all(store: SqlStore, *, limit: int = 1000) -> None:
    while await store.ledger.seal(sign, limit=limit):
        pass
