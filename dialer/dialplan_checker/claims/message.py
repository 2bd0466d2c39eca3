"""The message is heard only by a person who has heard the whole notice and pressed 1.

By a caller on our line, only outside electoral silence.
"""

from dialer.dialplan_checker.effects import DialplanClaim, Effect, Play
from dialer.dialplan_checker.history import ChannelHistory
from dialer.dialplan_checker.protocol import NEUTRAL, VOICEMAIL
from dialer.dialplan_checker.state import Leg, State


def _objection(state: State, effect: Effect) -> str | None:
    if not isinstance(effect, Play) or effect.prompt in NEUTRAL:
        return None
    if state.leg is not Leg.CALLEE:
        why = _to_caller(state)
    elif effect.prompt == VOICEMAIL:
        why = _after_notice(state.history) or ("" if state.history.machine else "to a person")
    else:
        why = _to_person(state.history, effect)
    return f"prompt {effect.prompt} plays {why}" if why else ""


def _after_notice(history: ChannelHistory) -> str:
    if not history.notice:
        return "before the whole notice has"
    return "" if history.noted else "and the trace does not say `done notice`"


def _to_person(history: ChannelHistory, play: Play) -> str:
    if not history.one:
        return "without a 1"
    # A machine's 1 is no engagement: it may say anything.
    looked = play.resumed or history.machine is False
    machine = "" if looked else "without a look at whether a machine answered"
    return _after_notice(history) or machine


def _to_caller(state: State) -> str:
    """Return why a caller on our line may not hear it.

    Real calls show which answer withholds it; this claim shows that it is not heard unasked.
    """
    if not state.history.one:
        return "without a 1"
    return "" if state.facts else "to who calls us without a look at electoral silence"


MESSAGE_CLAIM = DialplanClaim(
    "message",
    "No path plays the message without the whole notice, noted as done, and a person's 1; a machine hears the notice first.",
    _objection,
)
