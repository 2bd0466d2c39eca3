"""The record says of a prompt that it was heard whole only if it was."""

import re

from dialer.dialplan_checker.effects import DialplanClaim, Effect, TraceNote
from dialer.dialplan_checker.state import State

_DONE = re.compile(r" done ([a-z-]+)$")


def _objection(state: State, effect: Effect) -> str | None:
    done = _DONE.search(effect.text) if isinstance(effect, TraceNote) else None
    if done is None:
        return None
    return (
        ""
        if done[1] == state.history.whole
        else f"the trace says `done {done[1]}` of what was not played whole"
    )


TRACE_CLAIM = DialplanClaim(
    "trace",
    "The trace says `done` only of a prompt that was played from its first to its last sample.",
    _objection,
)
