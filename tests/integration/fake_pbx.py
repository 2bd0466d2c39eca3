"""A PBX as the services see it, over the manager interface that misbehaves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from dialer.adapters.ami.link import AmiAddress, Timing
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.adapters.clock import SystemClock
from dialer.domain.base.types import AttemptId
from dialer.ports.telephony import LinkUp, Telephony, TelephonyEvent
from tests.harness.patience import SOON_S
from tests.integration.fake_ami import SECRET, USER, FakeAmi, fake_ami

A = AttemptId("0a" * 16)
B = AttemptId("0b" * 16)
C = AttemptId("0c" * 16)
MS = 1_795_000_000_123
TIMING = Timing(
    connect=SOON_S, answer=SOON_S, boot=SOON_S, ping_every=SOON_S, first_pause=0.02, longest_pause=0.1
)


class Heard:
    """Events of a telephony, one after another."""

    def __init__(self, telephony: Telephony) -> None:
        self._events = telephony.events()

    async def next(self) -> TelephonyEvent:
        return await asyncio.wait_for(anext(self._events), SOON_S)


@asynccontextmanager
async def pbx(**options: Any) -> AsyncIterator[tuple[FakeAmi, AmiTelephony, Heard]]:
    """Start a fake PBX, and its telephony with the link up; give its events from then on."""
    async with fake_ami() as ami:
        address = AmiAddress("127.0.0.1", ami.port, USER, SECRET)
        telephony = AmiTelephony("pbx1", address, "5ea1" * 16, SystemClock(), timing=TIMING, **options)
        async with telephony:
            heard = Heard(telephony)
            assert await heard.next() == LinkUp("pbx1")
            yield ami, telephony, heard


def channel(name: str, unique: str, linked: str = A) -> dict[str, str]:
    return {"Channel": name, "Uniqueid": unique, "Linkedid": linked}
