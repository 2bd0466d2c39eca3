"""Effects of a step, and claims that may object to them."""

from collections.abc import Callable
from dataclasses import dataclass

from dialer.dialplan_checker.state import State


@dataclass(frozen=True, slots=True)
class Play:
    """A prompt plays. `keys` stop it; `resumed`: it goes on where a key has stopped it."""

    folder: str
    prompt: str
    keys: str
    resumed: bool


@dataclass(frozen=True, slots=True)
class WaitForKey:
    """A wait for a key. `nine` is the extension that takes a 9 at once, if there is one."""

    nine: str | None


@dataclass(frozen=True, slots=True)
class PauseEffect:
    """A wait: nothing is heard, and no key is taken."""


@dataclass(frozen=True, slots=True)
class Listen:
    """A recording of the other side into `file`; nothing is said to it."""

    file: str


@dataclass(frozen=True, slots=True)
class Tell:
    """A UserEvent."""

    event: str


@dataclass(frozen=True, slots=True)
class TraceNote:
    """An addition to the trace."""

    text: str


@dataclass(frozen=True, slots=True)
class InviteEffect:
    """An INVITE; `options` by letter."""

    technology: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class End:
    """The end of a channel: everything that runs at its end has run. `state` is its last."""

    state: State


Effect = Play | WaitForKey | PauseEffect | Listen | Tell | TraceNote | InviteEffect | End


@dataclass(frozen=True, slots=True)
class ChannelMove:
    """A possible move of a channel.

    `state` is None when the channel is gone; `how` says what happened, where the step does not show
    it.
    """

    state: State | None
    how: str = ""
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class DialplanClaim:
    """A claim about every path.

    `objection` is asked at every effect of every path, with the state before it. It answers None
    where the claim is not concerned, an empty text where it holds, otherwise why it does not.
    """

    name: str
    statement: str
    objection: Callable[[State, Effect], str | None]
