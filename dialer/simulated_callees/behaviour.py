"""What a callee does once the call is answered, step by step."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class Hears:
    """Waits until `prompt` begins (or, with `whole`, has been heard to its end), later than the act before."""

    prompt: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """Puts `key` (0-9, *, #) down for `held_s` seconds; the next act follows at once, the key still down."""

    key: str
    held_s: float = 0.12


@dataclass(frozen=True, slots=True)
class HangUp:
    """Sends BYE."""


Act = Pause | Hears | Press | HangUp
