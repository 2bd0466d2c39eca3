"""Dial: the one way out.

From here the callee's channel goes its own way, and the half that dials goes on or ends.
"""

import re
from collections.abc import Iterator

from dialer.dialplan_checker.effects import ChannelMove, InviteEffect
from dialer.dialplan_checker.history import ChannelHistory
from dialer.dialplan_checker.outcomes import Fact
from dialer.dialplan_checker.state import ANSWERING, Frame, State
from dialer.dialplan_checker.step_context import StepContext
from dialer.dialplan_checker.values import CLOSE, OPEN, NotUnderstood, known, split

UNANSWERED = (
    "BUSY",
    "NOANSWER",
    "CONGESTION",
    "CHANUNAVAIL",
    "CANCEL",
    "DONTCALL",
    "TORTURE",
    "INVALIDARGS",
    "",
)
"""Every DIALSTATUS but ANSWER; none where the channel was hung up before there was one."""
_OPTION = re.compile(r"([a-zA-Z])(?:\(([^()]*)\))?")
_FOUND = re.compile(rf"0{OPEN}STAT\(s,(.*)\){CLOSE} < 160")
_UNDERSTOOD = frozenset("ibG")


def dial(at: StepContext) -> Iterator[ChannelMove]:
    target, _timeout, options, *more = [*split(at.arguments, ","), "", ""]
    if any(more):
        raise NotUnderstood(f"the arguments of Dial({at.arguments})")
    chosen = _options(options)
    invite = InviteEffect(target, tuple(sorted(chosen.items())))
    if at.state.ending is not None or at.state.leg not in ANSWERING:
        yield ChannelMove(None, "the INVITE leaves", (invite,))
        return
    dialled = at.state._replace(facts=(), history=at.state.history._replace(passed=True))
    yield ChannelMove(_callee(at, chosen), "the INVITE leaves", (invite,))
    answered = dialled._replace(history=dialled.history._replace(answered=True))
    answered = answered.with_values(DIALSTATUS="ANSWER")
    if "G" in chosen:
        yield ChannelMove(answered.at(at.to(_target(chosen["G"])).place), "the callee answers", (invite,))
    yield _over(at, answered, invite)
    for status in UNANSWERED:
        unanswered = dialled.with_values(DIALSTATUS=status)
        yield at.on(invite, state=unanswered, how=status or "no status")
        yield _over(at, unanswered, invite)


def files_found(facts: tuple[Fact, ...]) -> frozenset[str]:
    """Return the files that the gate found to hold at least 20 ms of sound."""
    checks = (_FOUND.fullmatch(fact.text) for fact in facts if not fact.true)
    return frozenset(check[1] for check in checks if check)


def _over(at: StepContext, state: State, invite: InviteEffect) -> ChannelMove:
    over = at.over("the channel is hung up while dialling", state)
    return ChannelMove(over.state, over.how, (invite, *over.effects))


def _options(text: str) -> dict[str, str]:
    found = dict(_OPTION.findall(text))
    if not known(text) or _OPTION.sub("", text) or len(found) != len(_OPTION.findall(text)):
        raise NotUnderstood(f"the options {text} of Dial")
    if strange := sorted(set(found) - _UNDERSTOOD):
        raise NotUnderstood(f"option {strange[0]} of Dial")
    return found


def _target(text: str) -> str:
    return text.replace("^", ",")


def _callee(at: StepContext, options: dict[str, str]) -> State:
    """Return the callee's channel, which runs `b` before the INVITE.

    The answer sends it to the priority after that of `G`.
    """
    if not {"b", "G"} <= set(options):
        raise NotUnderstood("a Dial without b() and G(): what the callee's channel then does")
    first = at.to(_target(options["b"]))
    handed = tuple(pair for pair in at.state.variables if pair[0] in at.state.handed_down)
    return State(
        ANSWERING[at.state.leg],
        first.place,
        first.exten,
        variables=handed,
        stack=(Frame(None, first.exten, ()),),
        ringing=at.to(_target(options["G"])).place,
        history=ChannelHistory(checked=files_found(at.state.facts)),
    )
