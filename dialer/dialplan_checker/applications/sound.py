"""ControlPlayback, WaitExten, Wait, Record and Answer: sounds and waits."""

from collections.abc import Iterator

from dialer.dialplan_checker.effects import ChannelMove, Listen, PauseEffect, Play, WaitForKey
from dialer.dialplan_checker.model import ChannelPosition
from dialer.dialplan_checker.reading.extensions import KEYS, goes_on
from dialer.dialplan_checker.state import State
from dialer.dialplan_checker.step_context import StepContext
from dialer.dialplan_checker.values import NotUnderstood, known, split, unknown

START = "0"
WINDING = "#*"
"""Keys at which ControlPlayback winds on or back unless they are among the stop keys."""


def control_playback(at: StepContext) -> Iterator[ChannelMove]:
    _still_there(at)
    file, _skip, _on, _back, keys, _pause, _again, options = _playback_arguments(at.arguments)
    folder, _, prompt = file.rpartition("/")
    if not known(prompt) or not known(keys):
        raise NotUnderstood(f"which prompt is played, or which keys stop it: {file} {keys}")
    offset = options.removeprefix("o(").removesuffix(")") if options else START
    gapless = offset in (START, _offset_in(prompt))
    play = Play(folder, prompt, keys, resumed=offset == _offset_in(prompt))
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


def wait_exten(at: StepContext) -> Iterator[ChannelMove]:
    _still_there(at)
    context = at.state.place.context
    extens = at.dialplan.contexts[context]
    at_once = not any(goes_on(exten, "9") for exten in extens)
    effect = WaitForKey(at.dialplan.exten(context, "9") if at_once else None)
    for key in KEYS:
        yield _taken(at, at.pressed(key, kept=False), at.dialplan.exten(context, key), key, effect)
    single = {at.dialplan.exten(context, key) for key in KEYS}
    for exten in extens:
        if exten not in single and goes_on(exten, ""):
            typed = unknown("typed", empty=False) if exten.startswith("_") else exten
            yield ChannelMove(
                at.state.at(ChannelPosition(context, exten, 1), typed), f"{exten} is typed", (effect,)
            )
    yield _timed_out(at, effect)


def _timed_out(at: StepContext, effect: WaitForKey) -> ChannelMove:
    """Go on in the same extension, else to `t`, else to `e` (pbx_builtin_waitexten)."""
    onward = at.state.onward()
    if onward.place in at.dialplan.steps:
        return ChannelMove(onward, "no key is pressed", (effect,))
    for exten in ("t", "e"):
        place = ChannelPosition(at.state.place.context, exten, 1)
        if place in at.dialplan.steps:
            return ChannelMove(at.state.at(place), "no key is pressed", (effect,))
    over = at.over("no key is pressed")
    return ChannelMove(over.state, over.how, (effect, *over.effects))


def wait(at: StepContext) -> Iterator[ChannelMove]:
    _still_there(at)
    yield at.on(PauseEffect())


def record(at: StepContext) -> Iterator[ChannelMove]:
    """Record without a tone before it, and with a longest time of its own."""
    _still_there(at)
    file, silence, longest, options, *more = [*split(at.arguments, ","), "", "", ""]
    if any(more) or silence != "0" or not longest or "q" not in options:
        raise NotUnderstood(f"the arguments of Record({at.arguments})")
    yield at.on(Listen(file))


def answer(at: StepContext) -> Iterator[ChannelMove]:
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


def _taken(at: StepContext, pressed: State, exten: str | None, key: str, effect: WaitForKey) -> ChannelMove:
    taker = exten or at.dialplan.exten(at.state.place.context, "i")
    if taker is None:
        over = at.over(f"{key} is pressed, which nothing takes", pressed)
        return ChannelMove(over.state, over.how, (effect, *over.effects))
    place = ChannelPosition(at.state.place.context, taker, 1)
    return ChannelMove(pressed.at(place, key if exten else "i"), f"{key} is pressed", (effect,))


def _still_there(at: StepContext) -> None:
    if at.state.ending is not None:
        raise NotUnderstood("something to hear or to wait for after the end of the channel")
