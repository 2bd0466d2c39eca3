"""The nineteen inspection points (E1 to E19), answered in order from an inspection's findings.

From the calls come prompts' order, consent, oppositions, caller ID, hours, silence, frequency and
silent calls; from the records beside them programming, script, lists, erasures, requests and the
ledger itself.
"""

from collections.abc import Callable
from typing import Any

from dialer.domain.inspection import Bars, PackSection, SectionAnswer, Sentence, Table
from dialer.domain.ledger.event import Kind
from dialer.inspection.findings import Inspected, rejects_of
from dialer.ports.inspection import ReportHead
from dialer.services.decision.decisions import ReplayOutcome

SPAN_COLUMNS = ("what", "calls", "median_s", "p99_s", "max_s")


def objection_first(found: Inspected) -> tuple[SectionAnswer, ...]:
    totals, spans = _totals(found), found.counted.figures["milliseconds"]
    told = spans.get("answer_to_objection_told", {"count": 0})["count"]
    return (
        Sentence("objection_told", {"answered": totals.get("answered", 0), "told": told}),
        _spans(found, "seconds_to_objection", ("answer_to_objection_told",)),
        Table("keys", ("key", "presses"), tuple(_counts(found, "keys").items())),
    )


def consent(found: Inspected) -> tuple[SectionAnswer, ...]:
    totals = _totals(found)
    return (
        Sentence("consent", {"people": totals.get("people", 0), "invites": totals.get("invites", 0)}),
        Sentence("consent_lookup"),
    )


def coverage(found: Inspected) -> tuple[SectionAnswer, ...]:
    outcomes = found.programming.replay.outcomes
    return (
        Sentence("coverage", {"invites": _totals(found).get("invites", 0)}),
        Sentence("replayed", {outcome.value: outcomes[outcome] for outcome in ReplayOutcome}),
        Sentence("erased_decisions", {"count": _totals(found).get("decisions_erased", 0)}),
    )


def objections(found: Inspected) -> tuple[SectionAnswer, ...]:
    channels = _counts(found, "oppositions")
    between = _counts(found, "invited_before_recording")
    return (
        Sentence("oppositions", {"count": sum(channels.values())}),
        _spans(found, "opposition_delays", tuple(f"recorded_after_{channel}" for channel in channels)),
        Sentence("between", {"count": sum(between.values())}),
    )


def caller_id(found: Inspected) -> tuple[SectionAnswer, ...]:
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


def hours(found: Inspected) -> tuple[SectionAnswer, ...]:
    figures = found.counted.figures
    return (
        Sentence("invites", {"count": _totals(found).get("invites", 0)}),
        *(
            Bars("by_hour", label, tuple((f"{hour:02d} h", count) for hour, count in enumerate(counts)))
            for label, counts in figures["hours"].items()
        ),
        Bars("by_day", "", tuple(_counts(found, "days").items())),
    )


def silence(found: Inspected) -> tuple[SectionAnswer, ...]:
    last = found.counted.figures["silence"]
    if not last:
        return (Sentence("no_election"),)
    rows = tuple(
        (label, told["limit"], told["last_invite"], told["last_end"]) for label, told in last.items()
    )
    return (Table("silence", ("territory", "limit", "last_invite", "last_end"), rows),)


def frequency(found: Inspected) -> tuple[SectionAnswer, ...]:
    rows = tuple(
        (cap["rule"], cap["window_days"], cap["max"], cap["highest"]) for cap in found.counted.figures["caps"]
    )
    return (
        Sentence("recounted", {"others": _totals(found).get("calls_elsewhere", 0)}),
        Table("caps", ("rule", "window_days", "allowed", "highest"), rows),
    )


def abandoned(found: Inspected) -> tuple[SectionAnswer, ...]:
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


MOST_SHOWN = 200


