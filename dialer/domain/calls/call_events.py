"""Events of a call in our words: the only thing services learn from a PBX.

Times are UTC, by the PBX's clock.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dialer.domain.base.types import AttemptId, FreeText
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
    """We ended the call out of turn.

    `silence-cut` (FP-08), `media-timeout` (T110), `forwarded` (T111) or `late-answer`.
    """


@dataclass(frozen=True, slots=True)
class TraceStep:
    """A step of an answered call: a prompt began, ended whole, was cut, or a key was pressed."""

    at: datetime
    verb: TraceVerb
    name: str


class RefusalCause(StrEnum):
    """Reasons for which a PBX's own lock refuses (dialplans/10-permit.conf)."""

    FORGED = "FORGED"
    REPEATED = "REPEATED"
    """The gate saw this attempt before: the first Originate lives."""
    EXPIRED = "EXPIRED"
    HALTED = "HALTED"
    """The flag of a halt is set."""
    PAUSED = "PAUSED"
    """The flag of a pause of the campaign is set."""
    BROKEN = "BROKEN"
    """The PBX could not hold an opposition, and has not been seen to hold anything since."""
    UNMARKED = "UNMARKED"
    """The attempt could not be marked as used: the PBX loses its writes."""
    SUPPRESSED = "SUPPRESSED"
    SCRIPT = "SCRIPT"
    """A prompt is missing or empty."""


UNFIT = frozenset({RefusalCause.BROKEN, RefusalCause.UNMARKED})
"""Causes that tell of the PBX and not of the call.

Nothing is dialled there until it holds its writes again.
"""


class UnsentCause(StrEnum):
    """Reasons for which no INVITE left, though no lock refused. The words are stored and shown."""

    OVERTAKEN = "overtaken by a change"
    """Something that speaks against the call changed between its permit and its sending."""
    NEVER_SENT = "never sent"
    """Found unsent by a recovery."""
    NO_CHANNEL = "the PBX could not make a channel"
    REVOKED = "revoked"
    """Withdrawn before it came to the gate."""
    TRUNK = "TRUNK"
    """The PBX has no such trunk: our own side could not send what the gate let pass."""


LapseReason = RefusalCause | UnsentCause | FreeText
"""The reason why nothing was sent. The text is the PBX's own, where it refused an Originate."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The PBX's own lock said no; nothing was sent."""

    attempt_id: AttemptId
    at: datetime
    why: RefusalCause


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing was sent: no Originate was, or the PBX refused it, or no channel came of it."""

    attempt_id: AttemptId
    at: datetime
    why: UnsentCause | FreeText


@dataclass(frozen=True, slots=True)
class Dialing:
    """The PBX's gate let the call pass: from here on an INVITE may have left."""

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
    """A 9, reported by the dialplan, by the PBX's outbox, or by a key-down that a hang-up cut off.

    `whose`: the suppression as the outbox states it.
    """

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
    """A machine, found by our own detector: it has talked too long to be a person."""

    attempt_id: AttemptId
    at: datetime


@dataclass(frozen=True, slots=True)
class MachineSpoken:
    """The end of a machine's greeting and beep, found by our own detector."""

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
    """The PBX's memory after a loss of the link.

    Oppositions and ends that are not yet committed, and the attempts that are alive.
    """

    opposed: tuple[Opposed, ...]
    ended: tuple[Ended, ...]
    alive: frozenset[AttemptId]
