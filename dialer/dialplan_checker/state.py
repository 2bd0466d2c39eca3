"""A channel at one step, with everything that decides its next one.

Tuples, since a proof makes, changes and compares tens of thousands of them.
"""

from enum import Enum
from typing import NamedTuple

from dialer.dialplan_checker.history import NO_HISTORY, ChannelHistory
from dialer.dialplan_checker.model import ChannelPosition
from dialer.dialplan_checker.protocol import SILENCE
from dialer.dialplan_checker.values import Fact


class Leg(Enum):
    """The party whose channel it is."""

    DIALLING = "the half that dials"
    PROBING = "the half that rings a number of ours"
    CALLEE = "the callee"
    CALLER = "who calls us"
    LINE = "whatever has a number of ours"


ANSWERING = {Leg.DIALLING: Leg.CALLEE, Leg.PROBING: Leg.LINE}
"""The halves that dial, each with the leg it calls."""


class Frame(NamedTuple):
    """A Gosub that has not returned.

    `caller` is its step, None for the one that Dial runs before the INVITE.
    """

    caller: ChannelPosition | None
    exten: str
    arguments: tuple[str, ...]


class State(NamedTuple):
    """A channel at one step.

    `ringing` is the target of an answer. `ending` lists the places left to run once the channel has
    hung up, None before that.
    """

    leg: Leg
    place: ChannelPosition
    exten: str
    variables: tuple[tuple[str, str], ...] = ()
    handed_down: frozenset[str] = frozenset()
    stack: tuple[Frame, ...] = ()
    handlers: tuple[ChannelPosition, ...] = ()
    ending: tuple[ChannelPosition, ...] | None = None
    up: bool = False
    ringing: ChannelPosition | None = None
    history: ChannelHistory = NO_HISTORY
    facts: tuple[Fact, ...] = ()

    def value(self, name: str) -> str:
        """Return the value of a variable; unset variables are empty."""
        if self.stack and name.startswith("ARG") and name[3:].isdecimal():
            arguments = self.stack[-1].arguments
            return arguments[int(name[3:]) - 1] if int(name[3:]) <= len(arguments) else ""
        return next((value for known, value in self.variables if known == name), "")

    def with_values(self, **values: str) -> "State":
        """Return the state with new values; a variable that is set to nothing is unset."""
        variables = dict(self.variables) | values
        return self._replace(variables=tuple(sorted((n, v) for n, v in variables.items() if v)))

    def at(self, place: ChannelPosition, exten: str | None = None) -> "State":
        return self._replace(place=place, exten=place.exten if exten is None else exten)

    def onward(self) -> "State":
        return self._replace(place=self.place._replace(priority=self.place.priority + 1))

    def knowing(self, facts: tuple[Fact, ...]) -> "State":
        """Return the state with new facts.

        Only the way to the INVITE is remembered in full: it is straight, and the permit's claim
        reads it. Of the callee, two facts are remembered: is it a machine, and was the call
        forwarded. Of a call to us, one: was electoral silence looked at.
        """
        if self.ending is not None or not facts:
            return self
        history = self.history.looked_for(facts)
        if self.leg is Leg.CALLEE:
            return self.remembering(history.looked(facts))
        if self.leg is Leg.CALLER:
            facts = tuple(fact for fact in facts if SILENCE in fact.text)
        new = tuple(fact for fact in facts if fact not in self.facts)
        return self._replace(facts=(*self.facts, *new), history=history)

    def remembering(self, history: ChannelHistory) -> "State":
        return self if history is self.history else self._replace(history=history)
