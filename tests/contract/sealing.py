"""Sealing as the service does it, with a key of the tests."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dialer.domain.ledger.sealing import SealStamp, SignedHead, key_name, seal
from dialer.ports.ledger import Sealed, Unsealed
from tests.harness.acts import ActStore
from tests.samples.campaigns import NOW

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
STAMP = SealStamp(NOW, pretended=False, key=key_name(PUBLIC), subject_key=b"subjects of the tests")


def sign(batch: Unsealed) -> Sealed:
    made = seal(batch.tail, batch.events, STAMP)
    return Sealed(made, SignedHead(made.head, PRIVATE.sign(made.head.text.encode()).hex()))


async def seal_some(store: ActStore, *, limit: int) -> bool:
    """Seal a batch. Return True where there was anything to seal."""
    batch = await store.ledger.unsealed(limit=limit)
    return batch is not None and await store.ledger.seal(batch, sign(batch))


async def seal_all(store: ActStore, *, limit: int = 1000) -> None:
    while await seal_some(store, limit=limit):
        pass
