"""Requests that carry an `Idempotency-Key`: each is carried out once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.ports.records import ArchivedAnswer, RequestKey


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
