"""`domain.final_answer` as conditions on attempts."""

from collections.abc import Set as AbstractSet

from sqlalchemy import ColumnElement, and_, or_

from dialer.adapters.sql.schema.tables import attempts
from dialer.domain.calls.attempt import AttemptState
from dialer.domain.calls.final_answer import (
    CAUSES_ABOUT_NUMBER,
    CAUSES_ABOUT_TRUNK,
    CAUSES_SILENCE,
    SIP_ABOUT_NUMBER,
    SIP_ABOUT_TRUNK,
    SIP_SILENCE,
)


def _cause(causes: AbstractSet[int]) -> ColumnElement[bool]:
    return and_(attempts.c.hangup_cause.is_not(None), attempts.c.hangup_cause.in_(sorted(causes)))


def _sip(codes: AbstractSet[int]) -> ColumnElement[bool]:
    return and_(attempts.c.sip_code.is_not(None), attempts.c.sip_code.in_(sorted(codes)))


# All of these are true or false, never NULL.
_unanswered = and_(attempts.c.state == AttemptState.ENDED, attempts.c.answered_at.is_(None))
_nothing_rang = and_(_unanswered, attempts.c.ringing_at.is_(None))
_by_cause = ~_sip(SIP_ABOUT_NUMBER | SIP_ABOUT_TRUNK | SIP_SILENCE)
"""The cause decides: no answer came, or one that says little."""

unreached = or_(
    attempts.c.state == AttemptState.LAPSED,
    and_(
        _nothing_rang,
        or_(
            _sip(SIP_ABOUT_NUMBER | SIP_ABOUT_TRUNK),
            and_(_by_cause, _cause(CAUSES_ABOUT_NUMBER | CAUSES_ABOUT_TRUNK)),
        ),
    ),
)
"""The opposite of `domain.final_answer.counts`."""
number_gone = and_(
    _unanswered,
    or_(
        and_(_sip(SIP_ABOUT_NUMBER), ~_cause(CAUSES_ABOUT_TRUNK)),
        and_(_by_cause, _cause(CAUSES_ABOUT_NUMBER)),
    ),
)
"""`domain.final_answer.end_about` is NUMBER."""
left_unanswered = and_(
    _nothing_rang, or_(_sip(SIP_SILENCE), and_(attempts.c.sip_code.is_(None), _cause(CAUSES_SILENCE)))
)
"""`domain.final_answer.end_about` is SILENCE."""
