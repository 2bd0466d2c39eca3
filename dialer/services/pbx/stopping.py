"""What a halt does at the PBXs. It knows of nothing else, so that the command line can do it before it has loaded anything else."""

import uuid
from dataclasses import dataclass

from dialer.domain.base.halt import Halt
from dialer.domain.base.types import HaltId
from dialer.ports.telephony import Telephony
from dialer.services.pbx.fleet import Fleet


@dataclass(frozen=True, slots=True)
class HaltReport:
    """What the halt reached. `unreachable`: by PBX, why; `recorded`: whether the database knows."""

    pbxs: tuple[str, ...]
    unreachable: dict[str, str]
    recorded: bool


async def stop_every_call(fleet: Fleet, halt: Halt) -> dict[str, str]:
    """Lock every PBX and hang up all its calls; return, by PBX, why it failed where it did."""
    return await fleet.everywhere("halt", lambda telephony: lock_and_hang_up(telephony, halt))


async def lock_and_hang_up(telephony: Telephony, halt: Halt) -> None:
    """Lock first, so that nothing starts behind the hang-up; and once more where the end of another halt took the flag away meanwhile."""
    for _ in range(2):
        await telephony.set_halt(halt)
        await telephony.hang_up_all()
        if await telephony.halt_flag() is not None:
            return


def new_halt_id() -> HaltId:
    return HaltId(uuid.uuid4().hex)
