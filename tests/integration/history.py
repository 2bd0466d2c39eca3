"""A campaign over two PBXs and two processes of the service, and what may befall them."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from random import Random

from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import Conflict, Unavailable
from dialer.domain.base.types import Fingerprint, ImportId, PhoneNumber
from dialer.domain.campaigns.campaign import Campaign, CampaignState, CampaignVerb
from dialer.domain.consent import ConsentedWindow
from dialer.domain.ledger.event import Kind
from dialer.domain.oppositions.suppression import OppositionChannel, fingerprint_of
from dialer.ports.records import NewContact
from dialer.ports.telephony import CallOrder
from dialer.services.oppositions.statements import StatedOpposition
from dialer.simulated_callees.personas import Persona, number_for
from tests.harness.acts import ActStore
from tests.harness.halts import NotesInMemory
from tests.harness.patience import SOON_S
from tests.integration.faulty_store import FaultyStore, Trouble
from tests.integration.scripted_link import ScriptedLink
from tests.integration.scripted_pbx import Act, ScriptedPbx
from tests.integration.service_process import KEY, ServiceProcess, World, WrongClock, start_process
from tests.samples.campaigns import MONDAY, campaign
from tests.samples.people import details_of, import_of, plain_consent, run_list

EVERY_MORNING = (ConsentedWindow(frozenset(range(5)), time(10), time(13)),)
NUMBERS = [PhoneNumber(number_for(Persona.PRESSES_ONE, index)) for index in range(12)]
OPPONENTS = set(NUMBERS[::3])
"""Numbers that press 9, and hold out until it is recorded."""
ACTS = (
    dict.fromkeys(NUMBERS, Act.ONE)
    | dict.fromkeys(OPPONENTS, Act.NINE)
    | dict.fromkeys(NUMBERS[1::6], Act.NINE_CUT)
)
CAMPAIGN = replace(
    campaign(
        pacing={"calls_per_second": 1000, "max_concurrent": 4},
        retry={"max_attempts": 1, "min_gap_hours": 24},
    ),
    script="5" * 64,
)
TICK_S = 0.01
"""Seconds between the turns of a service's loops here."""
PERMITS = "SELECT count(*) FROM ledger_pending WHERE kind = ? AND about = ?"


async def fill(store: ActStore, made: Campaign = CAMPAIGN, numbers: Sequence[PhoneNumber] = NUMBERS) -> None:
    """Store a running campaign and people who may be called every morning."""
    rows = [a_row(line, number, import_of(made.id)) for line, number in enumerate(numbers, start=2)]
    agreed = MONDAY - timedelta(days=60)
    await run_list(store, made, rows, at=MONDAY, collected_at=agreed, imported_at=MONDAY)


def print_of(number: PhoneNumber) -> Fingerprint:
    return fingerprint_of(number, KEY)


def a_row(line: int, number: PhoneNumber, import_id: ImportId) -> NewContact:
    given = plain_consent(
        print_of(number),
        given_at=MONDAY - timedelta(days=60),
        windows=EVERY_MORNING,
        territory="FR",
        import_id=import_id,
        recorded_at=MONDAY,
    )
    return NewContact(line, number, given.fingerprint, details_of(territory="FR"), given)


def a_pbx(world: World, name: str = "pbx1") -> ScriptedPbx:
    return ScriptedPbx(world.now, lambda number: ACTS[PhoneNumber(number)], name)


