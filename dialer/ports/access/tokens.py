"""Bearer tokens as stored."""

from datetime import datetime
from typing import Protocol

from dialer.domain.access.roles import Token


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
