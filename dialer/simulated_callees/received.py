"""The callees' reports: the truth about INVITEs, calls, sounds and keys.

`at` and the other instants are seconds of the monotonic clock (compare with `time.monotonic()`, in
any process of this machine); `..._ms` count from the answer (the 200 OK leaving).
"""

from dataclasses import dataclass
from enum import StrEnum

from dialer.simulated_callees.personas import Persona


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
