"""While nobody can be called nobody is judged: nothing is written however long it lasts, and afterwards dialling goes on at once."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import psycopg
import pytest

from dialer.adapters.sql.migrate import upgrade
from dialer.adapters.sql.store import SqlStore
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.campaign import CampaignVerb
from dialer.domain.contact import ImportId, Manifest, PhoneNumber, SourceClass
from tests.contract.engines import Engine, PostgresEngine, SqliteEngine
from tests.contract.postgres import postgres_server
from tests.harness.halts import NotesInMemory
from tests.harness.patience import SOON_S
from tests.integration.faulty_store import Trouble
from tests.integration.history import a_row
from tests.integration.scripted_link import ScriptedLink
from tests.integration.scripted_pbx import Act, ScriptedPbx
from tests.integration.service_process import ServiceProcess, World, WrongClock, start_process
from tests.unit.values import MONDAY, a_campaign, a_definition

PEOPLE = 2_000
TURNS = 400
RUNNING = a_campaign(
    definition=a_definition(pacing={"calls_per_second": 50, "max_concurrent": 100}), script="5" * 64
)
WRITTEN = "SELECT (SELECT count(*) FROM decisions), (SELECT count(*) FROM ledger_pending)"


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        yield SqliteEngine(tmp_path)
        return
    with postgres_server() as folder:
        yield PostgresEngine(folder)


@dataclass(frozen=True, slots=True)
class Floor:
    """A campaign with people due, and one process that may call them."""

    url: str
    store: SqlStore
    pbx: ScriptedPbx
    process: ServiceProcess

    def written(self) -> tuple[int, int]:
        """Decisions and entries for the ledger."""
        database = self.url.removeprefix("sqlite:///")
        opened = sqlite3.connect(database) if database != self.url else psycopg.connect(self.url)
        with closing(opened) as connection:
            [row] = connection.execute(WRITTEN).fetchall()
        return row[0], row[1]

    async def turns(self) -> None:
        for _ in range(TURNS):
            assert not await self.process.dialing.turn()

    async def goes_on(self) -> None:
        """In the very first turn."""
        assert await self.process.dialing.turn()
        async with asyncio.timeout(SOON_S):
            while not self.pbx.invites.total():
                await asyncio.sleep(0.005)


@asynccontextmanager
async def a_floor(url: str) -> AsyncIterator[Floor]:
    world = World()
    pbx = ScriptedPbx(world.now, lambda _: Act.ONE, "pbx1")
    async with SqlStore.open(url) as store:
        await fill(store)
        clock = WrongClock(world)
        process = start_process(store, [ScriptedLink(pbx)], clock, Trouble(Random(0)), NotesInMemory())
        async with asyncio.timeout(SOON_S):
            while not process.drives("pbx1"):
                await asyncio.sleep(0.005)
        yield Floor(url, store, pbx, process)
        await process.die()


async def fill(store: SqlStore) -> None:
    await store.campaigns.add(RUNNING)
    manifest = Manifest(
        *(ImportId("i0123456789ab"), "contacts", RUNNING.id, SourceClass.OPT_IN_FORM, "form"),
        *(MONDAY - timedelta(days=60), "contacts.csv", "0" * 64, "alice", MONDAY),
    )
    await store.contacts.begin_import(manifest)
    numbers = [PhoneNumber(f"+3319900{index:04}") for index in range(PEOPLE)]
    rows = [a_row(line, number, manifest.id) for line, number in enumerate(numbers, start=2)]
    await store.contacts.add(manifest.id, RUNNING.id, rows)
    for verb in (CampaignVerb.APPROVE, CampaignVerb.START):
        await store.campaigns.move(RUNNING.id, verb, by="bob", at=MONDAY)


@pytest.mark.parametrize("what", ["halt", "clock", "pbx"])
async def test_nothing_is_written_while_nobody_can_be_called(engine: Engine, what: str) -> None:
    await upgrade(engine.original)
    async with a_floor(engine.copy(f"floor_{what}")) as floor:
        process, due = floor.process, await floor.store.campaigns.progress(RUNNING.id)
        acts = 0
        if what == "halt":
            await process.halting.halt(LOCAL_ADMINISTRATOR, "fire")
        elif what == "clock":
            process.clock.stepped, acts = True, 1
        else:
            process.fleet.set_ready("pbx1", ready=False)
        decisions, entries = floor.written()
        assert decisions == 0
        await floor.turns()
        assert floor.written() == (0, entries + acts)
        assert await floor.store.campaigns.progress(RUNNING.id) == due
        if what == "halt":
            await process.halting.unhalt(LOCAL_ADMINISTRATOR, "it is out")
        process.clock.stepped = False
        process.fleet.set_ready("pbx1", ready=True)
        await floor.goes_on()
