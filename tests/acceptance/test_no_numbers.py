"""After a campaign no number stands where none may: logs, metrics, the PBX's memory and log, events, the exported ledger."""

import asyncio
from pathlib import Path

import pytest

from dialer.adapters.callees.personas import Persona, number_for
from dialer.adapters.pbx.engine import docker
from dialer.adapters.pbx.home import PbxHome
from tests.acceptance.conftest import PBX, Scene
from tests.acceptance.files import campaign_file, contact_file
from tests.acceptance.installation import Served

PERSONAS = (
    Persona.PRESSES_ONE,
    Persona.NINE_IN_NOTICE,
    Persona.NINE_THEN_HANGS_UP,
    Persona.HANGS_UP_IN_NOTICE,
    Persona.BUSY,
    Persona.NO_ANSWER,
    Persona.NOT_FOUND,
)
NUMBERS = [number_for(persona, index) for persona in PERSONAS for index in range(2)]
OBJECTS, SENDS_STOP, ASKED = (number_for(Persona.PRESSES_ONE, index) for index in (90, 91, 92))


@pytest.mark.timeout(200)
async def test_after_a_campaign_no_number_stands_where_none_may(scene: Scene, tmp_path: Path) -> None:
    campaign = await scene.installation.campaign(campaign_file(tmp_path), contact_file(tmp_path, NUMBERS))
    async with scene.installation.serve() as served:
        await served.post(f"/v1/campaigns/{campaign}/start")
        await served.post("/v1/suppressions", {"phone_number": OBJECTS, "channel": "letter"})
        await served.post("/v1/webhooks/sms", {"from": SENDS_STOP, "to": "36111", "text": "STOP"})
        await served.get(f"/v1/suppressions/check?phone_number={ASKED}")
        await served.get(f"/v1/calls?phone_number={ASKED}")
        await scene.callees.ended(len(NUMBERS), within_s=90)
        async with asyncio.timeout(30):
            while (await served.get(f"/v1/campaigns/{campaign}"))["state"] != "completed":
                await asyncio.sleep(0.2)
        places = await seen(scene, served)
    for place, text in places.items():
        for number in (*NUMBERS, OBJECTS, SENDS_STOP, ASKED):
            assert number[3:] not in text, place
    assert '"attempt over"' in places["log of the service"]
    assert 'dialer_attempts_total{result="OPTED_OUT"} 4.0' in places["metrics"]
    assert "/dialer-suppressed/" in places["AstDB"]


async def seen(scene: Scene, served: Served) -> dict[str, str]:
    home = scene.installation.home
    running = PbxHome(home, PBX).recorded()
    assert running is not None
    async with served.http.get(served.address + "/metrics") as answer:
        metrics = await answer.text()
    return {
        "log of the service": (home / "serve.log").read_text(),
        "metrics": metrics,
        "AstDB": await said("exec", running.container, "asterisk", "-rx", "database show"),
        "log of the PBX": await said("logs", running.container),
        "exported heads": "".join(path.read_text() for path in home.glob("heads/**/*") if path.is_file()),
    }


async def said(*words: str) -> str:
    answer = await docker(*words)
    assert answer.status == 0, answer.complaint
    return answer.output + answer.complaint
