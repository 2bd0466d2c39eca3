"""Asterisk's events in the domain's words. Pure. Any event at all may come in, and none raises."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dialer.adapters.ami.connection.wire import Fields
from dialer.adapters.ami.events.pbx_time import PbxTime
from dialer.adapters.ami.events.report import (
    ATTEMPT_ID,
    Malformed,
    attempt_id,
    ended,
    matching,
    opposed_at,
    reported_at,
    text,
)
from dialer.domain.base.types import AttemptId
from dialer.domain.calls.call_events import (
    Answered,
    CallEvent,
    ChannelGone,
    Dialing,
    Opposed,
    RefusalCause,
    Refused,
    Ringing,
    TalkingStarted,
    TalkingStopped,
)

CALLEE = "PJSIP/"
"""Start of the name of a callee's channel. All others are halves of the Local channel."""
OPPOSITION_KEY = "9"
_RINGING_STATE = "5"
_WHY = re.compile("|".join(RefusalCause))
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


Translation = CallEvent | OriginateFailed | Unusable | None
"""None is an event that does not concern us."""


@dataclass(frozen=True, slots=True)
class ReceiptTime:
    """Moment of receipt of an event without a time of its own, by the service's clock."""

    received_at: datetime
    pbx_time: PbxTime

    def event_time(self, fields: Fields) -> datetime:
        """Asterisk's own timestamp where it sends one (`timestampevents`), else the receipt."""
        found = _TIMESTAMP.fullmatch(text(fields, "timestamp"))
        return self.pbx_time.instant(int(found[1] + found[2])) if found else self.received_at


Reader = Callable[[Fields, ReceiptTime], Translation]


def translate(fields: Fields, received_at: datetime, pbx_time: PbxTime) -> Translation:
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


def _label(fields: Fields) -> str:
    """Label an event by one of a fixed few: counters must not grow with the events sent."""
    names = [fields.get("userevent"), fields.get("event")]
    return next(
        (name for name in names if isinstance(name, str) and (name in REPORTS or name in EVENTS)), "other"
    )


def callee_call(fields: Fields, prefix: str = "") -> AttemptId | None:
    """The attempt whose callee's channel the event is about.

    `prefix` is `dest` for the far end of a dial.
    """
    linked = text(fields, f"{prefix}linkedid")
    is_ours = text(fields, f"{prefix}channel").startswith(CALLEE) and ATTEMPT_ID.fullmatch(linked)
    return AttemptId(linked) if is_ours else None


def _refused(fields: Fields, moment: ReceiptTime) -> Refused:
    why = RefusalCause(matching(fields, "why", _WHY))
    return Refused(attempt_id(fields), reported_at(fields, moment.pbx_time), why)


def _ended(fields: Fields, moment: ReceiptTime) -> CallEvent:
    return ended(attempt_id(fields), fields, moment.pbx_time)


def _opposed(fields: Fields, moment: ReceiptTime) -> Opposed:
    return Opposed(attempt_id(fields), opposed_at(fields, moment.pbx_time, moment.received_at))


def _report_reader(kind: type[Dialing | Answered]) -> Reader:
    """Make a reader of a report that says only that, and when, it happened."""
    return lambda fields, moment: kind(attempt_id(fields), reported_at(fields, moment.pbx_time))


def _on_callee(kind: type[ChannelGone | TalkingStarted | TalkingStopped]) -> Reader:
    """Make a reader of an event of the callee's channel.

    The halves of the Local channel do not count: they go when the callee answers.
    """

    def read(fields: Fields, moment: ReceiptTime) -> CallEvent | None:
        attempt = callee_call(fields)
        return kind(attempt, moment.event_time(fields)) if attempt else None

    return read


def _dial_state(fields: Fields, moment: ReceiptTime) -> Ringing | None:
    attempt = callee_call(fields, "dest")
    if attempt is None or text(fields, "dialstatus") != "RINGING":
        return None
    return Ringing(attempt, moment.event_time(fields))


def _new_state(fields: Fields, moment: ReceiptTime) -> Ringing | None:
    attempt = callee_call(fields)
    if attempt is None or text(fields, "channelstate") != _RINGING_STATE:
        return None
    return Ringing(attempt, moment.event_time(fields))


def _key(fields: Fields, moment: ReceiptTime) -> Opposed | None:
    """Read a 9 as an opposition once any part of it was seen.

    A hang-up may cut it off before the dialplan hears of it.
    """
    attempt = callee_call(fields)
    by_callee = text(fields, "direction") == "Received" and text(fields, "digit") == OPPOSITION_KEY
    return Opposed(attempt, moment.event_time(fields)) if attempt and by_callee else None


def _originate_response(fields: Fields, _moment: ReceiptTime) -> OriginateFailed | None:
    if text(fields, "response") == "Success":
        return None
    unique = text(fields, "uniqueid")
    return OriginateFailed(AttemptId(unique)) if ATTEMPT_ID.fullmatch(unique) else None


REPORTS: Mapping[str, Reader] = {
    "DialerRefused": _refused,
    "DialerDialing": _report_reader(Dialing),
    "DialerAnswered": _report_reader(Answered),
    "DialerOpposed": _opposed,
    "DialerEnded": _ended,
}
"""UserEvents of the dialplan, by name."""

EVENTS: Mapping[str, Reader] = {
    "DialState": _dial_state,
    "Newstate": _new_state,
    "DTMFBegin": _key,
    "DTMFEnd": _key,  # a key by SIP INFO has no beginning
    "Hangup": _on_callee(ChannelGone),
    "ChannelTalkingStart": _on_callee(TalkingStarted),
    "ChannelTalkingStop": _on_callee(TalkingStopped),
    "OriginateResponse": _originate_response,
}
"""Asterisk's own events, by name."""
