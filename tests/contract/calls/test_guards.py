"""Faults for which the machine itself pauses a campaign, in any process (T102, T103, T104)."""

from datetime import datetime, timedelta
from pathlib import Path

from dialer.adapters.clock import SystemClock
from dialer.adapters.home.keys import AesVault
from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.metrics import PrometheusMeter
from dialer.adapters.prompts import PromptCompiler
from dialer.domain.access import Actor, Role
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import (
    Answered,
    CallEvent,
    DialStatus,
    Ended,
    RefusalCause,
    Refused,
    TraceStep,
    TraceVerb,
)
from dialer.domain.calls.trunk_health import PERIOD
from dialer.domain.campaigns.campaign import CampaignState, PauseCause
from dialer.domain.rulepacks.rulepack import RulePackIndex
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.calls.call_event_applier import CallEventApplier
from dialer.services.calls.call_guards import CallGuards
from dialer.services.calls.pacing import LiveCalls
from dialer.services.calls.unknown_calls import UnknownCalls
from dialer.services.campaigns.progress import ProgressReader
from dialer.services.decision.decider import Decider, DecisionArchive
from dialer.services.oppositions.callback_line import LineProofs
from dialer.services.pbx.fleet import Fleet
from tests.contract.judged import shelf_with
from tests.contract.rotation import FIRST, half_rotated
from tests.harness.acts import ActStore
from tests.harness.ledger import WRITABLE
from tests.integration.scripted_link import ScriptedLink
from tests.integration.scripted_pbx import ScriptedPbx
from tests.samples.calls import claimed
from tests.samples.campaigns import CAMPAIGN, NOW
from tests.samples.people import listed

AUDITOR = Actor("ana", Role.AUDITOR)


class Service:
    """Memory of one process: little, and nothing of the counts of these tests."""

    def __init__(
        self, store: ActStore, folder: Path, *, at: datetime = NOW, packs: RulePackIndex | None = None
    ) -> None:
        clock = SystemClock(at - SystemClock().now())
        self.pbx = ScriptedLink(ScriptedPbx(clock.now))
        packs, proofs = packs or load_packs(), LineProofs(store, {}, clock)
        fleet = Fleet({self.pbx.pbx: self.pbx}, driven=True)
        judge = Decider(packs, {}, clock, DecisionArchive(AesVault(b"k" * 32), packs), WRITABLE)
        self.calls = CallEventApplier(
            store,
            fleet,
            LiveCalls(),
            clock,
            PrometheusMeter(),
            CallGuards(store, PromptCompiler(folder), clock, proofs, packs),
            UnknownCalls(store, fleet, Fingerprints(FIRST), clock, WRITABLE),
        )
        self.progress = ProgressReader(store, fleet, judge, proofs, clock)

    async def hear(self, *events: CallEvent) -> None:
        await self.calls.apply(self.pbx, events)

    async def why_it_waits(self) -> tuple[CampaignState, str]:
        found = await self.progress.of(AUDITOR, CAMPAIGN)
        return found.campaign.state, found.waiting


def heard_after(attempt: Attempt, seconds: float) -> tuple[CallEvent, ...]:
    first = NOW + timedelta(seconds=seconds)
    trace = (TraceStep(first, TraceVerb.PLAY, "notice"), TraceStep(first, TraceVerb.CUT, "notice"))
    ended = Ended(attempt.id, NOW + timedelta(seconds=9), DialStatus.ANSWER, 16, 200, trace)
    return Answered(attempt.id, NOW), ended


async def test_a_prompt_that_a_pbx_lacks_pauses_the_campaign_and_progress_says_why(
    store: ActStore, tmp_path: Path
) -> None:
    await listed(store, 1, 2)
    attempt, _ = await claimed(store)
    service = Service(store, tmp_path)
    await service.hear(Refused(attempt.id, NOW, RefusalCause.SCRIPT))
    why = "paused: script: a prompt is missing or empty on PBX pbx1"
    assert await service.why_it_waits() == (CampaignState.PAUSED, why)
    assert (await store.campaigns.get(CAMPAIGN)).pause_cause is PauseCause.SCRIPT


async def test_silent_calls_of_two_processes_add_up_and_the_second_pauses_the_campaign(
    store: ActStore, tmp_path: Path
) -> None:
    """T104: it holds after a restart, too: neither has seen the other's calls."""
    await listed(store, 1, 2, 3)
    first, quick, second = await claimed(store)
    await Service(store, tmp_path).hear(*heard_after(first, 2.5))
    other = Service(store, tmp_path)
    await other.hear(*heard_after(quick, 0.2))
    assert (await other.why_it_waits())[0] is CampaignState.RUNNING
    await other.hear(*heard_after(second, 2.1))
    why = "paused: silence: 2 of 3 callees who answered heard nothing for 2 s"
    assert await other.why_it_waits() == (CampaignState.PAUSED, why)
    assert (await store.campaigns.get(CAMPAIGN)).pause_cause is PauseCause.SILENCE


async def test_what_happened_more_than_thirty_days_ago_no_longer_counts(
    store: ActStore, tmp_path: Path
) -> None:
    """E13."""
    await listed(store, 1, 2)
    service = Service(store, tmp_path, at=NOW + PERIOD + timedelta(hours=1))
    for attempt in await claimed(store):
        await service.hear(*heard_after(attempt, 2.5))
    assert (await service.why_it_waits())[0] is CampaignState.RUNNING


async def test_where_any_silence_is_harm_the_first_silent_call_pauses_the_campaign(
    store: ActStore, tmp_path: Path
) -> None:
    """UK-04: the pack of the tests' campaign takes its rule here."""
    (british,) = [pack.silent_calls for pack in load_packs().shipped if pack.name == "uk-pecr"]
    packs = shelf_with(lambda pack: pack.model_copy(update={"silent_calls": british}))
    await listed(store, 1, 2)
    quick, silent = await claimed(store)
    service = Service(store, tmp_path, packs=packs)
    await service.hear(*heard_after(quick, 1.9))
    assert (await service.why_it_waits())[0] is CampaignState.RUNNING
    await service.hear(*heard_after(silent, 2.1))
    why = "paused: silence: 1 of 2 callees who answered heard nothing for 2 s"
    assert await service.why_it_waits() == (CampaignState.PAUSED, why)


async def test_progress_says_that_nobody_is_judged_while_the_keys_are_being_changed(
    store: ActStore, tmp_path: Path
) -> None:
    await listed(store, 1, 2)
    async with half_rotated(store, 1):
        why = "the fingerprint keys are being changed to version 2: nobody is judged until that has ended"
        assert await Service(store, tmp_path).why_it_waits() == (CampaignState.RUNNING, why)
