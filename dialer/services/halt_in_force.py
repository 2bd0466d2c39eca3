"""The halt as this process last knew it: it holds also where the database cannot be asked."""

from dialer.domain.errors import Unavailable
from dialer.ports.store import Store


class HaltInForce:
    """Our own word until the database has heard of it; from then on the database's, and its last one while it is away."""

    def __init__(self) -> None:
        self._reason: str | None = None
        self._recorded = True

    def begin(self, reason: str) -> None:
        self._reason, self._recorded = reason, False

    def record(self) -> None:
        """The database knows what we know."""
        self._recorded = True

    async def reason(self, store: Store) -> str | None:
        """Why everything is halted; None where nothing is. Raise `Unavailable` where nobody knows."""
        if self._recorded:
            try:
                halt = await store.system.halt_state()
            except Unavailable:
                if self._reason is None:
                    raise
            else:
                self._reason = halt.reason if halt.halted else None
        return self._reason
