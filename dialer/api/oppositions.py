"""An opposition or withdrawal as a body over HTTP."""

from pydantic import Field, JsonValue

from dialer.api.http.wire import Phone, Wire
from dialer.domain.oppositions.suppression import OppositionChannel
from dialer.services.oppositions.oppositions import StatedOpposition


class OppositionBody(Wire):
    """An opposition or withdrawal.

    Without `sponsor` it covers every sponsor. Without a readable `received_at` it counts from now:
    the time never stands in the way of an opposition.
    """

    phone_number: Phone
    channel: OppositionChannel
    sponsor: str | None = None
    received_at: JsonValue = Field(default=None, examples=["2027-02-01T10:00:00+01:00"])
    note: str | None = None

    def objection(self) -> StatedOpposition:
        received_at = None if self.received_at is None else str(self.received_at)
        return StatedOpposition(self.phone_number, self.channel, self.sponsor, received_at, self.note)
