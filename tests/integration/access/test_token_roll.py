"""The roll of tokens lets a halt through while the database is away.

The database is a real one, made slow to answer.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from dialer.adapters.clock import SystemClock
from dialer.adapters.sql.db.migrate import upgrade
from dialer.domain.access import LOCAL_ADMINISTRATOR, Role, Token
from dialer.domain.base.errors import Unavailable
from dialer.ports.access import TokenRepository
from dialer.services.access.tokens import Tokens, trace_of
from tests.harness.acts import ActStore


class SlowToTell:
    """Tokens read at once and told when they may be. `gone`: nothing is read after that."""

    def __init__(self, store: ActStore) -> None:
        self.store = store
        self.write = store.write
        self.has_read = asyncio.Event()
        self.may_tell = asyncio.Event()
        self.gone = False

    @asynccontextmanager
    async def read(self) -> AsyncIterator["SlowWork"]:
        if self.gone:
            raise Unavailable("the database is away")
        async with self.store.read() as work:
            yield SlowWork(self, work.tokens)


class SlowWork:
    """The unit of work that reads tokens, and `tokens` itself."""

    def __init__(self, slow: SlowToTell, stored: TokenRepository) -> None:
        self._slow = slow
        self.tokens: Any = self
        self.by_secret = stored.by_secret
        self._stored = stored

    async def all(self) -> list[Token]:
        found = await self._stored.all()
        self._slow.has_read.set()
        await self._slow.may_tell.wait()
        if self._slow.gone:
            raise Unavailable("the database is away")
        self._slow.gone = True
        return found


@asynccontextmanager
async def slow_to_tell(folder: Path) -> AsyncIterator[tuple[Tokens, SlowToTell, str]]:
    """Open a database with one token, and give the token's secret."""
    url = f"sqlite:///{folder / 'tokens.db'}"
    await upgrade(url)
    async with ActStore.open(url) as store:
        secret = await Tokens(store, SystemClock()).create(LOCAL_ADMINISTRATOR, "olga", Role.OPERATOR)
        slow = SlowToTell(store)
        doors: Any = slow
        tokens = Tokens(doors, SystemClock())
        reading = asyncio.create_task(tokens.keep_roll())
        await slow.has_read.wait()
        yield tokens, slow, secret
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading


async def told(slow: SlowToTell) -> None:
    slow.may_tell.set()
    while not slow.gone:
        await asyncio.sleep(0)


async def test_a_token_made_while_the_roll_is_read_is_not_forgotten(tmp_path: Path) -> None:
    async with slow_to_tell(tmp_path) as (tokens, slow, _):
        making = asyncio.create_task(tokens.create(LOCAL_ADMINISTRATOR, "omar", Role.OPERATOR))
        while "omar" not in [token.name for token in await slow.store.tokens.all()]:
            await asyncio.sleep(0.01)
        await told(slow)
        assert (await tokens.recognise_in_need(trace_of(await making))).name == "omar"


async def test_a_token_revoked_while_the_roll_is_read_is_not_remembered(tmp_path: Path) -> None:
    async with slow_to_tell(tmp_path) as (tokens, slow, secret):
        revoking = asyncio.create_task(tokens.revoke(LOCAL_ADMINISTRATOR, "olga"))
        while [token.revoked_at for token in await slow.store.tokens.all()] == [None]:
            await asyncio.sleep(0.01)
        await told(slow)
        await revoking
        with pytest.raises(Unavailable):
            await tokens.recognise_in_need(trace_of(secret))
