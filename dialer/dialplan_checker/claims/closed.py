"""Nothing leads out of what was read, and nothing in it was left unread: only then do the other claims speak of every call."""

from dialer.dialplan_checker.model import Dialplan, DialplanFault
from dialer.dialplan_checker.walk import Walk

NAME = "closed"
STATEMENT = "No path leaves what was read: every line, target, application and function is known, and every step was reached."


def faults(dialplan: Dialplan, walk: Walk) -> list[tuple[DialplanFault, tuple[str, ...]]]:
    """What is not understood, each with the path that leads there where there is one."""
    unread: list[tuple[DialplanFault, tuple[str, ...]]] = [(fault, ()) for fault in dialplan.faults]
    stuck = [(fault, walk.path(state)) for state, fault in walk.stuck]
    unreached: list[tuple[DialplanFault, tuple[str, ...]]] = [
        (
            DialplanFault(
                step.source, f"no path that is known leads to {step.application}({step.arguments})"
            ),
            (),
        )
        for place, step in dialplan.steps.items()
        if place not in walk.reached
    ]
    # What lies behind a step that is not understood is unreached for that reason alone.
    return unread or stuck or unreached
