"""The whole service, opened and closed."""

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from dialer import bootstrap
from dialer.adapters.clock import SystemClock
from dialer.adapters.home.driver_name import driver_name
from dialer.adapters.home.keys import AesVault, create_keys, fingerprint_keys, subjects_key
from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.line_writer import LineWriter
from dialer.adapters.metrics import PrometheusMeter
from dialer.adapters.sql.store import SqlStore
from dialer.adapters.sql.upkeep import Subscribers
from dialer.bootstrap.calling import build_engine, build_probing
from dialer.bootstrap.home import Links, clock_of, halt_notes
from dialer.bootstrap.ledger import sealing
from dialer.bootstrap.parts import Runtime
from dialer.bootstrap.suite import build_suite
from dialer.services.access.keys import fingerprints_in_force
from dialer.services.calls.pacing import LiveCalls
from dialer.services.campaigns.progress import Counts
from dialer.services.decision.decider import Decider, DecisionArchive, TrunkPlan
from dialer.services.ledger.sealer import Sealer
from dialer.services.operations.loop_watch import LoopWatch
from dialer.services.operations.loops import Engine, Loop, SideJobs
from dialer.services.operations.suite import Services
from dialer.services.pbx.fleet import Fleet
from dialer.services.pbx.halts import Halts
from dialer.settings import Settings, TrunkSettings


@dataclass(frozen=True, slots=True)
class Service:
    """Everything wired: the use cases for the edges, and the loops for `dialer serve`."""

    settings: Settings
    clock: SystemClock
    store: SqlStore
    suite: Services
    fleet: Fleet
    engine: Engine
    parts: Runtime


@asynccontextmanager
async def open_service(
    settings: Settings, *, links: Links = Links.NONE, clock: SystemClock | None = None
) -> AsyncIterator[Service]:
    """Open the database and the links; close them at the end. Raise `BadSettings`, `Unavailable`.

    A PBX that does not answer is no error here: its link is tried again, and nothing is dialled on
    it meanwhile.
    """
    clock = clock or clock_of(settings)
    async with AsyncExitStack() as stack:
        told, pretended = subscribers(settings), bool(clock.shift)
        opening = SqlStore.open(settings.database_url, subscribers=told, pretended=pretended)
        store = await stack.enter_async_context(opening)
        fingerprints = await fingerprints_in_force(store, fingerprint_keys(settings.home))
        fleet = await _fleet(stack, settings, links, clock)
        sealer = await stack.enter_async_context(sealing(settings, store, clock))
        decider = build_judge(settings, clock, sealer)
        driver = stack.enter_context(driver_name(settings.home)) if fleet.driven else uuid.uuid4().hex
        live_calls, meter = LiveCalls(), PrometheusMeter(lambda: LineWriter.lost)
        halts = Halts(store, fleet, clock, halt_notes(settings.home))
        watch = LoopWatch(clock, meter)
        jobs: dict[str, Loop] = {"loop watch": watch}
        if fleet.driven:
            jobs["webhooks"] = await stack.enter_async_context(bootstrap.notifying(settings, store, clock))
        side = SideJobs(jobs, clock, meter)
        parts = Runtime(
            *(settings, clock, store, fingerprints, fleet, halts, decider, sealer, live_calls, meter, driver),
            jobs,
            side,
            watch,
        )
        service = wire(parts)
        stack.push_async_callback(service.suite.halting.close)
        yield service


async def _fleet(stack: AsyncExitStack, settings: Settings, links: Links, clock: SystemClock) -> Fleet:
    """Open the fleet, loading no module for PBXs where none is spoken to."""
    if links is Links.NONE:
        return Fleet({}, driven=False)
    return await stack.enter_async_context(bootstrap.open_fleet(settings, links, clock))


def build_judge(settings: Settings, clock: SystemClock, sealer: Sealer) -> Decider:
    packs = load_packs(settings.home / "rulepacks")
    archive = DecisionArchive(AesVault(subjects_key(settings.home)), packs)
    return Decider(packs, {trunk.name: plan_of(trunk) for trunk in settings.trunks}, clock, archive, sealer)


def plan_of(trunk: TrunkSettings) -> TrunkPlan:
    return TrunkPlan(trunk.facts, trunk.pbx, trunk.calls_per_second, trunk.max_concurrent)


def wire(parts: Runtime) -> Service:
    probing = build_probing(parts)
    suite = build_suite(parts, probing)
    parts.jobs["retention"] = suite.retention
    parts.jobs["call-back probes"] = probing
    parts.jobs["counts"] = Counts(parts.store, parts.clock)
    return Service(
        parts.settings,
        parts.clock,
        parts.store,
        suite,
        parts.fleet,
        build_engine(parts),
        parts,
    )


def subscribers(settings: Settings) -> Subscribers:
    return {webhook.endpoint: frozenset(webhook.events) for webhook in settings.webhooks}


def prepare_home(home: Path) -> None:
    """Make folders and keys. Existing ones stay."""
    home.mkdir(parents=True, exist_ok=True)
    create_keys(home)
