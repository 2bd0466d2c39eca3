"""Whatever breaks, in whatever order: nobody is called twice, no opposition is lost, every attempt ends in a known state."""

import asyncio
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.adapters.callees.personas import Persona, number_for
from dialer.adapters.metrics import PrometheusMeter
from dialer.adapters.rulepacks import load_packs
from dialer.adapters.sql.migrate import upgrade
from dialer.adapters.sql.store import SqlStore
from dialer.adapters.vault import AesVault
from dialer.domain.attempt import FINAL_STATES
from dialer.domain.campaign import CampaignState, CampaignVerb
from dialer.domain.consent import ConsentedWindow, ConsentGiven
from dialer.domain.contact import ImportId, Manifest, PhoneNumber, SourceClass
from dialer.domain.facts import TrunkFacts
from dialer.domain.suppression import fingerprint_of
from dialer.ports.leases import Driver
from dialer.ports.prompts import CompiledScript
from dialer.ports.records import CallFilter, NewContact
from dialer.services.board import Board
from dialer.services.callback_line import CallbackLine
from dialer.services.calls import Calls
from dialer.services.consumer import Consumer
from dialer.services.dialing import Dialing
from dialer.services.fingerprints import Fingerprints
from dialer.services.fleet import Fleet
from dialer.services.guards import Guards
from dialer.services.judge import Judge, TrunkPlan
from dialer.services.keeping import Keeping
from dialer.services.lease import Lease
from dialer.services.line_proofs import LineProofs
from dialer.services.pbx_lock import PbxLock
from dialer.services.recovery import Recovery
from dialer.services.ringing import Ringing
from dialer.services.suppressions import Suppressions
from tests.harness.ledger import WRITABLE
from tests.integration.scripted_pbx import ScriptedPbx
from tests.unit.values import MONDAY, a_campaign, a_definition

KEY = b"k" * 32
EVERY_MORNING = (ConsentedWindow(frozenset(range(5)), time(10), time(13)),)
PEOPLE = 12
NUMBERS = [PhoneNumber(number_for(Persona.PRESSES_ONE, index)) for index in range(PEOPLE)]
OPPONENTS = set(NUMBERS[::3])
CAMPAIGN = a_campaign(
    definition=a_definition(pacing={"calls_per_second": 1000, "max_concurrent": 4}), script="5" * 64
)
STEPS = st.lists(
    st.sampled_from(["dial", "play", "play", "settle", "cut", "mend", "crash", "later", "pause"]),
    min_size=5,
    max_size=25,
)


@dataclass(slots=True)
class Time:
    at: datetime = MONDAY
    passed: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.passed

    def trusted(self) -> bool:
        return True


@dataclass(slots=True)
class Process:
    """The service between two crashes."""

    dialing: Dialing
    consumer: Consumer
    fleet: Fleet
    running: asyncio.Task[None] = field(init=False)

    def start(self) -> None:
        self.running = asyncio.create_task(self.consumer.run())

    async def ready(self) -> None:
        """Recovered on every PBX: a recovery that failed is tried again only after a while."""
        async with asyncio.timeout(60):
            while not all(self.fleet.ready(pbx) for pbx in self.fleet.telephonies):
                await asyncio.sleep(0.01)

    async def die(self) -> None:
        self.running.cancel()
        with suppress(asyncio.CancelledError):
            await self.running


class UnchangedPrompts:
    """Audio that is as it was approved: these histories are not about it."""

    async def compile(
        self, texts: dict[str, str], recordings: dict[str, bytes], *, language: str
    ) -> CompiledScript:
        raise NotImplementedError

    async def audio(self, script: str, name: str) -> bytes:
        raise NotImplementedError

    async def check(self, script: str) -> CompiledScript:
        return CompiledScript(script, ())


UNCHANGED = UnchangedPrompts()


def a_process(store: SqlStore, pbx: ScriptedPbx, clock: Time) -> Process:
    fleet, board = Fleet({pbx.pbx: pbx}, driven=True), Board()
    trunk = TrunkPlan(TrunkFacts("default", loopback=True, caller_ids=()), (pbx.pbx,), 1000, 100)
    packs = load_packs()
    judge = Judge(packs, {"default": trunk}, clock, Keeping(AesVault(KEY), packs), WRITABLE)
    meter = PrometheusMeter()
    guards = Guards(store, UNCHANGED, clock, LineProofs(store, judge.trunks, clock))
    calls = Calls(store, fleet, board, clock, meter, guards)
    fingerprints = Fingerprints(KEY)
    suppressions = Suppressions(store, clock, fingerprints, fleet, Ringing(store, fleet))
    line = CallbackLine(store, suppressions, clock)
    recovery = Recovery(store, calls, board, clock, PbxLock(store, fingerprints, clock))
    driver = Driver(pbx.pbx, uuid.uuid4().hex)
    consumer = Consumer(Lease(store.leases, clock, driver), fleet, calls, recovery, board, clock, meter, line)
    pbx.queue = asyncio.Queue()
    if pbx.linked:
        pbx.mend()
    process = Process(
        Dialing(store, fleet, judge, board, clock, {pbx.pbx: consumer}, meter, guards), consumer, fleet
    )
    process.start()
    return process


