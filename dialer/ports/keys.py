"""The versions of the fingerprint keys, as the database knows them, and the passage from one to the next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.contact import Fingerprint


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """`mark` tells which keys these are, without telling the keys; empty until a home has opened the database. The first has no maker."""

    version: int
    mark: str
    made_at: datetime | None
    by: str
    reason: str


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

    async def rotate(self, made: KeyVersion, rekeying: Rekeying) -> int:
        """Bring all that is stored to the next version, all or nothing; return how many numbers that were.

        Nobody else writes meanwhile; other processes refuse to go on after it, since their keys are those of before. Raise `Conflict`
        where `made` is not the next version.
        """
        ...
