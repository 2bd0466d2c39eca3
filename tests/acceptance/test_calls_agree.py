"""Call records of the whole service agree with the callees' own, to 100 ms."""

import asyncio
from pathlib import Path
from typing import Any

from dialer.domain.calls.call_events import DialStatus
from dialer.simulated_callees.personas import ROLES, Persona, number_for
from dialer.simulated_callees.received import ReceivedCall
from tests.acceptance.conftest import Scene
from tests.acceptance.installation import Served
from tests.harness.agreement import disagreements, stalls_of
from tests.harness.stalls import Stalls
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

EVERYBODY = tuple(number_for(persona, 0) for persona in Persona)


async def run(scene: Scene, served: Served, file: Path, numbers: tuple[str, ...]) -> dict[str, Any]:
    """Call every one of `numbers`. Return their records by number."""
    campaign = await scene.installation.campaign(file, contact_file(file.parent, numbers))
    await served.post(f"/v1/campaigns/{campaign}/start")
    async with asyncio.timeout(300):
        while (await served.get(f"/v1/campaigns/{campaign}"))["state"] != "completed":
            await asyncio.sleep(0.5)
    items = (await served.get(f"/v1/calls?campaign={campaign}&limit=1000"))["items"]
    return {record["phone_number"]: record for record in items}


async def heard_by(scene: Scene, number: str) -> ReceivedCall:
    (call,) = await scene.callees.calls(number)
    return call


async def test_every_callees_record_agrees_with_the_ear(scene: Scene, tmp_path: Path, stalls: Stalls) -> None:
    async with scene.installation.serve() as served:
        records = await run(scene, served, fast_campaign_file(tmp_path, calls_per_second=2), EVERYBODY)
    for persona in Persona:
        record, call = records[number_for(persona, 0)], await heard_by(scene, number_for(persona, 0))
        role = ROLES[persona]
        assert (persona, record["dial_status"]) == (persona, role.dial_status)
        assert (persona, record["result"]) == (persona, role.result)
        assert (persona, disagreements(record, call, stalls_of(call, stalls))) == (persona, [])
        answered = role.dial_status is DialStatus.ANSWER
        assert (persona, record["answered_at"] is not None) == (persona, answered)


async def test_a_machine_is_left_the_short_text_after_its_beep_and_nothing_else(
    scene: Scene, tmp_path: Path, stalls: Stalls
) -> None:
    file = fast_campaign_file(tmp_path)
    file.write_text(file.read_text() + '[machine]\nmode = "message"\n')
    numbers = tuple(number_for(Persona.MACHINE, index) for index in range(3))
    async with scene.installation.serve() as served:
        records = await run(scene, served, file, numbers)
    for number in numbers:
        record, call = records[number], await heard_by(scene, number)
        assert record["result"] == "MACHINE_MESSAGE"
        assert disagreements(record, call, stalls_of(call, stalls)) == []
        assert [heard.prompt for heard in call.heard] == ["notice", "voicemail"]
        assert call.heard[-1].complete
        assert call.heard[-1].started_ms > BEEP_ENDS_MS


BEEP_ENDS_MS = 9500
"""End of the beep in ms: the machine greets for 9 s and beeps for half a second."""
GREETING_ENDS_MS = 9000


async def test_a_machine_that_shall_hear_nothing_is_left_no_sound(scene: Scene, tmp_path: Path) -> None:
    """T108: hung up before its beep, after which it would record."""
    numbers = tuple(number_for(Persona.MACHINE, index) for index in range(3))
    async with scene.installation.serve() as served:
        await run(scene, served, fast_campaign_file(tmp_path), numbers)
    for number in numbers:
        call = await heard_by(scene, number)
        assert call.answered_at is not None
        assert call.ended_at is not None
        assert (call.ended_at - call.answered_at) * 1000 < GREETING_ENDS_MS