async def fill(store: SqlStore) -> None:
    await store.campaigns.add(CAMPAIGN)
    manifest = Manifest(
        *(ImportId("i0123456789ab"), "contacts", CAMPAIGN.id, SourceClass.OPT_IN_FORM, "form"),
        *(MONDAY - timedelta(days=60), "contacts.csv", "0" * 64, "alice", MONDAY),
    )
    await store.contacts.begin_import(manifest)
    rows = [a_row(line, number, manifest.id) for line, number in enumerate(NUMBERS, start=2)]
    await store.contacts.add(manifest.id, CAMPAIGN.id, rows)
    for verb in (CampaignVerb.APPROVE, CampaignVerb.START):
        await store.campaigns.move(CAMPAIGN.id, verb, by="bob", at=MONDAY)


def a_row(line: int, number: PhoneNumber, import_id: ImportId) -> NewContact:
    fingerprint = fingerprint_of(number, KEY)
    given = ConsentGiven(
        fingerprint=fingerprint,
        sponsor="liste-demo",
        purpose="political",
        channel="automated_voice",
        source="form",
        proof="proof-1",
        given_at=MONDAY - timedelta(days=60),
        expires_at=None,
        windows=EVERY_MORNING,
        appointment_at=None,
        act=None,
        territory="FR",
        timezone=None,
        import_id=import_id,
        recorded_at=MONDAY,
    )
    return NewContact(line, number, fingerprint, None, None, "FR", None, given)


class History:
    """One campaign, and everything that may befall it."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.clock = Time()
        self.pbx = ScriptedPbx(self.clock.now, OPPONENTS.__contains__)
        self.process = a_process(store, self.pbx, self.clock)

    @classmethod
    def resumed(cls, store: SqlStore, pbx: ScriptedPbx, clock: Time) -> "History":
        """With a PBX that has a past."""
        history = cls.__new__(cls)
        history.store, history.clock, history.pbx = store, clock, pbx
        pbx.linked = True
        history.process = a_process(store, pbx, clock)
        return history

    async def step(self, what: str) -> None:
        match what:
            case "dial":
                await self.process.dialing.turn()
                await asyncio.sleep(0)
            case "play":
                for attempt_id in list(self.pbx.alive)[:1]:
                    self.pbx.play_on(attempt_id)
            case "settle":
                await self.settle()
            case "cut":
                self.pbx.cut()
            case "mend" if not self.pbx.linked:
                self.pbx.mend()
            case "crash":
                await self.process.die()
                self.process = a_process(self.store, self.pbx, self.clock)
            case "later":
                self.clock.at += timedelta(seconds=20)
                self.clock.passed += 1
            case "pause":
                await self.toggle()

    async def toggle(self) -> None:
        state = (await self.store.campaigns.get(CAMPAIGN.id)).state
        verbs = {CampaignState.RUNNING: CampaignVerb.PAUSE, CampaignState.PAUSED: CampaignVerb.RESUME}
        if verb := verbs.get(state):
            await self.store.campaigns.move(CAMPAIGN.id, verb, by="bob", at=self.clock.now())

    async def settle(self) -> None:
        """Let the service hear what the PBX said."""
        await asyncio.sleep(0.02)
        for _ in range(20):
            if self.pbx.queue.empty() and not self.pbx.opposed and not self.pbx.ended:
                return
            await asyncio.sleep(0.005)

    async def end(self) -> None:
        """Everything works again, and the campaign goes on to its end."""
        await self.step("mend")
        await self.process.ready()
        if (await self.store.campaigns.get(CAMPAIGN.id)).state is CampaignState.PAUSED:
            await self.toggle()
        for _ in range(100):
            await self.process.ready()
            await self.step("dial")
            for attempt_id in list(self.pbx.alive):
                self.pbx.play_on(attempt_id)
            await self.settle()
            self.clock.at += timedelta(seconds=30)
            self.clock.passed += 1
            if (await self.store.campaigns.get(CAMPAIGN.id)).state is CampaignState.COMPLETED:
                return
        raise AssertionError("the campaign does not end")


async def lived(folder: Path, steps: list[str]) -> None:
    url = f"sqlite:///{folder / 'dialer.db'}"
    await upgrade(url)
    async with SqlStore.open(url) as store:
        await fill(store)
        history = History(store)
        for step in steps:
            await history.step(step)
        await history.end()
        await history.process.die()
        await check(store, history.pbx)


async def check(store: SqlStore, pbx: ScriptedPbx) -> None:
    assert max(pbx.invites.values()) == 1
    rows = await store.attempts.calls(CallFilter(CAMPAIGN.id, limit=1000))
    assert {row.attempt.state for row in rows} <= FINAL_STATES
    for number in OPPONENTS & pbx.invites.keys():
        assert await store.suppressions.of(fingerprint_of(PhoneNumber(number), KEY)), "an opposition is lost"
    assert not pbx.opposed, "the outbox of oppositions is not cleared"
    assert not pbx.ended, "the outbox of ends is not cleared"


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(STEPS)
def test_no_history_calls_twice_loses_an_opposition_or_leaves_doubt(steps: list[str]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(lived(Path(folder), steps))


@pytest.mark.parametrize(
    "steps",
    [
        ["dial", "dial", "dial", "dial", "crash", "dial", "cut", "dial", "pause", "later", "cut", "mend"],
        ["dial", "crash"],
        ["settle", "dial", "cut", "play", "play", "mend", "settle"],
        ["settle", "dial", "play", "crash", "settle", "dial"],
        ["settle", "dial", "cut", "later", "crash", "mend"],
    ],
)
def test_a_history_that_once_was_feared_ends_well(steps: list[str], tmp_path: Path) -> None:
    asyncio.run(lived(tmp_path, steps))
