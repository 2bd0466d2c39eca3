"""Of two PBX containers, the service calls through the one with the approved dialplan alone."""

import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialer.adapters.pbx import container, lifecycle
from dialer.adapters.pbx.configuration import PbxSpec, TrunkEndpoint
from dialer.simulated_callees.personas import Persona, number_for
from tests.acceptance.conftest import PBX, Scene
from tests.harness.ports import free_port
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

OTHER = "older"
NUMBERS = tuple(number_for(Persona.BUSY, index) for index in range(6))


@pytest.fixture
async def older(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Start a second container in the same home, on the same trunk.

    It waits a second longer for a key.
    """
    folder = shutil.copytree(container.DIALPLANS, tmp_path / "dialplans")
    file = folder / "30-answered.conf"
    file.write_text(file.read_text().replace("WaitExten(8)", "WaitExten(9)"))
    home = scene.installation.home
    spec = PbxSpec(
        name=OTHER,
        sip_port=free_port(socket.SOCK_DGRAM),
        ami_port=free_port(socket.SOCK_STREAM),
        rtp_first=26000,
        rtp_last=26398,
        trunks=(TrunkEndpoint("default", "127.0.0.1", scene.sip_port),),
        home=home,
    )
    with monkeypatch.context() as patched:
        patched.setattr(container, "DIALPLANS", folder)
        await lifecycle.up(spec)
    yield
    await lifecycle.down(OTHER, home)


async def test_the_service_calls_through_the_pbx_with_the_approved_dialplan_alone(
    scene: Scene, older: None, tmp_path: Path
) -> None:
    installation = scene.installation
    campaign = await installation.campaign(fast_campaign_file(tmp_path), contact_file(tmp_path, NUMBERS))
    async with installation.serve() as served:
        await served.post(f"/v1/campaigns/{campaign}/start")
        await scene.callees.ended(len(NUMBERS), within_s=60)
        system = await served.get("/v1/system")
        assert {pbx["name"]: pbx["ready"] for pbx in system["pbxs"]} == {PBX: True, OTHER: False}
        items = (await served.get(f"/v1/calls?campaign={campaign}"))["items"]
    assert [record["pbx"] for record in items] == [PBX] * len(NUMBERS)
    assert "runs another dialplan" in (installation.home / "serve.log").read_text()
