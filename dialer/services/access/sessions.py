"""Sessions of people at the console: opened with a token, and never worth more than that token is at this moment."""

import secrets
from dataclasses import dataclass

from dialer.domain.access.roles import Actor
from dialer.domain.base.errors import Unauthenticated
from dialer.ports.clock import Clock
from dialer.services.access.tokens import Tokens, trace_of

LIFETIME_S = 8 * 3600.0
"""A working day: then the token is asked for again."""
MOST = 10_000
"""Of sessions at once; the oldest gives way."""


@dataclass(frozen=True, slots=True)
class Session:
    """`trace`: SHA-256 of the token's secret. `csrf`: what a form of this session must carry. `ends_at`: on the monotonic clock, seconds."""

    trace: str
    csrf: str
    ends_at: float


class Sessions:
    """Kept in memory by the SHA-256 of their key: nobody who reads memory dumps or logs finds one to use. A restart ends them all."""

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
        """Who this is, by the token as it stands now: one that was revoked ends its sessions. Raise `Unauthenticated`, `Unavailable`."""
        return await self._tokens.recognise(self.of(key).trace)

    async def actor_in_need(self, key: str) -> Actor:
        """The same, also while the database is away."""
        return await self._tokens.recognise_in_need(self.of(key).trace)

    def _forget_old(self) -> None:
        now = self._clock.monotonic()
        self._open = {trace: session for trace, session in self._open.items() if now < session.ends_at}
        while len(self._open) >= MOST:
            del self._open[next(iter(self._open))]
