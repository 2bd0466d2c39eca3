"""The call-back probe (FP-17, T093, E9). Pure.

A person who rings a number that we show must reach the sponsor's line with its own greeting.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dialer.domain.base.types import CampaignId, PhoneNumber, ProbeId
from dialer.domain.calls.call_events import DialStatus
from dialer.domain.campaigns.campaign import Campaign

VALID_FOR = timedelta(hours=24)
"""FP-17: within 24 h before start, and every day."""
REPEAT_AFTER = timedelta(hours=20)
"""A pass is renewed before it runs out, so that a probe that could not be made is tried again in
time.
"""


class ProbeOutcome(StrEnum):
    PASSED = "PASSED"
    """Answered, and the greeting heard was that of the sponsor's line."""
    BUSY = "BUSY"
    NO_ANSWER = "NO_ANSWER"
    NOT_IN_SERVICE = "NOT_IN_SERVICE"
    """The network knows no such number."""
    UNREACHABLE = "UNREACHABLE"
    """The network, or the trunk, refused the call for any other reason."""
    NO_SOUND = "NO_SOUND"
    """Answered by silence, or hung up on at once."""
    WRONG_GREETING = "WRONG_GREETING"
    """Answered by another party: another sponsor, an announcement, a voicemail, a stranger."""
    NOT_MADE = "NOT_MADE"
    """No call left this machine, or we ended it: it says and proves nothing of the number."""


FAILED = frozenset(ProbeOutcome) - {ProbeOutcome.PASSED, ProbeOutcome.NOT_MADE}


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe as stored.

    `shown` is the number presented, `script` the approved prompts whose greeting was expected.
    `heard_ms`: the time for which the line was listened to. `likeness`: the share of the greeting
    that was heard, in per cent; None where there was no answer. `recording_sha256`: of the
    recording, A-law at 8 kHz, which is kept only where it was our own line. `asked_by`: a person,
    or the service's own loop.
    """

    id: ProbeId
    campaign_id: CampaignId
    sponsor: str
    number: PhoneNumber
    shown: PhoneNumber
    trunk: str
    pbx: str
    script: str
    asked_by: str
    started_at: datetime
    ended_at: datetime
    outcome: ProbeOutcome
    detail: str
    dial_status: DialStatus | None = None
    hangup_cause: int | None = None
    sip_code: int | None = None
    heard_ms: int = 0
    likeness: int | None = None
    recording_sha256: str | None = None

    @property
    def failed(self) -> bool:
        """Return whether the number was tried and does not lead to the sponsor's line."""
        return self.outcome in FAILED

    def says(self) -> str:
        """Return a line for a person: `+33162000001: WRONG_GREETING (...)`."""
        return f"{self.number}: {self.outcome}" + (f" ({self.detail})" if self.detail else "")


def numbers_of(campaign: Campaign) -> tuple[PhoneNumber, ...]:
    """Return every number that the campaign's callees see or hear."""
    return tuple(PhoneNumber(number) for number in sorted(campaign.definition.own_numbers))


def unproved(numbers: Iterable[PhoneNumber], latest: Mapping[str, Probe], now: datetime) -> str:
    """Return why a campaign that shows `numbers` may not dial now, in one line.

    Empty where each number's latest probe passed within 24 h. `latest`: by number, of this sponsor;
    probes not made are left out.
    """
    for number in numbers:
        probe = latest.get(number)
        if probe is None:
            return f"{number} has not been rung to see whether it reaches the call-back line"
        if probe.outcome is not ProbeOutcome.PASSED:
            return f"the call-back probe failed: {probe.says()}"
        if not probe.started_at <= now < probe.started_at + VALID_FOR:
            return f"{number} last reached the call-back line at {probe.started_at.isoformat(timespec='seconds')}, not within 24 h"
    return ""


def due(number: PhoneNumber, latest: Mapping[str, Probe], now: datetime) -> bool:
    """Return whether `number` is to be rung (again)."""
    probe = latest.get(number)
    passed = probe is not None and probe.outcome is ProbeOutcome.PASSED
    return probe is None or not passed or not probe.started_at <= now < probe.started_at + REPEAT_AFTER
