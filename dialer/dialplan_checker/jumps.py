"""Targets of a step: those of Goto, Gosub and Dial, and the steps that run when a channel ends."""

from collections.abc import Iterator

from dialer.dialplan_checker.effects import ChannelMove, End
from dialer.dialplan_checker.history import MANY
from dialer.dialplan_checker.model import ChannelPosition, Dialplan
from dialer.dialplan_checker.state import State
from dialer.dialplan_checker.values import NotUnderstood, known, split


def jump(dialplan: Dialplan, state: State, target: str) -> State:
    """Follow `[[context,]extension,]priority or label`.

    Raise `NotUnderstood` where that is unknown or leads nowhere.
    """
    if not known(target):
        raise NotUnderstood(f"where it leads is known only when it runs: {target}")
    *named, last = (part.strip() for part in split(target, ","))
    if len(named) > 2:
        raise NotUnderstood(f"the target {target}")
    context = named[0] if len(named) == 2 else state.place.context
    exten = dialplan.exten(context, named[-1]) if named else state.place.exten
    place = exten and _place(dialplan, context, exten, last)
    if not place or place not in dialplan.steps:
        raise NotUnderstood(f"{target} does not exist")
    return state.at(place, named[-1] if named else state.exten)


def _place(dialplan: Dialplan, context: str, exten: str, last: str) -> ChannelPosition | None:
    if last.isdecimal():
        return ChannelPosition(context, exten, int(last))
    return dialplan.labels.get((context, exten, last))


def finish(dialplan: Dialplan, state: State, how: str) -> ChannelMove:
    """End the channel: its context's `h`, then the hangup handlers, the last pushed first."""
    if state.ending is not None:
        return next_ending(state, how)
    h = ChannelPosition(state.place.context, "h", 1)
    queue = ((h,) if h in dialplan.steps else ()) + tuple(reversed(state.handlers))
    over = state._replace(
        ending=queue, stack=(), handlers=(), ringing=None, facts=(), history=state.history.ending()
    )
    return next_ending(over, how)


def next_ending(state: State, how: str) -> ChannelMove:
    if not state.ending:
        return ChannelMove(None, how, (End(state),))
    first, *rest = state.ending
    return ChannelMove(state.at(first)._replace(ending=tuple(rest), stack=()), how)


def hang_up(dialplan: Dialplan, state: State) -> Iterator[ChannelMove]:
    """End the channel before the step of `state`, by the other side or the service."""
    if state.ending is not None:
        return
    history = state.history
    # A key that Asterisk has put into no variable yet is lost to it; AMI (DTMFBegin, DTMFEnd) tells
    # the service, which counts a 9.
    nine = history.nine and history.since_nine == MANY
    over = state._replace(history=history._replace(nine=nine, since_nine=MANY, cut=True))
    yield finish(dialplan, over, "the channel is hung up")
