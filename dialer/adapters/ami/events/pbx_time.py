"""The PBX's clock against ours."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PbxTime:
    """Real time, as a PBX keeps it, against the service's time.

    `shift` is how far ahead the service pretends to be: zero except in demos and tests.
    """

    shift: timedelta = timedelta()

    def instant(self, milliseconds: int) -> datetime:
        """Our time of the PBX's UNIX milliseconds. Raise `OverflowError` beyond the year 9999."""
        return _EPOCH + timedelta(milliseconds=milliseconds) + self.shift

    def epoch(self, at: datetime) -> int:
        """The PBX's UNIX second that has begun at our time `at`."""
        return (at - self.shift - _EPOCH) // timedelta(seconds=1)
