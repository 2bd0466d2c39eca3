"""An INVITE leaves only behind every check of the gate.

Every prompt that may be played was there before it left.
"""

from dialer.dialplan_checker.claims.gate import common_checks, elsewhere, once, unchecked
from dialer.dialplan_checker.effects import DialplanClaim, Effect, InviteEffect, Play
from dialer.dialplan_checker.outcomes import Fact
from dialer.dialplan_checker.protocol import ATTEMPT, FINGERPRINT, FOLDER, PERMIT, SPONSOR, USED, value_of
from dialer.dialplan_checker.state import Leg, State

_NOT_PAUSED = Fact(f"DB_EXISTS(dialer-paused/{value_of('CAMPAIGN')})", true=False)
_CHECKS = (
    *common_checks([*map(value_of, PERMIT)]),
    ("the flag of the campaign's pause", _NOT_PAUSED),
    ("the sponsor's oppositions", Fact(f"DB_EXISTS(dialer-suppressed/{SPONSOR}/{FINGERPRINT})", true=False)),
    ("everybody's oppositions", Fact(f"DB_EXISTS(dialer-suppressed/all/{FINGERPRINT})", true=False)),
)
_ONCE = once(USED, f"{ATTEMPT}-2", _NOT_PAUSED)


def _objection(state: State, effect: Effect) -> str | None:
    if isinstance(effect, Play) and state.leg is Leg.CALLEE:
        there = f"{effect.folder}/{effect.prompt}.alaw" in state.history.checked and effect.folder == FOLDER
        return "" if there else f"prompt {effect.prompt} may be missing: the gate does not look for it"
    if not isinstance(effect, InviteEffect) or state.leg is Leg.PROBING:
        return None
    if state.leg is not Leg.DIALLING:
        return "an INVITE without the gate"
    return unchecked(state.facts, PERMIT, _CHECKS, _ONCE) or elsewhere(effect)


PERMIT_CLAIM = DialplanClaim(
    "permit",
    "No INVITE leaves without every check of the gate: shapes, seal, once only, expiry, halt, pause, oppositions, prompts.",
    _objection,
)
