"""A process of the service, of real parts; its clock is turned by hand."""

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from dialer.adapters.home.keys import AesVault
from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.home.sounds import RecordingFiles
from dialer.adapters.metrics import PrometheusMeter
from dialer.domain.base.errors import Unavailable
from dialer.domain.decision.facts import TrunkFacts
from dialer.ports.campaigns import CompiledScript
from dialer.ports.pbx import Driver, HaltNotes
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.calls.call_event_applier import CallEventApplier
from dialer.services.calls.call_guards import CallGuards
from dialer.services.calls.pacing import LiveCalls
from dialer.services.calls.pbx_worker import PbxWorker
from dialer.services.calls.recovery import OrphanedAttempts, Recovery
from dialer.services.calls.unknown_calls import UnknownCalls
from dialer.services.campaigns.campaigns import Campaigns
from dialer.services.campaigns.scripts import Scripts
from dialer.services.consent.consent_proofs import ConsentProofs
from dialer.services.consent.consents import Consents
from dialer.services.decision.decider import Decider, DecisionArchive, TrunkPlan
from dialer.services.dialing.dialing import DialingLoop
from dialer.services.dialing.sending import Sending
from dialer.services.oppositions.callback_line import CallbackLine, LineProofs
from dialer.services.oppositions.pbx_lock import PbxLock, RingingCalls
from dialer.services.oppositions.suppressions import Suppressions
from dialer.services.pbx.fleet import Fleet
from dialer.services.pbx.halts import Halting, Halts
from dialer.services.pbx.lease import Lease
from dialer.services.pbx.pauses import Pauses
from dialer.services.upkeep.erasure import Retention
from tests.contract.judged import SOUNDS
from tests.harness.ledger import WRITABLE
from tests.integration.faulty_store import FaultyStore, Trouble
from tests.integration.scripted_link import ScriptedLink
from tests.samples.campaigns import MONDAY

KEY = b"k" * 32
PACKS = load_packs()


@dataclass(slots=True)
class World:
    """True time, and the seconds that have passed."""

    at: datetime = MONDAY
    passed: float = 0.0

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.passed += seconds


@dataclass(slots=True)
class WrongClock:
    """A process's own clock: right when it starts, then set ahead or back by a tamperer."""

    world: World
    ahead: timedelta = timedelta()
    stepped: bool = False
    used_s: float = 0.0
    """Processor time, where a test counts it."""

    def now(self) -> datetime:
        return self.world.at + self.ahead

    def monotonic(self) -> float:
        return self.world.passed

    def cpu(self) -> float:
        return self.used_s

    def doubt(self) -> str:
        self.stepped |= abs(self.ahead) > timedelta(seconds=2)
        return "it stepped" if self.stepped else ""


class UnchangedPrompts:
    """Audio as it was approved: these histories are not about it."""

    async def compile(
        self, texts: dict[str, str], recordings: dict[str, bytes], *, language: str
    ) -> CompiledScript:
        raise NotImplementedError

    async def hear(self, recording: bytes) -> None:
        raise NotImplementedError

    async def audio(self, script: str, name: str) -> bytes:
        raise NotImplementedError

    async def check(self, script: str) -> CompiledScript:
        return CompiledScript(script, ())


UNCHANGED = UnchangedPrompts()


@dataclass(slots=True)
class ServiceProcess:
    name: str
    clock: WrongClock
    trouble: Trouble
    links: Sequence[ScriptedLink]
    fleet: Fleet
    dialing: DialingLoop
    sending: Sending
    consumers: dict[str, PbxWorker]
    campaigns: Campaigns
    halting: Halting
    suppressions: Suppressions
    consents: Consents
    orphaned_attempts: OrphanedAttempts
    running: list[asyncio.Task[None]] = field(default_factory=list)

    def drives(self, pbx: str) -> bool:
        return self.fleet.ready(pbx) and self.consumers[pbx].lease.held

    async def die(self) -> None:
        """Die without a farewell."""
        self.trouble.gone = True
        for link in self.links:
            link.die()
        for task in self.running:
            task.cancel()
        await self.halting.close()
        await self.sending.close()
        for task in self.running:
            with suppress(asyncio.CancelledError, Unavailable):
                await task


def start_process(
    store: FaultyStore, links: Sequence[ScriptedLink], clock: WrongClock, trouble: Trouble, notes: HaltNotes
) -> ServiceProcess:
    """Start a process. Its consumers run; its dialling loop is turned by hand.

    `notes` are those of its home.
    """
    fleet, live_calls, meter = (
        Fleet({link.pbx: link for link in links}, driven=True),
        LiveCalls(),
        PrometheusMeter(),
    )
    trunk = TrunkPlan(
        TrunkFacts("default", loopback=True, caller_ids=()), tuple(link.pbx for link in links), 1000, 100
    )
    judge = Decider(PACKS, {"default": trunk}, clock, DecisionArchive(AesVault(KEY), PACKS), WRITABLE)
    fingerprints, ringing = Fingerprints(KEY), RingingCalls(store, fleet)
    call_guards = CallGuards(store, UNCHANGED, clock, LineProofs(store, judge.trunks, clock), judge.packs)
    unknown_calls = UnknownCalls(store, fleet, fingerprints, clock, WRITABLE)
    calls = CallEventApplier(store, fleet, live_calls, clock, meter, call_guards, unknown_calls)
    suppressions = Suppressions(store, clock, fingerprints, fleet, ringing)
    halts, pauses = Halts(store, fleet, clock, notes), Pauses(store, fleet, clock)
    recovery = Recovery(store, calls, live_calls, clock, PbxLock(store, fingerprints, clock), halts, pauses)
    line = CallbackLine(store, suppressions, clock)
    name = uuid.uuid4().hex
    leases = [Lease(store, clock, Driver(link.pbx, name)) for link in links]
    consumers = {
        lease.driver.pbx: PbxWorker(lease, fleet, calls, recovery, live_calls, clock, meter, line)
        for lease in leases
    }
    sending = Sending(store, live_calls, clock, consumers, meter)
    proofs = ConsentProofs(store, AesVault(KEY))
    scripts = Scripts(store, UNCHANGED, RecordingFiles(Path("/nonexistent")), clock, judge.packs)
    return ServiceProcess(
        name,
        clock,
        trouble,
        links,
        fleet,
        DialingLoop(store, fleet, judge, live_calls, clock, sending, meter, call_guards),
        sending,
        consumers,
        Campaigns(
            store,
            judge,
            scripts,
            clock,
            Retention(store, PACKS, proofs, SOUNDS, clock, pretended=True).demand_running,
            pauses,
        ),
        Halting(store, fleet, clock, halts),
        suppressions,
        Consents(store, clock, fingerprints, proofs, ringing),
        OrphanedAttempts(store, calls, clock),
        [asyncio.create_task(consumer.run()) for consumer in consumers.values()],
    )
