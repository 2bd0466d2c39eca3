"""A 9 is taken at every moment at which something is heard or waited for."""

from dialer.dialplan_checker.effects import DialplanClaim, Effect, PauseEffect, Play, WaitForKey
from dialer.dialplan_checker.state import State


def _objection(state: State, effect: Effect) -> str | None:
    if not isinstance(effect, Play | WaitForKey | PauseEffect):
        return None
    if state.history.opposition_written:
        return ""
    match effect:
        case Play(keys=keys):
            return "" if "9" in keys else f"a 9 does not stop {effect.prompt}"
        case WaitForKey(nine=nine):
            return "" if nine == "9" else "a wait for a key that has no extension of its own for 9"
        case PauseEffect():
            return "a wait that takes no key"


NINE_HEARD_CLAIM = DialplanClaim(
    "nine-heard",
    "Whatever plays or waits takes a 9, or comes after the opposition was written.",
    _objection,
)
