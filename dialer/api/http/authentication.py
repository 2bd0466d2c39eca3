"""Authentication of the sender: a bearer token (RFC 6750), or a session of the console.

A token comes as `Authorization: Bearer ...`, and has a rate limit of its own. The session counts
only where the route allows it.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from aiohttp import web

from dialer.api.http.problems import TooManyRequests
from dialer.domain.access import Actor
from dialer.domain.base.errors import Unauthenticated
from dialer.services.access.tokens import Sessions, Tokens


class RateLimiter:
    """A token bucket for each token: `rate` requests a second, and a second's worth at once."""

    def __init__(self, rate: float, monotonic: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = max(1.0, rate)
        self._monotonic = monotonic
        self._buckets: dict[str, tuple[float, float]] = {}

    def spend(self, name: str) -> None:
        """Take one request from the bucket of the token.

        Raise `TooManyRequests` where it is empty.
        """
        now = self._monotonic()
        left, seen = self._buckets.get(name, (self._burst, now))
        left = min(self._burst, left + (now - seen) * self._rate)
        if left < 1:
            raise TooManyRequests(math.ceil((1 - left) / self._rate))
        self._buckets[name] = (left - 1, now)


SESSION = "dialer_session"
"""The cookie of the console."""


class Authenticator:
    def __init__(self, tokens: Tokens, sessions: Sessions) -> None:
        self._tokens = tokens
        self._sessions = sessions

    async def actor(self, request: web.Request) -> Actor:
        """Return the owner of the token. Raise `Unauthenticated`, `Unavailable`."""
        return await self._tokens.authenticate(_bearer(request))

    async def viewer(self, request: web.Request) -> Actor:
        """Return the owner of the token, or the user logged in at the console. Raise as `actor`."""
        if "Authorization" not in request.headers and (key := request.cookies.get(SESSION)):
            return await self._sessions.actor(key)
        return await self.actor(request)

    async def actor_in_need(self, request: web.Request) -> Actor:
        """Return the owner of the token, even while the database is away.

        A halt must be possible then.
        """
        return await self._tokens.authenticate_in_need(_bearer(request))


def keeping_roll(tokens: Tokens) -> Callable[[web.Application], AsyncIterator[None]]:
    """Read the roll of tokens again and again while the application runs."""

    async def keep(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(tokens.keep_roll())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    return keep


def _bearer(request: web.Request) -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated(
            "no token", hint="send `Authorization: Bearer ...` with a token of `dialer token create`"
        )
    return secret.strip()
