"""Claims about a 9: heard everywhere, and written down before anything else happens."""

from dialer.dialplan_checker import effects
from dialer.dialplan_checker.history import OutboxTrace
from dialer.dialplan_checker.protocol import CONFIRMATION
from dialer.dialplan_checker.state import ANSWERING, Leg, State

_WHAT = {
    "Play": "a sound",
    "WaitForKey": "a wait",
    "PauseEffect": "a wait",
    "Listen": "a recording",
    "Tell": "an event",
    "InviteEffect": "an INVITE",
}


def _opposition_objection(state: State, effect: effects.Effect) -> str | None:
    history = effect.state.history if isinstance(effect, effects.End) else state.history
    if not history.nine or isinstance(effect, effects.TraceNote):
        return None
    if not history.opposition_owed:
        return ""
    if isinstance(effect, effects.End):
        return "the call ends after a 9, and the opposition was not written"
    return f"{_WHAT[type(effect).__name__]} comes after a 9 and before the opposition is written"


OPPOSITION_CLAIM = effects.DialplanClaim(
    "opposition",
    "After a 9, dialer-opposed and dialer-suppressed are written before any sound, any event and the end.",
    _opposition_objection,
)


def _nine_heard_objection(state: State, effect: effects.Effect) -> str | None:
    if not isinstance(effect, effects.Play | effects.WaitForKey | effects.PauseEffect):
        return None
    if state.history.opposition_written:
        return ""
    match effect:
        case effects.Play(keys=keys):
            return "" if "9" in keys else f"a 9 does not stop {effect.prompt}"
        case effects.WaitForKey(nine=nine):
            return "" if nine == "9" else "a wait for a key that has no extension of its own for 9"
        case effects.PauseEffect():
            return "a wait that takes no key"


NINE_HEARD_CLAIM = effects.DialplanClaim(
    "nine-heard",
    "Whatever plays or waits takes a 9, or comes after the opposition was written.",
    _nine_heard_objection,
)


def _confirmed_objection(state: State, effect: effects.Effect) -> str | None:
    if not isinstance(effect, effects.Play) or effect.prompt != CONFIRMATION:
        return None
    outbox = state.history.outbox
    return (
        ""
        if outbox in (OutboxTrace.ON_DISK, OutboxTrace.TAKEN)
        else f"an opposition is confirmed, and {outbox.value}"
    )


CONFIRMED_CLAIM = effects.DialplanClaim(
    "confirmed",
    "An opposition is confirmed only once AstDB holds it on disk, or the service has taken it over.",
    _confirmed_objection,
)


def _key_down_objection(state: State, effect: effects.Effect) -> str | None:
    if not isinstance(effect, effects.Play | effects.WaitForKey | effects.PauseEffect) or state.leg in {
        *ANSWERING,
        Leg.LINE,
    }:
        return None
    if state.history.opposition_written or state.history.nine_told:
        return ""
    return "a 9 that a hang-up cuts off would be lost: nobody has said what it means on this channel"


KEY_DOWN_CLAIM = effects.DialplanClaim(
    "key-down",
    "Before anything is heard or waited for, the log of keys says what a 9 on this channel means, come up or not.",
    _key_down_objection,
)
