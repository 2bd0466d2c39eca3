"""A trunk that turns in mid-campaign is paused within 50 calls (T057, T065).

No consent or attempt is lost, and it goes on after `resume`.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialer.simulated_callees.callees import SimulatedCallees
from dialer.simulated_callees.personas import Persona, number_for
from tests.acceptance.installation import Installation, Served
from tests.harness.carrier import Carrier, Turn, carrier_at
from tests.harness.fixtures import CalleePorts
from tests.harness.patience import SOON_S
from tests.harness.ports import free_port
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

ANSWERED = 10
CONTACTS = 75
MOST = 50
"""Calls that a trunk may fail before its campaigns are paused."""
REST_S = 12
NEXT_MORNING = "2027-02-02T10:30:00+01:00"
ASKS = ": the operator asks for a user and a password"

TURNS = [
    pytest.param(Turn(404), "SIP 404", id="404"),
    pytest.param(Turn(503), "SIP 503", id="503"),
    pytest.param(Turn(403), "SIP 403", id="403"),
    pytest.param(
        Turn(480, ('Reason: Q.850;cause=41;text="temporary failure"',)), "SIP 480, cause 41", id="480"
    ),
    pytest.param(
        Turn(401, ('WWW-Authenticate: Digest realm="op.example",nonce="a1",algorithm=MD5,qop="auth"',)),
        f"SIP 401{ASKS}",
        id="401",
    ),
    pytest.param(Turn(0), "no answer at all", id="silence"),
]


@pytest.fixture
async def carrier(installation: Installation, callee_ports: CalleePorts) -> AsyncIterator[Carrier]:
    """A carrier at the end of the trunk, with the callees behind it.

    Their own faults are not asked for: a stalled machine sends an INVITE again, past the carrier.
    """
    behind = free_port(socket.SOCK_DGRAM)
    async with (
        SimulatedCallees.start(
            sip_port=behind, rtp_port=callee_ports.rtp, prompts=installation.home / "prompts"
        ),
        carrier_at(callee_ports.sip, callees=behind) as carrier,
    ):
        yield carrier


@pytest.mark.parametrize(("turn", "end"), TURNS)
async def test_a_trunk_that_turns_in_mid_campaign_costs_nobody_anything(
    installation: Installation, carrier: Carrier, tmp_path: Path, turn: Turn, end: str
) -> None:
    numbers = [number_for(Persona.HANGS_UP_IN_NOTICE, index) for index in range(CONTACTS)]
    campaign = await installation.campaign(fast_campaign_file(tmp_path), contact_file(tmp_path, numbers))
    carrier.turn_to(turn, after=ANSWERED)
    async with installation.serve() as served:
        await served.post(f"/v1/campaigns/{campaign}/start")
        paused = await in_state(served, campaign, "paused")
        assert f"calls ended with {end}" in paused["reason"], paused["reason"]
        await settled(carrier)
        assert len(carrier.refused) <= MOST
        carrier.mend()
        await served.post(f"/v1/campaigns/{campaign}/resume")
        untouched = CONTACTS - len(carrier.refused)
        await handed_on(carrier, untouched)
        await settled(carrier)
    # A contact whom the trunk failed is due again after some minutes, and after a day where the
    # telephone may have rung.
    async with installation.serve(at=NEXT_MORNING) as served:
        await in_state(served, campaign, "completed")
    assert Counter(carrier.handed_on) == Counter(numbers)


async def test_a_trunk_that_asks_for_a_rest_has_it_and_the_campaign_goes_on_by_itself(
    installation: Installation, carrier: Carrier, tmp_path: Path
) -> None:
    """RFC 3261, 20.33."""
    numbers = [number_for(Persona.HANGS_UP_IN_NOTICE, index) for index in range(CONTACTS)]
    campaign = await installation.campaign(fast_campaign_file(tmp_path), contact_file(tmp_path, numbers))
    carrier.turn_to(Turn(503, (f"Retry-After: {REST_S}",)), after=ANSWERED)
    async with installation.serve() as served:
        await served.post(f"/v1/campaigns/{campaign}/start")
        async with asyncio.timeout(SOON_S):
            while not carrier.refused:
                await asyncio.sleep(0.05)
        await settled(carrier)
        asked, refused = len(carrier.verdicts), len(carrier.refused)
        assert refused < 10, "those that were on their way"
        waiting = (await served.get(f"/v1/campaigns/{campaign}/progress"))["waiting"]
        assert "asks to be sent no call before" in waiting, waiting
        carrier.mend()
        await handed_on(carrier, CONTACTS - refused)
    assert carrier.came[asked] - carrier.came[asked - 1] >= REST_S


async def in_state(served: Served, campaign: str, state: str) -> dict[str, str]:
    async with asyncio.timeout(2 * SOON_S):
        while (found := await served.get(f"/v1/campaigns/{campaign}"))["state"] != state:
            await asyncio.sleep(0.1)
    return dict(found)


async def handed_on(carrier: Carrier, count: int) -> None:
    async with asyncio.timeout(2 * SOON_S):
        while len(carrier.handed_on) < count:
            await asyncio.sleep(0.05)


async def settled(carrier: Carrier) -> None:
    """Wait until nothing more comes for three seconds."""
    before = -1
    while len(carrier.verdicts) != before:
        before = len(carrier.verdicts)
        await asyncio.sleep(3)
