"""What the network answered our INVITEs, read from the copies of SIP messages that Asterisk sends us (HEPv3, by res_hep_pjsip). Pure.

Nothing else shows them: neither dialplan nor AMI sees a header of a refusal, or a 200 that crosses our CANCEL. A copy may be lost.
"""

import re
import struct
from dataclasses import dataclass

_CHUNK = struct.Struct(">HHH")
_PAYLOAD = (0, 15)
"""Vendor and type of the chunk that holds the SIP message (HEP3, "captured packet payload")."""
_STATUS_LINE = b"SIP/2.0 "
_USER = re.compile(r"sips?:([^@;> ]{1,64})@")
_Q850 = re.compile(r"Q\.850 *;(?: *[a-z]{1,20}=[^;,]{0,60};){0,3} *cause *= *([0-9]{1,3})", re.IGNORECASE)
_SECONDS = re.compile(r" *([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class SipAnswer:
    """A final answer to an INVITE. `number`: who was called, as we wrote it. `cause`: Q.850, from `Reason` (RFC 3326).

    `retry_after_s`: for how long the server asks to be left in peace (RFC 3261, 20.33).
    """

    number: str
    status: int
    cause: int | None = None
    retry_after_s: int | None = None


def answer_of(datagram: bytes) -> SipAnswer | None:
    """None for whatever is no final answer to an INVITE: most messages are not, and any bytes at all may come."""
    start = datagram.find(_STATUS_LINE)
    if not datagram.startswith(b"HEP3") or start < _CHUNK.size:
        return None
    vendor, kind, _ = _CHUNK.unpack_from(datagram, start - _CHUNK.size)
    status = datagram[start + len(_STATUS_LINE) : start + len(_STATUS_LINE) + 3]
    if (vendor, kind) != _PAYLOAD or not status.isdigit() or int(status) < 200:
        return None
    headers = _headers(datagram[start:].decode("utf-8", "replace"))
    user = _USER.search(headers.get("to", headers.get("t", "")))
    if user is None or not headers.get("cseq", "").rstrip().endswith("INVITE"):
        return None
    cause, seconds = _Q850.search(headers.get("reason", "")), _SECONDS.match(headers.get("retry-after", ""))
    return SipAnswer(
        user[1], int(status), int(cause[1]) if cause else None, int(seconds[1]) if seconds else None
    )


def _headers(message: str) -> dict[str, str]:
    """By name in lower case; several of one name are joined by commas."""
    found: dict[str, str] = {}
    for line in message.partition("\r\n\r\n")[0].split("\r\n")[1:]:
        name, _, value = line.partition(":")
        name = name.strip().lower()
        found[name] = f"{found[name]},{value}" if name in found else value
    return found
