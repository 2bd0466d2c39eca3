"""What happens to a call, in our words: the only thing services learn from a PBX. Times are UTC, by the PBX's clock."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dialer.domain.base.types import AttemptId
from dialer.domain.oppositions.suppression import PbxSuppression


class DialStatus(StrEnum):
    ANSWER = "ANSWER"
    BUSY = "BUSY"
    NOANSWER = "NOANSWER"
    CONGESTION = "CONGESTION"
    CHANUNAVAIL = "CHANUNAVAIL"
    CANCEL = "CANCEL"
    FAILED = "FAILED"


class TraceVerb(StrEnum):
    PLAY = "play"
    DONE = "done"
    CUT = "cut"
    KEY = "key"
    END = "end"
    """We ended the call out of turn: `silence-cut` (FP-08), `media-timeout` (T110), `forwarded` (T111) or `late-answer`."""


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One thing that happened in an answered call: a prompt began, ended whole, was cut, or a key was pressed."""

    at: datetime
    verb: TraceVerb
    name: str


class RefusalCause(StrEnum):
    """Why a PBX's own lock refuses (dialplans/10-permit.conf)."""

    FORGED = "FORGED"
    REPEATED = "REPEATED"
    """The gate saw this attempt before: the first Originate lives."""
    EXPIRED = "EXPIRED"
    HALTED = "HALTED"
    """The flag of a halt is set."""
    PAUSED = "PAUSED"
    """The flag of a pause of the campaign is set."""
    BROKEN = "BROKEN"
    """The PBX could not hold an opposition, and was not seen to hold anything since."""
    UNMARKED = "UNMARKED"
    """The attempt could not be marked as used: the PBX does not hold what is written to it."""
    SUPPRESSED = "SUPPRESSED"
    SCRIPT = "SCRIPT"
    """A prompt is missing or empty."""


UNFIT = frozenset({RefusalCause.BROKEN, RefusalCause.UNMARKED})
"""Causes that tell of the PBX and not of the call: nothing is dialled there until it holds what is written to it again."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The PBX's own lock said no; nothing was sent."""

    attempt_id: AttemptId
    at: datetime
    why: RefusalCause


@dataclass(frozen=True, slots=True)
class NotSent:
    """The PBX took the Originate but no channel came of it: nothing was sent."""

    attempt_id: AttemptId
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Dialing:
    """The INVITE has left."""

    attempt_id: AttemptId
    at: datetime


@dataclass(frozen=True, slots=True)
class Ringing:
    attempt_id: AttemptId
    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    attempt_id: AttemptId
    at: datetime


@dataclass(frozen=True, slots=True)
class Opposed:
    """A 9: from the dialplan, from the PBX's outbox, or a key-down alone (cut off by a hang-up). `whose`: as the outbox says it."""

    attempt_id: AttemptId
    at: datetime
    whose: PbxSuppression | None = None


@dataclass(frozen=True, slots=True)
class TalkingStarted:
    attempt_id: AttemptId
    at: datetime


@dataclass(frozen=True, slots=True)
class TalkingStopped:
    attempt_id: AttemptId
    at: datetime


@dataclass(frozen=True, slots=True)
class MachineFound:
    """Said by our own detector: what answered has talked too long to be a person."""

    attempt_id: AttemptId
    at: datetime


@dataclass(frozen=True, slots=True)
class MachineSpoken:
    """Said by our own detector: the machine's greeting and its beep are over."""

    attempt_id: AttemptId
    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over. `trace` is empty unless it was answered."""

    attempt_id: AttemptId
    at: datetime
    dial_status: DialStatus
    hangup_cause: int
    sip_code: int | None
    trace: tuple[TraceStep, ...]


@dataclass(frozen=True, slots=True)
class ChannelGone:
    """The last channel of a call vanished; normally `Ended` came with it."""

    attempt_id: AttemptId
    at: datetime


CallEvent = (
    Refused
    | NotSent
    | Dialing
    | Ringing
    | Answered
    | Opposed
    | TalkingStarted
    | TalkingStopped
    | MachineFound
    | MachineSpoken
    | Ended
    | ChannelGone
)


@dataclass(frozen=True, slots=True)
class PbxOutbox:
    """What a PBX remembers after a loss of the link: oppositions and ends not yet committed, and who is alive."""

    opposed: tuple[Opposed, ...]
    ended: tuple[Ended, ...]
    alive: frozenset[AttemptId]
