"""The acts of a halt at the PBXs.

This module imports little, so that the command line can halt before it has loaded anything else.
"""

import uuid
from dataclasses import dataclass

from dialer.domain.base.halt import Halt
from dialer.domain.base.types import HaltId
from dialer.ports.telephony import Telephony
from dialer.services.pbx.fleet import Fleet


@dataclass(frozen=True, slots=True)
class HaltReport:
    """The reach of a halt.

    `unreachable` gives the reason by PBX. `recorded` tells whether the database knows.
    """

    pbxs: tuple[str, ...]
    unreachable: dict[str, str]
    recorded: bool


async def stop_every_call(fleet: Fleet, halt: Halt) -> dict[str, str]:
    """Lock every PBX and hang up all its calls; return, by PBX, why it failed where it did."""
    return await fleet.everywhere("halt", lambda telephony: lock_and_hang_up(telephony, halt))


async def lock_and_hang_up(telephony: Telephony, halt: Halt) -> None:
    """Lock first, so that no call starts behind the hang-up.

    Lock once more where the end of another halt took the flag away meanwhile.
    """
    for _ in range(2):
        await telephony.set_halt(halt)
        await telephony.hang_up_all()
        if await telephony.halt_flag() is not None:
            return


def new_halt_id() -> HaltId:
    return HaltId(uuid.uuid4().hex)
