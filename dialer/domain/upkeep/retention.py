"""Retention limits of data about people, from dates to dates. Pure.

FP-32, FP-32b, US-15, UK-08, CA-11. Days are 24 hours in UTC, so that no clock change moves a limit.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dialer.domain.rulepacks.pack_parts import RetentionRules

RUN_EVERY = timedelta(days=1)
RETRY_AFTER = timedelta(hours=1)
"""After a run that failed, or never ended."""
BLOCKS_AFTER = timedelta(hours=72)
"""Erasing may fail for so long before no campaign is created any more (T120)."""


@dataclass(frozen=True, slots=True)
class RetentionRun:
    """A run of the job.

    `ended_at` None: it is at work, or died. `error`: one line, None where all went well.
    """

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
    """Return the instant (exclusive end) from which on the contacts of a list must be gone.

    `days` after the earlier of import and end of the campaign.
    """
    start = imported_at if last_round is None else min(imported_at, last_round)
    return start.astimezone(UTC) + timedelta(days=days)


def called_limit(ended_at: datetime, last_poll: date | None, years: int) -> datetime:
    """Return the instant from which on the callees must be gone too.

    `years` after the campaign and the last day of its election.
    """
    start = ended_at.astimezone(UTC)
    if last_poll is not None:
        start = max(start, datetime.combine(last_poll + timedelta(days=1), time(), UTC))
    return _same_day(start, start.year + years)


def contacts_due(limit: datetime, now: datetime) -> bool:
    """Return whether the run of `now` erases them.

    The next would come too late, or leave no time to try again.
    """
    return limit <= now + RUN_EVERY + RETRY_AFTER


def proof_horizon(now: datetime, years: int) -> datetime:
    """Return the instant that separates consents kept for `years` at `now`, by the calendar.

    Every consent given before it has been kept so long, and no other. A consent of a 29 February
    stays through the 28th of a common year.
    """
    now = now.astimezone(UTC)
    horizon = _same_day(now, now.year - years)
    # Where the day exists, a consent given at the very instant has passed it, too.
    return horizon if horizon.day != now.day else horizon + timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ProofTerm:
    """Consents given before `before` have had their time; `unused`: unless they were used since.

    `sponsors`: of these alone, or with `others`, of all but these.
    """

    before: datetime
    unused: bool
    sponsors: frozenset[str]
    others: bool


def proof_terms(rules: Mapping[str, Sequence[RetentionRules]], now: datetime) -> tuple[ProofTerm, ...]:
    """Return the terms of all consents.

    `rules`: of the profiles under which each sponsor has campaigns. A sponsor's longest term
    counts: erased too early, a consent proves nothing any more. A sponsor without campaigns has the
    default terms of packs.
    """
    usual, unlike = RetentionRules(), defaultdict[tuple[int, bool], list[str]](list)
    for sponsor, of_sponsor in rules.items():
        years = max(each.consent_proof_years for each in of_sponsor)
        unused = any(each.consent_proof_from == "last_use" for each in of_sponsor)
        if (years, unused) != (usual.consent_proof_years, False):
            unlike[years, unused].append(sponsor)
    named = frozenset(sponsor for sponsors in unlike.values() for sponsor in sponsors)
    return (
        ProofTerm(proof_horizon(now, usual.consent_proof_years), False, named, others=True),
        *(
            ProofTerm(proof_horizon(now, years), unused, frozenset(sponsors), others=False)
            for (years, unused), sponsors in unlike.items()
        ),
    )


def _same_day(at: datetime, year: int) -> datetime:
    try:
        return at.replace(year=year)
    except ValueError:
        return at.replace(year=year, month=3, day=1, hour=0, minute=0, second=0, microsecond=0)


def next_run(last: RetentionRun | None) -> datetime | None:
    """Return the instant of the next run; None: at once."""
    if last is None:
        return None
    return last.started_at + (RUN_EVERY if last.well else RETRY_AFTER)


def failing_since(runs: Sequence[RetentionRun]) -> datetime | None:
    """Return the start of the first failure since the last run that went well, None without one.

    `runs` in order.
    """
    since: datetime | None = None
    for run in runs:
        if run.well:
            since = None
        elif since is None:
            since = run.started_at
    return since


def blocked(now: datetime, since: datetime | None, limits: Sequence[datetime]) -> bool:
    """Return whether retention has failed for longer than `BLOCKS_AFTER`.

    Erasing fails since `since`, or data has outlived one of `limits`.
    """
    starts = [*limits, *([since] if since else [])]
    return any(now - start > BLOCKS_AFTER for start in starts)
