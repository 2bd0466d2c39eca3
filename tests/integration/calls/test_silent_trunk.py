"""A trunk that says nothing is sent few calls, however many processes drive its PBXs."""

from dialer.domain.base.types import AttemptId
from dialer.domain.calls.trunk_health import UNHEARD_MOST
from dialer.domain.decision.facts import TrunkFacts
from dialer.services.decision.decider import TrunkPlan
from tests.harness.acts import ActStore
from tests.integration.history import History, a_pbx
from tests.integration.service_process import World
from tests.samples.calls import an_attempt
from tests.samples.campaigns import MONDAY, campaign

NAMES = ("pbx1", "pbx2")
TRUNK = TrunkPlan(TrunkFacts("default", loopback=True, caller_ids=()), NAMES, 1000, 1000)


async def test_two_processes_share_what_may_be_sent_into_silence(listed: ActStore) -> None:
    world = World()
    history = History(listed, [a_pbx(world, name) for name in NAMES], world)
    [process] = history.processes
    process.fleet.set_ready("pbx1", ready=True)
    process.fleet.set_elsewhere("pbx2", elsewhere=True)
    running = campaign(pacing={"max_concurrent": 1000})
    sent = 0
    while process.dialing._room(running, TRUNK, 1.0):
        process.dialing._live_calls.put(an_attempt(id=AttemptId(f"{sent:032x}"), originated_at=MONDAY))
        sent += 1
    assert sent == UNHEARD_MOST // 2
    await process.die()
