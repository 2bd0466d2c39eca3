"""The lines that SIPp logs while it answers (see `answering.xml`), read into values."""

from dataclasses import dataclass
from enum import StrEnum


class What(StrEnum):
    READY = "ready"
    INVITE = "invite"
    ANSWERED = "answered"
    ACKNOWLEDGED = "acknowledged"
    CALLER_LEFT = "caller_left"
    CALLEE_LEFT = "callee_left"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    UNACKNOWLEDGED = "unacknowledged"


@dataclass(frozen=True, slots=True)
class Offer:
    """The content of an INVITE: the numbers as they stood in it, and the address for the audio."""

    number: str
    caller_id: str
    address: tuple[str, int]
    event_type: int


@dataclass(frozen=True, slots=True)
class Signal:
    """A step of one call, logged once: SIPp keeps retransmissions to itself.

    `at`: when, in UNIX seconds.
    """

    what: What
    call_id: str
    at: float
    offer: Offer | None = None


def parse(line: str) -> Signal:
    """Parse a line. Raise `ValueError` where it is not one of ours."""
    what, call_id, *rest, stamp = line.split(" ")
    at = float(stamp.split("\t")[-1])  # date, time of day, and the same as a number
    if what != What.INVITE:
        return Signal(What(what), call_id, at)
    number, caller, address, port, event = rest
    return Signal(What.INVITE, call_id, at, Offer(number, caller, (address, int(port)), int(event)))
