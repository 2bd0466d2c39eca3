"""Answering machines, told by how long they talk: a person says hello and waits, a greeting goes on (FP-29: nobody's notice is delayed for it)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dialer.domain.base.types import AttemptId
from dialer.domain.calls.call_events import (
    CallEvent,
    ChannelGone,
    Ended,
    MachineFound,
    MachineSpoken,
    TalkingStarted,
    TalkingStopped,
)

GREETING = timedelta(seconds=3)
"""Talking without a pause for this long while the notice plays is a recording (D: a greeting by a person is shorter)."""
QUIET = timedelta(seconds=1.5)
"""Silence that follows the beep; between greeting and beep it is shorter (D). The PBX has waited half a second before it tells us."""


@dataclass(slots=True)
class MachineDetector:
    """Remembers who is talking since when, and which machines are silent since when. One for each PBX; times are the PBX's."""

    talking: dict[AttemptId, datetime] = field(default_factory=dict)
    machines: dict[AttemptId, datetime | None] = field(default_factory=dict)

    def feed(self, event: CallEvent) -> None:
        match event:
            case TalkingStarted():
                self._heard(event.attempt_id, None)
                self.talking.setdefault(event.attempt_id, event.at)
            case TalkingStopped():
                self._heard(event.attempt_id, event.at)
                self.talking.pop(event.attempt_id, None)
            case Ended() | ChannelGone():
                self.machines.pop(event.attempt_id, None)
                self.talking.pop(event.attempt_id, None)
            case _:
                pass

    @property
    def waits(self) -> bool:
        """Whether time alone may show something."""
        return bool(self.talking or self.machines)

    def found(self, now: datetime) -> list[MachineFound]:
        """Those that have talked long enough; each is named once."""
        machines = [
            MachineFound(attempt_id, now)
            for attempt_id, since in self.talking.items()
            if now - since >= GREETING
        ]
        for machine in machines:
            del self.talking[machine.attempt_id]
            self.machines[machine.attempt_id] = None
        return machines

    def spoken(self, now: datetime) -> list[MachineSpoken]:
        """Machines that are done with their greeting and have beeped; each is named once."""
        done = [
            MachineSpoken(attempt_id, now)
            for attempt_id, since in self.machines.items()
            if since is not None and now - since >= QUIET
        ]
        for machine in done:
            del self.machines[machine.attempt_id]
        return done

    def _heard(self, attempt_id: AttemptId, silent_since: datetime | None) -> None:
        if attempt_id in self.machines:
            self.machines[attempt_id] = silent_since
