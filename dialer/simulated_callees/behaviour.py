"""The acts of a callee once the call is answered, step by step."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class Hears:
    """Wait until `prompt` begins, later than the act before.

    With `whole`, wait until it has been heard to its end.
    """

    prompt: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """Put `key` (0-9, *, #) down for `held_s` seconds.

    The next act follows at once, the key still down.
    """

    key: str
    held_s: float = 0.12


@dataclass(frozen=True, slots=True)
class HangUp:
    """Send BYE."""


Act = Pause | Hears | Press | HangUp
