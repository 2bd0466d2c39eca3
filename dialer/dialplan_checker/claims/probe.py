"""A call-back probe rings a number of ours and no other, and the answering party hears nothing."""

from dialer.dialplan_checker.claims.gate import common_checks, elsewhere, once, unchecked
from dialer.dialplan_checker.effects import (
    DialplanClaim,
    Effect,
    InviteEffect,
    Listen,
    PauseEffect,
    Play,
    WaitForKey,
)
from dialer.dialplan_checker.outcomes import Fact
from dialer.dialplan_checker.protocol import PROBE, value_of
from dialer.dialplan_checker.state import Leg, State
from dialer.dialplan_checker.values import unknown

_RECORDING = f"/var/lib/dialer/probes/{value_of('PROBE')}.alaw"
_DIGITS = unknown(f"{value_of('NUMBER')}:1:None")
_CHECKS = (
    *common_checks(["probe", *map(value_of, PROBE)]),
    ("the line that the number must have", Fact(f"DB_EXISTS(dialer-line/{_DIGITS})")),
)
_ONCE = once(f"dialer-used/{value_of('PROBE')}", f"probe-{value_of('PROBE')}-2")


def _objection(state: State, effect: Effect) -> str | None:
    match effect:
        case Listen(file):
            return _of_listening(state, file)
        case InviteEffect() if state.leg is Leg.PROBING:
            return unchecked(state.facts, PROBE, _CHECKS, _ONCE) or elsewhere(effect)
        case Play() | WaitForKey() | PauseEffect() if state.leg in (Leg.PROBING, Leg.LINE):
            return "a probe speaks, or waits for keys"
    return None


def _of_listening(state: State, file: str) -> str:
    if state.leg is not Leg.LINE:
        return f"{state.leg.value} is recorded"
    if not state.history.limited:
        return "a probe listens before its longest time is set"
    return "" if file == _RECORDING else f"what a probe hears is kept elsewhere: {file}"


PROBE_CLAIM = DialplanClaim(
    "probe",
    "A probe rings a number with a line of ours and no other, once, sealed and unless halted; it says nothing; nobody else is recorded.",
    _objection,
)
