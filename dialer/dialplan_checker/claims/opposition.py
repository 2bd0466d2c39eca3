"""A 9 is written down before anything else happens, and on every path."""

from dialer.dialplan_checker.effects import DialplanClaim, Effect, End, TraceNote
from dialer.dialplan_checker.state import State

_WHAT = {
    "Play": "a sound",
    "WaitForKey": "a wait",
    "PauseEffect": "a wait",
    "Listen": "a recording",
    "Tell": "an event",
    "InviteEffect": "an INVITE",
}


def _objection(state: State, effect: Effect) -> str | None:
    history = effect.state.history if isinstance(effect, End) else state.history
    if not history.nine or isinstance(effect, TraceNote):
        return None
    if not history.opposition_owed:
        return ""
    if isinstance(effect, End):
        return "the call ends after a 9, and the opposition was not written"
    return f"{_WHAT[type(effect).__name__]} comes after a 9 and before the opposition is written"


OPPOSITION_CLAIM = DialplanClaim(
    "opposition",
    "After a 9, dialer-opposed and dialer-suppressed are written before any sound, any event and the end.",
    _objection,
)
