"""The recount of all figures from the records alone, person by person (E10, E12).

Nothing here is taken from a configuration.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .agreements import OPPOSITION, meanwhile
from .calendars import Clocks, silence_of
from .faults import (
    DELIVERED,
    KINDS,
    SLOW,
    Fault,
    Judged,
    elsewhere,
    faults_of,
    judged,
    lifted_in_vain,
    silence_after_answer,
)
from .people import Document, Person, instant, invite_at
from .refusals import refused_by_network

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN = 100
"""Faults of a kind that are listed one by one in the figures; `anomalies.csv` has all."""
PERIOD = timedelta(days=30)


class Recount:
    """A recount: feed it every person once, in any order; `figures` are then complete.

    Memory does not grow with the calls, but with the number of differing values.
    """

    def __init__(self, terms: Document) -> None:
        self._terms = terms
        self._clocks = Clocks(terms["zones"])
        self._totals: Counter[str] = Counter()
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._hours: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._spans: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._caps: dict[tuple[str, int, int], int] = {}
        self._last: dict[str, dict[str, str]] = {}
        self._periods: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._faults: Counter[str] = Counter()
        self._shown: defaultdict[str, list[Fault]] = defaultdict(list)

    def feed(self, person: Person) -> list[Fault]:
        """Count a person, and return the faults."""
        own = [judged(self._terms, person, call) for call in person.calls if self._is_own(call.campaign_id)]
        self._totals["people"] += 1
        self._totals["calls_elsewhere"] += len(person.calls) - len(own)
        for item in own:
            self._call(person, item)
        self._oppositions(person)
        found = [fault for item in own for fault in faults_of(self._terms, self._clocks, person, item)]
        found += self._often(person, own)
        for call in person.calls:
            if not self._is_own(call.campaign_id):
                found += elsewhere(person, call)
        for fault in found:
            self._faults[fault.kind] += 1
            if len(self._shown[fault.kind]) < SHOWN:
                self._shown[fault.kind].append(fault)
        return found

    def figures(self) -> dict[str, Any]:
        """Return JSON: counts by name.

        Seconds are given as median, 99th percentile and maximum, in milliseconds.
        """
        return {
            "totals": dict(sorted(self._totals.items())),
            "counts": {name: dict(sorted(counter.items())) for name, counter in sorted(self._counts.items())},
            "hours": {label: _by_hour(hours) for label, hours in sorted(self._hours.items())},
            "milliseconds": {name: summary(spans) for name, spans in sorted(self._spans.items())},
            "caps": [
                {"rule": rule, "max": most, "window_days": days, "highest": highest}
                for (rule, most, days), highest in sorted(self._caps.items())
            ],
            "silence": dict(sorted(self._last.items())),
            "periods": {_day(number): dict(sorted(c.items())) for number, c in sorted(self._periods.items())},
            "faults": {kind: self._faults[kind] for kind in KINDS},
            "faults_shown": {kind: [list(fault) for fault in self._shown[kind]] for kind in KINDS},
        }

    def _is_own(self, campaign_id: str) -> bool:
        return bool(campaign_id == self._terms["campaign"])

    def _call(self, person: Person, item: Judged) -> None:
        record = item.call.record
        self._totals["attempts"] += 1
        if item.call.context is None:
            self._totals["decisions_erased"] += 1
        if item.permit:
            self._counts["rule_packs"][item.permit.body["pack_hash"]] += 1
        if record is None:
            self._totals["going_on"] += 1
            return
        self._counts["states"][record["state"]] += 1
        if record["result"]:
            self._counts["results"][record["result"]] += 1
        self._played(record)
        if item.moment:
            self._invite(person, item, record)

    def _invite(self, person: Person, item: Judged, record: Document) -> None:
        moment = item.moment
        assert moment is not None
        self._totals["invites"] += 1
        self._counts["caller_ids"][record["caller_id"]] += 1
        self._counts["scripts"][record["script"]] += 1
        zone = moment.permit.body["zones"][0]
        local = self._clocks.local(moment.at, zone)
        self._hours[f"{person.label} ({zone})"][local.hour] += 1
        self._counts["days"][local.date().isoformat()] += 1
        if objection := meanwhile(self._terms, person, moment):
            self._counts["invited_before_recording"][objection.body["channel"]] += 1
        self._silence(person, moment.at, record)

    def _silence(self, person: Person, at: datetime, record: Document) -> None:
        found = silence_of(self._terms, person)
        if found is None:
            return
        limit = found[0].isoformat() if found[0] else ""
        last = self._last.setdefault(person.label, {"limit": limit, "last_invite": "", "last_end": ""})
        last["last_invite"] = max(last["last_invite"], at.isoformat())
        last["last_end"] = max(last["last_end"], record["ended_at"] or "")

    def _played(self, record: Document) -> None:
        silence = silence_after_answer(record)
        if silence is None:
            return
        answered = instant(record["answered_at"])
        period = self._periods[int(answered.timestamp() // PERIOD.total_seconds())]
        vain = lifted_in_vain(record)
        for counter in (self._totals, period):
            counter["answered"] += 1
            counter["without_sound_2s"] += vain or silence > 2 * SLOW
            counter["without_sound_1s"] += vain or silence > SLOW
        self._spans["answer_to_sound"][_ms(silence)] += 1
        for step in record["trace"]:
            if step["verb"] == "play":
                self._counts["prompts_played"][step["name"]] += 1
            elif (step["verb"], step["name"]) == ("done", "notice"):
                self._spans["answer_to_objection_told"][_ms(instant(step["at"]) - answered)] += 1
            elif step["verb"] == "key":
                self._counts["keys"][step["name"]] += 1

    def _oppositions(self, person: Person) -> None:
        meant = (None, self._terms["sponsor_in_ledger"])
        for entry in person.entries:
            if entry.kind == OPPOSITION and entry.body["sponsor"] in meant:
                self._counts["oppositions"][entry.body["channel"]] += 1
                delay = _ms(entry.at - instant(entry.body["received_at"]))
                self._spans[f"recorded_after_{entry.body['channel']}"][max(0, delay)] += 1

    def _often(self, person: Person, own: list[Judged]) -> Iterator[Fault]:
        """Yield the faults of caps, over all calls of the sponsor to this number.

        Also of a message that was heard twice.
        """
        known = [call.record for call in person.calls if call.record and not refused_by_network(call.record)]
        times = sorted(at for at in map(invite_at, known) if at is not None)
        for item in own:
            if item.moment is None:
                continue
            at = item.moment.at
            for cap in item.moment.pack["caps"]:
                made = sum(1 for time in times if at - timedelta(days=cap["window_days"]) < time <= at)
                key = (cap["rule"], cap["max"], cap["window_days"])
                self._caps[key] = max(made, self._caps.get(key, 0))
                if made > cap["max"]:
                    detail = f"call {made} within {cap['window_days']} days, of {cap['max']} allowed ({cap['rule']})"
                    yield Fault("CAP_EXCEEDED", item.call.attempt_id, at.isoformat(), detail)
        heard = [item for item in own if item.call.record and item.call.record["result"] in DELIVERED]
        for item in heard[1:]:
            yield Fault("DELIVERED_TWICE", item.call.attempt_id, "", "the message was heard before")


def summary(spans: Counter[int]) -> dict[str, int]:
    """Summarise milliseconds, each with its count. Percentiles by nearest rank."""
    count = sum(spans.values())
    return {
        "count": count,
        "median": _rank(spans, (count + 1) // 2),
        "p99": _rank(spans, -(-count * 99 // 100)),
        "max": max(spans),
    }


def _rank(spans: Counter[int], rank: int) -> int:
    seen = 0
    for value in sorted(spans):
        seen += spans[value]
        if seen >= rank:
            return value
    raise ValueError("nothing was measured")


def _by_hour(hours: Counter[int]) -> list[int]:
    return [hours[hour] for hour in range(24)]


def _ms(span: timedelta) -> int:
    return round(span / timedelta(milliseconds=1))


def _day(period: int) -> str:
    """Return the first day of a period of thirty days."""
    return (date(1970, 1, 1) + period * PERIOD).isoformat()
