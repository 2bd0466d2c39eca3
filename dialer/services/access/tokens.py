"""Bearer tokens of people and programs, and sessions at the console, opened with a token.

A token is made once, shown once, and kept only as a hash. A session is never worth more than its
token is at this moment.
"""

import asyncio
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from dialer.domain.access import LOCAL_ADMINISTRATOR, Actor, Right, Role, Token
from dialer.domain.base.errors import InvalidInput, Unauthenticated, Unavailable
from dialer.domain.ledger.entries_admin import token_created, token_revoked
from dialer.ports.access import HasTokens
from dialer.ports.clock import Clock
from dialer.ports.unit_of_work import Store, UnitOfWork
from dialer.services.pbx.fleet import within

log = structlog.get_logger()

PREFIX = "dlr_"
"""Prefix by which secret scanners recognise a leaked token."""
USE_NOTED_EVERY = timedelta(minutes=1)
"""Interval between two notes of a token's use. A shorter one would cost a write a request."""
ROLL_S = 2.0
"""Longest time for which another process's revocation goes unnoticed, should the database fail."""
DATABASE_S = 0.5
"""Time that an urgent request waits for the database."""
_NAME = re.compile(r"\w[\w .@-]{0,63}")


class TokenWork(HasTokens, UnitOfWork, Protocol):
    """The unit of work of tokens: making and revoking one are entries of the ledger."""


class Tokens:
    def __init__(self, store: Store[TokenWork], clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._roll: dict[str, Token] = {}
        self._reading = asyncio.Lock()
        """A reading under way must not forget a token made meanwhile, nor remember one revoked."""

    async def create(self, actor: Actor, name: str, role: Role, expires_at: datetime | None = None) -> str:
        """Return the secret, which is shown this once. Raise `Conflict` where the name is taken."""
        actor.demand(Right.MANAGE_TOKENS)
        if not _NAME.fullmatch(name):
            raise InvalidInput(
                f"{name!r} is no name for a token", hint="use up to 64 letters, digits, spaces, dots, hyphens"
            )
        secret = PREFIX + secrets.token_urlsafe(32)
        token = Token(name, role, trace_of(secret), self._clock.now(), expires_at)
        async with self._store.write() as work:
            await add_token(work, token, by=actor.name)
        async with self._reading:
            self._roll[token.secret_sha256] = token
        return secret

    async def all(self, actor: Actor) -> list[Token]:
        actor.demand(Right.MANAGE_TOKENS)
        async with self._store.read() as work:
            return await work.tokens.all()

    async def revoke(self, actor: Actor, name: str) -> None:
        actor.demand(Right.MANAGE_TOKENS)
        async with self._store.write() as work:
            await revoke_token(work, name, by=actor.name, at=self._clock.now())
        async with self._reading:
            self._roll = {trace: token for trace, token in self._roll.items() if token.name != name}

    async def authenticate(self, secret: str) -> Actor:
        """Return the owner of a secret.

        Raise `Unauthenticated` for an unknown, revoked or expired one, without a distinction.
        """
        return await self.recognise(trace_of(secret))

    async def authenticate_in_need(self, secret: str) -> Actor:
        """Return the owner of a secret, by the roll where the database does not answer at once.

        The roll is as this process last read it.
        """
        return await self.recognise_in_need(trace_of(secret))

    async def recognise(self, trace: str) -> Actor:
        """Return the owner of a token, as `authenticate`, by the trace kept of its secret."""
        async with self._store.read() as work:
            token = await work.tokens.by_secret(trace)
        now = self._clock.now()
        if token is None or not token.valid_at(now):
            raise Unauthenticated(
                "no valid token",
                hint="send `Authorization: Bearer ...` with a token of `dialer token create`",
            )
        if token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY:
            async with self._store.write() as work:
                await work.tokens.used(token.name, at=now)
        return Actor(token.name, token.role)

    async def recognise_in_need(self, trace: str) -> Actor:
        try:
            return await within(DATABASE_S, self.recognise(trace))
        except Unavailable:
            token = self._roll.get(trace)
            if token is None or not token.valid_at(self._clock.now()):
                raise
            return Actor(token.name, token.role)

    async def keep_roll(self) -> None:
        """Keep the roll of tokens by hash, for times when the database is away.

        Run until cancelled.
        """
        while True:
            try:
                async with self._reading, self._store.read() as work:
                    self._roll = {token.secret_sha256: token for token in await work.tokens.all()}
            except Unavailable as error:
                log.warning("tokens not read", error=str(error), known=len(self._roll))
            await asyncio.sleep(ROLL_S)

    async def local(self, secret: str) -> Actor:
        """Return the actor at the command line.

        It is the owner of the token in `DIALER_TOKEN`, or the local administrator where that is
        empty.
        """
        return await self.authenticate(secret) if secret else LOCAL_ADMINISTRATOR


def trace_of(secret: str) -> str:
    """Return the SHA-256, the only stored form of a secret.

    It is taken of bytes that are no text, too: such a secret belongs to no token.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


async def add_token(work: TokenWork, token: Token, *, by: str) -> None:
    """Store a new token. Raise `Conflict` where the name is taken."""
    await work.tokens.add(token)
    work.record(token_created(token, by=by))


async def revoke_token(work: TokenWork, name: str, *, by: str, at: datetime) -> None:
    """Revoke a token. One revoked before keeps its first date. Raise `NotFound`."""
    if await work.tokens.revoke(name, at=at):
        work.record(token_revoked(name, by=by, at=at))


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
        """Return an open session. Raise `Unauthenticated` for one that is unknown or over."""
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
