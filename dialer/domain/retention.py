"""How long what is known about people stays (FP-32, FP-32b). Pure: from dates to dates. Days are 24 hours in UTC, so that no clock change moves a limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

RUN_EVERY = timedelta(days=1)
RETRY_AFTER = timedelta(hours=1)
"""After a run that failed, or never ended."""
BLOCKS_AFTER = timedelta(hours=72)
"""For so long may erasing fail before no campaign is created any more (T120)."""


@dataclass(frozen=True, slots=True)
class RetentionRun:
    """One run of the job. `ended_at` None: it is at work, or died. `error`: one line, None where all went well."""

    started_at: datetime
    ended_at: datetime | None = None
    contacts: int = 0
    consents: int = 0
    keys: int = 0
    error: str | None = None

    @property
    def well(self) -> bool:
        return self.ended_at is not None and self.error is None


def contacts_limit(imported_at: datetime, last_round: datetime | None, days: int) -> datetime:
    """From this instant on (exclusive end) the contacts of a list must be gone: `days` after the earlier of import and end of the campaign."""
    start = imported_at if last_round is None else min(imported_at, last_round)
    return start.astimezone(UTC) + timedelta(days=days)


def contacts_due(limit: datetime, now: datetime) -> bool:
    """Whether the run of `now` erases them: the next would come too late, or leave no time to try again."""
    return limit <= now + RUN_EVERY + RETRY_AFTER


def proof_horizon(now: datetime, years: int) -> datetime:
    """Whatever was given before it has been kept for `years` at `now`, by the calendar, and nothing else has; what is of a 29 February stays through the 28th of a common year."""
    now = now.astimezone(UTC)
    horizon = _same_day(now, now.year - years)
    # Where the day exists, a consent given at the very instant has passed it, too.
    return horizon if horizon.day != now.day else horizon + timedelta(microseconds=1)


def _same_day(at: datetime, year: int) -> datetime:
    try:
        return at.replace(year=year)
    except ValueError:
        return at.replace(year=year, month=3, day=1, hour=0, minute=0, second=0, microsecond=0)


def next_run(last: RetentionRun | None) -> datetime | None:
    """None: at once."""
    if last is None:
        return None
    return last.started_at + (RUN_EVERY if last.well else RETRY_AFTER)


def failing_since(runs: Sequence[RetentionRun]) -> datetime | None:
    """The start of the first run after the last that went well; None where that was the last of all. `runs` in order."""
    since: datetime | None = None
    for run in runs:
        if run.well:
            since = None
        elif since is None:
            since = run.started_at
    return since


def blocked(now: datetime, since: datetime | None, limits: Sequence[datetime]) -> bool:
    """Whether erasing has failed, or something has outlived its limit, for longer than `BLOCKS_AFTER`."""
    starts = [*limits, *([since] if since else [])]
    return any(now - start > BLOCKS_AFTER for start in starts)
