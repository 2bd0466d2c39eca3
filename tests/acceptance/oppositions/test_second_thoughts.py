"""A person objects or withdraws while the telephone rings: the INVITE is cancelled.

The callee's side judges it.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from dialer.simulated_callees.personas import Persona, number_for
from dialer.simulated_callees.received import Ending
from tests.acceptance.conftest import Scene
from tests.acceptance.installation import Served
from tests.harness.patience import SOON_S
from tests.harness.stalls import Stalls
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

BY_HTTP, BY_SMS, WITHDRAWS, AT_THE_CONSOLE, UNMOVED = (
    number_for(Persona.NO_ANSWER, index) for index in range(5)
)
LET_RING_S = 10
"""Seconds of ringing in the campaign file; a call that ends much sooner was cancelled."""


@asynccontextmanager
async def all_ringing(scene: Scene, folder: Path, numbers: list[str]) -> AsyncIterator[Served]:
    campaign = await scene.installation.campaign(fast_campaign_file(folder), contact_file(folder, numbers))
    async with scene.installation.serve() as served:
        await served.post(f"/v1/campaigns/{campaign}/start")
        async with asyncio.timeout(SOON_S):
            while len(await scene.callees.invites()) < len(numbers):
                await asyncio.sleep(0.05)
        yield served


async def test_whoever_objects_or_withdraws_while_it_rings_is_rung_no_longer(
    scene: Scene, tmp_path: Path, stalls: Stalls
) -> None:
    numbers = [BY_HTTP, BY_SMS, WITHDRAWS, AT_THE_CONSOLE, UNMOVED]
    async with all_ringing(scene, tmp_path, numbers) as served:
        said_at = time.monotonic()
        await served.post("/v1/suppressions", {"phone_number": BY_HTTP, "channel": "phone"})
        await served.post("/v1/webhooks/sms", {"from": BY_SMS, "to": "36111", "text": "Stop !"})
        withdrawal = {"phone_number": WITHDRAWS, "channel": "email"}
        await served.post("/v1/consents/withdraw", withdrawal)
        http_done_at = time.monotonic()
        await scene.installation.must("suppressions", "add", AT_THE_CONSOLE, "--channel", "letter")
        ended = {call.number: call for call in await scene.callees.ended(5, within_s=SOON_S)}
    for number in (BY_HTTP, BY_SMS, WITHDRAWS):
        assert ended[number].ending is Ending.CANCELLED
        ended_at = moment(ended[number].ended_at)
        assert said_at < ended_at < http_done_at + LET_RING_S / 4 + stalls.between(http_done_at, ended_at)
    assert ended[AT_THE_CONSOLE].ending is Ending.CANCELLED
    assert moment(ended[UNMOVED].ended_at) - ended[UNMOVED].invited_at > LET_RING_S - 1


def moment(at: float | None) -> float:
    assert at is not None
    return at
