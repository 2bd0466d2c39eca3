"""Authentication of the sender: a bearer token (RFC 6750), or a session of the console.

A token comes as `Authorization: Bearer ...`. The session counts only where the route allows it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from aiohttp import web

from dialer.domain.access.roles import Actor
from dialer.domain.base.errors import Unauthenticated
from dialer.services.access.sessions import Sessions
from dialer.services.access.tokens import Tokens

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
