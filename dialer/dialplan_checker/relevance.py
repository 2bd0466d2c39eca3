"""The variables that can still make a difference.

States that differ in nothing else are one, or there would be far too many.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dialer.dialplan_checker.jumps import jump
from dialer.dialplan_checker.model import ChannelPosition, Dialplan, Step, names_read
from dialer.dialplan_checker.state import ANSWERING, Frame, Leg, State
from dialer.dialplan_checker.values import NotUnderstood, known, split

_SET = re.compile(r"_{0,2}([A-Za-z][A-Za-z0-9_]*)=")
_COMPARED = re.compile(r'"\$\{([A-Za-z_][A-Za-z0-9_]*)\}" !?= "([^"$]*)"')
_PLAYBACK = frozenset({"CPLAYBACKSTATUS", "CPLAYBACKSTOPKEY", "CPLAYBACKOFFSET"})
_OTHER = "another"
"""Stands for every value that differs from all the texts it is compared with."""


@dataclass(slots=True)
class Relevance:
    dialplan: Dialplan
    _live: dict[ChannelPosition, frozenset[str]] = field(default_factory=dict)
    _live_at: dict[tuple[ChannelPosition, tuple[Frame, ...], ChannelPosition | None], frozenset[str]] = field(
        default_factory=dict
    )
    _at_end: dict[tuple[ChannelPosition, ...], dict[str, frozenset[str] | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Compute liveness, backwards until nothing changes.

        A Gosub reads the variables of its routine and of the steps after it.
        """
        ways = {place: tuple(self._next(step)) for place, step in self.dialplan.steps.items()}
        changed = True
        while changed:
            changed = False
            for place, step in reversed(tuple(self.dialplan.steps.items())):
                after = frozenset().union(*(self._live.get(way, frozenset()) for way in ways[place]))
                live = names_read(step.arguments) | (after - _written(step))
                if live != self._live.get(place):
                    self._live[place] = live
                    changed = True

    def prune(self, state: State) -> State:
        """Return `state` without the variables that no step or hangup handler can read any more."""
        if state.leg in ANSWERING:
            return state
        live = self._live_in(state)
        at_end = self._compared_at_end((*state.handlers, *(state.ending or ())))
        kept = tuple(
            (name, value if name in live else _reduced(value, at_end[name]))
            for name, value in state.variables
            if name in live or name in at_end
        )
        return state if kept == state.variables else state._replace(variables=kept)

    def _live_in(self, state: State) -> frozenset[str]:
        key = (state.place, state.stack, state.ringing)
        if key not in self._live_at:
            self._live_at[key] = self._read_from(state)
        return self._live_at[key]

    def _read_from(self, state: State) -> frozenset[str]:
        callers = (frame.caller for frame in state.stack)
        after = [caller._replace(priority=caller.priority + 1) for caller in callers if caller]
        after += [state.ringing._replace(priority=state.ringing.priority + 1)] if state.ringing else []
        return frozenset().union(*(self._live.get(place, frozenset()) for place in (state.place, *after)))

    def _compared_at_end(self, handlers: tuple[ChannelPosition, ...]) -> dict[str, frozenset[str] | None]:
        """Return, for every variable that handlers read, the texts it is compared with.

        None where it is used otherwise too.
        """
        if handlers not in self._at_end:
            texts = [step.arguments for step in self.dialplan.reachable_text(handlers)]
            self._at_end[handlers] = {name: _comparisons(name, texts) for name in names_in(texts)}
        return self._at_end[handlers]

    def _next(self, step: Step) -> Iterator[ChannelPosition]:
        after = step.place._replace(priority=step.place.priority + 1)
        if step.application not in {"Goto", "Hangup", "Return"}:
            yield after
        if step.application == "WaitExten":
            for exten in self.dialplan.contexts[step.place.context]:
                yield ChannelPosition(step.place.context, exten, 1)
        if step.application in {"Goto", "GotoIf", "Gosub"}:
            yield from self._targets(step)

    def _targets(self, step: Step) -> Iterator[ChannelPosition]:
        here = State(Leg.CALLEE, step.place, step.place.exten)
        condition_left = split(step.arguments, "?")[-1] if step.application == "GotoIf" else step.arguments
        branches = split(condition_left, ":") if step.application == "GotoIf" else [condition_left]
        for branch in filter(None, branches):
            target = branch.partition("(")[0] if step.application == "Gosub" else branch
            try:
                yield jump(self.dialplan, here, target).place
            except NotUnderstood:
                # The walk reports it when it comes here, and goes no further.
                continue


def names_in(texts: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*map(names_read, texts))


def _written(step: Step) -> frozenset[str]:
    if step.application == "ControlPlayback":
        return _PLAYBACK
    assignment = _SET.match(step.arguments) if step.application == "Set" else None
    return frozenset({assignment[1]}) if assignment else frozenset()


def _comparisons(name: str, texts: Iterable[str]) -> frozenset[str] | None:
    compared: set[str] = set()
    for text in texts:
        found = [constant for compared_name, constant in _COMPARED.findall(text) if compared_name == name]
        if len(found) != len(re.findall(rf"\$\{{{name}\b", text)):
            return None
        compared |= set(found)
    return frozenset(compared)


def _reduced(value: str, compared: frozenset[str] | None) -> str:
    if compared is None or not known(value) or value in compared:
        return value
    return _OTHER
