"""The loops of a running service: one consumer for each PBX, and the dialling loop."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from dialer.services.consumer import Consumer
from dialer.services.dialing import Dialing


@dataclass(frozen=True, slots=True)
class Engine:
    dialing: Dialing
    consumers: Mapping[str, Consumer]

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set. Dialling ends first; calls in progress live on at the PBX and are recovered at the next start.

        A loop that breaks ends them all: better no call than a call nobody watches.
        """
        consumers = [asyncio.create_task(consumer.run()) for consumer in self.consumers.values()]
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
