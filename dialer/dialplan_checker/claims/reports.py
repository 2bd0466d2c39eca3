"""The fate of an attempt is reported once: refused, or ended."""

from dialer.dialplan_checker.effects import DialplanClaim, Effect, End
from dialer.dialplan_checker.history import ChannelHistory
from dialer.dialplan_checker.state import Leg, State

_TIMES = ("never", "once", "more than once")


def _objection(_state: State, effect: Effect) -> str | None:
    if not isinstance(effect, End):
        return None
    last, history = effect.state, effect.state.history
    if history.stored != history.reports:
        return f"the end is stored {_TIMES[history.stored]} and told {_TIMES[history.reports]}"
    match last.leg:
        case Leg.DIALLING:
            return _of_dialling_half(last, history)
        case Leg.CALLEE:
            return _expected(history.reports + history.refusals, int(last.up), "the callee's end")
        case Leg.CALLER | Leg.PROBING | Leg.LINE:
            return _expected(
                history.reports + history.refusals, 0, f"the end of {last.leg.value}, which is no attempt,"
            )


def _of_dialling_half(state: State, history: ChannelHistory) -> str:
    if history.passed:
        expected = int(state.value("DIALSTATUS") != "ANSWER")
        return _expected(history.reports, expected, "the end") or _expected(history.refusals, 0, "a refusal")
    told = history.reports + history.refusals
    # Ended from outside before it passed the gate: nothing was sent, and the side that ended it
    # knows.
    return "" if history.cut and told == 0 else _expected(told, 1, "the refusal or the end")


def _expected(times: int, expected: int, what: str) -> str:
    times = min(times, 2)
    return "" if times == expected else f"{what} is told {_TIMES[times]}, not {_TIMES[expected]}"


REPORTS_CLAIM = DialplanClaim(
    "reports",
    "Every end is told and stored exactly once: by the callee's channel if it was answered, else by the half that dials.",
    _objection,
)
