"""Changes of the fingerprint keys, as `dialer keys rotate` makes them, on a store of the tests."""

import hashlib

from dialer.adapters.clock import pretending
from dialer.adapters.sql.store import SqlStore
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.ports.vault import Vault
from dialer.services.fingerprints import Fingerprints
from dialer.services.keys import Keys, Rotated, fingerprints_in_force
from tests.contract.judged import MONDAY, VAULT
from tests.contract.sealing import STAMP

FIRST = b"key of the tests"
"""That of the fingerprints in `samples`."""


def home_keys(versions: int) -> list[bytes]:
    """What would lie in home/keys."""
    return [FIRST, *(hashlib.sha256(bytes([version])).digest() for version in range(2, versions + 1))]


def keys_of(store: SqlStore, vault: Vault = VAULT) -> Keys:
    return Keys(store.keys, vault, pretending(MONDAY), STAMP.subject_key, home_keys)


async def rotated(store: SqlStore) -> Rotated:
    return await keys_of(store).rotate(LOCAL_ADMINISTRATOR, "routine")


async def fingerprints(store: SqlStore) -> Fingerprints:
    return await fingerprints_in_force(store.keys, home_keys(9))
