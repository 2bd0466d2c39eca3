"""Watch over the fingerprint keys: those of this process must be those of the database."""

import asyncio
from collections.abc import Callable

import structlog

from dialer.domain.base.errors import DialerError, KeysChanged
from dialer.ports.access.keys import HasKeys
from dialer.ports.unit_of_work import Store

PERIOD_S = 1.0

log = structlog.get_logger()


class KeyWatch:
    """`at_hand`: of how many versions the home has the keys."""

    def __init__(self, store: Store[HasKeys], at_hand: Callable[[], int]) -> None:
        self._store = store
        self._at_hand = at_hand
        self._told = False

    async def run(self) -> None:
        """Raise `KeysChanged` once the home holds the keys of the database.

        The caller opens everything anew with them. Until then the database refuses this process.
        """
        while True:
            await asyncio.sleep(PERIOD_S)
            try:
                async with self._store.read() as work:
                    await work.keys.all()
            except KeysChanged as changed:
                self._end_if_at_hand(changed)
            except DialerError:
                continue  # the database is away; others tell of that

    def _end_if_at_hand(self, changed: KeysChanged) -> None:
        if self._at_hand() >= changed.version:
            raise changed
        if not self._told:
            log.error("the keys were changed elsewhere", error=str(changed))
            self._told = True
