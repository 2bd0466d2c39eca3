"""The lock of one PBX, made whole from the database after any loss of its link: its oppositions, in today's fingerprints, and the halt."""

from collections.abc import Sequence

import structlog

from dialer.domain.call_events import PbxSuppression
from dialer.ports.store import Store
from dialer.ports.telephony import Telephony
from dialer.services.calls import pbx_entries
from dialer.services.fingerprints import Fingerprints

log = structlog.get_logger()


class PbxLock:
    def __init__(self, store: Store, fingerprints: Fingerprints) -> None:
        self._store = store
        self._fingerprints = fingerprints

    async def make_whole(self, telephony: Telephony) -> None:
        """Give the PBX every opposition and the halt, so that its own lock is whole before the first call."""
        async for batch in self._store.suppressions.all():
            await telephony.suppress(pbx_entries(batch))
        halt = await self._store.system.halt_state()
        if halt.halted:
            await telephony.set_halt(halt.reason)

    async def forget_outdated(self, telephony: Telephony) -> None:
        """Take away what stands there under older keys and has its successor in force. What the database does not know stays locked.

        To be called after the outbox was read: what is left then was said in no call that is still to be told of.
        """
        if self._fingerprints.version == 1:
            return
        outdated = await self._outdated(await telephony.suppressed())
        for entry in outdated:
            await telephony.unsuppress(entry)
        if outdated:
            log.info("oppositions under older keys taken off", pbx=telephony.pbx, entries=len(outdated))

    async def _outdated(self, entries: Sequence[PbxSuppression]) -> list[PbxSuppression]:
        successors = {entry: tuple(self._fingerprints.successors(entry.fingerprint)) for entry in entries}
        sought = {fingerprint for found in successors.values() for fingerprint in found}
        in_force = await self._store.suppressions.of_many(sought)
        return [entry for entry, found in successors.items() if not in_force.keys().isdisjoint(found)]
