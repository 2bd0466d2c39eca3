"""The loops of a running service: one consumer for each PBX, and the dialling loop."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dialer.services.consumer import Consumer
from dialer.services.dialing import Dialing


class Loop(Protocol):
    async def run(self) -> None:
        """Until cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class Engine:
    """`others`: loops that end with the service and need no order among themselves."""

    dialing: Dialing
    consumers: Mapping[str, Consumer]
    others: tuple[Loop, ...] = ()

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set. Dialling ends first; calls in progress live on at the PBX and are recovered at the next start.

        A loop that breaks ends them all: better no call than a call nobody watches.
        """
        loops: list[Loop] = [*self.consumers.values(), *self.others]
        consumers = [asyncio.create_task(loop.run()) for loop in loops]
        dialing = asyncio.create_task(self.dialing.run())
        stopped = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait([*consumers, dialing, stopped], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (dialing, *consumers, stopped):
                task.cancel()
                await asyncio.wait([task])
