"""The emergency stop with the database down, judged at the callees and at the PBX.

The PBX stays locked even when the service dies.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dialer.settings import settings_of
from dialer.simulated_callees.personas import Persona, number_for
from tests.acceptance.conftest import PBX, Scene
from tests.acceptance.installation import Installation, Served
from tests.contract.freezing import frozen
from tests.contract.postgres import postgres_server
from tests.harness.patience import SOON_S
from tests.harness.relay import Relay, relay_to
from tests.harness.stalls import Stalls
from tests.pbx.manager import Manager, manager_at, permit
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

NUMBERS = [
    number_for(persona, index) for index in range(8) for persona in (Persona.NO_KEY, Persona.NO_ANSWER)
]
FIRST_OF_ALL = {"DBPut", "DBDel", "DBGetTree", "CoreShowChannels", "Hangup", "Originate"}
"""Actions that change a PBX or take its time."""
HALT_S = 2.0
"""Seconds within which a halt hangs up every call (T128), the machine's stalls aside."""


@pytest.fixture
def server() -> Iterator[Path]:
    with postgres_server() as folder:
        yield folder


@pytest.fixture
def environment(request: pytest.FixtureRequest) -> dict[str, str]:
    if "on_postgresql" not in request.node.name:
        return {}
    folder = request.getfixturevalue("server")
    return {"DIALER_DATABASE_URL": f"postgresql://postgres@/postgres?host={folder}"}


@asynccontextmanager
async def in_full_swing(scene: Scene, folder: Path) -> AsyncIterator[Served]:
    """Start a campaign: half of the callees listen, the other half let it ring."""
    campaign = await scene.installation.campaign(fast_campaign_file(folder), contact_file(folder, NUMBERS))
    async with scene.installation.serve() as served:
        await served.post(f"/v1/campaigns/{campaign}/start")
        async with asyncio.timeout(SOON_S):
            while len(await scene.callees.invites()) < len(NUMBERS):
                await asyncio.sleep(0.05)
        yield served


@asynccontextmanager
async def manager_of(installation: Installation) -> AsyncIterator[Manager]:
    (pbx,) = settings_of(installation.home).pbxs
    secret = (installation.home / f"{PBX}.secret").read_text().strip()
    manager = await manager_at(int(pbx.ami.rpartition(":")[2]), "dialer", secret)
    yield manager
    await manager.close()


async def check_locked(installation: Installation) -> None:
    """Check that the PBX itself refuses a forged Originate."""
    seal_key = (installation.home / f"{PBX}.seal").read_text().strip()
    script = next(path.name for path in (installation.home / "prompts").iterdir() if len(path.name) == 64)
    paper = permit(seal_key, script)
    async with manager_of(installation) as manager:
        await manager.originate(paper)
        assert (await manager.event("DialerRefused", paper["DIALER_ATTEMPT"]))["Why"] == "HALTED"


async def check_hung_up(scene: Scene, asked_at: float, stalls: Stalls) -> None:
    ended = await scene.callees.ended(len(NUMBERS), within_s=SOON_S)
    last = max(call.ended_at for call in ended if call.ended_at)
    assert last - asked_at < HALT_S + stalls.between(asked_at, last)
    await asyncio.sleep(1)
    assert len(await scene.callees.invites()) == len(NUMBERS)


