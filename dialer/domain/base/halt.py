"""An emergency stop has an id, so that its end is never taken for the end of another, nor its flag for a new one."""

from dataclasses import dataclass
from datetime import datetime

from dialer.domain.base.types import HaltId


@dataclass(frozen=True, slots=True)
class Halt:
    """Who halted, when and why."""

    id: HaltId
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class HaltFlag:
    """What a PBX keeps of a halt. `id` is None where somebody else than a service of ours has set the flag."""

    id: HaltId | None
    reason: str
