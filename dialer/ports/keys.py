"""The versions of the fingerprint keys, as the database knows them, and the passage from one to the next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import Fingerprint


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """`mark` tells which keys these are, without telling the keys; empty until a home has opened the database. The first has no maker."""

    version: int
    mark: str
    made_at: datetime | None
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Of how many numbers everything is stored under the keys that are being made, and how many there are."""

    done: int
    numbers: int


class Rekeying(Protocol):
    """From the stored form of today to that under one key more. Every method raises `InvalidInput` for what cannot be opened."""

    def fingerprint(self, old: Fingerprint) -> Fingerprint: ...

    def subject(self, old: Fingerprint) -> str:
        """The name that the ledger has given the number so far."""
        ...

    def key(self, old: Fingerprint, key: bytes) -> bytes: ...

    def sealed(self, old: Fingerprint, key: bytes, sealed: bytes) -> bytes:
        """`key`: as it was wrapped until now."""
        ...


class KeyVersions(Protocol):
    async def all(self) -> list[KeyVersion]:
        """In order; the last is in force, and never is there none."""
        ...

    async def note(self, mark: str) -> None:
        """Of the version in force, where it has none yet."""
        ...

    async def being_made(self) -> KeyVersion | None:
        """The next version, while numbers are being moved to it."""
        ...

    async def moved(self) -> Moved:
        """Of the change under way, or of the last one until it was cleared. They are counted one by one."""
        ...

    async def check(self, rekeying: Rekeying) -> None:
        """Open all that will have to be opened; nothing is changed. Raise `InvalidInput`."""
        ...

    async def begin(self, made: KeyVersion) -> None:
        """From now on nobody is judged; or go on where somebody else left off.

        Raise `Conflict` where `made` is not the next version, or was begun with another key.
        """
        ...

    async def move(self, rekeying: Rekeying) -> int:
        """Bring some numbers to the next version, in one short transaction; return how many."""
        ...

    async def end(self, made: KeyVersion) -> bool:
        """Put the next version in force, unless numbers are left: others may have stored some. Return whether it is.

        Other processes, whose keys are those of before, are told so by their next transaction (`KeysChanged`). Raise `Conflict` where
        somebody else has ended it.
        """
        ...

    async def clear(self) -> None:
        """Forget which fingerprint of before was which of now, once the change has ended."""
        ...
