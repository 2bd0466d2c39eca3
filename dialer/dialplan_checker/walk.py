"""Every state a channel can come to from the entrances of calls, and the shortest way there."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from dialer.dialplan_checker import protocol
from dialer.dialplan_checker.applications import APPLICATIONS
from dialer.dialplan_checker.effects import ChannelMove, Effect
from dialer.dialplan_checker.history import ChannelHistory
from dialer.dialplan_checker.jumps import finish, hang_up
from dialer.dialplan_checker.model import ChannelPosition, Dialplan, DialplanFault, Step
from dialer.dialplan_checker.reading import expand
from dialer.dialplan_checker.relevance import Relevance
from dialer.dialplan_checker.state import Leg, State
from dialer.dialplan_checker.step_context import StepContext
from dialer.dialplan_checker.values import NotUnderstood, unknown

MOST_STATES = 400_000
"""More is taken for a dialplan that this proof cannot follow."""

Witness = Callable[[State, ChannelMove, Effect], None]


@dataclass(slots=True)
class Walk:
    """A walk over all states.

    `came_from`: for every state the one before it, and the event there. `stuck`: the states at
    which something was not understood.
    """

    dialplan: Dialplan
    came_from: dict[State, tuple[State, str] | None] = field(default_factory=dict)
    stuck: list[tuple[State, DialplanFault]] = field(default_factory=list)
    reached: set[ChannelPosition] = field(default_factory=set)

    def go(self, witness: Witness, enough: Callable[[], bool]) -> None:
        """Call `witness` with every effect of every path and the state before it.

        Stop early where `enough` says so.
        """
        relevance = Relevance(self.dialplan)
        waiting = deque(entries(self.dialplan))
        self.came_from.update(dict.fromkeys(waiting))
        while waiting and len(self.came_from) < MOST_STATES:
            if enough():
                return
            state = waiting.popleft()
            for move in self._moves(state):
                for effect in move.effects:
                    witness(state, move, effect)
                after = move.state and relevance.prune(move.state)
                if after is not None and after not in self.came_from:
                    self.came_from[after] = (state, move.how)
                    waiting.append(after)
        if waiting:
            self.stuck.append((waiting[0], DialplanFault("the dialplan", f"more than {MOST_STATES} states")))

    def _moves(self, state: State) -> list[ChannelMove]:
        try:
            return list(self._understood(state))
        except NotUnderstood as error:
            step = self.dialplan.steps[state.place]
            self.stuck.append((state, DialplanFault(step.source, str(error))))
            return []

    def _understood(self, state: State) -> Iterator[ChannelMove]:
        step = self.dialplan.steps.get(state.place)
        yield from hang_up(self.dialplan, state)
        if step is None:
            yield finish(self.dialplan, state, "there is no further step")
            return
        self.reached.add(state.place)
        application = APPLICATIONS.get(step.application)
        if application is None:
            raise NotUnderstood(f"application {step.application}")
        after = state.remembering(state.history.stepped())
        for outcome in expand(step.arguments, state):
            yield from application(
                StepContext(self.dialplan, after.knowing(outcome.facts), step, outcome.text)
            )

    def path(self, state: State, how: str = "") -> tuple[str, ...]:
        """Return the steps from the entry to `state`, with the event at each; `how`: the last."""
        lines: list[str] = []
        here: State | None = state
        while here is not None:
            lines.append(f"{_shown(self.dialplan, here)}{f'  <- {how}' if how else ''}")
            before = self.came_from[here]
            here, how = before or (None, "")
        return tuple(reversed(lines))


def entries(dialplan: Dialplan) -> list[State]:
    """Return the entrances of calls.

    The service's at its two gates, all others at the trunks' context.
    """
    gates = (
        (Leg.DIALLING, protocol.GATE, protocol.PERMIT),
        (Leg.PROBING, protocol.PROBE_GATE, protocol.PROBE),
    )
    starts = [
        State(leg, gate, gate.exten, variables=_order(names))
        for leg, gate, names in gates
        if gate in dialplan.steps
    ]
    for exten in dialplan.contexts.get(protocol.INBOUND, ()):
        dialled = unknown("EXTEN", empty=False) if exten.startswith("_") else exten
        history = ChannelHistory(owed=protocol.LINE_OPPOSITION)
        starts.append(
            State(Leg.CALLER, ChannelPosition(protocol.INBOUND, exten, 1), dialled, history=history)
        )
    return starts


def _order(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the values that come with an Originate, about which nothing is known yet."""
    return tuple(sorted((f"DIALER_{name}", protocol.value_of(name)) for name in (*names, "SEAL")))


def _shown(dialplan: Dialplan, state: State) -> str:
    step: Step | None = dialplan.steps.get(state.place)
    return str(step) if step else f"{state.place}  (no further step)"
