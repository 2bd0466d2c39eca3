"""The PBX's own database cannot be written when a callee presses 9 (T101)."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dialer.adapters.ami.link import AmiAddress
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.adapters.clock import SystemClock
from dialer.adapters.pbx import lifecycle
from tests.harness.patience import SOON_S
from tests.pbx.callee import Manner
from tests.pbx.conftest import Pbx, spec_in
from tests.pbx.manager import Manager, manager_at
from tests.pbx.observed_call import SETTLE_S, Line
from tests.pbx.sounds import LONG_SCRIPT, write_prompts
from tests.pbx.voice import Press

NAME = "broken"


@pytest.fixture
def own_pbx(tmp_path: Path) -> Iterator[Pbx]:
    """Not the PBX of the other tests: it locks itself, until it is started again."""
    home = tmp_path / "home"
    spec = spec_in(home, NAME)
    write_prompts(home / "prompts")
    asyncio.run(lifecycle.up(spec))
    yield Pbx(
        spec, (home / f"{NAME}.secret").read_text().strip(), (home / f"{NAME}.seal").read_text().strip()
    )
    asyncio.run(lifecycle.down(NAME, home))


HELD = {
    "nothing can be written": ("BEGIN EXCLUSIVE",),
    "what was written is taken back": ("BEGIN", "SELECT count(*) FROM astdb"),
}
"""By what another program does with AstDB's file meanwhile."""


@pytest.mark.parametrize("held", HELD.values(), ids=list(HELD))
def test_an_opposition_that_cannot_be_stored_is_said_to_be_lost_and_stops_the_pbx(
    own_pbx: Pbx, held: tuple[str, ...]
) -> None:
    asyncio.run(oppose_without_a_store(own_pbx, held))


async def oppose_without_a_store(pbx: Pbx, statements: tuple[str, ...]) -> None:
    manager = await manager_at(pbx.spec.ami_port, "dialer", pbx.secret)
    line = Line(manager, pbx.seal_key, list(reversed(pbx.spec.trunks)), pbx.spec.sip_port)
    store = pbx.spec.home / "pbx" / NAME / "astdb" / "astdb.sqlite3"
    async with line.callee(Manner(presses=(Press("9", 4.0),))) as (callee, trunk):
        paper = line.permit(DIALER_TRUNK=trunk.name, DIALER_SCRIPT=LONG_SCRIPT)
        await manager.originate(paper)
        await manager.event("DialerAnswered", paper["DIALER_ATTEMPT"])
        held = sqlite3.connect(store, isolation_level=None, timeout=SOON_S, check_same_thread=False)
        with closing(held) as elsewhere:
            for statement in statements:
                await asyncio.to_thread(elsewhere.execute, statement)
            await write_until_the_end(manager, paper["DIALER_ATTEMPT"])
        await asyncio.sleep(SETTLE_S)
    call = line.made(paper, callee)
    assert call.heard == ["not-recorded"], "but for the silent notice"
    assert "cut notice" in call.trace
    assert manager.of("DialerOpposed", paper["DIALER_ATTEMPT"]), "so that the service stores it"
    assert not await manager.database(f"dialer-opposed/{paper['DIALER_ATTEMPT']}")
    assert await line.refused(line.permit()) == "BROKEN"
    await mended(pbx)
    async with line.callee(Manner(status=486, reason="Busy Here")) as (callee, trunk):
        paper = line.permit(DIALER_TRUNK=trunk.name, DIALER_SCRIPT=LONG_SCRIPT)
        await manager.originate(paper)
        await manager.event("DialerEnded", paper["DIALER_ATTEMPT"])
    await manager.close()


async def mended(pbx: Pbx) -> None:
    """It keeps its writes now, and the service sees that without a restart."""
    address = AmiAddress("127.0.0.1", pbx.spec.ami_port, "dialer", pbx.secret)
    async with AmiTelephony(NAME, address, pbx.seal_key, SystemClock()) as telephony:
        await telephony.prove_memory(doubted=False)


async def write_until_the_end(manager: Manager, attempt: str) -> None:
    """Write as other calls do.

    Without them Asterisk would not wait for the next second to find out that it cannot commit.
    """
    while not manager.of("DialerEnded", attempt):
        await manager.put("dialer-mark/others", "1")
        await asyncio.sleep(0.05)
