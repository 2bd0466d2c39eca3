"""The input of an application: a channel about to do a step."""

from dataclasses import dataclass

from dialer.dialplan_checker.effects import ChannelMove, Effect
from dialer.dialplan_checker.jumps import finish, jump
from dialer.dialplan_checker.model import Dialplan, Step
from dialer.dialplan_checker.state import State


@dataclass(frozen=True, slots=True)
class StepContext:
    """A channel that is about to do `step`.

    `arguments` is one possible text of the step's arguments.
    """

    dialplan: Dialplan
    state: State
    step: Step
    arguments: str

    def on(self, *effects: Effect, state: State | None = None, how: str = "") -> ChannelMove:
        return ChannelMove((state or self.state).onward(), how, effects)

    def to(self, target: str) -> State:
        return jump(self.dialplan, self.state, target)

    def over(self, how: str = "", state: State | None = None) -> ChannelMove:
        return finish(self.dialplan, state or self.state, how)

    def pressed(self, key: str, *, kept: bool) -> State:
        return self.state._replace(history=self.state.history.pressed(key, kept=kept))
