"""Who is asking: `Authorization: Bearer ...` (RFC 6750)."""

import hashlib

from aiohttp import web

from dialer.domain.access import Actor
from dialer.domain.errors import Unauthenticated, Unavailable
from dialer.services.tokens import Tokens


class Authenticator:
    """Remembers, by hash, whom it has let in: a halt must be possible while the database is away."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._known: dict[bytes, Actor] = {}

    async def actor(self, request: web.Request) -> Actor:
        """Raise `Unauthenticated`, `Unavailable`."""
        secret = _bearer(request)
        trace = _trace(secret)
        try:
            self._known[trace] = await self._tokens.authenticate(secret)
        except Unauthenticated:
            self._known.pop(trace, None)
            raise
        return self._known[trace]

    async def actor_in_need(self, request: web.Request) -> Actor:
        """The same, and where the database is away, whom this process has let in before."""
        try:
            return await self.actor(request)
        except Unavailable:
            if known := self._known.get(_trace(_bearer(request))):
                return known
            raise


def _bearer(request: web.Request) -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated(
            "no token", hint="send `Authorization: Bearer ...` with a token of `dialer token create`"
        )
    return secret.strip()


def _trace(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
