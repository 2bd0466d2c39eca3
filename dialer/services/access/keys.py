"""The fingerprint keys: which are in force, and the change to new ones (see services/access/fingerprints.py for what that gives)."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dialer.domain.access.roles import Actor, Right
from dialer.domain.base.errors import BadSettings, Conflict, InvalidInput, KeysChanged
from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.sealing import subject_of
from dialer.domain.oppositions.suppression import refingerprinted
from dialer.ports.clock import Clock
from dialer.ports.keys import KeyVersion, KeyVersions, Moved
from dialer.ports.vault import Vault
from dialer.services.access.fingerprints import Fingerprints

OTHER_KEYS = "restore home/keys from the backup that the database is from"


async def fingerprints_in_force(versions: KeyVersions, keys: Sequence[bytes]) -> Fingerprints:
    """With as many of the home's keys as the database is at; one more is that of a rotation that never came to be.

    Raise `BadSettings` where they are not those of the database: with other keys nobody who objected would be found.
    """
    last = (await versions.all())[-1]
    if len(keys) < last.version:
        raise BadSettings(f"home/keys lacks version {last.version} of the fingerprint keys", hint=OTHER_KEYS)
    fingerprints = Fingerprints(*keys[: last.version])
    if not last.mark:
        await versions.note(fingerprints.mark)
    elif last.mark != fingerprints.mark:
        raise BadSettings("the fingerprint keys of this home are not those of the database", hint=OTHER_KEYS)
    return fingerprints


@dataclass(frozen=True, slots=True)
class OneKeyMore:
    """`dialer.ports.keys.Rekeying` by one more key. `names`: the key of the ledger's names."""

    added: bytes
    vault: Vault
    names: bytes

    def fingerprint(self, old: Fingerprint) -> Fingerprint:
        return refingerprinted(old, self.added)

    def subject(self, old: Fingerprint) -> str:
        return subject_of(old, self.names)

    def key(self, old: Fingerprint, key: bytes) -> bytes:
        return self.vault.rebound_key(old, self.fingerprint(old), key)

    def sealed(self, old: Fingerprint, key: bytes, sealed: bytes) -> bytes:
        return self.vault.rebound(old, self.fingerprint(old), key, sealed)


@dataclass(frozen=True, slots=True)
class Rotated:
    """`seconds`: for so long nobody was judged."""

    version: int
    numbers: int
    seconds: float


Listener = Callable[[Moved], None]


class Keys:
    """`add_key` makes the key of a version in the home, durably, and gives all that lie there then."""

    def __init__(
        self,
        versions: KeyVersions,
        vault: Vault,
        clock: Clock,
        names: bytes,
        add_key: Callable[[int], Sequence[bytes]],
    ) -> None:
        self._versions = versions
        self._vault = vault
        self._clock = clock
        self._names = names
        self._add_key = add_key

    async def all(self, actor: Actor) -> list[KeyVersion]:
        actor.demand(Right.READ_EVIDENCE)
        return await self._versions.all()

    async def being_made(self, actor: Actor) -> KeyVersion | None:
        """The version to which a change that has not ended leads."""
        actor.demand(Right.READ_EVIDENCE)
        return await self._versions.being_made()

    async def rotate(self, actor: Actor, reason: str, listener: Listener = lambda _: None) -> Rotated:
        """Bring every stored fingerprint to a new key, or go on with what another call left unfinished.

        Nobody is judged until it has ended; all else goes on, since each transaction is a short one. Then other processes open the
        database anew by themselves (`KeyWatch`).

        The key is on disk before anything depends on it. Raise `InvalidInput` without a reason, or where something sealed cannot be
        opened; `Conflict` where somebody else ends it first, or began it with another key. This process is to be ended after it.
        """
        actor.demand(Right.ROTATE_KEYS)
        if not reason.strip():
            raise InvalidInput(
                "a change of keys needs a reason", hint="say whether it is routine or after a leak"
            )
        try:
            return await self._rotate(actor.name, reason.strip(), listener)
        except KeysChanged:
            raise Conflict(
                "somebody else has ended this change of keys", hint="see `dialer keys list`"
            ) from None

    async def _rotate(self, by: str, reason: str, listener: Listener) -> Rotated:
        version = (await self._versions.all())[-1].version + 1
        keys = self._add_key(version)[:version]
        made = KeyVersion(version, Fingerprints(*keys).mark, self._clock.now(), by, reason)
        rekeying = OneKeyMore(keys[-1], self._vault, self._names)
        # What cannot be opened is found before anybody has to wait for it.
        await self._versions.check(rekeying)
        begun = self._clock.monotonic()
        await self._versions.begin(made)
        while not await self._versions.end(made):
            await self._move(rekeying, await self._versions.moved(), listener)
        seconds = round(self._clock.monotonic() - begun, 1)
        numbers = (await self._versions.moved()).numbers
        await self._versions.clear()
        return Rotated(version, numbers, seconds)

    async def _move(self, rekeying: OneKeyMore, so_far: Moved, listener: Listener) -> None:
        """Others have the database for as long as each page had it."""
        begun = self._clock.monotonic()
        while some := await self._versions.move(rekeying):
            took = self._clock.monotonic() - begun
            so_far = replace(so_far, done=so_far.done + some)
            listener(so_far)
            await asyncio.sleep(took)
            begun = self._clock.monotonic()
