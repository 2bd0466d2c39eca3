"""Campaigns wait until their own numbers answer as they must, and pause when they do not.

Cases FP-17, T093. The numbers are called by probes.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.home.sounds import ProbeSoundFiles
from dialer.adapters.prompts import PromptCompiler
from dialer.adapters.sql.db.migrate import upgrade
from dialer.domain.access import LOCAL_ADMINISTRATOR, Actor, Role
from dialer.domain.base.errors import Conflict, Forbidden, Unavailable
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.domain.calls.attempt import AttemptState
from dialer.domain.calls.call_events import DialStatus
from dialer.domain.campaigns.campaign import Campaign, CampaignState, CampaignVerb
from dialer.domain.decision.facts import TrunkFacts
from dialer.domain.probes.probe import ProbeOutcome
from dialer.ports.telephony import ProbeEnd, ProbeOrder
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.calls.call_guards import CallGuards
from dialer.services.calls.pacing import LiveCalls
from dialer.services.decision.decider import TrunkPlan
from dialer.services.oppositions.callback_line import CallbackLine, LineProofs
from dialer.services.oppositions.pbx_lock import RingingCalls
from dialer.services.oppositions.suppressions import Suppressions
from dialer.services.pbx.fleet import Fleet
from dialer.services.probes import AGAIN_AFTER_S, ProbeCall, Probing
from tests.harness.acts import ActStore
from tests.harness.halts import a_halt
from tests.harness.patience import SOON_S
from tests.integration.scripted_link import ScriptedLink
from tests.integration.scripted_pbx import ScriptedPbx
from tests.samples.calls import an_attempt
from tests.samples.campaigns import MONDAY, campaign, campaign_keys

DEMO, OTHER, THIRD = (CampaignId(f"c{n:012x}") for n in (1, 2, 3))
HOUR = timedelta(hours=1)
OURS, ABROAD = "+33162000001", "+262947900001"
GREETINGS = {
    "liste-demo": "Bonjour. Vous avez été appelé par un automate de Liste Demo. Appuyez sur 9 pour ne plus l'être.",
    "ensemble": "Bonjour. Vous avez été appelé par un automate de Ensemble Autrement. Appuyez sur 9 pour ne plus l'être.",
}
SILENT = (
    "Bonjour. Pendant le silence électoral, aucun message n'est diffusé. Appuyez sur 9 pour vous opposer."
)


@dataclass(slots=True)
class Time:
    at: datetime = MONDAY

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def cpu(self) -> float:
        return 0.0

    def doubt(self) -> str:
        return ""


@dataclass(slots=True)
class Bench:
    """The probing service with a PBX in memory.

    `says` is the answering line's sound; `end` is how the dialling ends.
    """

    store: ActStore
    clock: Time
    pbx: ScriptedLink
    folder: Path
    prompts: PromptCompiler
    probing: Probing
    proofs: LineProofs
    live_calls: LiveCalls
    says: bytes = b""
    end: ProbeEnd = field(default_factory=lambda: ProbeEnd(DialStatus.ANSWER, 16, 200))
    orders: list[ProbeOrder] = field(default_factory=list)

    def answer(self, order: ProbeOrder) -> ProbeEnd:
        self.orders.append(order)
        if self.end.dial_status is DialStatus.ANSWER:
            (self.folder / "heard" / f"{order.id}.alaw").write_bytes(self.says)
        return self.end

    async def start(
        self, campaign_id: CampaignId = DEMO, *, sponsor: str = "liste-demo", **changes: object
    ) -> Campaign:
        """Add a campaign, approved with a script of its sponsor's, and running."""
        named = campaign_keys()["sponsor"] | {"id": sponsor}
        await self.store.campaigns.add(campaign(campaign_id, sponsor=named, **changes))
        texts = {"callback": GREETINGS[sponsor], "callback-silent": SILENT}
        script = await self.prompts.compile(texts, {}, language="fr")
        await self.store.campaigns.set_script(campaign_id, script.script)
        for verb in (CampaignVerb.APPROVE, CampaignVerb.START):
            await self.store.campaigns.move(campaign_id, verb, by="omar", at=self.clock.now())
        return await self.store.campaigns.get(campaign_id)

    async def greeting(self, sponsor: str = "liste-demo", name: str = "callback") -> bytes:
        texts = {"callback": GREETINGS[sponsor], "callback-silent": SILENT}
        return await self.prompts.audio((await self.prompts.compile(texts, {}, language="fr")).script, name)

    async def state(self, campaign_id: CampaignId = DEMO) -> tuple[CampaignState, str]:
        campaign = await self.store.campaigns.get(campaign_id)
        return campaign.state, campaign.reason

    async def outcomes(self, campaign_id: CampaignId = DEMO) -> list[ProbeOutcome]:
        return [probe.outcome for probe in await self.probing.page(LOCAL_ADMINISTRATOR, campaign_id)]


