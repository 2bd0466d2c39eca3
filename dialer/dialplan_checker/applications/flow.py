"""Goto, GotoIf, Gosub, Return, StackPop and Hangup."""

from collections.abc import Iterator

from dialer.dialplan_checker.effects import ChannelMove
from dialer.dialplan_checker.expression import true
from dialer.dialplan_checker.jumps import next_ending
from dialer.dialplan_checker.state import Frame
from dialer.dialplan_checker.step_context import StepContext
from dialer.dialplan_checker.values import NotUnderstood, known, split

DEEPEST = 8
"""Gosubs within each other: more is taken for a recursion."""


def goto(at: StepContext) -> Iterator[ChannelMove]:
    yield ChannelMove(at.to(at.arguments))


def goto_if(at: StepContext) -> Iterator[ChannelMove]:
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
            yield ChannelMove(after, "" if len(answers) == 1 else "if so" if answer else "if not")


def gosub(at: StepContext) -> Iterator[ChannelMove]:
    target, opening, arguments = at.arguments.partition("(")
    if opening and not arguments.endswith(")"):
        raise NotUnderstood(f"the target {at.arguments}")
    if len(at.state.stack) == DEEPEST:
        raise NotUnderstood(f"more than {DEEPEST} Gosubs within each other")
    passed = tuple(split(arguments[:-1], ",")) if opening else ()
    frame = Frame(at.state.place, at.state.exten, passed)
    yield ChannelMove(at.to(target)._replace(stack=(*at.state.stack, frame)))


def return_(at: StepContext) -> Iterator[ChannelMove]:
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
        yield ChannelMove(back.at(frame.caller, frame.exten).onward())
        return
    assert back.ringing is not None
    yield ChannelMove(back.at(back.ringing).onward()._replace(up=True, ringing=None), "the callee answers")
    yield at.over("the callee does not answer", back)


def stack_pop(at: StepContext) -> Iterator[ChannelMove]:
    if not at.state.stack or at.state.stack[-1].caller is None:
        raise NotUnderstood("a StackPop without a Gosub")
    yield at.on(state=at.state._replace(stack=at.state.stack[:-1]))


def hangup(at: StepContext) -> Iterator[ChannelMove]:
    yield at.over()
