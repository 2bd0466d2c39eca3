"""The fingerprint keys in force, their rotation, and a watch for a rotation by another process.

The keys of a process must be those of the database: other keys would find no opposition.
services/access/fingerprints.py says what a new key does to fingerprints.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

import structlog

from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import BadSettings, Conflict, DialerError, InvalidInput, KeysChanged
from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.entries_admin import keys_rotated, rotation_begun
from dialer.domain.ledger.sealing import subject_of
from dialer.domain.oppositions.suppression import refingerprinted
from dialer.ports.access import HasKeys, KeyStore, KeyVersion, Moved, Rekeying, Vault
from dialer.ports.clock import Clock
from dialer.ports.unit_of_work import Store, UnitOfWork
from dialer.services.access.fingerprints import Fingerprints

PERIOD_S = 1.0

log = structlog.get_logger()


class KeyWatch:
    """Watch over the fingerprint keys: those of this process must be those of the database.

    `at_hand`: of how many versions the home has the keys.
    """

    def __init__(self, store: Store[HasKeys], at_hand: Callable[[], int]) -> None:
        self._store = store
        self._at_hand = at_hand
        self._told = False

    async def run(self) -> None:
        """Raise `KeysChanged` once the home holds the keys of the database.

        The caller opens everything anew with them. Until then the database refuses this process.
        """
        while True:
            await asyncio.sleep(PERIOD_S)
            try:
                async with self._store.read() as work:
                    await work.keys.all()
            except KeysChanged as changed:
                self._end_if_at_hand(changed)
            except DialerError:
                continue  # the database is away; others tell of that

    def _end_if_at_hand(self, changed: KeysChanged) -> None:
        if self._at_hand() >= changed.version:
            raise changed
        if not self._told:
            log.error("the keys were changed elsewhere", error=str(changed))
            self._told = True


OTHER_KEYS = "restore home/keys from the backup that the database is from"
NOT_THE_NEXT = "see `dialer keys list`"
Place = TypeVar("Place", str, int)


class KeyWork(HasKeys, UnitOfWork, Protocol):
    """The unit of work of a change of keys: its beginning and its end are entries of the ledger."""


async def fingerprints_in_force(store: Store[HasKeys], keys: Sequence[bytes]) -> Fingerprints:
    """Make fingerprints with as many of the home's keys as the database is at.

    One key more is left from a rotation that never began. Raise `BadSettings` where the keys are
    not those of the database: other keys would find no opposition.
    """
    async with store.read() as work:
        last = (await work.keys.all())[-1]
    if len(keys) < last.version:
        raise BadSettings(f"home/keys lacks version {last.version} of the fingerprint keys", hint=OTHER_KEYS)
    fingerprints = Fingerprints(*keys[: last.version])
    if not last.mark:
        async with store.write() as work:
            await work.keys.note(fingerprints.mark)
    elif last.mark != fingerprints.mark:
        raise BadSettings("the fingerprint keys of this home are not those of the database", hint=OTHER_KEYS)
    return fingerprints


@dataclass(frozen=True, slots=True)
class OneKeyMore:
    """Rekeying (`dialer.ports.access.Rekeying`) by one more key.

    `names`: the key of the ledger's names.
    """

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
    """A finished change of keys. No call was decided for `seconds`."""

    version: int
    numbers: int
    seconds: float


RekeyingListener = Callable[[Moved], None]


class Keys:
    """Change of keys. `add_key` makes the key of a version in the home, durably.

    It returns all keys there.
    """

    def __init__(
        self,
        store: KeyStore[KeyWork],
        vault: Vault,
        clock: Clock,
        names: bytes,
        add_key: Callable[[int], Sequence[bytes]],
    ) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._names = names
        self._add_key = add_key

    async def all(self, actor: Actor) -> list[KeyVersion]:
        actor.demand(Right.READ_EVIDENCE)
        async with self._store.read() as work:
            return await work.keys.all()

    async def being_made(self, actor: Actor) -> KeyVersion | None:
        """Return the version to which a change that has not ended leads."""
        actor.demand(Right.READ_EVIDENCE)
        async with self._store.read() as work:
            return await work.keys.being_made()

    async def rotate(self, actor: Actor, reason: str, listener: RekeyingListener = lambda _: None) -> Rotated:
        """Bring every stored fingerprint to a new key, or finish a change left by another call.

        No call is decided until it has ended. All else goes on, since each transaction is short.
        Then other processes open the database anew by themselves (`KeyWatch`).

        The key is on disk before anything depends on it. Raise `InvalidInput` without a reason, or
        where a sealed text cannot be opened. Raise `Conflict` where another call ends it first, or
        began it with another key. End this process after it.
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

    async def _rotate(self, by: str, reason: str, listener: RekeyingListener) -> Rotated:
        async with self._store.read() as work:
            version = await work.keys.last_version() + 1
        keys = self._add_key(version)[:version]
        made = KeyVersion(version, Fingerprints(*keys).mark, self._clock.now(), by, reason)
        rekeying = OneKeyMore(keys[-1], self._vault, self._names)
        # Find an unreadable record before calls have to wait.
        await check_rotation(self._store, rekeying)
        begun = self._clock.monotonic()
        await begin_rotation(self._store, made)
        while not await end_rotation(self._store, made):
            await self._move(rekeying, await self._moved(), listener)
        seconds = round(self._clock.monotonic() - begun, 1)
        numbers = (await self._moved()).numbers
        await clear_moved(self._store)
        return Rotated(version, numbers, seconds)

    async def _moved(self) -> Moved:
        async with self._store.read() as work:
            return await work.keys.moved()

    async def _move(self, rekeying: OneKeyMore, so_far: Moved, listener: RekeyingListener) -> None:
        """Move page after page. In between, others have the database for as long."""
        begun = self._clock.monotonic()
        while some := await move_some(self._store, rekeying):
            took = self._clock.monotonic() - begun
            so_far = replace(so_far, done=so_far.done + some)
            listener(so_far)
            await asyncio.sleep(took)
            begun = self._clock.monotonic()


