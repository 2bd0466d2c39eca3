"""Emergency stops, and their flags at the PBXs, each known by its id.

By the id the end of one halt is never taken for the end of another, nor its flag for a new one.
"""

from dataclasses import dataclass
from datetime import datetime

from dialer.domain.base.types import HaltId


@dataclass(frozen=True, slots=True)
class Halt:
    """An emergency stop: its author, its time and its reason."""

    id: HaltId
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class HaltFlag:
    """The flag of a halt as a PBX keeps it.

    `id` is None where the flag was set by something other than this service.
    """

    id: HaltId | None
    reason: str
