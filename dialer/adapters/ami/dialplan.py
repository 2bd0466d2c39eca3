"""The dialplan that a PBX has loaded, as the PBX lists it."""

from dialer.adapters.ami.contract import SHOW_DIALPLAN, dialplan_in
from dialer.adapters.ami.link import AmiAddress, AmiLink, Timing
from dialer.adapters.ami.wire import ActionRefused, Headers
from dialer.dialplan_checker.model import Dialplan


class RunningDialplan:
    """Implementation of `ports.pbx.DialplanSource` for the PBX at `address`."""

    def __init__(self, pbx: str, address: AmiAddress) -> None:
        self._pbx = pbx
        self._address = address

    @property
    def name(self) -> str:
        return f"PBX {self._pbx}"

    async def read(self) -> Dialplan:
        """Read it. Raise `Unavailable` where the PBX does not answer."""
        link = AmiLink(self._address, UnansweredPbx(), Timing())
        try:
            await link.start()
            reply = await link.ask(SHOW_DIALPLAN)
        finally:
            await link.close()
        if not reply.success:
            raise ActionRefused(f"the PBX does not list its dialplan ({reply.message})")
        return dialplan_in(reply.items)


class UnansweredPbx:
    """A listener for a link that only asks and needs no events."""

    def event(self, fields: Headers) -> None: ...

    def up(self) -> None: ...

    def lost(self) -> None: ...

    def broken(self, error: BaseException) -> None: ...
