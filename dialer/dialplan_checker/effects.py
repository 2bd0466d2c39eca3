"""What a step does that a claim may object to."""

from dataclasses import dataclass

from dialer.dialplan_checker.state import State


@dataclass(frozen=True, slots=True)
class Play:
    """`keys` stop it; `resumed`: it goes on where a key has stopped it."""

    folder: str
    prompt: str
    keys: str
    resumed: bool


@dataclass(frozen=True, slots=True)
class WaitForKey:
    """`nine` is the extension that takes a 9 at once, if there is one."""

    nine: str | None


@dataclass(frozen=True, slots=True)
class PauseEffect:
    """Nothing is heard, and no key is taken."""


@dataclass(frozen=True, slots=True)
class Listen:
    """What the other side says is recorded in `file`; nothing is said to it."""

    file: str


@dataclass(frozen=True, slots=True)
class Tell:
    """A UserEvent."""

    event: str


@dataclass(frozen=True, slots=True)
class TraceNote:
    """What is added to the trace."""

    text: str


@dataclass(frozen=True, slots=True)
class InviteEffect:
    """`options` by letter."""

    technology: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class End:
    """The channel is gone and everything that runs at its end has run; `state` is its last."""

    state: State


Effect = Play | WaitForKey | PauseEffect | Listen | Tell | TraceNote | InviteEffect | End


@dataclass(frozen=True, slots=True)
class ChannelMove:
    """One way on. `state` is None when the channel is gone; `how` says what happened, where that is not plain from the step."""

    state: State | None
    how: str = ""
    effects: tuple[Effect, ...] = ()
