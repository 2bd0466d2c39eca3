"""The message is heard only by who has heard the whole notice and pressed 1."""

from dialer.domain.dialplan.claims.claim import Claim
from dialer.domain.dialplan.effects import Effect, Play
from dialer.domain.dialplan.protocol import MESSAGE
from dialer.domain.dialplan.state import Leg, State


def _objection(state: State, effect: Effect) -> str | None:
    if not isinstance(effect, Play) or effect.prompt != MESSAGE:
        return None
    history = state.history
    if not history.one:
        return "the message plays without a 1"
    if state.leg is not Leg.CALLEE:
        return ""
    if not history.notice:
        return "the message plays before the whole notice has"
    return "" if history.noted else "the message plays, and the trace does not say `done notice`"


MESSAGE_CLAIM = Claim(
    "message", "No path plays the message without the whole notice, noted as done, and a 1.", _objection
)
