"""Half-open intervals of UTC time: sorted tuples of (start, end) that neither touch nor overlap."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Interval = tuple[datetime, datetime]
Intervals = tuple[Interval, ...]
DAY = timedelta(days=1)
MIDNIGHT = time(0)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def merge(intervals: Iterable[Interval]) -> Intervals:
    """Merge intervals: empty and inverted ones vanish, touching ones become one."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def intersect(left: Intervals, right: Intervals) -> Intervals:
    return merge((max(a, c), min(b, d)) for a, b in left for c, d in right)


def subtract(span: Intervals, hole: Interval) -> Intervals:
    start, end = hole
    return merge(part for a, b in span for part in ((a, min(b, start)), (max(a, end), b)))


def end_of(span: Intervals, at: datetime) -> datetime | None:
    """Return the end of the interval that contains `at`, None where none does."""
    for start, end in span:
        if start <= at < end:
            return end
    return None


def opens(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a wall time that begins something.

    In a repeated or skipped hour it is the later reading, which is the stricter one.
    """
    local = datetime.combine(day, wall, zone)
    return max(local.astimezone(UTC), local.replace(fold=1).astimezone(UTC))


def closes(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a wall time that ends something.

    In a repeated or skipped hour it is the earlier reading, which is the stricter one.
    """
    local = datetime.combine(day, wall, zone)
    return min(local.astimezone(UTC), local.replace(fold=1).astimezone(UTC))


def shown(at: datetime) -> str:
    """Format an instant for a sentence.

    Always in UTC, so that a decision made again reads the same.
    """
    return at.astimezone(UTC).isoformat()
