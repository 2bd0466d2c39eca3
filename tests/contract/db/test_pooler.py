"""Two processes behind PgBouncer, which lends each transaction any free connection."""

import asyncio
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.contract.engines import Engine
from tests.contract.postgres import as_server_user
from tests.harness.acts import ActStore
from tests.harness.patience import SOON_S
from tests.samples.calls import claimed, sent
from tests.samples.people import fingerprint, listed, suppression

SETTINGS = """
[databases]
* = host={folder} user=postgres
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = 6432
auth_type = any
pool_mode = transaction
default_pool_size = 2
logfile = {folder}/pooler.log
"""
ROUNDS = 12
"""Rounds, more than a driver needs before it prepares a statement at the server."""


@contextmanager
def pooler(folder: Path) -> Iterator[None]:
    settings = folder / "pooler.ini"
    settings.write_text(SETTINGS.format(folder=folder))
    process = subprocess.Popen(
        as_server_user(["/usr/sbin/pgbouncer", "-q", str(settings)]), stderr=subprocess.PIPE
    )
    try:
        deadline = time.monotonic() + SOON_S
        while not (folder / ".s.PGSQL.6432").exists():
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=SOON_S)


@pytest.fixture
def pooled(postgres_engine: Engine) -> Iterator[str]:
    url = postgres_engine.copy("pooled")
    with pooler(Path(url.partition("?host=")[2])):
        yield f"{url}&port=6432"


async def test_two_processes_work_through_a_pooler_of_transactions(pooled: str) -> None:
    async with ActStore.open(pooled) as one, ActStore.open(pooled) as other:
        await listed(one, *range(ROUNDS))
        claims = await asyncio.gather(*(claimed(store) for store in (one, other)))
        permits = [attempt for claim in claims for attempt in claim]
        assert len({attempt.contact_id for attempt in permits}) == len(permits) == ROUNDS
        for attempt in permits:
            assert await sent(one, [attempt.id]) == [attempt.id]
        for turn in range(ROUNDS):
            await asyncio.gather(*(store.suppressions.add([suppression(turn)]) for store in (one, other)))
            assert len(await one.suppressions.of(fingerprint(turn))) == 2
        assert await other.suppressions.count() == ROUNDS
