"""What a claim is."""

from collections.abc import Callable
from dataclasses import dataclass

from dialer.dialplan_checker.effects import Effect
from dialer.dialplan_checker.state import State


@dataclass(frozen=True, slots=True)
class DialplanClaim:
    """`objection` is asked at every effect of every path, with the state before it.

    It answers None where the claim is not concerned, an empty text where it holds, otherwise why it does not.
    """

    name: str
    statement: str
    objection: Callable[[State, Effect], str | None]
