"""While no contact can be called none is judged.

Nothing is written however long it lasts, and afterwards dialling goes on at once.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.adapters.sql.db.migrate import upgrade
from dialer.domain.access import LOCAL_ADMINISTRATOR
from tests.contract.engines import Engine, PostgresEngine, SqliteEngine
from tests.contract.postgres import postgres_server
from tests.integration.floor import RUNNING, a_floor


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        yield SqliteEngine(tmp_path)
        return
    with postgres_server() as folder:
        yield PostgresEngine(folder)


@pytest.mark.parametrize("what", ["halt", "clock", "pbx"])
async def test_nothing_is_written_while_nobody_can_be_called(engine: Engine, what: str) -> None:
    await upgrade(engine.original)
    async with a_floor(engine.copy(f"floor_{what}")) as floor:
        process, due = floor.process, await floor.store.campaigns.progress(RUNNING.id)
        acts = 0
        if what == "halt":
            await process.halting.halt(LOCAL_ADMINISTRATOR, "fire")
            await floor.knows_of_the_halt()
        elif what == "clock":
            process.clock.stepped, acts = True, 1
        else:
            process.fleet.set_ready("pbx1", ready=False)
        decisions, entries = await floor.written()
        assert decisions == 0
        await floor.turns()
        assert await floor.written() == (0, entries + acts)
        assert await floor.store.campaigns.progress(RUNNING.id) == due
        if what == "halt":
            await process.halting.unhalt(LOCAL_ADMINISTRATOR, "it is out")
        process.clock.stepped = False
        process.fleet.set_ready("pbx1", ready=True)
        await floor.goes_on()
