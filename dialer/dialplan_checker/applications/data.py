"""Set, UserEvent and Log."""

import re
from collections.abc import Iterator

from dialer.dialplan_checker.effects import ChannelMove, Tell, TraceNote
from dialer.dialplan_checker.model import names_read
from dialer.dialplan_checker.outcomes import Fact
from dialer.dialplan_checker.protocol import TRACE
from dialer.dialplan_checker.state import ANSWERING, State
from dialer.dialplan_checker.step_context import StepContext
from dialer.dialplan_checker.values import NotUnderstood, known, split, unknown

_FUNCTION = re.compile(r"([A-Z_]+)\((.*)\)", re.DOTALL)
_VARIABLE = re.compile(r"(__)?([A-Za-z][A-Za-z0-9_]*)")
_HARMLESS = frozenset({"CALLERID", "GLOBAL", "GROUP", "TALK_DETECT", "TIMEOUT"})


def set_(at: StepContext) -> Iterator[ChannelMove]:
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
            yield at.on(TraceNote(text), state=state.remembering(state.history.noting(text)))
    else:
        raise NotUnderstood(f"a value for {name}")


def user_event(at: StepContext) -> Iterator[ChannelMove]:
    name = split(at.arguments, ",")[0]
    if not known(name):
        raise NotUnderstood(f"an event of unknown name: {name}")
    yield at.on(Tell(name), state=at.state.remembering(at.state.history.told(name)))


def log(at: StepContext) -> Iterator[ChannelMove]:
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
