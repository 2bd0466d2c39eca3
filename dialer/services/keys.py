"""The fingerprint keys: which are in force, and the change to new ones (see services/fingerprints.py for what that gives)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dialer.domain.access import Actor, Right
from dialer.domain.contact import Fingerprint
from dialer.domain.errors import BadSettings, InvalidInput
from dialer.domain.ledger.sealing import subject_of
from dialer.domain.suppression import refingerprinted
from dialer.ports.clock import Clock
from dialer.ports.keys import KeyVersion, KeyVersions
from dialer.ports.vault import Vault
from dialer.services.fingerprints import Fingerprints

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
    """`seconds`: for so long nobody else could write to the database."""

    version: int
    numbers: int
    seconds: float


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

    async def rotate(self, actor: Actor, reason: str) -> Rotated:
        """Bring every stored fingerprint to a new key, all or nothing. Nothing is dialled from that instant until the services are started anew.

        It is one transaction, so that an opposition is found at any moment under the keys in force, and nowhere under two: until it is
        done nothing else is recorded. PBXs keep what is pressed and what ends meanwhile.

        The key is on disk before anything depends on it. Raise `InvalidInput` without a reason, or where something sealed cannot be
        opened; `Conflict` where somebody else rotates at the same time. This process, too, is to be ended after it.
        """
        actor.demand(Right.ROTATE_KEYS)
        if not reason.strip():
            raise InvalidInput(
                "a change of keys needs a reason", hint="say whether it is routine or after a leak"
            )
        version = (await self._versions.all())[-1].version + 1
        keys = self._add_key(version)[:version]
        made = KeyVersion(version, Fingerprints(*keys).mark, self._clock.now(), actor.name, reason.strip())
        begun = self._clock.monotonic()
        numbers = await self._versions.rotate(made, OneKeyMore(keys[-1], self._vault, self._names))
        return Rotated(version, numbers, round(self._clock.monotonic() - begun, 1))
