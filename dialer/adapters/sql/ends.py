"""`domain.final_answer` as conditions on attempts."""

from collections.abc import Set as AbstractSet

from sqlalchemy import ColumnElement, and_, or_

from dialer.adapters.sql.tables import attempts
from dialer.domain.attempt import AttemptState
from dialer.domain.final_answer import (
    CAUSES_ABOUT_NUMBER,
    CAUSES_ABOUT_TRUNK,
    CAUSES_SILENCE,
    SIP_ABOUT_NUMBER,
    SIP_ABOUT_TRUNK,
    SIP_SILENCE,
)


def _unanswered_by(sip_codes: AbstractSet[int], causes: AbstractSet[int]) -> ColumnElement[bool]:
    """Nobody answered; true or false, never NULL."""
    by_cause = and_(attempts.c.hangup_cause.is_not(None), attempts.c.hangup_cause.in_(sorted(causes)))
    by_sip = and_(attempts.c.sip_code.is_not(None), attempts.c.sip_code.in_(sorted(sip_codes)))
    return and_(
        attempts.c.state == AttemptState.ENDED,
        attempts.c.answered_at.is_(None),
        or_(and_(attempts.c.sip_code.is_(None), by_cause), by_sip),
    )


def _ended_by(sip_codes: AbstractSet[int], causes: AbstractSet[int]) -> ColumnElement[bool]:
    """Nothing rang either."""
    return and_(attempts.c.ringing_at.is_(None), _unanswered_by(sip_codes, causes))


unreached = or_(
    attempts.c.state == AttemptState.LAPSED,
    _ended_by(SIP_ABOUT_NUMBER | SIP_ABOUT_TRUNK, CAUSES_ABOUT_NUMBER | CAUSES_ABOUT_TRUNK),
)
"""Not `domain.final_answer.counts`."""
number_gone = _unanswered_by(SIP_ABOUT_NUMBER, CAUSES_ABOUT_NUMBER)
"""`domain.final_answer.end_about` is NUMBER."""
left_unanswered = _ended_by(SIP_SILENCE, CAUSES_SILENCE)
"""`domain.final_answer.end_about` is SILENCE."""