async def test_on_postgresql_a_halt_needs_no_database_and_outlives_the_service(
    scene: Scene, tmp_path: Path, server: Path, stalls: Stalls
) -> None:
    async with in_full_swing(scene, tmp_path) as served:
        os.kill(int((server / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        asked_at = time.monotonic()
        report = await served.post("/v1/system/halt", {"reason": "complaints"})
        assert report == {"pbxs": [PBX], "unreachable": {}, "recorded": False}
        await check_hung_up(scene, asked_at, stalls)
        await served.kill()
    await check_locked(scene.installation)


async def test_on_postgresql_a_halt_goes_through_a_frozen_database_until_it_thaws(
    scene: Scene, tmp_path: Path, server: Path, stalls: Stalls
) -> None:
    async with in_full_swing(scene, tmp_path) as served:
        with frozen(server):
            asked_at = time.monotonic()
            report = await served.post("/v1/system/halt", {"reason": "complaints"})
            assert report == {"pbxs": [PBX], "unreachable": {}, "recorded": False}
            await check_hung_up(scene, asked_at, stalls)
            await check_locked(scene.installation)
        async with asyncio.timeout(SOON_S):
            while not (await served.get("/v1/system"))["halted"]:
                await asyncio.sleep(0.2)
        async with asyncio.timeout(SOON_S):
            while (await served.get("/v1/system"))["calls"]:
                await asyncio.sleep(0.2)
        await served.post("/v1/system/unhalt", {"reason": "mended"})
        results = [call["result"] for call in (await served.get("/v1/calls"))["items"]]
        assert len(results) == len(NUMBERS)
        assert None not in results
    assert len(await scene.callees.invites()) == len(NUMBERS), "nobody is rung twice"
    assert (await scene.installation.must("ledger", "verify"))["verified"]


@asynccontextmanager
async def relayed(scene: Scene) -> AsyncIterator[Relay]:
    """A relay of the service's way to its PBX, and of the command line's: it can be cut."""
    home = scene.installation.home
    (pbx,) = settings_of(home).pbxs
    async with relay_to(int(pbx.ami.rpartition(":")[2])) as relay:
        (home / "dialer.toml").write_text(
            f'''
[[pbx]]
name = "{PBX}"
ami = "127.0.0.1:{relay.port}"
user = "{pbx.user}"
secret_file = "{pbx.secret_file}"

[[trunk]]
name = "default"
pbx = ["{PBX}"]
host = "127.0.0.1:{scene.sip_port}"
''',
            encoding="utf-8",
        )
        yield relay


async def connected(served: Served, *, up: bool) -> None:
    async with asyncio.timeout(SOON_S):
        while (await served.get("/v1/system"))["pbxs"] != [{"name": PBX, "ready": up}]:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("halted_by", ["the service", "the command line"])
async def test_a_pbx_that_was_cut_off_is_halted_first_and_unlocked_by_itself_afterwards(
    scene: Scene, tmp_path: Path, halted_by: str
) -> None:
    async with relayed(scene) as relay, in_full_swing(scene, tmp_path) as served:
        relay.cut()
        await connected(served, up=False)
        if halted_by == "the service":
            report = await served.post("/v1/system/halt", {"reason": "complaints"})
        else:
            report = (await scene.installation.cli("halt", "--json")).json
        assert list(report["unreachable"]) == [PBX]
        before = len(relay.asked)
        relay.mend()
        await scene.callees.ended(len(NUMBERS), within_s=SOON_S)
        await check_locked(scene.installation)
        told = relay.asked[before]
        assert [name for name in told if name in FIRST_OF_ALL][:2] == ["DBPut", "Hangup"]
        await connected(served, up=True)

        relay.cut()
        await connected(served, up=False)
        report = await served.post("/v1/system/unhalt", {"reason": "mended"})
        assert list(report["unreachable"]) == [PBX]
        relay.mend()
        await connected(served, up=True)
        async with manager_of(scene.installation) as manager:
            answer = await manager.action("DBGet", Family="dialer-halt", Key="all")
            assert answer["Response"] == "Error", "the flag of a halt that has ended"
        await asyncio.sleep(1)
        assert not (await served.get("/v1/system"))["halted"]


async def test_a_halt_at_the_command_line_needs_neither_service_nor_database(
    scene: Scene, tmp_path: Path
) -> None:
    async with in_full_swing(scene, tmp_path) as served:
        await served.kill()
        (scene.installation.home / "dialer.db").write_bytes(b"no database any more" * 1000)
        ran = await scene.installation.cli("halt", "--json")
        halted_at = time.monotonic()
    assert (ran.status, ran.json) == (1, {"pbxs": [PBX], "unreachable": {}, "recorded": False})
    assert "the database" in ran.err
    ended = await scene.callees.ended(len(NUMBERS), within_s=SOON_S)
    assert max(call.ended_at for call in ended if call.ended_at) < halted_at
    await check_locked(scene.installation)
