"""Answers of the network to our INVITEs, from Asterisk's copies of SIP messages. Pure.

Asterisk sends them as HEPv3 (res_hep_pjsip). Neither dialplan nor AMI shows a header of a refusal,
or a 200 that crosses our CANCEL. A copy may be lost.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hmac import compare_digest

_CHUNK = struct.Struct(">HHH")
_HEADER = struct.Struct(">4sH")
_KEY, _PAYLOAD = (0, 14), (0, 15)
"""Vendor and type of the chunks that hold the sender's key and the SIP message.

HEP3 calls them "authenticate key" and "captured packet payload".
"""
_RESPONSE = b"SIP/2.0 "
"""Start of a response. A request begins otherwise, so most copies are done with at once."""
_STATUS_LINE = re.compile(rb"SIP/2\.0 ([2-6][0-9]{2}) ")
_USER = re.compile(r"sips?:([^@;> ]{1,64})@")
_Q850 = re.compile(r"Q\.850 *;(?: *[a-z]{1,20}=[^;,]{0,60};){0,3} *cause *= *([0-9]{1,3})", re.IGNORECASE)
_SECONDS = re.compile(r" *([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class SipAnswer:
    """A final answer to an INVITE.

    `number` was called, as we wrote it. `cause` is Q.850, from `Reason` (RFC 3326). For
    `retry_after_s` seconds the server asks to be left in peace (RFC 3261, 20.33).
    """

    number: str
    status: int
    cause: int | None = None
    retry_after_s: int | None = None


def answer_of(datagram: bytes, key: str) -> SipAnswer | None:
    """Read a final answer to an INVITE. None for any other bytes, and without the `key`.

    Most messages are no such answer, and any bytes at all may come.
    """
    if _RESPONSE not in datagram:
        return None
    chunks = dict(_chunks(datagram))
    message = chunks.get(_PAYLOAD, b"")
    status = _STATUS_LINE.match(message)
    if status is None or not compare_digest(chunks.get(_KEY, b""), key.encode()):
        return None
    headers = _headers(message.decode("utf-8", "replace"))
    user = _USER.search(headers.get("to", headers.get("t", "")))
    if user is None or not headers.get("cseq", "").rstrip().endswith("INVITE"):
        return None
    cause, seconds = _Q850.search(headers.get("reason", "")), _SECONDS.match(headers.get("retry-after", ""))
    return SipAnswer(
        user[1], int(status[1]), int(cause[1]) if cause else None, int(seconds[1]) if seconds else None
    )


def _chunks(datagram: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Yield chunks by vendor and type, up to the first that is torn."""
    if not datagram.startswith(b"HEP3"):
        return
    at = _HEADER.size
    while at + _CHUNK.size <= len(datagram):
        vendor, kind, length = _CHUNK.unpack_from(datagram, at)
        if not _CHUNK.size <= length <= len(datagram) - at:
            return
        yield (vendor, kind), datagram[at + _CHUNK.size : at + length]
        at += length


def _headers(message: str) -> dict[str, str]:
    """Read headers by name in lower case. Join several of one name by commas."""
    found: dict[str, str] = {}
    for line in message.partition("\r\n\r\n")[0].split("\r\n")[1:]:
        name, _, value = line.partition(":")
        name = name.strip().lower()
        found[name] = f"{found[name]},{value}" if name in found else value
    return found
