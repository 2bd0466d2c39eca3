"""Electoral silence: code électoral L49, counted in each territory (FP-08 to FP-11)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dialer.domain.base.intervals import DAY, MIDNIGHT, closes
from dialer.domain.campaigns.campaign_definition import Election
from dialer.domain.numbers.callee_location import CalleeLocation
from dialer.domain.numbers.territory import TERRITORIES

PARIS = ZoneInfo("Europe/Paris")
LAST_POLLING_STATION = time(20)
"""FP-09: the text gives no end; the close of the last metropolitan polling station is the usage."""


@dataclass(frozen=True, slots=True)
class SilencePlan:
    """An election as a value that can be looked up: poll dates by territory, `default` apart.

    `ends_at`: 20:00 Europe/Paris on the last poll date, in UTC.
    """

    election_id: str
    poll_dates: tuple[tuple[str, date], ...]
    default: date | None
    earliest: bool
    listed_only: bool
    ends_at: datetime


def silence_plan(election: Election) -> SilencePlan:
    dates = dict(election.poll_dates)
    last = max(dates.values())
    default = dates.pop("default", None)
    return SilencePlan(
        election_id=election.id,
        poll_dates=tuple(sorted(dates.items())),
        default=default,
        earliest=election.freeze_mode == "earliest_territory",
        listed_only=election.scope == "listed",
        ends_at=datetime.combine(last, LAST_POLLING_STATION, PARIS).astimezone(UTC),
    )


class Silence(NamedTuple):
    """The silence that binds one callee, from `limit` to `ends_at`, both UTC.

    `limit` None: unknown, so always.
    """

    election_id: str
    limit: datetime | None
    ends_at: datetime

    def last_start(self, call: timedelta) -> datetime | None:
        """Return the last instant at which a call may start and end before silence begins.

        `call`: the longest call, ringing included.
        """
        return self.limit - call if self.limit is not None else None


def silence_for(plan: SilencePlan, place: CalleeLocation) -> Silence | None:
    """Return the silence that binds a callee at `place`; None where no election concerns them.

    Of several possible territories the earliest limit counts.
    One without a known poll date makes the whole unknown.
    """
    dates = dict(plan.poll_dates)
    limits: list[datetime] = []
    for code in place.territories:
        day = dates.get(code, plan.default)
        if day is not None:
            limits.append(eve(day, local_zones(code, place)))
        elif not plan.listed_only:
            return Silence(plan.election_id, None, plan.ends_at)
    if not limits:
        return None
    limit = min([*limits, freeze(plan)] if plan.earliest else limits)
    return Silence(plan.election_id, limit, plan.ends_at)


def local_zones(code: str, place: CalleeLocation) -> tuple[str, ...]:
    """Return the zones of `place` that belong to a territory, or all of them where none does."""
    theirs = TERRITORIES[code]
    within = tuple(zone for zone in place.zones if zone in theirs.zones or zone in theirs.aliases)
    return within or place.zones


def freeze(plan: SilencePlan) -> datetime:
    """Return one limit for everyone (FP-11).

    The earliest of the listed territories' limits and of two days before the default date in Paris.
    """
    limits = [eve(day, TERRITORIES[code].zones) for code, day in plan.poll_dates if code in TERRITORIES]
    if plan.default is not None:
        limits.append(closes(plan.default - 2 * DAY, MIDNIGHT, PARIS))
    return min(limits, default=datetime.min.replace(tzinfo=UTC))


def eve(poll_date: date, zones: tuple[str, ...]) -> datetime:
    """Return 00:00 local on the eve of the poll, by the earliest of these clocks."""
    return min(closes(poll_date - DAY, MIDNIGHT, ZoneInfo(zone)) for zone in zones)
