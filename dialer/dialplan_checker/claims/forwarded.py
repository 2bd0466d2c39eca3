"""No sound reaches a person to whom the call was forwarded (T111).

Unless it is known to stay within France: not abroad, not at a premium, not to an unknown place.
"""

from dialer.dialplan_checker.effects import DialplanClaim, Effect, Play
from dialer.dialplan_checker.state import Leg, State


def _objection(state: State, effect: Effect) -> str | None:
    if not isinstance(effect, Play) or state.leg is not Leg.CALLEE:
        return None
    return "" if state.history.direct else f"prompt {effect.prompt} plays to whoever it was forwarded to"


FORWARDED_CLAIM = DialplanClaim(
    "forwarded",
    "No sound before a look at 181, History-Info and Diversion; whoever is forwarded elsewhere than within France hears nothing.",
    _objection,
)
