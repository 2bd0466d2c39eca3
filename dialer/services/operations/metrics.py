"""The figures of this process, with the state of the machine as it is when they are read."""

from dialer.domain.base.errors import Unavailable
from dialer.ports.meter import Meter
from dialer.ports.unit_of_work import Store
from dialer.ports.upkeep import HasOutbox
from dialer.services.operations.readiness import DATABASE_S, Readiness
from dialer.services.operations.system_state import SystemReader, SystemState
from dialer.services.pbx.fleet import within


class Metrics:
    def __init__(
        self, meter: Meter, system: SystemReader, readiness: Readiness, store: Store[HasOutbox]
    ) -> None:
        self.meter = meter
        self._readiness = readiness
        self._system = system
        self._store = store

    async def page(self) -> bytes:
        """Return the figures in the text format of Prometheus.

        A database that is away is a figure, not an error.
        """
        try:
            state, waiting = await within(DATABASE_S, self._look())
        except Unavailable:
            self.meter.database(up=False)
        else:
            self.meter.database(up=True)
            self.meter.depth("notifications", waiting)
            self.meter.machine(
                calls=state.calls,
                halted=state.halt.halted,
                clock_trusted=state.clock_trusted,
                pbxs=state.pbxs,
            )
        condition = await self._readiness.check()
        kept = condition.retention
        self.meter.upkeep(
            ledger_writable=condition.ledger_writable,
            head_age_s=condition.head_age_s,
            retention_at=kept.last.ended_at if kept and kept.last and kept.last.well else None,
            retention_overdue=kept.overdue if kept else None,
            free_bytes=condition.free_bytes,
        )
        return self.meter.page()

    async def _look(self) -> tuple[SystemState, int]:
        async with self._store.read() as work:
            waiting = await work.outbox.waiting()
        return await self._system.measured(), waiting
