"""The nineteen inspection points (E1 to E19), answered in order from an inspection's findings."""

from collections.abc import Callable

from dialer.domain.inspection.section import Answer, PackSection
from dialer.inspection import sections_of_calls as calls
from dialer.inspection import sections_of_keeping as keeping
from dialer.inspection.parts import Inspected
from dialer.ports.inspection.inspection import ReportHead

Answers = Callable[[Inspected], tuple[Answer, ...]]
POINTS: dict[str, tuple[Answers, tuple[str, ...], tuple[str, ...]]] = {
    "E1": (
        keeping.programming,
        ("campaign/", "rule-packs/", "dialplan/", "replay.json", "contexts/"),
        ("DEFINITION", "DIALPLAN", "REPLAY", "DECISION_CHANGED", "NO_RULE_PACK"),
    ),
    "E2": (keeping.script, ("script/",), ("WRONG_SCRIPT", "SCRIPT_FILES")),
    "E3": (calls.objection_first, ("evidence.jsonl", "calls.csv"), ("MESSAGE_UNASKED",)),
    "E4": (keeping.origin, ("lists.json", "ledger/acts.jsonl"), ("PROVENANCE",)),
    "E5": (calls.consent, ("evidence.jsonl",), ("NO_CONSENT",)),
    "E6": (calls.coverage, ("evidence.jsonl", "replay.json"), ("OUTSIDE_WINDOW",)),
    "E7": (calls.objections, ("evidence.jsonl",), ("AFTER_OPPOSITION", "OPPOSITION_LOST")),
    "E8": (keeping.erasing, ("retention.json", "ledger/acts.jsonl"), ()),
    "E9": (
        calls.caller_id,
        ("calls.csv", "probes.json", "probes/", "contexts/"),
        ("CALLER_ID", "PROBE_FILES"),
    ),
    "E10": (calls.hours, ("evidence.jsonl", "terms.json"), ("OUTSIDE_HOURS", "HOLIDAY", "AFTER_PERMIT")),
    "E11": (calls.silence, ("evidence.jsonl", "terms.json"), ("IN_SILENCE",)),
    "E12": (calls.frequency, ("evidence.jsonl",), ("CAP_EXCEEDED", "DELIVERED_TWICE")),
    "E13": (calls.abandoned, ("evidence.jsonl",), ("ABANDONED",)),
    "E14": (keeping.nothing, (), ()),
    "E15": (keeping.requests, ("ledger/acts.jsonl",), ()),
    "E16": (keeping.complaints, ("calls.csv",), ()),
    "E17": (keeping.nothing, (), ()),
    "E18": (keeping.advertising, ("campaign/campaign.json",), ()),
    "E19": (
        keeping.integrity,
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
