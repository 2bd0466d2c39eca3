"""The outcome of a call-back probe, from its end and its sound. Pure."""

from dialer.domain.calls.call_events import DialStatus
from dialer.domain.probes.greeting import Likeness, audible, likeness
from dialer.domain.probes.probe import ProbeOutcome

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
