"""The PBX knows the meaning of a 9 before one can be pressed.

A 9 that a hang-up cuts off never comes to the dialplan.
"""

from dialer.dialplan_checker.effects import DialplanClaim, Effect, PauseEffect, Play, WaitForKey
from dialer.dialplan_checker.state import ANSWERING, Leg, State


def _objection(state: State, effect: Effect) -> str | None:
    if not isinstance(effect, Play | WaitForKey | PauseEffect) or state.leg in {*ANSWERING, Leg.LINE}:
        return None
    if state.history.opposition_written or state.history.nine_told:
        return ""
    return "a 9 that a hang-up cuts off would be lost: nobody has said what it means on this channel"


KEY_DOWN_CLAIM = DialplanClaim(
    "key-down",
    "Before anything is heard or waited for, the log of keys says what a 9 on this channel means, come up or not.",
    _objection,
)
