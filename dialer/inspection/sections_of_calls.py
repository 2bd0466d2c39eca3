"""Answers from the calls.

They cover the order of the prompts, consent, oppositions, caller ID, hours, silence, frequency and
silent calls.
"""

from typing import Any

from dialer.domain.inspection.section import Answer, Bars, Sentence, Table
from dialer.inspection.parts import Inspected
from dialer.services.decision.replay import ReplayOutcome

SPAN_COLUMNS = ("what", "calls", "median_s", "p99_s", "max_s")


def objection_first(found: Inspected) -> tuple[Answer, ...]:
    totals, spans = _totals(found), found.counted.figures["milliseconds"]
    told = spans.get("answer_to_objection_told", {"count": 0})["count"]
    return (
        Sentence("objection_told", {"answered": totals.get("answered", 0), "told": told}),
        _spans(found, "seconds_to_objection", ("answer_to_objection_told",)),
        Table("keys", ("key", "presses"), tuple(_counts(found, "keys").items())),
    )


def consent(found: Inspected) -> tuple[Answer, ...]:
    totals = _totals(found)
    return (
        Sentence("consent", {"people": totals.get("people", 0), "invites": totals.get("invites", 0)}),
        Sentence("consent_lookup"),
    )


def coverage(found: Inspected) -> tuple[Answer, ...]:
    outcomes = found.programming.replay.outcomes
    return (
        Sentence("coverage", {"invites": _totals(found).get("invites", 0)}),
        Sentence("replayed", {outcome.value: outcomes[outcome] for outcome in ReplayOutcome}),
        Sentence("erased_decisions", {"count": _totals(found).get("decisions_erased", 0)}),
    )


def objections(found: Inspected) -> tuple[Answer, ...]:
    channels = _counts(found, "oppositions")
    between = _counts(found, "invited_before_recording")
    return (
        Sentence("oppositions", {"count": sum(channels.values())}),
        _spans(found, "opposition_delays", tuple(f"recorded_after_{channel}" for channel in channels)),
        Sentence("between", {"count": sum(between.values())}),
    )


def caller_id(found: Inspected) -> tuple[Answer, ...]:
    probes = tuple(
        (
            probe.started_at,
            probe.number,
            probe.outcome.value,
            probe.detail,
            probe.recording_sha256,
            probe.id in found.accounts.recorded,
        )
        for probe in found.accounts.probes[-50:]
    )
    return (
        Table("caller_ids", ("number", "invites"), tuple(_counts(found, "caller_ids").items())),
        Sentence("probes" if probes else "no_probes", {"count": len(found.accounts.probes)}),
        Table("probes", ("at", "number", "outcome", "detail", "recording_sha256", "attached"), probes),
    )


def hours(found: Inspected) -> tuple[Answer, ...]:
    figures = found.counted.figures
    return (
        Sentence("invites", {"count": _totals(found).get("invites", 0)}),
        *(
            Bars("by_hour", label, tuple((f"{hour:02d} h", count) for hour, count in enumerate(counts)))
            for label, counts in figures["hours"].items()
        ),
        Bars("by_day", "", tuple(_counts(found, "days").items())),
    )


def silence(found: Inspected) -> tuple[Answer, ...]:
    last = found.counted.figures["silence"]
    if not last:
        return (Sentence("no_election"),)
    rows = tuple(
        (label, told["limit"], told["last_invite"], told["last_end"]) for label, told in last.items()
    )
    return (Table("silence", ("territory", "limit", "last_invite", "last_end"), rows),)


def frequency(found: Inspected) -> tuple[Answer, ...]:
    rows = tuple(
        (cap["rule"], cap["window_days"], cap["max"], cap["highest"]) for cap in found.counted.figures["caps"]
    )
    return (
        Sentence("recounted", {"others": _totals(found).get("calls_elsewhere", 0)}),
        Table("caps", ("rule", "window_days", "allowed", "highest"), rows),
    )


def abandoned(found: Inspected) -> tuple[Answer, ...]:
    rows = tuple(
        (day, told["answered"], told["without_sound_1s"], told["without_sound_2s"])
        for day, told in found.counted.figures["periods"].items()
    )
    return (
        _spans(found, "seconds_to_sound", ("answer_to_sound",)),
        Table("periods", ("from_day", "answered", "after_1s", "after_2s"), rows),
    )


def _totals(found: Inspected) -> dict[str, int]:
    totals: dict[str, int] = found.counted.figures["totals"]
    return totals


def _counts(found: Inspected, name: str) -> dict[str, int]:
    counts: dict[str, int] = found.counted.figures["counts"].get(name, {})
    return counts


def _spans(found: Inspected, key: str, names: tuple[str, ...]) -> Table:
    """Return spans in seconds, from the figures' milliseconds."""
    spans: dict[str, Any] = found.counted.figures["milliseconds"]
    rows = tuple(
        (name, spans[name]["count"], *(spans[name][part] / 1000 for part in ("median", "p99", "max")))
        for name in names
        if name in spans
    )
    return Table(key, SPAN_COLUMNS, rows)