def trunks() -> dict[str, TrunkPlan]:
    return {
        name: TrunkPlan(TrunkFacts(name, loopback=name == "inside", caller_ids=()), ("pbx1",), 5, 5)
        for name in ("default", "inside")
    }


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    url = f"sqlite:///{tmp_path / 'dialer.db'}"
    await upgrade(url)
    (tmp_path / "heard").mkdir()
    async with ActStore.open(url) as store:
        clock = Time()
        pbx = ScriptedLink(ScriptedPbx(clock.now))
        fleet = Fleet({pbx.pbx: pbx}, driven=True)
        fleet.set_ready(pbx.pbx, ready=True)
        suppressions = Suppressions(store, clock, Fingerprints(b"k" * 32), fleet, RingingCalls(store, fleet))
        prompts, proofs = PromptCompiler(tmp_path / "prompts"), LineProofs(store, trunks(), clock)
        sounds = ProbeSoundFiles(tmp_path)
        call = ProbeCall(CallbackLine(store, suppressions, clock), prompts, sounds, clock)
        live_calls = LiveCalls()
        probing = Probing(store, fleet, trunks(), proofs, call, live_calls, clock)
        made = Bench(store, clock, pbx, tmp_path, prompts, probing, proofs, live_calls)
        made.says = await made.greeting()
        pbx.answers = made.answer
        yield made


async def test_a_campaign_waits_until_each_number_it_shows_has_been_rung_and_greeted(bench: Bench) -> None:
    campaign = await bench.start(caller_ids={"RE": ABROAD})
    call_guards = CallGuards(bench.store, bench.prompts, bench.clock, bench.proofs, load_packs())
    assert "has not been rung" in await bench.proofs.missing(campaign)
    assert not await call_guards.clear(campaign)
    await bench.probing.turn()
    assert {order.number for order in bench.orders} == {OURS, ABROAD}
    assert (await bench.proofs.missing(campaign), await bench.outcomes()) == ("", [ProbeOutcome.PASSED] * 2)
    assert await call_guards.clear(campaign)


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        (ProbeEnd(DialStatus.BUSY, 17, 486), ProbeOutcome.BUSY),
        (ProbeEnd(DialStatus.NOANSWER, 0, None), ProbeOutcome.NO_ANSWER),
        (ProbeEnd(DialStatus.CHANUNAVAIL, 1, 404), ProbeOutcome.NOT_IN_SERVICE),
        (ProbeEnd(DialStatus.ANSWER, 16, 200), ProbeOutcome.WRONG_GREETING),
    ],
    ids=lambda value: getattr(value, "value", ""),
)
async def test_a_number_that_fails_pauses_all_campaigns_of_the_sponsor_that_show_it(
    bench: Bench, end: ProbeEnd, outcome: ProbeOutcome
) -> None:
    """T093."""
    await bench.start()
    await bench.start(OTHER, caller_id=ABROAD)
    await bench.start(THIRD, sponsor="ensemble", trunk="inside")
    bench.end, bench.says = end, await bench.greeting("ensemble")
    await bench.probing.turn()
    state, reason = await bench.state()
    assert not [*bench.folder.glob("*/*.alaw")], "a stranger's voice is not kept"
    assert (state, outcome in reason, OURS in reason) == (CampaignState.PAUSED, True, True)
    assert [(await bench.state(other))[0] for other in (OTHER, THIRD)] == [
        CampaignState.PAUSED,
        CampaignState.RUNNING,
    ]


