"""Suspension of all dialling for the clock or the ledger, before any contact is read.

See T030 and T130.
"""

import structlog

from dialer.domain.decision.record import ReasonCode
from dialer.domain.ledger.entries_admin import suspension_changed
from dialer.ports.clock import Clock
from dialer.ports.unit_of_work import Store, UnitOfWork
from dialer.services.decision.decider import Decider

log = structlog.get_logger()


NO_TROUBLE = frozenset[ReasonCode]()


class Suspension:
    """A suspension.

    Its beginning, each change of its reasons and its end are one entry of the ledger each, however
    long it lasts.
    """

    def __init__(self, store: Store[UnitOfWork], decider: Decider, clock: Clock) -> None:
        self._store = store
        self._decider = decider
        self._clock = clock
        self._recorded = NO_TROUBLE

    async def lasts(self) -> bool:
        """Tell whether it lasts.

        Raise `Unavailable` where a change cannot be recorded: the next look records it then.
        """
        reasons = self._decider.troubles()
        if reasons != self._recorded:
            event = suspension_changed(sorted(reasons), detail=self._clock.doubt(), at=self._clock.now())
            async with self._store.write() as work:
                work.record(event)
            log.warning("dialling suspended" if reasons else "dialling goes on", reasons=sorted(reasons))
            self._recorded = reasons
        return bool(reasons)
