"""Sending: permitted calls wait here for their slots. The only sender of Originates."""

import asyncio
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog

from dialer.domain.base.errors import NotOriginated, Unavailable, place_of
from dialer.domain.base.types import AttemptId, CampaignId, FreeText
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.calls.call_events import UnsentCause
from dialer.ports.calls import HasAttempts
from dialer.ports.clock import Clock
from dialer.ports.meter import Meter
from dialer.ports.pbx import Driver, HasLeases
from dialer.ports.telephony import CallOrder, Telephony
from dialer.ports.unit_of_work import Store
from dialer.services.calls.pacing import LiveCalls
from dialer.services.calls.pbx_worker import PbxWorker

log = structlog.get_logger()

LOOK_AGAIN_S = 1.0
"""Seconds between looks at a PBX that owes too many answers.

Lost ones are given up by the clock.
"""


class SendingWork(HasAttempts, HasLeases, Protocol):
    """The unit of work before an Originate: the lease of the PBX and its attempts."""


@dataclass(frozen=True, slots=True)
class Waiting:
    order: CallOrder
    telephony: Telephony

    @property
    def attempt(self) -> Attempt:
        return self.order.attempt


class Sending:
    """A row of waiting calls for each trunk, and one task that works it off while there is any."""

    def __init__(
        self,
        store: Store[SendingWork],
        live_calls: LiveCalls,
        clock: Clock,
        consumers: Mapping[str, PbxWorker],
        meter: Meter,
    ) -> None:
        self._store = store
        self._live_calls = live_calls
        self._clock = clock
        self._consumers = consumers
        self._meter = meter
        self._paces = live_calls.paces
        self._rows: dict[str, list[Waiting]] = {}
        self._leaving: dict[str, list[Waiting]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._originates: set[asyncio.Task[None]] = set()

    def free(self, campaign_id: CampaignId, trunk: str, rates: tuple[float, float], horizon_s: float) -> int:
        """Return the calls that find a slot within `horizon_s` seconds.

        `rates` are the campaign's and the trunk's, in calls a second.
        """
        now = self._clock.monotonic()
        rows = [*self._rows.values(), *self._leaving.values()]
        self._paces.tidy({each.attempt.campaign_id for row in rows for each in row}, now)
        own, shared = self._paces.slots(campaign_id, trunk, rates, now, horizon_s)
        row = self._rows.get(trunk, [])
        return min(own - sum(each.attempt.campaign_id == campaign_id for each in row), shared - len(row))

    def put(self, orders: Sequence[CallOrder], telephony: Telephony) -> None:
        """Queue orders, each to be sent at its slot unless overtaken by then.

        Raise the error that broke a row's worker before.
        """
        broken = []
        for order in orders:
            trunk = order.attempt.trunk
            self._live_calls.put(order.attempt)
            self._rows.setdefault(trunk, []).append(Waiting(order, telephony))
            worker = self._workers.get(trunk)
            if worker is None or worker.done():
                broken += [worker] if worker else []
                self._workers[trunk] = asyncio.create_task(self._work_off(trunk))
        # Only one campaign gets the error; the next finds a new worker.
        for worker in broken:
            worker.result()

    async def all_sent(self) -> None:
        """Return when no call waits for a slot any more."""
        await asyncio.gather(*self._workers.values())

    async def close(self) -> None:
        """Send nothing more. A waiting call is found unsent at the next start."""
        for worker in self._workers.values():
            worker.cancel()
        await asyncio.gather(*self._workers.values(), *self._originates, return_exceptions=True)

    async def _work_off(self, trunk: str) -> None:
        row, now = self._rows[trunk], self._clock.monotonic()
        while row:
            if due := self._due(row, now):
                row[:] = [waiting for waiting in row if waiting not in due]
                self._leaving[trunk] = due
                try:
                    await self._send(due)
                finally:
                    del self._leaving[trunk]
                now = max(now, self._clock.monotonic())
                continue
            wait = min(self._wait(waiting, now) for waiting in row)
            woken = await self._paces.news(trunk, within_s=min(wait, LOOK_AGAIN_S))
            now = max(self._clock.monotonic(), now if woken or wait > LOOK_AGAIN_S else now + wait)

    def _due(self, row: Collection[Waiting], now: float) -> list[Waiting]:
        """Return the calls of one PBX that may leave now, in their order."""
        due: list[Waiting] = []
        left: dict[int, int] = {}
        for waiting in row:
            if due and waiting.telephony is not due[0].telephony:
                break
            pacers = self._paces.of(waiting.attempt)
            if all(left.setdefault(id(pacer), pacer.due(now)) > 0 for pacer in pacers):
                due.append(waiting)
                for pacer in pacers:
                    left[id(pacer)] -= 1
        return due

    def _wait(self, waiting: Waiting, now: float) -> float:
        """Return the seconds to its slot; without end while the PBX owes too much."""
        pacers = self._paces.of(waiting.attempt)
        return max(max(0.0, pacer.next_slot - now) if pacer.room(now) else math.inf for pacer in pacers)

    async def _send(self, due: Sequence[Waiting]) -> None:
        """Send the calls due, unless something forbids them since their permit."""
        consumer, now = self._consumers[due[0].telephony.pbx], self._clock.now()
        # The next driver of the PBX finds them unsent.
        if not consumer.lease.held:
            return
        try:
            async with self._store.write() as work:
                moved = await take_off(
                    work, [waiting.attempt.id for waiting in due], at=now, driver=consumer.lease.driver
                )
        except Unavailable as error:
            # It is unknown whether that was noted, so none is sent.
            log.error("calls not sent", calls=len(due), error=str(error))
            return
        for waiting in due:
            if waiting.attempt.id not in moved:
                consumer.not_sent(waiting.attempt, UnsentCause.OVERTAKEN)
            elif consumer.lease.held:
                self._originate(
                    waiting, replace(waiting.attempt, state=AttemptState.ORIGINATING, originated_at=now)
                )

    def _originate(self, waiting: Waiting, attempt: Attempt) -> None:
        self._live_calls.put(attempt)
        self._paces.sent(attempt, self._clock.monotonic())
        task = asyncio.create_task(self._ask(waiting.order, waiting.telephony))
        self._originates.add(task)
        self._meter.depth("originates", len(self._originates))
        task.add_done_callback(self._originates.discard)

    async def _ask(self, order: CallOrder, telephony: Telephony) -> None:
        started = self._clock.monotonic()
        try:
            await telephony.originate(order)
            self._meter.originated(self._clock.monotonic() - started)
        except NotOriginated as error:
            self._paces.heard(order.attempt.id, self._clock.monotonic())
            self._consumers[telephony.pbx].not_sent(order.attempt, FreeText(str(error)))
        except Unavailable as error:
            # It is unknown whether it left: the next recovery of this PBX finds out. It is never
            # sent again.
            log.warning("originate unanswered", attempt=order.attempt.id, pbx=telephony.pbx, error=str(error))
        except Exception as error:
            where = place_of(error)
            log.error("originate unanswered", attempt=order.attempt.id, pbx=telephony.pbx, error=where)


async def take_off(
    work: SendingWork, attempt_ids: Sequence[AttemptId], *, at: datetime, driver: Driver
) -> list[AttemptId]:
    """Move PERMITTED to ORIGINATING; return the attempts moved, in the order asked.

    Only these may be sent, and each only by this caller. None moves unless the driver holds the
    lease of their PBX, which no other process takes from it before the unit ends.
    """
    if not await work.leases.drives(driver):
        return []
    return await work.attempts.originate(attempt_ids, at=at, pbx=driver.pbx)
