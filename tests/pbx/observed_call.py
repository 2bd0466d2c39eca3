"""A call through the tested PBX to a callee in code, and every observation of it."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from dialer.adapters.pbx.configuration import TrunkEndpoint
from tests.harness.stalls import Stalls
from tests.pbx.callee import Callee, Manner, callee_at
from tests.pbx.manager import Manager, Message, permit
from tests.pbx.records import disagreement
from tests.pbx.sounds import SCRIPT, heard

FIRST_TRUNK = "default"
"""The trunk of a call that has the line to itself, and of a call that is refused."""
SETTLE_S = 0.3
"""After the end of a call: time enough for a second report, or a second INVITE, to show itself."""


@dataclass(frozen=True, slots=True)
class Call:
    permit: Message
    reports: list[Message]
    callee: Callee

    @property
    def report(self) -> Message:
        assert len(self.reports) == 1, self.reports
        return self.reports[0]

    @property
    def heard(self) -> list[str]:
        return heard(bytes(self.callee.ear.heard))

    @property
    def trace(self) -> list[str]:
        """Return `play notice`, `key 1`, ... without the times."""
        return [token.partition(" ")[2] for token in self.report["Trace"].split("|") if token]

    @property
    def times(self) -> dict[str, int]:
        """Return UNIX milliseconds of the last time of each."""
        steps = (token.partition(" ") for token in self.report["Trace"].split("|") if token)
        return {what: int(at) for at, _, what in steps}

    def between(self, first: str, second: str) -> int:
        """Return milliseconds."""
        return self.times[second] - self.times[first]


@dataclass(frozen=True, slots=True)
class Line:
    """A line for test calls.

    `free` are the trunks that no call uses, the first one last; each leads to one callee. `stalls`:
    the machine's stalls since.
    """

    manager: Manager
    seal_key: str
    free: list[TrunkEndpoint]
    sip_port: int
    stalls: Stalls = field(default_factory=Stalls)

    def permit(self, **changes: str) -> Message:
        return permit(self.seal_key, SCRIPT, **{"DIALER_TRUNK": FIRST_TRUNK} | changes)

    @asynccontextmanager
    async def callee(self, manner: Manner) -> AsyncIterator[tuple[Callee, TrunkEndpoint]]:
        """Open a callee behind a trunk of their own."""
        trunk = self.free.pop()
        callee = await callee_at(trunk.port, manner)
        try:
            yield callee, trunk
        finally:
            callee.close()
            await asyncio.sleep(0)  # the loop closes its socket
            self.free.append(trunk)

    async def call(self, manner: Manner, **changes: str) -> Call:
        """Call until the end is reported."""
        async with self.callee(manner) as (callee, trunk):
            paper = self.permit(**{"DIALER_TRUNK": trunk.name} | changes)
            await self.manager.originate(paper)
            await self.manager.event("DialerEnded", paper["DIALER_ATTEMPT"])
            await asyncio.sleep(SETTLE_S)
        return self.made(paper, callee)

    def made(self, paper: Message, callee: Callee) -> Call:
        """Return the observations of a call that is over.

        Fail where its record and its ear do not report the same, at the same times.
        """
        reports = self.manager.of("DialerEnded", paper["DIALER_ATTEMPT"])
        answers = self.manager.of("DialerAnswered", paper["DIALER_ATTEMPT"])
        comparable = answers and paper["DIALER_SCRIPT"] == SCRIPT
        if comparable and (found := disagreement(callee, answers[0], reports[0], self.stalls)):
            pytest.fail(f"{'; '.join(found)}: {reports[0]['Trace']} {callee.manner}")
        return Call(paper, reports, callee)

    async def calls(self, manners: Iterable[Manner]) -> list[Call]:
        """Call all at the same time."""
        return await asyncio.gather(*(self.call(manner) for manner in manners))

    async def refused(self, paper: Message) -> str:
        """Originate, expect a refusal without any INVITE, and return its reason."""
        async with self.callee(Manner()) as (callee, _):
            await self.manager.originate(paper)
            event = await self.manager.event("DialerRefused", paper["DIALER_ATTEMPT"])
            await asyncio.sleep(SETTLE_S)
        assert callee.invites == []
        return event["Why"]

    async def refusal_of_one(self, paper: Message) -> str:
        """Return the reason as `refused` does, for a permit without a searchable attempt id."""
        before = len(self.refusals())
        async with self.callee(Manner()) as (callee, _):
            await self.manager.originate(paper, named=len(paper["DIALER_ATTEMPT"]) == 32)
            await self.manager.until(lambda: len(self.refusals()) > before)
            await asyncio.sleep(0.05)
        assert callee.invites == []
        (refusal,) = self.refusals()[before:]
        return refusal["Why"]

    def refusals(self) -> list[Message]:
        return [event for event in self.manager.events if event.get("UserEvent") == "DialerRefused"]

    async def channels(self, attempt: str) -> list[str]:
        """Return names of the channels that belong to an attempt."""
        listed = await self.manager.listed("CoreShowChannels")
        return [channel["Channel"] for channel in listed if channel.get("Linkedid") == attempt]

    async def hang_up(self, attempt: str) -> None:
        """Hang up every channel of the call, as soon as it has one, as a halt does."""
        channels: list[str] = []
        while not (channels or self.manager.of("DialerEnded", attempt)):
            channels = await self.channels(attempt)
        for channel in channels:
            await self.manager.action("Hangup", Channel=channel)

    async def entries(self) -> list[str]:
        """Return every entry of AstDB that is ours, as `key value`."""
        found: list[str] = []
        for family in ("dialer-used", "dialer-opposed", "dialer-ended", "dialer-suppressed"):
            listed = await self.manager.listed("DBGetTree", Family=family)
            found += [f"{entry['Key']} {entry['Val']}" for entry in listed]
        return found
