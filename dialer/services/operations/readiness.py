"""Readiness to make calls, and the health of every part of the machine, one line each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import DialerError
from dialer.ports.access import HasKeys, KeyVersion
from dialer.ports.clock import Clock
from dialer.ports.ledger import HasLedger
from dialer.ports.pbx import HasHalts
from dialer.ports.unit_of_work import Store
from dialer.services.decision.decider import LedgerState
from dialer.services.operations.loop_watch import LONG_S, LoopWatch
from dialer.services.operations.loops import SideJobs
from dialer.services.pbx.fleet import Fleet, within
from dialer.services.upkeep.erasure import Retention, RetentionStatus

DATABASE_S = 2.0
"""Wait for the database, in seconds: bad news must not take long."""
ROOM_BYTES = 1024**3
"""Less than this is little: a full disk stops every call."""


class ReadinessWork(HasHalts, HasKeys, HasLedger, Protocol):
    """The unit of work that reads the machine's health."""


class PartKind(StrEnum):
    """The kinds of parts, in the words that people read."""

    DATABASE = "database"
    LEDGER = "ledger"
    KEY_CHANGE = "change of keys"
    RETENTION = "retention"
    DISK = "disk"
    CLOCK = "clock"
    PBX = "pbx"
    JOB = "job"
    EVENT_LOOP = "event loop"


@dataclass(frozen=True, slots=True)
class MachinePart:
    """A part of the machine. While a part with `stops_calls` is not `ok`, no call is made.

    `which` names one of several of its kind.
    """

    kind: PartKind
    ok: bool
    detail: str
    stops_calls: bool = False
    which: str = ""

    @property
    def name(self) -> str:
        return f"{self.kind} {self.which}" if self.which else self.kind.value


@dataclass(frozen=True, slots=True)
class Condition:
    """The condition of the machine.

    `trouble` lists in one line each why no call can be made; empty where all is well. A halt is not
    trouble: it was wanted. The figures are for metrics: None where they are unknown.
    """

    parts: tuple[MachinePart, ...]
    head_age_s: float | None
    retention: RetentionStatus | None
    free_bytes: int

    @property
    def trouble(self) -> tuple[str, ...]:
        return tuple(part.detail for part in self.parts if part.stops_calls and not part.ok)

    @property
    def ledger_writable(self) -> bool:
        return all(part.ok for part in self.parts if part.kind is PartKind.LEDGER)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Services that run by themselves beside the calls."""

    retention: Retention
    side: SideJobs
    watch: LoopWatch


class Readiness:
    """The check of every part of the machine. `free_bytes`: room on the disk of the home."""

    def __init__(
        self,
        store: Store[ReadinessWork],
        fleet: Fleet,
        clock: Clock,
        ledger: LedgerState,
        upkeep: Upkeep,
        free_bytes: Callable[[], int],
    ) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock
        self._ledger = ledger
        self._upkeep = upkeep
        self._free_bytes = free_bytes

    async def check(self) -> Condition:
        """Check every part. Raise no error: faults are in the result."""
        try:
            head_at, retention, keys = await within(DATABASE_S, self._stored())
            database = MachinePart(PartKind.DATABASE, ok=True, detail="answers", stops_calls=True)
        except DialerError as error:
            head_at, retention, keys = None, None, None
            database = MachinePart(PartKind.DATABASE, ok=False, detail=str(error), stops_calls=True)
        age = (self._clock.now() - head_at).total_seconds() if head_at else None
        free = self._free_bytes()
        own = (
            *_rekeyed(keys),
            *_kept(retention),
            _disk(free),
            self._time(),
            *self._pbxs(),
            *self._jobs(),
            self._loop(),
        )
        return Condition((database, self._sealed(age), *own), age, retention, free)

    async def _stored(self) -> tuple[datetime | None, RetentionStatus, KeyVersion | None]:
        # A store that cannot say whether dialling is halted is no store to dial from.
        async with self._store.read() as work:
            await work.halts.state()
            head = await work.ledger.head()
        kept = await self._upkeep.retention.status(LOCAL_ADMINISTRATOR)
        async with self._store.read() as work:
            return head.head.at if head else None, kept, await work.keys.being_made()

    def _sealed(self, age: float | None) -> MachinePart:
        if not self._ledger.writable:
            return MachinePart(
                PartKind.LEDGER,
                ok=False,
                detail=f"the ledger is not writable: {self._ledger.why}",
                stops_calls=True,
            )
        detail = "nothing is sealed yet" if age is None else f"writable, last head {age:.0f} s ago"
        return MachinePart(PartKind.LEDGER, ok=True, detail=detail, stops_calls=True)

    def _time(self) -> MachinePart:
        doubt = self._clock.doubt()
        return MachinePart(PartKind.CLOCK, not doubt, doubt or "runs evenly", stops_calls=True)

    def _pbxs(self) -> list[MachinePart]:
        """Return a part for each PBX. Calls go on while any of them is connected."""
        working = {name: self._fleet.at_work(name) for name in self._fleet.telephonies}
        parts = [
            MachinePart(PartKind.PBX, ok, "connected" if ok else "is not connected", which=name)
            for name, ok in working.items()
        ]
        if working and not any(working.values()):
            detail = f"no PBX is connected: {', '.join(working)}"
            parts.append(MachinePart(PartKind.PBX, ok=False, detail=detail, stops_calls=True))
        return parts

    def _loop(self) -> MachinePart:
        """Check the event loop.

        Held for long it delays a halt and events of the PBXs, but no call goes wrong.
        """
        longest = self._upkeep.watch.longest_s()
        detail = f"held for {longest * 1000:.0f} ms at most in the last minute"
        return MachinePart(PartKind.EVENT_LOOP, longest < LONG_S, detail)

    def _jobs(self) -> list[MachinePart]:
        """Return a part for each side job. No call needs them; they start again by themselves."""
        parts: list[MachinePart] = []
        for name, health in self._upkeep.side.health().items():
            since = health.failing_since
            told = f"failing since {since:%Y-%m-%d %H:%M:%S} UTC: {health.error}" if since else "runs"
            parts.append(MachinePart(PartKind.JOB, since is None, told, which=name))
        return parts


def _rekeyed(made: KeyVersion | None) -> tuple[MachinePart, ...]:
    if made is None:
        return ()
    said = f"the fingerprint keys are being changed to version {made.version}, so nobody is called"
    mend = "`dialer keys rotate` goes on where one was ended"
    return (MachinePart(PartKind.KEY_CHANGE, ok=False, detail=f"{said}; {mend}", stops_calls=True),)


def _kept(status: RetentionStatus | None) -> tuple[MachinePart, ...]:
    """Return the part of retention.

    Return none where it is not known; the database's own line says why.
    """
    if status is None:
        return ()
    ok = status.failing_since is None and not status.overdue
    last = status.last.ended_at if status.last and status.last.well else None
    said = [f"last success {last:%Y-%m-%d %H:%M} UTC" if last else "no success yet"]
    said.append(
        f"next run {status.next_run_at:%Y-%m-%d %H:%M} UTC" if status.next_run_at else "no run follows"
    )
    if status.failing_since:
        said.append(f"failing since {status.failing_since:%Y-%m-%d %H:%M} UTC")
    if status.overdue:
        said.append(f"{status.overdue} lists overdue")
    return (MachinePart(PartKind.RETENTION, ok, ", ".join(said)),)


def _disk(free: int) -> MachinePart:
    return MachinePart(PartKind.DISK, free >= ROOM_BYTES, f"{free // 1024**2} MiB free")
