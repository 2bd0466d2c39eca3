"""Answering machines, told by how long they talk: a person says hello and waits, a greeting goes on (FP-29: nobody's notice is delayed for it)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dialer.domain.call_events import (
    AttemptId,
    CallEvent,
    ChannelGone,
    Ended,
    MachineFound,
    TalkingStarted,
    TalkingStopped,
)

GREETING = timedelta(seconds=3)
"""Talking without a pause for this long while the notice plays is a recording (D: a greeting by a person is shorter)."""


@dataclass(slots=True)
class MachineDetector:
    """Remembers who is talking since when. One for each PBX; times are the PBX's."""

    talking: dict[AttemptId, datetime] = field(default_factory=dict)

    def feed(self, event: CallEvent) -> None:
        match event:
            case TalkingStarted():
                self.talking.setdefault(event.attempt_id, event.at)
            case TalkingStopped() | Ended() | ChannelGone():
                self.talking.pop(event.attempt_id, None)
            case _:
                pass

    def found(self, now: datetime) -> list[MachineFound]:
        """Those that have talked long enough; each is named once."""
        machines = [
            MachineFound(attempt_id, now)
            for attempt_id, since in self.talking.items()
            if now - since >= GREETING
        ]
        for machine in machines:
            del self.talking[machine.attempt_id]
        return machines
