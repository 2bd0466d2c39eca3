"""The parts that most services are made from."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dialer.adapters.clock import SystemClock
from dialer.adapters.prompts import PromptCompiler
from dialer.adapters.sql.store import SqlStore
from dialer.ports.access import Vault
from dialer.ports.meter import Meter
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.calls.pacing import LiveCalls
from dialer.services.decision.decider import Decider
from dialer.services.ledger.sealer import Sealer
from dialer.services.operations.loop_watch import LoopWatch
from dialer.services.operations.loops import Loop, SideJobs
from dialer.services.oppositions.callback_line import CallbackLine, LineProofs
from dialer.services.oppositions.pbx_lock import RingingCalls
from dialer.services.oppositions.suppressions import Suppressions
from dialer.services.pbx.fleet import Fleet
from dialer.services.pbx.halts import Halts
from dialer.services.pbx.pauses import Pauses
from dialer.settings import Settings


@dataclass(frozen=True)
class Runtime:
    """The shared parts of a process, one of each.

    A `cached_property` is made when it is first asked for, and once.

    `driver` is its name among the drivers of PBXs. `jobs` are those of `side`, to be added to.
    """

    settings: Settings
    clock: SystemClock
    store: SqlStore
    fingerprints: Fingerprints
    fleet: Fleet
    halts: Halts
    decider: Decider
    sealer: Sealer
    live_calls: LiveCalls
    meter: Meter
    driver: str
    jobs: dict[str, Loop]
    side: SideJobs
    watch: LoopWatch

    @property
    def home(self) -> Path:
        return self.settings.home

    @property
    def vault(self) -> Vault:
        return self.decider.archive.vault

    @property
    def pretended(self) -> bool:
        return bool(self.clock.shift)

    @cached_property
    def prompts(self) -> PromptCompiler:
        return PromptCompiler(self.home / "prompts")

    @cached_property
    def ringing(self) -> RingingCalls:
        return RingingCalls(self.store, self.fleet)

    @cached_property
    def suppressions(self) -> Suppressions:
        return Suppressions(self.store, self.clock, self.fingerprints, self.fleet, self.ringing)

    @cached_property
    def callback_line(self) -> CallbackLine:
        return CallbackLine(self.store, self.suppressions, self.clock)

    @cached_property
    def pauses(self) -> Pauses:
        return Pauses(self.store, self.fleet, self.clock)

    @cached_property
    def line_proofs(self) -> LineProofs:
        return LineProofs(self.store, self.decider.trunks, self.clock)
