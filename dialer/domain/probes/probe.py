"""The call-back probe: when it is due, and its outcome by dialling and by sound. Pure.

A person who rings a number that we show must reach the sponsor's line with its own greeting (FP-17,
T093, E9).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dialer.domain.base.types import CampaignId, PhoneNumber, ProbeId
from dialer.domain.calls.call_events import DialStatus
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.probes.greeting import Likeness, audible, likeness

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


BUSY_CAUSE = 17
UNASSIGNED_CAUSES = frozenset({1, 2, 3, 22, 28})
"""Q.850: unallocated, no route, number changed, invalid number format."""
UNASSIGNED_CODES = frozenset({404, 410, 484, 604})
"""RFC 3261, 21.4 and 21.6: not found, gone, address incomplete, does not exist anywhere."""
BUSY_CODES = frozenset({486, 600})
SILENT_CODES = frozenset({408, 480})


def of_dialling(status: DialStatus, cause: int | None, sip_code: int | None) -> ProbeOutcome | None:
    """Return the outcome by the end of dialling; None for an answered call, decided by its sound.

    Without a response of the network nothing is known about the number.
    """
    if status is DialStatus.ANSWER:
        return None
    if status is DialStatus.CANCEL:
        return ProbeOutcome.NOT_MADE
    if sip_code in BUSY_CODES or (status is DialStatus.BUSY and cause == BUSY_CAUSE):
        return ProbeOutcome.BUSY
    if sip_code in UNASSIGNED_CODES or (sip_code and cause in UNASSIGNED_CAUSES):
        return ProbeOutcome.NOT_IN_SERVICE
    if status is DialStatus.NOANSWER or sip_code in SILENT_CODES:
        return ProbeOutcome.NO_ANSWER
    return ProbeOutcome.UNREACHABLE if sip_code else ProbeOutcome.NOT_MADE


def of_sound(expected: bytes, heard: bytes) -> tuple[ProbeOutcome, Likeness]:
    """Return the outcome by the sound, both in A-law at 8 kHz. Takes some tenths of a second."""
    found = likeness(expected, heard)
    if found.same:
        return ProbeOutcome.PASSED, found
    return ProbeOutcome.WRONG_GREETING if audible(heard) else ProbeOutcome.NO_SOUND, found
