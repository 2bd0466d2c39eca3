"""The machine's state as JSON."""

from typing import Any

from dialer.services.operations.system_state import SystemState
from dialer.services.views.instants import instant_text


def system_view(state: SystemState) -> dict[str, Any]:
    return {
        "halted": state.halt.halted,
        "halt_reason": state.halt.reason,
        "halt_by": state.halt.by,
        "halt_at": instant_text(state.halt.at),
        "pbxs": [{"name": name, "ready": ready} for name, ready in state.pbxs.items()],
        "calls": state.calls,
        "clock_trusted": state.clock_trusted,
        "now": instant_text(state.now),
        "pretended_time": state.pretended,
    }