def programming(found: Inspected) -> tuple[SectionAnswer, ...]:
    campaign, proof = found.campaign, found.programming.dialplan.proof
    definition, outcomes = campaign.definition, found.programming.replay.outcomes
    terms = (
        ("state", campaign.state.value),
        ("created_by", campaign.created_by),
        ("approved_by", campaign.approved_by),
        ("self_approved", campaign.self_approved),
        ("profile", definition.profile),
        ("starts_at", definition.starts_at),
        ("ends_at", definition.ends_at),
        ("max_attempts", definition.retry.max_attempts),
        ("min_gap_hours", definition.retry.min_gap_hours),
        ("calls_per_second", definition.pacing.calls_per_second),
        ("max_concurrent", definition.pacing.max_concurrent),
        ("ring_timeout_s", definition.call.ring_timeout_s),
        ("machine_mode", definition.machine.mode),
    )
    packs = found.counted.figures["counts"].get("rule_packs", {})
    claims = tuple((claim.name, claim.statement, claim.holds) for claim in proof.claims)
    acts = tuple(
        (told["at"], told["kind"], told["body"].get("by"), told["body"].get("reason"), entry.index)
        for entry, told in found.sealed.acts
        if entry.about == campaign.id
    )
    return (
        Table("campaign", ("what", "value"), terms),
        Table("acts", ("at", "what", "by", "reason", "ledger_entry"), acts[-MOST_SHOWN:]),
        Table("rule_packs", ("sha256", "decisions"), tuple(packs.items())),
        Sentence("replayed", {outcome.value: outcomes[outcome] for outcome in ReplayOutcome}),
        Sentence("dialplan", {"hash": proof.hash, "steps": proof.steps, "states": proof.states}),
        Table("claims", ("claim", "statement", "holds"), claims),
    )


def script(found: Inspected) -> tuple[SectionAnswer, ...]:
    made = found.programming.script
    if made is None:
        return (Sentence("no_script", {"script": found.campaign.script or "-"}),)
    played = found.counted.figures["counts"].get("prompts_played", {})
    rows = tuple(
        (
            prompt.name,
            prompt.duration_ms / 1000,
            "synthetic" if prompt.synthetic else "recorded",
            played.get(prompt.name, 0),
            found.programming.texts.get(prompt.name) if prompt.synthetic else None,
            prompt.sha256,
        )
        for prompt in made.prompts
    )
    columns = ("prompt", "seconds", "voice", "played", "text", "sha256")
    return (
        Sentence("script", {"hash": made.script, "language": found.campaign.definition.language}),
        Table("prompts", columns, rows),
    )


def origin(found: Inspected) -> tuple[SectionAnswer, ...]:
    rows = tuple(
        (
            one.manifest.id,
            one.manifest.supplier,
            one.manifest.source_class,
            one.manifest.collected_at,
            one.manifest.imported_at,
            one.manifest.file_sha256,
            *((one.counts.rows, one.counts.imported, one.counts.rejected) if one.counts else (None,) * 3),
            ", ".join(f"{code} {count}" for code, count in rejects_of(one).items()),
        )
        for one in found.accounts.lists
    )
    columns = (
        *("list", "supplier", "source_class", "collected_at", "imported_at", "sha256"),
        *("rows", "imported", "rejected", "reasons"),
    )
    return (Sentence("origin", {"lists": len(rows)}), Table("lists", columns, rows))


def erasing(found: Inspected) -> tuple[SectionAnswer, ...]:
    status = found.accounts.retention
    last = status.last
    limits = {dated.kept.import_id: dated.limit for dated in status.lists}
    rows = tuple(
        (one.manifest.id, one.listed, one.listed - one.kept, limits.get(one.manifest.id))
        for one in found.accounts.lists
    )
    told = {
        "last": last.started_at if last else "-",
        "next": status.next_run_at or "-",
        "overdue": status.overdue,
    }
    return (
        Sentence("retention", told),
        Table("erased", ("list", "contacts", "erased", "gone_before"), rows),
    )


def requests(found: Inspected) -> tuple[SectionAnswer, ...]:
    kinds = (Kind.SUBJECT_EXPORT, Kind.SUBJECT_ERASE)
    rows = tuple(
        (told["at"], told["kind"], entry.index) for entry, told in found.sealed.acts if told["kind"] in kinds
    )
    shown = Table("requests", ("at", "what", "ledger_entry"), rows[-MOST_SHOWN:])
    return (Sentence("requests", {"count": len(rows)}), shown)


def complaints(_: Inspected) -> tuple[SectionAnswer, ...]:
    return (Sentence("complaints"),)


def nothing(_: Inspected) -> tuple[SectionAnswer, ...]:
    return ()


def advertising(found: Inspected) -> tuple[SectionAnswer, ...]:
    definition = found.campaign.definition
    rows = (
        ("sponsor", definition.sponsor.name),
        ("postal_address", definition.sponsor.postal_address),
        ("email", definition.sponsor.email),
        ("purpose", definition.purpose),
        ("election", definition.election.id if definition.election else None),
        ("starts_at", definition.starts_at),
        ("ends_at", definition.ends_at),
    )
    return (Table("campaign", ("what", "value"), rows),)