async def test_a_resumed_campaign_is_probed_again_before_it_dials(bench: Bench) -> None:
    campaign = await bench.start()
    bench.end = ProbeEnd(DialStatus.BUSY, 17, 486)
    await bench.probing.turn()
    await bench.store.campaigns.move(DEMO, CampaignVerb.RESUME, by="omar", at=bench.clock.now())
    assert "BUSY" in await bench.proofs.missing(campaign)
    bench.end, bench.clock.at = ProbeEnd(DialStatus.ANSWER, 16, 200), MONDAY + HOUR
    await bench.probing.turn()
    assert (await bench.proofs.missing(campaign), (await bench.state())[0]) == ("", CampaignState.RUNNING)


async def test_a_number_is_rung_once_a_day(bench: Bench) -> None:
    await bench.start()
    rung = []
    for hours in (0, 1, 19, 20, 21, 39, 40):
        bench.clock.at = MONDAY + hours * HOUR
        await bench.probing.turn()
        rung.append(len(bench.orders))
    assert rung == [1, 1, 1, 2, 2, 2, 3]


async def test_a_day_after_its_last_greeting_a_number_holds_the_campaign(bench: Bench) -> None:
    campaign = await bench.start()
    await bench.probing.turn()
    bench.clock.at = MONDAY + timedelta(hours=23, minutes=59)
    assert await bench.proofs.missing(campaign) == ""
    bench.clock.at = MONDAY + timedelta(hours=24)
    assert "not within 24 h" in await bench.proofs.missing(campaign)


@pytest.mark.parametrize(
    "end",
    [
        ProbeEnd(None, refused="HALTED"),
        ProbeEnd(DialStatus.CANCEL, 0, None),
        ProbeEnd(DialStatus.CHANUNAVAIL, 0, None),
    ],
    ids=["refused by the PBX", "hung up by us", "no answer of the network's"],
)
async def test_a_probe_that_was_not_made_proves_nothing_pauses_nothing_and_is_tried_again(
    bench: Bench, end: ProbeEnd
) -> None:
    campaign = await bench.start()
    bench.end = end
    for seconds, tries in ((0, 1), (AGAIN_AFTER_S - 1, 1), (AGAIN_AFTER_S, 2)):
        bench.clock.at = MONDAY + timedelta(seconds=seconds)
        await bench.probing.turn()
        assert len(bench.orders) == tries
    assert await bench.outcomes() == [ProbeOutcome.NOT_MADE] * 2
    assert ((await bench.state())[0], bool(await bench.proofs.missing(campaign))) == (
        CampaignState.RUNNING,
        True,
    )


async def test_a_probe_that_a_halt_cuts_short_is_no_failure(bench: Bench) -> None:
    await bench.start()
    bench.says = bench.says[:20_000]
    await bench.store.halts.begin_halt(a_halt())
    await bench.probing.run_now(LOCAL_ADMINISTRATOR, DEMO)
    assert (await bench.outcomes(), (await bench.state())[0]) == (
        [ProbeOutcome.NOT_MADE],
        CampaignState.RUNNING,
    )


async def test_nothing_is_rung_during_a_halt(bench: Bench) -> None:
    await bench.start()
    await bench.store.halts.begin_halt(a_halt())
    await bench.probing.turn()
    assert bench.orders == []


async def test_a_pbx_that_is_away_proves_nothing(bench: Bench) -> None:
    await bench.start()
    bench.pbx.cut()
    await bench.probing.turn()
    assert await bench.outcomes() == [ProbeOutcome.NOT_MADE]


async def test_a_loopback_trunk_needs_no_proof_unless_it_is_asked_for(bench: Bench) -> None:
    exempt = await bench.start(trunk="inside")
    asked = await bench.start(OTHER, trunk="inside", call={"callback_probe": "required"})
    assert (await bench.proofs.missing(exempt), bool(await bench.proofs.missing(asked))) == ("", True)
    await bench.probing.turn()
    assert [probe.campaign_id for probe in await bench.probing.page(LOCAL_ADMINISTRATOR, OTHER)] == [OTHER]


async def test_a_trunk_that_nobody_knows_needs_a_proof(bench: Bench) -> None:
    assert await bench.proofs.missing(await bench.start(trunk="nowhere"))


