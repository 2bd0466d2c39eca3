"""A campaign with people due, and one process of the service that may call them."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from random import Random
from typing import Any, LiteralString

import psycopg

from tests.harness.acts import ActStore
from tests.harness.halts import NotesInMemory
from tests.harness.patience import SOON_S
from tests.integration.faulty_store import FaultyStore, Trouble
from tests.integration.history import fill
from tests.integration.scripted_link import ScriptedLink
from tests.integration.scripted_pbx import Act, ScriptedPbx
from tests.integration.service_process import ServiceProcess, World, WrongClock, start_process
from tests.samples.campaigns import campaign
from tests.samples.people import number

PEOPLE = 2_000
TURNS = 400
RUNNING = replace(campaign(pacing={"calls_per_second": 50, "max_concurrent": 100}), script="5" * 64)
WRITTEN = "SELECT (SELECT count(*) FROM decisions), (SELECT count(*) FROM ledger_pending)"


@dataclass(frozen=True, slots=True)
class Floor:
    url: str
    world: World
    store: ActStore
    pbx: ScriptedPbx
    process: ServiceProcess

    async def written(self) -> tuple[int, int]:
        """Count decisions and entries for the ledger."""
        [row] = await self.sql(WRITTEN)
        return row[0], row[1]

    @property
    def sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    async def sql(self, statement: LiteralString) -> list[Any]:
        """Run a statement behind the service's back.

        The service goes on meanwhile, and ends its begun writes.
        """
        return await asyncio.to_thread(self._sql, statement)

    def _sql(self, statement: LiteralString) -> list[Any]:
        if self.sqlite:
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as connection, connection:
                return connection.execute(statement).fetchall()
        with psycopg.connect(self.url) as server:
            ran = server.execute(statement)
            return ran.fetchall() if ran.description else []

    async def knows_of_the_halt(self) -> None:
        """Wait until the database holds the halt: a halt waits for it only a moment."""
        async with asyncio.timeout(SOON_S):
            while not (await self.store.halts.state()).halted:
                await asyncio.sleep(0.005)

    async def turns(self) -> None:
        for _ in range(TURNS):
            assert not await self.process.dialing.turn()

    async def goes_on(self) -> None:
        """Check that an INVITE leaves in the very first turn."""
        assert await self.process.dialing.turn()
        async with asyncio.timeout(SOON_S):
            while not self.pbx.invites.total():
                await asyncio.sleep(0.005)


@asynccontextmanager
async def a_floor(url: str, people: int = PEOPLE) -> AsyncIterator[Floor]:
    world = World()
    pbx = ScriptedPbx(world.now, lambda _: Act.ONE, "pbx1")
    async with ActStore.open(url) as store:
        await fill(store, RUNNING, [number(index) for index in range(people)])
        clock = WrongClock(world)
        trouble = Trouble(Random(0))
        reached = FaultyStore(store, trouble)
        process = start_process(reached, [ScriptedLink(pbx)], clock, trouble, NotesInMemory())
        try:
            async with asyncio.timeout(SOON_S):
                while not process.drives("pbx1"):
                    await asyncio.sleep(0.005)
            yield Floor(url, world, store, pbx, process)
        finally:
            await process.die()
