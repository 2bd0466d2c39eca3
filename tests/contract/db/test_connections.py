"""Every connection begun is closed once the store is, also after cancelled tasks."""

import asyncio
import gc
import os
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from dialer.adapters.sql.db import connections
from dialer.adapters.sql.db.engine import Database, connect, parse_url
from dialer.domain.base.errors import Unavailable
from tests.contract.cancelling import cancelled_at
from tests.contract.engines import Engine
from tests.contract.freezing import frozen
from tests.contract.postgres import postgres_server
from tests.harness.patience import SOON_S

TIMES = pytest.mark.parametrize("times", [1, 2, 3])
"""Cancellations in a row: the later ones come while the task cleans up."""
LATE = pytest.mark.parametrize("late", [False, True], ids=["waiting", "answered"])
"""True where the awaited answer has come already."""


Work = Callable[[Database], Coroutine[Any, Any, None]]


def open_connections(url: str) -> int:
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        return sum(os.path.realpath(file) == path for file in Path("/proc/self/fd").iterdir())
    return _others(url, "")


def sleepers(url: str) -> int:
    return _others(url, " AND state = 'active' AND query LIKE '%pg_sleep%'")


def _others(url: str, which: str) -> int:
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        [(found,)] = connection.execute(others + which).fetchall()
    return int(found)


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON_S):
        while not met():
            await asyncio.sleep(0.001)


@asynccontextmanager
async def all_closed(url: str) -> AsyncIterator[Callable[[], Database]]:
    """Give an opener of the database. After the block nothing may be left of it.

    No task, no complaint of the garbage collector, no connection.
    """
    before = asyncio.all_tasks()
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        yield lambda: connect(parse_url(url))
        await until(lambda: asyncio.all_tasks() == before)
        gc.collect()
    assert not [str(each.message) for each in complaints]
    await until(lambda: not open_connections(url))


async def write(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("SELECT 1"))


async def read(database: Database) -> None:
    async with database.read() as connection:
        await connection.execute(text("SELECT 1"))


async def sleep(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("SELECT pg_sleep(600)"))


@TIMES
@LATE
@pytest.mark.parametrize("work", [read, write])
async def test_a_transaction_cancelled_anywhere_leaves_nothing(
    url: str, work: Work, times: int, late: bool
) -> None:
    async with all_closed(url) as opened:
        for step in count(1):
            database = opened()
            whole = await cancelled_at(work(database), range(step, step + times), late=late) is None
            await database.close()
            if whole:
                break
    assert step > 3


@TIMES
@LATE
async def test_a_close_cancelled_anywhere_is_whole(url: str, times: int, late: bool) -> None:
    async with all_closed(url) as opened:
        for step in count(1):
            database = opened()
            async with database.write(), database.read(), database.read():
                pass
            if await cancelled_at(database.close(), range(step, step + times), late=late) is None:
                break
    assert step > 1


async def test_a_close_waits_for_what_is_under_way_and_lets_nothing_begin(url: str) -> None:
    async with all_closed(url) as opened:
        database = opened()
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def work() -> None:
            async with database.write() as connection:
                begun.set()
                await go_on.wait()
                await connection.execute(text("SELECT 1"))

        working = asyncio.create_task(work())
        await begun.wait()
        closing = asyncio.create_task(database.close())
        await asyncio.sleep(0)
        for late in (read, write):
            with pytest.raises(Unavailable, match="closed"):
                await late(database)
        assert not closing.done()
        go_on.set()
        await working
        await closing
        await until(lambda: not open_connections(url))
        await database.close()


async def test_a_transaction_that_does_not_end_is_ended(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "GRACE_SECONDS", 0.01)
    async with all_closed(url) as opened:
        database = opened()
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def work() -> None:
            async with database.write() as connection:
                begun.set()
                await go_on.wait()
                await connection.execute(text("SELECT 1"))

        working = asyncio.create_task(work())
        await begun.wait()
        await database.close()
        await until(lambda: not open_connections(url))
        go_on.set()
        with pytest.raises(Unavailable):
            await working


@pytest.fixture
def server() -> Iterator[Path]:
    """A server of its own, for it is frozen."""
    with postgres_server() as folder:
        yield folder


@TIMES
async def test_who_is_cancelled_hears_of_it_once_the_server_has_given_up(server: Path, times: int) -> None:
    """Otherwise it might commit work that its caller has seen fail."""
    url = f"postgresql://postgres@/postgres?host={server}"
    async with all_closed(url) as opened:
        database = opened()
        sleeping = asyncio.create_task(sleep(database))
        await until(lambda: sleepers(url) == 1)
        with frozen(server):
            for _ in range(times):
                sleeping.cancel()
                for _ in range(50):
                    await asyncio.sleep(0)
            assert not sleeping.done()
        await asyncio.wait({sleeping})
        assert sleeping.cancelled()
        assert sleepers(url) == 0
        await database.close()


async def test_an_answer_that_does_not_come_does_not_keep_the_store_open(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "GRACE_SECONDS", 0.01)
    url = postgres_engine.copy("no_answer")

    async with all_closed(url) as opened:
        database = opened()
        sleeping = asyncio.create_task(sleep(database))
        await until(lambda: sleepers(url) == 1)
        await database.close()
        with pytest.raises(Unavailable, match="closed"):
            await sleeping
