"""The callees' reports: the truth about INVITEs, calls, sounds and keys, and SIPp's log lines read.

In a report, `at` and the other instants are seconds of the monotonic clock (compare with
`time.monotonic()`, in any process of this machine); `..._ms` count from the answer (the 200 OK
leaving). SIPp logs a line a step (see `answering.xml`), in UNIX seconds.
"""

from dataclasses import dataclass
from enum import StrEnum

from dialer.simulated_callees.personas import Persona


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


class Ending(StrEnum):
    CALLER_HUNG_UP = "caller hung up"
    CALLEE_HUNG_UP = "callee hung up"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    UNACKNOWLEDGED = "unacknowledged"


@dataclass(frozen=True, slots=True)
class ReceivedInvite:
    """An INVITE by its Call-ID, however often it was sent again.

    Numbers are E.164 with plus where they are numbers.
    """

    number: str
    call_id: str
    caller_id: str
    at: float


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of one prompt, or of `unknown` sound (its A-law in `audio`); silence is not listed.

    `prompt` is None where the stretch fits several prompts. `complete`: from its first sound to its
    last. `resumed`: how often it was stopped and went on where it had stopped. `lost`: packets
    within it that never came: their sound was not heard.
    """

    prompt: str | None
    started_ms: int
    ended_ms: int
    complete: bool
    audio: bytes = b""
    resumed: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key pressed. `up_ms` is None when the call ended with the key still down."""

    key: str
    down_ms: int
    up_ms: int | None


@dataclass(frozen=True, slots=True)
class ReceivedCall:
    """A call as its callee saw it, so far; `lost_packets` of its audio never came."""

    number: str
    call_id: str
    caller_id: str
    persona: Persona | None
    invited_at: float
    answered_at: float | None
    ended_at: float | None
    ending: Ending | None
    heard: tuple[Heard, ...]
    keys: tuple[KeyPressed, ...]
    lost_packets: int
