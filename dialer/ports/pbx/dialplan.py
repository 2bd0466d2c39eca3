"""The source of a dialplan."""

from typing import Protocol

from dialer.dialplan_checker.model import Dialplan


class DialplanSource(Protocol):
    @property
    def name(self) -> str:
        """The folder or the PBX, for a person."""
        ...

    async def read(self) -> Dialplan:
        """Read it now.

        Raise `NotFound`, `InvalidInput` or `Unavailable` where there is none to read.
        """
        ...
