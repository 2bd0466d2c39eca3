"""The emergency stop: every PBX refuses new calls and hangs up the present ones. Works with the database down."""

from dataclasses import dataclass

import structlog

from dialer.domain.access import Actor, Right
from dialer.domain.errors import InvalidInput, Unavailable
from dialer.ports.clock import Clock
from dialer.ports.records import HaltState
from dialer.ports.store import Store
from dialer.ports.telephony import Telephony
from dialer.services.fleet import Fleet

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class HaltReport:
    """What the halt reached. `unreachable`: by PBX, why; `recorded`: whether the database knows."""

    pbxs: tuple[str, ...]
    unreachable: dict[str, str]
    recorded: bool


class Halting:
    def __init__(self, store: Store, fleet: Fleet, clock: Clock) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock

    async def halt(self, actor: Actor, reason: str) -> HaltReport:
        """First the PBXs, then the database: whatever else is broken, no call may start."""
        actor.demand(Right.HALT)
        unreachable = await self._fleet.everywhere(
            "halt", lambda telephony: lock_and_hang_up(telephony, reason)
        )
        recorded = await self._record(actor, reason)
        return HaltReport(tuple(self._fleet.telephonies), unreachable, recorded)

    async def unhalt(self, actor: Actor, reason: str) -> HaltReport:
        """Needs a reason and the database; the PBXs first, so that none refuses a call that is allowed again.

        A PBX that is away, or that halted itself because it could not hold an opposition, stays locked: restart it.
        """
        actor.demand(Right.UNHALT)
        if not reason.strip():
            raise InvalidInput("to end a halt, say why", hint="give a reason")
        unreachable = await self._fleet.everywhere("unhalt", lambda telephony: telephony.clear_halt())
        await self._store.system.set_halt(halted=False, by=actor.name, at=self._clock.now(), reason=reason)
        return HaltReport(tuple(self._fleet.telephonies), unreachable, recorded=True)

    async def state(self) -> HaltState:
        return await self._store.system.halt_state()

    async def _record(self, actor: Actor, reason: str) -> bool:
        try:
            await self._store.system.set_halt(halted=True, by=actor.name, at=self._clock.now(), reason=reason)
        except Unavailable as error:
            log.error("halt not recorded", error=str(error))
            return False
        return True


async def lock_and_hang_up(telephony: Telephony, reason: str) -> None:
    """Lock first, so that nothing starts behind the hang-up."""
    await telephony.set_halt(reason)
    await telephony.hang_up_all()
