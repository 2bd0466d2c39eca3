"""Every test of the contract runs on both engines, each on a database of its own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import count

import pytest

from dialer.adapters.sql.db.migrate import upgrade
from tests.contract.engines import Engine, PostgresEngine, SqliteEngine
from tests.contract.postgres import postgres_server
from tests.harness.acts import ActStore

copies = count(1)


@pytest.fixture(scope="session")
def sqlite_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = SqliteEngine(tmp_path_factory.mktemp("sqlite"))
    asyncio.run(upgrade(engine.original))
    return engine


@pytest.fixture(scope="session")
def postgres_engine() -> Iterator[Engine]:
    with postgres_server() as folder:
        engine = PostgresEngine(folder)
        asyncio.run(upgrade(engine.original))
        yield engine


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    chosen: Engine = request.getfixturevalue(f"{request.param}_engine")
    return chosen


@pytest.fixture
def url(engine: Engine) -> str:
    return engine.copy(f"copy_{next(copies)}")


@pytest.fixture
async def store(url: str) -> AsyncIterator[ActStore]:
    async with ActStore.open(url) as opened:
        yield opened
