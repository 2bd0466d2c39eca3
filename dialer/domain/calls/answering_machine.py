"""Answering machines, recognised by how long they talk.

A person says hello and waits, a greeting goes on. The notice is never delayed for it (FP-29).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dialer.domain.base.types import AttemptId
from dialer.domain.calls import call_events

GREETING = timedelta(seconds=3)
"""Talk without a pause for this long, while the notice plays, is a recording (mark D).

A person's greeting is shorter.
"""
QUIET = timedelta(seconds=1.5)
"""Silence after the beep; between greeting and beep it is shorter (mark D).

The PBX has waited half a second before it reports silence.
"""


@dataclass(slots=True)
class MachineDetector:
    """State of one PBX: talkers and machines. Times are the PBX's.

    `talking`: since when each call's other side talks. `machines`: since when each found machine is
    silent, None while it talks.
    """

    talking: dict[AttemptId, datetime] = field(default_factory=dict)
    machines: dict[AttemptId, datetime | None] = field(default_factory=dict)

    def feed(self, event: call_events.CallEvent) -> None:
        match event:
            case call_events.TalkingStarted():
                self._heard(event.attempt_id, None)
                self.talking.setdefault(event.attempt_id, event.at)
            case call_events.TalkingStopped():
                self._heard(event.attempt_id, event.at)
                self.talking.pop(event.attempt_id, None)
            case call_events.Ended() | call_events.ChannelGone():
                self.machines.pop(event.attempt_id, None)
                self.talking.pop(event.attempt_id, None)
            case _:
                pass

    @property
    def waits(self) -> bool:
        """Return whether the passing of time alone may show something."""
        return bool(self.talking or self.machines)

    def found(self, now: datetime) -> list[call_events.MachineFound]:
        """Return the calls that have talked for `GREETING`; each is named once."""
        machines = [
            call_events.MachineFound(attempt_id, now)
            for attempt_id, since in self.talking.items()
            if now - since >= GREETING
        ]
        for machine in machines:
            del self.talking[machine.attempt_id]
            self.machines[machine.attempt_id] = None
        return machines

    def spoken(self, now: datetime) -> list[call_events.MachineSpoken]:
        """Return the machines whose greeting and beep are over; each is named once."""
        done = [
            call_events.MachineSpoken(attempt_id, now)
            for attempt_id, since in self.machines.items()
            if since is not None and now - since >= QUIET
        ]
        for machine in done:
            del self.machines[machine.attempt_id]
        return done

    def _heard(self, attempt_id: AttemptId, silent_since: datetime | None) -> None:
        if attempt_id in self.machines:
            self.machines[attempt_id] = silent_since
