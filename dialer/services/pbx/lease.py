"""The lease of one PBX, whose holder in the database drives it, and the keeper of the lease.

A silent holder loses it, and another process takes over. The keeper renews it while the PBX's link
lives, and reports when this process begins or ceases to hold it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection

import structlog

from dialer.domain.base.errors import Unavailable
from dialer.ports.clock import Clock
from dialer.ports.pbx import Driver, HasLeases, Heartbeat, HeldLease
from dialer.ports.unit_of_work import Store
from dialer.services.pbx.fleet import Fleet, within

LEASE_S = 10.0
"""Seconds that a PBX waits for a dead process before another may take it."""
RENEW_S = 2.0
GIVE_UP_WITHIN_S = 1.0
"""A process that ends waits no longer for its database."""


class Lease:
    """The lease as this process knows it, by its own monotonic clock.

    A holder counts its lease from before its request. A waiting process counts the silence from
    after its own: so the one stops before the other begins.
    """

    def __init__(self, store: Store[HasLeases], clock: Clock, driver: Driver) -> None:
        self._store = store
        self._clock = clock
        self.driver = driver
        self._until = self._due = self._seen_at = clock.monotonic()
        self._seen: Heartbeat | None = None
        self.term = 0
        """Grows whenever the lease begins anew.

        Between two terms others may have driven the PBX, with its events unheard.
        """

    @property
    def held(self) -> bool:
        return self._clock.monotonic() < self._until

    @property
    def due(self) -> bool:
        """Tell whether it is time to ask again."""
        return self._clock.monotonic() >= self._due

    @property
    def ours(self) -> bool:
        """Tell whether this process had it when it last asked."""
        return self._seen is not None and self._seen.holder == self.driver.holder

    @property
    def elsewhere(self) -> bool:
        """Tell whether another process had it when this one last asked, and gave signs of life."""
        return self._seen is not None and not self.ours and self._silent is None

    async def renew(self) -> None:
        """Take or keep the lease, where that is possible.

        Raise `Unavailable`: a held lease is held to its end.
        """
        asked_at = self._clock.monotonic()
        taken = await take_lease(self._store, self.driver, silent=self._silent)
        # It may have run out while the answer was awaited.
        continued = self.held
        self._note(taken, asked_at)
        self._until = asked_at + LEASE_S if self.ours else asked_at
        self.term += self.ours and not continued

    async def read_holder(self) -> None:
        """Read the holder without a claim. Raise `Unavailable`."""
        asked_at = self._clock.monotonic()
        async with self._store.read() as work:
            heartbeats = await work.leases.heartbeats()
        self._note(heartbeats.get(self.driver.pbx), asked_at)

    async def give_up(self) -> None:
        """Let another process begin at once.

        Where the database does not answer, the others wait until it runs out.
        """
        self._until = self._clock.monotonic()
        try:
            await within(GIVE_UP_WITHIN_S, give_up_lease(self._store, self.driver))
        except Unavailable:
            return

    @property
    def _silent(self) -> Heartbeat | None:
        """The last heartbeat, where none has followed for the length of a lease."""
        return self._seen if self._clock.monotonic() >= self._seen_at + LEASE_S else None

    def _note(self, seen: Heartbeat | None, asked_at: float) -> None:
        self._due = asked_at + RENEW_S
        if seen != self._seen:
            self._seen, self._seen_at = seen, self._clock.monotonic()


async def take_lease(
    store: Store[HasLeases], driver: Driver, *, silent: Heartbeat | None = None
) -> Heartbeat:
    """Take or continue the lease of a PBX that is free, ours, or still at heartbeat `silent`.

    Return the heartbeat in force then. A process that asks in vain gets it from a holder of at
    least two more, when that one next asks: processes share the PBXs alike.
    """
    while True:
        async with store.write() as work:
            # All of them: the holder of most leases yields.
            leases = await work.leases.lock_all()
            lease = leases.get(driver.pbx)
            if lease is not None:
                holder = _next_holder(lease, leases.values(), driver, silent)
                return await (work.leases.hand(driver.pbx, holder) if holder else work.leases.want(driver))
            if begun := await work.leases.begin(driver):
                return begun
        # Another process began in this very moment.


async def give_up_lease(store: Store[HasLeases], driver: Driver) -> None:
    async with store.write() as work:
        await work.leases.give_up(driver)


def _next_holder(
    lease: HeldLease, leases: Collection[HeldLease], driver: Driver, silent: Heartbeat | None
) -> str | None:
    """Return whose the lease is now that `driver` asks for it; None: it stays another's."""
    holder = lease.heartbeat.holder
    if holder != driver.holder:
        return driver.holder if silent == lease.heartbeat else None
    held = Counter(each.heartbeat.holder for each in leases)
    if lease.wanted_by is not None and held[holder] >= held[lease.wanted_by] + 2:
        return lease.wanted_by
    return driver.holder


log = structlog.get_logger()

TICK_S = 0.25
LINK_GRACE_S = 5.0
"""Seconds for a lost link to come back. Then another process, whose link may live, is let in."""


class LeaseKeeper:
    """The keeper of the lease of one PBX while its link lives.

    `changed` is called whenever the lease ends or begins, and once where it began anew before its
    end was noticed.
    """

    def __init__(self, lease: Lease, fleet: Fleet, clock: Clock, changed: Callable[[], None]) -> None:
        self._lease = lease
        self._fleet = fleet
        self._clock = clock
        self._changed = changed
        self._told = (False, lease.term)
        self._linked = False
        self._lost_at = clock.monotonic()

    def link_is(self, *, up: bool) -> None:
        """Note that the link came or went, whenever the consumer comes to hear of it."""
        self._linked = up
        self._lost_at = self._clock.monotonic()

    async def run(self) -> None:
        """Run until cancelled; then another process may drive the PBX at once."""
        try:
            while True:
                await self.turn()
                await asyncio.sleep(TICK_S)
        finally:
            await self._lease.give_up()

    async def turn(self) -> None:
        """Ask again where that is due.

        A lease runs out by itself, so it is checked in every turn.
        """
        if self._lease.due:
            try:
                await self._ask()
            except Unavailable as error:
                log.warning("lease not renewed", pbx=self._lease.driver.pbx, error=str(error))
            self._fleet.set_elsewhere(self._lease.driver.pbx, elsewhere=self._lease.elsewhere)
        now = (self._lease.held, self._lease.term)
        if now != self._told:
            self._told = now
            self._changed()

    async def _ask(self) -> None:
        """Ask for the lease. Without a link no PBX can be driven, so none is claimed."""
        if self._linked:
            await self._lease.renew()
            return
        await self._lease.read_holder()
        if self._lease.ours and self._clock.monotonic() >= self._lost_at + LINK_GRACE_S:
            await self._lease.give_up()
