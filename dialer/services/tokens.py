"""Bearer tokens: made once, shown once, kept only as a hash."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from dialer.domain.access import LOCAL_ADMINISTRATOR, Actor, Right, Role, Token
from dialer.domain.errors import InvalidInput, Unauthenticated
from dialer.ports.clock import Clock
from dialer.ports.store import Store

PREFIX = "dlr_"
"""Lets secret scanners recognise a leaked token."""
USE_NOTED_EVERY = timedelta(minutes=1)
"""More often would cost a write a request, and tell nobody more."""
_NAME = re.compile(r"\w[\w .@-]{0,63}")


class Tokens:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(self, actor: Actor, name: str, role: Role, expires_at: datetime | None = None) -> str:
        """Return the secret, which is shown this once. Raise `Conflict` where the name is taken."""
        actor.demand(Right.MANAGE_TOKENS)
        if not _NAME.fullmatch(name):
            raise InvalidInput(
                f"{name!r} is no name for a token", hint="use up to 64 letters, digits, spaces, dots, hyphens"
            )
        secret = PREFIX + secrets.token_urlsafe(32)
        await self._store.tokens.add(Token(name, role, _hash(secret), self._clock.now(), expires_at))
        return secret

    async def all(self, actor: Actor) -> list[Token]:
        actor.demand(Right.MANAGE_TOKENS)
        return await self._store.tokens.all()

    async def revoke(self, actor: Actor, name: str) -> None:
        actor.demand(Right.MANAGE_TOKENS)
        await self._store.tokens.revoke(name, at=self._clock.now())

    async def authenticate(self, secret: str) -> Actor:
        """The actor behind a secret. Raise `Unauthenticated` for an unknown, revoked or expired one, without saying which."""
        token = await self._store.tokens.by_secret(_hash(secret))
        now = self._clock.now()
        if token is None or not token.valid_at(now):
            raise Unauthenticated(
                "no valid token",
                hint="send `Authorization: Bearer ...` with a token of `dialer token create`",
            )
        if token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY:
            await self._store.tokens.used(token.name, at=now)
        return Actor(token.name, token.role)

    async def local(self, secret: str) -> Actor:
        """Who acts at the command line: the token of `DIALER_TOKEN`, or the local administrator where there is none."""
        return await self.authenticate(secret) if secret else LOCAL_ADMINISTRATOR


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
