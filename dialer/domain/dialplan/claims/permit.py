"""An INVITE leaves only behind every check of the gate, and what may be played was there before it left."""

import re
from collections.abc import Sequence

from dialer.domain.dialplan.claims.claim import Claim
from dialer.domain.dialplan.effects import Effect, Invite, Play
from dialer.domain.dialplan.outcomes import Fact
from dialer.domain.dialplan.protocol import (
    FINGERPRINT,
    FOLDER,
    PERMIT,
    SPONSOR,
    USED,
    value_of,
)
from dialer.domain.dialplan.state import Leg, State
from dialer.domain.dialplan.values import unknown

_KEY = unknown("GLOBAL(DIALER_SEAL_KEY)")
_SEALED = ":".join([_KEY, *map(value_of, PERMIT), _KEY])
_SEAL = unknown(f"SHA1({_SEALED})", empty=False)
_CHECKS = (
    ("the key of the seals", Fact(f"{unknown(f'LEN({_KEY})', empty=False)} < 32", true=False)),
    ("the seal", Fact(f"x{_SEAL} = x{value_of('SEAL')}")),
    ("the expiry", Fact(f"{unknown('EPOCH', empty=False)} < {value_of('EXPIRES')}")),
    ("the number that is shown", Fact(f"CALLERID(all) := <{value_of('CALLER')}>")),
    ("the halt flag", Fact("DB_EXISTS(dialer-halt/all)", true=False)),
    ("the halt flag in memory", Fact(f"{unknown('GLOBAL(DIALER_BROKEN)')} = ")),
    ("the sponsor's oppositions", Fact(f"DB_EXISTS(dialer-suppressed/{SPONSOR}/{FINGERPRINT})", true=False)),
    ("everybody's oppositions", Fact(f"DB_EXISTS(dialer-suppressed/all/{FINGERPRINT})", true=False)),
)
_ONCE = (
    Fact(f"{unknown('LOCK(dialer-permit)', empty=False)} = 1"),
    Fact(f"DB_EXISTS({USED})", true=False),
    Fact(f"DB({USED}) := {value_of('EXPIRES')}"),
    Fact(f"x{unknown(f'DB({USED})')} = x{value_of('EXPIRES')}"),
    Fact("UNLOCK(dialer-permit)"),
)
"""In this order: only under the lock are looking and marking one step."""
_SAFE_SHAPE = re.compile(r"\^(?:[a-z0-9]|\[[a-z0-9-]+\]|\[\+\]|\{[0-9]+(?:,[0-9]+)?\})+\$")
_TARGET = f"PJSIP/{value_of('NUMBER')}@{value_of('TRUNK')}"


def _objection(state: State, effect: Effect) -> str | None:
    if isinstance(effect, Invite) and state.leg is Leg.DIALLING:
        return _unchecked(state.facts) or _elsewhere(effect)
    if isinstance(effect, Play) and state.leg is Leg.CALLEE:
        there = f"{effect.folder}/{effect.prompt}.alaw" in state.history.checked and effect.folder == FOLDER
        return "" if there else f"prompt {effect.prompt} may be missing: the gate does not look for it"
    return "an INVITE without the gate" if isinstance(effect, Invite) else None


def _unchecked(facts: Sequence[Fact]) -> str:
    for name in PERMIT:
        if not any(_shape_checked(fact, value_of(name)) for fact in facts):
            return f"an INVITE leaves, and the shape of DIALER_{name} was not checked"
    for what, check in _CHECKS:
        if check not in facts:
            return f"an INVITE leaves without a look at {what}"
    order = [facts.index(fact) for fact in _ONCE if fact in facts]
    if len(order) < len(_ONCE) or order != sorted(order):
        return "an INVITE leaves that may have left before: looked up, marked and read back under one lock it was not"
    return ""


def _shape_checked(fact: Fact, value: str) -> bool:
    """From first to last character, and of characters that mean nothing to the dialplan."""
    found = re.fullmatch(rf'REGEX\("(.+)" {re.escape(value)}\)', fact.text)
    return fact.true and found is not None and _SAFE_SHAPE.fullmatch(found[1]) is not None


def _elsewhere(invite: Invite) -> str:
    if invite.technology != _TARGET:
        return f"the INVITE goes elsewhere than to the number of the permit: {invite.technology}"
    if "i" not in dict(invite.options):
        return "an answer that names another number would be followed (option i is missing)"
    return ""


PERMIT_CLAIM = Claim(
    "permit",
    "No INVITE leaves without every check of the gate: shapes, seal, once only, expiry, halt, oppositions, prompts.",
    _objection,
)