def integrity(found: Inspected) -> tuple[SectionAnswer, ...]:
    head, ledger = found.sealed.head.head, found.ledger
    gaps = tuple((finding.index, finding.detail) for finding in ledger.findings if finding.gap)
    return (
        Sentence("ledger", {"entries": ledger.entries, "heads": ledger.heads, "records": ledger.records}),
        Table(
            "head",
            ("what", "value"),
            (("size", head.size), ("root", head.root), ("at", head.at), ("key", head.key)),
        ),
        Table("gaps", ("ledger_entry", "detail"), gaps),
        Sentence("left_out", {"count": found.counted.left_out}),
    )


Answers = Callable[[Inspected], tuple[SectionAnswer, ...]]
POINTS: dict[str, tuple[Answers, tuple[str, ...], tuple[str, ...]]] = {
    "E1": (
        programming,
        ("campaign/", "rule-packs/", "dialplan/", "replay.json", "contexts/"),
        ("DEFINITION", "DIALPLAN", "REPLAY", "DECISION_CHANGED", "NO_RULE_PACK"),
    ),
    "E2": (script, ("script/",), ("WRONG_SCRIPT", "SCRIPT_FILES")),
    "E3": (objection_first, ("evidence.jsonl", "csv"), ("MESSAGE_UNASKED",)),
    "E4": (origin, ("lists.json", "ledger/acts.jsonl"), ("PROVENANCE",)),
    "E5": (consent, ("evidence.jsonl",), ("NO_CONSENT",)),
    "E6": (coverage, ("evidence.jsonl", "replay.json"), ("OUTSIDE_WINDOW",)),
    "E7": (objections, ("evidence.jsonl",), ("AFTER_OPPOSITION", "OPPOSITION_LOST")),
    "E8": (erasing, ("retention.json", "ledger/acts.jsonl"), ()),
    "E9": (
        caller_id,
        ("csv", "probes.json", "probes/", "contexts/"),
        ("CALLER_ID", "PROBE_FILES"),
    ),
    "E10": (hours, ("evidence.jsonl", "terms.json"), ("OUTSIDE_HOURS", "HOLIDAY", "AFTER_PERMIT")),
    "E11": (silence, ("evidence.jsonl", "terms.json"), ("IN_SILENCE",)),
    "E12": (frequency, ("evidence.jsonl",), ("CAP_EXCEEDED", "DELIVERED_TWICE")),
    "E13": (abandoned, ("evidence.jsonl",), ("ABANDONED",)),
    "E14": (nothing, (), ()),
    "E15": (requests, ("ledger/acts.jsonl",), ()),
    "E16": (complaints, ("csv",), ()),
    "E17": (nothing, (), ()),
    "E18": (advertising, ("campaign/campaign.json",), ()),
    "E19": (
        integrity,
        ("manifest.json", "ledger/", "verify.py"),
        ("LEDGER", "NO_DECISION", "NO_OUTCOME", "RECORD_CHANGED", "MISSING_CALL"),
    ),
}
"""By code: the function that answers, the pack's data files, and the faults that must not be."""
MOST_TOLD = 100
"""Limit on the faults of a kind on the page; `summary.json` has them all."""
NEEDS = frozenset({"E9", "E14", "E15", "E16", "E17", "E18"})
"""Points to which documents of the user's own belong."""


def sections_of(inspected: Inspected) -> list[PackSection]:
    faults = inspected.faults
    return [
        PackSection(
            code,
            answers(inspected),
            files,
            tuple((kind, faults[kind]) for kind in kinds),
            tuple(one.name for one in inspected.attachments if one.code == code),
            needs=code in NEEDS,
        )
        for code, (answers, files, kinds) in POINTS.items()
    ]


def report_head(inspected: Inspected, *, pretended: bool) -> ReportHead:
    campaign, head = inspected.campaign, inspected.sealed.head.head
    return ReportHead(
        campaign_id=campaign.id,
        campaign_name=campaign.definition.name,
        sponsor=campaign.definition.sponsor.name,
        made_at=inspected.made_at,
        made_by=inspected.made_by,
        masked=inspected.masked,
        pretended=pretended or head.pretended or any(t["pretended"] for _, t in inspected.sealed.acts),
        ledger_size=head.size,
        ledger_root=head.root,
        faults={kind: count for kind, count in inspected.faults.items() if count},
        told={kind: told[:MOST_TOLD] for kind, told in inspected.program_faults.items()},
        figures=inspected.counted.figures,
    )
