"""Asterisk's events, and the dialplan's reports of a call, in the domain's words. Pure.

Any event at all may come in, and `translate` never raises. Reports are read strictly; an event and
an AstDB record hold the same fields. `PbxTime` sets the PBX's clock against ours.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dialer.adapters.ami.wire import Headers
from dialer.domain.base.types import AttemptId
from dialer.domain.calls import call_events

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PbxTime:
    """Real time, as a PBX keeps it, against the service's time.

    `shift` is how far ahead the service pretends to be: zero except in demos and tests.
    """

    shift: timedelta = timedelta()

    def instant(self, milliseconds: int) -> datetime:
        """Our time of the PBX's UNIX milliseconds. Raise `OverflowError` beyond the year 9999."""
        return _EPOCH + timedelta(milliseconds=milliseconds) + self.shift

    def epoch(self, at: datetime) -> int:
        """The PBX's UNIX second that has begun at our time `at`."""
        return (at - self.shift - _EPOCH) // timedelta(seconds=1)


ATTEMPT_ID = re.compile(r"[0-9a-f]{32}")
_MILLISECONDS = re.compile(r"[0-9]{13}")
_CAUSE = re.compile(r"[0-9]{1,3}")
_SIP = re.compile(r"[1-6][0-9]{2}")
_STEP = re.compile(r"([0-9]{13}) (?:(play|done|cut|end) ([a-z][a-z-]*)|(key) ([0-9*#A-D]))")


class Malformed(ValueError):
    """A field of ours that is missing, repeated with different values, or of another shape."""


def text(fields: Headers, name: str) -> str:
    """Value of a header, empty where absent: panoramisk drops a last header without a value."""
    value = fields.get(name, "")
    if isinstance(value, str):
        return value
    if len(set(value)) == 1:
        return value[0]
    raise Malformed(f"{name} is repeated with different values")


def matching(fields: Headers, name: str, shape: re.Pattern[str]) -> str:
    value = text(fields, name)
    if not shape.fullmatch(value):
        raise Malformed(f"{name} is not {shape.pattern}")
    return value


def attempt_id(fields: Headers, name: str = "attempt") -> AttemptId:
    return AttemptId(matching(fields, name, ATTEMPT_ID))


def reported_at(fields: Headers, pbx_time: PbxTime) -> datetime:
    return pbx_time.instant(int(matching(fields, "at", _MILLISECONDS)))


def opposed_at(fields: Headers, pbx_time: PbxTime, otherwise: datetime) -> datetime:
    """Read when a callee opposed.

    Return `otherwise` where that cannot be read: it counts all the same.
    """
    try:
        return reported_at(fields, pbx_time)
    except (Malformed, OverflowError):
        return otherwise


def ended(attempt: AttemptId, fields: Headers, pbx_time: PbxTime) -> call_events.Ended:
    """Read an end. Raise `Malformed`.

    A cause or SIP code that Asterisk did not learn is empty. They become 0 and None.
    """
    status = text(fields, "dialstatus")
    if status not in call_events.DialStatus.__members__:
        raise Malformed("dialstatus is none of ours")
    cause = matching(fields, "cause", _CAUSE) if text(fields, "cause") else "0"
    sip = matching(fields, "sip", _SIP) if text(fields, "sip") else None
    return call_events.Ended(
        attempt,
        reported_at(fields, pbx_time),
        call_events.DialStatus(status),
        int(cause),
        int(sip) if sip else None,
        trace(text(fields, "trace"), pbx_time),
    )


def trace(value: str, pbx_time: PbxTime) -> tuple[call_events.TraceStep, ...]:
    """Read `<UNIX ms> <verb> <name>` joined by `|`.

    Raise `Malformed` for one bad step: evidence is not patched up.
    """
    return tuple(step(token, pbx_time) for token in value.split("|")) if value else ()


def step(token: str, pbx_time: PbxTime) -> call_events.TraceStep:
    found = _STEP.fullmatch(token)
    if found is None:
        raise Malformed("trace has a step that is none")
    at, verb, prompt, key, digit = found.groups()
    return call_events.TraceStep(
        pbx_time.instant(int(at)), call_events.TraceVerb(verb or key), prompt or digit
    )


CALLEE = "PJSIP/"
"""Start of the name of a callee's channel. All others are halves of the Local channel."""
OPPOSITION_KEY = "9"
_RINGING_STATE = "5"
_WHY = re.compile("|".join(call_events.RefusalCause))
_TIMESTAMP = re.compile(r"([0-9]{10})\.([0-9]{3})[0-9]{3}")


@dataclass(frozen=True, slots=True)
class OriginateFailed:
    """An Originate that Asterisk had taken and that came to nothing.

    It does not say whether the gate had let it pass, as with every unanswered call. Then `Ended`
    tells the rest.
    """

    attempt_id: AttemptId


@dataclass(frozen=True, slots=True)
class Unusable:
    """An event meant for us that cannot be read: `what` it is, and `why` not."""

    what: str
    why: str


Translation = call_events.CallEvent | OriginateFailed | Unusable | None
"""None is an event that does not concern us."""


