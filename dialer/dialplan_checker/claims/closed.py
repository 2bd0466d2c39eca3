"""Nothing leads out of the dialplan that was read, and no part of it was left unread.

Only then do the other claims cover every call.
"""

from dialer.dialplan_checker.model import Dialplan, DialplanFault
from dialer.dialplan_checker.walk import Walk

NAME = "closed"
STATEMENT = "No path leaves what was read: every line, target, application and function is known, and every step was reached."


def faults(dialplan: Dialplan, walk: Walk) -> list[tuple[DialplanFault, tuple[str, ...]]]:
    """Return each part that is not understood, with the path that leads there, if any."""
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
    # A step behind one that is not understood is unreached for that reason alone.
    return unread or stuck or unreached
