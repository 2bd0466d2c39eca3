"""The loops of a running service: one consumer for each PBX, the dialling loop, and side jobs."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from dialer.services.access.key_watch import KeyWatch
from dialer.services.calls.pbx_worker import PbxWorker
from dialer.services.dialing.dialing import DialingLoop
from dialer.services.ledger.sealer import Sealer
from dialer.services.operations.side_jobs import Loop, SideJobs


@dataclass(frozen=True, slots=True)
class Engine:
    """The loops. No call is made without `dialing`, `consumers`, `sealer` and `keys`.

    No call needs `side`.
    """

    dialing: DialingLoop
    consumers: Mapping[str, PbxWorker]
    sealer: Sealer
    keys: KeyWatch
    side: SideJobs

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set.

        Dialling ends first; calls in progress live on at the PBX and are recovered at the next
        start. A loop that calls need ends them all when it breaks: better no call than an unwatched
        one. Raise `KeysChanged` where everything is to be opened anew.
        """
        loops: list[Loop] = [self.dialing, *self.consumers.values(), self.sealer, self.keys, self.side]
        tasks = [asyncio.create_task(loop.run()) for loop in loops]
        stopped = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (*tasks, stopped):
                task.cancel()
                await asyncio.wait([task])