@dataclass(frozen=True, slots=True)
class ReceiptTime:
    """Moment of receipt of an event without a time of its own, by the service's clock."""

    received_at: datetime
    pbx_time: PbxTime

    def event_time(self, fields: Headers) -> datetime:
        """Asterisk's own timestamp where it sends one (`timestampevents`), else the receipt."""
        found = _TIMESTAMP.fullmatch(text(fields, "timestamp"))
        return self.pbx_time.instant(int(found[1] + found[2])) if found else self.received_at


Reader = Callable[[Headers, ReceiptTime], Translation]


def translate(fields: Headers, received_at: datetime, pbx_time: PbxTime) -> Translation:
    try:
        name = text(fields, "event")
        if name == "UserEvent":
            name = text(fields, "userevent")
            table = REPORTS
        else:
            table = EVENTS
        read = table.get(name)
        return read(fields, ReceiptTime(received_at, pbx_time)) if read else unknown(name)
    except (Malformed, OverflowError) as error:
        return Unusable(_label(fields), str(error))


def unknown(name: str) -> Unusable | None:
    return Unusable("UserEvent", "its name is none of ours") if name.startswith("Dialer") else None


def _label(fields: Headers) -> str:
    """Label an event by one of a fixed few: counters must not grow with the events sent."""
    names = [fields.get("userevent"), fields.get("event")]
    return next(
        (name for name in names if isinstance(name, str) and (name in REPORTS or name in EVENTS)), "other"
    )


def callee_call(fields: Headers, prefix: str = "") -> AttemptId | None:
    """The attempt whose callee's channel the event is about.

    `prefix` is `dest` for the far end of a dial.
    """
    linked = text(fields, f"{prefix}linkedid")
    is_ours = text(fields, f"{prefix}channel").startswith(CALLEE) and ATTEMPT_ID.fullmatch(linked)
    return AttemptId(linked) if is_ours else None


def _refused(fields: Headers, moment: ReceiptTime) -> call_events.Refused:
    why = call_events.RefusalCause(matching(fields, "why", _WHY))
    return call_events.Refused(attempt_id(fields), reported_at(fields, moment.pbx_time), why)


def _ended(fields: Headers, moment: ReceiptTime) -> call_events.CallEvent:
    return ended(attempt_id(fields), fields, moment.pbx_time)


def _opposed(fields: Headers, moment: ReceiptTime) -> call_events.Opposed:
    return call_events.Opposed(attempt_id(fields), opposed_at(fields, moment.pbx_time, moment.received_at))


def _report_reader(kind: type[call_events.Dialing | call_events.Answered]) -> Reader:
    """Make a reader of a report that says only that, and when, it happened."""
    return lambda fields, moment: kind(attempt_id(fields), reported_at(fields, moment.pbx_time))


def _on_callee(
    kind: type[call_events.ChannelGone | call_events.TalkingStarted | call_events.TalkingStopped],
) -> Reader:
    """Make a reader of an event of the callee's channel.

    The halves of the Local channel do not count: they go when the callee answers.
    """

    def read(fields: Headers, moment: ReceiptTime) -> call_events.CallEvent | None:
        attempt = callee_call(fields)
        return kind(attempt, moment.event_time(fields)) if attempt else None

    return read


def _dial_state(fields: Headers, moment: ReceiptTime) -> call_events.Ringing | None:
    attempt = callee_call(fields, "dest")
    if attempt is None or text(fields, "dialstatus") != "RINGING":
        return None
    return call_events.Ringing(attempt, moment.event_time(fields))


def _new_state(fields: Headers, moment: ReceiptTime) -> call_events.Ringing | None:
    attempt = callee_call(fields)
    if attempt is None or text(fields, "channelstate") != _RINGING_STATE:
        return None
    return call_events.Ringing(attempt, moment.event_time(fields))


def _key(fields: Headers, moment: ReceiptTime) -> call_events.Opposed | None:
    """Read a 9 as an opposition once any part of it was seen.

    A hang-up may cut it off before the dialplan hears of it.
    """
    attempt = callee_call(fields)
    by_callee = text(fields, "direction") == "Received" and text(fields, "digit") == OPPOSITION_KEY
    return call_events.Opposed(attempt, moment.event_time(fields)) if attempt and by_callee else None


def _originate_response(fields: Headers, _moment: ReceiptTime) -> OriginateFailed | None:
    if text(fields, "response") == "Success":
        return None
    unique = text(fields, "uniqueid")
    return OriginateFailed(AttemptId(unique)) if ATTEMPT_ID.fullmatch(unique) else None


REPORTS: Mapping[str, Reader] = {
    "DialerRefused": _refused,
    "DialerDialing": _report_reader(call_events.Dialing),
    "DialerAnswered": _report_reader(call_events.Answered),
    "DialerOpposed": _opposed,
    "DialerEnded": _ended,
}
"""UserEvents of the dialplan, by name."""

EVENTS: Mapping[str, Reader] = {
    "DialState": _dial_state,
    "Newstate": _new_state,
    "DTMFBegin": _key,
    "DTMFEnd": _key,  # a key by SIP INFO has no beginning
    "Hangup": _on_callee(call_events.ChannelGone),
    "ChannelTalkingStart": _on_callee(call_events.TalkingStarted),
    "ChannelTalkingStop": _on_callee(call_events.TalkingStopped),
    "OriginateResponse": _originate_response,
}
"""Asterisk's own events, by name."""
