"""Faults that may never be, looked for in every call: each list must be empty (E1 to E13)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from .agreements import Agreed, Moment, agreed, in_window, opposed
from .calendars import Clocks, holiday, legal, met, silence_of, within
from .people import Document, Entry, Person, RecordedCall, instant, instant_or_none, invite_at

LONGEST_CALL = timedelta(hours=1)
SLOW, ABANDONED = timedelta(seconds=1), timedelta(seconds=2)
DELIVERED = ("MESSAGE_PLAYED", "MACHINE_MESSAGE")
SEALED_ENDS = ("attempt.outcome", "attempt.late_opposition")

KINDS = (
    "NO_DECISION",
    "NO_OUTCOME",
    "RECORD_CHANGED",
    "DECISION_CHANGED",
    "AFTER_PERMIT",
    "NO_RULE_PACK",
    "OUTSIDE_HOURS",
    "HOLIDAY",
    "NO_CONSENT",
    "OUTSIDE_WINDOW",
    "IN_SILENCE",
    "AFTER_OPPOSITION",
    "OPPOSITION_LOST",
    "CAP_EXCEEDED",
    "DELIVERED_TWICE",
    "CALLER_ID",
    "WRONG_SCRIPT",
    "MESSAGE_UNASKED",
    "ABANDONED",
)


class Fault(NamedTuple):
    """A fault. `at`: when the INVITE left, or the decision was made."""

    kind: str
    attempt_id: str
    at: str
    detail: str


class Judged(NamedTuple):
    """A call of this campaign with its entries in the ledger.

    `moment` is None where no INVITE left, or none was decided.
    """

    call: RecordedCall
    permit: Entry | None
    moment: Moment | None


def judged(terms: Document, person: Person, call: RecordedCall) -> Judged:
    permit = next(
        (e for e in person.entries if (e.kind, e.about) == ("decision.permit", call.attempt_id)), None
    )
    at = invite_at(call.record) if call.record else None
    pack = terms["packs"].get(permit.body["pack_hash"]) if permit else None
    moment = Moment(permit, pack, at) if permit and pack and at else None
    return Judged(call, permit, moment)


def faults_of(terms: Document, clocks: Clocks, person: Person, item: Judged) -> Iterator[Fault]:
    """Yield the faults of a call, except for caps, which need all calls to the person."""
    call, at = item.call, _when(item)
    for kind, detail in (
        *_of_ledger(terms, person, item),
        *(_of_moment(terms, clocks, person, call, item.moment) if item.moment else ()),
        *(_of_record(terms, person, item, call.record) if call.record else ()),
    ):
        yield Fault(kind, call.attempt_id, at, detail)


def elsewhere(person: Person, call: RecordedCall) -> Iterator[Fault]:
    """Yield a fault where a call of another campaign is not the one that was sealed.

    Such a call counts for the caps alone.
    """
    ends = [e.body["record"] for e in person.entries if e.kind in SEALED_ENDS and e.about == call.attempt_id]
    if call.record is not None and call.digest not in ends:
        yield Fault("RECORD_CHANGED", call.attempt_id, "", "a call of another campaign, not as it was sealed")


def silence_after_answer(record: Document) -> timedelta | None:
    """Measure from the answer to the first sound, or to the end where there was none.

    None for a call that was not answered, or has not ended.
    """
    if record["answered_at"] is None or record["ended_at"] is None:
        return None
    sounds = (step["at"] for step in record["trace"] if step["verb"] == "play")
    return instant(next(sounds, record["ended_at"])) - instant(record["answered_at"])


def lifted_in_vain(record: Document) -> bool:
    """Return whether they answered just as we gave up: there was nothing to hear."""
    return any(step["verb"] == "end" and step["name"] == "late-answer" for step in record["trace"])


def _when(item: Judged) -> str:
    if item.moment:
        return item.moment.at.isoformat()
    return item.permit.at.isoformat() if item.permit else ""


Found = Iterator["tuple[str, str]"]


def _of_ledger(terms: Document, person: Person, item: Judged) -> Found:
    call, permit = item.call, item.permit
    if permit is None:
        yield "NO_DECISION", "no decision for it is in the ledger"
        return
    if permit.body["pack_hash"] not in terms["packs"]:
        yield "NO_RULE_PACK", "the rule pack of its decision is not kept"
    ends = [e for e in person.entries if e.kind in SEALED_ENDS and e.about == call.attempt_id]
    if call.record is None:
        if permit.at < instant(terms["head_at"]) - LONGEST_CALL:
            yield "NO_OUTCOME", "decided more than an hour before, and no outcome is in the ledger"
    elif not ends:
        yield "NO_OUTCOME", "no outcome for it is in the ledger"
    elif call.digest not in [end.body["record"] for end in ends]:
        yield "RECORD_CHANGED", "its record is not the one whose hash was sealed"
    if call.answered is not None and _decision_hash(terms, call) != permit.body["decision_hash"]:
        yield "DECISION_CHANGED", "what is kept of its decision is not what was sealed"


def _decision_hash(terms: Document, call: RecordedCall) -> str:
    """Hash the question and the answer of a decision.

    They are put together from the part that all callees share and the part about this one.
    """
    try:
        kept = call.answered or {}
        facts = {**terms["contexts"][call.context], **kept["facts"]}
        whole = {"facts": facts, "decision": kept["decision"]}
    except (KeyError, TypeError):
        return ""
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _of_moment(terms: Document, clocks: Clocks, person: Person, call: RecordedCall, moment: Moment) -> Found:
    if moment.at > instant(moment.permit.body["permit_until"]):
        yield "AFTER_PERMIT", f"the permit ended at {moment.permit.body['permit_until']}"
    if not instant(terms["starts_at"]) <= moment.at < instant(terms["ends_at"]):
        yield "OUTSIDE_HOURS", "before the start or after the end of the campaign"
    consents = agreed(terms, person, call, moment)
    yield from _of_calendar(terms, clocks, person, moment, consents)
    if not consents.usable and not consents.unread:
        yield "NO_CONSENT", "no consent that held was in the ledger before the decision"
    elif not consents.unread and not in_window(clocks, consents.usable, moment):
        yield "OUTSIDE_WINDOW", "no consented window or appointment was open"
    if objection := opposed(terms, person, moment):
        yield "AFTER_OPPOSITION", f"opposed by {objection.body['channel']} (ledger entry {objection.number})"


def _of_calendar(terms: Document, clocks: Clocks, person: Person, moment: Moment, consents: Agreed) -> Found:
    """Yield the faults of the calendar.

    An appointment opens its minutes on any day and hour within the hard bounds.
    """
    pack = moment.pack
    appointed = any(met(pack, consent, moment.at) for consent in consents.usable)
    for zone in moment.permit.body["zones"]:
        local = clocks.local(moment.at, zone)
        if appointed:
            if pack.get("hard_bounds") and not within(pack["hard_bounds"], local):
                yield "OUTSIDE_HOURS", f"{local.isoformat(' ', 'seconds')} in {zone}, an appointment"
            continue
        if not legal(pack, person, local):
            yield "OUTSIDE_HOURS", f"{local.isoformat(' ', 'seconds')} in {zone}"
        if name := holiday(terms, pack, person, local):
            yield "HOLIDAY", f"{local.date().isoformat()} in {zone}: {name}"


def _of_record(terms: Document, person: Person, item: Judged, record: Document) -> Found:
    call, moment = item.call, item.moment
    if moment and not record["script"] == moment.permit.body["script"] == terms["script"]:
        yield (
            "WRONG_SCRIPT",
            f"script {record['script'][:12]} was played, {str(terms['script'])[:12]} is approved",
        )
    if moment and (why := _caller_id_fault(terms, person, call, moment)):
        yield "CALLER_ID", why
    if record["opposed_at"] and not any(
        e.kind == "suppression.add" and e.about == call.attempt_id for e in person.entries
    ):
        yield "OPPOSITION_LOST", "9 was pressed, and no opposition from this call is in the ledger"
    if _unasked(record):
        yield "MESSAGE_UNASKED", "the message began without the whole notice and a 1 before it"
    silence = silence_after_answer(record)
    if silence is not None and silence > ABANDONED:
        yield "ABANDONED", f"{silence.total_seconds():.1f} s without a sound after the answer"
    elif lifted_in_vain(record):
        yield "ABANDONED", "answered as we gave up, and heard nothing"
    if late := _silence_fault(terms, person, record, moment.at if moment else None):
        yield "IN_SILENCE", late


def _caller_id_fault(terms: Document, person: Person, call: RecordedCall, moment: Moment) -> str | None:
    number, rules = (call.record or {})["caller_id"], moment.pack["caller_id"]
    day = moment.at.date().isoformat()
    if any(number.startswith(prefix) for prefix in rules.get("forbidden_prefixes", ())):
        return f"{number} is of a kind that may not be shown"
    ranges = rules.get("ranges", ())
    shown = any(
        set(group["territories"]) & set(person.territories)
        and group["since"] <= day <= (group.get("until") or day)
        and number.startswith(tuple(group["prefixes"]))
        for group in ranges
    )
    if ranges and person.territories and not shown:
        return f"{number} is no verified number for {person.label}"
    return _trunk_fault(terms["contexts"].get(call.context), number, moment.at)


def _trunk_fault(context: Document | None, number: str, at: datetime) -> str | None:
    """Return the fault by the operator's list as it was at the decision.

    None where that was erased.
    """
    if context is None:
        return None
    trunk = context["trunk"]
    if not trunk["caller_ids"]:
        return None if trunk["loopback"] else "the trunk had no list of authorised numbers"
    for allowed in trunk["caller_ids"]:
        ends = instant_or_none(allowed["mandate_ends_at"])
        if allowed["number"] == number and (ends is None or at < ends):
            return None
    return f"{number} was not on the operator's list, or its mandate had ended"


def _unasked(record: Document) -> bool:
    told = asked = False
    for step in record["trace"]:
        told = told or (step["verb"], step["name"]) == ("done", "notice")
        asked = asked or (step["verb"], step["name"]) == ("key", "1")
        if (step["verb"], step["name"]) == ("play", "message") and not (told and asked):
            return True
    return False


def _silence_fault(terms: Document, person: Person, record: Document, at: datetime | None) -> str | None:
    found = silence_of(terms, person)
    if found is None or at is None:
        return None
    limit, ends_at = found
    if at >= ends_at:
        return None
    if limit is None:
        return "no poll date is known for the callee's territory"
    over = instant_or_none(record["ended_at"]) or at
    return (
        f"silence began at {limit.isoformat()}, the call ended at {over.isoformat()}"
        if over > limit
        else None
    )
