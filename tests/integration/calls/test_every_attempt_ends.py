"""Every attempt ends, with the process, the link or the PBX away; late news is no doubt."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from itertools import count

import pytest

from dialer.adapters.home.keys import AesVault
from dialer.adapters.sql.calls import SqlAttemptRepository
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.domain.calls.attempt import Attempt, Result
from dialer.domain.calls.call_events import CallEvent, PbxOutbox
from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.decision.facts import TrunkFacts
from dialer.ports.pbx import Driver
from dialer.ports.records import CallFilter
from dialer.ports.telephony import LinkUp, Telephony
from dialer.services.calls.call_event_applier import CallEventApplier
from dialer.services.calls.recovery import LONGEST_SILENCE, REAP_EVERY_S
from dialer.services.decision.decider import Decider, DecisionArchive, TrunkPlan
from dialer.services.pbx.fleet import Fleet
from dialer.services.pbx.lease import LEASE_S, LINK_GRACE_S, RENEW_S, Lease, LeaseKeeper
from tests.harness.acts import ActStore
from tests.harness.ledger import WRITABLE
from tests.harness.patience import SOON_S
from tests.integration.history import CAMPAIGN, NUMBERS, TICK_S, History, a_pbx
from tests.integration.scripted_link import ScriptedLink
from tests.integration.service_process import KEY, PACKS, ServiceProcess, World, WrongClock

pytestmark = pytest.mark.usefixtures("quick_ticks")
AT_ONCE = 4
"""Calls at once of the campaign of the histories."""


async def test_a_lease_that_ran_out_unseen_is_told_when_it_begins_anew(listed: ActStore) -> None:
    """A process that stood still missed reports of the PBX: it must take the calls there back."""
    clock = WrongClock(World())
    lease = Lease(listed, clock, Driver("pbx1", "0" * 32))
    told: list[bool] = []
    keeper = LeaseKeeper(lease, Fleet({}, driven=True), clock, lambda: told.append(lease.held))
    keeper.link_is(up=True)
    await keeper.turn()
    clock.world.wait(RENEW_S)
    await keeper.turn()
    assert told == [True], "it went on"
    clock.world.wait(LEASE_S)
    assert not lease.held
    await keeper.turn()
    assert told == [True, True]


async def ticks(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(TICK_S)


class CountedLink(ScriptedLink):
    """A link that counts how often the PBX is asked for its memory."""

    reads = 0

    async def outbox(self, of: Collection[AttemptId] | None = None) -> PbxOutbox:
        self.reads += 1
        return await super().outbox(of)


async def test_coming_late_to_what_was_told_is_no_doubt(
    listed: ActStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reports are stored so slowly that one waits for longer than an Originate lives."""
    free, apply = asyncio.Event(), CallEventApplier.apply

    async def apply_slowly(
        calls: CallEventApplier, telephony: Telephony, events: Sequence[CallEvent]
    ) -> None:
        if events:
            await free.wait()
        await apply(calls, telephony, events)

    monkeypatch.setattr("tests.integration.history.ScriptedLink", CountedLink)
    world = World()
    history = History(listed, [a_pbx(world)], world)
    await history.ready()
    [process] = history.processes
    [link] = process.links
    assert isinstance(link, CountedLink)
    monkeypatch.setattr(CallEventApplier, "apply", apply_slowly)
    before = link.reads
    await history.dial(process)
    for _ in range(12):
        world.wait(2)
        await ticks(10)
    free.set()
    async with asyncio.timeout(SOON_S):
        while not all(attempt.ringing_at for attempt in await listed.attempts.alive()):
            await asyncio.sleep(TICK_S)
    await ticks()
    assert link.reads == before
    await process.die()


async def drives_within(history: History, process: ServiceProcess, seconds: float) -> bool:
    """Return True if `process` comes to drive the PBX within so many seconds."""
    [pbx] = history.pbxs
    for _ in range(round(seconds / 0.5)):
        if process.drives(pbx.pbx):
            return True
        history.world.wait(0.5)
        await ticks(5)
    return process.drives(pbx.pbx)


async def two_processes(listed: ActStore) -> tuple[History, ServiceProcess, ServiceProcess]:
    """Start two processes with a link to the only PBX; the first drives it."""
    world = World()
    history = History(listed, [a_pbx(world)], world)
    await history.ready()
    history.processes.append(history.start())
    first, second = history.processes
    assert not await drives_within(history, second, 20)
    assert first.drives(history.pbxs[0].pbx)
    return history, first, second


@pytest.mark.parametrize("database", ["answers it", "does not"])
async def test_who_is_cut_off_from_a_pbx_leaves_it_to_who_is_not(listed: ActStore, database: str) -> None:
    history, first, second = await two_processes(listed)
    await history.dial(first)
    first.links[0].cut()
    first.trouble.gone = database == "does not"
    assert await drives_within(history, second, LINK_GRACE_S + LEASE_S + 2 * RENEW_S)
    assert not first.drives(history.pbxs[0].pbx)
    first.trouble.gone = False
    first.links[0].mend()
    assert not await drives_within(history, first, 20), "whoever drives goes on"
    for process in history.processes:
        await process.die()