async def test_a_number_whose_line_another_sponsor_took_is_a_wrong_greeting(bench: Bench) -> None:
    await bench.start()
    await bench.probing.turn()
    taken = await bench.start(OTHER, sponsor="ensemble")
    await bench.probing.turn()
    assert (await bench.outcomes(OTHER), (await bench.state(OTHER))[0]) == (
        [ProbeOutcome.WRONG_GREETING],
        CampaignState.PAUSED,
    )
    assert await bench.proofs.missing(taken)


async def test_in_electoral_silence_the_line_must_say_that_it_says_nothing(bench: Bench) -> None:
    election = {"id": "mun-2027", "poll_dates": {"default": "2027-02-07"}}
    await bench.start(election=election)
    bench.clock.at = datetime.fromisoformat("2027-02-06T10:00:00+01:00")
    await bench.probing.turn()
    assert await bench.outcomes() == [ProbeOutcome.WRONG_GREETING]
    bench.says = await bench.greeting(name="callback-silent")
    (probe,) = await bench.probing.run_now(LOCAL_ADMINISTRATOR, DEMO)
    assert probe.outcome is ProbeOutcome.PASSED


async def test_a_probe_presents_the_campaigns_number_and_listens_to_the_whole_greeting(bench: Bench) -> None:
    await bench.start(caller_ids={"RE": ABROAD})
    (first, _) = await bench.probing.run_now(LOCAL_ADMINISTRATOR, DEMO)
    assert {order.shown for order in bench.orders} == {OURS}
    assert [(bench.folder / "probes" / f"{order.id}.alaw").read_bytes() for order in bench.orders] == [
        bench.says
    ] * 2
    assert all(len(bench.says) / 8000 < order.listen_s < len(bench.says) / 8000 + 5 for order in bench.orders)
    assert (first.likeness, first.recording_sha256 is not None, first.asked_by) == (
        100,
        True,
        LOCAL_ADMINISTRATOR.name,
    )


async def test_only_who_may_steer_a_campaign_rings_and_only_after_its_approval(bench: Bench) -> None:
    await bench.store.campaigns.add(campaign(OTHER))
    with pytest.raises(Conflict, match="approve"):
        await bench.probing.run_now(LOCAL_ADMINISTRATOR, OTHER)
    for role in (Role.AUDITOR, Role.CAMPAIGNER):
        with pytest.raises(Forbidden):
            await bench.probing.run_now(Actor("ada", role), OTHER)


async def test_without_a_pbx_nobody_is_rung(bench: Bench) -> None:
    await bench.start(trunk="nowhere")
    with pytest.raises(Unavailable, match="nowhere"):
        await bench.probing.run_now(LOCAL_ADMINISTRATOR, DEMO)


async def test_a_probe_waits_for_a_free_line_and_keeps_it(bench: Bench) -> None:
    campaign = await bench.start()
    most = trunks()["default"].max_concurrent
    for index in range(most):
        bench.live_calls.put(an_attempt(id=AttemptId(f"{index:032x}"), campaign_id=DEMO))
    turn = asyncio.create_task(bench.probing.turn())
    async with asyncio.timeout(SOON_S):
        while bench.live_calls.on_trunk("default") <= most:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    assert (bench.orders, bool(await bench.proofs.missing(campaign))) == ([], True)
    bench.live_calls.put(an_attempt(id=AttemptId("0" * 32), campaign_id=DEMO, state=AttemptState.ENDED))
    await asyncio.wait_for(turn, SOON_S)
    assert (len(bench.orders), bench.live_calls.on_trunk("default")) == (1, most - 1)


async def test_an_answer_without_a_recording_says_nothing_of_the_number(bench: Bench) -> None:
    await bench.start()
    bench.pbx.answers = lambda _: ProbeEnd(DialStatus.ANSWER, 16, 200)
    await bench.probing.turn()
    assert await bench.outcomes() == [ProbeOutcome.NOT_MADE]


async def test_what_was_recorded_for_a_service_that_died_is_forgotten_by_the_next(bench: Bench) -> None:
    left = bench.folder / "heard" / f"{'f' * 32}.alaw"
    left.write_bytes(b"a stranger")
    running = asyncio.create_task(bench.probing.run())
    async with asyncio.timeout(SOON_S):
        while left.exists():
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait({running})
