"""Claims about the gates, before an INVITE leaves, and about paths out of the dialplan read.

The gates of callees and of probes share most checks. The other claims cover every call only where
nothing leads out of the dialplan that was read (`faults`), and no part of it was left unread.
"""

import re
from collections.abc import Iterable, Sequence

from dialer.dialplan_checker.effects import DialplanClaim, Effect, InviteEffect, Play, WaitForKey
from dialer.dialplan_checker.model import Dialplan, DialplanFault
from dialer.dialplan_checker.protocol import ATTEMPT, FINGERPRINT, FOLDER, PERMIT, SPONSOR, USED, value_of
from dialer.dialplan_checker.state import Leg, State
from dialer.dialplan_checker.values import Fact, unknown
from dialer.dialplan_checker.walk import Walk

_KEY = unknown("GLOBAL(DIALER_SEAL_KEY)")
_SAFE_SHAPE = re.compile(r"\^(?:[a-z0-9]|\[[a-z0-9-]+\]|\[\+\]|\{[0-9]+(?:,[0-9]+)?\}|\?)+\$")
_TARGET = f"PJSIP/{value_of('NUMBER')}@{value_of('TRUNK')}"

_NOT_HALTED = Fact("DB_EXISTS(dialer-halt/all)", true=False)
_NOT_BROKEN = Fact(f"x{unknown('GLOBAL(DIALER_BROKEN)')} = x{unknown('DB(dialer-canary/mended)')}")
"""The service has seen the end of the last failure to keep an opposition, if there was any."""
_IN_TIME = Fact(f"{unknown('EPOCH', empty=False)} < {value_of('EXPIRES')}")

GateCheck = tuple[str, Fact]
"""The subject of a check, in a person's words, and the fact that shows it was made."""


def common_checks(sealed: Sequence[str]) -> tuple[GateCheck, ...]:
    """Return the checks of both gates. `sealed`: the values under the seal, in their order."""
    seal = unknown(f"SHA1({':'.join([_KEY, *sealed, _KEY])})", empty=False)
    return (
        ("the key of the seals", Fact(f"{unknown(f'LEN({_KEY})', empty=False)} < 32", true=False)),
        ("the seal", Fact(f"x{seal} = x{value_of('SEAL')}")),
        ("the number that is shown", Fact(f"CALLERID(all) := <{value_of('CALLER')}>")),
        ("the expiry", _IN_TIME),
        ("the halt flag", _NOT_HALTED),
        ("the halt flag in memory", _NOT_BROKEN),
    )


def once(used: str, channel: str, *flags: Fact) -> tuple[Fact, ...]:
    """Return the facts that let an attempt through once, in the order in which they must be found.

    No two living channels have one unique id, so none of the same attempt comes between looking and
    marking. An act that takes back a permit, or halts, writes before it looks at the mark. So the
    mark comes before the flags, and the clock last. `used` is the key in AstDB, `channel` the
    unique id. `flags`: more that may be set meanwhile.
    """
    return (
        Fact(f"x{unknown('UNIQUEID', empty=False)} = x{channel}"),
        Fact(f"DB_EXISTS({used})", true=False),
        Fact(f"DB({used}) := {value_of('EXPIRES')}"),
        Fact(f"x{unknown(f'DB({used})')} = x{value_of('EXPIRES')}"),
        _NOT_HALTED,
        *flags,
        _NOT_BROKEN,
        _IN_TIME,
    )


def unchecked(
    facts: Sequence[Fact], shapes: Iterable[str], checks: Iterable[GateCheck], order: Sequence[Fact]
) -> str:
    """Return the check that an INVITE leaves without, or an empty text.

    `shapes`: the values whose shape must have been looked at.
    """
    for name in shapes:
        if not any(_shape_checked(fact, value_of(name)) for fact in facts):
            return f"an INVITE leaves, and the shape of DIALER_{name} was not checked"
    for what, check in checks:
        if check not in facts:
            return f"an INVITE leaves without a look at {what}"
    found = [facts.index(fact) for fact in order if fact in facts]
    if len(found) < len(order) or found != sorted(found):
        return "an INVITE leaves that may have left before, or too late: its channel's id compared, then looked up, marked, read back, halts and clock looked at it was not"
    return ""


def elsewhere(invite: InviteEffect) -> str:
    if invite.technology != _TARGET:
        return f"the INVITE goes elsewhere than to the number that was sealed: {invite.technology}"
    if "i" not in dict(invite.options):
        return "an answer that names another number would be followed (option i is missing)"
    return ""


def _shape_checked(fact: Fact, value: str) -> bool:
    """Return whether the shape was checked from first to last character.

    Only with characters that mean nothing to the dialplan.
    """
    found = re.fullmatch(rf'REGEX\("(.+)" {re.escape(value)}\)', fact.text)
    return fact.true and found is not None and _SAFE_SHAPE.fullmatch(found[1]) is not None


_NOT_PAUSED = Fact(f"DB_EXISTS(dialer-paused/{value_of('CAMPAIGN')})", true=False)
_CHECKS = (
    *common_checks([*map(value_of, PERMIT)]),
    ("the flag of the campaign's pause", _NOT_PAUSED),
    ("the sponsor's oppositions", Fact(f"DB_EXISTS(dialer-suppressed/{SPONSOR}/{FINGERPRINT})", true=False)),
    ("everybody's oppositions", Fact(f"DB_EXISTS(dialer-suppressed/all/{FINGERPRINT})", true=False)),
)
_ONCE = once(USED, f"{ATTEMPT}-2", _NOT_PAUSED)


def _permit_objection(state: State, effect: Effect) -> str | None:
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
    _permit_objection,
)


def _limit_objection(state: State, effect: Effect) -> str | None:
    if not isinstance(effect, Play | WaitForKey) or state.leg is Leg.DIALLING:
        return None
    if state.history.limited or state.history.opposition_written:
        return ""
    return "something is heard or waited for before the longest time of the call is set"


LIMIT_CLAIM = DialplanClaim(
    "limit",
    "Whatever plays or waits does so under a longest time, or confirms an opposition that was written.",
    _limit_objection,
)


def _forwarded_objection(state: State, effect: Effect) -> str | None:
    if not isinstance(effect, Play) or state.leg is not Leg.CALLEE:
        return None
    return "" if state.history.direct else f"prompt {effect.prompt} plays to whoever it was forwarded to"


FORWARDED_CLAIM = DialplanClaim(
    "forwarded",
    "No sound before a look at 181, History-Info and Diversion; whoever is forwarded elsewhere than within France hears nothing.",
    _forwarded_objection,
)


NAME = "closed"
STATEMENT = "No path leaves what was read: every line, target, application and function is known, and every step was reached."


def faults(dialplan: Dialplan, walk: Walk) -> list[tuple[DialplanFault, tuple[str, ...]]]:
    """Return each part that is not understood, with the path that leads there, if any."""
    unread: list[tuple[DialplanFault, tuple[str, ...]]] = [(fault, ()) for fault in dialplan.faults]
    stuck = [(fault, walk.path(state)) for state, fault in walk.stuck]
    unreached: list[tuple[DialplanFault, tuple[str, ...]]] = [
        (
            DialplanFault(
                step.source, f"no path that is known leads to {step.application}({step.arguments})"
            ),
            (),
        )
        for place, step in dialplan.steps.items()
        if place not in walk.reached
    ]
    # A step behind one that is not understood is unreached for that reason alone.
    return unread or stuck or unreached
