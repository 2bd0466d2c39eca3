"""An attempt to reach one person, and the earlier attempts on a number as the rules see them.

An attempt has a permit, at most one Originate and one end. services/dialing writes it until it is
originating, services/calls/call_event_applier from then on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dialer.domain.base.types import AttemptId, CampaignId, ContactId, Fingerprint, PhoneNumber
from dialer.domain.calls.call_events import DialStatus, LapseReason, TraceStep
from dialer.domain.decision.facts import PastAttempt

ORIGINATE_LIFE = timedelta(seconds=10)
"""Life of an Originate at the PBX, from the decision on: the second lock refuses a later one."""


class AttemptState(StrEnum):
    PERMITTED = "permitted"
    """Decided and committed; nothing was sent."""
    ORIGINATING = "originating"
    """Committed before the Originate is sent, so a crash cannot send it twice."""
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"
    LAPSED = "lapsed"
    """Nothing was sent and nothing will be: the permit ran out or the PBX refused.

    Does not count against caps.
    """
    LOST = "lost"
    """Sent, outcome unknown. Counts against caps; never sent again."""


FINAL_STATES = frozenset({AttemptState.ENDED, AttemptState.LAPSED, AttemptState.LOST})


class Result(StrEnum):
    MESSAGE_PLAYED = "MESSAGE_PLAYED"
    MESSAGE_CUT = "MESSAGE_CUT"
    NO_KEY = "NO_KEY"
    OPTED_OUT = "OPTED_OUT"
    HANGUP_IN_NOTICE = "HANGUP_IN_NOTICE"
    MACHINE = "MACHINE"
    MACHINE_MESSAGE = "MACHINE_MESSAGE"
    LEGAL_NOTICE = "LEGAL_NOTICE"
    NOT_ANSWERED = "NOT_ANSWERED"
    LOST = "LOST"


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt as stored. Times are UTC.

    `permit_until` is the decision's limit; `expires_at` the shorter life of this Originate at the
    PBX. `open_until`: the end of legal hours and consented windows around the decision.
    """

    id: AttemptId
    campaign_id: CampaignId
    contact_id: ContactId
    number: PhoneNumber
    fingerprint: Fingerprint
    sponsor: str
    state: AttemptState
    decided_at: datetime
    permit_until: datetime
    expires_at: datetime
    decision_hash: str
    rule_pack: str
    trunk: str
    pbx: str
    caller_id: PhoneNumber
    script: str
    originated_at: datetime | None = None
    dialed_at: datetime | None = None
    """The time at which the PBX's gate let it through: from here on an INVITE may have left."""
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    opposed_at: datetime | None = None
    machine_at: datetime | None = None
    ended_at: datetime | None = None
    dial_status: DialStatus | None = None
    hangup_cause: int | None = None
    sip_code: int | None = None
    result: Result | None = None
    lapse_reason: LapseReason | None = None
    trace: tuple[TraceStep, ...] = ()
    open_until: datetime | None = None

    @property
    def alive(self) -> bool:
        return self.state not in FINAL_STATES

    @property
    def ended_outside_window(self) -> bool:
        """Return whether it began in time and was not cut, but ran on after the end (T008)."""
        late = self.ended_at and self.open_until and self.ended_at > self.open_until
        return bool(late and self.answered_at)


NO_CAMPAIGN = CampaignId("")
DELIVERED = frozenset({Result.MESSAGE_PLAYED, Result.MACHINE_MESSAGE})


def past_attempt(
    campaign_id: CampaignId,
    at: datetime,
    *,
    state: AttemptState,
    result: Result | None,
    counts: bool,
    unanswered: bool,
) -> PastAttempt:
    """Describe a stored attempt to the rules. `unanswered`: the INVITE was met with silence.

    Such an attempt counts towards the caps, and uses up none of the campaign's attempts.
    """
    return PastAttempt(
        campaign_id=NO_CAMPAIGN if unanswered else campaign_id,
        at=at,
        counts=counts,
        delivered=result in DELIVERED,
        alive=state not in FINAL_STATES,
    )


def recalled_attempt(campaign_id: CampaignId, at: datetime) -> PastAttempt:
    """Make an attempt that only the journal knows.

    It counts, and as delivered: its outcome is unknown, so the same campaign makes no further call.
    """
    return PastAttempt(campaign_id, at, counts=True, delivered=True, alive=False)
