"""Changes of the fingerprint keys, as `dialer keys rotate` makes them, on a store of the tests."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dialer.adapters.clock import pretending
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.ports.access import KeyVersion, Vault
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.access.keys import Keys, OneKeyMore, Rotated, fingerprints_in_force
from tests.contract.judged import VAULT
from tests.contract.sealing import STAMP
from tests.harness.acts import ActStore
from tests.samples.campaigns import MONDAY

FIRST = b"key of the tests"
"""Key of the fingerprints in `samples`."""


def home_keys(versions: int) -> list[bytes]:
    """Keys that would lie in home/keys."""
    return [FIRST, *(hashlib.sha256(bytes([version])).digest() for version in range(2, versions + 1))]


def keys_of(store: ActStore, vault: Vault = VAULT) -> Keys:
    return Keys(store, vault, pretending(MONDAY), STAMP.subject_key, home_keys)


async def rotated(store: ActStore) -> Rotated:
    return await keys_of(store).rotate(LOCAL_ADMINISTRATOR, "routine")


@asynccontextmanager
async def half_rotated(store: ActStore, numbers: int) -> AsyncIterator[Fingerprints]:
    """Run a change of keys that has moved `numbers` numbers when the block begins.

    It comes to its end after the block. Give the keys that it makes.
    """
    made = KeyVersion(2, Fingerprints(*home_keys(2)).mark, MONDAY, "ada", "routine")
    rekeying = OneKeyMore(home_keys(2)[-1], VAULT, STAMP.subject_key)
    await store.keys.begin(made)
    for _ in range(numbers):
        assert await store.keys.move(rekeying)
    yield Fingerprints(*home_keys(2))
    assert (await rotated(store)).version == 2


async def fingerprints(store: ActStore) -> Fingerprints:
    return await fingerprints_in_force(store, home_keys(9))
