"""No call goes on for ever, nor into electoral silence.

Its longest time is set before anything is heard.
"""

from dialer.dialplan_checker.effects import DialplanClaim, Effect, Play, WaitForKey
from dialer.dialplan_checker.state import Leg, State


def _objection(state: State, effect: Effect) -> str | None:
    if not isinstance(effect, Play | WaitForKey) or state.leg is Leg.DIALLING:
        return None
    if state.history.limited or state.history.opposition_written:
        return ""
    return "something is heard or waited for before the longest time of the call is set"


LIMIT_CLAIM = DialplanClaim(
    "limit",
    "Whatever plays or waits does so under a longest time, or confirms an opposition that was written.",
    _objection,
)
