"""Where a dialplan is read from."""

from typing import Protocol

from dialer.dialplan_checker.model import Dialplan


class DialplanSource(Protocol):
    @property
    def name(self) -> str:
        """For a person: the folder, or the PBX."""
        ...

    async def read(self) -> Dialplan:
        """Read it now. Raise `NotFound`, `InvalidInput` or `Unavailable` where there is nothing to read."""
        ...
