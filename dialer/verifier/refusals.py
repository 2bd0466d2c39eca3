"""Calls that the network refused before anything rang (FP-27, T065).

They left, but no person was called, and no cap counts them. The codes are those of
`dialer.domain.calls.outcome`, which a pack does not hold; a test of the program compares them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .people import Document

SIP_CODES = frozenset(
    {400, 401, 402, 403, 404, 405, 406, 407, 410, 413, 414, 415, 416, 420, 421, 422, 423, 428, 433, 436, 437}
    | {
        438,
        439,
        440,
        482,
        483,
        484,
        485,
        488,
        493,
        494,
        500,
        501,
        502,
        503,
        504,
        505,
        513,
        580,
        604,
        606,
        608,
    }
)
"""RFC 3261, section 21."""
CAUSES = frozenset({1, 2, 3, 22, 28, 29, 34, 38, 41, 42, 43, 44, 47, 50, 52, 57, 58, 63, 65, 79, 88, 111})
"""ITU-T Q.850; looked at where there was no SIP answer, or one that says little."""
TIMED_OUT = 408
"""The telephone may have rung."""


def refused_by_network(record: Document) -> bool:
    if record["state"] != "ended" or record["answered_at"] or record["ringing_at"]:
        return False
    sip_code = record["sip_code"]
    return sip_code in SIP_CODES or (sip_code != TIMED_OUT and record["hangup_cause"] in CAUSES)
