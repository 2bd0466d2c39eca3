"""An opposition is confirmed only once it is recorded: on the PBX's disk, or with the service."""

from dialer.dialplan_checker.effects import DialplanClaim, Effect, Play
from dialer.dialplan_checker.history import OutboxTrace
from dialer.dialplan_checker.protocol import CONFIRMATION
from dialer.dialplan_checker.state import State


def _objection(state: State, effect: Effect) -> str | None:
    if not isinstance(effect, Play) or effect.prompt != CONFIRMATION:
        return None
    outbox = state.history.outbox
    return (
        ""
        if outbox in (OutboxTrace.ON_DISK, OutboxTrace.TAKEN)
        else f"an opposition is confirmed, and {outbox.value}"
    )


CONFIRMED_CLAIM = DialplanClaim(
    "confirmed",
    "An opposition is confirmed only once AstDB holds it on disk, or the service has taken it over.",
    _objection,
)
