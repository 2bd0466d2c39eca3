"""Sessions at the console, opened with a token and never worth more than it is at this moment."""

import secrets
from dataclasses import dataclass

from dialer.domain.access.roles import Actor
from dialer.domain.base.errors import Unauthenticated
from dialer.ports.clock import Clock
from dialer.services.access.tokens import Tokens, trace_of

LIFETIME_S = 8 * 3600.0
"""A working day: then the token is asked for again."""
MOST = 10_000
"""Limit on sessions at once; the oldest gives way."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session.

    `trace` is the SHA-256 of the token's secret. `csrf` must come with every form of this session.
    `ends_at` is in seconds of the monotonic clock.
    """

    trace: str
    csrf: str
    ends_at: float


class Sessions:
    """Sessions in memory, by the SHA-256 of their key.

    Memory dumps and logs hold no usable key. A restart ends every session.
    """

    def __init__(self, tokens: Tokens, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock
        self._open: dict[str, Session] = {}

    async def open(self, secret: str) -> str:
        """Return the session's key for the cookie. Raise `Unauthenticated`, `Unavailable`."""
        await self._tokens.authenticate(secret)
        self._forget_old()
        key = secrets.token_urlsafe(32)
        ends_at = self._clock.monotonic() + LIFETIME_S
        self._open[trace_of(key)] = Session(trace_of(secret), secrets.token_urlsafe(32), ends_at)
        return key

    def close(self, key: str) -> None:
        self._open.pop(trace_of(key), None)

    def of(self, key: str) -> Session:
        """Raise `Unauthenticated` for one that is unknown or over."""
        session = self._open.get(trace_of(key))
        if session is None or self._clock.monotonic() >= session.ends_at:
            raise Unauthenticated("no session", hint="log in with a token of `dialer token create`")
        return session

    async def actor(self, key: str) -> Actor:
        """Return the owner of the session, by the token as it stands now.

        A revoked token ends its sessions. Raise `Unauthenticated`, `Unavailable`.
        """
        return await self._tokens.recognise(self.of(key).trace)

    async def actor_in_need(self, key: str) -> Actor:
        """Return the owner of the session, even while the database is away."""
        return await self._tokens.recognise_in_need(self.of(key).trace)

    def _forget_old(self) -> None:
        now = self._clock.monotonic()
        self._open = {trace: session for trace, session in self._open.items() if now < session.ends_at}
        while len(self._open) >= MOST:
            del self._open[next(iter(self._open))]