async def test_a_link_that_comes_back_at_once_keeps_its_lease(listed: ActStore) -> None:
    history, first, second = await two_processes(listed)
    first.links[0].cut()
    assert not await drives_within(history, second, LINK_GRACE_S - 1)
    first.links[0].mend()
    assert not await drives_within(history, second, 20)
    assert first.drives(history.pbxs[0].pbx)
    for process in history.processes:
        await process.die()


async def test_who_never_had_a_link_takes_no_lease(listed: ActStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PBX may refuse our password: the link is tried again, and another process may drive it."""
    world = World()
    history = History(listed, [a_pbx(world)], world, processes=0)
    with monkeypatch.context() as patched:
        patched.setattr("tests.integration.history.ScriptedLink", partial(ScriptedLink, linked=False))
        history.processes.append(history.start())
    [first] = history.processes
    assert not await drives_within(history, first, 20)
    assert await listed.leases.heartbeats() == {}
    first.links[0].mend()
    assert await drives_within(history, first, 2 * RENEW_S)
    await first.die()


async def reap_for(history: History, process: ServiceProcess, seconds: float) -> None:
    """Let orphaned attempts be looked for for so many seconds."""
    for _ in range(round(seconds / REAP_EVERY_S)):
        await process.orphaned_attempts.turn()
        history.world.wait(REAP_EVERY_S)
        await ticks(2)


async def states(listed: ActStore) -> Counter[str]:
    rows = await listed.attempts.calls(CallFilter(CAMPAIGN.id, limit=100))
    return Counter(row.attempt.state for row in rows)


async def test_attempts_of_a_pbx_that_nobody_drives_any_more_end(listed: ActStore) -> None:
    """The process dies amid its calls, and starts again with another PBX in its configuration."""
    world = World()
    history = History(listed, [a_pbx(world, "old")], world)
    await history.ready()
    [process] = history.processes
    await history.dial(process)
    await process.die()
    await claim_one(listed, pbx="old", at=world.now())
    history.pbxs = [a_pbx(world, "new")]
    history.processes = [history.start()]
    await history.ready()
    [process] = history.processes
    await reap_for(history, process, LONGEST_SILENCE.total_seconds() - 60)
    assert await states(listed) == {"originating": 4, "lapsed": 1}, "the PBX might still have told"
    await reap_for(history, process, 120)
    assert await states(listed) == {"lost": 4, "lapsed": 1}
    lost = [a for a in (await listed.attempts.calls(CallFilter(CAMPAIGN.id, limit=100))) if a.attempt.result]
    assert {row.attempt.result for row in lost} == {Result.LOST}
    await history.end()
    assert (await listed.campaigns.get(CAMPAIGN.id)).state is CampaignState.COMPLETED
    assert sum(history.pbxs[0].invites.values()) == len(NUMBERS) - 4, (
        "who may have been called is not called again"
    )
    await process.die()


async def claim_one(listed: ActStore, *, pbx: str, at: datetime) -> None:
    """Claim a permit whose process does not live to send it."""
    keeping = DecisionArchive(AesVault(KEY), PACKS)
    trunk = TrunkPlan(TrunkFacts("default", loopback=True, caller_ids=()), (pbx,), 1000, 100)
    judge = Decider(PACKS, {"default": trunk}, WrongClock(World(at)), keeping, WRITABLE)
    claim = partial(judge.claimed, pbx=pbx)
    judged = await listed.attempts.claim(CAMPAIGN.id, now=at, limit=1, permits=1, judge=claim)
    assert [type(one.outcome) for one in judged] == [Attempt]


async def test_attempts_of_a_pbx_that_is_driven_are_its_drivers_to_end(listed: ActStore) -> None:
    world = World()
    history = History(listed, [a_pbx(world)], world)
    await history.ready()
    [process] = history.processes
    await history.dial(process)
    await reap_for(history, process, 2 * LONGEST_SILENCE.total_seconds())
    assert (await states(listed))["lost"] == 0
    await process.die()


async def test_calls_that_begin_during_a_recovery_count(
    listed: ActStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    history = History(listed, [a_pbx(world)], world)
    await history.ready()
    [process], [pbx] = history.processes, history.pbxs
    read, alive = count(1), SqlAttemptRepository.alive

    async def alive_and_then_dial(
        attempts: SqlAttemptRepository, *, pbx: str | None = None, campaign_id: CampaignId | None = None
    ) -> list[Attempt]:
        found = await alive(attempts, pbx=pbx, campaign_id=campaign_id)
        if next(read) == 2:
            await history.dial(process)
        return found

    monkeypatch.setattr(SqlAttemptRepository, "alive", alive_and_then_dial)
    process.links[0].slow = True
    process.links[0].queue.put_nowait(LinkUp(pbx.pbx))
    async with asyncio.timeout(SOON_S):
        while not pbx.late:
            await asyncio.sleep(TICK_S)
    await ticks()
    await history.dial(process)
    await ticks()
    assert len(pbx.late) == AT_ONCE
    await process.die()