class History:
    """A history in which no INVITE leaves that must not: `watch` sees each.

    `chance` leads what the history did not choose. `database` is the file, where it is SQLite's,
    for reads that a store has not.
    """

    def __init__(
        self,
        store: ActStore,
        pbxs: Sequence[ScriptedPbx],
        world: World,
        *,
        processes: int = 1,
        database: Path | None = None,
        chance: Random | None = None,
    ) -> None:
        self.store = store
        self.chance = chance or Random(0)
        self.database = database
        self.world = world
        self.forbidden: set[str] = set()
        self.quiet: set[str] = set()
        """PBXs from which nothing may leave."""
        self.opposed: set[PhoneNumber] = set()
        self.pbxs = pbxs
        for pbx in pbxs:
            pbx.watch = self.watch
        self.notes = NotesInMemory()
        self.processes = [self.start() for _ in range(processes)]

    def start(self) -> ServiceProcess:
        trouble = Trouble(self.chance)
        links = [ScriptedLink(pbx) for pbx in self.pbxs]
        store = FaultyStore(self.store, trouble)
        return start_process(store, links, WrongClock(self.world), trouble, self.notes)

    def watch(self, pbx: str, order: CallOrder) -> None:
        number = order.attempt.number
        assert sum(each.invites[number] for each in self.pbxs) == 1, "called twice"
        assert pbx not in self.quiet, "called after the answer to a pause, a stop or a halt"
        assert number not in self.forbidden, "called after an opposition"
        if self.database:
            with closing(sqlite3.connect(self.database)) as ledger:
                [(permits,)] = ledger.execute(PERMITS, (Kind.PERMIT.value, order.attempt.id))
            assert permits == 1, "called before its decision was in the ledger"

    async def dial(self, process: ServiceProcess, *, until_sent: bool = True) -> None:
        """Dial one turn. A permit may be left waiting for a slot, as when a fault comes at once."""
        with suppress(Unavailable):
            await process.dialing.turn()
        await (process.sending.all_sent() if until_sent else asyncio.sleep(0))

    def play(self, pbx: ScriptedPbx) -> None:
        """Play one call to its end.

        A 9 counts whether a service listens, and whether it came up.
        """
        for attempt_id, order in list(pbx.alive.items())[:1]:
            pbx.play_on(attempt_id)
            if ACTS[order.attempt.number] in {Act.NINE, Act.NINE_CUT}:
                self.opposed.add(order.attempt.number)

    async def settle(self) -> None:
        """Let the services hear what the PBXs said."""
        for _ in range(100):
            await asyncio.sleep(0.002)
            links = [link for process in self.processes for link in process.links]
            waiting = any(pbx.opposed or pbx.ended for pbx in self.pbxs)
            if not waiting and all(link.queue.empty() for link in links):
                break
        await asyncio.sleep(0.01)

    async def crash(self, index: int) -> None:
        """Kill a process, let its leases run out, and start it again."""
        await self.processes[index].die()
        await self._lapse_leases(self.processes[index])
        self.processes[index] = self.start()

    async def _lapse_leases(self, process: ServiceProcess) -> None:
        """Let leases lapse as after a long silence, without waiting for it."""
        assert self.database

        def lapse(database: Path) -> None:
            with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as connection:
                connection.execute("DELETE FROM pbx_leases WHERE holder = ?", (process.name,))

        await asyncio.to_thread(lapse, self.database)

    async def part(self, process: ServiceProcess) -> None:
        """Cut the process off the database: it lives on while its leases run out.

        Its Originates are still under way.
        """
        for link in process.links:
            link.slow = True
        process.trouble.gone = True
        await self._lapse_leases(process)
        self.world.wait(3)

    def rejoin(self, process: ServiceProcess) -> None:
        process.trouble.gone, process.trouble.rate = False, 0.0
        for link in process.links:
            link.slow, link.chance = False, None
            link.mend()
        for pbx in self.pbxs:
            pbx.deliver()

    async def move(self, process: ServiceProcess, verb: CampaignVerb) -> None:
        """Pause or stop over the API; time goes on while the answer is awaited."""
        acts = {CampaignVerb.PAUSE: process.campaigns.pause, CampaignVerb.STOP: process.campaigns.stop}
        moving = asyncio.ensure_future(acts[verb](LOCAL_ADMINISTRATOR, CAMPAIGN.id))
        while not moving.done():
            await asyncio.sleep(0.002)
            self.world.wait(0.5)
        with suppress(Unavailable, Conflict):
            moving.result()
            self.quiet = {pbx.pbx for pbx in self.pbxs}

    async def resume(self) -> None:
        if (await self.store.campaigns.get(CAMPAIGN.id)).state is CampaignState.PAUSED:
            self.quiet.clear()
            await self.store.campaigns.move(CAMPAIGN.id, CampaignVerb.RESUME, by="bob", at=self.world.now())

    async def halt(self, process: ServiceProcess) -> None:
        with suppress(Unavailable):
            report = await process.halting.halt(LOCAL_ADMINISTRATOR, "an emergency")
            self.quiet |= {pbx.pbx for pbx in self.pbxs} - report.unreachable.keys()

    async def unhalt(self, process: ServiceProcess) -> None:
        state = (await self.store.campaigns.get(CAMPAIGN.id)).state
        if state is CampaignState.RUNNING:
            self.quiet.clear()
        with suppress(Unavailable):
            await process.halting.unhalt(LOCAL_ADMINISTRATOR, "it is over")

    async def object(self, process: ServiceProcess, number: PhoneNumber, *, withdraw: bool) -> None:
        """Object by letter, while the telephone may be ringing."""
        reached = all(link.linked for link in process.links)
        said = StatedOpposition(number, OppositionChannel.LETTER, "liste-demo")
        with suppress(Unavailable):
            if withdraw:
                await process.consents.withdraw(LOCAL_ADMINISTRATOR, said)
            else:
                await process.suppressions.add(LOCAL_ADMINISTRATOR, said)
                self.opposed.add(number)
            if reached:
                self.forbidden.add(number)
                ringing = [order.attempt.number for pbx in self.pbxs for order in pbx.alive.values()]
                assert number not in ringing, "it rings after an opposition"

    async def end(self) -> None:
        """Let everything work again, and the campaign go on to its end."""
        for index, process in enumerate(self.processes):
            self.rejoin(process)
            if process.clock.ahead:
                await self.crash(index)
        await self.ready()
        await self.resume()
        for _ in range(150):
            await self.lift_halts()
            for process in self.processes:
                await self.dial(process)
            for pbx in self.pbxs:
                while pbx.alive:
                    self.play(pbx)
            await self.settle()
            self.world.wait(30)
            await self.ready()
            if await self.over():
                return
        raise AssertionError("the campaign does not end")

    async def lift_halts(self) -> None:
        """Lift every halt.

        One that a process could not record comes later, and must be lifted, too.
        """
        if (await self.store.halts.state()).halted or any(pbx.halted for pbx in self.pbxs):
            await self.unhalt(self.processes[0])

    async def over(self) -> bool:
        """Return True once all is over. The second look at the rest comes a minute later."""
        state = (await self.store.campaigns.get(CAMPAIGN.id)).state
        ended = state in {CampaignState.COMPLETED, CampaignState.STOPPED}
        outboxes = any(pbx.opposed or pbx.ended for pbx in self.pbxs)
        return ended and not outboxes and not await self.store.attempts.alive()

    async def ready(self) -> None:
        """Wait until every PBX is driven, and recovered."""
        async with asyncio.timeout(SOON_S):
            while not all(any(p.drives(pbx.pbx) for p in self.processes) for pbx in self.pbxs):
                await asyncio.sleep(0.005)
                self.world.wait(0.02)
