"""Claims about what is heard and told of a call: message, reports, probes and trace.

The message is heard by a person alone who has heard the whole notice and pressed 1; by a caller on
our line only outside electoral silence.
"""

import re

from dialer.dialplan_checker import effects
from dialer.dialplan_checker.claims.gate import common_checks, elsewhere, once, unchecked
from dialer.dialplan_checker.history import ChannelHistory
from dialer.dialplan_checker.protocol import NEUTRAL, PROBE, VOICEMAIL, value_of
from dialer.dialplan_checker.state import Leg, State
from dialer.dialplan_checker.values import Fact, unknown


def _message_objection(state: State, effect: effects.Effect) -> str | None:
    if not isinstance(effect, effects.Play) or effect.prompt in NEUTRAL:
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


def _to_person(history: ChannelHistory, play: effects.Play) -> str:
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


MESSAGE_CLAIM = effects.DialplanClaim(
    "message",
    "No path plays the message without the whole notice, noted as done, and a person's 1; a machine hears the notice first.",
    _message_objection,
)


_TIMES = ("never", "once", "more than once")


def _reports_objection(_state: State, effect: effects.Effect) -> str | None:
    if not isinstance(effect, effects.End):
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


REPORTS_CLAIM = effects.DialplanClaim(
    "reports",
    "Every end is told and stored exactly once: by the callee's channel if it was answered, else by the half that dials.",
    _reports_objection,
)


_RECORDING = f"/var/lib/dialer/probes/{value_of('PROBE')}.alaw"
_DIGITS = unknown(f"{value_of('NUMBER')}:1:None")
_CHECKS = (
    *common_checks(["probe", *map(value_of, PROBE)]),
    ("the line that the number must have", Fact(f"DB_EXISTS(dialer-line/{_DIGITS})")),
)
_ONCE = once(f"dialer-used/{value_of('PROBE')}", f"probe-{value_of('PROBE')}-2")


def _probe_objection(state: State, effect: effects.Effect) -> str | None:
    match effect:
        case effects.Listen(file):
            return _of_listening(state, file)
        case effects.InviteEffect() if state.leg is Leg.PROBING:
            return unchecked(state.facts, PROBE, _CHECKS, _ONCE) or elsewhere(effect)
        case effects.Play() | effects.WaitForKey() | effects.PauseEffect() if state.leg in (
            Leg.PROBING,
            Leg.LINE,
        ):
            return "a probe speaks, or waits for keys"
    return None


def _of_listening(state: State, file: str) -> str:
    if state.leg is not Leg.LINE:
        return f"{state.leg.value} is recorded"
    if not state.history.limited:
        return "a probe listens before its longest time is set"
    return "" if file == _RECORDING else f"what a probe hears is kept elsewhere: {file}"


PROBE_CLAIM = effects.DialplanClaim(
    "probe",
    "A probe rings a number with a line of ours and no other, once, sealed and unless halted; it says nothing; nobody else is recorded.",
    _probe_objection,
)


_DONE = re.compile(r" done ([a-z-]+)$")


def _trace_objection(state: State, effect: effects.Effect) -> str | None:
    done = _DONE.search(effect.text) if isinstance(effect, effects.TraceNote) else None
    if done is None:
        return None
    return (
        ""
        if done[1] == state.history.whole
        else f"the trace says `done {done[1]}` of what was not played whole"
    )


TRACE_CLAIM = effects.DialplanClaim(
    "trace",
    "The trace says `done` only of a prompt that was played from its first to its last sample.",
    _trace_objection,
)
