"""AstDB's commits fail at random moments while people press 9 (T101).

No opposition is confirmed and then forgotten.
"""

import asyncio
import os
import random
import socket
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from dialer.adapters.ami.link import AmiAddress
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.adapters.clock import SystemClock
from dialer.adapters.pbx import lifecycle
from dialer.adapters.pbx.configuration import TrunkEndpoint
from dialer.domain.base.errors import Unavailable
from tests.harness.patience import SOON_S
from tests.harness.ports import free_port
from tests.pbx.callee import Manner
from tests.pbx.conftest import Pbx, spec_in
from tests.pbx.manager import Message, manager_at
from tests.pbx.observed_call import Line
from tests.pbx.sounds import LONG_SCRIPT, heard, write_prompts
from tests.pbx.voice import Press

NAME = "failing"
ROUNDS, AT_ONCE = 3, 40
DISK = "1m"
FILLER = "filler"


@pytest.fixture
def own_pbx(tmp_path: Path) -> Iterator[Pbx]:
    """A PBX whose AstDB lies on a disk of its own, which has little room."""
    home = tmp_path / "home"
    spec = spec_in(home, NAME)
    more = [
        TrunkEndpoint(f"more{n}", "127.0.0.1", free_port(socket.SOCK_DGRAM))
        for n in range(AT_ONCE - len(spec.trunks))
    ]
    spec = replace(spec, trunks=(*spec.trunks, *more))
    write_prompts(home / "prompts")
    disk = home / "pbx" / NAME / "astdb"
    disk.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", disk], check=True)
    try:
        asyncio.run(lifecycle.up(spec))
        secrets = ((home / f"{NAME}.{kind}").read_text().strip() for kind in ("secret", "seal"))
        yield Pbx(spec, *secrets)
    finally:
        with suppress(Exception):
            asyncio.run(lifecycle.down(NAME, home))
        subprocess.run(["umount", "-l", disk], check=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_of_120_nines_none_is_both_confirmed_and_lost(own_pbx: Pbx) -> None:
    told = asyncio.run(oppose_while_it_fails(own_pbx, random.Random(2)))
    asyncio.run(lifecycle.down(NAME, own_pbx.spec.home))
    kept = on_disk(own_pbx.spec.home / "pbx" / NAME / "astdb")
    answers = Counter(told.values())
    assert len(told) == ROUNDS * AT_ONCE
    assert answers.keys() <= {"opposed", "not-recorded"}, answers
    assert [attempt for attempt, answer in told.items() if answer == "opposed" and attempt not in kept] == []
    assert answers["opposed"] > AT_ONCE / 2, "some were pressed while all was well"
    assert answers["not-recorded"] > 5, "and some while nothing could be kept"


async def oppose_while_it_fails(pbx: Pbx, chance: random.Random) -> dict[str, str]:
    """Return the last prompt that each of them heard, by attempt."""
    manager = await manager_at(pbx.spec.ami_port, "dialer", pbx.secret)
    line = Line(manager, pbx.seal_key, list(reversed(pbx.spec.trunks)), pbx.spec.sip_port)
    address = AmiAddress("127.0.0.1", pbx.spec.ami_port, "dialer", pbx.secret)
    told: dict[str, str] = {}
    async with AmiTelephony(NAME, address, pbx.seal_key, SystemClock()) as telephony:
        for _ in range(ROUNDS):
            await until_it_keeps(telephony)
            moments = [chance.uniform(2.0, 7.0) for _ in range(AT_ONCE)]
            calls = [asyncio.create_task(oppose(line, at, told)) for at in moments]
            await asyncio.wait_for(all_answered(line, len(told) + AT_ONCE), SOON_S)
            spoiling = asyncio.create_task(spoil(pbx, chance))
            await asyncio.gather(*calls)
            spoiling.cancel()
            await asyncio.wait([spoiling])
            mend(pbx)
    await manager.close()
    return told


async def oppose(line: Line, at: float, told: dict[str, str]) -> None:
    async with line.callee(Manner(presses=(Press("9", at),))) as (callee, trunk):
        permit: Message = line.permit(DIALER_TRUNK=trunk.name, DIALER_SCRIPT=LONG_SCRIPT)
        await line.manager.originate(permit)
        await line.manager.event("DialerEnded", permit["DIALER_ATTEMPT"])
        await asyncio.wait_for(callee.ended.wait(), SOON_S)
    (answer,) = heard(bytes(callee.ear.heard))
    told[permit["DIALER_ATTEMPT"]] = answer.rstrip("?")


async def all_answered(line: Line, count: int) -> None:
    await line.manager.until(
        lambda: sum(event.get("UserEvent") == "DialerAnswered" for event in line.manager.events) >= count
    )


async def spoil(pbx: Pbx, chance: random.Random) -> None:
    """Spoil the disk until cancelled.

    The disk is full for a while, the file is locked for a while, everything is well for a while.
    """
    disk = pbx.spec.home / "pbx" / NAME / "astdb"
    while True:
        await asyncio.sleep(chance.uniform(0.2, 1.5))
        if chance.random() < 0.5:
            with suppress(OSError), (disk / FILLER).open("wb") as filler:
                filler.write(bytes(2**20))
            await asyncio.sleep(chance.uniform(0.3, 2.0))
            mend(pbx)
        else:
            with closing(
                sqlite3.connect(disk / "astdb.sqlite3", isolation_level=None, timeout=0.05)
            ) as reader:
                with suppress(sqlite3.OperationalError):
                    reader.execute("BEGIN")
                    reader.execute("SELECT count(*) FROM astdb").fetchone()
                await asyncio.sleep(chance.uniform(0.3, 2.0))


def mend(pbx: Pbx) -> None:
    (pbx.spec.home / "pbx" / NAME / "astdb" / FILLER).unlink(missing_ok=True)


async def until_it_keeps(telephony: AmiTelephony) -> None:
    """Wait as the service does before it dials there again."""
    async with asyncio.timeout(SOON_S):
        while True:
            with suppress(Unavailable):
                await telephony.prove_memory(doubted=True)
                return
            await asyncio.sleep(0.2)


def on_disk(folder: Path) -> set[str]:
    """Return the attempts whose opposition the file holds, come up or only gone down."""
    with closing(sqlite3.connect(folder / "astdb.sqlite3")) as database:
        rows = database.execute("SELECT key FROM astdb WHERE key LIKE '/dialer-opposed/%'").fetchall()
    return {key.rpartition("/")[2].removesuffix("-down") for (key,) in rows}
