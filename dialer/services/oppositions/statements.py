"""The oppositions that a statement means: nothing is refused for its spelling.

See docs/rules/readings.md#oppositions.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from dialer.domain.base.errors import InvalidInput, Problem
from dialer.domain.numbers.phone import every_reading
from dialer.domain.oppositions.suppression import OppositionChannel, Suppression
from dialer.services.access.fingerprints import Fingerprints

MAX_NOTE = 2000
NO_DIGITS = Problem("phone_number", "holds no digits")


@dataclass(frozen=True, slots=True)
class StatedOpposition:
    """An opposition, or a withdrawal, as it came in.

    `sponsor` None or blank means every sponsor. `received_at` None or unreadable means now.
    """

    phone_number: str
    channel: OppositionChannel
    sponsor: str | None = None
    received_at: str | None = None
    note: str | None = None

    @property
    def against(self) -> str | None:
        """The sponsor as written; None for every sponsor."""
        sponsor = _storable(self.sponsor or "")
        return sponsor if sponsor.strip() else None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of an opposition: its recorder, its time, and the import that brought it."""

    recorded_at: datetime
    recorded_by: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class UnderstoodOppositions:
    """The oppositions that a statement means: an entry for every number that could be meant.

    `warnings` name the values stored otherwise than written.
    """

    suppressions: tuple[Suppression, ...]
    warnings: tuple[str, ...]


def understand(
    objection: StatedOpposition, receipt: Receipt, fingerprints: Fingerprints
) -> UnderstoodOppositions:
    """Return the oppositions of a statement.

    Raise `InvalidInput` only where there is no digit that could be part of a number.
    """
    readings = every_reading(objection.phone_number)
    if not readings:
        raise InvalidInput(
            "nobody is told apart by this opposition",
            (NO_DIGITS,),
            hint="give the number of whoever objects, in any spelling",
        )
    received_at, warnings = moment(objection.received_at, receipt.recorded_at)
    note = _storable(objection.note or "")[:MAX_NOTE] or None
    return UnderstoodOppositions(
        tuple(
            Suppression(
                fingerprint=fingerprints.of(number),
                sponsor=objection.against,
                channel=objection.channel,
                received_at=received_at,
                recorded_at=receipt.recorded_at,
                recorded_by=receipt.recorded_by,
                source=receipt.source,
                note=note,
            )
            for number in readings
        ),
        warnings,
    )


def moment(received_at: str | None, recorded_at: datetime) -> tuple[datetime, tuple[str, ...]]:
    """Return when it was received, in UTC.

    Return `recorded_at` where that is unstated, unreadable, without an offset or still to come.
    """
    if received_at is None or not received_at.strip():
        return recorded_at, ()
    try:
        stated = datetime.fromisoformat(received_at.strip())
        if stated.tzinfo is not None and (in_utc := stated.astimezone(UTC)) <= recorded_at:
            return in_utc, ()
    except (ValueError, OverflowError):
        pass
    return recorded_at, (
        "received_at is no past time with an offset: the time of recording was stored instead",
    )


def _storable(text: str) -> str:
    """Remove NUL, which PostgreSQL does not take: no opposition may fail for that."""
    return text.replace("\0", "")