async def check_rotation(store: Store[HasKeys], rekeying: Rekeying) -> None:
    """Open every text that will have to be opened, without a change. Raise `InvalidInput`.

    A unit a page: a long reader would keep SQLite's log from being folded back.
    """

    async def keys(after: str) -> str:
        async with store.read() as work:
            return await work.keys.check_keys(rekeying, after)

    async def sealed(after: int) -> int:
        async with store.read() as work:
            return await work.keys.check_sealed(rekeying, after)

    await _to_the_last(keys, "")
    await _to_the_last(sealed, -1)


async def begin_rotation(store: KeyStore[KeyWork], made: KeyVersion) -> None:
    """Begin a rotation, or continue one: from now on no call is decided.

    Raise `Conflict` where `made` is not the next version, or was begun with another key.
    """
    while not await _note_begun(store, made):
        await clear_moved(store)
    async with store.read() as work:
        collected, tables = await work.keys.collected(), work.keys.tables
    if collected:
        return
    for table in tables:
        await _to_the_last(partial(_collect, store, table), "")
    async with store.write() as work:
        await work.keys.note_collected()


async def move_some(store: KeyStore[HasKeys], rekeying: Rekeying) -> int:
    """Bring some numbers to the next version, in one short unit; return how many."""
    async with store.write_alone() as work:
        return await work.keys.move(rekeying)


async def end_rotation(store: KeyStore[KeyWork], made: KeyVersion) -> bool:
    """Put the next version in force, unless numbers are left. Return whether it is in force.

    Other writers may have stored some. Raise `Conflict` where another process has ended it.
    """
    async with store.write_alone() as work:
        begun = await work.keys.being_made() if await work.keys.collected() else None
        if begun is None or (begun.version, begun.mark) != (made.version, made.mark):
            raise Conflict("somebody else has ended this change of keys", hint=NOT_THE_NEXT)
        if await work.keys.some_left():
            return False
        numbers = (await work.keys.moved()).numbers
        await work.keys.put_in_force(begun)
        at = _made_at(made)
        work.record(keys_rotated(made.version, by=made.by, at=at, reason=made.reason, numbers=numbers))
    store.adopt(made.version)
    return True


async def clear_moved(store: KeyStore[HasKeys]) -> None:
    """Forget which fingerprint of before was which of now, once the change has ended."""
    more = True
    while more:
        async with store.write_alone() as work:
            more = await work.keys.clear()


async def _note_begun(store: KeyStore[KeyWork], made: KeyVersion) -> bool:
    """Return whether it is noted: not while something is left of the change before."""
    async with store.write_alone() as work:
        last = await work.keys.last_version()
        if made.version != last + 1:
            raise Conflict(f"the keys in force are already those of version {last}", hint=NOT_THE_NEXT)
        begun = await work.keys.being_made()
        if begun is not None:
            if begun.mark != made.mark:
                raise Conflict(
                    "this change of keys was begun with another key",
                    hint=f"copy home/keys/fingerprint-{made.version}.key from the machine that began it",
                )
            return True
        if await work.keys.any_moved():
            return False
        await work.keys.begin(made)
        work.record(rotation_begun(made.version, by=made.by, at=_made_at(made), reason=made.reason))
        return True


async def _collect(store: Store[HasKeys], table: str, after: str) -> str:
    async with store.write() as work:
        return await work.keys.collect(table, after)


def _made_at(made: KeyVersion) -> datetime:
    assert made.made_at is not None, "a version that is made has a time"
    return made.made_at


async def _to_the_last(page: Callable[[Place], Awaitable[Place]], first: Place) -> None:
    """Read page after page from `first` on.

    `page` is given the last that was seen, and returns the same where none follow.
    """
    last = first
    while (found := await page(last)) != last:
        last = found
