"""The network's answers to our INVITEs, which complete the ends of unanswered calls.

Neither dialplan nor AMI shows a header of a refusal, or a 200 that crosses our CANCEL. So Asterisk
sends copies of its SIP messages, as HEPv3 (res_hep_pjsip). A copy may be lost: an end waits a
moment for the answer, and goes on without it. Reading a copy (`answer_of`) is pure.
"""

import asyncio
import re
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hmac import compare_digest

import structlog

from dialer.domain.base.types import AttemptId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import Answered, DialStatus, Ended, TraceStep, TraceVerb
from dialer.domain.calls.outcome import EndReason
from dialer.ports.telephony import TelephonyEvent, TrunkAsked

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


log = structlog.get_logger()

PATIENCE_S = 1.0
"""A network answers our CANCEL within a few hundred milliseconds.

Shorter than any doubt about a channel that is gone (`dialer.services.calls.recovery.SLACK`).
"""
BIND_EVERY_S = 5.0
MOST_CALLS = 20_000
"""Calls that are not known to be over. The eldest are forgotten."""
OVERLOADED = frozenset({500, 503})
"""Answers whose `Retry-After` is about the server, not the callee (RFC 3261, 21.5)."""
LONGEST_REST = timedelta(days=1)
CANCELLED = 487
"""Status that says that we cancelled, and nothing of the callee."""


@dataclass(slots=True)
class Called:
    attempt_id: AttemptId
    trunk: str
    answer: SipAnswer | None = None


class NetworkAnswers(asyncio.DatagramProtocol):
    """Answers for one PBX, which sends `key` along. Without copies, events pass at once.

    `put` hands an event on. `now` gives the service's time.
    """

    def __init__(
        self, pbx: str, key: str, put: Callable[[TelephonyEvent], None], now: Callable[[], datetime]
    ) -> None:
        self._pbx = pbx
        self._key = key
        self._put = put
        self._now = now
        self._numbers: dict[str, Called] = {}
        self._attempts: dict[AttemptId, str] = {}
        self._held: dict[AttemptId, Ended] = {}
        self._listener: asyncio.Task[None] | None = None
        self._transport: asyncio.BaseTransport | None = None

    def listen(self, host: str, port: int) -> None:
        """Listen on UDP, as soon as no other process does.

        Where several processes drive PBXs of one machine, the first hears.
        """
        self._listener = asyncio.create_task(self._bind(host, port))

    def close(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
        if self._transport is not None:
            self._transport.close()

    async def _bind(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        while self._transport is None:
            with suppress(OSError):
                await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
                return
            await asyncio.sleep(BIND_EVERY_S)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def expect(self, attempt: Attempt) -> None:
        """Note an attempt before it is called.

        No number is called twice at a time, so it names the attempt.
        """
        self._numbers[attempt.number] = Called(attempt.id, attempt.trunk)
        self._attempts[attempt.id] = attempt.number
        if len(self._attempts) > MOST_CALLS:
            self._forget(next(iter(self._attempts)))

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        answer = answer_of(data, self._key)
        called = self._numbers.get(answer.number) if answer else None
        if answer is None or called is None:
            return
        called.answer = answer
        if answer.retry_after_s and answer.status in OVERLOADED:
            rest = min(timedelta(seconds=answer.retry_after_s), LONGEST_REST)
            self._put(TrunkAsked(self._pbx, called.trunk, self._now() + rest))
        self._give_up(called.attempt_id)

    def tell(self, ended: Ended) -> None:
        """Hand on the end of a call, at once or when the network has said how it ended."""
        called = self._called(ended.attempt_id)
        waits = called is not None and called.answer is None and ended.dial_status is not DialStatus.ANSWER
        if called is None or not waits or self._transport is None:
            self._settle(ended)
            return
        self._held[ended.attempt_id] = ended
        asyncio.get_running_loop().call_later(PATIENCE_S, self._give_up, ended.attempt_id)

    def flush(self) -> None:
        """Hand on all ends that wait: the link is lost, and its recovery asks for every end."""
        for attempt_id in list(self._held):
            self._give_up(attempt_id)

    def _give_up(self, attempt_id: AttemptId) -> None:
        """Hand on the call's end, if it still waits, as it is."""
        if ended := self._held.pop(attempt_id, None):
            self._settle(ended)

    def _settle(self, ended: Ended) -> None:
        called = self._called(ended.attempt_id)
        self._forget(ended.attempt_id)
        answer = called.answer if called else None
        if answer is None or ended.dial_status is DialStatus.ANSWER or answer.status == CANCELLED:
            self._put(ended)
        elif answer.status < 300:
            self._lifted(ended)
        else:
            cause = ended.hangup_cause if answer.cause is None else answer.cause
            self._put(replace(ended, hangup_cause=cause, sip_code=answer.status))

    def _lifted(self, ended: Ended) -> None:
        """Report an answered call: a 200 crossed our CANCEL (RFC 3261, 9.1).

        The line was dead at once.
        """
        at = max(self._now(), ended.at)
        self._put(Answered(ended.attempt_id, at))
        trace = (TraceStep(at, TraceVerb.END, EndReason.LATE_ANSWER.in_trace),)
        self._put(replace(ended, at=at, dial_status=DialStatus.ANSWER, sip_code=200, trace=trace))

    def _called(self, attempt_id: AttemptId) -> Called | None:
        number = self._attempts.get(attempt_id)
        called = self._numbers.get(number) if number else None
        return called if called and called.attempt_id == attempt_id else None

    def _forget(self, attempt_id: AttemptId) -> None:
        if (number := self._attempts.pop(attempt_id, None)) is None:
            return
        called = self._numbers.get(number)
        if called and called.attempt_id == attempt_id:
            del self._numbers[number]
