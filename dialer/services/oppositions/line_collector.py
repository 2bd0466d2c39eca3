"""Collection of oppositions from one PBX's call-back line.

It takes some hundred at a time: a flood of them holds up nothing else.
"""

from dialer.ports.pbx.telephony import LineObjection, Telephony
from dialer.services.oppositions.callback_line import CallbackLine

BATCH = 500


class LineCollector:
    def __init__(self, line: CallbackLine, telephony: Telephony) -> None:
        self._line = line
        self._telephony = telephony
        self._waiting: list[LineObjection] = []

    async def collect(self) -> bool:
        """Take one batch; return whether to come again at once.

        The PBX is read anew once everything read before is taken.
        """
        fresh = not self._waiting
        waiting = await self._line.waiting(self._telephony) if fresh else self._waiting
        # Oppositions not stored now, for want of the database, are read again.
        self._waiting = []
        await self._line.take(self._telephony, waiting[:BATCH])
        self._waiting = waiting[BATCH:]
        return bool(self._waiting) or not fresh
