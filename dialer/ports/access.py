"""Tokens, fingerprint keys, repeated requests and the vault, as services need them.

A request with an `Idempotency-Key` is carried out once. The vault keeps personal data under a key
for each person, whose destruction forgets the person (T116). Proofs of consents have keys of their
own, one a month, so that they outlive the person's (FP-32b).
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.access import Token
from dialer.domain.base.types import Fingerprint
from dialer.ports.records import ArchivedAnswer, RequestKey
from dialer.ports.unit_of_work import Store, Work_co


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A request as stored under its key. `answer` None: it has not been answered."""

    request_sha256: str
    answer: ArchivedAnswer | None


class IdempotencyRepository(Protocol):
    async def forget(self, *, before: datetime) -> None: ...

    async def begin(self, key: RequestKey, *, at: datetime) -> KeptRequest | None:
        """Take the key (None), or return the request that has it."""
        ...

    async def keep(self, key: RequestKey, answer: ArchivedAnswer) -> None: ...

    async def release(self, key: RequestKey) -> None:
        """Forget the key: its request had no effect, and may be tried again."""
        ...


class HasIdempotency(Protocol):
    @property
    def idempotency(self) -> IdempotencyRepository: ...


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """A version of the keys.

    `mark` identifies the keys without revealing them; empty until a home has opened the database.
    The first version has no maker.
    """

    version: int
    mark: str
    made_at: datetime | None
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Counts of numbers: moved to the keys being made, and in total."""

    done: int
    numbers: int


class Rekeying(Protocol):
    """Conversion of the stored form of today to that under one key more.

    Every method raises `InvalidInput` for a text that cannot be opened.
    """

    def fingerprint(self, old: Fingerprint) -> Fingerprint: ...

    def subject(self, old: Fingerprint) -> str:
        """Return the name that the ledger has given the number so far."""
        ...

    def key(self, old: Fingerprint, key: bytes) -> bytes: ...

    def sealed(self, old: Fingerprint, key: bytes, sealed: bytes) -> bytes:
        """`key`: as it was wrapped until now."""
        ...


class KeyRepository(Protocol):
    async def all(self) -> list[KeyVersion]:
        """Return the versions in order; the last is in force, and there is always one."""
        ...

    async def last_version(self) -> int:
        """Return the number of the version in force."""
        ...

    async def note(self, mark: str) -> None:
        """Mark the version in force, where it has no mark yet."""
        ...

    async def being_made(self) -> KeyVersion | None:
        """Return the next version, while numbers are being moved to it."""
        ...

    async def moved(self) -> Moved:
        """Count the numbers of the change under way, or of the last one until it was cleared."""
        ...

    async def check_keys(self, rekeying: Rekeying, after: str) -> str:
        """Open the keys of the next people, as their move will; return the last looked at.

        The same as `after` where none follow. Raise `InvalidInput`.
        """
        ...

    async def check_sealed(self, rekeying: Rekeying, after: int) -> int:
        """Open the sealed texts of the next decisions. Return and raise as `check_keys`."""
        ...

    async def begin(self, made: KeyVersion) -> None:
        """Store that a change to `made` has begun: no call is decided from now on."""
        ...

    async def collected(self) -> bool:
        """Return whether all numbers that there were are noted as to be moved."""
        ...

    async def collect(self, table: str, after: str) -> str:
        """Note the next numbers of a table as to be moved. Return as `check_keys` does.

        A unit that stores a number meanwhile notes it (`UnitOfWork.as_stored`).
        """
        ...

    @property
    def tables(self) -> Sequence[str]:
        """Name the tables in which numbers are stored."""
        ...

    async def note_collected(self) -> None: ...

    async def move(self, rekeying: Rekeying) -> int:
        """Bring some numbers to the next version; return how many."""
        ...

    async def some_left(self) -> bool:
        """Return whether a number was not moved yet: others may have stored some."""
        ...

    async def any_moved(self) -> bool:
        """Return whether anything is left of a change, this one or the one before."""
        ...

    async def put_in_force(self, made: KeyVersion) -> None:
        """Make the version the last one; its change has ended."""
        ...

    async def clear(self) -> bool:
        """Forget some pairs of old and new fingerprints; return whether there may be more."""
        ...


class HasKeys(Protocol):
    @property
    def keys(self) -> KeyRepository: ...


class KeyStore(Store[Work_co], Protocol[Work_co]):
    """The store, for the process that changes the keys."""

    def write_alone(self) -> AbstractAsyncContextManager[Work_co]:
        """Begin a unit as `write`; no other unit writes before this one ends."""
        ...

    def adopt(self, version: int) -> None:
        """Go on under this version of the keys.

        Other processes, with the keys of before, learn it by their next unit (`KeysChanged`).
        """
        ...


class TokenRepository(Protocol):
    async def add(self, token: Token) -> None:
        """Raise `Conflict` where the name is taken."""
        ...

    async def by_secret(self, secret_sha256: str) -> Token | None: ...

    async def all(self) -> list[Token]:
        """Return the tokens by name."""
        ...

    async def revoke(self, name: str, *, at: datetime) -> bool:
        """Revoke a token; return whether it was valid. Raise `NotFound`.

        One revoked before keeps its first date.
        """
        ...

    async def used(self, name: str, *, at: datetime) -> None: ...


class HasTokens(Protocol):
    @property
    def tokens(self) -> TokenRepository: ...


class Cipher(Protocol):
    """A key at work, unwrapped once for many texts."""

    def seal(self, text: str) -> bytes: ...

    def open(self, sealed: bytes) -> str:
        """Open a text. Raise `InvalidInput` where it was changed, or sealed under another key."""
        ...


class Vault(Protocol):
    """A vault. Keys leave it only wrapped by the installation's own key.

    Each is bound to its owner: a number, or a month's proofs.
    """

    def new_key(self, owner: str) -> bytes:
        """Return a fresh random key, wrapped. `owner` is ASCII."""
        ...

    def cipher(self, owner: str, key: bytes) -> Cipher:
        """Return a cipher. Raise `InvalidInput` for a key of another owner or installation."""
        ...

    def seal(self, fingerprint: Fingerprint, key: bytes, text: str) -> bytes:
        """Raise `InvalidInput` for a key that is not of this number and installation."""
        ...

    def rebound_key(self, old: Fingerprint, new: Fingerprint, key: bytes) -> bytes:
        """Return the same key, wrapped for the number's new fingerprint.

        Raise `InvalidInput` as `seal`.
        """
        ...

    def rebound(self, old: Fingerprint, new: Fingerprint, key: bytes, sealed: bytes) -> bytes:
        """Return the same text under the same key, sealed for the number's new fingerprint.

        `key` is given as wrapped for `old`. Raise `InvalidInput`.
        """
        ...

    def open(self, fingerprint: Fingerprint, key: bytes, sealed: bytes) -> str:
        """Open a text.

        Raise `InvalidInput` where key or text were changed, or are not of this number and
        installation.
        """
        ...
