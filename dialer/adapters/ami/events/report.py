"""Reports of the dialplan about a call, read strictly. Pure.

An event and an AstDB record hold the same fields.
"""

import re
from datetime import datetime

from dialer.adapters.ami.connection.wire import Fields
from dialer.adapters.ami.events.pbx_time import PbxTime
from dialer.domain.base.types import AttemptId
from dialer.domain.calls.call_events import DialStatus, Ended, TraceStep, TraceVerb

ATTEMPT_ID = re.compile(r"[0-9a-f]{32}")
_MILLISECONDS = re.compile(r"[0-9]{13}")
_CAUSE = re.compile(r"[0-9]{1,3}")
_SIP = re.compile(r"[1-6][0-9]{2}")
_STEP = re.compile(r"([0-9]{13}) (?:(play|done|cut|end) ([a-z][a-z-]*)|(key) ([0-9*#A-D]))")


class Malformed(ValueError):
    """A field of ours that is missing, repeated with different values, or of another shape."""


def text(fields: Fields, name: str) -> str:
    """Value of a header, empty where absent: panoramisk drops a last header without a value."""
    value = fields.get(name, "")
    if isinstance(value, str):
        return value
    if len(set(value)) == 1:
        return value[0]
    raise Malformed(f"{name} is repeated with different values")


def matching(fields: Fields, name: str, shape: re.Pattern[str]) -> str:
    value = text(fields, name)
    if not shape.fullmatch(value):
        raise Malformed(f"{name} is not {shape.pattern}")
    return value


def attempt_id(fields: Fields, name: str = "attempt") -> AttemptId:
    return AttemptId(matching(fields, name, ATTEMPT_ID))


def reported_at(fields: Fields, pbx_time: PbxTime) -> datetime:
    return pbx_time.instant(int(matching(fields, "at", _MILLISECONDS)))


def opposed_at(fields: Fields, pbx_time: PbxTime, otherwise: datetime) -> datetime:
    """Read when a callee opposed.

    Return `otherwise` where that cannot be read: it counts all the same.
    """
    try:
        return reported_at(fields, pbx_time)
    except (Malformed, OverflowError):
        return otherwise


def ended(attempt: AttemptId, fields: Fields, pbx_time: PbxTime) -> Ended:
    """Read an end. Raise `Malformed`.

    A cause or SIP code that Asterisk did not learn is empty. They become 0 and None.
    """
    status = text(fields, "dialstatus")
    if status not in DialStatus.__members__:
        raise Malformed("dialstatus is none of ours")
    cause = matching(fields, "cause", _CAUSE) if text(fields, "cause") else "0"
    sip = matching(fields, "sip", _SIP) if text(fields, "sip") else None
    return Ended(
        attempt,
        reported_at(fields, pbx_time),
        DialStatus(status),
        int(cause),
        int(sip) if sip else None,
        trace(text(fields, "trace"), pbx_time),
    )


def trace(value: str, pbx_time: PbxTime) -> tuple[TraceStep, ...]:
    """Read `<UNIX ms> <verb> <name>` joined by `|`.

    Raise `Malformed` for one bad step: evidence is not patched up.
    """
    return tuple(step(token, pbx_time) for token in value.split("|")) if value else ()


def step(token: str, pbx_time: PbxTime) -> TraceStep:
    found = _STEP.fullmatch(token)
    if found is None:
        raise Malformed("trace has a step that is none")
    at, verb, prompt, key, digit = found.groups()
    return TraceStep(pbx_time.instant(int(at)), TraceVerb(verb or key), prompt or digit)
