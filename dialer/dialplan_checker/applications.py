"""The effect on a channel of each dialplan application that a step may use.

Any other application may leave the dialplan: nothing is proved of it. `Dial` is the one way out:
from there the callee's channel goes its own way, and the half that dials goes on or ends.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from dialer.dialplan_checker import effects
from dialer.dialplan_checker.expression import true
from dialer.dialplan_checker.history import ChannelHistory
from dialer.dialplan_checker.jumps import next_ending
from dialer.dialplan_checker.model import KEYS, ChannelPosition, goes_on, names_read
from dialer.dialplan_checker.protocol import TRACE
from dialer.dialplan_checker.state import ANSWERING, Frame, State
from dialer.dialplan_checker.step_context import StepContext
from dialer.dialplan_checker.values import CLOSE, OPEN, Fact, NotUnderstood, known, split, unknown

_FUNCTION = re.compile(r"([A-Z_]+)\((.*)\)", re.DOTALL)
_VARIABLE = re.compile(r"(__)?([A-Za-z][A-Za-z0-9_]*)")
_HARMLESS = frozenset({"CALLERID", "GLOBAL", "GROUP", "TALK_DETECT", "TIMEOUT"})


def set_(at: StepContext) -> Iterator[effects.ChannelMove]:
    name, *value = split(at.arguments, "=")
    if not value or not known(name.partition("(")[0]):
        raise NotUnderstood(f"the assignment {at.arguments}")
    text = "=".join(value)
    if function := _FUNCTION.fullmatch(name):
        yield at.on(state=_to_function(at, function[1], function[2], text))
    elif variable := _VARIABLE.fullmatch(name):
        state = _to_variable(at, variable[2], text, handed_down=bool(variable[1]))
        if variable[2] != TRACE:
            yield at.on(state=state)
        else:
            yield at.on(effects.TraceNote(text), state=state.remembering(state.history.noting(text)))
    else:
        raise NotUnderstood(f"a value for {name}")


def user_event(at: StepContext) -> Iterator[effects.ChannelMove]:
    name = split(at.arguments, ",")[0]
    if not known(name):
        raise NotUnderstood(f"an event of unknown name: {name}")
    yield at.on(effects.Tell(name), state=at.state.remembering(at.state.history.told(name)))


def log(at: StepContext) -> Iterator[effects.ChannelMove]:
    level, _, text = at.arguments.partition(",")
    if level != "DTMF":
        raise NotUnderstood(f"a line in the log of {level}")
    yield at.on(state=at.state.remembering(at.state.history.logged(text)))


def _to_variable(at: StepContext, name: str, text: str, *, handed_down: bool) -> State:
    """Set a variable.

    A value made from its own former value would grow in a loop. Outside the straight way to the
    INVITE it is forgotten.
    """
    written = at.step.arguments.partition("=")[2]
    if at.state.leg not in ANSWERING and name in names_read(written) and text != at.state.value(name):
        text = unknown(name, empty=False)
    state = at.state.with_values(**{name: text})
    return state._replace(handed_down=state.handed_down | {name}) if handed_down else state


def _to_function(at: StepContext, name: str, arguments: str, text: str) -> State:
    if name == "DB":
        wrote = at.state.remembering(at.state.history.wrote(arguments, text))
        return wrote.knowing((Fact(f"DB({arguments}) := {text}"),))
    if name == "CHANNEL":
        return _handlers(at, arguments, text)
    if name not in _HARMLESS:
        raise NotUnderstood(f"a value for {name}({arguments})")
    if (name, arguments) == ("TIMEOUT", "absolute"):
        return at.state.remembering(at.state.history.limiting(text))
    return at.state.knowing((Fact(f"{name}({arguments}) := {text}"),))


def _handlers(at: StepContext, item: str, text: str) -> State:
    state = at.state
    if item == "hangup_handler_push":
        return state._replace(handlers=(*state.handlers, at.to(text).place))
    if item == "hangup_handler_pop" and not text:
        return state._replace(handlers=state.handlers[:-1])
    raise NotUnderstood(f"a value for CHANNEL({item})")


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


def dial(at: StepContext) -> Iterator[effects.ChannelMove]:
    target, _timeout, options, *more = [*split(at.arguments, ","), "", ""]
    if any(more):
        raise NotUnderstood(f"the arguments of Dial({at.arguments})")
    chosen = _options(options)
    invite = effects.InviteEffect(target, tuple(sorted(chosen.items())))
    if at.state.ending is not None or at.state.leg not in ANSWERING:
        yield effects.ChannelMove(None, "the INVITE leaves", (invite,))
        return
    dialled = at.state._replace(facts=(), history=at.state.history._replace(passed=True))
    yield effects.ChannelMove(_callee(at, chosen), "the INVITE leaves", (invite,))
    answered = dialled._replace(history=dialled.history._replace(answered=True))
    answered = answered.with_values(DIALSTATUS="ANSWER")
    if "G" in chosen:
        yield effects.ChannelMove(
            answered.at(at.to(_target(chosen["G"])).place), "the callee answers", (invite,)
        )
    yield _over(at, answered, invite)
    for status in UNANSWERED:
        unanswered = dialled.with_values(DIALSTATUS=status)
        yield at.on(invite, state=unanswered, how=status or "no status")
        yield _over(at, unanswered, invite)


def files_found(facts: tuple[Fact, ...]) -> frozenset[str]:
    """Return the files that the gate found to hold at least 20 ms of sound."""
    checks = (_FOUND.fullmatch(fact.text) for fact in facts if not fact.true)
    return frozenset(check[1] for check in checks if check)


def _over(at: StepContext, state: State, invite: effects.InviteEffect) -> effects.ChannelMove:
    over = at.over("the channel is hung up while dialling", state)
    return effects.ChannelMove(over.state, over.how, (invite, *over.effects))


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


DEEPEST = 8
"""Gosubs within each other: more is taken for a recursion."""


def goto(at: StepContext) -> Iterator[effects.ChannelMove]:
    yield effects.ChannelMove(at.to(at.arguments))


def goto_if(at: StepContext) -> Iterator[effects.ChannelMove]:
    condition, *branches = split(at.arguments, "?")
    if len(branches) != 1:
        raise NotUnderstood(f"the condition {at.arguments}")
    yes, no, *more = [*split(branches[0], ":"), ""]
    if any(more):
        raise NotUnderstood(f"the branches {branches[0]}")
    answers = true(condition)
    for answer, target in ((True, yes), (False, no)):
        # A branch that is not taken here must lead somewhere as well, unless its target is known
        # only where it is taken.
        if answer in answers or known(target):
            after = at.to(target) if target else at.state.onward()
        if answer in answers:
            yield effects.ChannelMove(after, "" if len(answers) == 1 else "if so" if answer else "if not")


def gosub(at: StepContext) -> Iterator[effects.ChannelMove]:
    target, opening, arguments = at.arguments.partition("(")
    if opening and not arguments.endswith(")"):
        raise NotUnderstood(f"the target {at.arguments}")
    if len(at.state.stack) == DEEPEST:
        raise NotUnderstood(f"more than {DEEPEST} Gosubs within each other")
    passed = tuple(split(arguments[:-1], ",")) if opening else ()
    frame = Frame(at.state.place, at.state.exten, passed)
    yield effects.ChannelMove(at.to(target)._replace(stack=(*at.state.stack, frame)))


def return_(at: StepContext) -> Iterator[effects.ChannelMove]:
    if at.arguments:
        raise NotUnderstood("a Return with a value")
    if not at.state.stack:
        if at.state.ending is None:
            raise NotUnderstood("a Return without a Gosub")
        yield next_ending(at.state, "")
        return
    *stack, frame = at.state.stack
    back = at.state._replace(stack=tuple(stack))
    if frame.caller is not None:
        yield effects.ChannelMove(back.at(frame.caller, frame.exten).onward())
        return
    assert back.ringing is not None
    yield effects.ChannelMove(
        back.at(back.ringing).onward()._replace(up=True, ringing=None), "the callee answers"
    )
    yield at.over("the callee does not answer", back)


def stack_pop(at: StepContext) -> Iterator[effects.ChannelMove]:
    if not at.state.stack or at.state.stack[-1].caller is None:
        raise NotUnderstood("a StackPop without a Gosub")
    yield at.on(state=at.state._replace(stack=at.state.stack[:-1]))


def hangup(at: StepContext) -> Iterator[effects.ChannelMove]:
    yield at.over()


START = "0"
WINDING = "#*"
"""Keys at which ControlPlayback winds on or back unless they are among the stop keys."""


def control_playback(at: StepContext) -> Iterator[effects.ChannelMove]:
    _still_there(at)
    file, _skip, _on, _back, keys, _pause, _again, options = _playback_arguments(at.arguments)
    folder, _, prompt = file.rpartition("/")
    if not known(prompt) or not known(keys):
        raise NotUnderstood(f"which prompt is played, or which keys stop it: {file} {keys}")
    offset = options.removeprefix("o(").removesuffix(")") if options else START
    gapless = offset in (START, _offset_in(prompt))
    play = effects.Play(folder, prompt, keys, resumed=offset == _offset_in(prompt))
    wound = not set(WINDING) <= set(keys)
    yield at.on(play, state=_played(at, "SUCCESS", prompt, whole=gapless and not wound), how="to its end")
    for status in ("ERROR", "REMOTESTOPPED"):
        yield at.on(play, state=_played(at, status, prompt, whole=False), how=status)
    left = _offset_in(prompt if gapless else f"part of {prompt}")
    for key in keys:
        stopped = at.pressed(key, kept=True).with_values(
            CPLAYBACKSTATUS="USERSTOPPED", CPLAYBACKSTOPKEY=key, CPLAYBACKOFFSET=left
        )
        yield at.on(play, state=stopped, how=f"{key} is pressed")


def wait_exten(at: StepContext) -> Iterator[effects.ChannelMove]:
    _still_there(at)
    context = at.state.place.context
    extens = at.dialplan.contexts[context]
    at_once = not any(goes_on(exten, "9") for exten in extens)
    effect = effects.WaitForKey(at.dialplan.exten(context, "9") if at_once else None)
    for key in KEYS:
        yield _taken(at, at.pressed(key, kept=False), at.dialplan.exten(context, key), key, effect)
    single = {at.dialplan.exten(context, key) for key in KEYS}
    for exten in extens:
        if exten not in single and goes_on(exten, ""):
            typed = unknown("typed", empty=False) if exten.startswith("_") else exten
            yield effects.ChannelMove(
                at.state.at(ChannelPosition(context, exten, 1), typed), f"{exten} is typed", (effect,)
            )
    yield _timed_out(at, effect)


def _timed_out(at: StepContext, effect: effects.WaitForKey) -> effects.ChannelMove:
    """Go on in the same extension, else to `t`, else to `e` (pbx_builtin_waitexten)."""
    onward = at.state.onward()
    if onward.place in at.dialplan.steps:
        return effects.ChannelMove(onward, "no key is pressed", (effect,))
    for exten in ("t", "e"):
        place = ChannelPosition(at.state.place.context, exten, 1)
        if place in at.dialplan.steps:
            return effects.ChannelMove(at.state.at(place), "no key is pressed", (effect,))
    over = at.over("no key is pressed")
    return effects.ChannelMove(over.state, over.how, (effect, *over.effects))


def wait(at: StepContext) -> Iterator[effects.ChannelMove]:
    _still_there(at)
    yield at.on(effects.PauseEffect())


def record(at: StepContext) -> Iterator[effects.ChannelMove]:
    """Record without a tone before it, and with a longest time of its own."""
    _still_there(at)
    file, silence, longest, options, *more = [*split(at.arguments, ","), "", "", ""]
    if any(more) or silence != "0" or not longest or "q" not in options:
        raise NotUnderstood(f"the arguments of Record({at.arguments})")
    yield at.on(effects.Listen(file))


def answer(at: StepContext) -> Iterator[effects.ChannelMove]:
    _still_there(at)
    yield at.on(state=at.state._replace(up=True))


def _playback_arguments(text: str) -> tuple[str, ...]:
    parts = split(text, ",")
    parts += ("",) * (8 - len(parts))
    options = parts[7]
    if len(parts) > 8 or any(parts[1:4]) or any(parts[5:7]):
        raise NotUnderstood(f"the arguments of ControlPlayback({text})")
    if options and not (options.startswith("o(") and options.endswith(")")):
        raise NotUnderstood(f"the options {options} of ControlPlayback")
    return parts


def _played(at: StepContext, status: str, prompt: str, *, whole: bool) -> State:
    # Values from before may be left standing, so nothing is known of either.
    left = {name: unknown(name) for name in ("CPLAYBACKSTOPKEY", "CPLAYBACKOFFSET")}
    state = at.state.with_values(CPLAYBACKSTATUS=status, **left)
    return state.remembering(state.history.played(prompt, whole=whole))


def _offset_in(prompt: str) -> str:
    return unknown(f"offset in {prompt}", empty=False)


def _taken(
    at: StepContext, pressed: State, exten: str | None, key: str, effect: effects.WaitForKey
) -> effects.ChannelMove:
    taker = exten or at.dialplan.exten(at.state.place.context, "i")
    if taker is None:
        over = at.over(f"{key} is pressed, which nothing takes", pressed)
        return effects.ChannelMove(over.state, over.how, (effect, *over.effects))
    place = ChannelPosition(at.state.place.context, taker, 1)
    return effects.ChannelMove(pressed.at(place, key if exten else "i"), f"{key} is pressed", (effect,))


def _still_there(at: StepContext) -> None:
    if at.state.ending is not None:
        raise NotUnderstood("something to hear or to wait for after the end of the channel")


APPLICATIONS: Mapping[str, Callable[[StepContext], Iterator[effects.ChannelMove]]] = {
    "Answer": answer,
    "ControlPlayback": control_playback,
    "Dial": dial,
    "Gosub": gosub,
    "Goto": goto,
    "GotoIf": goto_if,
    "Hangup": hangup,
    "Log": log,
    "Record": record,
    "Return": return_,
    "Set": set_,
    "StackPop": stack_pop,
    "UserEvent": user_event,
    "Wait": wait,
    "WaitExten": wait_exten,
}
